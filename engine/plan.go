package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// An Engine runs the jobs on one store.
type Engine struct {
	Store      *store.Store
	Portfolios []*Portfolio
	Wire       func() time.Time // real time
	Watch      Watcher          // told what is handed over and what comes back; nil: nobody is
	Version    string           // of the binary, for people who look at what runs; may be empty
	Hooks      []Hook           // who is told what happens
	// Lease is for how long this process's sessions and workers are its own while nothing is heard of it; 0 means 5 s, as duly has it,
	// and a minute is the most that the store takes for a lease. What a process that died held others have after so long. Tests that
	// run beside others on a busy machine take longer ones, so that what gets no time for seconds does not count as dead.
	Lease time.Duration
	// AsGiven runs the portfolios as they were compiled, whatever versions are in force in the store: for trials on a copy.
	AsGiven bool

	shelf *shelf // nil before Prepare
}

// lease is Lease, or what it is when nobody has said.
func (e *Engine) lease() time.Duration { return cmp.Or(e.Lease, backFor) }

// Prepare makes the portfolios known to the store, with the documents that decide for them as of now: those of the lender's files, or
// the versions that people have put in force in their place.
func (e *Engine) Prepare(ctx context.Context, now time.Time) error {
	mark, err := e.Store.Mark(ctx)
	if err != nil {
		return err
	}
	for _, p := range e.Portfolios {
		q, fits, err := e.takeIn(ctx, p, now)
		if err != nil {
			return err
		}
		if !fits {
			mark.Activation = unfit
		}
		if q != p {
			*p = *q
			p.pool()
		}
	}
	e.shelf = &shelf{}
	e.shelf.keep(mark) // what comes meanwhile is taken by the first Renew
	books := slices.Clone(e.Portfolios)
	e.shelf.now.Store(&books)
	return e.Store.Hooks(ctx, e.hookNames())
}

// PlanOptions say how a plan is made.
type PlanOptions struct {
	Now    time.Time
	DryRun bool       // store nothing
	Span   store.Span // of the persons that are planned for; zero is everybody
	// Each is called for every person, owing or not, in the order of persons; nil plans only those whom a stage
	// can cover, which is what a large book wants.
	Each     func(*store.Dossier, *Judgement) error
	Progress func(persons int64)
}

// Planned is what a plan did.
type Planned struct {
	Persons  int64 // looked at
	Messages int64 // new, or that a dry run would make
	Tasks    int64 // the same
	Waiting  int64 // have a message that has not left
	Held     map[string]int64
}

// pageSize bounds what a plan keeps in memory before it stores it.
const pageSize = 10000

// Plan chooses the next step for the persons of one portfolio, and stores new messages, tasks and changed
// decisions. Made twice it changes nothing: an intent exists once, and a person with a message that waits
// gets no second one.
func (e *Engine) Plan(ctx context.Context, p *Portfolio, o PlanOptions) (Planned, error) {
	if e.shelf != nil && e.shelf.mark.Load() == unfit {
		if err := e.Renew(ctx, o.Now); err != nil {
			return Planned{}, err
		}
	}
	s := saver{store: e.Store}
	done, err := e.Pages(ctx, p, o, func(page *store.PlanPage) error { return s.save(ctx, page) })
	err = errors.Join(err, s.saved())
	done.Messages += s.messages
	done.Tasks += s.tasks
	return done, err
}

// Pages is Plan as a step: it starts no goroutine and stores nothing but standings. Each page is handed to keep,
// which may hold on to it; Store.SavePlan stores it. What Planned says of messages and tasks is for a dry run only.
func (e *Engine) Pages(ctx context.Context, p *Portfolio, o PlanOptions, keep func(*store.PlanPage) error) (Planned, error) {
	today := ledger.Day(o.Now.In(p.Zone))
	if !o.DryRun {
		if _, err := e.JudgeAgreed(ctx, p, o.Now); err != nil {
			return Planned{}, err
		}
	}
	if _, err := e.Store.RefreshSpan(ctx, p.row.ID, o.Span, today, p.Terms); err != nil {
		return Planned{}, err
	}
	w := planner{e: e, p: p, o: o, keep: keep, done: Planned{Held: map[string]int64{}}, batches: map[batchKey]int{}, rulings: map[store.Ruling]int{}}
	w.newPage(today)
	ahead := 0
	if s := p.Strategy.Stages; len(s) > 0 && s[0].From < 0 {
		ahead = -s[0].From
	}
	in := store.Within{Portfolio: p.row.ID, On: today, Ahead: ahead, All: o.Each != nil, Span: o.Span}
	err := e.Store.Dossiers(ctx, in, func(d *store.Dossier) error { return w.person(ctx, d) })
	if err == nil {
		err = w.flush()
	}
	return w.done, err
}

