package measure

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dulyhq/duly/ledger"
)

// TestFunnelOfTwoCurrencies: what was paid in two currencies stays two amounts, of a stage and in all, and a table has both.
func TestFunnelOfTwoCurrencies(t *testing.T) {
	cny := func(n int64) ledger.Money { return ledger.Money{Minor: n, Currency: "CNY"} }
	usd := func(n int64) ledger.Money { return ledger.Money{Minor: n, Currency: "USD"} }
	f, err := Fold(nil, []Return{
		{Stage: "1-3", Paid: 3, Money: []ledger.Money{cny(10_000), usd(250)}},
		{Stage: "4-7", Paid: 1, Money: []ledger.Money{usd(50)}},
		{Stage: "8-15"},
	}, 0, []string{"1-3", "4-7", "8-15"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]ledger.Money{"1-3": {cny(10_000), usd(250)}, "4-7": {usd(50)}, "8-15": nil}
	for i := range f.Rows {
		if diff := cmp.Diff(want[f.Rows[i].Stage], f.Rows[i].Money); diff != "" {
			t.Error(f.Rows[i].Stage, diff)
		}
	}
	if diff := cmp.Diff([]ledger.Money{cny(10_000), usd(300)}, f.Total.Money); diff != "" {
		t.Error(diff)
	}
	if a, c := Cells(f.Total.Money); a != "100.00;3.00" || c != "CNY;USD" {
		t.Errorf("%q, %q", a, c)
	}
	if a, c := Cells(f.Rows[1].Money); a != "0.50" || c != "USD" {
		t.Errorf("%q, %q", a, c)
	}
}

// TestPlus: in whichever order amounts come, each currency's are added up among themselves, and stand once.
func TestPlus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := map[ledger.Currency]int64{}
		var sums []ledger.Money
		for range rapid.IntRange(0, 20).Draw(t, "amounts") {
			m := ledger.Money{Minor: rapid.Int64Range(-1000, 1000).Draw(t, "minor"), Currency: rapid.SampledFrom([]ledger.Currency{"CNY", "EUR", "JPY", "USD"}).Draw(t, "currency")}
			want[m.Currency] += m.Minor
			sums = Plus(sums, m)
		}
		got := map[ledger.Currency]int64{}
		for i, m := range sums {
			if got[m.Currency] = m.Minor; i > 0 && sums[i-1].Currency >= m.Currency {
				t.Fatalf("not in order: %v", sums)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}
