package guard_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/rulebooks"
)

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

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// rulesFor chooses the rules for the facts from the books.
func rulesFor(t interface{ Fatal(...any) }, f guard.Facts, books ...law.Rulebook) law.Rules {
	l, err := law.Compose(books...)
	if err != nil {
		t.Fatal(err)
	}
	return rulesOf(l, f)
}

func rulesOf(l law.Lawbook, f guard.Facts) law.Rules {
	on := ledger.Day(f.Now)
	if len(f.Zones) > 0 {
		on = ledger.Day(f.Now.In(f.Zones[0]))
	}
	return l.For(law.Scope{
		Country: f.Country, Region: f.Region, Locality: f.Locality, Channel: f.Channel, Carrier: f.Carrier, Party: f.Party, Product: f.Product, On: on,
	})
}

// good are facts under which the Chinese rulebook allows a text.
func good(t testing.TB) guard.Facts {
	now := time.Date(2026, 9, 24, 2, 0, 0, 0, time.UTC)
	return guard.Facts{
		Now: now, Zones: []*time.Location{zone(t, "Asia/Shanghai")}, Country: "CN", Party: "creditor", Product: "card",
		Channel: ledger.SMS, Owner: guard.OwnBorrower, Phone: ledger.PhoneMobile,
		LedgerAsOf: now.Add(-8 * time.Hour), LedgerMaxAge: 36 * time.Hour, AmountKnown: true,
	}
}

// TestZeroAllowsNothing is invariant 12: it takes away one fact after another from facts that are allowed.
func TestZeroAllowsNothing(t *testing.T) {
	f := good(t)
	rules := rulesFor(t, f, cn(t))
	if v := guard.Check(rules, &f); v.Ruling != guard.Allow {
		t.Fatalf("the good facts: %+v", v)
	}
	if (guard.Verdict{}).Ruling != guard.Deny {
		t.Error("the zero verdict does not deny")
	}
	for name, c := range map[string]struct {
		rule   string
		change func(*guard.Facts)
	}{
		"everything": {guard.NoRules, func(f *guard.Facts) { *f = guard.Facts{} }},
		"instant":    {guard.NoInstant, func(f *guard.Facts) { f.Now = time.Time{} }},
		"zones":      {guard.NoZone, func(f *guard.Facts) { f.Zones = nil }},
		"a zone":     {guard.NoZone, func(f *guard.Facts) { f.Zones = append(f.Zones, nil) }},
		"country":    {guard.NoRules, func(f *guard.Facts) { f.Country = "" }},
		"channel":    {guard.NoRules, func(f *guard.Facts) { f.Channel = "" }},
		"owner":      {"CN-HOUSE-PARTY-01", func(f *guard.Facts) { f.Owner = guard.OwnerUnknown }},
		"phone":      {"CN-HOUSE-ADDRESS-01", func(f *guard.Facts) { f.Phone = ledger.PhoneUnknown }},
		"ledger":     {"CN-HOUSE-AMOUNT-01", func(f *guard.Facts) { f.LedgerAsOf = time.Time{} }},
		"max age":    {"CN-HOUSE-AMOUNT-01", func(f *guard.Facts) { f.LedgerMaxAge = 0 }},
		"amount":     {"CN-HOUSE-AMOUNT-01", func(f *guard.Facts) { f.AmountKnown = false }},
	} {
		f := good(t)
		c.change(&f)
		v := guard.Check(rules, &f)
		if v.Ruling == guard.Allow || v.Rule != c.rule || v.Reason == "" || v.Source == "" {
			t.Errorf("without %s: %+v", name, v)
		}
		if v := guard.Check(law.Rules{}, &f); v.Ruling == guard.Allow || v.Rule != guard.NoRules {
			t.Errorf("without rules and %s: %+v", name, v)
		}
	}
}

// TestStaleRules asks the rules of a day about another, on which others are in force.
func TestStaleRules(t *testing.T) {
	f := good(t)
	b := cn(t)
	for i := range b.Rules {
		if b.Rules[i].ID == "CN-HOUSE-CAP-01" {
			b.Rules[i].To = ledger.NewDate(2026, 9, 25)
		}
	}
	rules := rulesFor(t, f, b)
	f.Now = f.Now.Add(24 * time.Hour)
	if v := guard.Check(rules, &f); v.Ruling != guard.Wait || v.Rule != guard.NoRules {
		t.Errorf("got %+v", v)
	}
}

