package law

import (
	"time"

	"github.com/dulyhq/duly/ledger"
)

// reach is how far ahead an opening is looked for. Every zone opens within a day of any instant; candidates
// far apart on the globe may need a few days, or never share an hour.
const reach = 14 * 24 * time.Hour

// Inside says whether t is within the lawful hours in every candidate zone. No zone, no hours: false.
func (r Rules) Inside(t time.Time, zones []*time.Location) bool {
	open, closing, opens, _ := r.Hours()
	if opens == nil || len(zones) == 0 {
		return false
	}
	for _, z := range zones {
		if z == nil {
			return false
		}
		if _, m, _ := Clock(t, z); m < open || m >= closing {
			return false
		}
	}
	return true
}

// Opens returns the first instant from t on that is within the lawful hours in every candidate zone; false
// where there is none.
func (r Rules) Opens(t time.Time, zones []*time.Location) (time.Time, bool) {
	open, closing, opens, _ := r.Hours()
	if opens == nil || len(zones) == 0 || open >= closing {
		return time.Time{}, false
	}
	for limit := t.Add(reach); t.Before(limit); {
		moved := false
		for _, z := range zones {
			if z == nil {
				return time.Time{}, false
			}
			if next := opening(t.In(z), open, closing); next.After(t) {
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
	open, closing, _, _ := r.Hours()
	var first time.Time
	for _, z := range zones {
		if end := ending(t.In(z), open, closing); first.IsZero() || end.Before(first) {
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

// StartOf returns the first instant of a civil day in a zone, also where clocks leap over midnight.
func StartOf(day ledger.Date, z *time.Location) time.Time {
	t := day.At(0, 0, z)
	if ledger.Day(t) < day { // midnight does not exist: the day begins when the clocks have leapt
		if _, end := t.ZoneBounds(); !end.IsZero() {
			return end
		}
	}
	return t
}

// Clock returns the civil day of t in a zone, the minutes after midnight, and the seconds and below that go
// beyond them. It is what ledger.Day and Time.Clock say, in one look at the zone.
func Clock(t time.Time, z *time.Location) (day ledger.Date, minute int, rest time.Duration) {
	_, offset := t.In(z).Zone()
	local := t.Unix() + int64(offset)
	days := local / 86400
	if local%86400 < 0 {
		days--
	}
	second := int(local - days*86400)
	return ledger.Date(days), second / 60, time.Duration(second%60)*time.Second + time.Duration(t.Nanosecond())
}

// opening returns the first instant from t on whose clock, in t's zone, is inside the hours. Between two
// changes of the clocks it is arithmetic; a change in between is looked at by itself.
func opening(t time.Time, open, closing int) time.Time {
	for range 8 { // no zone changes its clocks that often before a day has gone by
		_, m, rest := Clock(t, t.Location())
		if open <= m && m < closing {
			return t
		}
		next := t.Add(time.Duration((open-m+24*60)%(24*60))*time.Minute - rest)
		if _, change := t.ZoneBounds(); !change.IsZero() && !next.Before(change) {
			t = change.In(t.Location())
			continue
		}
		return next
	}
	return t
}

// ending returns the first instant from t on whose clock, in t's zone, is outside the hours. Hours up to 24:00
// end with the day, so that each day is judged by itself.
func ending(t time.Time, open, closing int) time.Time {
	for range 64 {
		_, m, rest := Clock(t, t.Location())
		if m < open || m >= closing {
			return t
		}
		next := t.Add(time.Duration(closing-m)*time.Minute - rest)
		if _, change := t.ZoneBounds(); !change.IsZero() && !next.Before(change) {
			t = change.In(t.Location())
			continue
		}
		return next
	}
	return t
}
