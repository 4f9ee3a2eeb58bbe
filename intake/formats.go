package intake

import (
	"strings"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// A dateFormat is a date's notation, compiled: Y, M and D for digits of the year, month and day, h, m and s
// for digits of a time that is not read, all else as it stands. A single M or D takes one digit or two.
type dateFormat struct {
	notation string
	parts    []datePart
}

type datePart struct {
	what    byte   // Y, M, D, t for a time's digits, or 0 for text
	digits  int    // how many, 0 for one or two
	literal string // text
}

var isoDate, _ = newDateFormat("YYYY-MM-DD")

// newDateFormat compiles a notation that has YYYY, MM or M, and DD or D once each.
func newDateFormat(notation string) (dateFormat, bool) {
	f := dateFormat{notation: notation}
	seen := map[byte]int{}
	for s := notation; s != ""; {
		n := 1
		for n < len(s) && s[n] == s[0] && strings.IndexByte("YMDhms", s[0]) >= 0 {
			n++
		}
		switch p := (datePart{what: s[0], digits: n}); {
		case s[0] == 'Y' && n == 4, (s[0] == 'M' || s[0] == 'D') && n == 2:
			seen[s[0]]++
			f.parts = append(f.parts, p)
		case (s[0] == 'M' || s[0] == 'D') && n == 1:
			seen[s[0]]++
			p.digits = 0
			f.parts = append(f.parts, p)
		case strings.IndexByte("hms", s[0]) >= 0 && n == 2:
			p.what = 't'
			f.parts = append(f.parts, p)
		case s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z' || s[0] >= '0' && s[0] <= '9':
			return f, false
		default:
			f.parts = append(f.parts, datePart{literal: s[:n]})
		}
		s = s[n:]
	}
	return f, seen['Y'] == 1 && seen['M'] == 1 && seen['D'] == 1
}

// parse reads a date. A day that no calendar has is not one.
func (f *dateFormat) parse(s string) (ledger.Date, bool) {
	var y, m, d int
	for i := range f.parts {
		p := &f.parts[i]
		if p.what == 0 {
			rest, ok := strings.CutPrefix(s, p.literal)
			if !ok {
				return 0, false
			}
			s = rest
			continue
		}
		n, v := 0, 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' && (n < p.digits || p.digits == 0 && n < 2) {
			v = v*10 + int(s[n]-'0')
			n++
		}
		if n == 0 || p.digits > 0 && n != p.digits {
			return 0, false
		}
		s = s[n:]
		switch p.what {
		case 'Y':
			y = v
		case 'M':
			m = v
		case 'D':
			d = v
		}
	}
	if s != "" || y < 1 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, false
	}
	day := ledger.NewDate(y, time.Month(m), d)
	if d > 28 {
		if _, _, got := day.YMD(); got != d {
			return 0, false
		}
	}
	return day, day != 0
}

// A numberFormat is how a file writes numbers. The zero value has a decimal point and no grouping.
type numberFormat struct {
	comma   bool   // the decimal mark is a comma
	group   string // what may stand between groups of three digits; empty means nothing
	minor   bool   // amounts are whole minor units
	percent bool   // rates are in per cent
}

var groups = map[string]string{"none": "", "comma": ",", "point": ".", "space": " ", "apostrophe": "'"}

func (f *numberFormat) read(v document.Value) {
	if !v.Given() || !v.Keys("decimal", "group", "minor_units", "percent") {
		return
	}
	if e := v.Key("decimal"); e.Given() {
		f.comma = e.OneOf("point", "comma") == "comma"
	}
	if e := v.Key("group"); e.Given() {
		f.group = groups[e.OneOf("none", "comma", "point", "space", "apostrophe")]
		if f.comma && f.group == "," || !f.comma && f.group == "." {
			e.Wrong(fault.SameMark)
		}
	}
	f.minor, f.percent = v.Key("minor_units").Bool(), v.Key("percent").Bool()
}

// plain returns the number with a decimal point and without groups; ok is false where its groups are not of
// three digits or its decimal mark is another.
func (f *numberFormat) plain(s string) (string, bool) {
	mark := "."
	if f.comma {
		mark = ","
	}
	whole, frac, marked := strings.Cut(s, mark)
	if f.group != "" {
		whole = strings.ReplaceAll(whole, "\u00a0", " ")
		parts := strings.Split(whole, f.group)
		for i, p := range parts {
			if i > 0 && len(p) != 3 || i == 0 && len(parts) > 1 && len(strings.TrimPrefix(p, "-")) > 3 {
				return s, false
			}
		}
		whole = strings.Join(parts, "")
	}
	if f.comma && strings.Contains(whole, ".") {
		return s, false
	}
	if marked {
		return whole + "." + frac, true
	}
	return whole, true
}
