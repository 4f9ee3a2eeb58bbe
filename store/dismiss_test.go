package store

import (
	"context"
	"testing"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// TestDismiss is invariant 5: a worker stays known, so that its fences become unknown when its lease runs out, as long as one of them has no outcome,
// and be it the first.
func TestDismiss(t *testing.T) {
	s := open(t)
	p := planned(t, s, 3)
	ctx := context.Background()
	set, err := s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 1, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	claim, err := s.Due(ctx, p.ID, noon, 3, 0)
	if err != nil {
		t.Fatal(err)
	}
	worker := hire(t, s)
	tries := []Try{tryOf(claim.Messages[0], 1, set), tryOf(claim.Messages[1], 1, set), tryOf(claim.Messages[2], 1, set)}
	if res, err := s.Commit(ctx, stepOf(worker, &claim, tries...)); err != nil || !res.Permitted[0] || !res.Permitted[2] {
		t.Fatalf("Commit = %+v, %v", res, err)
	}
	first := tries[0].Fence()
	known := func(want bool) {
		t.Helper()
		if err := s.Dismiss(ctx, worker, first); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := s.read.QueryRow(`SELECT count(*) FROM worker WHERE id = ?`, worker).Scan(&n); err != nil || (n == 1) != want {
			t.Errorf("the worker is known %d times, want %v (%v)", n, want, err)
		}
	}
	known(true)
	for i, stays := range []bool{true, true, false} { // the last one first
		st := stepOf(worker, nil)
		st.Outcomes = []Outcome{{Fence: tries[2-i].Fence(), Event: outbox.EvAccept, Carrier: "main", IDs: "x"}}
		if _, err := s.Commit(ctx, st); err != nil {
			t.Fatal(err)
		}
		known(stays)
	}
	idle := hire(t, s)
	if err := s.Dismiss(ctx, idle, 0); err != nil {
		t.Fatal(err)
	}
	if n := list(t, s, `SELECT count(*) FROM worker`); n[0] != "0" {
		t.Errorf("%s workers are known, want none", n[0])
	}
}
