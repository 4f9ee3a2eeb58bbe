package engine

import (
	"context"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// BenchmarkRecipe is the pure recipe for one person after the other on one core, default strategy and rulebook,
// 60 dossiers of six stages: "judge" decides whether to contact, "write" renders and checks the text too.
func BenchmarkRecipe(b *testing.B) {
	h := newHouse(b, smsc.Config{})
	var debts []debt
	for i := range 60 {
		debts = append(debts, debt{n: i + 1, dueOn: day(thursday, []int{3, 6, 9, 12, 18, 25}[i%6]), minor: int64(10000 + i*997)})
	}
	h.take(debts...)
	ctx, today := context.Background(), ledger.Day(thursday)
	if _, err := h.Store.Refresh(ctx, h.p.row.ID, today, h.p.Terms); err != nil {
		b.Fatal(err)
	}
	var all []*store.Dossier
	in := store.Within{Portfolio: h.p.row.ID, On: today, All: true}
	if err := h.Store.Dossiers(ctx, in, func(d *store.Dossier) error { all = append(all, d.Clone()); return nil }); err != nil {
		b.Fatal(err)
	}
	to := map[ledger.BorrowerID]store.Recipient{}
	for _, d := range all {
		to[d.Borrowers[0].ID] = store.Recipient{Name: "黄淑芬", Phone: "+8617405000001"}
	}
	run := func(b *testing.B, write bool) {
		b.ReportAllocs()
		start := time.Now()
		for n := 0; b.Loop(); n++ {
			d := all[n%len(all)]
			j, err := Judge(h.p, d, thursday, false)
			if err != nil || j.Action != Contact {
				b.Fatalf("%+v: %v", j, err)
			}
			if !write {
				continue
			}
			if _, err := Write(h.p, d, &j, to, thursday); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "persons/s")
	}
	b.Run("judge", func(b *testing.B) { run(b, false) })
	b.Run("write", func(b *testing.B) { run(b, true) })
}
