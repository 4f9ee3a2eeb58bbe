package engine

import (
	"context"
	"testing"
	"time"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/smsc"
)

// decisions returns what was decided about a borrower, oldest first, as "action rule".
func (h *house) decisions(ref string, at time.Time) []string {
	h.t.Helper()
	x, err := h.Explain(context.Background(), ref, at)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for i, d := range x[0].Decisions {
		if i > 0 && !d.At.After(x[0].Decisions[i-1].At) {
			h.t.Errorf("decision %d was made at %s, after one of %s", i, d.At, x[0].Decisions[i-1].At)
		}
		out = append(out, d.Action+" "+d.Treatment+d.Rule)
	}
	return out
}

// TestDecisionsAreKept: each change of a decision is stored, none takes the place of another, and what is as before is
// not stored again.
func TestDecisionsAreKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 4), minor: 10000}) // day 4: not yet; day 6: a text
	days := []struct {
		on   int
		want int // decisions after it
	}{{0, 1}, {0, 1}, {1, 1}, {2, 2}, {3, 3}, {3, 3}}
	for _, d := range days {
		h.at(thursday.AddDate(0, 0, d.on))
		h.take(debt{n: 1, dueOn: day(thursday, 4), minor: 10000})
		h.plan()
		if d.on == 2 {
			h.run() // the text leaves
		}
		if got := h.decisions("B00001", h.now()); len(got) != d.want {
			t.Fatalf("day %d: %q, want %d", d.on, got, d.want)
		}
	}
	all := h.decisions("B00001", h.now())
	for back := range len(all) {
		upTo := h.decisions("B00001", []time.Time{thursday, thursday.AddDate(0, 0, 2), thursday.AddDate(0, 0, 3)}[back])
		if len(upTo) != back+1 || upTo[back] != all[back] {
			t.Errorf("as of decision %d: %q, all of them: %q", back, upTo, all)
		}
	}
	// A plan for an instant before the latest decision is kept in its place.
	h.at(thursday.AddDate(0, 0, 1))
	h.plan()
	if got := h.decisions("B00001", thursday.AddDate(0, 0, 9)); len(got) < len(all) || got[len(got)-1] != all[len(all)-1] {
		t.Errorf("a plan for an earlier day left %q of %q", got, all)
	}
	held, err := h.Store.Holds(context.Background(), h.p.row.ID, thursday.AddDate(0, 0, 1))
	if err != nil || len(held) != 1 || held[0].Persons != 1 || "hold "+held[0].Rule != all[0] {
		t.Errorf("held on the first day: %+v, %v; want %q", held, err, all[0])
	}
}

// TestHoldoutComesLater: whoever was planned for before the strategy had a holdout is not in it, and whoever comes
// later is drawn once for ever.
func TestHoldoutComesLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 6), minor: 10000})
	h.plan()
	h.p.Strategy.Holdout = decide.Holdout{Millionths: 1_000_000, Salt: "x"}
	h.at(thursday.AddDate(0, 0, 1))
	h.take(debt{n: 1, dueOn: day(thursday, 6), minor: 10000}, debt{n: 2, dueOn: day(thursday, 5), minor: 10000})
	h.plan()
	h.p.Strategy.Holdout.Millionths = 1
	h.at(thursday.AddDate(0, 0, 10))
	h.take(debt{n: 1, dueOn: day(thursday, 6), minor: 10000}, debt{n: 2, dueOn: day(thursday, 5), minor: 10000})
	h.plan()
	for ref, want := range map[string]bool{"B00001": false, "B00002": true} {
		got := h.decisions(ref, h.now())
		if held := got[len(got)-1] == "hold strategy:holdout"; held != want {
			t.Errorf("%s: %q, want it in the holdout: %v", ref, got, want)
		}
	}
}