type batchKey struct {
	notBefore, notAfter int64
}

// planner is one plan on its way.
type planner struct {
	e       *Engine
	p       *Portfolio
	o       PlanOptions
	keep    func(*store.PlanPage) error
	done    Planned
	page    *store.PlanPage
	j       Judgement            // of the person at hand
	batches map[batchKey]int     // index into page.Batches
	rulings map[store.Ruling]int // index into page.Rulings
	queued  int
}

func (w *planner) newPage(on ledger.Date) {
	w.page = &store.PlanPage{
		Portfolio: w.p.row.ID, Edition: w.p.edition, At: w.o.Now, On: on, Decisions: make([]store.PersonDecision, 0, pageSize),
	}
	clear(w.batches)
	clear(w.rulings)
	w.queued = 0
}

func (w *planner) person(ctx context.Context, d *store.Dossier) error {
	w.done.Persons++
	if w.o.Progress != nil && w.done.Persons%1000 == 0 {
		w.o.Progress(w.done.Persons)
	}
	w.assign(d)
	j := &w.j
	err := w.p.judge(j, d, w.o.Now, w.o.Each != nil)
	if errors.Is(err, ErrStale) {
		if err = w.e.standAnew(ctx, w.p, d, w.o.Now); err == nil {
			err = w.p.judge(j, d, w.o.Now, w.o.Each != nil)
		}
	}
	if err != nil {
		return err
	}
	if w.o.Each != nil {
		if err := w.o.Each(d, j); err != nil {
			return err
		}
	}
	w.count(d, j)
	if w.o.DryRun {
		return nil
	}
	w.add(d, j)
	if w.queued < pageSize {
		return nil
	}
	return w.flush()
}

// standAnew makes the standings that do not hold on a borrower's own day, from the histories and for this judgement
// alone: standings are kept for the creditor's day, and a borrower elsewhere may be in the day before it or after. What
// is imported meanwhile is found by the fence, by the person's turn.
func (e *Engine) standAnew(ctx context.Context, p *Portfolio, d *store.Dossier, now time.Time) error {
	zones, today := p.whereAndWhen(nil, d, now)
	for i := range d.Loans {
		l, on := &d.Loans[i], today // the days by which Judgement.assess asks
		if len(zones) > 1 {
			on = p.dayOf(&d.Borrowers[l.Borrower], now)
		}
		if !l.Stale && l.Standing.Holds(on) {
			continue
		}
		h, err := e.Store.History(ctx, l.ID, time.Time{})
		if err != nil {
			return err
		}
		h.Facts.Terms = p.Terms
		l.Standing, l.Stale, l.ClosedOn = assess.Stand(h.Facts, on), false, h.Facts.Loan.ClosedOn
	}
	return nil
}

func (w *planner) count(d *store.Dossier, j *Judgement) {
	switch {
	case j.Action == Hold:
		w.done.Held[j.Rule]++
	case d.Waiting:
		w.done.Waiting++
	case w.o.DryRun && j.Action == Contact:
		w.done.Messages++
	case w.o.DryRun:
		w.done.Tasks++
	}
}

// assign draws the holdout at first planning, once for ever. Where the strategy has none nobody is drawn, and whoever
// was planned for in that time stays out of one that comes later.
func (w *planner) assign(d *store.Dossier) {
	if d.Held != nil || w.p.Strategy.Holdout.Millionths == 0 {
		return
	}
	held := d.Last.Action == "" && w.p.Strategy.Holdout.Assign(strconv.FormatInt(int64(d.Person), 10))
	d.Held = &held
	w.page.Holdout = append(w.page.Holdout, store.Assigned{Person: d.Person, Held: held})
	w.queued++
}

