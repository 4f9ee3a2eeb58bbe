package law

import (
	"time"

	"github.com/dulyhq/duly/ledger"
)

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

// A daily says which minutes of a civil day are lawful, [open, closing); none where open is not before closing.
type daily func(day ledger.Date) (open, closing int)

// reach is how far ahead an opening is looked for: longer than any run of public holidays, and enough for
// candidate zones far apart on the globe to share an hour, if they ever do.
const reach = 32

// opening returns the first instant from t on whose clock, in a zone, is lawful; false where there is none
// within reach. Between two changes of the clocks it is arithmetic; a change in between is looked at by itself.
func opening(t time.Time, z *time.Location, hours daily) (time.Time, bool) {
	t = t.In(z)
	for range 3 * reach {
		day, m, rest := Clock(t, z)
		open, closing := hours(day)
		ahead := open - m
		switch {
		case open <= m && m < closing:
			return t, true
		case m >= open || open >= closing: // not today; tomorrow, or not before the day after
			if open, closing = hours(day + 1); open >= closing {
				open = wholeDay
			}
			ahead = wholeDay - m + open
		}
		next := t.Add(time.Duration(ahead)*time.Minute - rest)
		if _, change := t.ZoneBounds(); !change.IsZero() && !next.Before(change) {
			t = change.In(z)
			continue
		}
		if t = next; open < closing {
			return t, true
		}
	}
	return t, false
}

const wholeDay = 24 * 60 // minutes

// ending returns the first instant from t on whose clock, in a zone, is not lawful. Hours up to 24:00 end with
// the day, so that each day is judged by itself.
func ending(t time.Time, z *time.Location, hours daily) time.Time {
	t = t.In(z)
	first, _, _ := Clock(t, z)
	for range 64 {
		day, m, rest := Clock(t, z)
		open, closing := hours(day)
		if m < open || m >= closing || day != first {
			return t
		}
		next := t.Add(time.Duration(closing-m)*time.Minute - rest)
		if _, change := t.ZoneBounds(); !change.IsZero() && !next.Before(change) {
			next = change.In(z)
		}
		t = next
	}
	return t
}
