package receive

import (
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A moment is a day as people say it, before it is known from which day they speak.
type moment struct {
	kind  momentKind
	n     int // days or months from today; weeks from this one (unsaid when none is said); months from this one
	day   int // of the week (0 is Sunday) or of the month
	month int
	year  int // 0: not said
	past  bool
}

type momentKind uint8

const (
	inDays     momentKind = iota + 1 // n days from today
	inMonths                         // n months from today
	onWeekday                        // day of the week, n weeks from this one
	onDay                            // day of the month, n months from this one
	onDate                           // month and day
	atMonthEnd                       // last day of the month, n months from this one
	atWeekEnd                        // Sunday, n weeks from this one
	atYearEnd                        // 31 December, n years from this one
)

// unsaid says that neither week nor month was said: the next such day is meant, or the last when one speaks of the past.
const unsaid = 99

// on returns the day that is meant by one who speaks on today; 0 when there is no such day. Weeks begin on Monday, so that
// 下周五 and "next Friday" are the Friday of the calendar week after this. With past, a day that may lie before
// today or after it lies before: "I paid on the 20th".
func (m moment) on(today ledger.Date, past bool) ledger.Date {
	y, month, d := today.YMD()
	weekday := int(today.Weekday())
	monday := today - ledger.Date((weekday+6)%7)
	past = past || m.past
	switch m.kind {
	case inDays:
		return today + ledger.Date(m.n)
	case inMonths:
		return monthDay(y, int(month)+m.n, min(d, daysIn(y, int(month)+m.n)))
	case onWeekday:
		if m.n != unsaid {
			return monday + ledger.Date(7*m.n+(m.day+6)%7)
		}
		if past {
			return today - ledger.Date((weekday-m.day+7)%7)
		}
		return today + ledger.Date((m.day-weekday+6)%7+1)
	case onDay:
		return m.dayOfMonth(y, int(month), d, past)
	case onDate:
		return m.date(today, y, past)
	case atMonthEnd:
		return monthDay(y, int(month)+m.n, daysIn(y, int(month)+m.n))
	case atWeekEnd:
		return monday + ledger.Date(7*m.n+6)
	case atYearEnd:
		return ledger.NewDate(y+m.n, time.December, 31)
	}
	return 0
}

// dayOfMonth returns the day of a month that is said, or else of the nearest that has it.
func (m moment) dayOfMonth(y, month, d int, past bool) ledger.Date {
	if m.n != unsaid {
		return monthDay(y, month+m.n, m.day)
	}
	step := 1
	if past {
		step = -1
		if m.day > d {
			month--
		}
	} else if m.day < d {
		month++
	}
	for range 12 {
		if m.day <= daysIn(y, month) {
			return monthDay(y, month, m.day)
		}
		month += step
	}
	return 0
}

// date returns the month and day of the year that is said, or else of the nearest.
func (m moment) date(today ledger.Date, y int, past bool) ledger.Date {
	if m.year != 0 {
		return monthDay(m.year, m.month, m.day)
	}
	step := 1
	if past {
		step = -1
	}
	for range 9 {
		d := monthDay(y, m.month, m.day)
		if d != 0 && (past && d <= today || !past && d >= today) {
			return d
		}
		y += step
	}
	return 0
}

func daysIn(y, month int) int {
	return time.Date(y, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// monthDay returns a date, or 0 when the month has no such day. A month beyond 12 is one of the next year.
func monthDay(y, month, day int) ledger.Date {
	if day < 1 || day > daysIn(y, month) {
		return 0
	}
	return ledger.NewDate(y, time.Month(month), day)
}
