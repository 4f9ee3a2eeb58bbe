package engine

import (
	"context"
	"testing"

	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// TestUnsureFences is invariant 5: what a worker asked for in a commit of which it never heard may be there, and is looked for at its end whatever it
// hands over meanwhile.
func TestUnsureFences(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	debts := make([]debt, 3)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10_000}
	}
	h.take(debts...)
	h.plan()
	s := h.sender(t)
	s.batch = 1
	ctx, called := context.WithCancel(context.Background())
	r, err := s.prepare(ctx, 1, nil)
	if err != nil || len(r.st.Tries) != 1 {
		t.Fatalf("judged %d messages, %v", len(r.msgs), err)
	}
	lost := r.st.Tries[0].Fence()
	called()
	if _, err := s.commit(ctx, r); err == nil {
		t.Fatal("a commit that is called off succeeds")
	}
	later := lost + 800
	s.in.flying[later+8], s.in.flying[later] = flying{}, flying{}
	if got := s.in.least(0); got != later {
		t.Errorf("the least without an outcome is %d, want %d", got, later)
	}
	if _, err := s.commit(context.Background(), &ready{st: &store.Step{At: s.now(), Replies: []store.Reply{{Carrier: "main", Address: phoneOf(1), Text: "OK"}}}}); err != nil {
		t.Fatal(err)
	}
	if s.first != lost {
		t.Errorf("at its end fences from %d on are looked for, want %d on", s.first, outbox.FenceID(lost))
	}
}
