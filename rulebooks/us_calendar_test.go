package rulebooks_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

var update = flag.Bool("update", false, "write us/workdays.csv anew from the statute")

// The years of us/workdays.csv. The statute gives every year; a later one is added when it is near, so that an
// act of Congress in between is not overlooked.
const usFirst, usLast = 2024, 2027

// federal returns the legal public holidays of a year by 5 U.S.C. 6103(a), by the day on which they fall.
func federal(year int) map[ledger.Date]string {
	return map[ledger.Date]string{
		ledger.NewDate(year, time.January, 1):      "New Year's Day",
		nth(year, time.January, time.Monday, 3):    "Birthday of Martin Luther King Jr.",
		nth(year, time.February, time.Monday, 3):   "Washington's Birthday",
		nth(year, time.June, time.Monday, 1) - 7:   "Memorial Day", // the last Monday in May
		ledger.NewDate(year, time.June, 19):        "Juneteenth National Independence Day",
		ledger.NewDate(year, time.July, 4):         "Independence Day",
		nth(year, time.September, time.Monday, 1):  "Labor Day",
		nth(year, time.October, time.Monday, 2):    "Columbus Day",
		ledger.NewDate(year, time.November, 11):    "Veterans Day",
		nth(year, time.November, time.Thursday, 4): "Thanksgiving Day",
		ledger.NewDate(year, time.December, 25):    "Christmas Day",
	}
}

// nth returns the nth weekday of a month.
func nth(year int, m time.Month, w time.Weekday, n int) ledger.Date {
	first := ledger.NewDate(year, m, 1)
	return first + ledger.Date((int(w)-int(first.Weekday())+7)%7+7*(n-1))
}

// observed adds the days in lieu: the Friday before a Saturday, by 5 U.S.C. 6103(b), and the Monday after a
// Sunday, by section 3(a) of Executive Order 11582.
func observed(year int) map[ledger.Date]string {
	out := map[ledger.Date]string{}
	for y := year; y <= year+1; y++ { // New Year's Day may be observed in the year before
		for d, name := range federal(y) {
			out[d] = name
			switch d.Weekday() { //nolint:exhaustive // all other days are observed when they fall
			case time.Saturday:
				out[d-1] = name + " (observed)"
			case time.Sunday:
				out[d+1] = name + " (observed)"
			}
		}
	}
	return out
}

// TestFederalHolidays makes the calendar of the United States from the statute and compares it with the file.
func TestFederalHolidays(t *testing.T) {
	var want bytes.Buffer
	want.WriteString("date,workday,holiday\n")
	for y := usFirst; y <= usLast; y++ {
		free := observed(y)
		for d := ledger.NewDate(y, time.January, 1); d < ledger.NewDate(y+1, time.January, 1); d++ {
			work := 1
			if w := d.Weekday(); w == time.Saturday || w == time.Sunday || free[d] != "" {
				work = 0
			}
			fmt.Fprintf(&want, "%s,%d,%s\n", d, work, free[d])
		}
	}
	if *update {
		if err := os.WriteFile("us/workdays.csv", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have := read(t, "us/workdays.csv"); !*update && !bytes.Equal(have, want.Bytes()) {
		t.Error("us/workdays.csv is not what 5 U.S.C. 6103 gives; go test ./rulebooks -run FederalHolidays -update writes it")
	}
	cal, err := law.ParseCalendar("us/workdays.csv", want.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	// Days as they were published, so that the derivation is not only compared with itself.
	for day, name := range map[ledger.Date]string{
		ledger.NewDate(2024, time.January, 15):  "Birthday of Martin Luther King Jr.",
		ledger.NewDate(2024, time.May, 27):      "Memorial Day",
		ledger.NewDate(2025, time.September, 1): "Labor Day",
		ledger.NewDate(2026, time.July, 3):      "Independence Day (observed)",
		ledger.NewDate(2026, time.November, 26): "Thanksgiving Day",
		ledger.NewDate(2027, time.June, 18):     "Juneteenth National Independence Day (observed)",
		ledger.NewDate(2027, time.December, 31): "New Year's Day (observed)",
	} {
		if work, known := cal.Workday(day); work || !known || cal.Holiday(day) != name {
			t.Errorf("%s: working %t, known %t, %q", day, work, known, cal.Holiday(day))
		}
	}
	if work, known := cal.Workday(ledger.NewDate(2026, time.October, 13)); !work || !known {
		t.Error("the Tuesday after Columbus Day 2026 is no working day")
	}
}
