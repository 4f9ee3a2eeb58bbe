package arrange

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/ledger"
)

func day(s string) ledger.Date {
	d, err := ledger.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestJudge(t *testing.T) {
	promise := Arrangement{Kind: Promise, MadeOn: day("2026-09-18"), Grace: 2, Parts: []Part{{day("2026-09-25"), 50000}}}
	plan := Arrangement{Kind: Plan, MadeOn: day("2026-09-18"), Grace: 1, Parts: []Part{{day("2026-10-10"), 300}, {day("2026-11-10"), 300}, {day("2026-12-10"), 299}}}
	for _, c := range []struct {
		name string
		a    Arrangement
		paid []Paid
		fed  string
		want Status
		sum  int64
		on   string
	}{
		{"nothing came and the feed has not caught up", promise, nil, "2026-09-26", Live, 0, ""},
		{"nothing came", promise, nil, "2026-09-27", Broken, 0, "2026-09-27"},
		{"a day before the promise counts for nothing", promise, []Paid{{day("2026-09-17"), 50000}}, "2026-09-27", Broken, 0, "2026-09-27"},
		{"all on the day", promise, []Paid{{day("2026-09-25"), 50000}}, "2026-09-25", Kept, 50000, "2026-09-25"},
		{"in two pieces", promise, []Paid{{day("2026-09-19"), 20000}, {day("2026-09-25"), 30000}}, "2026-09-25", Kept, 50000, "2026-09-25"},
		{"in the grace", promise, []Paid{{day("2026-09-19"), 20000}, {day("2026-09-27"), 30000}}, "2026-09-27", LateKept, 50000, "2026-09-27"},
		{"after the grace", promise, []Paid{{day("2026-09-19"), 20000}, {day("2026-09-28"), 30000}}, "2026-09-28", PartKept, 20000, "2026-09-27"},
		{"a part", promise, []Paid{{day("2026-09-25"), 49999}}, "2026-09-27", PartKept, 49999, "2026-09-27"},
		{"taken back", promise, []Paid{{day("2026-09-25"), 50000}, {day("2026-09-26"), -50000}}, "2026-09-27", Broken, 0, "2026-09-27"},
		{"a plan goes on", plan, []Paid{{day("2026-10-10"), 300}}, "2026-11-01", Live, 300, ""},
		{"a plan's second part is missed", plan, []Paid{{day("2026-10-10"), 300}}, "2026-11-11", Broken, 300, "2026-11-11"},
		{"a plan paid ahead", plan, []Paid{{day("2026-10-10"), 600}}, "2026-11-11", Live, 600, ""},
		{"a plan kept", plan, []Paid{{day("2026-10-10"), 300}, {day("2026-11-10"), 300}, {day("2026-12-10"), 299}}, "2026-12-10", Kept, 899, "2026-12-10"},
		{"a plan kept at once", plan, []Paid{{day("2026-10-01"), 899}}, "2026-10-01", Kept, 899, "2026-10-01"},
		{"a plan kept late", plan, []Paid{{day("2026-10-11"), 300}, {day("2026-11-10"), 300}, {day("2026-12-10"), 299}}, "2026-12-10", LateKept, 899, "2026-12-10"},
		{"a waiver is never broken", Arrangement{Kind: Waiver}, nil, "2027-01-01", Live, 0, ""},
	} {
		got := Judge(&c.a, c.paid, day(c.fed))
		if got.Status != c.want || got.Minor != c.sum || got.On.String() != c.on || got.Reason == "" {
			t.Errorf("%s: %+v on %s", c.name, got, got.On)
		}
	}
}

func TestRestAndReminder(t *testing.T) {
	a := Arrangement{Kind: Promise, MadeOn: day("2026-09-18"), Grace: 2, Parts: []Part{{day("2026-09-25"), 500}}}
	if a.Resumes() != day("2026-09-28") || a.Ends() != day("2026-09-27") {
		t.Errorf("resumes %s, ends %s", a.Resumes(), a.Ends())
	}
	east, west := time.FixedZone("", 8*3600), time.FixedZone("", -5*3600)
	if at := RestUntil(a.Resumes(), []*time.Location{east, west}); !at.Equal(a.Resumes().At(0, 0, west)) {
		t.Errorf("rests until %s", at)
	}
	for _, c := range []struct {
		today string
		paid  []Paid
		want  int64
	}{
		{"2026-09-23", nil, 0},
		{"2026-09-24", nil, 500},
		{"2026-09-24", []Paid{{day("2026-09-20"), 200}}, 300},
		{"2026-09-24", []Paid{{day("2026-09-24"), 500}}, 0},
		{"2026-09-25", nil, 0},
	} {
		if p, _ := a.Tomorrow(c.paid, day(c.today)); p.Minor != c.want {
			t.Errorf("%s %v: %d", c.today, c.paid, p.Minor)
		}
	}
}

func TestIncomeDays(t *testing.T) {
	for _, c := range []struct {
		in   Income
		from string
		want []string
	}{
		{Income{Day: 31}, "2026-11-26", []string{"2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"}},
		{Income{Day: 10}, "2026-11-26", []string{"2026-12-10", "2027-01-10"}},
		{Income{}, "2026-11-26", []string{"2026-11-26", "2026-12-26"}},
		{Income{Every: Weekly, Next: day("2026-11-06")}, "2026-11-26", []string{"2026-11-27", "2026-12-04"}},
		{Income{Every: Fortnightly, Next: day("2026-12-31")}, "2026-11-26", []string{"2026-12-03", "2026-12-17"}},
		{Income{Every: Fortnightly}, "2026-11-26", []string{"2026-11-26", "2026-12-10"}},
	} {
		got := c.in.Days(day(c.from), len(c.want))
		for i := range got {
			if got[i].String() != c.want[i] {
				t.Errorf("%+v: %v", c.in, got)
				break
			}
		}
	}
}

// TestSums is invariant 8: instalments sum to what they cover, and none of equal ones is above the first.
func TestSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(1, 1<<62).Draw(t, "total")
		n := rapid.IntRange(1, MostParts).Draw(t, "n")
		income := Income{
			Every: rapid.SampledFrom([]Cycle{"", Monthly, Weekly, Fortnightly}).Draw(t, "every"),
			Day:   rapid.IntRange(0, 31).Draw(t, "day"), Next: ledger.Date(rapid.IntRange(0, 30000).Draw(t, "next")),
		}
		from := ledger.Date(rapid.IntRange(15000, 25000).Draw(t, "from"))
		days := income.Days(from, n)
		weights := rapid.SliceOfN(rapid.IntRange(1, 1000), n, n).Draw(t, "weights")
		equal, err := Equal(total, days)
		if err != nil && total >= int64(n)*int64(n) {
			t.Fatalf("%d in %d: %v", total, n, err)
		}
		stepped, err := Stepped(total, days, weights)
		if err != nil && total >= 1_000_000 {
			t.Fatalf("%d in %v: %v", total, weights, err)
		}
		for _, parts := range [][]Part{equal, stepped} {
			var sum int64
			for i, p := range parts {
				sum += p.Minor
				if p.Minor < 1 || p.On < from || i > 0 && p.On <= parts[i-1].On {
					t.Fatalf("part %d of %v", i, parts)
				}
			}
			if parts != nil && sum != total {
				t.Fatalf("%d is not %d", sum, total)
			}
		}
		for _, p := range equal {
			if p.Minor > equal[0].Minor {
				t.Fatalf("an instalment of %d after one of %d", p.Minor, equal[0].Minor)
			}
		}
	})
}

