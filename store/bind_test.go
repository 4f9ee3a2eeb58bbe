package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A holderOf is a process in the test, as it sees itself.
type holderOf struct {
	id      int64
	slot    int   // 0: none
	uses    int64 // what it hands over, in thousandths a second
	until   time.Time
	stalled bool // it renews nothing, and its watch has let its line go
}

// TestBindsKeepTheCarriersLimits lets processes come, renew, fall silent and go in any order: at no moment are more sessions open
// than the carrier allows, nor do they together use more than its rate; and what the dead held is free when their lease is over.
func TestBindsKeepTheCarriersLimits(t *testing.T) {
	s := open(t)
	ctx, carriers := context.Background(), 0
	rapid.Check(t, func(t *rapid.T) {
		carriers++
		carrier := "c" + string(rune('a'+carriers%26)) + time.Duration(carriers).String()
		sessions, rate := rapid.IntRange(1, 4).Draw(t, "sessions"), rapid.Int64Range(1, 9).Draw(t, "rate")*1000
		now := time.UnixMilli(1_700_000_000_000).Add(time.Duration(carriers) * time.Hour)
		var all []*holderOf
		ask := func(h *holderOf) {
			until := now.Add(5 * time.Second)
			b, err := s.KeepBind(ctx, BindAsk{
				Carrier: carrier, Slot: h.slot, Process: h.id, Sessions: sessions, Rate: rate, Uses: h.uses, Now: now, Until: until,
			})
			switch {
			case errors.Is(err, ErrNoBind) || errors.Is(err, ErrBindLost):
				h.slot, h.uses = 0, 0
			case err != nil:
				t.Fatal(err)
			default:
				h.slot, h.uses, h.until = b.Slot, b.Share, until
			}
		}
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				all = append(all, &holderOf{id: int64(len(all) + 1)})
			case 1, 2, 3:
				if len(all) > 0 {
					if h := all[rapid.IntRange(0, len(all)-1).Draw(t, "who")]; !h.stalled {
						ask(h)
					}
				}
			case 4:
				if len(all) > 0 {
					all[rapid.IntRange(0, len(all)-1).Draw(t, "who")].stalled = true
				}
			case 5:
				now = now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "pause")) * time.Millisecond)
			}
			open, used := 0, int64(0)
			for _, h := range all {
				if h.slot > 0 && now.After(h.until) {
					h.slot, h.uses = 0, 0 // its watch let go before
				}
				if h.slot > 0 {
					open++
					used += h.uses
				}
			}
			if open > sessions || used > rate {
				t.Fatalf("%d sessions of %d, %d of %d", open, sessions, used, rate)
			}
		}
		// All but a newcomer fall silent: within a lease it has everything.
		last := &holderOf{id: 1000}
		now = now.Add(5*time.Second + time.Millisecond)
		ask(last)
		if last.slot == 0 || last.uses != rate {
			t.Fatalf("the newcomer has %+v", last)
		}
	})
}

// TestSharesMeet lets three processes keep their sessions: soon each has a third, and when one goes the others have halves.
func TestSharesMeet(t *testing.T) {
	s, ctx := open(t), context.Background()
	now := time.UnixMilli(1_700_000_000_000)
	var ids [3]int64
	var binds [3]Bind
	for i := range ids {
		var live int
		var err error
		if ids[i], live, err = s.KeepProcess(ctx, 0, "test", now, now.Add(5*time.Second)); err != nil || live != i+1 {
			t.Fatalf("process %d of %d live: %v", ids[i], live, err)
		}
	}
	beat := func(who ...int) {
		t.Helper()
		now = now.Add(time.Second)
		for _, i := range who {
			if _, _, err := s.KeepProcess(ctx, ids[i], "test", now, now.Add(5*time.Second)); err != nil {
				t.Fatal(err)
			}
			var err error
			binds[i], err = s.KeepBind(ctx, BindAsk{
				Carrier: "main", Slot: binds[i].Slot, Process: ids[i], Sessions: 3, Rate: 90_000, Uses: binds[i].Share, Now: now, Until: now.Add(5 * time.Second),
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	beat(0)
	if binds[0] != (Bind{Slot: 1, Live: 1, Share: 90_000}) {
		t.Errorf("alone %+v", binds[0])
	}
	for range 4 {
		beat(0, 1, 2)
	}
	for i, b := range binds {
		if b != (Bind{Slot: i + 1, Live: 3, Share: 30_000}) {
			t.Errorf("one of three %+v", b)
		}
	}
	if _, err := s.KeepBind(ctx, BindAsk{Carrier: "main", Process: ids[0], Sessions: 3, Now: now, Until: now}); !errors.Is(err, ErrNoBind) {
		t.Errorf("a fourth of three: %v", err)
	}
	if err := s.EndProcess(ctx, ids[1]); err != nil {
		t.Fatal(err)
	}
	beat(0, 2)
	beat(0, 2)
	if binds[0].Share != 45_000 || binds[2].Share != 45_000 {
		t.Errorf("two that are left have %+v", binds)
	}
	if id, live, err := s.KeepProcess(ctx, ids[1], "test", now, now.Add(time.Second)); err != nil || id == ids[1] || live != 3 {
		t.Errorf("a process that was taken for dead comes back as %d of %d, %v", id, live, err)
	}
}
