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
	// Hold is for how long the last outcomes of a session are kept where the database is away; 0 means that they are tried to be stored
	// once. Held, which may be nil, is told at once why they wait, so that nobody learns of a full disk when their time is over.
	Hold     time.Duration
	Held     func(error)
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

// A CarrierDownError says which carrier cannot be reached, and why.
type CarrierDownError struct {
	Carrier string
	Why     error
}

// Error is the sentence in English.
func (e *CarrierDownError) Error() string {
	return fmt.Sprintf("%s: %s: %s; what is due waits", ErrCarrierDown, e.Carrier, e.Why)
}

// Is makes it one of ErrCarrierDown.
func (e *CarrierDownError) Is(target error) bool { return target == ErrCarrierDown }

// Unwrap returns why.
func (e *CarrierDownError) Unwrap() error { return e.Why }

// Run hands over what is due until there is no more, and stores what comes back. It ends with nothing on its
// way that this process could still learn of.
func (e *Engine) Run(ctx context.Context, o RunOptions) (Progress, error) {
	if o.Batch == 0 {
		o.Batch = DefaultBatch
	}
	m, err := e.join(ctx)
	if err != nil {
		return Progress{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	here, leave := context.WithCancel(context.WithoutCancel(ctx))
	var stay sync.WaitGroup
	stay.Go(func() { m.stay(here) })
	runs, errs := make([]*running, len(o.Carriers)), make([]error, len(o.Carriers))
	var wg sync.WaitGroup
	for i, cfg := range o.Carriers {
		wg.Go(func() {
			if runs[i], errs[i] = m.once(ctx, cfg, o); errs[i] != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	leave()
	stay.Wait()
	var total Progress
	for _, r := range runs {
		if r != nil {
			did := r.sum()
			total.Left += did.Left
			total.Back += did.Back
			total.Awaited += r.s.in.awaited()
		}
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return total, err
		}
	}
	return total, errors.Join(errs...)
}

// once hands over through one session, which it may have to wait for, until nothing is left to do.
func (m *member) once(ctx context.Context, cfg dispatch.SMPPConfig, o RunOptions) (*running, error) {
	for began := m.e.Wire(); ; {
		b, err := m.berth(ctx, cfg)
		if err == nil {
			return b.hand(ctx, o)
		}
		if !errors.Is(err, store.ErrNoBind) {
			return nil, err
		}
		// Others are at it. With nothing due there is nothing to wait for.
		r, err := m.e.newRunning(cfg, o)
		if err != nil {
			return nil, err
		}
		due, err := r.s.due(ctx)
		if err != nil || !due && o.Linger > 0 {
			return r, err
		}
		if o.Patience > 0 && m.e.Wire().Sub(began) > o.Patience {
			return r, &CarrierDownError{cfg.ID, store.ErrNoBind}
		}
		if err := pause(ctx, beat); err != nil {
			return r, err
		}
	}
}

// pause waits, or returns why ctx ended.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// running is one sender with the waiting around it.
type running struct {
	o       RunOptions
	s       *Sender
	carrier *dispatch.SMPP
	mu      sync.Mutex
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
	r.s, err = e.NewSender(SenderConfig{Carrier: cfg.ID, Civil: o.Civil, Batch: o.Batch, Window: cfg.Window, Aside: atOnce, Behind: r.behind},
		func(sink dispatch.Sink) (Carrier, error) {
			r.carrier, err = dispatch.NewSMPP(cfg, sink)
			return r.carrier, err
		})
	return r, err
}

// atOnce judges ahead in a goroutine of its own.
func atOnce(judge func() bool) func() {
	judged := make(chan struct{}, 1)
	go func() {
		for more := true; more; {
			more = judge()
			select {
			case judged <- struct{}{}:
			default:
			}
		}
	}()
	return func() { <-judged }
}

// behind finishes a step in a goroutine of its own, and reports when it is on the disk.
func (r *running) behind(_ []dispatch.Message, finish func()) func() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		finish()
		r.report()
	}()
	return func() { <-done }
}

const tick = 20 * time.Millisecond

// run hands over through a line that ends with hangUp.
func (r *running) run(ctx, line context.Context, hangUp context.CancelCauseFunc) error {
	if err := r.s.Hire(ctx); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- r.carrier.Run(line); close(ended) }()
	err := r.loop(ctx, ended)
	if r.o.Drain > 0 {
		if ctx.Err() != nil {
			err = errors.Join(err, r.drain(ctx, ended))
		}
		r.answers()
	}
	err = errors.Join(err, r.s.behind.settle()) // what is stored is acknowledged while there is a line
	why := context.Cause(line)                  // nil while the lease holds
	hangUp(nil)
	if !errors.Is(err, dispatch.ErrNotSimulator) {
		if down, open := <-ended; open && err == nil && !errors.Is(down, context.Canceled) {
			err = down
		}
	}
	// The session's end gave every message on its way an outcome: store them, also when ctx is over.
	return errors.Join(why, err, r.finish(ctx))
}

// answers waits for what is on its way while nothing more is permitted and nothing can be stored, so that what the carrier says
// of it is known when the database is back. It is bounded, and ends with the line.
func (r *running) answers() {
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for until := r.s.e.Wire().Add(r.o.Drain); r.s.in.open() > 0 && r.s.e.Wire().Before(until); {
		r.carrier.Room() // writes what waited for the carrier's patience
		if !r.s.in.isUp() {
			return
		}
		<-timer.C
	}
}

// lastWords is how long a sender's last outcomes are tried to be stored when it is told to end.
const lastWords = 10 * time.Second

// finish stores the last outcomes. Where the database is away it is tried again for o.Hold: what is not stored is unknown.
func (r *running) finish(ctx context.Context) error {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(lastWords, r.o.Hold))
	defer cancel()
	err := r.s.Finish(last)
	if err != nil && r.o.Held != nil {
		r.o.Held(err)
	}
	for told := false; err != nil && !errors.Is(err, store.ErrLog) && r.o.Hold > 0 && last.Err() == nil; err = r.s.Finish(last) {
		if pause(last, leastRest) != nil {
			break
		}
		if ctx.Err() != nil && !told {
			told = true
			time.AfterFunc(lastWords, cancel)
		}
	}
	if err != nil {
		return err
	}
	// Receipts that came to another bind than their message's find it now; there may be nobody to settle later.
	_, err = r.s.e.Store.Settle(last, r.o.Civil(), r.s.e.Wire())
	return err
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
			r.add(did)
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
			return false, &CarrierDownError{r.s.name, r.s.in.why()}
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

func (r *running) add(did Stepped) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.did.Left += int64(did.Left)
	r.did.Back += int64(did.Back)
}

func (r *running) sum() Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.did
}

func (r *running) report() {
	if r.o.Progress == nil {
		return
	}
	p := r.sum()
	p.Flying, p.Awaited = r.carrier.InFlight(), r.s.in.awaited()
	r.o.Progress(p)
}

// due says whether a message of the sender's carrier could leave now.
func (s *Sender) due(ctx context.Context) (bool, error) {
	running, err := s.running(ctx, s.e.Portfolios)
	if err != nil {
		return false, err
	}
	for _, p := range running {
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
