package intake

import (
	"errors"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are checked the same on a machine that has none of its own

	xlanguage "golang.org/x/text/language"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// lookups remembers which zones and countries exist. They are few; what a damaged file makes up is bounded.
type lookups struct{ zones, countries map[string]bool }

const rememberedAtMost = 1000

func remember(known *map[string]bool, s string, look func(string) bool) bool {
	ok, found := (*known)[s]
	if !found {
		if ok = look(s); len(*known) < rememberedAtMost {
			if *known == nil {
				*known = map[string]bool{}
			}
			(*known)[s] = ok
		}
	}
	return ok
}

func (l *lookups) zone(s string) bool {
	return remember(&l.zones, s, func(s string) bool {
		_, err := time.LoadLocation(s)
		return err == nil && (strings.Contains(s, "/") || s == "UTC")
	})
}

func (l *lookups) country(s string) bool {
	return remember(&l.countries, s, func(s string) bool {
		r, err := xlanguage.ParseRegion(s)
		return err == nil && r.IsCountry()
	})
}

// get returns the value of a column in the current record, trimmed and translated, or its constant.
func (f *file) get(c column) string {
	i := f.cols.field[c]
	if i < 0 {
		return f.cols.constant[c]
	}
	s := trim(f.fields[i].text)
	if m := f.opts.Mapping; m != nil && m.values[c] != nil {
		if to, ok := m.values[c][s]; ok {
			return to
		}
	}
	if s == "" {
		return f.cols.constant[c]
	}
	return s
}

// at returns where in the record a column stands; 0 for one that does not.
func (f *file) at(c column) int {
	if i := f.cols.field[c]; i >= 0 && i < len(f.fields) {
		return f.fields[i].at
	}
	return 0
}

func (f *file) wrong(c column, code fault.Code, args ...string) {
	f.bad(f.at(c), c.String(), code, args...)
}

// shown quotes a value for a message if it can hardly be of a person: where a row has slipped by a column, a
// name, a phone number or an identity number stands in the place of an age or a date, and messages end up in
// logs.
func shown(s string) string {
	digits, letters := 0, 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		case !strings.ContainsRune("-./:,%+_()'", c):
			return hidden
		}
	}
	if digits > 8 || letters > 3 || len(s) > 24 {
		return hidden
	}
	return strconv.Quote(s)
}

// hidden is a value that is not told (fault.Reason).
const hidden = ""

func (f *file) date(c column) ledger.Date {
	s := f.get(c)
	if s == "" {
		return 0
	}
	format := &isoDate
	if m := f.opts.Mapping; m != nil {
		format = &m.dates
	}
	d, ok := format.parse(s)
	if !ok {
		value := shown(s)
		if c == birthDate {
			value = hidden
		}
		f.wrong(c, fault.NotDate, value, format.notation)
	}
	return d
}

func (f *file) whole(c column, most int) int {
	s := f.get(c)
	n, err := strconv.ParseUint(s, 10, 31)
	if s != "" && (err != nil || int(n) > most) {
		f.wrong(c, fault.NotWhole, shown(s), strconv.Itoa(most))
		return 0
	}
	return int(n)
}

// money reads an amount; an empty one is wrong if it is required and else zero.
func (f *file) money(c column, cur ledger.Currency, required bool) ledger.Money {
	s := f.get(c)
	if s == "" {
		if required {
			f.wrong(c, fault.Empty)
		}
		return ledger.Money{Currency: cur}
	}
	digits, ok := cur.Digits()
	if !ok {
		f.faulty = append(f.faulty, c.String()) // the currency is the fault; nothing more is said of the amount
		return ledger.Money{Currency: cur}
	}
	hint := false
	if m := f.opts.Mapping; m != nil {
		if s, ok = m.numbers.plain(s); !ok {
			f.wrong(c, fault.AmountMapped, shown(s))
			return ledger.Money{Currency: cur}
		}
		if m.numbers.minor {
			s = toMajor(s, digits)
		}
	} else if strings.Contains(s, ",") {
		hint = true
	}
	v, err := ledger.ParseMoney(s, cur)
	if err != nil {
		f.noAmount(c, s, err, hint)
	}
	v.Currency = cur
	return v
}

// noAmount reports what is no amount, with a hint at mappings where that may help.
func (f *file) noAmount(c column, s string, err error, hint bool) {
	var why *fault.Error
	switch {
	case shown(s) == hidden:
		f.wrong(c, fault.NotAmount, hidden)
	case errors.Is(err, ledger.ErrOverflow):
		f.wrong(c, fault.AmountOverflow, shown(s))
	case !errors.As(err, &why):
		f.wrong(c, fault.NotAmount, shown(s))
	case hint && why.Code == fault.NotAmount:
		f.wrong(c, fault.AmountUnmapped, why.Args...)
	default:
		f.wrong(c, why.Code, why.Args...)
	}
}

// toMajor writes a number of minor units as a decimal: "5" of two digits is "0.05". What is no whole number
// comes back as something that is no amount.
func toMajor(s string, digits int) string {
	body, minus := strings.CutPrefix(s, "-")
	if strings.Contains(body, ".") || body == "" {
		return "(" + s + ")"
	}
	if pad := digits + 1 - len(body); pad > 0 {
		body = strings.Repeat("0", pad) + body
	}
	if digits > 0 {
		body = body[:len(body)-digits] + "." + body[len(body)-digits:]
	}
	if minus {
		return "-" + body
	}
	return body
}

func (f *file) rate(c column) ledger.Rate {
	s := f.get(c)
	if s == "" {
		return 0
	}
	m := f.opts.Mapping
	if m != nil {
		plain, ok := m.numbers.plain(s)
		if !ok {
			f.wrong(c, fault.RateMapped, shown(s))
			return 0
		}
		s = plain
	}
	if m != nil && m.numbers.percent && c == annualRate {
		r, err := ledger.ParseRate(strings.TrimSuffix(s, "%"))
		if err != nil || r%100 != 0 {
			f.wrong(c, fault.RatePercent, shown(s))
			return 0
		}
		return r / 100
	}
	r, err := ledger.ParseRate(s)
	if err != nil {
		f.wrong(c, fault.NotRate, shown(s))
	}
	return r
}

// langOf returns "zh" or "en" for a tag of either, such as zh-CN; another comes back as it is.
func langOf(s string) string {
	switch base, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(s), "_", "-"), "-"); base {
	case "zh", "en":
		return base
	}
	return s
}
