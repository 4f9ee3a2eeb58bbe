package decide

import (
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// A Preference is when a strategy would rather send, within the law.
type Preference struct {
	Open, Close int    // minutes after midnight
	Weekdays    []bool // by time.Weekday, seven of them; the days of the week where the calendar says nothing
	Workdays    bool   // only on working days of the calendar that applies; falls back to weekdays
	Spacing     int    // days between two contacts of any treatment
	Only        bool   // nothing is sent at any other hour or day: the borrower asked for these

	NeverDays     []bool // by time.Weekday: days on which nothing is sent at all; empty means none
	NeverHolidays bool   // nothing is sent on a holiday that the calendar names; a year not published names none
	NeverFrom     int    // from here, in minutes after midnight,
	NeverTo       int    // to here nothing is sent at all, such as at lunch; both 0 means no such time
}

// Asked returns the preference for a borrower who asked for hours, for days of the week, or for both: that takes the place of
// the strategy's choice, and so does away with what the strategy rules out. Hours are minutes after midnight, days bits by
// time.Weekday; both zero is none.
func (p Preference) Asked(open, closing int, days uint8) Preference {
	if closing != 0 {
		p.Open, p.Close, p.NeverFrom, p.NeverTo, p.Only = open, closing, 0, 0, true
	}
	if days != 0 {
		p.Workdays, p.NeverDays, p.NeverHolidays, p.Only = false, nil, false, true
		p.Weekdays = make([]bool, 7)
		for d := range p.Weekdays {
			p.Weekdays[d] = days&(1<<d) != 0
		}
	}
	return p
}

// A Slot is when to send: [From, To). The zero Slot means that there is none.
type Slot struct {
	From, To time.Time
	Note     string // why it is not the plain preference, or on what it rests; may be empty
}

// Slot returns when to send, given that now it is lawful until before end and no use after it. It tries, in
// this order, what is left before end: the preferred hours of a preferred day; the preferred hours of any
// other day on which sending is not ruled out; any time that is not ruled out. The location of now is the
// borrower's. It knows nothing of the law: pass what guard allows, and judge again when the slot has come.
//
// To wait for tomorrow, pass an end of tomorrow or later: the last instant of Intent.LastOn, for one.
func (p *Preference) Slot(now, end time.Time, cal law.Calendar) Slot {
	for _, preferred := range []bool{true, false} {
		if p.Only && !preferred {
			return Slot{}
		}
		day := ledger.Day(now)
		for range 400 {
			from, to := day.At(p.Open/60, p.Open%60, now.Location()), day.At(p.Close/60, p.Close%60, now.Location())
			if day.At(0, 0, now.Location()).After(end) {
				break
			}
			good, note := p.day(day, cal)
			if !preferred {
				good, note = true, "No preferred day is left in time."
			}
			from, to = later(from, now), sooner(to, end)
			if good && !p.never(day, cal) && from.Before(to) {
				return Slot{from, to, note}
			}
			day++
		}
	}
	return p.anyTime(now, end, cal)
}

// anyTime returns the first span of time that is not ruled out, of the day that it falls on.
func (p *Preference) anyTime(now, end time.Time, cal law.Calendar) Slot {
	const note = "The preferred hours are past, and tomorrow is too late."
	loc, today := now.Location(), ledger.Day(now)
	for day := today; day < today+7 && !day.At(0, 0, loc).After(end); day++ {
		if p.never(day, cal) {
			continue
		}
		spans := [][2]time.Time{{day.At(0, 0, loc), (day + 1).At(0, 0, loc)}}
		if p.NeverFrom < p.NeverTo {
			spans = [][2]time.Time{
				{day.At(0, 0, loc), day.At(p.NeverFrom/60, p.NeverFrom%60, loc)},
				{day.At(p.NeverTo/60, p.NeverTo%60, loc), (day + 1).At(0, 0, loc)},
			}
		}
		for _, s := range spans {
			if from, to := later(s[0], now), sooner(s[1], end); from.Before(to) {
				return Slot{from, to, note}
			}
		}
	}
	return Slot{}
}

// day says whether a day is preferred, and on what that rests where it is a guess.
func (p *Preference) day(d ledger.Date, cal law.Calendar) (good bool, note string) {
	if p.Workdays {
		if work, known := cal.Workday(d); known {
			return work, ""
		}
		note = "The working days of that year are not published; the days of the week decided."
	}
	return len(p.Weekdays) != 7 || p.Weekdays[d.Weekday()], note
}

// never says whether nothing is sent on a day at all. A day that a holiday made a working day is none.
func (p *Preference) never(d ledger.Date, cal law.Calendar) bool {
	if p.NeverHolidays && cal.Holiday(d) != "" {
		if work, _ := cal.Workday(d); !work {
			return true
		}
	}
	return len(p.NeverDays) == 7 && p.NeverDays[d.Weekday()]
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