// TestExplain wants every rule that was asked, in order, and no list where none was asked for.
func TestExplain(t *testing.T) {
	f := good(t)
	f.Now = f.Now.Add(-4 * time.Hour) // 06:00
	rules := rulesFor(t, f, cn(t))
	if v := guard.Check(rules, &f); v.Checked != nil {
		t.Error("a list that nobody asked for")
	}
	f.Explain = true
	v := guard.Check(rules, &f)
	var got []string
	for _, c := range v.Checked {
		mark := "+"
		if !c.Passed {
			mark = "-"
		}
		if c.Source == "" {
			t.Errorf("%s has no source", c.Rule)
		}
		got = append(got, mark+c.Rule)
	}
	want := `+CN-HOUSE-PARTY-01 +CN-HOUSE-ADDRESS-01 +CN-HOUSE-ADDRESS-03 +CN-HOUSE-ADDRESS-04 +CN-HOUSE-STOP-01 +CN-HARD-03 +CN-HOUSE-STOP-03 +CN-HOUSE-STOP-04 +CN-HOUSE-STOP-05 ` +
		`+CN-HOUSE-STOP-06 +CN-HOUSE-STOP-07 +CN-HOUSE-STOP-08 +CN-HOUSE-STOP-09 +CN-HOUSE-STOP-10 +CN-HOUSE-STOP-11 ` +
		`+CN-HOUSE-STOP-12 +CN-HOUSE-STOP-13 +CN-HOUSE-STOP-14 +CN-HOUSE-STOP-15 +CN-HOUSE-STOP-16 +CN-HOUSE-STOP-17 +CN-LIM-01 ` +
		`+CN-HOUSE-AMOUNT-01 +CN-HOUSE-AMOUNT-02 +CN-CRED-01 +CN-ASSIGN-01 -CN-HOUSE-TIME-01 +CN-HOUSE-ASKED-01 +CN-HOUSE-CAP-01 ` +
		`+CN-HOUSE-CAP-02 -CN-TIME-01 -CN-TIME-02 +CN-PARTY-01`
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

// TestAnswerNamesAnAmount: an answer that names an amount is held by what holds a reminder's; one that names none is not.
func TestAnswerNamesAnAmount(t *testing.T) {
	for what, spoil := range map[string]func(*guard.Facts){
		"a debit is under way":    func(f *guard.Facts) { f.States = []guard.State{{Kind: "debit_in_flight", Until: f.Now.Add(time.Hour)}} },
		"the core says otherwise": func(f *guard.Facts) { f.States = []guard.State{{Kind: "core_differs"}} },
		"the feed is old":         func(f *guard.Facts) { f.LedgerAsOf = f.Now.Add(-f.LedgerMaxAge - time.Hour) },
		"nothing":                 func(*guard.Facts) {},
	} {
		for _, speaks := range []bool{false, true} {
			f := good(t)
			f.Confirmation, f.SpeaksOfDebt = true, speaks
			spoil(&f)
			v := guard.Check(rulesFor(t, f, cn(t)), &f)
			if held := v.Ruling != guard.Allow; held != (speaks && what != "nothing") {
				t.Errorf("%s, names an amount %v: %v by %s", what, speaks, v.Ruling, v.Rule)
			}
		}
	}
}

func TestCaps(t *testing.T) {
	caps := guard.Caps(rulesFor(t, good(t), cn(t)), law.Reminder, 0)
	if len(caps) != 2 || caps[0].N != 1 || caps[0].Days != 1 || caps[1].N != 3 || caps[1].Seconds != 604800 || caps[1].Per != "person" {
		t.Errorf("got %+v", caps)
	}
}

// TestDayOfEveryZone is invariant 2: a contact that was noted by the calendar of one zone counts for the day that it was
// in every other zone that the borrower may be in, and in the one that they are in now.
func TestDayOfEveryZone(t *testing.T) {
	f := good(t)
	f.Now = time.Date(2026, 12, 27, 13, 9, 0, 0, time.UTC) // 21:09 in Shanghai, 08:09 in New York
	f.LedgerAsOf = f.Now
	first := time.Date(2026, 12, 27, 0, 0, 0, 0, time.UTC) // 08:00 on the same day in Shanghai, 19:00 on the day before in New York
	f.Contacts = []guard.Contact{{At: first, Day: ledger.NewDate(2026, 12, 26), Channel: ledger.SMS}}
	newYork, shanghai := zone(t, "America/New_York"), zone(t, "Asia/Shanghai")
	for _, zones := range [][]*time.Location{{newYork, shanghai}, {shanghai, newYork}, {shanghai}} {
		f.Zones = zones
		if v := guard.Check(rulesFor(t, f, cn(t)), &f); v.Ruling == guard.Allow {
			t.Errorf("in %v: %+v", zones, v)
		}
	}
}

// TestSummerTime waits over a change of the clocks.
func TestSummerTime(t *testing.T) {
	b := cn(t)
	b.Jurisdiction = "US"
	f := good(t)
	f.Country, f.Zones = "US", []*time.Location{zone(t, "America/New_York")}
	for _, c := range []struct{ now, until string }{
		{"2026-03-07T22:00:00-05:00", "2026-03-08T08:00:00-04:00"}, // ten hours by the clock, nine to wait
		{"2026-10-31T22:00:00-04:00", "2026-11-01T08:00:00-05:00"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		f.Now, f.LedgerAsOf = now, now
		v := guard.Check(rulesFor(t, f, b), &f)
		if got := v.Until.In(f.Zones[0]).Format(time.RFC3339); v.Ruling != guard.Wait || got != c.until {
			t.Errorf("%s: %s until %s, want %s", c.now, v.Ruling, got, c.until)
		}
	}
}

var (
	allZones = []string{"Asia/Shanghai", "Asia/Urumqi", "America/New_York", "America/Los_Angeles", "Australia/Lord_Howe"}
	allKinds = []string{"stop", "wrong_person", "dispute", "representation", "bankruptcy", "death", "complaint", "arrangement", "danger", "paid_claim", "unheard_of"}
)

// draw makes facts around the changes of the clocks, with contacts of the last ten days.
func draw(t *rapid.T, zones []*time.Location) guard.Facts {
	base := rapid.SampledFrom([]time.Time{
		time.Date(2026, 9, 24, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 7, 20, 0, 0, 0, time.UTC), time.Date(2026, 10, 31, 20, 0, 0, 0, time.UTC),
	}).Draw(t, "base")
	now := base.Add(time.Duration(rapid.Int64Range(0, 36*3600).Draw(t, "now")) * time.Second)
	f := guard.Facts{
		Now: now, Country: "CN", Party: rapid.SampledFrom([]string{"creditor", "agency"}).Draw(t, "party"),
		Product: rapid.SampledFrom([]string{"card", "microloan", "consumer"}).Draw(t, "product"),
		Channel: rapid.SampledFrom([]ledger.Channel{ledger.SMS, ledger.Voice, ledger.Task, ledger.Post}).Draw(t, "channel"),
		Owner:   rapid.SampledFrom([]guard.Owner{guard.OwnBorrower, guard.OwnBorrower, guard.OwnGuarantor, guard.OtherPerson}).Draw(t, "owner"),
		Phone:   rapid.SampledFrom([]ledger.PhoneKind{ledger.PhoneMobile, ledger.PhoneMobile, ledger.PhoneFixed}).Draw(t, "phone"),
		Notice:  rapid.IntRange(0, 5).Draw(t, "notice") == 0, Confirmation: rapid.IntRange(0, 5).Draw(t, "confirmation") == 0,
		LedgerAsOf: now, LedgerMaxAge: 9999 * time.Hour, AmountKnown: true,
		Explain: rapid.Bool().Draw(t, "explain"),
	}
	for i, n := 0, rapid.IntRange(1, 2).Draw(t, "zones"); i < n; i++ {
		f.Zones = append(f.Zones, rapid.SampledFrom(zones).Draw(t, "zone"))
	}
	for range rapid.IntRange(0, 6).Draw(t, "contacts") {
		at := now.Add(-time.Duration(rapid.Int64Range(0, 10*86400).Draw(t, "ago")) * time.Second)
		f.Contacts = append(f.Contacts, guard.Contact{At: at, Day: ledger.Day(at.In(f.Zones[0])), Channel: ledger.SMS})
	}
	slices.SortFunc(f.Contacts, func(a, b guard.Contact) int { return a.At.Compare(b.At) })
	for range rapid.IntRange(-3, 2).Draw(t, "states") {
		s := guard.State{Kind: rapid.SampledFrom(allKinds).Draw(t, "state")}
		if rapid.Bool().Draw(t, "ends") {
			s.Until = now.Add(time.Duration(rapid.Int64Range(-3600, 5*86400).Draw(t, "until")) * time.Second)
		}
		f.States = append(f.States, s)
	}
	return f
}

// TestVerdicts holds what is true of every verdict: it has a rule, a source and, unless allowed, a reason; an
// allowance ends later than now, and at its last instant is still one; a wait is over at Until and not before.
func TestVerdicts(t *testing.T) {
	book, zones := cn(t), []*time.Location{}
	for _, name := range allZones {
		zones = append(zones, zone(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		f := draw(t, zones)
		rules := rulesFor(t, f, book)
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
			if !v.NotAfter.After(f.Now) || !v.Until.IsZero() {
				t.Fatalf("allowed until the past: %+v", v)
			}
			if last := at(v.NotAfter.Add(-time.Nanosecond)); last.Ruling != guard.Allow {
				t.Fatalf("not allowed to its end: %+v", last)
			}
			if rules.Inside(v.NotAfter, f.Zones) {
				t.Fatalf("lawful still at %s", v.NotAfter)
			}
		case guard.Wait:
			if v.Until.IsZero() {
				return // waits for facts
			}
			if then := at(v.Until); !v.Until.After(f.Now) || then.Ruling != guard.Allow {
				t.Fatalf("until %s: %+v", v.Until, then)
			}
			if just := at(v.Until.Add(-time.Nanosecond)); just.Ruling == guard.Allow {
				t.Fatalf("allowed before %s already", v.Until)
			}
			middle := f.Now.Add(v.Until.Sub(f.Now) / time.Duration(rapid.IntRange(2, 50).Draw(t, "part")))
			if then := at(middle); then.Ruling == guard.Allow {
				t.Fatalf("allowed at %s, before %s", middle, v.Until)
			}
		case guard.Deny:
			if !v.Until.IsZero() {
				t.Fatalf("a denial that ends: %+v", v)
			}
		}
	})
}

// TestStricterNeverAllowsMore adds a rule of the house to the rulebook.
func TestStricterNeverAllowsMore(t *testing.T) {
	book, zones := cn(t), []*time.Location{}
	for _, name := range allZones {
		zones = append(zones, zone(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		f := draw(t, zones)
		r := law.Rule{ID: "HOUSE", House: true, Confidence: law.Binding, Source: "house", Per: "person"}
		r.Kind = rapid.SampledFrom([]law.Kind{law.Hours, law.Cap, law.Stop, law.Identity, law.Amount}).Draw(t, "kind")
		switch r.Kind { //nolint:exhaustive // the kinds that are drawn
		case law.Hours:
			r.Open = rapid.IntRange(480, 1200).Draw(t, "open")
			r.Close = rapid.IntRange(r.Open+1, 1320).Draw(t, "close")
		case law.Cap:
			r.N, r.Days = rapid.IntRange(1, 4).Draw(t, "n"), rapid.IntRange(2, 30).Draw(t, "days")
		case law.Stop:
			r.States = []string{rapid.SampledFrom(allKinds[:10]).Draw(t, "bars")}
		case law.Identity:
			r.States = []string{law.NotMobile}
		case law.Amount:
			r.States = []string{law.StaleLedger}
		}
		before := guard.Check(rulesFor(t, f, book), &f)
		after := guard.Check(rulesFor(t, f, book, law.Rulebook{ID: "house", Rules: []law.Rule{r}}), &f)
		if after.Ruling > before.Ruling {
			t.Fatalf("%s became %s by a rule of the house", before.Ruling, after.Ruling)
		}
		if after.Ruling == guard.Allow && after.NotAfter.After(before.NotAfter) {
			t.Fatal("allowed for longer by a rule of the house")
		}
		if after.Ruling == guard.Wait && before.Ruling == guard.Wait && !after.Until.IsZero() && after.Until.Before(before.Until) {
			t.Fatal("allowed sooner by a rule of the house")
		}
	})
}

// TestRunTestsFinds wants cases that fail and rules without a case found.
func TestRunTestsFinds(t *testing.T) {
	doc, err := rulebooks.FS.ReadFile("cn/tests.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := strings.Replace(string(doc), "want: {ruling: deny, rule: CN-HOUSE-STOP-05}", "want: {ruling: allow, rule: CN-HOUSE-TIME-01}", 1)
	s = strings.Replace(s, "states: [bankruptcy]", "states: [dispute]", 1)
	failed, unreached, err := guard.RunTests(cn(t), "tests.yaml", []byte(s), &law.Shelf{})
	if err != nil {
		t.Fatal(err)
	}
	if len(failed) != 2 || !strings.Contains(failed[0].String(), ": a lawyer: got deny, CN-HOUSE-STOP-05, want allow, CN-HOUSE-TIME-01") {
		t.Errorf("got %v", failed)
	}
	if !slices.Equal(unreached, []string{"CN-HOUSE-STOP-06"}) {
		t.Errorf("unreached: %v", unreached)
	}
	for want, doc := range map[string]string{
		"t.yaml:1:11: rulebook: these are tests of another rulebook, not of cn": "rulebook: us\ncases: []\n",
		`"Mars/Base" is not a zone`: "rulebook: cn\ncases:\n  - name: x\n    zones: [Mars/Base]\n    want: {ruling: wait, rule: x}\n",
		`unknown key "nwo"`:         "rulebook: cn\ncases:\n  - name: x\n    nwo: 1\n    want: {ruling: wait, rule: x}\n",
	} {
		if _, _, err := guard.RunTests(cn(t), "t.yaml", []byte(doc), &law.Shelf{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
