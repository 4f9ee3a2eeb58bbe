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
	Drain    time.Duration // when ctx ends, how long what is on its way may take to get an outcome; 0 means that the line is cut at once
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
	o       RunOptions
	s       *Sender
	carrier *dispatch.SMPP
	did     Progress
	quiet   time.Time // since when nothing happened
	downAt  time.Time // since when the carrier is down with messages due; zero while it is up
}

func (e *Engine) newRunning(cfg dispatch.SMPPConfig, o RunOptions) (*running, error) {
	r := &running{o: o}
	cfg.Now = e.Wire
	if cfg.Window <= 0 {
		cfg.Window = dispatch.DefaultWindow
	}
	var err error
	r.s, err = e.NewSender(SenderConfig{Carrier: cfg.ID, Civil: o.Civil, Batch: o.Batch, Window: cfg.Window, Beside: atOnce},
		func(sink dispatch.Sink) (Carrier, error) {
			r.carrier, err = dispatch.NewSMPP(cfg, sink)
			return r.carrier, err
		})
	return r, err
}

// atOnce commits in a goroutine of its own.
func atOnce(commit, judge func()) {
	var wg sync.WaitGroup
	wg.Go(commit)
	judge()
	wg.Wait()
}

const tick = 20 * time.Millisecond

func (r *running) run(ctx context.Context) error {
	if err := r.s.Hire(ctx); err != nil {
		return err
	}
	line, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	ended := make(chan error, 1)
	go func() { ended <- r.carrier.Run(line); close(ended) }()
	err := r.loop(ctx, ended)
	if ctx.Err() != nil && r.o.Drain > 0 {
		err = errors.Join(err, r.drain(ctx, ended))
	}
	hangUp()
	if !errors.Is(err, dispatch.ErrNotSimulator) {
		if down, open := <-ended; open && err == nil && !errors.Is(down, context.Canceled) {
			err = down
		}
	}
	// The session's end gave every message on its way an outcome: store them, also when ctx is over.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = errors.Join(err, r.s.Finish(last))
	// Receipts that came to another bind than their message's find it now; there may be nobody to settle later.
	_, settled := r.s.e.Store.Settle(last, r.o.Civil(), r.s.e.Wire())
	return errors.Join(err, settled)
}

// loop steps until there is nothing left to do.
func (r *running) loop(ctx context.Context, ended <-chan error) error {
	r.quiet = r.s.e.Wire()
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for {
		did, err := r.s.Step(ctx)
		if err != nil {
			return err
		}
		now := r.s.e.Wire()
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
		case err := <-ended: // it has one value, and is closed
			if errors.Is(err, dispatch.ErrNotSimulator) {
				return err
			}
			return fmt.Errorf("engine: the carrier's session ended: %w", err)
		case <-r.s.in.wake:
		case <-timer.C:
		}
	}
}

// drain permits nothing more and stores what comes back until nothing is on its way, for a bounded time. What has no outcome by then
// is lost with the line, and unknown.
func (r *running) drain(ctx context.Context, ended <-chan error) error {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.o.Drain)
	defer cancel()
	r.s.Rest()
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for !r.s.in.idle() {
		if _, err := r.s.Step(last); err != nil {
			if last.Err() != nil {
				return nil
			}
			return err
		}
		select {
		case <-last.Done():
			return nil
		case err := <-ended: // the outcomes of what was on its way are there, and Finish stores them
			if errors.Is(err, dispatch.ErrNotSimulator) {
				return err
			}
			return nil
		case <-r.s.in.wake:
		case <-timer.C:
		}
	}
	return nil
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
	var notNow error
	due, err := r.s.due(ctx)
	if err != nil {
		return false, err
	}
	if due && errors.Is(r.s.notNow, store.ErrHeld) {
		due, notNow = false, r.s.notNow // only a person can let it leave
	}
	if due && (!up || r.s.notNow != nil) {
		if r.downAt.IsZero() {
			r.downAt = now
		}
		if r.o.Patience > 0 && now.Sub(r.downAt) > r.o.Patience {
			if r.s.notNow != nil {
				return false, r.s.notNow
			}
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
	open, err := r.s.e.Store.OpenElsewhere(ctx, r.s.worker)
	if err == nil && !open {
		err = notNow
	}
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
