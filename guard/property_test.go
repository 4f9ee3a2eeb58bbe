package guard_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// nowhere puts the rulebooks of testdata together but for the house's, and more where there are some.
func nowhere(t interface{ Fatal(...any) }, shelf *law.Shelf, more ...law.Rulebook) law.Lawbook {
	var some []law.Rulebook
	for _, b := range shelf.Books {
		if !b.House() {
			some = append(some, b)
		}
	}
	l, err := shelf.Compose(append(some, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// known are the states that the rulebooks of testdata name.
var known = []string{
	"stop", "wrong_person", "representation", "bankruptcy", "death", "arrangement", "dispute", "refused", "no_address",
	"number_dead", "number_reassigned", "number_work", "debit_in_flight", "core_differs",
}

var drawnZones = []*time.Location{}

func init() {
	for _, name := range []string{"Asia/Shanghai", "Asia/Urumqi", "America/New_York", "America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe"} {
		z, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		drawnZones = append(drawnZones, z)
	}
}

// drawAll makes facts of every kind, around the changes of the clocks, a holiday and the end of the year.
func drawAll(t *rapid.T) guard.Facts {
	base := rapid.SampledFrom([]time.Time{
		time.Date(2026, 9, 24, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 7, 20, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 20, 0, 0, 0, time.UTC),
		time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 29, 0, 0, 0, 0, time.UTC),
	}).Draw(t, "base")
	now := base.Add(time.Duration(rapid.Int64Range(0, 48*3600).Draw(t, "now")) * time.Second)
	f := guard.Facts{
		Now: now, Country: "ZZ", Region: rapid.SampledFrom([]string{"ZZ-AA", "ZZ-BB"}).Draw(t, "region"),
		Party:   rapid.SampledFrom([]string{"creditor", "creditor", "agency", ""}).Draw(t, "party"),
		Product: rapid.SampledFrom([]string{"plain", "plain", "card", "fresh", "p2p", "old", ""}).Draw(t, "product"),
		Channel: rapid.SampledFrom([]ledger.Channel{ledger.SMS, ledger.SMS, ledger.Voice, ledger.Email, ledger.App, ledger.Task}).Draw(t, "channel"),
		Carrier: rapid.SampledFrom([]string{"pipe", "pipe", "cloud", "other", ""}).Draw(t, "carrier"),
		Owner:   guard.OwnBorrower, Phone: ledger.PhoneMobile, LedgerAsOf: now, LedgerMaxAge: 99999 * time.Hour, AmountKnown: true,
		Notice: rapid.IntRange(0, 5).Draw(t, "notice") == 0, Confirmation: rapid.IntRange(0, 7).Draw(t, "confirmation") == 0,
		Case: law.Case{
			DPD: rapid.IntRange(0, 100).Draw(t, "dpd"), DPDKnown: rapid.Bool().Draw(t, "dpd known"), First: rapid.SampledFrom([]law.Maybe{law.Unknown, law.Yes, law.No}).Draw(t, "first"),
			NextStep: rapid.SampledFrom([]string{"", "", "", "court"}).Draw(t, "next step"),
		},
		Suit: law.Age{LastDue: rapid.SampledFrom([]ledger.Date{0, ledger.Day(now) - 100, ledger.Day(now) - 3*366}).Draw(t, "last due")},
	}
	for range rapid.IntRange(1, 2).Draw(t, "zones") {
		f.Zones = append(f.Zones, drawnZones[rapid.IntRange(0, len(drawnZones)-1).Draw(t, "zone")])
	}
	f.Loans = rapid.SampledFrom([][]ledger.LoanID{nil, {1}, {1, 2}}).Draw(t, "loans")
	f.Address = rapid.Int64Range(0, 2).Draw(t, "address")
	around := func(name string, back, ahead int64) time.Time {
		return now.Add(time.Duration(rapid.Int64Range(-back*86400, ahead*86400).Draw(t, name)) * time.Second)
	}
	for range rapid.IntRange(-2, 5).Draw(t, "contacts") {
		f.Contacts = append(f.Contacts, drawContact(t, around("at", 10, 0)))
	}
	slices.SortFunc(f.Contacts, func(a, b guard.Contact) int { return a.At.Compare(b.At) })
	for range rapid.IntRange(-2, 3).Draw(t, "states") {
		f.States = append(f.States, drawState(t, append(slices.Clone(known), "agreed_hours", "agreed_hours"), around))
	}
	for range rapid.IntRange(0, 2).Draw(t, "consents") {
		f.Consents = append(f.Consents, guard.Consent{
			Channel: f.Channel, Address: rapid.Int64Range(0, 2).Draw(t, "consent's"), Written: rapid.Bool().Draw(t, "written"), At: around("given", 70, 0),
			Withdrawn: rapid.IntRange(0, 3).Draw(t, "withdrawn") == 0,
		})
		if rapid.Bool().Draw(t, "ends") {
			f.Consents[len(f.Consents)-1].Until = around("consent until", 1, 5)
		}
	}
	if rapid.Bool().Draw(t, "checked") {
		f.NumberCheckedAt = around("checked at", 70, 0)
	}
	if rapid.Bool().Draw(t, "replied") {
		f.RepliedAt = around("replied at", 70, 0)
	}
	if rapid.IntRange(0, 2).Draw(t, "asked") == 0 {
		open := rapid.IntRange(0, 1300).Draw(t, "asked from")
		f.Asked = &guard.Asked{Open: open, Close: rapid.IntRange(open+1, 1440).Draw(t, "asked to"), Weekdays: law.Weekdays(rapid.IntRange(0, 127).Draw(t, "asked days"))}
	}
	for range rapid.IntRange(0, 2).Draw(t, "duties") {
		f.Duties = append(f.Duties, guard.Duty{
			Kind: rapid.SampledFrom([]string{"validation", "first_demand"}).Draw(t, "duty"), At: around("done", 10, 0),
			By: rapid.SampledFrom([]ledger.Channel{ledger.Post, ledger.SMS}).Draw(t, "by"), Loan: ledger.LoanID(rapid.IntRange(0, 2).Draw(t, "of")),
		})
	}
	if rapid.Bool().Draw(t, "begun") {
		f.FirstContact = around("first contact", 9, 0)
	}
	f.Explain = rapid.Bool().Draw(t, "explain")
	return f
}

func drawContact(t *rapid.T, at time.Time) guard.Contact {
	return guard.Contact{
		At: at, Channel: rapid.SampledFrom([]ledger.Channel{ledger.SMS, ledger.Voice, ledger.Email}).Draw(t, "over"),
		Result:  rapid.SampledFrom([]guard.Result{guard.ResultUnknown, guard.Attempt, guard.Conversation, guard.Unanswered}).Draw(t, "result"),
		Loans:   rapid.SampledFrom([][]ledger.LoanID{nil, {1}, {2}, {3}}).Draw(t, "about"),
		Address: rapid.Int64Range(0, 2).Draw(t, "to"),
	}
}

func drawState(t *rapid.T, kinds []string, around func(string, int64, int64) time.Time) guard.State {
	s := guard.State{
		Kind: rapid.SampledFrom(kinds).Draw(t, "state"), Since: around("since", 5, 2), Loan: ledger.LoanID(rapid.IntRange(0, 3).Draw(t, "state of loan")),
		Address: rapid.Int64Range(0, 2).Draw(t, "state of address"), Channel: rapid.SampledFrom([]ledger.Channel{"", ledger.SMS, ledger.Voice}).Draw(t, "state of channel"),
	}
	if rapid.IntRange(0, 3).Draw(t, "ends") > 0 {
		s.Until = around("until", 1, 9)
	}
	return s
}

// TestEveryVerdict holds what is true of every verdict under rules of every kind: it has a rule, a source and,
// unless allowed, a reason; an allowance ends later than now and holds to its end; a wait is over at Until, and
// neither before nor in between.
func TestEveryVerdict(t *testing.T) {
	l := nowhere(t, books(t))
	rapid.Check(t, func(t *rapid.T) {
		f := drawAll(t)
		rules := rulesOf(l, f)
		at := func(now time.Time) guard.Verdict {
			g := f
			g.Now = now
			return guard.Check(rules, &g)
		}
		v := at(f.Now)
		if v.Rule == "" || v.Source == "" || v.Ruling != guard.Allow && v.Reason == "" {
			t.Fatalf("without a reason: %+v", v)
		}
		part := rapid.IntRange(2, 50).Draw(t, "part")
		switch {
		case v.Ruling == guard.Allow:
			if !v.NotAfter.After(f.Now) || !v.Until.IsZero() {
				t.Fatalf("allowed until the past: %+v", v)
			}
			for _, then := range []time.Time{v.NotAfter.Add(-time.Nanosecond), f.Now.Add(v.NotAfter.Sub(f.Now) / time.Duration(part))} {
				if w := at(then); w.Ruling != guard.Allow {
					t.Fatalf("not allowed at %s: %+v", then, w)
				}
			}
			insideEverywhere(t, &f, v.NotAfter)
		case !v.Until.IsZero():
			if then := at(v.Until); v.Ruling == guard.Deny || !v.Until.After(f.Now) || then.Ruling != guard.Allow {
				t.Fatalf("%s until %s: %+v", v.Ruling, v.Until, then)
			}
			for _, then := range []time.Time{v.Until.Add(-time.Nanosecond), f.Now.Add(v.Until.Sub(f.Now) / time.Duration(part))} {
				if at(then).Ruling == guard.Allow {
					t.Fatalf("allowed at %s, before %s", then, v.Until)
				}
			}
		}
	})
}

// insideEverywhere looks at the clock of every zone by itself: hours of eight to eight, on Saturdays to noon, never on
// Sundays, at the beginning and to the end of an allowance.
func insideEverywhere(t *rapid.T, f *guard.Facts, end time.Time) {
	for _, z := range f.Zones {
		for _, at := range []time.Time{f.Now, end.Add(-time.Nanosecond)} {
			at = at.In(z)
			latest := 20
			if at.Weekday() == time.Saturday {
				latest = 12
			}
			if at.Hour() < 8 || at.Hour() >= latest || at.Weekday() == time.Sunday {
				t.Fatalf("allowed at %s", at.Format(time.RFC1123Z))
			}
		}
	}
}

// drawRule makes a rule of the house, of any kind that decides.
func drawRule(t *rapid.T) law.Rule {
	r := law.Rule{ID: "HOUSE", House: true, Confidence: law.Binding, Source: "house", File: "house.yaml", Line: 1, Per: law.PerPerson}
	r.Kind = rapid.SampledFrom([]law.Kind{
		law.Hours, law.Asked, law.Days, law.Cap, law.Spacing, law.Consent, law.Bar, law.Stop, law.Identity, law.Amount, law.Duty, law.Limitation,
	}).Draw(t, "kind")
	r.Channels = rapid.SampledFrom([][]ledger.Channel{nil, {ledger.SMS}, {ledger.Voice, ledger.SMS}}).Draw(t, "for channels")
	switch r.Kind { //nolint:exhaustive // the kinds that are drawn and need more than a scope
	case law.Hours:
		r.Open = rapid.IntRange(0, 1200).Draw(t, "open")
		r.Close = rapid.IntRange(r.Open+1, 1440).Draw(t, "close")
		r.Weekdays = law.Weekdays(rapid.IntRange(0, 127).Draw(t, "on"))
	case law.Days:
		r.Weekdays, r.Workdays, r.Calendar = law.Weekdays(rapid.IntRange(0, 127).Draw(t, "on")), rapid.Bool().Draw(t, "workdays"), "zz"
	case law.Cap, law.Spacing:
		r.N = 1
		if r.Kind == law.Cap {
			r.N = rapid.IntRange(1, 4).Draw(t, "n")
		}
		r.Per = rapid.SampledFrom([]string{law.PerPerson, law.PerDebt, law.PerAddress}).Draw(t, "per")
		r.Counts = rapid.SampledFrom([]string{law.Attempts, law.Conversations, law.Unanswered}).Draw(t, "counts")
		r.Of = rapid.SampledFrom([][]ledger.Channel{nil, {ledger.SMS}, {ledger.Voice}}).Draw(t, "of")
		if rapid.Bool().Draw(t, "rolling") {
			r.Seconds = rapid.Int64Range(60, 9*86400).Draw(t, "seconds")
		} else {
			r.Days = rapid.IntRange(1, 9).Draw(t, "days")
		}
	case law.Consent:
		r.Needs = []string{rapid.SampledFrom([]string{law.AnyConsent, law.WrittenConsent, law.NumberCheck, law.RecentReply}).Draw(t, "needs")}
		r.FreshDays = rapid.IntRange(0, 60).Draw(t, "fresh")
	case law.Stop:
		r.States = []string{rapid.SampledFrom(known).Draw(t, "bars")}
		r.Reach = rapid.SampledFrom([]string{law.PerPerson, law.PerDebt, law.PerAddress, law.PerChannel}).Draw(t, "reach")
	case law.Identity:
		r.States = []string{rapid.SampledFrom([]string{law.NotMobile, law.NumberWork, law.NumberDead}).Draw(t, "which")}
	case law.Amount:
		r.States = []string{rapid.SampledFrom([]string{law.StaleLedger, law.DebitInFlight}).Draw(t, "which")}
	case law.Duty:
		r.Duty, r.Before, r.Within = "validation", rapid.Bool().Draw(t, "before"), rapid.IntRange(0, 9).Draw(t, "within")
		r.Lead = rapid.IntRange(0, 3).Draw(t, "lead")
	case law.Limitation:
		r.Years, r.Since = rapid.IntRange(1, 5).Draw(t, "years"), law.FromLastDue
	}
	if r.Kind != law.Limitation && rapid.Bool().Draw(t, "sometimes") {
		w := law.When{From: rapid.IntRange(0, 50).Draw(t, "from day"), First: rapid.SampledFrom([]law.Maybe{law.Unknown, law.Yes, law.No}).Draw(t, "when first")}
		if rapid.Bool().Draw(t, "when state") {
			w.States = []string{rapid.SampledFrom(known).Draw(t, "state that must hold")}
		}
		if rapid.Bool().Draw(t, "when not state") {
			w.NotStates = []string{rapid.SampledFrom([]string{"agreed_hours", "arrangement"}).Draw(t, "state that must not")}
		}
		r.When = &w
	}
	return r
}

// TestStricterOfAnyKind adds a rule of any kind: nothing is allowed that was not, nor for longer, nor sooner.
func TestStricterOfAnyKind(t *testing.T) {
	shelf := books(t)
	l := nowhere(t, shelf)
	rapid.Check(t, func(t *rapid.T) {
		f, r := drawAll(t), drawRule(t)
		if rapid.Bool().Draw(t, "of the place") { // a rule of the place may be wider, and then is without effect
			r.House, r.Status = false, "P"
		}
		book := law.Rulebook{ID: "more", Jurisdiction: "ZZ", Rules: []law.Rule{r}}
		if r.House {
			book.Jurisdiction = ""
			if _, err := law.Compose(append(slices.Clone(shelf.Books[:0]), append(withoutHouse(shelf), book)...)...); err != nil {
				t.Skip("refused: ", err)
			}
		}
		before := guard.Check(rulesOf(l, f), &f)
		after := guard.Check(rulesOf(nowhere(t, shelf, book), f), &f)
		if after.Ruling > before.Ruling && after.Rule != guard.NoRules { // rules that leave no hour hold everything
			t.Fatalf("%s (%s) became %s (%s) by %+v", before.Ruling, before.Rule, after.Ruling, after.Rule, r)
		}
		if after.Ruling == guard.Allow && after.NotAfter.After(before.NotAfter) {
			t.Fatalf("allowed for longer by %+v", r)
		}
		if !after.Until.IsZero() && before.Ruling != guard.Allow && (before.Until.IsZero() || after.Until.Before(before.Until)) {
			t.Fatalf("%s until %s became until %s by %+v", before.Rule, before.Until, after.Until, r)
		}
	})
}

func withoutHouse(shelf *law.Shelf) []law.Rulebook {
	return slices.DeleteFunc(slices.Clone(shelf.Books), func(b law.Rulebook) bool { return b.House() })
}

// TestWorseFacts adds a fact that bars, or takes one away that permits: nothing is allowed that was not.
func TestWorseFacts(t *testing.T) {
	l := nowhere(t, books(t))
	rapid.Check(t, func(t *rapid.T) {
		f := drawAll(t)
		rules := rulesOf(l, f)
		before := guard.Check(rules, &f)
		around := func(name string, back, ahead int64) time.Time {
			return f.Now.Add(time.Duration(rapid.Int64Range(-back*86400, ahead*86400).Draw(t, name)) * time.Second)
		}
		g, what := f, rapid.IntRange(0, 11).Draw(t, "what")
		switch what {
		case 0:
			g.States = append(slices.Clone(f.States), drawState(t, append([]string{"unheard_of"}, known...), around))
		case 1:
			g.Contacts = append(slices.Clone(f.Contacts), drawContact(t, around("another", 10, 0)))
			slices.SortFunc(g.Contacts, func(a, b guard.Contact) int { return a.At.Compare(b.At) })
		case 2:
			g.Consents = append(slices.Clone(f.Consents), guard.Consent{Channel: f.Channel, At: around("withdrawn", 70, 0), Withdrawn: true})
		case 3:
			g.Consents = nil
		case 4:
			g.NumberCheckedAt, g.RepliedAt = time.Time{}, time.Time{}
		case 5:
			g.Duties = nil
		case 6:
			g.AmountKnown = false
		case 7:
			g.Owner = rapid.SampledFrom([]guard.Owner{guard.OwnerUnknown, guard.OtherPerson}).Draw(t, "owner")
		case 8:
			g.Zones = append(slices.Clone(f.Zones), drawnZones[rapid.IntRange(0, len(drawnZones)-1).Draw(t, "another zone")])
		case 9:
			g.Case.DPDKnown, g.Case.First = false, law.Unknown
		case 10:
			g.Loans, g.Address = nil, 0
		case 11:
			if f.Asked == nil {
				g.Asked = &guard.Asked{Open: 600, Close: 700}
			}
		}
		if after := guard.Check(rules, &g); after.Ruling > before.Ruling {
			t.Fatalf("%s (%s) became %s (%s) by fact %d", before.Ruling, before.Rule, after.Ruling, after.Rule, what)
		}
	})
}

// TestInForce takes a rule of any kind from a day on: it says no on that day and not on the day before, and on the
// last day before its end and not on its end.
func TestInForce(t *testing.T) {
	shelf := books(t)
	rapid.Check(t, func(t *rapid.T) {
		f, r := drawAll(t), drawRule(t)
		day := ledger.NewDate(2026, 9, 1)
		judge := func(on ledger.Date, from, to ledger.Date) bool {
			r := r
			r.House, r.Status, r.From, r.To = false, "P", from, to
			g := f
			g.Zones, g.Explain = f.Zones[:1], true
			g.Now = on.At(10, 0, g.Zones[0])
			g.LedgerAsOf = g.Now
			v := guard.Check(rulesOf(nowhere(t, shelf, law.Rulebook{ID: "more", Jurisdiction: "ZZ", Rules: []law.Rule{r}}), g), &g)
			return slices.ContainsFunc(v.Checked, func(c guard.Checked) bool { return c.Rule == r.ID })
		}
		applies := judge(day, 0, 0)
		for name, got := range map[string]bool{
			"the first day": judge(day, day, 0) == applies, "the day before": !judge(day-1, day, 0),
			"the last day": judge(day-1, 0, day) == judge(day-1, 0, 0), "its end": !judge(day, 0, day),
		} {
			if !got {
				t.Fatalf("%s: %s", name, fmt.Sprint(r))
			}
		}
	})
}
