package rulebooks_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// usPlaces are places of the United States, their overlays, and the zones that a borrower there may be in.
var usPlaces = []struct {
	region, locality string
	overlays         []string
	zones            []string
}{
	{"US-OH", "", nil, []string{"America/New_York"}},
	{"US-MA", "", []string{"us-ma"}, []string{"America/New_York"}},
	{"US-DC", "", []string{"us-dc"}, []string{"America/New_York", "Pacific/Honolulu"}},
	{"US-NY", "US-NY-NYC", []string{"us-ny", "us-ny-nyc"}, []string{"America/New_York"}},
	{"US-NY", "", []string{"us-ny", "us-ny-nyc", "carriers-us"}, []string{"America/New_York", "America/Los_Angeles"}},
	{"US-CA", "", []string{"us-ca", "carriers-us"}, []string{"America/Los_Angeles"}},
}

var usStates = []string{
	"stop", "cease", "refused", "wrong_person", "dispute", "representation", "bankruptcy", "death", "complaint", "arrangement", "danger",
	"paid_claim", "hardship", "disaster", "sold", "work_prohibited", "work_request", "work_email", "number_work", "number_dead", "time_barred",
	"debit_in_flight", "core_differs",
}

// drawUS makes facts on days around the dates on which rules begin and clocks change.
func drawUS(t *rapid.T) (f guard.Facts, overlays []string) {
	place := rapid.SampledFrom(usPlaces).Draw(t, "place")
	base := rapid.SampledFrom([]time.Time{
		time.Date(2026, 9, 23, 0, 0, 0, 0, time.UTC), time.Date(2026, 8, 31, 12, 0, 0, 0, time.UTC), time.Date(2027, 1, 30, 12, 0, 0, 0, time.UTC),
		time.Date(2021, 11, 29, 12, 0, 0, 0, time.UTC), time.Date(2026, 3, 7, 20, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 20, 0, 0, 0, time.UTC),
	}).Draw(t, "base")
	now := base.Add(time.Duration(rapid.Int64Range(0, 36*3600).Draw(t, "now")) * time.Second)
	one := func(name string, words ...string) string { return rapid.SampledFrom(words).Draw(t, name) }
	f = guard.Facts{
		Now: now, Country: "US", Region: place.region, Locality: place.locality, Party: one("party", "creditor", "agency", ""), Product: "personal",
		Channel: ledger.Channel(one("channel", "sms", "voice", "email", "letter")), Carrier: one("carrier", "direct", "twilio"),
		Notice: rapid.IntRange(0, 5).Draw(t, "notice") == 0, Confirmation: rapid.IntRange(0, 8).Draw(t, "confirmation") == 0,
		Loans: []ledger.LoanID{1, 2}[:rapid.IntRange(1, 2).Draw(t, "loans")], Address: 1, Owner: guard.OwnBorrower, Phone: ledger.PhoneMobile,
		Case:       law.Case{DPD: rapid.IntRange(-2, 60).Draw(t, "dpd"), DPDKnown: rapid.Bool().Draw(t, "dpd known"), First: law.No},
		LedgerAsOf: now, LedgerMaxAge: 9999 * time.Hour, AmountKnown: true, FirstContact: now.Add(-240 * time.Hour),
	}
	for _, name := range place.zones {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Zones = append(f.Zones, z)
	}
	ago := func(name string, days int64) time.Time {
		return now.Add(-time.Duration(rapid.Int64Range(0, days*86400).Draw(t, name)) * time.Second)
	}
	for range rapid.IntRange(0, 9).Draw(t, "contacts") {
		c := guard.Contact{At: ago("at", 10), Channel: ledger.Channel(one("of", "sms", "voice", "email", "letter")), Result: guard.Result(rapid.IntRange(0, 3).Draw(t, "result"))}
		if n := rapid.IntRange(0, 2).Draw(t, "about"); n > 0 {
			c.Loans = []ledger.LoanID{ledger.LoanID(n)}
		}
		f.Contacts = append(f.Contacts, c)
	}
	slices.SortFunc(f.Contacts, func(a, b guard.Contact) int { return a.At.Compare(b.At) })
	for range rapid.IntRange(-4, 2).Draw(t, "states") {
		s := guard.State{Kind: one("state", usStates...), Channel: ledger.Channel(one("state of", "", "", "sms", "email")), Loan: ledger.LoanID(rapid.IntRange(0, 2).Draw(t, "state about"))}
		if rapid.Bool().Draw(t, "ends") {
			s.Until = now.Add(time.Duration(rapid.Int64Range(-3600, 5*86400).Draw(t, "until")) * time.Second)
		}
		f.States = append(f.States, s)
	}
	for _, ch := range []ledger.Channel{ledger.SMS, ledger.Email} {
		if rapid.IntRange(0, 3).Draw(t, "consents") > 0 {
			f.Consents = append(f.Consents, guard.Consent{Channel: ch, At: ago("consent", 90), Written: rapid.Bool().Draw(t, "written")})
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "validated") > 0 {
		f.Duties = append(f.Duties, guard.Duty{Kind: "validation", At: f.FirstContact, By: ledger.Post})
	}
	return f, place.overlays
}

// lawOf composes rulebooks and chooses the rules for the facts.
func lawOf(t *rapid.T, shelf *law.Shelf, f *guard.Facts, ids ...string) law.Rules {
	var books []law.Rulebook
	for _, id := range ids {
		b, ok := shelf.Book(id)
		if !ok {
			t.Fatalf("no rulebook %s", id)
		}
		books = append(books, b)
	}
	l, err := shelf.Compose(books...)
	if err != nil {
		t.Fatal(err)
	}
	return l.For(law.Scope{
		Country: f.Country, Region: f.Region, Locality: f.Locality, Party: f.Party, Product: f.Product, Channel: f.Channel, Carrier: f.Carrier,
		On: ledger.Day(f.Now.In(f.Zones[0])),
	})
}

// TestOverlaysOnlyTakeAway: with a state's, a city's or the carriers' rulebook beside the federal one nothing is
// allowed that was not, nor for longer, nor sooner. An unknown party is held to no less than either.
func TestOverlaysOnlyTakeAway(t *testing.T) {
	shelf, err := engine.ShippedShelf()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		f, overlays := drawUS(t)
		federal := guard.Check(lawOf(t, &shelf, &f, "us"), &f)
		strict := guard.Check(lawOf(t, &shelf, &f, append(overlays, "us")...), &f)
		stricter(t, "an overlay", federal, strict)
		if f.Party != "" {
			g := f
			g.Party = ""
			stricter(t, "an unknown party", federal, guard.Check(lawOf(t, &shelf, &g, "us"), &g))
		}
	})
}

