package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"hash/fnv"
	"path"
	"slices"
	"time"

	"github.com/dulyhq/duly/hooks"
	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/store"
)

// A Hook is where the lender listens to what happens.
type Hook struct {
	Name   string
	Types  []string      // patterns of types, such as "promise.*"; none means all
	GiveUp time.Duration // how long after its first try an event is given up; 0 means DefaultGiveUp
	To     *hooks.Endpoint
}

// DefaultGiveUp is how long an event is tried: over a long weekend.
const DefaultGiveUp = 5 * 24 * time.Hour

// listens says whether a hook is told of a type.
func (h *Hook) listens(to string) bool {
	return len(h.Types) == 0 || slices.ContainsFunc(h.Types, func(pattern string) bool {
		ok, err := path.Match(pattern, to)
		return ok && err == nil
	})
}

func (e *Engine) hookNames() (names []string) {
	for _, h := range e.Hooks {
		names = append(names, h.Name)
	}
	return names
}

// waits are the pauses after each try that failed; the last one goes on.
var waits = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
}

// waitAfter is the pause after so many tries of an event. Events that failed together do not come again together.
func waitAfter(tries int, uid string) time.Duration {
	w := waits[min(tries, len(waits)-1)]
	h := fnv.New32a()
	_, _ = h.Write([]byte(uid)) // it never fails
	return w + w*time.Duration(h.Sum32()%20)/100
}

// restAfter is how long nothing at all is sent to who failed so often, one time after the other.
func restAfter(fails int) time.Duration {
	if fails < 2 {
		return 0
	}
	return min(time.Second<<min(fails-2, 20), 5*time.Minute)
}

const (
	hookLease = time.Minute      // longer than any one try takes
	hookTurn  = 30 * time.Second // after so long a hook is left for a while, so that others have a turn
	hookBatch = 50               // events that are read at once
)

// Delivered is what delivering came to.
type Delivered struct {
	Taken   int
	Failed  int
	GivenUp int
	Code    string // of the last that failed
}

// Deliver tells a hook what is due, each borrower's events in their order and each at least once, until there is no more, it does not take
// any, or its turn is over. Another process that is at it is no error.
func (e *Engine) Deliver(ctx context.Context, h *Hook) (done Delivered, err error) {
	until := e.Wire().Add(hookTurn)
	hold, err := e.Store.HoldHook(ctx, h.Name, rand.Text(), e.Wire(), hookLease)
	if errors.Is(err, store.ErrHookTaken) {
		return done, nil
	}
	if err != nil {
		return done, err
	}
	g := delivering{e: e, h: h, hold: hold, done: &done}
	for more := true; more && err == nil && ctx.Err() == nil && !g.rests && e.Wire().Before(until); {
		more, err = g.round(ctx)
	}
	if errors.Is(err, store.ErrHookTaken) {
		return done, nil
	}
	return done, errors.Join(err, hold.Release(context.WithoutCancel(ctx)))
}

// delivering is one turn of a hook.
type delivering struct {
	e     *Engine
	h     *Hook
	hold  *store.HookHold
	done  *Delivered
	rests bool
}

// round tries what is due again and then what is new, and says whether there may be more.
func (g *delivering) round(ctx context.Context) (more bool, err error) {
	again, err := g.hold.Again(ctx, g.e.Wire(), hookBatch)
	if err != nil {
		return false, err
	}
	for i := range again {
		if err := g.try(ctx, &again[i]); err != nil || g.rests {
			return false, err
		}
	}
	next, err := g.hold.Next(ctx, hookBatch)
	if err != nil {
		return false, err
	}
	for i := range next {
		d := &next[i]
		waits := false
		if d.Person != 0 {
			if waits, err = g.hold.Waits(ctx, d.Person, d.ID); err != nil {
				return false, err
			}
		}
		switch {
		case !g.h.listens(TypeOf(&d.Event)):
			err = g.hold.Note(ctx, d, &store.Tried{Skipped: true}, g.e.Wire())
		case waits:
			err = g.hold.Note(ctx, d, &store.Tried{Behind: true}, g.e.Wire())
		default:
			err = g.try(ctx, d)
		}
		if err != nil || g.rests {
			return false, err
		}
	}
	return len(again)+len(next) > 0, nil
}

// try posts one event once.
func (g *delivering) try(ctx context.Context, d *store.Delivery) error {
	if !g.h.listens(TypeOf(&d.Event)) { // the configuration has changed since it failed
		return g.hold.Note(ctx, d, &store.Tried{Skipped: true}, g.e.Wire())
	}
	body, err := g.e.posted(&d.Event)
	if err != nil {
		return err
	}
	err = g.h.To.Post(ctx, eventID(&d.Event), g.e.Wire(), body)
	if ctx.Err() != nil {
		return ctx.Err() // nobody knows whether it was taken: it comes again
	}
	now := g.e.Wire()
	t := store.Tried{Delivered: err == nil}
	if err == nil {
		g.done.Taken++
		return g.hold.Note(ctx, d, &t, now)
	}
	var r *hooks.RefusalError
	if t.Code = "unknown"; errors.As(err, &r) {
		t.Code = r.Code
	}
	g.done.Failed++
	g.done.Code = t.Code
	t.Next = now.Add(waitAfter(d.Tries, d.UID))
	if rest := restAfter(g.hold.Fails + 1); rest > 0 {
		t.Rest, g.rests = now.Add(rest), true
	}
	giveUp := g.h.GiveUp
	if giveUp == 0 {
		giveUp = DefaultGiveUp
	}
	if !d.FirstAt.IsZero() && now.Sub(d.FirstAt) >= giveUp {
		t.GivenUp = true
		g.done.GivenUp++
	}
	return g.hold.Note(ctx, d, &t, now)
}

// Deliveries are the hooks of an engine as work that is due again and again.
type Deliveries struct {
	Engine *Engine
	Told   func(hook string, done Delivered) // nil tells nobody
}

// hookJob delivers to one hook; the piece's portfolio is its name.
const hookJob = "hook"

// Due returns the hooks for which there is something.
func (d *Deliveries) Due(ctx context.Context) (due []jobs.Piece, err error) {
	for _, h := range d.Engine.Hooks {
		some, err := d.Engine.Store.HookDue(ctx, h.Name, d.Engine.Wire())
		if err != nil {
			return nil, err
		}
		if some {
			due = append(due, jobs.Piece{Kind: hookJob, Portfolio: h.Name})
		}
	}
	return due, nil
}

// Do delivers to one hook.
func (d *Deliveries) Do(ctx context.Context, piece jobs.Piece) error {
	for i := range d.Engine.Hooks {
		if h := &d.Engine.Hooks[i]; h.Name == piece.Portfolio {
			done, err := d.Engine.Deliver(ctx, h)
			if d.Told != nil && done != (Delivered{}) {
				d.Told(h.Name, done)
			}
			return err
		}
	}
	return nil
}

// DeliverAll tells every hook what is due at present, for commands that end.
func (e *Engine) DeliverAll(ctx context.Context, told func(hook string, done Delivered)) error {
	d := Deliveries{Engine: e, Told: told}
	due, err := d.Due(ctx)
	for _, piece := range due {
		err = errors.Join(err, d.Do(ctx, piece))
	}
	return err
}
