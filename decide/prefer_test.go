package decide_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/rulebooks"
)

func TestSlot(t *testing.T) {
	doc, err := rulebooks.FS.ReadFile("cn/workdays.csv")
	if err != nil {
		t.Fatal(err)
	}
	cal, err := law.ParseCalendar("workdays.csv", doc)
	if err != nil {
		t.Fatal(err)
	}
	p := cnDefault(t).Prefer
	shanghai := time.FixedZone("", 8*3600)
	for _, c := range []struct{ name, now, end, from, to, note string }{
		{"before the hours", "2026-09-24 08:00", "2026-09-24 22:00", "2026-09-24 10:00", "2026-09-24 11:30", ""},
		{"within them", "2026-09-24 10:40", "2026-09-24 22:00", "2026-09-24 10:40", "2026-09-24 11:30", ""},
		{"past them, with time", "2026-09-24 11:30", "2026-09-27 22:00", "2026-09-25 0:00", "", "No preferred day is left in time."},
		{"a working Sunday is still a Sunday", "2026-09-20 08:00", "2026-09-22 22:00", "2026-09-21 10:00", "2026-09-21 11:30", ""},
		{"over the national holiday", "2026-10-01 08:00", "2026-10-09 22:00", "2026-10-08 10:00", "2026-10-08 11:30", ""},
		{"a holiday, and no other day in time", "2026-10-01 08:00", "2026-10-02 22:00", "2026-10-01 10:00", "2026-10-01 11:30", "No preferred day is left in time."},
		{"lunch, and tomorrow is too late", "2026-09-24 12:30", "2026-09-24 22:00", "2026-09-24 14:00", "2026-09-24 22:00", "The preferred hours are past, and tomorrow is too late."},
		{"a Sunday, and tomorrow is too late", "2026-09-27 09:00", "2026-09-27 22:00", "", "", ""},
		{"a year not published", "2027-01-04 08:00", "2027-01-04 22:00", "2027-01-04 10:00", "2027-01-04 11:30", "The working days of that year are not published; the days of the week decided."},
	} {
		at := func(s string) time.Time {
			if s == "" {
				return time.Time{}
			}
			v, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if c.to == "" && c.from != "" { // 2026-09-25 is a holiday, 26 a Saturday: the first other day in time
			c.from, c.to = "2026-09-25 10:00", "2026-09-25 11:30"
		}
		got := p.Slot(at(c.now), at(c.end), cal)
		if !got.From.Equal(at(c.from)) || !got.To.Equal(at(c.to)) || got.Note != c.note {
			t.Errorf("%s: got %s to %s, %q", c.name, got.From, got.To, got.Note)
		}
	}
}

// TestNeverOnHolidays passes over what a published calendar names, and only that.
func TestNeverOnHolidays(t *testing.T) {
	doc, err := rulebooks.FS.ReadFile("us/workdays.csv")
	if err != nil {
		t.Fatal(err)
	}
	cal, err := law.ParseCalendar("workdays.csv", doc)
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("", -5*3600)
	p := decide.Preference{Open: 600, Close: 720, Workdays: true, NeverHolidays: true}
	for _, c := range []struct{ name, now, end, from string }{
		{"the day before Thanksgiving", "2026-11-25 09:00", "2026-11-26 00:00", "2026-11-25 10:00"},
		{"Thanksgiving, and tomorrow is too late", "2026-11-26 09:00", "2026-11-26 21:00", ""},
		{"Thanksgiving, and there is time", "2026-11-26 09:00", "2026-11-28 00:00", "2026-11-27 10:00"},
		{"a day in lieu", "2026-07-03 09:00", "2026-07-03 21:00", ""},
		{"a Saturday is no holiday, and tomorrow is too late", "2026-11-28 09:00", "2026-11-28 21:00", "2026-11-28 10:00"},
		{"a year not published names none", "2028-07-04 09:00", "2028-07-04 21:00", "2028-07-04 10:00"},
	} {
		at := func(s string) time.Time {
			v, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		got := p.Slot(at(c.now), at(c.end), cal)
		if c.from == "" != got.From.IsZero() || c.from != "" && !got.From.Equal(at(c.from)) {
			t.Errorf("%s: got %s", c.name, got.From)
		}
	}
	// A holiday that is made a working day is none, as in China.
	made, err := law.ParseCalendar("x.csv", []byte("date,workday,holiday\n2026-01-01,1,x\n"+restOf2026()))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, zone)
	if got := p.Slot(now, now.Add(12*time.Hour), made); !got.From.Equal(now.Add(time.Hour)) {
		t.Errorf("a working day with a holiday's name: got %s", got.From)
	}
}

// restOf2026 lists 2 January to 31 December as working days.
func restOf2026() string {
	var b strings.Builder
	for d := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
		b.WriteString(d.Format(time.DateOnly) + ",1,\n")
	}
	return b.String()
}

// TestAskedSlot: what a borrower asked for takes the place of the strategy's choice, and nothing is sent at another time.
func TestAskedSlot(t *testing.T) {
	p := cnDefault(t).Prefer
	shanghai := time.FixedZone("", 8*3600)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 9, day, hour, minute, 0, 0, shanghai) }
	thursday, sunday := uint8(1<<time.Thursday), uint8(1<<time.Sunday)
	for _, c := range []struct {
		name        string
		open, close int
		days        uint8
		now, end    time.Time
		from, to    time.Time
	}{
		{"hours at lunch", 12 * 60, 13 * 60, 0, at(24, 8, 0), at(24, 22, 0), at(24, 12, 0), at(24, 13, 0)},
		{"hours that are past", 9 * 60, 10 * 60, 0, at(24, 10, 0), at(24, 22, 0), time.Time{}, time.Time{}},
		{"a Sunday, which the strategy rules out", 0, 0, sunday, at(24, 8, 0), at(28, 0, 0), at(27, 10, 0), at(27, 11, 30)},
		{"both", 18 * 60, 19 * 60, thursday, at(24, 18, 30), at(28, 0, 0), at(24, 18, 30), at(24, 19, 0)},
		{"a day that does not come in time", 0, 0, sunday, at(24, 8, 0), at(26, 0, 0), time.Time{}, time.Time{}},
	} {
		asked := p.Asked(c.open, c.close, c.days)
		if got := asked.Slot(c.now, c.end, law.Calendar{}); !got.From.Equal(c.from) || !got.To.Equal(c.to) {
			t.Errorf("%s: %s to %s", c.name, got.From, got.To)
		}
	}
}
