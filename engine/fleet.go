package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/store"
)

// Leases of processes and of sessions (docs/adr/0015).
const (
	beat     = time.Second     // how often a lease is renewed
	leaseEnd = time.Second     // how long before its end a session is let go of that could not be renewed
	backFor  = 5 * time.Second // how long a lease lasts where Engine.Lease does not say: so long after the death of a process others have what it held
)

// A member is this process among those that share the database.
type member struct {
	e    *Engine
	id   atomic.Int64
	live atomic.Int64 // processes
}

// join registers this process.
func (e *Engine) join(ctx context.Context) (*member, error) {
	m := &member{e: e}
	return m, m.renew(ctx)
}

func (m *member) renew(ctx context.Context) error {
	now := m.e.Wire()
	id, live, err := m.e.Store.KeepProcess(ctx, m.id.Load(), m.e.Version, now, now.Add(m.e.lease()))
	if err != nil {
		return err
	}
	m.id.Store(id)
	m.live.Store(int64(live))
	return nil
}

// stay renews the lease until ctx ends, and then gives it back. A database that is away is tried again.
func (m *member) stay(ctx context.Context) {
	timer := time.NewTicker(beat)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), backFor)
			_ = m.e.Store.EndProcess(last, m.id.Load()) // else its lease ends by itself
			cancel()
			return
		case <-timer.C:
			_ = m.renew(ctx) // the next beat tries again; what cannot be renewed in time is let go of
		}
	}
}

// A berth is a session of a carrier that this process has leased.
type berth struct {
	m     *member
	cfg   dispatch.SMPPConfig
	slot  int
	share int64     // thousandths of a part a second
	until time.Time // when the lease ends
}

// sessionsOf returns how many sessions a carrier may have at once over all machines, 0 for any number: no more than each can have a part
// a second.
func sessionsOf(cfg dispatch.SMPPConfig) int {
	if cfg.Rate > 0 && (cfg.Sessions == 0 || cfg.Sessions > cfg.Rate) {
		return cfg.Rate
	}
	return cfg.Sessions
}

// berth leases a session; store.ErrNoBind says that others have them all.
func (m *member) berth(ctx context.Context, cfg dispatch.SMPPConfig) (*berth, error) {
	b := &berth{m: m, cfg: cfg}
	_, err := b.renew(ctx)
	return b, err
}

// renew leases the session for some time more, and says whether its share is another than before.
func (b *berth) renew(ctx context.Context) (changed bool, err error) {
	now := b.m.e.Wire()
	until := now.Add(b.m.e.lease())
	got, err := b.m.e.Store.KeepBind(ctx, store.BindAsk{
		Carrier: b.cfg.ID, Slot: b.slot, Process: b.m.id.Load(), Sessions: sessionsOf(b.cfg), Rate: int64(b.cfg.Rate) * 1000, Uses: b.share,
		Now: now, Until: until,
	})
	if err != nil {
		return false, err
	}
	changed = got.Share != b.share
	b.slot, b.share, b.until = got.Slot, got.Share, until
	return changed, nil
}

// keep renews the lease until ctx ends. Where that cannot be done in time, or the session is another's, cut is called: the line has to
// be down before the lease is over. share is called with each new share of the rate.
func (b *berth) keep(ctx context.Context, share func(int64), cut func(error)) {
	timer := time.NewTicker(beat / 4)
	defer timer.Stop()
	last := b.m.e.Wire()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := b.m.e.Wire()
		if now.Sub(last) < beat {
			continue
		}
		last = now
		within, cancel := context.WithTimeout(ctx, max(beat, b.until.Add(-leaseEnd).Sub(now)))
		less := b.share
		changed, err := b.renew(within)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, store.ErrBindLost), err != nil && b.m.e.Wire().After(b.until.Add(-leaseEnd)):
			cut(fmt.Errorf("engine: a session of carrier %s is let go of: %w", b.cfg.ID, err))
			return
		case err != nil || !changed:
			continue
		}
		share(b.share)
		if b.share < less {
			last = last.Add(-beat) // the others wait to hear that it is done
		}
	}
}

// free gives the session back, whose line is down.
func (b *berth) free(ctx context.Context) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), backFor)
	defer cancel()
	_ = b.m.e.Store.FreeBind(last, b.cfg.ID, b.slot, b.m.id.Load()) // else its lease ends by itself
}

// hand hands over through the session until ctx ends or, with o.Linger, nothing is left to do.
func (b *berth) hand(ctx context.Context, o RunOptions) (*running, error) {
	defer b.free(ctx)
	r, err := b.m.e.newRunning(b.cfg, o)
	if err != nil {
		return nil, err
	}
	if b.cfg.Rate > 0 {
		r.carrier.SetShare(b.share)
	}
	line, hangUp := context.WithCancelCause(context.WithoutCancel(ctx))
	share := func(milli int64) {
		if b.cfg.Rate > 0 {
			r.carrier.SetShare(milli)
		}
	}
	var watch sync.WaitGroup
	watch.Go(func() { b.keep(line, share, hangUp) })
	err = r.run(ctx, line, hangUp)
	hangUp(nil)
	watch.Wait()
	return r, err
}
