package engine

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/dulyhq/duly/smsc"
)

// few is a window and a batch so small that most of a backlog waits in the outbox and not at the carrier.
func (h *house) few(window, batch int) RunOptions {
	o := h.options()
	o.Carriers[0].Window, o.Batch = window, batch
	return o
}

func (h *house) handOver(o RunOptions) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if _, err := h.Run(ctx, o); err != nil {
		h.t.Fatal(err)
	}
}

// TestNoPortfolioStarves: a small book does not wait for a large one to be through, whichever was planned first, and
// the large one goes on meanwhile.
func TestNoPortfolioStarves(t *testing.T) {
	slow(t)
	const large, small, batch = 400, 40, 20
	for _, first := range []string{"cards", "loans"} {
		t.Run(first+" first", func(t *testing.T) {
			h := newHouse(t, smsc.Config{})
			books := must(twoBooks())
			if first == "loans" {
				books[0], books[1] = books[1], books[0]
			}
			h.Portfolios = books
			for _, p := range books {
				p.Carrier = "main"
			}
			if err := h.Prepare(context.Background(), thursday); err != nil {
				t.Fatal(err)
			}
			for _, p := range books {
				h.p = p
				from, n := 0, large
				if p.Ref == "loans" {
					from, n = large, small
				}
				debts := make([]debt, n)
				for i := range debts {
					debts[i] = debt{n: from + i + 1, dueOn: day(thursday, 3), minor: 10000}
				}
				h.take(debts...)
				if done := h.plan(); done.Messages != int64(n) {
					t.Fatalf("%s: planned %+v", p.Ref, done)
				}
			}
			h.handOver(h.few(2*batch, batch))
			ofSmall := map[string]bool{}
			for i := range small {
				ofSmall[phoneOf(large + i + 1)[1:]] = true
			}
			var came [2]int // of the large book and of the small one
			for _, a := range h.smsc.Arrivals() {
				if ofSmall[a.Destination] {
					came[1]++
				} else {
					came[0]++
				}
				if came[1] == small && came[0] > small+4*batch {
					t.Fatalf("the last of %d of the small book came after %d of the large one", small, came[0])
				}
				if came[1] == small {
					break
				}
				if came[1] > came[0]+4*batch {
					t.Fatalf("%d of the small book and only %d of the large one", came[1], came[0])
				}
			}
			if came[1] != small {
				t.Fatalf("%d of the small book's %d came", came[1], small)
			}
		})
	}
}

// TestUrgentBeforeRoutine: whoever asks to be left alone is told so before the reminders that wait already.
func TestUrgentBeforeRoutine(t *testing.T) {
	const people, batch = 400, 10
	h := talker(t, map[int][]string{1: {"退订"}})
	debts := make([]debt, people)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10000}
	}
	h.take(debts...)
	h.plan()
	h.handOver(h.few(2*batch, batch))
	seen, order := 0, []string{}
	for i, a := range h.smsc.Arrivals() {
		if a.Destination == phoneOf(1)[1:] {
			seen++
			order = append(order, fmt.Sprint(i))
			if seen == 2 && i > people*3/4 {
				t.Fatalf("the confirmation was arrival %d of %d", i, people+1)
			}
		}
	}
	if seen != 2 {
		t.Fatalf("%d texts to who asked to be left alone: arrivals %v", seen, order)
	}
	t.Logf("arrivals %v of %d", order, people+1)
}
