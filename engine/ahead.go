package engine

import (
	"context"
	"sync"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/store"
)

// A ready is a claim that has been judged and may be committed: soon, for it was judged on the facts of its At.
// What changes in between is found by the fence: the person's turn, the slot and the batch's cursor.
type ready struct {
	st    *store.Step
	msgs  []dispatch.Message
	paper *compose.Paper // with the texts of st.Tries
}

// papers are those of claims that are committed and done with.
var papers = sync.Pool{New: func() any { return new(compose.Paper) }}

// prepare claims up to room messages and judges them, as if the claim taken were committed already. Nothing is
// stored, so that what it returns may be dropped. Its claim is nil when nothing is due.
func (s *Sender) prepare(ctx context.Context, room int, taken *store.Claim) (*ready, error) {
	// Wire time is read first: a process that is held up between the two then has less time to leave, not more.
	r := &ready{st: &store.Step{WireAt: s.e.Wire(), At: s.now()}}
	if room <= 0 {
		return r, nil
	}
	if s.recount.Swap(false) {
		for _, p := range s.e.Portfolios {
			clear(p.capSets)
		}
	}
	var err error
	s.paper = papers.Get().(*compose.Paper)
	r.paper = s.paper
	r.msgs, err = s.judge(ctx, r.st, room, taken)
	return r, err
}

// mostAhead is how many claims are judged and wait for their commit at most. With one in hand a commit does not wait for a judgement
// that takes longer for once, nor a judgement for a commit (docs/adr/0026).
const mostAhead = 2

// freshAhead is how old the first of those that wait may be for another one to be judged: where commits are slow, what waits
// behind it would be stale before its turn.
const freshAhead = staleAhead / 4

// ahead is what is judged before its turn: claims of one batch one after the other, and at last perhaps one of what comes after
// it, each as if those before it were committed. If one of them is not, the others are of no use.
type ahead struct {
	mu    sync.Mutex
	ready []*ready
	last  store.Claim // the last one judged, or the one in hand when the judging began
	busy  bool        // judge goes on: it is called until it returns false
	ended bool        // it shall not, and what it is at is of no use
	err   error
	wait  func() // until it has been called once more
}

// whenWanted judges ahead when a claim is wanted, and no sooner.
func whenWanted(judge func() bool) func() { return func() { judge() } }

// first returns the first claim judged ahead, which it waits for where one is being judged; nil means that there is none.
func (a *ahead) first(now time.Time) (*ready, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.ready) > 0 && now.Sub(a.ready[0].st.WireAt) > staleAhead {
		a.ready, a.ended = nil, true
	}
	for len(a.ready) == 0 && a.busy {
		a.idle()
	}
	if err := a.err; err != nil {
		a.err = nil
		return nil, err
	}
	if len(a.ready) == 0 {
		return nil, nil
	}
	return a.ready[0], nil
}

// idle waits until judge has been called once more. a.mu is held, but not meanwhile.
func (a *ahead) idle() {
	a.mu.Unlock()
	defer a.mu.Lock() // also where the proof lets the process die in it
	a.wait()
}

// pass takes the first claim out, if that is r.
func (a *ahead) pass(r *ready) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.ready) > 0 && a.ready[0] == r {
		a.ready = a.ready[1:]
	}
}

// drop forgets what was judged, and what is being judged.
func (a *ahead) drop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ready, a.ended = nil, true
}

// abandon is drop, and returns when nothing is being judged any more.
func (a *ahead) abandon() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ready, a.ended = nil, true
	for a.busy {
		a.idle()
	}
	a.err = nil
}

// begin says whether judging shall begin, after the claim in hand, which is not committed yet. What comes after two batches cannot
// be told until one of them is committed to its end.
func (a *ahead) begin(inHand *store.Claim) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.busy || inHand == nil || inHand.Batch == 0 || len(a.ready) >= mostAhead {
		return false
	}
	a.last = *inHand
	if n := len(a.ready); n > 0 {
		a.last = *a.ready[n-1].st.Claim
	}
	a.busy, a.ended = a.last.Batch == inHand.Batch, false
	return a.busy
}

// more returns the claim after which to judge on; false ends the judging.
func (a *ahead) more(now time.Time) (after store.Claim, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended || len(a.ready) >= mostAhead || len(a.ready) > 0 && now.Sub(a.ready[0].st.WireAt) > freshAhead {
		a.busy = false
	}
	return a.last, a.busy
}

// took takes over what was judged, and says whether another claim can follow.
func (a *ahead) took(r *ready, err error) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err != nil:
		a.err, a.busy = err, false
	case a.ended || r.st.Claim == nil:
		a.busy = false
	default:
		a.busy = r.st.Claim.Batch == a.last.Batch
		a.ready, a.last = append(a.ready, r), *r.st.Claim
	}
	return a.busy
}

// judgeAhead lets claims be judged that come after the one in hand, which is not committed yet, and those that wait.
func (s *Sender) judgeAhead(ctx context.Context, inHand *store.Claim) {
	if s.resting || !s.ahead.begin(inHand) {
		return
	}
	s.ahead.wait = s.aside(func() bool {
		after, ok := s.ahead.more(s.e.Wire())
		if !ok {
			return false
		}
		return s.ahead.took(s.prepare(ctx, min(s.batch, s.carrier.Width()/2), &after))
	})
}
