package proof

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
)

var errLineDown = errors.New("proof: the line is down")

// A process is one running duly: a store of its own on the world's folder, an engine, and a sender for each carrier
// that it is bound to. It can die in any of its calls, after which it makes no further one.
type process struct {
	w       *world
	owner   *Owner
	store   *store.Store
	engine  *engine.Engine
	senders []*sender
	busy    int // of do, one within another
	fuse    int // calls to a carrier or a clock until it dies; below 0 means that it lives
}

// A sender is one engine.Sender with its line.
type sender struct {
	*engine.Sender
	line *line
}

// died is what a process's last call ends with.
type died struct{}

// start starts a process; one that hands over is bound to carriers.
func (w *world) start(carriers ...*carrier) (*process, error) {
	p := &process{w: w, owner: &Owner{after: -1}, fuse: -1}
	err := p.do(func() (err error) {
		if p.store, err = store.Open(ctx, w.dir, w.keys); err != nil {
			return err
		}
		p.engine = &engine.Engine{Store: p.store, Wire: p.clock}
		for _, b := range w.portfolios {
			q := *b
			p.engine.Portfolios = append(p.engine.Portfolios, &q)
		}
		if err = p.engine.Prepare(ctx, w.clock()); err != nil {
			return err
		}
		for _, c := range carriers {
			if err = p.bind(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("proof: a process does not start: %w", err)
	}
	if p.owner.dead {
		return nil, nil // the power failed meanwhile
	}
	w.processes = append(w.processes, p)
	w.stats.Started++
	return p, nil
}

// ctx is never done: a process dies by other means, and a context that can end would start goroutines.
var ctx = context.Background()

func (p *process) bind(c *carrier) error {
	p.owner.bound = true
	w := p.w
	window, batch := 30+w.rng.IntN(170), 20+w.rng.IntN(80)
	if w.rng.IntN(8) == 0 {
		window = 1 + w.rng.IntN(6)
	}
	if w.rng.IntN(8) == 0 {
		batch = 1 + w.rng.IntN(6)
	}
	s := &sender{}
	granted := window
	if n := w.cfg.plant.window; n > 0 {
		granted = n
	}
	cfg := engine.SenderConfig{
		Carrier: c.name, Civil: p.civil, Batch: batch, Window: granted,
		Aside: func(judge func() bool) func() {
			for w.rng.IntN(2) == 0 && judge() { // as often as the coin says, and the rest when it is wanted
			}
			return func() { judge() }
		},
		Behind: func(leaving []dispatch.Message, finish func()) func() { return p.behind(s.line, leaving, finish) },
	}
	var err error
	s.Sender, err = p.engine.NewSender(cfg, func(sink dispatch.Sink) (engine.Carrier, error) {
		if w.cfg.plant.sink != nil {
			sink = w.cfg.plant.sink(w, sink)
		}
		s.line = c.open(p, window, sink)
		s.line.granted = granted
		return s.line, nil
	})
	if err != nil {
		return err
	}
	p.senders = append(p.senders, s)
	return s.Hire(ctx)
}

// behind lets a step that is committed be finished at once, after a while in which others act, or when the next one waits for it, as the coin says.
// In between the process may die, or the power fail, with the step in the log and not on the disk.
func (p *process) behind(l *line, leaving []dispatch.Message, finish func()) (wait func()) {
	w := p.w
	l.fenced(leaving)
	protected, before := l.protects(), l.last
	left := true
	l.behind++
	once := func() {
		if left {
			left = false
			if before != nil {
				before() // as finish would, so that what follows is of this step
				before = nil
			}
			l.protected = protected
			finish()
			l.behind--
		}
	}
	l.last = once
	later := func() {
		switch {
		case !left || p.owner.dead:
		case p.busy > 0: // in the middle of a step: if it dies now, so does the step
			once()
		default:
			w.must(p.do(func() error { once(); return nil }))
		}
	}
	switch w.rng.IntN(3) {
	case 0:
		once()
	case 1:
		w.after(w.someTime(30*time.Millisecond), later)
	}
	w.after(time.Second, later) // where nobody makes another step
	return once
}

// clock is the process's clock, wire and civil alike, for both are the computer's. To read it is a call, in which the
// process may die or sleep and others may act.
func (p *process) clock() time.Time {
	p.call()
	return p.w.clock()
}

func (p *process) civil() time.Time {
	at := p.clock()
	if f := p.w.cfg.plant.civil; f != nil {
		at = f(p.w, at)
	}
	return at
}

// call is where a process may die, sleep, or be overtaken by others.
func (p *process) call() {
	w := p.w
	p.mayDie()
	w.meanwhile(p)
	p.mayDie()
}

func (p *process) mayDie() {
	if p.fuse == 0 {
		p.owner.Kill()
		p.w.stats.DiedInCalls++
	}
	p.fuse--
	if p.owner.dead || p.w.dark {
		p.owner.Kill()
		panic(died{})
	}
}

// do lets the process do something. If it dies in it the process is taken away, and what it was doing has no result.
func (p *process) do(what func() error) (err error) {
	w := p.w
	before := w.disk.Switch(p.owner)
	p.busy++
	defer func() { p.busy--; w.disk.Switch(before) }()
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(died); !ok {
				panic(r)
			}
		}
		if err != nil {
			w.heard(err)
		}
		if p.owner.dead {
			w.bury(p)
			err = nil
		}
	}()
	return what()
}

// doom decides how the process will die: in one of its next calls, or before one of the next writes of its database,
// with the power of the computer or without.
func (p *process) doom() {
	w := p.w
	switch w.rng.IntN(3) {
	case 0:
		p.fuse = w.rng.IntN(30)
	default:
		p.owner.DieAfter(w.rng.IntN(60))
		if w.trouble.power && w.rng.IntN(3) == 0 {
			p.owner.withPower = true
		}
	}
}

// pardon takes the doom back.
func (p *process) pardon() {
	p.fuse = -1
	p.owner.DieAfter(-1)
	p.owner.withPower = false
}

// bury ends what a dead process leaves: its lines break without a word, and its files are closed with nothing written.
func (w *world) bury(p *process) {
	w.forget(p)
	w.stats.Died++
	if p.owner.died {
		w.stats.DiedInWrites++
	}
	if p.owner.withPower && p.owner.died {
		w.dark = true
	}
	for _, s := range p.senders {
		s.line.cut()
	}
	if p.store != nil {
		_ = p.store.Close() // a dead process closes nothing in order
	}
}

// end lets a process end in order.
func (w *world) end(p *process) error {
	for _, s := range p.senders {
		s.line.drop()
		err := p.do(func() error { return s.Finish(ctx) })
		if err != nil || p.owner.dead {
			return err
		}
	}
	w.forget(p)
	for _, s := range p.senders {
		s.line.cut()
	}
	return p.do(p.store.Close)
}

func (w *world) forget(p *process) {
	for i, o := range w.processes {
		if o == p {
			w.processes = append(w.processes[:i:i], w.processes[i+1:]...)
			return
		}
	}
}

// blackout loses power: every process dies, and the database is what the disk has. Nobody acts between the write at
// which it failed and here.
func (w *world) blackout() error {
	for len(w.processes) > 0 {
		p := w.processes[0]
		p.owner.Kill()
		w.bury(p)
	}
	w.dark = false
	w.stats.Blackouts++
	return w.disk.Lose(w.rng)
}
