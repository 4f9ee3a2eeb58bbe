package measure

import (
	"testing"

	"pgregory.net/rapid"
)

// TestFunnelBalances is invariant 5: whatever the counts, the states of each stage and of the total sum to
// what was planned.
func TestFunnelBalances(t *testing.T) {
	states := []string{"waiting", "fenced", "accepted", "unknown", "delivered", "undelivered", "refused", "cancelled", "expired"}
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Count {
			return Count{
				Stage: rapid.SampledFrom([]string{"1-3", "4-7", "91+"}).Draw(t, "stage"), State: rapid.SampledFrom(states).Draw(t, "state"),
				Reason: rapid.SampledFrom([]string{"", "stale"}).Draw(t, "reason"), Number: rapid.Int64Range(0, 1e6).Draw(t, "n"), Parts: rapid.Int64Range(0, 3e6).Draw(t, "parts"),
			}
		})).Draw(t, "counts")
		f, err := Fold(counts, nil, 4_500_000, []string{"1-3", "4-7"})
		if err != nil {
			t.Fatal(err)
		}
		var n, parts int64
		for _, c := range counts {
			n += c.Number
			parts += c.Parts
		}
		if f.Total.Planned != n || f.Total.CostMicro != parts*4_500_000 || !f.Total.Balanced() {
			t.Fatalf("total %+v of %d messages, %d parts", f.Total, n, parts)
		}
		for _, r := range f.Rows {
			if !r.Balanced() {
				t.Fatalf("%+v does not balance", r)
			}
		}
	})
	if _, err := Fold([]Count{{State: "lost", Number: 1}}, nil, 0, nil); err == nil {
		t.Error("a state that is none was counted")
	}
}

// TestStagesKeepTheirOrder: stages come in the strategy's order, others after them.
func TestStagesKeepTheirOrder(t *testing.T) {
	f, err := Fold([]Count{{Stage: "x", State: "waiting"}, {Stage: "4-7", State: "waiting"}, {Stage: "1-3", State: "waiting"}}, nil, 0, []string{"1-3", "4-7"})
	if err != nil || len(f.Rows) != 3 || f.Rows[0].Stage != "1-3" || f.Rows[1].Stage != "4-7" || f.Rows[2].Stage != "x" {
		t.Fatalf("%+v, %v", f.Rows, err)
	}
}
