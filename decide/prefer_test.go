package decide_test

import (
	"testing"
	"time"

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
