// Package sim is a virtual lender in civil time: a core system that books payments, a carrier that can fail,
// people behind handsets, and a process that can be killed. The engine that runs in it is the real one, over the
// real protocol on loopback. Civil time moves only when nothing is in flight. What happened is judged by the
// carrier's own record and by arithmetic that Duly does not share.
package sim

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
)

// A Config is a world before it begins.
type Config struct {
	Ledgers  []fs.FS // each holds borrowers.csv, loans.csv, instalments.csv and payments.csv
	Zone     *time.Location
	From     ledger.Date
	Days     int // civil days after From
	Seed     uint64
	Dir      string // for the files that the core system states and the carrier's record
	Payments []Paid // by the story
	Replies  map[string]string
	Troubles map[ledger.Date]Trouble
}

// A Paid is a payment that the story has somebody make.
type Paid struct {
	Borrower string
	Minor    int64
	At       time.Time
}

// A Trouble is what goes wrong at the morning's hand-over.
type Trouble string

// The troubles. The zero value is none.
const (
	Killed    Trouble = "killed"    // the process that hands over is killed in the middle, and another is started
	Down      Trouble = "down"      // the carrier is out of reach until the evening
	Throttled Trouble = "throttled" // the carrier asks for patience
	Cut       Trouble = "cut"       // the carrier drops the line, several times
)

// A Lender is Duly's side: an engine that is ready, and how to reach the carrier.
type Lender struct {
	Engine    *engine.Engine
	Portfolio *engine.Portfolio
	Carriers  []dispatch.SMPPConfig
	// Elsewhere makes the command of another process that hands over what is due at an instant. Nil means that
	// none is killed.
	Elsewhere func(ctx context.Context, at time.Time) *exec.Cmd
	// Visit goes to the borrower's page with a code and a day of birth, and returns the page behind the second step. Nil means that
	// there is no page.
	Visit    func(ctx context.Context, code, born string) (page string, err error)
	Progress func(at time.Time, doing string) // as civil time moves; may be nil
	Each     func(Day)                        // after each day; may be nil
}

// A Day is what one civil day came to.
type Day struct {
	On        ledger.Date
	Planned   int64 // new messages
	Tasks     int64 // new tasks for people
	Held      int64 // persons at a stage who are not contacted, at the morning's plan
	Sent      int   // taken by the carrier
	Delivered int   // shown on a handset
	Replied   int
	Stopped   int // of those, asked to be left alone
	Paid      int // payments stated to Duly
	PaidMinor int64
	Trouble   Trouble
}

// A World is a lender's surroundings. Use it by New and Live.
type World struct {
	cfg      Config
	core     *core
	crowd    *crowd
	carrier  *carrier
	clock    *Clock
	lender   Lender
	examiner examiner
	planned  int64
	opening  Opening
	killed   Kill
	visited  int // times that somebody followed a code to the page
}

// An Opening is what the first import brought, tied to the core system's control totals.
type Opening struct {
	Borrowers, Loans, Instalments, Payments int
	Principal, Due, Paid                    int64 // minor units
}

// A Kill is what became of the killed process.
type Kill struct {
	Done    bool
	At      time.Time
	Waiting int64 // messages that were to leave
	Before  int   // of these, those that the carrier had when the process was killed
	After   int   // and when the next process was through
	Unknown int64 // messages whose outcome the books do not know
}

// New makes a world and switches its carrier on. Close ends it.
func New(cfg Config) (*World, error) {
	w := &World{cfg: cfg, clock: NewClock(cfg.From.At(7, 0, cfg.Zone))}
	var err error
	if w.core, err = newCore(cfg.Zone, cfg.Seed, cfg.Ledgers...); err != nil {
		return nil, err
	}
	w.crowd = &crowd{
		seed: cfg.Seed, script: map[string]string{}, stops: map[string]int{}, answered: map[ledger.Date]int{}, stopped: map[ledger.Date]int{},
		said: map[string]int{}, saidOn: map[saying]int{}, offers: map[string]string{}, others: map[string]bool{},
	}
	for borrower, text := range cfg.Replies {
		w.crowd.script[w.core.phoneOf(borrower)] = text
	}
	for _, p := range cfg.Payments {
		w.core.pay(w.core.phoneOf(p.Borrower), p.Minor, p.At, false)
	}
	w.carrier, err = newCarrier(smsc.Config{
		Now: w.clock.Now, Seed: cfg.Seed, IDs: smsc.Random, Behave: w.crowd.behave, Events: w.crowd.heard,
		KeepTexts: true, Record: filepath.Join(cfg.Dir, RecordName), Patience: smscPatience,
	})
	return w, err
}

