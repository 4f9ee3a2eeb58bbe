package intake

import (
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// What a day without an hour means where an instant is asked for.
const (
	begins = false // its first instant
	ends   = true  // the first instant after it
)

// instant reads a time: of RFC 3339, or a day with or without an hour in the creditor's zone.
func (f *file) instant(c column, end bool) time.Time {
	s := f.get(c)
	if s == "" {
		return time.Time{}
	}
	zone := f.opts.Zone
	if zone == nil {
		zone = time.UTC
	}
	format := &isoDate
	if m := f.opts.Mapping; m != nil {
		format = &m.dates
	}
	if d, ok := format.parse(s); ok {
		if end {
			d++
		}
		return d.At(0, 0, zone)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t
		}
	}
	f.wrong(c, fault.NotInstant, shown(s), format.notation)
	return time.Time{}
}

// hours reads hours such as 09:00-12:00 as minutes after midnight.
func (f *file) hours(c column) (from, to int) {
	s := f.get(c)
	if s == "" {
		return 0, 0
	}
	a, b, ok := strings.Cut(s, "-")
	from, okFrom := minutes(trim(a))
	to, okTo := minutes(trim(b))
	if !ok || !okFrom || !okTo || from >= to {
		f.wrong(c, fault.NotHours, shown(s))
		return 0, 0
	}
	return from, to
}

func minutes(s string) (int, bool) {
	if s == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // by time.Weekday

// days reads days of the week parted by spaces as bits by time.Weekday.
func (f *file) days(c column) (bits uint8) {
	s := f.get(c)
	for word := range strings.FieldsSeq(s) {
		i := slices.Index(weekdays, strings.ToLower(word))
		if i < 0 {
			f.wrong(c, fault.NotDays, shown(s))
			return 0
		}
		bits |= 1 << i
	}
	return bits
}

// zones checks the zones that a row states, and works them out from region and number where it states none: whatever of
// them may be the one is kept, so that only hours lawful in all of them are used.
func (f *file) zones(r *ledger.BorrowerRow) {
	if r.Zone == "" {
		r.Zone = candidates(r)
		return
	}
	list := strings.Fields(r.Zone)
	for _, z := range list {
		if !f.checks.zone(z) {
			f.wrong(timezone, fault.NotZone)
			return
		}
	}
	if len(list) > 1 {
		r.Zone = strings.Join(list, " ")
	}
}
