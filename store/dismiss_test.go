package store

import (
	"context"
	"strings"
	"testing"
	"time"

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

// TestNumberOnce: no worker gets a number that another had, whatever the clock says and whoever is gone, also one of an older binary;
// and to find one, no fence is looked at, of which there are as many as messages were ever sent.
func TestNumberOnce(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	had := map[int64]bool{}
	hireAt := func(now time.Time) int64 {
		t.Helper()
		id, err := s.Hire(ctx, now, now.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if had[id] {
			t.Errorf("the number %d of one who is gone was given again", id)
		}
		had[id] = true
		if err := s.Dismiss(ctx, id, 0); err != nil {
			t.Fatal(err)
		}
		return id
	}
	last := hireAt(wire)
	hireAt(wire)
	hireAt(wire.Add(-time.Hour))
	older := last + 1000
	for _, q := range []string{`INSERT INTO worker (id, lease_until) VALUES (?, 1)`, `DELETE FROM worker WHERE id = ?`} {
		if _, err := s.write.Exec(q, older); err != nil {
			t.Fatal(err)
		}
	}
	if got := hireAt(wire); got <= older {
		t.Errorf("%d comes after %d, which an older binary gave", got, older)
	}
	if s.fleet {
		return
	}
	rows, err := s.read.Query(`EXPLAIN QUERY PLAN `+hireNext, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	said := ""
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		said += step + "\n"
	}
	if err := rows.Err(); err != nil || !strings.Contains(said, "SEARCH hired") || strings.Contains(said, "SCAN ") && !strings.Contains(said, "SCAN CONSTANT ROW") || strings.Contains(said, "fence") {
		t.Errorf("a number is found by\n%s(%v)", said, err)
	}
}
