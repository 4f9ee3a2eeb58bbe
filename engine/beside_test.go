package engine

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// TestReadsBesideJudging: replies are read while claims are judged ahead, each with room of its own. In one room what is known of one
// person was read as another's: a process fell over it, and a text could have been chosen for the wrong one's loans. The race
// detector sees two in a room (make race); what stands first sees it without.
func TestReadsBesideJudging(t *testing.T) {
	h := newHouse(t, smsc.Config{})
	debts := make([]debt, 40)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10_000}
	}
	h.take(debts...)
	h.plan()
	r, err := h.newRunning(h.options().Carriers[0], h.options())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := r.s.Hire(ctx); err != nil {
		t.Fatal(err)
	}
	for range 2 { // also after other versions were taken
		for _, p := range slices.Concat(r.s.e.Portfolios, r.s.mine) {
			if slices.Contains(r.s.ear.Portfolios, p) {
				t.Fatalf("the portfolio %s that judges is the one that reads", p.Ref)
			}
		}
		r.s.take(r.s.books)
	}
	var judging sync.WaitGroup
	judging.Go(func() {
		for range 20 {
			ready, err := r.s.prepare(ctx, 10, nil)
			if err != nil || len(ready.msgs) != 10 {
				t.Errorf("%d messages, %v", len(ready.msgs), err)
				return
			}
		}
	})
	for i := range 100 {
		st := &store.Step{At: h.now(), Replies: []store.Reply{{Carrier: "main", Address: phoneOf(i%40 + 1), Text: "我明天还"}}}
		if err := r.s.read(ctx, st); err != nil {
			t.Error(err)
			break
		}
		if st.Replies[0].Meaning != "promise" {
			t.Errorf("reply %d means %q", i, st.Replies[0].Meaning)
		}
	}
	judging.Wait()
	if err := r.s.Finish(ctx); err != nil {
		t.Error(err)
	}
}
