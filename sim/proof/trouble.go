package proof

import (
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A trouble is what a seed has in store. Each seed has some kinds of trouble and not others, so that no kind hides
// another.
type trouble struct {
	people, days int
	start        ledger.Date
	workers      int  // processes that hand over at a time, at most
	die          int  // in a thousand sessions, imports and plans: a process dies in it
	power        bool // some die of a loss of power
	meanwhile    int  // in a thousand calls: others act in it
	sleep        int  // in a thousand calls: the process sleeps in it
	jump         int  // in a thousand sessions: the clock is set
	stale        int  // in a thousand days: no payments are stated, for up to four days
	outage       int  // in a thousand sessions: a carrier is out of reach for some hours
	stop, answer int  // in a thousand messages: replies
	unasked      int  // replies a day out of nowhere
	pay, correct int  // payments and corrections a day, in a hundred humans
	renumber     int  // new numbers a day, in a thousand humans
	something    int  // states, consents, calls, debits and totals a day, in a hundred humans
	nameless     int  // loans whose payments have no payment_id, in a hundred
}

// starts are days at which something happens to clocks and calendars.
var starts = []ledger.Date{
	ledger.NewDate(2026, 2, 11),  // Lunar New Year on 17 February
	ledger.NewDate(2026, 3, 3),   // summer time in America from 8 March, in Europe from 29 March
	ledger.NewDate(2026, 3, 26),  // in Europe on 29 March; Lord Howe and Auckland go back on 5 April
	ledger.NewDate(2026, 9, 22),  // Auckland goes forward on 27 September; the October holidays
	ledger.NewDate(2026, 10, 20), // back in Europe on 25 October, in America on 1 November
	ledger.NewDate(2026, 12, 26), // over New Year
	ledger.NewDate(2028, 2, 24),  // over a leap day
	ledger.NewDate(2026, 6, 3),
}

// draw lets the seed decide what is in store.
func (w *world) draw() {
	r := w.rng
	some := func(most int) int { // half of the seeds have none of it
		if r.IntN(2) == 0 {
			return 0
		}
		return 1 + r.IntN(most)
	}
	days := 3 + r.IntN(9)
	w.trouble = trouble{
		people: 150 + r.IntN(4000/days), days: days, start: starts[r.IntN(len(starts))], workers: 1 + r.IntN(3),
		die: some(300), power: r.IntN(2) == 0, meanwhile: 10 + some(100), sleep: some(20), jump: some(100), stale: some(100),
		outage: some(100), stop: some(30), answer: some(60), unasked: some(8), pay: 1 + r.IntN(12), correct: some(6), renumber: some(20), something: some(8), nameless: some(30),
	}
	if w.cfg.People > 0 {
		w.trouble.people = w.cfg.People
	}
	if w.cfg.Days > 0 {
		w.trouble.days = w.cfg.Days
	}
	w.now = w.trouble.start.At(0, 0, time.UTC).Add(-8 * time.Hour)
	for _, name := range []string{"north", "south"}[:1+r.IntN(2)] {
		w.carriers = append(w.carriers, &carrier{w: w, name: name, manners: manners{
			refuse: some(30), throttle: some(60), slow: some(40), mute: some(6), late: some(60), liedID: some(30), denied: some(20),
			noReceipt: some(100), delayed: some(100), twice: some(200), contradict: some(60), early: some(300), stray: some(50), drop: some(6),
		}})
	}
}

// calm ends all trouble, so that what is under way can come to its end.
func (w *world) calm() {
	t := &w.trouble
	w.trouble = trouble{people: t.people, days: t.days, start: t.start, workers: t.workers}
	for _, c := range w.carriers {
		c.manners, c.downUntil = manners{}, time.Time{}
	}
	for _, p := range w.processes { // some were to die later
		p.pardon()
	}
}

// meanwhile lets others act while a process is in a call, or lets time pass.
func (w *world) meanwhile(p *process) {
	if w.inside || w.dark {
		return
	}
	w.advance(time.Millisecond)
	if w.often(w.trouble.sleep) {
		w.advance(time.Duration(w.rng.IntN(20_000)) * time.Millisecond)
	}
	if !w.often(w.trouble.meanwhile) {
		return
	}
	w.inside = true
	defer func() { w.inside = false }()
	for range 1 + w.rng.IntN(3) {
		w.other(p)
		w.advance(time.Duration(1+w.rng.IntN(20)) * time.Millisecond)
	}
}

// other lets somebody else than a process act: a person says stop, the office imports or settles, another worker
// makes a step.
func (w *world) other(p *process) {
	if w.dark {
		return
	}
	switch w.rng.IntN(16) {
	case 0:
		h := w.core.humans[w.rng.IntN(len(w.core.humans))]
		w.carriers[0].say(h, w.stopWord(h), time.Millisecond)
	case 1:
		w.must(w.state(w.rng.IntN(len(w.core.books))))
	case 2:
		if o := w.office; o != nil && o != p {
			w.must(w.settle(o))
		}
	default:
		if q := w.worker(p); q != nil {
			w.must(w.step(q.senders[w.rng.IntN(len(q.senders))]))
		}
	}
}

// must keeps the first error that no death explains. It is a finding.
func (w *world) must(err error) {
	if err != nil {
		w.examiner.broke(err)
	}
}
