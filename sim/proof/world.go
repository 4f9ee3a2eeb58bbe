package proof

import (
	"container/heap"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A Config is a world before it begins.
type Config struct {
	Seed   uint64
	People int    // 0 lets the seed decide
	Days   int    // the same
	Dir    string // an empty folder for the database
	plant  plant
}

// A plant is a breach that is planted on purpose, at the seams between the engine and the world, to show that the
// examiner finds it.
type plant struct {
	schema  func(dir string) error                    // changes the database after it was made
	civil   func(w *world, at time.Time) time.Time    // what a sender reads as civil time
	sink    func(*world, dispatch.Sink) dispatch.Sink // stands between a line and its sender
	message func(*line, *dispatch.Message)            // changes a message after it was handed over
	row     func(*world, *intake.Row)                 // changes a row before it is imported
	window  int                                       // what a sender takes for its window; 0 means its window
	land    string                                    // the country of every portfolio; empty lets the seed decide
	disk    func(*Disk)                               // spoils the disk
	fault   func(*trouble)                            // sets the world's troubles
}

// world is everything: time, people, the lender's system, the carriers, the processes and who examines them.
type world struct {
	cfg        Config
	rng        *rand.Rand
	dir        string
	keys       *store.Keys
	disk       *Disk
	now        time.Time     // true time
	skew       time.Duration // by how much the computer's clock is ahead of it
	ticks      int64
	queue      events
	core       *core
	carriers   []*carrier
	record     []*Arrival // what came to all carriers, in its order
	portfolios []*engine.Portfolio
	processes  []*process
	office     *process // imports, plans and settles; nil after its death
	trouble    trouble
	inside     bool      // a process is in a call, in which others act
	dark       bool      // the power has just failed
	quietUntil time.Time // until then the core states nothing
	doubtful   int64     // messages of pages that were being stored when a process died
	examiner   examiner
	talked
	stats Stats
}

// tick numbers everything that happens, in its order.
func (w *world) tick() int64 {
	w.ticks++
	return w.ticks
}

// clock is what the computer's clock shows. No two readings of different ticks are the same millisecond.
func (w *world) clock() time.Time { return w.now.Add(w.skew) }

// often draws in a thousand.
func (w *world) often(inThousand int) bool { return inThousand > 0 && w.rng.IntN(1000) < inThousand }

// An event happens at a true time. It runs no process.
type event struct {
	at  time.Time
	seq int64
	do  func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at.Before(e[j].at) || e[i].at.Equal(e[j].at) && e[i].seq < e[j].seq
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }

// Pop implements heap.Interface.
func (e *events) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	*e = (*e)[:last]
	return x
}

func (w *world) after(d time.Duration, do func()) {
	heap.Push(&w.queue, event{w.now.Add(d), w.tick(), do})
}

// inBursts is after, but together with all else that falls into the same span of time: carriers answer and account in
// bursts.
func (w *world) inBursts(span, d time.Duration, do func()) {
	at := w.now.Add(d).Truncate(span).Add(span)
	w.after(at.Sub(w.now), do)
}

// advance lets true time pass, with what happens in it.
func (w *world) advance(d time.Duration) { w.until(w.now.Add(d)) }

func (w *world) until(t time.Time) {
	for len(w.queue) > 0 && !w.queue[0].at.After(t) {
		e := heap.Pop(&w.queue).(event)
		if e.at.After(w.now) {
			w.now = e.at
		}
		e.do()
	}
	if t.After(w.now) {
		w.now = t
	}
}

// newWorld makes a world, with an empty database.
func newWorld(cfg Config) (*world, error) {
	w := &world{cfg: cfg, talked: newTalked(), rng: rand.New(rand.NewPCG(cfg.Seed, 0x6475_6c79)), dir: cfg.Dir}
	w.stats.Held, w.stats.States = map[string]int64{}, map[string]int{}
	w.draw()
	if cfg.plant.fault != nil {
		cfg.plant.fault(&w.trouble)
	}
	if err := w.foundations(); err != nil {
		return nil, err
	}
	if err := w.lender(); err != nil {
		return nil, err
	}
	w.examiner = newExaminer(w)
	return w, nil
}

// foundations makes the folder, the keys and the disk.
func (w *world) foundations() (err error) {
	keys := filepath.Join(w.dir, "keys")
	if err := store.MakeKeys(keys); err != nil {
		return err
	}
	// What is sealed differs each time and decides nothing; how a number is looked up is the seed's.
	lookup := make([]byte, 32)
	for i := range lookup {
		lookup[i] = byte(w.rng.Uint32())
	}
	if err := os.WriteFile(filepath.Join(keys, store.LookupKeyFile), lookup, 0o600); err != nil {
		return err
	}
	if w.keys, err = store.LoadKeys(keys); err != nil {
		return err
	}
	w.dir = filepath.Join(w.dir, "data")
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		return err
	}
	schema, err := empty()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(w.dir, store.FileName), schema, 0o600); err != nil {
		return err
	}
	if w.disk, err = NewDisk(w.dir, w.trouble.power); err != nil {
		return err
	}
	w.dir = w.disk.dir
	if f := w.cfg.plant.disk; f != nil {
		f(w.disk)
	}
	return nil
}

// empty is the database of a world that has only its schema. It is made once, for nobody dies while the first process makes it.
var empty = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "proof")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := store.Migrate(ctx, dir); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, store.FileName))
})

// land draws where a portfolio is: half of the first ones in China, and most of the others where one is already, so that
// people have loans in both.
func (w *world) land(i int) *Land {
	switch want := w.cfg.plant.land; {
	case want != "":
		return &Lands[slices.IndexFunc(Lands, func(l Land) bool { return l.Country == want })]
	case i > 0 && w.rng.IntN(4) != 0:
		return w.core.books[w.rng.IntN(i)].land
	case w.rng.IntN(2) == 0:
		return &Lands[0]
	}
	return &Lands[w.rng.IntN(len(Lands))]
}

// lender makes the portfolios, the people and the carriers.
func (w *world) lender() error {
	shelf, err := documents()
	if err != nil {
		return err
	}
	c := &core{rng: w.rng, holder: map[string]*human{}, nameless: w.trouble.nameless}
	w.core = c
	for i := range 1 + w.rng.IntN(3) {
		name := fmt.Sprintf("p%d", i)
		carrier := w.carriers[w.rng.IntN(len(w.carriers))]
		land := w.land(i)
		p, err := shelf.portfolio(name, carrier.name, land, w.rng.IntN(3) == 0)
		if err != nil {
			return err
		}
		w.portfolios = append(w.portfolios, p)
		c.books = append(c.books, &book{ref: name, land: land})
	}
	var places []*Place
	for i, b := range c.books {
		if slices.IndexFunc(c.books, func(o *book) bool { return o.land == b.land }) < i {
			continue
		}
		for j := range b.land.Places {
			places = append(places, &b.land.Places[j])
		}
	}
	c.populate(w.trouble.people, places, ledger.Day(w.now))
	if f := w.cfg.plant.schema; f != nil {
		p, err := w.start()
		if err != nil {
			return err
		}
		if err := w.end(p); err != nil {
			return err
		}
		return f(w.dir)
	}
	return nil
}
