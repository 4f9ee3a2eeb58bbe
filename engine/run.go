package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/store"
)

// RunOptions say how messages are handed over.
type RunOptions struct {
	Civil    func() time.Time // civil time; may be virtual
	Carriers []dispatch.SMPPConfig
	Linger   time.Duration // end when nothing due is left and nothing came back for so long; 0 means never end
	Patience time.Duration // end with ErrCarrierDown when messages are due and a carrier is down for so long; 0 means never
	Batch    int           // messages a claim at most; 0 means DefaultBatch
	Progress func(Progress)
}

// DefaultBatch is how many messages one commit fences at most. More would be faster and leave more unknown.
const DefaultBatch = 500

// Progress is what a run has done so far.
type Progress struct {
	Left    int64 // messages permitted and submitted
	Back    int64 // outcomes, receipts and replies stored
	Flying  int   // without an outcome
	Awaited int   // parts without a receipt
}

// ErrCarrierDown says that messages are due and their carrier cannot be reached.
var ErrCarrierDown = errors.New("engine: the carrier cannot be reached")

// Run hands over what is due until there is no more, and stores what comes back. It ends with nothing on its
// way that this process could still learn of.
func (e *Engine) Run(ctx context.Context, o RunOptions) (Progress, error) {
	if o.Batch == 0 {
		o.Batch = DefaultBatch
	}
	runs := make([]*running, 0, len(o.Carriers))
	for _, cfg := range o.Carriers {
		r, err := e.newRunning(cfg, o)
		if err != nil {
			return Progress{}, err
		}
		runs = append(runs, r)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(runs))
	var wg sync.WaitGroup
	for i, r := range runs {
		wg.Go(func() {
			if errs[i] = r.run(ctx); errs[i] != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	var total Progress
	for _, r := range runs {
		total.Left += r.did.Left
		total.Back += r.did.Back
		total.Awaited += r.s.in.awaited()
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return total, err
		}
	}
	return total, errors.Join(errs...)
}

// running is one sender with the waiting around it.
type running struct {
	e         *Engine
	o         RunOptions
	s         *Sender
	carrier   *dispatch.SMPP
	did       Progress
	quiet     time.Time // since when nothing happened
	downAt    time.Time // since when the carrier is down with messages due; zero while it is up
	settled   time.Time
	ahead     *ready    // judged while the step before was committed; nil when there is none
	committed time.Time // when the last commit began
}

func (e *Engine) newRunning(cfg dispatch.SMPPConfig, o RunOptions) (*running, error) {
	in := newInbox()
	cfg.Now = e.Wire
	c, err := dispatch.NewSMPP(cfg, in.sink())
	if err != nil {
		return nil, err
	}
	own := &Engine{Store: e.Store, Wire: e.Wire}
	for _, p := range e.Portfolios {
		own.Portfolios = append(own.Portfolios, p.fork())
	}
	s := &Sender{e: own, carrier: c, name: cfg.ID, now: o.Civil, batch: o.Batch, window: c.Window(), in: in}
	return &running{e: own, o: o, s: s, carrier: c}, nil
}

const (
	tick        = 20 * time.Millisecond
	settleEvery = time.Second
)

func (r *running) run(ctx context.Context) error {
	if err := r.s.hire(ctx); err != nil {
		return err
	}
	line, hangUp := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- r.carrier.Run(line) }()
	err := r.loop(ctx, ended)
	hangUp()
	if !errors.Is(err, dispatch.ErrNotSimulator) {
		if down := <-ended; err == nil && !errors.Is(down, context.Canceled) {
			err = down
		}
	}
	// The session's end gave every message on its way an outcome: store them, also when ctx is over.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = errors.Join(err, r.s.finish(last))
	// Receipts that came to another bind than their message's find it now; there may be nobody to settle later.
	_, settled := r.e.Store.Settle(last, r.o.Civil(), r.e.Wire())
	return errors.Join(err, settled)
}

// loop steps until there is nothing left to do.
func (r *running) loop(ctx context.Context, ended <-chan error) error {
	r.quiet = r.e.Wire()
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for {
		did, err := r.step(ctx)
		if err != nil {
			return err
		}
		now := r.e.Wire()
		if did.Claimed > 0 || did.Back > 0 {
			r.quiet = now
			r.did.Left += int64(did.Left)
			r.did.Back += int64(did.Back)
			r.report()
			if did.Claimed > 0 {
				continue
			}
		}
		if done, err := r.finished(ctx, now); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			if errors.Is(err, dispatch.ErrNotSimulator) {
				return err
			}
			return fmt.Errorf("engine: the carrier's session ended: %w", err)
		case <-r.s.in.wake:
		case <-timer.C:
		}
	}
}

// step makes one step, settles now and then, and keeps the lease.
func (r *running) step(ctx context.Context) (stepped, error) {
	now := r.e.Wire()
	if now.Sub(r.settled) >= settleEvery {
		r.settled = now
		if _, err := r.e.Store.Settle(ctx, r.o.Civil(), now); err != nil {
			return stepped{}, err
		}
		if err := r.s.keepLease(ctx); err != nil {
			return stepped{}, err
		}
	}
	did, err := r.handOver(ctx, now)
	if did.Lost {
		r.s.skip++ // another worker is at this batch
	}
	if errors.Is(err, store.ErrLeaseLost) {
		// The process was asleep or the clock jumped. What it had fenced may count as unknown by now, and what
		// it learns of that is still stored; it goes on under a new number.
		return stepped{Back: 1}, r.s.hire(ctx)
	}
	return did, err
}

const (
	// gather is how long outcomes wait for more of them, or for room in the window for the next claim, before
	// they are stored without one: a few large commits cost less than many small ones.
	gather = 10 * time.Millisecond
	// staleAhead is how old a judgement made ahead may be before it is made anew.
	staleAhead = 250 * time.Millisecond
)

// handOver commits one claim, and judges the next one meanwhile.
func (r *running) handOver(ctx context.Context, now time.Time) (stepped, error) {
	s, next := r.s, r.ahead
	r.ahead = nil
	room := s.room()
	if next != nil && now.Sub(next.st.WireAt) > staleAhead {
		next = nil
	}
	if next == nil {
		if room < min(s.batch, s.window)/2 && now.Sub(r.committed) < gather {
			return stepped{}, nil // soon there is room for a claim that is worth a commit
		}
		var err error
		if next, err = s.prepare(ctx, room, nil); err != nil {
			return stepped{}, err
		}
	}
	if len(next.st.Tries) > room {
		r.ahead = next
		if s.in.waiting() == 0 || now.Sub(r.committed) < gather {
			return stepped{}, nil
		}
		next = &ready{st: &store.Step{At: s.now()}}
	}
	if next.st.Claim == nil && s.in.waiting() == 0 {
		return stepped{}, nil
	}
	r.committed = now
	if next.st.Claim == nil || next.st.Claim.Batch == 0 || r.ahead != nil {
		return s.commit(ctx, next) // nothing more is due, or the next claim can only be seen afterwards
	}
	return r.both(ctx, next)
}

// both commits a claim while the next one is judged.
func (r *running) both(ctx context.Context, claim *ready) (did stepped, err error) {
	done := make(chan struct{})
	taken := *claim.st.Claim
	go func() {
		defer close(done)
		did, err = r.s.commit(ctx, claim)
	}()
	ahead, judged := r.s.prepare(ctx, min(r.s.batch, r.carrier.Width()/2), &taken)
	<-done
	if judged == nil && !did.Lost && ahead.st.Claim != nil {
		r.ahead = ahead
	}
	return did, errors.Join(err, judged)
}

// finished says whether the run may end: nothing due, nothing on its way, and quiet for long enough.
func (r *running) finished(ctx context.Context, now time.Time) (bool, error) {
	if r.o.Linger == 0 {
		return false, nil
	}
	up := r.s.in.isUp()
	if up && !r.s.in.idle() {
		r.downAt = time.Time{}
		return false, nil
	}
	due, err := r.s.due(ctx)
	if err != nil {
		return false, err
	}
	if due && !up {
		if r.downAt.IsZero() {
			r.downAt = now
		}
		if r.o.Patience > 0 && now.Sub(r.downAt) > r.o.Patience {
			return false, fmt.Errorf("%w: %s: %w; what is due waits", ErrCarrierDown, r.s.name, r.s.in.why())
		}
		return false, nil
	}
	r.downAt = time.Time{}
	if due || !r.s.in.idle() {
		return false, nil
	}
	if quiet := now.Sub(r.quiet); quiet < min(r.o.Linger, time.Second) || quiet < r.o.Linger && r.s.in.awaited() > 0 {
		return false, nil
	}
	open, err := r.e.Store.OpenElsewhere(ctx, r.s.worker)
	return !open, err
}

func (r *running) report() {
	if r.o.Progress == nil {
		return
	}
	p := r.did
	p.Flying, p.Awaited = r.carrier.InFlight(), r.s.in.awaited()
	r.o.Progress(p)
}

// hire registers the sender as a worker and learns which parts wait for a receipt.
func (s *Sender) hire(ctx context.Context) error {
	now := s.e.Wire()
	id, err := s.e.Store.Hire(ctx, now, now.Add(leaseFor))
	if err != nil {
		return err
	}
	s.worker = id
	return s.e.Store.Outstanding(ctx, func(o store.Outstanding) {
		if o.Carrier == s.name {
			s.in.await(o)
		}
	})
}

// keepLease renews the lease of a sender that has nothing to store.
func (s *Sender) keepLease(ctx context.Context) error {
	now := s.e.Wire()
	_, err := s.e.Store.Commit(ctx, &store.Step{Worker: s.worker, LeaseUntil: now.Add(leaseFor), At: s.now(), WireAt: now})
	if errors.Is(err, store.ErrLeaseLost) {
		return s.hire(ctx)
	}
	return err
}

// due says whether a message of the sender's carrier could leave now.
func (s *Sender) due(ctx context.Context) (bool, error) {
	for _, p := range s.e.Portfolios {
		if p.Carrier != s.name {
			continue
		}
		at, err := s.e.Store.NextDue(ctx, p.row.ID)
		if err != nil {
			return false, err
		}
		if !at.IsZero() && !at.After(s.now()) {
			return true, nil
		}
	}
	return false, nil
}

// finish stores the last outcomes and dismisses the worker.
func (s *Sender) finish(ctx context.Context) error {
	st := &store.Step{Worker: s.worker, At: s.now(), WireAt: s.e.Wire()}
	st.LeaseUntil = st.WireAt.Add(leaseFor)
	back := s.in.drain(st, s.name)
	_, err := s.e.Store.Commit(ctx, st)
	back.done(err == nil)
	if errors.Is(err, store.ErrLeaseLost) {
		if err = s.hire(ctx); err == nil {
			return s.finish(ctx)
		}
	}
	if err != nil {
		return err
	}
	if err := s.e.Store.Dismiss(ctx, s.worker); err != nil {
		return err
	}
	// Receipts that came here for messages of a worker beside this one find them now.
	_, err = s.e.Store.Settle(ctx, s.now(), s.e.Wire())
	return err
}

func (b *inbox) await(o store.Outstanding) {
	b.mu.Lock()
	b.parts[o.ID] = part{o.Fence, o.Part}
	b.mu.Unlock()
}

func (b *inbox) isUp() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.up
}

func (b *inbox) why() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down == nil {
		return errors.New("no session yet")
	}
	return b.down
}
