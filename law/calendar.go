package law

import (
	"bytes"
	"strconv"
	"time"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// A Calendar says which days are working days, for the years that are published. The zero Calendar knows no
// year.
type Calendar struct {
	years map[int]*[367]byte // by day of the year from 1: 0 not listed, 1 free, 2 working
	names map[ledger.Date]string
}

// ParseCalendar reads a calendar from lines of "date,workday,holiday" with that header, workday being 1 or 0.
// A year must be listed whole: a day that is not said is not guessed.
func ParseCalendar(name string, doc []byte) (Calendar, error) {
	c := Calendar{years: map[int]*[367]byte{}, names: map[ledger.Date]string{}}
	var last ledger.Date
	line := 0
	for row := range bytes.Lines(doc) {
		line++
		row = bytes.TrimRight(row, "\r\n")
		if line == 1 {
			if string(row) != "date,workday,holiday" {
				return Calendar{}, document.Mistake(name, 1, fault.CalendarHead)
			}
			continue
		}
		parts := bytes.Split(row, []byte(","))
		if len(parts) != 3 || len(parts[1]) != 1 || parts[1][0] != '0' && parts[1][0] != '1' {
			return Calendar{}, document.Mistake(name, line, fault.CalendarLine, strconv.Quote(string(row)), "2026-10-01,0,国庆节")
		}
		d, err := ledger.ParseDate(string(parts[0]))
		if err != nil {
			return Calendar{}, document.MistakeBy(name, line, err)
		}
		if _, month, day := d.YMD(); last == 0 && (month != time.January || day != 1) || last != 0 && d != last+1 {
			return Calendar{}, document.Mistake(name, line, fault.CalendarOrder, d)
		}
		last = d
		c.set(d, parts[1][0]-'0'+1, string(parts[2]))
	}
	if _, month, day := last.YMD(); last == 0 || month != time.December || day != 31 {
		return Calendar{}, document.Mistake(name, line, fault.CalendarWhole)
	}
	return c, nil
}

func (c Calendar) set(d ledger.Date, work byte, holiday string) {
	y, _, _ := d.YMD()
	if c.years[y] == nil {
		c.years[y] = new([367]byte)
	}
	c.years[y][d-ledger.NewDate(y, time.January, 1)+1] = work
	if holiday != "" {
		c.names[d] = holiday
	}
}

// Workday says whether d is a working day. Where d's year is not published known is false, and the answer is
// that of the week: Monday to Friday.
func (c Calendar) Workday(d ledger.Date) (work, known bool) {
	y, _, _ := d.YMD()
	if year := c.years[y]; year != nil {
		return year[d-ledger.NewDate(y, time.January, 1)+1] == 2, true
	}
	day := d.Weekday()
	return day != time.Saturday && day != time.Sunday, false
}

// Free says whether d is a public holiday: a named day that is not made a working day. Where d's year is not
// published known is false.
func (c Calendar) Free(d ledger.Date) (free, known bool) {
	work, known := c.Workday(d)
	return known && !work && c.names[d] != "", known
}

// Holiday returns the name of the holiday on d, or "".
func (c Calendar) Holiday(d ledger.Date) string { return c.names[d] }
