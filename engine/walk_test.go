package engine

import (
	"context"
	"testing"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/smsc"
)

// TestWalk: loans are found in the buckets of the ends of months, money that came counts up to what was overdue, and the job of the
// night goes over the book once a day.
func TestWalk(t *testing.T) {
	h := newHouse(t, smsc.Config{})
	date := func(s string) ledger.Date { return must(ledger.ParseDate(s)) }
	h.take(
		debt{n: 1, dueOn: date("2026-07-29"), minor: 10000},                              // 2 days late at the end of July, 33 at that of August
		debt{n: 2, dueOn: date("2026-08-10"), minor: 20000},                              // 21 days late at the end of August
		debt{n: 3, dueOn: date("2026-07-20"), minor: 30000, paid: 30000},                 // in time
		debt{n: 4, dueOn: date("2026-07-10"), minor: 5000, closedOn: date("2026-08-15")}, // 21 days late, then closed
		debt{n: 5, dueOn: date("2026-09-30"), minor: 7000},                               // nothing yet
	)
	ctx := context.Background()
	n := &Nightly{Engine: h.Engine, Civil: h.now, PlanAt: 6 * 3600e9}
	walk := func() (did int) {
		t.Helper()
		for _, p := range must(n.Due(ctx)) {
			if p.Kind == walkJob {
				did++
				if err := n.Do(ctx, p); err != nil {
					t.Fatal(err)
				}
			}
		}
		return did
	}
	if first, again := walk(), walk(); first != 1 || again != 0 {
		t.Fatalf("the book was gone over %d times, and again %d times", first, again)
	}
	rows := func(name string) [][]measure.Cell {
		t.Helper()
		return must(h.p.Sheet(ctx, h.Store, name, SheetAsk{})).Rows
	}
	find := func(name, first string) []measure.Cell {
		t.Helper()
		for _, r := range rows(name) {
			if r[0].Word == first {
				return r
			}
		}
		t.Fatalf("%s has no row %s: %v", name, first, rows(name))
		return nil
	}
	if r := find("cures", "1-3"); r[1].N != 1 || r[2].N != 0 || r[4].N != 10_000 || r[5].N != 10_000 {
		t.Errorf("1-3: %v", r)
	}
	if r := find("cures", "16-30"); r[1].N != 1 || r[2].N != 1 {
		t.Errorf("who was closed is not current: %v", r)
	}
	aug := find("recovery", "2026-08")
	if aug[4].N != 2 || aug[5].N != 1 || aug[2].N != 1 {
		t.Errorf("August: %v", aug)
	}
	if r := find("cohorts-late", "2026-07"); r[1].N != 2 || r[3].N != 5000 {
		t.Errorf("late in July: %v", r)
	}
	h.at(thursday.AddDate(0, 0, 1))
	if walk() != 1 {
		t.Error("the next day the book is not gone over")
	}
	if err := n.Do(ctx, jobs.Piece{Kind: walkJob, Portfolio: "elsewhere"}); err == nil {
		t.Error("a portfolio that is not here")
	}
}
