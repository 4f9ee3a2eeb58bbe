package engine

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/smsc"
)

// nightly does all that is due and returns how many messages that planned.
func (h *house) nightly(n *Nightly) (messages int64) {
	h.t.Helper()
	n.Planned = func(_ string, done Planned) { messages += done.Messages; h.looked += done.Persons }
	due, err := n.Due(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, p := range due {
		if err := n.Do(context.Background(), p); err != nil {
			h.t.Fatal(err)
		}
	}
	return messages
}

func (h *house) due(n *Nightly) []jobs.Piece {
	h.t.Helper()
	due, err := n.Due(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	return slices.DeleteFunc(due, func(p jobs.Piece) bool { return p.Kind == monthsJob || p.Kind == rollJob || p.Kind == walkJob })
}

// TestNightly plans each day once, from its hour on; a missed night is made good; an import is planned for, but not each
// few minutes; and a book is planned in parts as it is in one.
func TestNightly(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	n := &Nightly{Engine: h.Engine, Civil: h.now, PlanAt: 6 * time.Hour}
	h.at(time.Date(2026, 9, 24, 5, 0, 0, 0, shanghai))
	if due := h.due(n); len(due) != 0 {
		t.Fatalf("an empty book: %v", due)
	}
	debts := make([]debt, 50)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10000}
	}
	h.take(debts[:30]...)
	if got := h.nightly(n); got != 30 {
		t.Errorf("the first plan has %d messages", got)
	}
	if due := h.due(n); len(due) != 0 {
		t.Errorf("planned twice: %v", due)
	}
	h.at(time.Date(2026, 9, 24, 6, 0, 0, 0, shanghai))
	if due := h.due(n); len(due) != 1 {
		t.Errorf("at its hour a day has %v", due)
	}
	h.nightly(n)
	h.take(debts[30:]...)
	if due := h.due(n); len(due) != 0 {
		t.Errorf("an import was planned for at once: %v", due)
	}
	h.at(h.now().Add(replanAfter))
	n.Shard = 7
	due := h.due(n)
	if len(due) < 5 || !slices.Equal(due, h.due(n)) {
		t.Fatalf("in parts of seven: %v", due)
	}
	if err := n.Do(context.Background(), due[3]); err != nil {
		t.Fatal(err)
	}
	if left := h.due(n); len(left) != len(due)-1 || slices.Contains(left, due[3]) {
		t.Errorf("one part of %d is done, due are %v", len(due), left)
	}
	h.looked = 0
	got := h.nightly(n)
	if h.looked == 0 || h.looked >= 50 {
		t.Errorf("the parts that were left looked at %d persons of 50", h.looked)
	}
	if err := n.Do(context.Background(), due[3]); err != nil { // late and again, as a queue may have it
		t.Fatal(err)
	}
	if states := h.states(); states["waiting"] != 50 {
		t.Errorf("after %d more, states %v", got, states)
	}
	h.at(time.Date(2026, 9, 28, 3, 0, 0, 0, shanghai)) // three nights were missed, and the fourth has not come
	if due := h.due(n); len(due) == 0 {
		t.Error("a missed night is not made good")
	}
	if err := n.Do(context.Background(), jobs.Piece{Kind: "tomorrow"}); err == nil {
		t.Error("a job that nobody knows was done")
	}
	if err := n.Do(context.Background(), jobs.Piece{Kind: planJob, Portfolio: "elsewhere"}); err == nil {
		t.Error("a portfolio that is not here was planned")
	}
}