func (w *planner) add(d *store.Dossier, j *Judgement) {
	if j.Action == Contact && d.Waiting {
		return
	}
	w.decided(d, j)
	if j.Action == Hold {
		return
	}
	b := d.Borrowers[j.Borrower]
	m := store.Planned{
		Person: d.Person, Borrower: b.ID, Loan: j.Intent.Lead, Stage: j.Intent.Stage.Name, Treatment: j.Intent.Treatment.Index, Episode: j.Intent.Episode,
	}
	w.queued++
	if j.Action == Work {
		w.page.Tasks = append(w.page.Tasks, store.Task{Planned: m, Kind: j.Intent.Treatment.Task})
		return
	}
	from := w.p.spread(d.Person, ledger.Day(w.o.Now.In(w.p.Zone)), j.NotBefore, j.NotAfter)
	k := batchKey{from.UnixMilli(), from.Add(w.p.StaleAfter).UnixMilli()}
	i, ok := w.batches[k]
	if !ok {
		i = len(w.page.Batches)
		w.batches[k] = i
		w.page.Batches = append(w.page.Batches, store.Batch{Carrier: w.p.Carrier, NotBefore: from, NotAfter: from.Add(w.p.StaleAfter)})
	}
	batch := &w.page.Batches[i]
	batch.Messages = append(batch.Messages, m)
}

// Messages that are spread leave at quarters of an hour, and a good while before their lawful window ends.
const (
	spreadStep = 15 * time.Minute
	spreadLeft = time.Hour
)

// spread puts off a message within its lawful window, so that not all who answer do so at once: those of one day evenly over
// p.Spread, each person at another time from day to day, and the same when it is planned again.
func (p *Portfolio) spread(person ledger.PersonID, on ledger.Date, from, to time.Time) time.Time {
	over := min(p.Spread, to.Sub(from)-spreadLeft)
	if over < spreadStep {
		return from
	}
	h := (uint64(person)<<20 ^ uint64(on)) * 0x9e3779b97f4a7c15
	steps := uint64(over/spreadStep) + 1
	return from.Add(time.Duration((h>>32)%steps) * spreadStep)
}

// decided keeps the decision if it is another than the last. A person whom no stage covers has none to keep
// until one does.
func (w *planner) decided(d *store.Dossier, j *Judgement) {
	now := store.Ruling{Rule: j.Rule, Reason: j.Reason}
	switch j.Action {
	case Contact:
		now.Action = "contact"
	case Work:
		now.Action = "task"
	case Hold:
		now.Action = "hold"
	}
	if t := j.Intent.Treatment; t != nil {
		now.Stage, now.Treatment = j.Intent.Stage.Name, t.Name
	}
	last := d.Last.Ruling
	last.Reason = now.Reason
	if last == now || d.Last.Action == "" && now.Action == "hold" && now.Rule == nothingDue {
		return
	}
	i, ok := w.rulings[now]
	if !ok {
		i = len(w.page.Rulings)
		w.rulings[now] = i
		w.page.Rulings = append(w.page.Rulings, now)
	}
	w.page.Decisions = append(w.page.Decisions, store.PersonDecision{Person: d.Person, Ruling: i, Before: d.Last.At.After(w.o.Now)})
	w.queued++
}

const nothingDue = "strategy:nothing_due"

func (w *planner) flush() error {
	if w.o.DryRun || w.queued == 0 {
		return nil
	}
	page := w.page
	w.newPage(page.On)
	return w.keep(page)
}

// A saver stores a page while the next one is filled: one at a time, in their order.
type saver struct {
	store           *store.Store
	saving          chan savedPage // the page before, on its way into the store; nil when there is none
	messages, tasks int64
}

// savedPage is what became of a page.
type savedPage struct {
	messages, tasks int64
	err             error
}

func (s *saver) save(ctx context.Context, page *store.PlanPage) error {
	if err := s.saved(); err != nil {
		return err
	}
	saving := make(chan savedPage, 1)
	s.saving = saving
	go func() {
		var r savedPage
		r.messages, r.tasks, r.err = s.store.SavePlan(ctx, page)
		saving <- r
	}()
	return nil
}

// saved waits for the page before to be stored.
func (s *saver) saved() error {
	if s.saving == nil {
		return nil
	}
	r := <-s.saving
	s.saving = nil
	s.messages += r.messages
	s.tasks += r.tasks
	if r.err != nil {
		return fmt.Errorf("engine: plan: %w", r.err)
	}
	return nil
}
