// Package ledger says what is owed: people, loans, instalments, payments, exact money and civil dates,
// and what makes a row of them valid. It is pure, and imports of Duly only the words for what is wrong with a row.
package ledger

import (
	"strconv"
	"time"

	"github.com/dulyhq/duly/words/fault"
)

// A Date is a civil date, counted in days since 1970-01-01. It has no zone: the caller has already said
// whose calendar it is. The zero value means "no date".
type Date int32

const dateLayout = "2006-01-02"

// Day returns the civil date of t in t's own location.
func Day(t time.Time) Date {
	y, m, d := t.Date()
	return NewDate(y, m, d)
}

// NewDate returns the civil date of a year, month and day; days outside the month roll over as in time.Date.
func NewDate(y int, m time.Month, d int) Date {
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDate reads "2006-01-02". A day that no calendar has, such as 2026-02-30, is an error.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return 0, fault.Wrong(fault.DateForm, strconv.Quote(s))
	}
	d := Date(t.Unix() / 86400)
	if d == 0 {
		return 0, fault.Wrong(fault.DateRange, strconv.Quote(s))
	}
	return d, nil
}

// String returns "2006-01-02", or "" for the zero Date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.utc().Format(dateLayout)
}

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday {
	w := (int(d) + int(time.Thursday)) % 7 // 1970-01-01 was a Thursday
	if w < 0 {
		w += 7
	}
	return time.Weekday(w)
}

// The Gregorian calendar repeats itself every 400 years. Counted from 1 March the leap day is the last of its year, so
// that months begin after the same number of days in every year.
const (
	daysIn400  = 146097
	daysIn100  = 36524
	daysIn4    = 1461
	firstMarch = 719468 // days from 0000-03-01 to 1970-01-01
)

// YMD returns the year, month and day of d.
func (d Date) YMD() (int, time.Month, int) {
	day := int(d) + firstMarch
	cycle := day / daysIn400
	if day < 0 {
		cycle = (day - daysIn400 + 1) / daysIn400
	}
	day -= cycle * daysIn400
	century := min(day/daysIn100, 3) // the fourth has a day more
	day -= century * daysIn100
	four := day / daysIn4
	day -= four * daysIn4
	one := min(day/365, 3) // the same
	day -= one * 365
	year := cycle*400 + century*100 + four*4 + one
	month := (5*day + 2) / 153 // months of 31, 30, 31, 30, 31 days from March on: 153 in five
	day -= (153*month + 2) / 5
	if month += 3; month > 12 {
		month, year = month-12, year+1
	}
	return year, time.Month(month), day + 1
}

// At returns the instant of clock hour h and minute m of day d in loc.
func (d Date) At(h, m int, loc *time.Location) time.Time {
	y, mo, day := d.YMD()
	return time.Date(y, mo, day, h, m, 0, 0, loc)
}

// MarshalText writes the form of String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// MarshalJSON writes the form of String in quotes, and null for the zero Date.
func (d Date) MarshalJSON() ([]byte, error) {
	if d == 0 {
		return []byte("null"), nil
	}
	return []byte(`"` + d.String() + `"`), nil
}

// UnmarshalText reads the form of ParseDate; an empty text is the zero Date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDate(string(b))
	*d = v
	return err
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }
