package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A Carrier is what a Sender needs of a route to deliver. A message that Submit takes is written before its LeaveBy
// and while its fence is not vetoed, or not at all, and has exactly one outcome, which comes to the Sink that the
// carrier was opened with, perhaps before Submit returns.
type Carrier interface {
	// Room returns how many messages may be fenced now: 0 while the carrier is down or asks for patience.
	Room() int
	// Width returns how many messages may be on their way at present, narrower where the carrier asked for
	// patience; 0 means that nothing is judged ahead.
	Width() int
	Submit(msgs []dispatch.Message)
}

// SenderConfig says how a Sender works.
type SenderConfig struct {
	Carrier string           // the carrier's name, as portfolios have it and as receipts are stored with it
	Civil   func() time.Time // civil time; may be virtual
	Batch   int              // messages a claim at most; 0 means DefaultBatch
	Window  int              // messages between fence and durable outcome at most; 0 lets none leave
	// Aside lets claims be judged ahead: it calls judge, which judges one, until that returns false, in a goroutine of its own, or
	// as often as it likes at once. What it returns waits until judge has returned once more, or calls it. When judge is called
	// changes nothing but the speed; nil calls it when a claim is wanted. It never runs twice at a time.
	Aside func(judge func() (more bool)) (wait func())
	// Behind finishes a step that is committed: it calls finish once, in a goroutine of its own or at once, which waits for the disk
	// and for the step before, acknowledges what came back and submits the messages that leave. What it returns waits until
	// finish has returned, or calls it; it may be called more than once, and side by side. nil finishes a step within the step.
	// Behind itself is called right after the commit, with nothing in between.
	Behind func(leaving []dispatch.Message, finish func()) (wait func())
}

// NewSender returns a worker that hands messages over to the carrier that open returns, on the engine's store and
// with caches of its own. Nothing happens before Hire and Step are called.
func (e *Engine) NewSender(cfg SenderConfig, open func(dispatch.Sink) (Carrier, error)) (*Sender, error) {
	own, ear := &Engine{Store: e.Store, Wire: e.Wire, Watch: e.Watch, Lease: e.Lease}, &Engine{Store: e.Store, Wire: e.Wire, Watch: e.Watch}
	if cfg.Batch == 0 {
		cfg.Batch = DefaultBatch
	}
	if cfg.Aside == nil {
		cfg.Aside = whenWanted
	}
	if cfg.Behind == nil {
		cfg.Behind = finishAtOnce
	}
	s := &Sender{behind: behind{run: cfg.Behind}, e: own, ear: ear, from: e, name: cfg.Carrier, now: cfg.Civil, batch: cfg.Batch, window: cfg.Window, aside: cfg.Aside, in: newInbox(), paper: new(compose.Paper)}
	s.take(e.Books())
	s.in.watched = e.Watch != nil
	var err error
	s.carrier, err = open(s.in.sink())
	return s, err
}

// take makes the sender work with these portfolios from its next claim on. What was judged ahead by others is dropped.
func (s *Sender) take(books []*Portfolio) {
	s.ahead.abandon() // it is judged by the others
	s.books, s.mine, s.last = books, nil, nil
	s.e.Portfolios, s.ear.Portfolios = nil, nil
	for _, p := range books {
		own := p.fork()
		s.e.Portfolios, s.ear.Portfolios = append(s.e.Portfolios, own), append(s.ear.Portfolios, p.fork())
		if own.Carrier == s.name {
			s.mine = append(s.mine, own)
		}
	}
}

// renew takes the versions that were put in force since the last step: here at once, elsewhere within settleEvery.
func (s *Sender) renew(ctx context.Context, look bool) error {
	if look {
		err := s.from.Renew(ctx, s.now())
		if errors.Is(err, ErrDocument) { // nothing leaves by what is not in force any more; what comes back is stored
			s.ahead.abandon()
			s.notNow, s.restUntil = err, s.e.Wire().Add(2*settleEvery)
			return nil
		}
		if err != nil {
			return err
		}
	}
	if books := s.from.Books(); !slices.Equal(books, s.books) {
		s.take(books)
	}
	return nil
}

// A Stepped says what one step did.
type Stepped struct {
	Claimed int  // messages looked at again
	Left    int  // of these, those that were permitted and submitted
	Back    int  // outcomes, receipts and replies stored
	Lost    bool // somebody else took the claim
}

// settleEvery is how often a sender settles and shows that it is alive.
const settleEvery = time.Second

const (
	// gather is how long outcomes wait for more of them, or for room in the window for the next claim, before
	// they are stored without one: a few large commits cost less than many small ones.
	gather = 10 * time.Millisecond
	// staleAhead is how old a judgement made ahead may be before it is made anew.
	staleAhead = 250 * time.Millisecond
)

// Step makes one step: it stores what came back, commits the fences of one claim and submits what they permit. It
// settles now and then, and keeps the lease. It starts no goroutine and waits for nothing but a claim that is being judged, and after
// an error nothing is certain but what the store holds: end the sender.
func (s *Sender) Step(ctx context.Context) (Stepped, error) {
	if err := s.behind.err(); err != nil {
		return Stepped{}, err
	}
	now := s.e.Wire()
	if err := s.renew(ctx, s.lost || now.Sub(s.settled) >= settleEvery); err != nil {
		return Stepped{}, err
	}
	s.lost = false
	if now.Sub(s.settled) >= settleEvery {
		s.settled = now
		if _, err := s.e.Store.Settle(ctx, s.now(), now); err != nil {
			return Stepped{}, err
		}
		if err := s.keepLease(ctx); err != nil {
			return Stepped{}, err
		}
	}
	did, err := s.handOver(ctx, now)
	if errors.Is(err, store.ErrLeaseLost) {
		// The process was asleep or the clock jumped. What it had fenced may count as unknown by now, and what
		// it learns of that is still stored; it goes on under a new number.
		return Stepped{Back: 1}, s.Hire(ctx)
	}
	return did, err
}

// handOver commits one claim, while those after it are judged.
func (s *Sender) handOver(ctx context.Context, now time.Time) (Stepped, error) {
	next, err := s.ahead.first(now)
	if err != nil {
		return Stepped{}, err
	}
	room := s.room()
	if next == nil {
		if room < min(s.batch, s.window)/2 && now.Sub(s.committed) < gather {
			return Stepped{}, nil // soon there is room for a claim that is worth a commit
		}
		if next, err = s.prepare(ctx, room, nil); err != nil {
			return Stepped{}, err
		}
	}
	if len(next.st.Tries) > room {
		// It stays the first of those judged ahead, and what came back is stored without it.
		if s.in.waiting() == 0 || now.Sub(s.committed) < gather {
			return Stepped{}, nil
		}
		s.committed = now
		return s.commit(ctx, &ready{st: &store.Step{At: s.now()}})
	}
	s.ahead.pass(next)
	if next.st.Claim == nil && s.in.waiting() == 0 {
		return Stepped{}, nil
	}
	s.committed = now
	s.judgeAhead(ctx, next.st.Claim)
	did, err := s.commit(ctx, next)
	s.lost = did.Lost
	if did.Lost || s.notNow != nil {
		s.ahead.drop() // it was judged as if this claim were committed
	}
	return did, err
}

// inTurn returns the carrier's portfolios in the order in which they are asked for what is due: those with something urgent first,
// and else each begins in its turn, so that none waits for another to be through.
func (s *Sender) inTurn(ctx context.Context, now time.Time) ([]*Portfolio, error) {
	urgent, err := s.e.Store.Urgent(ctx, now)
	if err != nil {
		return nil, err
	}
	at := slices.Index(s.mine, s.last) + 1
	turn, err := s.running(ctx, slices.Concat(s.mine[at:], s.mine[:at]))
	if err != nil {
		return nil, err
	}
	if len(urgent) > 0 {
		slices.SortStableFunc(turn, func(a, b *Portfolio) int {
			switch {
			case urgent[a.row.ID] == urgent[b.row.ID]:
				return 0
			case urgent[a.row.ID]:
				return -1
			}
			return 1
		})
	}
	return turn, nil
}

// running leaves out the portfolios of which a person has stopped what this carrier would take. What they stop in the meantime is
// refused by the commit. Every message that a carrier takes today is a text message.
func (s *Sender) running(ctx context.Context, of []*Portfolio) ([]*Portfolio, error) {
	paused, err := s.e.Store.Paused(ctx)
	if err != nil || len(paused) == 0 {
		return of, err
	}
	return slices.DeleteFunc(slices.Clone(of), func(p *Portfolio) bool {
		all := store.Scope{Portfolio: p.Ref, Channel: string(ledger.SMS), Carrier: s.name, Strategy: p.Strategy.ID}
		return slices.ContainsFunc(paused, func(x store.Scope) bool { return x.Covers(all) })
	}), nil
}

// Rest lets the sender claim nothing more; its steps go on storing what comes back. What was judged ahead is dropped: nothing
// of it is stored.
func (s *Sender) Rest() {
	s.resting = true
	s.ahead.drop()
}

// Hire registers the sender as a worker and learns which parts wait for a receipt.
func (s *Sender) Hire(ctx context.Context) error {
	s.ahead.abandon()
	if err := s.behind.over(); err != nil {
		return err
	}
	now := s.e.Wire()
	id, err := s.e.Store.Hire(ctx, now, now.Add(s.e.lease()))
	if err != nil {
		return err
	}
	s.worker, s.first, s.unsure = id, 0, 0
	return s.e.Store.Outstanding(ctx, s.now(), func(o store.Outstanding) {
		if o.Carrier == s.name {
			s.in.await(o)
		}
	})
}

// keepLease renews the lease of a sender that has nothing to store.
func (s *Sender) keepLease(ctx context.Context) error {
	now := s.e.Wire()
	_, err := s.e.Store.Commit(ctx, &store.Step{Worker: s.worker, LeaseUntil: now.Add(s.e.lease()), At: s.now(), WireAt: now})
	if errors.Is(err, store.ErrLeaseLost) {
		return s.Hire(ctx)
	}
	return err
}

// Finish stores the last outcomes and dismisses the worker.
func (s *Sender) Finish(ctx context.Context) error {
	s.ahead.abandon()
	if err := s.behind.over(); err != nil {
		return err
	}
	st := &store.Step{Worker: s.worker, At: s.now(), WireAt: s.e.Wire()}
	st.LeaseUntil = st.WireAt.Add(s.e.lease())
	back := s.in.drain(st, s.name)
	var res store.StepResult
	err := s.read(ctx, st)
	if err == nil {
		res, err = s.e.Store.Commit(ctx, st)
	}
	back.done(err == nil)
	s.in.accounted(res.Adopted)
	if err == nil {
		s.tell(back.seen, st, nil)
	}
	if errors.Is(err, store.ErrLeaseLost) {
		if err = s.Hire(ctx); err == nil {
			return s.Finish(ctx)
		}
	}
	if err != nil {
		return err
	}
	if err := s.e.Store.Dismiss(ctx, s.worker, s.first); err != nil {
		return err
	}
	// Receipts that came here for messages of a worker beside this one find them now.
	_, err = s.e.Store.Settle(ctx, s.now(), s.e.Wire())
	return err
}
