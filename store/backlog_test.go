package store

import (
	"context"
	"testing"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// TestBacklog counts what waits, what is due and since when, what is unknown, and who works.
func TestBacklog(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	p := planned(t, s, 5)
	want := func(now time.Time, waiting, due int64, oldest time.Time) {
		t.Helper()
		b, err := s.Backlog(ctx, now, wire)
		if err != nil || len(b.Portfolios) != 1 {
			t.Fatalf("%+v, %v", b, err)
		}
		if g := b.Portfolios[0]; g.Ref != "cards" || g.Waiting != waiting || g.Due != due || !g.Oldest.Equal(oldest) || b.Held {
			t.Errorf("%+v, want %d waiting and %d due since %s", b, waiting, due, oldest)
		}
	}
	want(noon.Add(-time.Minute), 5, 0, time.Time{})
	want(noon.Add(time.Minute), 5, 5, noon)
	worker, set := hire(t, s), houseCaps(t, s)
	claim, err := s.Due(ctx, p.ID, noon, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	st := stepOf(worker, &claim, tryOf(claim.Messages[0], 1, set))
	later := noon.Add(2 * time.Hour)
	st.PutOffs = []PutOff{{Message: claim.Messages[1].ID, NotBefore: later, NotAfter: noon.Add(24 * time.Hour)}}
	if _, err := s.Commit(ctx, st); err != nil {
		t.Fatal(err)
	}
	want(noon.Add(time.Minute), 4, 3, noon)
	want(later, 4, 4, noon)
	back := stepOf(worker, nil)
	back.Outcomes = []Outcome{{Fence: claim.Messages[0].ID.Fence(1), Event: outbox.EvLost, Carrier: "main", IDs: "a"}}
	back.Receipts = []Receipt{{From: "main", ID: "nobody's", Event: outbox.EvDelivered}}
	if _, err := s.Commit(ctx, back); err != nil {
		t.Fatal(err)
	}
	all, err := s.Standings(ctx, noon)
	if err != nil || len(all.Unknown) != 1 || all.Unknown[0].Number != 1 || all.Orphans != 1 || len(all.Holds) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := s.Hold(ctx, wire, "a test", "ops:1"); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Backlog(ctx, noon, wire); err != nil || !b.Held || b.Workers != 1 {
		t.Errorf("%+v, %v", b, err)
	}
}

// TestUnknownIsCountedAsMessagesStand: what is counted as unknown is what view message_state says is: a long text of which one part has
// arrived is still unknown, one of which a person has said what became of it is not, and what is taken back is again.
func TestUnknownIsCountedAsMessagesStand(t *testing.T) {
	s, ctx := open(t), context.Background()
	ids := lostMessages(t, s, 3, 2)
	by := Act{Who: "administrator:1", At: noon.Add(time.Hour), Real: noon.Add(time.Hour), Reason: "the carrier's answer of today"}
	receipt := func(i, part int, e outbox.Event) func() error {
		return func() error {
			back := stepOf(hire(t, s), nil)
			back.Receipts = []Receipt{{Fence: ids[i].Fence(1), Part: part, ID: "x", From: "main", Event: e}}
			_, err := s.Commit(ctx, back)
			return err
		}
	}
	say := func(i int, word string) func() error {
		return func() error {
			_, err := s.Reconcile(ctx, nil, []Word{{ID: ids[i], Said: word}}, "by number", by)
			return err
		}
	}
	for _, c := range []struct {
		what string
		do   func() error
		want int64
	}{
		{"no answer came", func() error { return nil }, 3},
		{"one part of two arrived", receipt(0, 1, outbox.EvDelivered), 3},
		{"the other did as well", receipt(0, 2, outbox.EvDelivered), 2},
		{"one part of another arrived", receipt(1, 1, outbox.EvDelivered), 2},
		{"somebody says that it all did", say(1, SaidArrived), 1},
		{"they take it back", say(1, SaidOpen), 2},
		{"somebody says that it did not", say(1, SaidNotArrived), 1},
		{"a part of the last one did not arrive", receipt(2, 2, outbox.EvUndelivered), 0},
	} {
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		var stand int64
		if err := s.read.QueryRow(`SELECT count(*) FROM message_state WHERE state = 'unknown'`).Scan(&stand); err != nil {
			t.Fatal(err)
		}
		all, err := s.Standings(ctx, noon)
		if err != nil || len(all.Unknown) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		if got := all.Unknown[0].Number; got != c.want || stand != c.want {
			t.Errorf("%s: %d are counted as unknown and %d are, not %d", c.what, got, stand, c.want)
		}
	}
}
