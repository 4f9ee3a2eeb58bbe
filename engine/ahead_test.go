package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dulyhq/duly/smsc"
)

// TestAhead hands over what lies in several batches, with claims judged ahead whenever it can be: as if each claim that waits were
// committed nothing is claimed twice, so that with one worker no claim is ever lost, and each message arrives once.
func TestAhead(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	coin := rand.New(rand.NewPCG(seed, 0))
	for _, c := range []struct {
		name  string
		aside func(judge func() bool) func()
	}{
		{"when wanted", whenWanted},
		{"all at once", func(judge func() bool) func() {
			for more := true; more; {
				more = judge()
			}
			return func() { judge() }
		}},
		{"by a coin", func(judge func() bool) func() {
			for more := true; more && coin.IntN(2) == 0; {
				more = judge()
			}
			return func() { judge() }
		}},
		{"in a goroutine", atOnce},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.name != "in a goroutine" {
				t.Skip("one way is enough for a short run")
			}
			h := newHouse(t, smsc.Config{})
			n := 0
			for _, people := range []int{1, 47, 20, 33} { // of each plan comes a batch
				debts := make([]debt, people)
				for i := range debts {
					n++
					debts[i] = debt{n: n, dueOn: day(thursday, 3), minor: 10_000}
				}
				h.take(debts...)
				h.plan()
			}
			h.handOverAside(c.aside, n)
			if got := len(h.smsc.Arrivals()); got != n {
				t.Errorf("%d messages arrived, want %d", got, n)
			}
			h.want("delivered", int64(n))
		})
	}
}

// handOverAside steps a sender of small claims until it has stored all that comes back of n messages.
func (h *house) handOverAside(aside func(func() bool) func(), n int) {
	h.t.Helper()
	r, err := h.newRunning(h.options().Carriers[0], h.options())
	if err != nil {
		h.t.Fatal(err)
	}
	r.s.aside, r.s.batch, r.s.window = aside, 10, 25
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.s.Hire(ctx); err != nil {
		h.t.Fatal(err)
	}
	line, hangUp := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- r.carrier.Run(line) }()
	for left := 0; left < n || !r.s.in.idle() || r.s.in.awaited() > 0; {
		did, err := r.s.Step(ctx)
		if err != nil {
			h.t.Fatal(err)
		}
		if did.Lost {
			h.t.Error("a claim was lost with nobody else there")
		}
		left += did.Left
		if did.Claimed == 0 {
			select {
			case <-r.s.in.wake:
			case <-time.After(tick):
			}
		}
	}
	if first := h.count(`SELECT min(id) FROM fence`); n > 4*r.s.window && int(r.s.first) <= first {
		h.t.Errorf("of a worker that has the outcomes of all but its last fences, all from %d on are looked through at its end, and %d is the first of all", r.s.first, first)
	}
	if err := r.s.Finish(ctx); err != nil {
		h.t.Error(err)
	}
	hangUp()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		h.t.Error(err)
	}
}

// TestDiesWhileJudging: a process that dies while a claim is waited for, as in the proof, ends as one that dies elsewhere: its lock is as it
// was, where unlocking it twice would end the whole proof with an error that nobody can catch.
func TestDiesWhileJudging(t *testing.T) {
	a := ahead{busy: true, wait: func() { panic("it dies") }}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("it lives")
			}
		}()
		_, _ = a.first(time.Time{})
	}()
	if !a.mu.TryLock() {
		t.Error("the lock is held by the dead")
	}
}