// RecordName is the file of the carrier's own record.
const RecordName = "carrier.jsonl"

// Address is where the carrier listens.
func (w *World) Address() string { return w.carrier.address }

// Clock is the world's civil time.
func (w *World) Clock() *Clock { return w.clock }

// Owed is what the core system's own arithmetic says of a borrower at an instant, in minor units, with the
// payments that Duly was told of by then.
func (w *World) Owed(borrower string, at time.Time) int64 {
	return w.core.owed(w.core.phoneOf(borrower), at)
}

// ArrivedAt returns what the carrier took for a borrower.
func (w *World) ArrivedAt(borrower string) []smsc.Arrival {
	var out []smsc.Arrival
	number := w.core.phoneOf(borrower)
	for _, a := range w.carrier.Arrivals() {
		if a.Destination == number {
			out = append(out, a)
		}
	}
	return out
}

// Close switches the carrier off and writes its record to the end.
func (w *World) Close() error { return w.carrier.close() }

// An Outcome is what all the days came to.
type Outcome struct {
	Opening Opening
	Kill    Kill
	Planned int64 // reminders and answers
	Answers int64
	Visits  int // of the page, by a code of a message
	States  map[string]int64
	Zeros   []Count
	Taken   int // messages that the carrier took
	Cut     int // of these, those that a broken line cut in two; no handset showed them
}

// Live goes through the days.
func (w *World) Live(ctx context.Context, l Lender) (*Outcome, error) {
	w.lender = l
	w.examiner = examiner{core: w.core, found: map[Zero]*Count{}}
	for i := range w.cfg.Days + 1 {
		d := Day{On: w.cfg.From + ledger.Date(i)}
		d.Trouble = w.cfg.Troubles[d.On]
		if err := w.day(ctx, &d, i == 0); err != nil {
			return nil, err
		}
		if l.Each != nil {
			l.Each(d)
		}
	}
	if !w.carrier.settle(ctx, 5*time.Second) {
		return nil, errors.New("sim: the carrier has something in flight at the end")
	}
	return w.outcome(ctx)
}

func (w *World) outcome(ctx context.Context) (*Outcome, error) {
	states, err := w.states(ctx)
	if err != nil {
		return nil, err
	}
	arrivals := w.carrier.Arrivals()
	x := &w.examiner
	w.crowd.mu.Lock()
	x.stops, x.vows, x.rests, x.said, x.saidOn = w.crowd.stops, w.crowd.vows, w.crowd.rests, w.crowd.said, w.crowd.saidOn
	w.crowd.mu.Unlock()
	x.examine(arrivals)
	answers, err := w.lender.Engine.Store.AnswersPlanned(ctx, w.lender.Portfolio.Row())
	if err != nil {
		return nil, err
	}
	x.balance(w.planned+answers, states, arrivals)
	return &Outcome{
		Opening: w.opening, Kill: w.killed, Planned: w.planned + answers, Answers: answers, Visits: w.visited, States: states, Zeros: x.counts(), Taken: w.accepted(), Cut: x.cut,
	}, nil
}

// states returns how many messages are in each state.
func (w *World) states(ctx context.Context) (map[string]int64, error) {
	counts, err := w.lender.Engine.Store.Counts(ctx, w.lender.Portfolio.Row(), time.Time{}, time.Time{})
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, c := range counts {
		out[c.State] += c.Number
	}
	return out, nil
}