func stricter(t *rapid.T, by string, before, after guard.Verdict) {
	switch {
	case after.Rule == guard.NoRules && after.Ruling != guard.Allow:
		// A rule begins while it is still yesterday in another zone: nothing leaves, and it is asked again.
	case after.Ruling > before.Ruling:
		t.Fatalf("%s became %s by %s", before.Ruling, after.Ruling, by)
	case after.Ruling == guard.Allow && after.NotAfter.After(before.NotAfter):
		t.Fatalf("allowed for longer by %s", by)
	case after.Ruling == guard.Wait && before.Ruling == guard.Wait && !after.Until.IsZero() && after.Until.Before(before.Until):
		t.Fatalf("allowed sooner by %s", by)
	}
}

// TestUSVerdictsHold: an allowance holds to its last instant, within hours lawful in every zone; a wait with an
// end is over then and not before, as long as no rule begins in between.
func TestUSVerdictsHold(t *testing.T) {
	shelf, err := engine.ShippedShelf()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		f, overlays := drawUS(t)
		rules := lawOf(t, &shelf, &f, append(overlays, "us")...)
		at := func(now time.Time) guard.Verdict {
			g := f
			g.Now = now
			return guard.Check(rules, &g)
		}
		v := at(f.Now)
		if v.Rule == "" || v.Source == "" || v.Ruling != guard.Allow && v.Reason == "" {
			t.Fatalf("without a reason: %+v", v)
		}
		switch v.Ruling {
		case guard.Allow:
			for _, z := range f.Zones {
				if h := f.Now.In(z).Hour(); h < 8 || h >= 21 {
					t.Fatalf("allowed at %s", f.Now.In(z))
				}
			}
			if last := at(v.NotAfter.Add(-time.Nanosecond)); last.Ruling != guard.Allow {
				t.Fatalf("not allowed to its end, %s: %+v", v.NotAfter, last)
			}
		case guard.Wait:
			if v.Until.IsZero() || !rules.Covers(ledger.Day(v.Until.In(f.Zones[0]))) {
				return
			}
			if then := at(v.Until); then.Ruling != guard.Allow {
				t.Fatalf("until %s: %s", v.Until, fmt.Sprintf("%+v", then))
			}
			middle := f.Now.Add(v.Until.Sub(f.Now) / time.Duration(rapid.IntRange(2, 50).Draw(t, "part")))
			if then := at(middle); then.Ruling == guard.Allow {
				t.Fatalf("allowed at %s, before %s", middle, v.Until)
			}
		case guard.Deny:
		}
	})
}
