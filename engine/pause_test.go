package engine

import (
	"context"
	"testing"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// TestPausedBookWaits: what a person has stopped does not arrive, and a run ends though it is due; the other book leaves meanwhile; and
// when it goes on every message of it arrives, once.
func TestPausedBookWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	books := must(twoBooks())
	h.Portfolios = books
	for _, p := range books {
		p.Carrier = "main"
	}
	if err := h.Prepare(context.Background(), thursday); err != nil {
		t.Fatal(err)
	}
	const each = 30
	for i, p := range books {
		h.p = p
		debts := make([]debt, each)
		for n := range debts {
			debts[n] = debt{n: i*each + n + 1, dueOn: day(thursday, 3), minor: 10000}
		}
		h.take(debts...)
		if done := h.plan(); done.Messages != each {
			t.Fatalf("planned %+v", done)
		}
	}
	id, err := h.Store.StopSome(context.Background(), store.Scope{Portfolio: books[0].Ref}, "supervisor:3", "complaint 318", thursday)
	if err != nil {
		t.Fatal(err)
	}
	h.handOver(h.few(40, 20))
	stopped := map[string]bool{}
	for n := range each {
		stopped[phoneOf(n + 1)[1:]] = true
	}
	came := h.smsc.Arrivals()
	for _, a := range came {
		if stopped[a.Destination] {
			t.Fatal("a message of the stopped book arrived")
		}
	}
	if len(came) != each {
		t.Fatalf("%d of the other book's %d arrived", len(came), each)
	}
	if err := h.Store.GoOn(context.Background(), id, "supervisor:4", thursday); err != nil {
		t.Fatal(err)
	}
	h.handOver(h.few(40, 20))
	if n := len(h.smsc.Arrivals()); n != 2*each {
		t.Errorf("%d arrived, of %d", n, 2*each)
	}
}
