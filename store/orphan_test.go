package store

import (
	"context"
	"testing"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// TestOrphans: a receipt finds its message whether it comes before the outcome or after it, over whichever worker, and
// one that belongs to nothing is looked for once.
func TestOrphans(t *testing.T) {
	s := open(t)
	p := planned(t, s, 3)
	capset := houseCaps(t, s)
	claim, err := s.Due(context.Background(), p.ID, noon, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b := hire(t, s), hire(t, s)
	var tries []Try
	for _, m := range claim.Messages {
		tries = append(tries, tryOf(m, 1, capset))
	}
	commit := func(st *Step) StepResult {
		t.Helper()
		res, err := s.Commit(context.Background(), st)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	commit(stepOf(a, &claim, tries...))
	receipt := func(id string) {
		t.Helper()
		st := stepOf(b, nil)
		st.Receipts = []Receipt{{ID: id, From: "main", Event: outbox.EvDelivered, Code: "DELIVRD 000"}}
		commit(st)
	}
	outcome := func(i int, ids string) StepResult {
		t.Helper()
		st := stepOf(a, nil)
		st.Outcomes = []Outcome{{Fence: tries[i].Fence(), Event: outbox.EvAccept, Carrier: "main", IDs: ids}}
		return commit(st)
	}
	settle := func(matched int64) {
		t.Helper()
		done, err := s.Settle(context.Background(), noon.Add(time.Minute), wire)
		if err != nil || done.Matched != matched {
			t.Errorf("settled %+v, %v, want %d matched", done, err, matched)
		}
	}
	delivered := func(want int64) {
		t.Helper()
		var n int64
		if err := s.read.QueryRow(`SELECT count(*) FROM message_state WHERE state = 'delivered'`).Scan(&n); err != nil || n != want {
			t.Errorf("%d delivered, %v, want %d", n, err, want)
		}
	}

	receipt("x1") // before its outcome
	receipt("stray")
	settle(0)
	if res := outcome(0, "x1"); len(res.Adopted) != 1 || res.Adopted[0] != "x1" {
		t.Errorf("adopted %v", res.Adopted)
	}
	delivered(1)

	outcome(1, "x2") // before its receipt, which comes over the other worker
	receipt("x2")
	delivered(1)
	settle(1)
	delivered(2)

	var unsought int
	if err := s.read.QueryRow(`SELECT count(*) FROM orphan WHERE sought = 0`).Scan(&unsought); err != nil || unsought != 0 {
		t.Errorf("%d receipts are looked for again, %v", unsought, err)
	}
	outcome(2, "stray") // even one that has been looked for is found by its outcome
	delivered(3)
}
