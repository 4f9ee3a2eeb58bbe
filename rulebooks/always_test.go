package rulebooks_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/rulebooks"
)

// shipped parses every rulebook that ships.
func shipped(t *testing.T) []law.Rulebook {
	t.Helper()
	names, err := fs.Glob(rulebooks.FS, "*/rulebook.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no rulebooks: %v", err)
	}
	var books []law.Rulebook
	for _, name := range names {
		b, err := law.Parse(name, read(t, name))
		if err != nil {
			t.Fatal(err)
		}
		books = append(books, b)
	}
	return books
}

// places returns, for each place that ships rules, the books that hold there, with a region that is known: those
// of the place and of the country in which it lies, without a carrier's.
func places(books []law.Rulebook) map[law.Scope][]law.Rulebook {
	out := map[law.Scope][]law.Rulebook{}
	for i := range books {
		j := books[i].Jurisdiction
		if j == "" || len(books[i].Carriers) > 0 {
			continue
		}
		parts := strings.Split(j, "-")
		s := law.Scope{Country: parts[0], Region: parts[0] + "-ZZ", Locality: "elsewhere", Channel: ledger.SMS, Carrier: "direct"}
		if len(parts) > 1 {
			s.Region = strings.Join(parts[:2], "-")
		}
		if len(parts) > 2 {
			s.Locality = j
		}
		if out[s] != nil {
			continue // a carrier's rules of a country stand beside the country's own
		}
		for k := range books {
			if o := books[k].Jurisdiction; o != "" && (j == o || strings.HasPrefix(j, o+"-")) {
				out[s] = append(out[s], books[k])
			}
		}
	}
	return out
}

// edges returns the days on which the rules of the books change, and the days before them, with today.
func edges(books []law.Rulebook) []ledger.Date {
	days := []ledger.Date{ledger.NewDate(2026, 11, 25)}
	for i := range books {
		for k := range books[i].Rules {
			for _, d := range []ledger.Date{books[i].Rules[k].From, books[i].Rules[k].To} {
				if d != 0 {
					days = append(days, d-1, d)
				}
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// TestEveryPlaceBinds wants hours, stops, whose address and the amount to bind, and a missing name, amount or
// contact to be an error, in every place, for a creditor and an agency, on every day on which rules change.
func TestEveryPlaceBinds(t *testing.T) {
	all := places(shipped(t))
	if len(all) < 10 {
		t.Fatalf("only %d places", len(all))
	}
	for scope, books := range all {
		lawbook, err := law.Compose(books...)
		if err != nil {
			t.Fatalf("%s: %v", scope.Country, err)
		}
		for _, scope.Party = range []string{"creditor", "agency", ""} {
			for _, scope.On = range edges(books) {
				binds(t, lawbook.For(scope))
			}
		}
	}
}

func binds(t *testing.T, r law.Rules) {
	t.Helper()
	s := r.Scope()
	if why := r.Gap(); why != "" {
		t.Errorf("%s %s %s on %s: %s", s.Country, s.Region, s.Party, s.On, why)
	}
	for _, k := range []law.Kind{law.Hours, law.Stop, law.Identity, law.Amount} {
		if len(r.Binding(k)) == 0 {
			t.Errorf("%s %s %s on %s: no %s binds", s.Country, s.Region, s.Party, s.On, k)
		}
	}
	for _, e := range []string{"identity", "amount", "contact"} {
		if !slices.ContainsFunc(r.Binding(law.Element), func(r *law.Rule) bool { return r.Element == e && r.When == nil && r.Is(law.Reminder) }) {
			t.Errorf("%s %s %s on %s: a reminder without %s is no error", s.Country, s.Region, s.Party, s.On, e)
		}
	}
}

// clause is what points into an instrument; unseen is how a source says that its clause was not read.
var (
	clause = regexp.MustCompile(`§|\bArt|[Cc]lause|[Ss]ection|\bregulations? \d|paragraph|provision|[Aa]nnex|\b[IVX]+\.|CONC|MCOB|CFR|CMR|USC|RCNY|Order|docs?\b|\b\d{2,}\b.*\d|第.+条`)
	unseen = regexp.MustCompile(`not (seen|read|found)|from memory|not in the notes`)
	reads  = []string{"P", "P-part", "S-quote", "V"}
)

// TestEveryRuleIsSourced wants of every rule both languages, a source with a clause or a word that it was not
// seen, and no rule that binds on a text that was not read.
func TestEveryRuleIsSourced(t *testing.T) {
	for _, b := range shipped(t) {
		for i := range b.Rules {
			r := &b.Rules[i]
			at := func(format string, args ...any) { t.Errorf(r.File+": "+r.ID+": "+format, args...) }
			if r.Confidence == law.Binding && !r.House && !slices.Contains(reads, r.Status) {
				at("binds on a source with status %q", r.Status)
			}
			if !strings.ContainsFunc(r.Title["zh"], han) || strings.ContainsFunc(r.Title["en"], han) || !strings.HasSuffix(r.Title["en"], ".") || !strings.HasSuffix(r.Title["zh"], "。") {
				at("has not a sentence in each language: %q, %q", r.Title["en"], r.Title["zh"])
			}
			switch {
			case r.House && !strings.HasPrefix(r.Source, "House rule"):
				at("is a house rule and does not say so: %q", r.Source)
			case !r.House && !clause.MatchString(r.Source) && !unseen.MatchString(r.Source):
				at("names no clause, nor that it was not seen: %q", r.Source)
			}
		}
	}
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

// TestIndonesia counts the days of the decrees, and wants none of another year.
func TestIndonesia(t *testing.T) {
	c, err := law.ParseCalendar("id/workdays.csv", read(t, "id/workdays.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for year, want := range map[int][2]int{2024: {19, 10}, 2025: {17, 11}, 2026: {17, 8}, 2027: {18, 8}} {
		var got [2]int
		for d := ledger.NewDate(year, 1, 1); d < ledger.NewDate(year+1, 1, 1); d++ {
			work, known := c.Workday(d)
			name := c.Holiday(d)
			if !known || name != "" && work {
				t.Errorf("%s: known %v, working %v, %q", d, known, work, name)
			}
			switch {
			case strings.HasPrefix(name, "Cuti bersama"):
				got[1]++
			case name != "":
				got[0]++
			}
		}
		if got != want {
			t.Errorf("%d: %v holidays and days of joint leave, the decree has %v", year, got, want)
		}
	}
	if _, known := c.Workday(ledger.NewDate(2028, 1, 1)); known {
		t.Error("2028 is guessed")
	}
}