// TestOffersFitTheMeans: nothing is offered above what stated income less protected spending allows, nor beyond the table.
func TestOffersFitTheMeans(t *testing.T) {
	table := Authority{
		{By: Duly, From: 1, To: 90, UpTo: 5_000_000, Instalments: 6, Days: 14},
		{By: Second, From: 1, To: 400, Instalments: 60, Days: 60, Waive: million, Discount: 300_000},
	}
	rapid.Check(t, func(t *rapid.T) {
		r := Request{
			Country: "CN", Product: "card", DPD: rapid.IntRange(1, 120).Draw(t, "dpd"), Today: day("2026-11-25"), Currency: "CNY",
			Due:   rapid.Int64Range(1, 10_000_000).Draw(t, "due"),
			Means: Means{Income: rapid.Int64Range(0, 2_000_000).Draw(t, "income"), Protected: rapid.Int64Range(0, 2_000_000).Draw(t, "protected")},
		}
		income := Income{Every: rapid.SampledFrom([]Cycle{Monthly, Weekly, Fortnightly}).Draw(t, "every"), Day: rapid.IntRange(0, 31).Draw(t, "day")}
		for _, parts := range table.Offers(r, income, Duly) {
			if len(parts) > 6 || r.Due > 5_000_000 || r.DPD > 90 {
				t.Fatalf("%d instalments of %d at %d days", len(parts), r.Due, r.DPD)
			}
			for _, p := range parts {
				if r.Means.Stated() && p.Minor > r.Means.Allows() {
					t.Fatalf("%d, where %d is allowed", p.Minor, r.Means.Allows())
				}
			}
		}
	})
}

