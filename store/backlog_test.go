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
