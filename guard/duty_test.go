package guard_test

import (
	"testing"
	"time"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// TestLeadDays holds a duty that must have been done thirty days before: it counts from the thirtieth of the
// borrower's days after it, for every loan of the message, in the zone in which that day begins last.
func TestLeadDays(t *testing.T) {
	notice := law.Rulebook{ID: "acme", File: "acme.yaml", Rules: []law.Rule{{
		ID: "NOTICE", Kind: law.Duty, Confidence: law.Binding, House: true, Source: "House rule", Binds: []law.Purpose{law.Reminder},
		Duty: "negative_report_notice", Before: true, Lead: 30,
		When: &law.When{NextStep: []string{"auction"}, Owed: ledger.Money{Minor: 100_000, Currency: "CNY"}},
	}}}
	shanghai := func(day, hour int) time.Time { return time.Date(2026, 8, day, hour, 0, 0, 0, zone(t, "Asia/Shanghai")) }
	done := func(at time.Time, loan ledger.LoanID) guard.Duty {
		return guard.Duty{Kind: "negative_report_notice", At: at, Loan: loan}
	}
	cny := func(minor int64) ledger.Money { return ledger.Money{Minor: minor, Currency: "CNY"} }
	for name, c := range map[string]struct {
		change func(*guard.Facts)
		want   guard.Ruling
		until  string
	}{
		"not done":           {func(*guard.Facts) {}, guard.Wait, ""},
		"thirty days ago":    {func(f *guard.Facts) { f.Duties = []guard.Duty{done(shanghai(25, 21), 0)} }, guard.Allow, ""},
		"29 days ago":        {func(f *guard.Facts) { f.Duties = []guard.Duty{done(shanghai(26, 9), 0)} }, guard.Wait, "2026-09-25T08:00:00+08:00"},
		"the first counts":   {func(f *guard.Facts) { f.Duties = []guard.Duty{done(shanghai(30, 9), 0), done(shanghai(25, 9), 0)} }, guard.Allow, ""},
		"one loan of two":    {func(f *guard.Facts) { f.Duties = []guard.Duty{done(shanghai(25, 9), 1)} }, guard.Wait, ""},
		"the later of two":   {func(f *guard.Facts) { f.Duties = []guard.Duty{done(shanghai(25, 9), 1), done(shanghai(28, 9), 2)} }, guard.Wait, "2026-09-27T08:00:00+08:00"},
		"another step":       {func(f *guard.Facts) { f.Case.NextStep = "visit" }, guard.Allow, ""},
		"more is due":        {func(f *guard.Facts) { f.Case.Owed = cny(100_001) }, guard.Allow, ""},
		"exactly as much":    {func(f *guard.Facts) { f.Case.Owed = cny(100_000) }, guard.Wait, ""},
		"another currency":   {func(f *guard.Facts) { f.Case.Owed = ledger.Money{Minor: 900_000, Currency: "USD"} }, guard.Wait, ""},
		"a notice may leave": {func(f *guard.Facts) { f.Notice = true }, guard.Allow, ""},
		"in two zones": {func(f *guard.Facts) {
			f.Zones = append(f.Zones, zone(t, "Asia/Urumqi"))
			f.Duties = []guard.Duty{done(time.Date(2026, 8, 26, 0, 30, 0, 0, zone(t, "Asia/Shanghai")), 0)} // the 25th in Urumqi
		}, guard.Wait, "2026-09-25T10:00:00+08:00"},
	} {
		f := good(t)
		f.Loans, f.Case.NextStep = []ledger.LoanID{1, 2}, "auction"
		c.change(&f)
		rules := rulesFor(t, f, cn(t), notice)
		v := guard.Check(rules, &f)
		if v.Ruling != c.want || v.Ruling == guard.Wait && v.Rule != "NOTICE" {
			t.Errorf("%s: %+v, want %s", name, v, c.want)
		}
		got := ""
		if !v.Until.IsZero() {
			got = v.Until.In(f.Zones[0]).Format(time.RFC3339)
		}
		if got != c.until {
			t.Errorf("%s: until %q, want %q", name, got, c.until)
		}
		if c.until != "" {
			f.Now, f.LedgerAsOf = v.Until, v.Until
			if then := guard.Check(rulesFor(t, f, cn(t), notice), &f); then.Ruling != guard.Allow {
				t.Errorf("%s: not allowed then: %+v", name, then)
			}
		}
	}
}
