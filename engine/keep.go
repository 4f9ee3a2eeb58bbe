package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/store"
)

// Keep hands over what is due for ever, until ctx ends: then nothing more is fenced, what is on its way has o.Drain to get
// an outcome, and what came back is stored. Of each carrier it keeps as many sessions as are this process's part of what the carrier
// allows. What fails (a database that is away for a while, a session that ends) is told to failed, which may be nil, and tried again
// after a pause; the rest goes on.
func (e *Engine) Keep(ctx context.Context, o RunOptions, failed func(carrier string, err error)) {
	o.Linger, o.Patience, o.Hold = 0, 0, 2*time.Minute
	if o.Batch == 0 {
		o.Batch = DefaultBatch
	}
	if failed == nil {
		failed = func(string, error) {}
	}
	m := &member{e: e}
	for err := m.renew(ctx); err != nil; err = m.renew(ctx) {
		if failed("", err); pause(ctx, beat) != nil {
			return
		}
	}
	here, leave := context.WithCancel(context.WithoutCancel(ctx))
	var stay sync.WaitGroup
	stay.Go(func() { m.stay(here) })
	var wg sync.WaitGroup
	for _, cfg := range o.Carriers {
		o := o
		o.Held = func(err error) { failed(cfg.ID, err) }
		wg.Go(func() { (&route{m: m, cfg: cfg, o: o, failed: failed, held: map[int]context.CancelFunc{}}).keep(ctx) })
	}
	wg.Wait()
	leave()
	stay.Wait()
}

// A route is a carrier and the sessions that this process holds of it.
type route struct {
	m      *member
	cfg    dispatch.SMPPConfig
	o      RunOptions
	failed func(string, error)
	held   map[int]context.CancelFunc // of each session, by a number that grows
	next   int
}

// Pauses after a failure. Each failure doubles the pause, until a session has lived for longer than the longest.
const (
	leastRest = 500 * time.Millisecond
	mostRest  = 15 * time.Second
)

// part returns how many sessions are this process's: the carrier's, divided by the processes that live. Where nobody said how many the
// carrier allows it is one, whatever the rate: to divide a rate into as many sessions as it has parts leaves each with a part a
// second, in which no message of two parts leaves in time.
func (r *route) part() int {
	if r.cfg.Sessions == 0 {
		return 1
	}
	all, live := sessionsOf(r.cfg), max(1, int(r.m.live.Load()))
	return (all + live - 1) / live
}

// over is a session that has ended.
type over struct {
	number int // in held
	began  time.Time
	err    error
}

func (r *route) keep(ctx context.Context) {
	ends, open := make(chan over), 0
	rest, notBefore := leastRest, time.Time{}
	for ctx.Err() == nil || open > 0 {
		if now := r.m.e.Wire(); ctx.Err() == nil && !now.Before(notBefore) {
			switch part := r.part(); {
			case open < part:
				b, err := r.m.berth(ctx, r.cfg)
				if err == nil {
					open++
					r.start(ctx, b, ends)
					continue
				}
				if !errors.Is(err, store.ErrNoBind) && ctx.Err() == nil {
					r.failed(r.cfg.ID, err)
					notBefore, rest = now.Add(rest), min(2*rest, mostRest)
				}
			case open > part:
				r.release()
			}
		}
		timer := time.NewTimer(beat / 2)
		select {
		case end := <-ends:
			open--
			delete(r.held, end.number)
			if err := ended(end.err); err != nil {
				r.failed(r.cfg.ID, err)
				now := r.m.e.Wire()
				if now.Sub(end.began) > mostRest {
					rest = leastRest
				}
				notBefore, rest = now.Add(rest), min(2*rest, mostRest)
			}
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (r *route) start(ctx context.Context, b *berth, ends chan<- over) {
	one, cancel := context.WithCancel(ctx)
	r.next++
	r.held[r.next] = cancel
	end := over{number: r.next, began: r.m.e.Wire()}
	go func() {
		defer cancel()
		_, end.err = b.hand(one, r.o)
		ends <- end
	}()
}

// release lets the newest session end: another process has too few. Told again it goes on ending.
func (r *route) release() {
	newest := 0
	for n := range r.held {
		newest = max(newest, n)
	}
	if cancel := r.held[newest]; cancel != nil {
		cancel()
	}
}

// ended returns what an error says beside that the context ended.
func ended(err error) error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			if e = ended(e); e != nil {
				return e
			}
		}
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