func TestAuthority(t *testing.T) {
	table := Authority{
		{By: Duly, From: 1, To: 30, UpTo: 1_000_000, Instalments: 3, Days: 14},
		{By: Staff, From: 1, To: 90, UpTo: 5_000_000, Instalments: 12, Days: 30, Waive: 500_000},
		{By: Second, From: 1, To: 3650, Instalments: 120, Days: 90, Waive: million, Discount: 300_000},
	}
	today := day("2026-11-25")
	plan := func(due int64, n int) Request {
		parts, err := Equal(due, Income{Day: 10}.Days(today+1, n))
		if err != nil {
			t.Fatal(err)
		}
		return Request{Kind: Plan, Country: "CN", Product: "card", DPD: 9, Today: today, Currency: "CNY", Due: due, Parts: parts}
	}
	with := func(r Request, f func(*Request)) Request { f(&r); return r }
	for _, c := range []struct {
		name  string
		table Authority
		r     Request
		level Level
		rule  string
	}{
		{"no table", nil, plan(124000, 3), Nobody, RuleAuthority},
		{"three instalments", table, plan(124000, 3), Duly, RuleAuthority},
		{"four", table, plan(124000, 4), Staff, RuleAuthority},
		{"a larger amount", table, plan(2_000_000, 3), Staff, RuleAuthority},
		{"thirteen", table, plan(124000, 13), Second, RuleAuthority},
		{"sixty", table, plan(1_240_000, 60), Second, RuleAuthority},
		{"sixty-one for a card", table, plan(1_240_000, 61), Nobody, "CN-HARD-01"},
		{"sixty-one for another loan", table, with(plan(1_240_000, 61), func(r *Request) { r.Product = "car" }), Second, RuleAuthority},
		{"sixty-one of a product that nobody named", table, with(plan(1_240_000, 61), func(r *Request) { r.Product = "" }), Nobody, "CN-HARD-01"},
		{"beyond the means", table, with(plan(124000, 3), func(r *Request) { r.Means = Means{400000, 360000} }), Nobody, RuleMeans},
		{"within the means", table, with(plan(124000, 3), func(r *Request) { r.Means = Means{400000, 350000} }), Duly, RuleAuthority},
		{"sums to less", table, with(plan(124000, 3), func(r *Request) { r.Parts[0].Minor-- }), Nobody, RuleForm},
		{"nothing overdue", table, with(plan(124000, 3), func(r *Request) { r.Due = 0 }), Nobody, RuleForm},
		{"a waiver of half", table, Request{Kind: Waiver, DPD: 5, Today: today, Due: 1000, Extra: 100, Waived: 50}, Staff, RuleAuthority},
		{"a waiver of more", table, Request{Kind: Waiver, DPD: 5, Today: today, Due: 1000, Extra: 100, Waived: 51}, Second, RuleAuthority},
		{"a waiver of principal", table, Request{Kind: Waiver, DPD: 5, Today: today, Due: 1000, Extra: 100, Waived: 101}, Nobody, RuleForm},
		{"a settlement", table, Request{Kind: Settlement, DPD: 5, Today: today, Due: 1000, Waived: 300, Parts: []Part{{today + 9, 700}}}, Second, RuleAuthority},
		{"too generous", table, Request{Kind: Settlement, DPD: 5, Today: today, Due: 1000, Waived: 301, Parts: []Part{{today + 9, 699}}}, Nobody, RuleAuthority},
		{"an extension", table, Request{Kind: Extension, DPD: 5, Today: today, Due: 1000, Parts: []Part{{today + 14, 1000}}}, Duly, RuleAuthority},
		{"a longer one", table, Request{Kind: Extension, DPD: 5, Today: today, Due: 1000, Parts: []Part{{today + 15, 1000}}}, Staff, RuleAuthority},
		{"yesterday", table, Request{Kind: Extension, DPD: 5, Today: today, Due: 1000, Parts: []Part{{today - 1, 1000}}}, Nobody, RuleForm},
	} {
		got := c.table.Check(&c.r)
		if got.Level != c.level || got.Rule != c.rule || got.Level == Nobody && len(got.Reasons) == 0 {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if parts, r := table.Promised(plan(124000, 3), today+10, 0); r.Level != Duly || parts[0].Minor != 124000 {
		t.Errorf("a promise of everything: %v %+v", parts, r)
	}
	if _, r := table.Promised(plan(124000, 3), today+15, 500); r.Level != Staff {
		t.Errorf("a promise for a day too far off: %+v", r)
	}
}

func TestCauses(t *testing.T) {
	for _, c := range Causes() {
		if c.Way() == "" || c.ByMachine() == (c == Wilful) {
			t.Errorf("%s: %s", c, c.Way())
		}
	}
	if Unknown.Gentle() || !Illness.Gentle() || Cause("no such").Way() != Person {
		t.Error("gentle where nothing is known, or not where somebody is ill")
	}
}
