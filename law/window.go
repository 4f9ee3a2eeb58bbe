package law

import (
	"time"

	"github.com/dulyhq/duly/ledger"
)

// Hours returns the strictest hours of a day of the week in minutes after midnight, [open, closing), with the
// rule that opens and the rule that closes them. Rules with conditions are left out. Without rules both are nil
// and the hours empty.
func (r Rules) Hours(d time.Weekday) (open, closing int, opens, closes *Rule) {
	if r.c == nil || r.c.week[d].opens == nil {
		return 0, 0, nil, nil
	}
	s := &r.c.week[d]
	return s.open, s.closing, s.opens, s.closes
}

// lawful returns the lawful minutes of a civil day: the hours of its weekday, where the rules about days let
// anybody be contacted on it. Rules with conditions are left out: guard knows whether they hold.
func (r Rules) lawful(day ledger.Date) (open, closing int) {
	for _, d := range r.c.filed[0].Days {
		if ok, _ := d.Lawful(day); !ok && d.When == nil {
			return 0, 0
		}
	}
	s := &r.c.week[Weekday(day)]
	return s.open, s.closing
}

// Weekday returns the day of the week of a date.
func Weekday(d ledger.Date) time.Weekday {
	w := (int(d) + 4) % 7 // 1970-01-01 was a Thursday
	if w < 0 {
		w += 7
	}
	return time.Weekday(w)
}

// Lawful says whether a rule about days lets anybody be contacted on a day, and why not.
func (r *Rule) Lawful(day ledger.Date) (ok bool, why string) {
	if !r.Weekdays.Has(Weekday(day)) {
		return false, r.reason
	}
	if !r.Workdays && !r.ExceptHolidays {
		return true, ""
	}
	if !r.given {
		return false, "The calendar that the rule reads is not given."
	}
	work, known := r.calendar.Workday(day)
	free, _ := r.calendar.Free(day)
	switch {
	case !known:
		return false, "The calendar that the rule reads does not publish the year."
	case r.Workdays && !work || r.ExceptHolidays && free:
		return false, r.reason
	}
	return true, ""
}

// Published says whether the calendar that a rule about days reads, if any, publishes a day's year.
func (r *Rule) Published(day ledger.Date) bool {
	if !r.Workdays && !r.ExceptHolidays {
		return true
	}
	_, known := r.calendar.Workday(day)
	return r.given && known
}

// Inside says whether t is within the lawful hours in every candidate zone. No zone, no hours: false. Like
// Opens, Closes and Window it leaves out the rules with conditions and what the borrower asked for: those are
// for guard, which has the facts.
func (r Rules) Inside(t time.Time, zones []*time.Location) bool {
	if r.c == nil || len(zones) == 0 {
		return false
	}
	for _, z := range zones {
		if z == nil {
			return false
		}
		day, m, _ := Clock(t, z)
		if open, closing := r.lawful(day); m < open || m >= closing {
			return false
		}
	}
	return true
}

// Opens returns the first instant from t on that is within the lawful hours in every candidate zone; false
// where there is none within a month.
func (r Rules) Opens(t time.Time, zones []*time.Location) (time.Time, bool) {
	if r.c == nil {
		return time.Time{}, false
	}
	return Opens(t, zones, r.lawful)
}

// Opens returns the first instant from t on that is lawful in every candidate zone, given the lawful minutes
// of a civil day, [open, closing); false where there is none within a month.
func Opens(t time.Time, zones []*time.Location, lawful func(day ledger.Date) (open, closing int)) (time.Time, bool) {
	if len(zones) == 0 {
		return time.Time{}, false
	}
	for limit := t.Add(reach * 24 * time.Hour); t.Before(limit); {
		moved := false
		for _, z := range zones {
			if z == nil {
				return time.Time{}, false
			}
			next, ok := opening(t, z, lawful)
			if !ok || len(zones) == 1 {
				return next, ok
			}
			if next.After(t) {
				t, moved = next, true
			}
		}
		if !moved {
			return t, true
		}
	}
	return time.Time{}, false
}

// Closes returns the first instant after t, which must be inside, that is outside the lawful hours in any
// candidate zone.
func (r Rules) Closes(t time.Time, zones []*time.Location) time.Time {
	if r.c == nil {
		return t
	}
	return Closes(t, zones, r.lawful)
}

// Closes returns the first instant from t on that is not lawful in some candidate zone, given the lawful
// minutes of a civil day.
func Closes(t time.Time, zones []*time.Location, lawful func(day ledger.Date) (open, closing int)) time.Time {
	var first time.Time
	for _, z := range zones {
		if end := ending(t, z, lawful); first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}

// Window returns the lawful hours of a civil day: from the first instant of the day that is lawful in every
// candidate zone, day being the date in the first of them, to the instant at which the first zone closes,
// which is no longer lawful. It is false where the day has no such hour.
func (r Rules) Window(day ledger.Date, zones []*time.Location) (from, to time.Time, ok bool) {
	if len(zones) == 0 || zones[0] == nil {
		return time.Time{}, time.Time{}, false
	}
	from, ok = r.Opens(StartOf(day, zones[0]), zones)
	if !ok || ledger.Day(from.In(zones[0])) != day {
		return time.Time{}, time.Time{}, false
	}
	return from.In(zones[0]), r.Closes(from, zones).In(zones[0]), true
}
