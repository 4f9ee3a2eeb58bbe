package law_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/rulebooks"
)

var day = ledger.NewDate(2026, 9, 24)

func cn(t testing.TB) law.Rulebook {
	t.Helper()
	doc, err := rulebooks.FS.ReadFile("cn/rulebook.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := law.Parse("cn/rulebook.yaml", doc)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func house(rule ...law.Rule) law.Rulebook {
	for i := range rule {
		rule[i].House, rule[i].Confidence, rule[i].File, rule[i].Line = true, law.Binding, "acme.yaml", 7+i
	}
	return law.Rulebook{ID: "acme", Rules: rule, File: "acme.yaml"}
}

func compose(t testing.TB, books ...law.Rulebook) law.Lawbook {
	t.Helper()
	l, err := law.Compose(books...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var scope = law.Scope{Country: "CN", Region: "CN-ZJ", Channel: ledger.SMS, Party: "creditor", Product: "card", On: day}

func TestStrictestWins(t *testing.T) {
	l := compose(t, cn(t), house(
		law.Rule{ID: "A-HOURS", Kind: law.Hours, Open: 9 * 60, Close: 21 * 60},
		law.Rule{ID: "A-LATE", Kind: law.Hours, Open: 8 * 60, Close: 20 * 60, From: day + 1},
		law.Rule{ID: "A-CAP", Kind: law.Cap, N: 5, Days: 30, Per: "person"},
		law.Rule{ID: "A-STOP", Kind: law.Stop, States: []string{"vip"}},
	))
	r := l.For(scope)
	if open, closing, opens, closes := r.Hours(time.Thursday); open != 540 || closing != 1260 || opens.ID != "A-HOURS" || closes.ID != "A-HOURS" {
		t.Errorf("hours %d to %d by %s and %s", open, closing, opens.ID, closes.ID)
	}
	if len(r.Binding(law.Cap)) != 3 || !r.Knows("vip") || !r.Knows("stop") || r.Knows("sotp") {
		t.Error("not the union of caps and stops")
	}
	if !r.Covers(day) || r.Covers(day+1) {
		t.Error("the rules of a day cover the next, on which another begins")
	}
	later := scope
	later.On++
	r = l.For(later)
	if _, closing, _, closes := r.Hours(time.Thursday); closing != 1200 || closes.ID != "A-LATE" {
		t.Errorf("from its first day on the later rule closes: %d %s", closing, closes.ID)
	}
	if !r.Covers(day+1000) || r.Covers(day) {
		t.Error("covers a day before its first")
	}
}

func TestHouseMayOnlyBeStricter(t *testing.T) {
	for want, r := range map[string]law.Rule{
		"acme.yaml:7: rule A allows 07:00–22:00, more than the 08:00–22:00 of CN-HOUSE-TIME-01": {ID: "A", Kind: law.Hours, Open: 420, Close: 1320},
		"allows 08:00–23:00, more than":                                                {ID: "A", Kind: law.Hours, Open: 480, Close: 1380, Channels: []ledger.Channel{ledger.SMS}},
		"allows 2 a calendar day, more than the 1 a calendar day of CN-HOUSE-CAP-01":   {ID: "A", Kind: law.Cap, N: 2, Days: 1, Per: "person"},
		"allows 4 in 1 × 24 hours, more than the 3 in 7 × 24 hours of CN-HOUSE-CAP-02": {ID: "A", Kind: law.Cap, N: 4, Seconds: 86400, Per: "person"},
		"rule CN-HARD-03 is there already":                                             {ID: "CN-HARD-03", Kind: law.Stop, States: []string{"x"}},
	} {
		if _, err := law.Compose(cn(t), house(r)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	twice := cn(t)
	if _, err := law.Compose(cn(t), twice); err == nil {
		t.Error("one rulebook twice")
	}
}

func TestGaps(t *testing.T) {
	l := compose(t, cn(t))
	change := func(f func(*law.Scope)) law.Scope { s := scope; f(&s); return s }
	only := func(kinds ...law.Kind) law.Lawbook {
		b := cn(t)
		var rules []law.Rule
		for _, r := range b.Rules {
			for _, k := range kinds {
				if r.Kind == k {
					rules = append(rules, r)
				}
			}
		}
		b.Rules = rules
		return compose(t, b)
	}
	narrow := compose(t, cn(t), house(law.Rule{ID: "A", Kind: law.Hours, Open: 480, Close: 500}, law.Rule{ID: "B", Kind: law.Hours, Open: 500, Close: 600}))
	regional := compose(t, cn(t), law.Rulebook{ID: "zj", Jurisdiction: "CN-ZJ"})
	for want, r := range map[string]law.Rules{
		"No rulebook was consulted.":                   {},
		"There is no rulebook for CN.":                 law.Lawbook{}.For(scope),
		"There is no rulebook for KE.":                 l.For(change(func(s *law.Scope) { s.Country = "KE" })),
		"Where the borrower lives is not":              l.For(change(func(s *law.Scope) { s.Country = "" })),
		"The channel is not known.":                    l.For(change(func(s *law.Scope) { s.Channel = "" })),
		"The day is not known.":                        l.For(change(func(s *law.Scope) { s.On = 0 })),
		"CN has rules by region":                       regional.For(change(func(s *law.Scope) { s.Region = "" })),
		"No binding rule says at which":                only(law.Stop, law.Identity, law.Amount).For(scope),
		"No binding rule says which addr":              only(law.Hours, law.Amount).For(scope),
		"No binding rule asks for a know":              only(law.Hours, law.Identity).For(scope),
		`No binding rule bars reminders after "stop".`: only(law.Hours, law.Identity, law.Amount).For(scope),
		"Rules B and A leave no lawful hour.":          narrow.For(scope),
	} {
		if !strings.HasPrefix(r.Gap(), want) {
			t.Errorf("got %q, want %q", r.Gap(), want)
		}
	}
	if gap := l.For(scope).Gap() + regional.For(scope).Gap(); gap != "" {
		t.Error(gap)
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestWindow pins the windows of days with and without a change of the clocks. Hours at night are no law
// anywhere; they are where the arithmetic could err.
func TestWindow(t *testing.T) {
	for _, c := range []struct {
		name, day   string
		zones       []string
		open, close int
		from, to    string
	}{
		{"an ordinary day", "2026-09-24", []string{"Asia/Shanghai"}, 480, 1320, "2026-09-24T08:00:00+08:00", "2026-09-24T22:00:00+08:00"},
		{"two zones", "2026-09-24", []string{"Asia/Shanghai", "Asia/Urumqi"}, 480, 1320, "2026-09-24T10:00:00+08:00", "2026-09-24T22:00:00+08:00"},
		{"coast to coast", "2026-07-01", []string{"America/New_York", "America/Los_Angeles"}, 480, 1260, "2026-07-01T11:00:00-04:00", "2026-07-01T21:00:00-04:00"},
		{"spring, the day is an hour shorter", "2026-03-08", []string{"America/New_York"}, 0, 1440, "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00"},
		{"the opening does not exist", "2026-03-08", []string{"America/New_York"}, 150, 600, "2026-03-08T03:00:00-04:00", "2026-03-08T10:00:00-04:00"},
		{"the closing does not exist", "2026-03-08", []string{"America/New_York"}, 60, 150, "2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"the opening comes twice; after the first the clocks go back before it", "2026-11-01", []string{"America/New_York"}, 90, 600, "2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00"},
		{"the closing comes twice; the first closes", "2026-11-01", []string{"America/New_York"}, 30, 90, "2026-11-01T00:30:00-04:00", "2026-11-01T01:30:00-04:00"},
		{"midnight does not exist", "2026-04-24", []string{"Africa/Cairo"}, 0, 600, "2026-04-24T01:00:00+03:00", "2026-04-24T10:00:00+03:00"},
		{"no common hour", "2026-07-01", []string{"Pacific/Kiritimati", "Pacific/Pago_Pago"}, 600, 630, "", ""},
	} {
		b := cn(t)
		for i := range b.Rules {
			if b.Rules[i].Kind == law.Hours {
				b.Rules[i].Open, b.Rules[i].Close = c.open, c.close
			}
		}
		d, err := ledger.ParseDate(c.day)
		if err != nil {
			t.Fatal(err)
		}
		var zones []*time.Location
		for _, name := range c.zones {
			zones = append(zones, zone(t, name))
		}
		from, to, ok := compose(t, b).For(scope).Window(d, zones)
		if ok != (c.from != "") || ok && (from.Format(time.RFC3339) != c.from || to.Format(time.RFC3339) != c.to) {
			t.Errorf("%s: got %v %s to %s", c.name, ok, from.Format(time.RFC3339), to.Format(time.RFC3339))
		}
	}
}

// TestWindowByMinute compares the arithmetic with looking at every minute around the changes of the clocks.
func TestWindowByMinute(t *testing.T) {
	for _, hours := range [][2]int{{480, 1320}, {90, 150}, {0, 90}, {150, 1440}} {
		b := cn(t)
		for i := range b.Rules {
			if b.Rules[i].Kind == law.Hours {
				b.Rules[i].Open, b.Rules[i].Close = hours[0], hours[1]
			}
		}
		r := compose(t, b).For(scope)
		for _, at := range []string{"2026-03-07T12:00:00Z", "2026-10-31T12:00:00Z"} {
			start, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, zones := range [][]*time.Location{{zone(t, "America/New_York")}, {zone(t, "America/New_York"), zone(t, "America/Chicago")}} {
				byMinute(t, r, zones, start)
			}
		}
	}
}

func byMinute(t *testing.T, r law.Rules, zones []*time.Location, start time.Time) {
	t.Helper()
	for i := range 36 * 60 {
		now := start.Add(time.Duration(i) * time.Minute)
		opens, ok := r.Opens(now, zones)
		want := now
		for !r.Inside(want, zones) && want.Before(now.Add(72*time.Hour)) {
			want = want.Add(time.Minute)
		}
		if found := r.Inside(want, zones); ok != found || ok && !opens.Equal(want) {
			t.Fatalf("from %s: opens %s, minute by minute %s", now, opens, want)
		}
	}
}

func TestParseCalendarMistakes(t *testing.T) {
	whole := func() string {
		var b strings.Builder
		b.WriteString("date,workday,holiday\n")
		for d := ledger.NewDate(2026, 1, 1); d < ledger.NewDate(2027, 1, 1); d++ {
			b.WriteString(d.String() + ",1,\n")
		}
		return b.String()
	}()
	c, err := law.ParseCalendar("c.csv", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if work, known := c.Workday(ledger.NewDate(2026, 9, 27)); !work || !known {
		t.Error("a working Sunday is not one")
	}
	if work, known := c.Workday(ledger.NewDate(2027, 9, 26)); work || known {
		t.Error("a Sunday of a year that nobody published is a working day")
	}
	if work, known := (law.Calendar{}).Workday(day); !work || known {
		t.Error("the zero calendar knows a year")
	}
	for want, doc := range map[string]string{
		"c.csv:1: the first line must be":           "day\n",
		`c.csv:2: "2026-01-01,2," is not a line`:    "date,workday,holiday\n2026-01-01,2,\n",
		"c.csv:2: 2026-01-02 does not follow":       "date,workday,holiday\n2026-01-02,1,\n",
		"c.csv:3: 2026-01-03 does not follow":       "date,workday,holiday\n2026-01-01,1,\n2026-01-03,1,\n",
		"the last year is not whole":                strings.TrimSuffix(whole, "2026-12-31,1,\n"),
		`c.csv:2: "2026-13-01" is not a date`:       "date,workday,holiday\n2026-13-01,1,\n",
		"c.csv:1: the last year is not whole; list": "date,workday,holiday\n",
	} {
		if _, err := law.ParseCalendar("c.csv", []byte(doc)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestLawIsNamedBeforeHouse: of two rules that say the same the law's is named, whichever book stands first.
func TestLawIsNamedBeforeHouse(t *testing.T) {
	rule := func(id string, house bool) law.Rule {
		return law.Rule{ID: id, Kind: law.Hours, Confidence: law.Binding, House: house, Open: 480, Close: 1260, Source: id}
	}
	federal := law.Rulebook{ID: "us", Jurisdiction: "US", Rules: []law.Rule{rule("HOUSE", true)}}
	state := law.Rulebook{ID: "us-ma", Jurisdiction: "US-MA", Rules: []law.Rule{rule("STATE", false)}}
	for _, books := range [][]law.Rulebook{{federal, state}, {state, federal}} {
		l, err := law.Compose(books...)
		if err != nil {
			t.Fatal(err)
		}
		rules := l.For(law.Scope{Country: "US", Region: "US-MA", Channel: ledger.SMS, On: 20000})
		if b := rules.Binding(law.Hours); len(b) != 2 || b[0].ID != "STATE" {
			t.Errorf("asked first: %v", b[0].ID)
		}
	}
}
