package assess

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/dulyhq/duly/ledger"
)

// realFacts reads the full card ledger by plain means, so that the test does not lean on intake.
func realFacts(tb testing.TB) map[string]*Facts {
	tb.Helper()
	shared := os.Getenv("DULY_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	dir := filepath.Join(shared, "data", "card-ledger")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("the full card ledger must be there in CI: %v (set DULY_SHARED)", err)
		}
		tb.Skipf("no full card ledger (set DULY_SHARED): %v", err)
	}
	facts := map[string]*Facts{}
	rows := func(name string, each func(r []string)) {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			tb.Fatal(err)
		}
		defer f.Close() //nolint:errcheck // it is only read
		all, err := csv.NewReader(f).ReadAll()
		if err != nil {
			tb.Fatal(err)
		}
		for _, r := range all[1:] {
			each(r)
		}
	}
	minor := func(s string) int64 {
		m, err := ledger.ParseMoney(s, "CNY")
		if err != nil {
			tb.Fatal(err)
		}
		return m.Minor
	}
	date := func(s string) ledger.Date {
		d, err := ledger.ParseDate(s)
		if err != nil {
			tb.Fatal(err)
		}
		return d
	}
	rate := func(s string) ledger.Rate {
		r, err := ledger.ParseRate(s)
		if err != nil {
			tb.Fatal(err)
		}
		return r
	}
	rows("loans.csv", func(r []string) {
		facts[r[0]] = &Facts{Loan: ledger.Loan{
			Ref: r[0], Currency: "CNY", AnnualRate: rate(r[6]), PenaltyMultiplier: rate(r[7]),
		}}
	})
	rows("instalments.csv", func(r []string) {
		n, err := strconv.Atoi(r[1])
		if err != nil {
			tb.Fatal(err)
		}
		facts[r[0]].Instalments = append(facts[r[0]].Instalments,
			ledger.Instalment{Number: n, DueOn: date(r[2]), Principal: minor(r[3])})
	})
	rows("payments.csv", func(r []string) {
		facts[r[1]].Payments = append(facts[r[1]].Payments, ledger.Payment{PaidOn: date(r[2]), Minor: minor(r[3])})
	})
	return facts
}

// plain recomputes days past due and the overdue principal in the plainest way: everything paid by the day
// against everything that fell due before it, in the order of due dates.
func plain(f *Facts, on ledger.Date) (dpd int, overdue int64) {
	var paid, due int64
	for _, p := range f.Payments {
		if p.PaidOn <= on {
			paid += p.Minor
		}
	}
	list := slices.Clone(f.Instalments)
	slices.SortFunc(list, func(a, b ledger.Instalment) int { return int(a.DueOn - b.DueOn) })
	for _, i := range list {
		if i.DueOn >= on {
			break
		}
		due += i.Amount()
		if due > paid && dpd == 0 {
			dpd = int(on - i.DueOn)
		}
	}
	return dpd, max(0, due-paid)
}

func TestRealLedgerAgreesWithPlainRecomputation(t *testing.T) {
	facts := realFacts(t)
	if len(facts) != 29_998 {
		t.Fatalf("%d loans", len(facts))
	}
	for _, day := range []string{"2026-05-01", "2026-06-30", "2026-08-31", "2026-09-17", "2026-09-24", "2026-10-01", "2026-10-08", "2026-12-31"} {
		on, err := ledger.ParseDate(day)
		if err != nil {
			t.Fatal(err)
		}
		buckets := map[string]int{}
		for ref, f := range facts {
			s := Stand(*f, on)
			p := s.At(on)
			dpd, overdue := plain(f, on)
			if s.Broken || p.DPD != dpd || p.Due.Principal != overdue {
				t.Fatalf("%s on %s: DPD %d, overdue %d; plainly %d and %d", ref, day, p.DPD, p.Due.Principal, dpd, overdue)
			}
			if lines := Work(*f, on); lines[len(lines)-1].Minor != p.Due.Total {
				t.Fatalf("%s on %s: working %d, position %d", ref, day, lines[len(lines)-1].Minor, p.Due.Total)
			}
			buckets[BucketOf(p.DPD)]++
		}
		t.Log(day, buckets)
	}
}

func BenchmarkStand(b *testing.B) {
	var list []*Facts
	for _, f := range realFacts(b) {
		list = append(list, f)
	}
	on := ledger.NewDate(2026, 10, 8)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Stand(*list[i%len(list)], on)
	}
}

func BenchmarkAt(b *testing.B) {
	on := ledger.NewDate(2026, 10, 8)
	s := Stand(Facts{
		Loan: ledger.Loan{AnnualRate: 150_000, PenaltyMultiplier: 1_500_000},
		Instalments: []ledger.Instalment{
			{Number: 1, DueOn: on - 40, Principal: 100_000}, {Number: 2, DueOn: on + 20, Principal: 100_000},
		},
	}, on)
	var sum int64
	b.ReportAllocs()
	for b.Loop() {
		sum += s.At(on + 5).Due.Total
	}
	if sum == 0 {
		b.Fatal("nothing due")
	}
}
