package engine

import (
	"context"
	"testing"
	"time"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
)

// TestRollJob: the job of the night keeps the sums up to date by itself, rests after it, and what was given to them stays when the
// messages are given up.
func TestRollJob(t *testing.T) {
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 10000}, debt{n: 2, dueOn: day(thursday, 9), minor: 10000}, debt{n: 3, dueOn: day(thursday, -9), minor: 10000})
	h.plan()
	h.run()
	wire := time.Now()
	h.Wire = func() time.Time { return wire }
	n := &Nightly{Engine: h.Engine, Civil: h.now, PlanAt: 6 * time.Hour, Retention: Retention{On: true}}
	rolls := func() (did int) {
		t.Helper()
		due, err := n.Due(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range due {
			if p.Kind == rollJob {
				did++
				if err := n.Do(context.Background(), p); err != nil {
					t.Fatal(err)
				}
			}
		}
		return did
	}
	if first, again := rolls(), rolls(); first != 1 || again != 0 {
		t.Fatalf("it folded %d times, and %d times at once after it", first, again)
	}
	delivered := func() (n int64) {
		t.Helper()
		f, err := Funnel(context.Background(), h.Store, h.p, ledger.Day(thursday), ledger.Day(thursday), 0)
		if err != nil {
			t.Fatal(err)
		}
		return f.Total.Delivered
	}
	if got := delivered(); got != 2 {
		t.Errorf("the sums have %d delivered messages, want 2", got)
	}
	wire = wire.Add(leastRoll)
	if rolls() != 1 {
		t.Error("it does not go on after its rest")
	}
	if held, on, err := h.Store.RolledHolds(context.Background(), h.p.Row(), 0); err != nil || on != ledger.Day(thursday) {
		t.Errorf("held %v on %s, %v", held, on, err)
	}
	h.at(thursday.AddDate(5, 1, 0))
	if err := n.Do(context.Background(), jobs.Piece{Kind: retainJob, Run: 680}); err != nil {
		t.Fatal(err)
	}
	if states, got := h.states(), delivered(); len(states) > 0 || got != 2 {
		t.Errorf("of the messages are left %v, and of the sums %d", states, got)
	}
}
