package proof

import (
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// An errand is something that is to be done at a time.
type errand struct {
	at time.Time
	do func() error
}

// live goes through the days, and then through a few calm ones in which all comes to its end.
func (w *world) live() error {
	for d := range w.trouble.days {
		if err := w.day(d); err != nil {
			return err
		}
		if len(w.examiner.breaches) > 0 {
			return nil
		}
	}
	return w.rest()
}

func (w *world) day(d int) error {
	midnight := w.midnight(d)
	list := w.agenda(midnight)
	slices.SortStableFunc(list, func(a, b errand) int { return a.at.Compare(b.at) })
	for _, e := range list {
		w.until(e.at)
		if err := e.do(); err != nil {
			return err
		}
		if w.dark {
			if err := w.blackout(); err != nil {
				return err
			}
			// What the core last stated may be there or not: it states it again before anybody acts.
			if err := w.safely(w.news); err != nil {
				return err
			}
		}
	}
	w.until(midnight.Add(24 * time.Hour))
	return w.examine()
}

// midnight is the beginning of day d of the world, in UTC.
func (w *world) midnight(d int) time.Time {
	return w.trouble.start.At(0, 0, time.UTC).Add(-8 * time.Hour).Add(time.Duration(d) * 24 * time.Hour)
}

// agenda draws what is done on a day: the core learns things, states them; the office plans; workers hand over, some
// of the times shortly before a window opens or closes somewhere.
func (w *world) agenda(midnight time.Time) []errand {
	var list []errand
	add := func(after time.Duration, do func() error) { list = append(list, errand{midnight.Add(after), do}) }
	whenever := func() time.Duration { return w.someTime(24 * time.Hour) }
	for range len(w.core.humans) * w.trouble.pay / 100 {
		add(whenever(), w.somebodyPays)
	}
	for range len(w.core.humans) * w.trouble.correct / 100 {
		add(whenever(), w.somethingIsCorrected)
	}
	for range len(w.core.humans) * w.trouble.something / 100 {
		add(whenever(), w.something)
	}
	for range w.trouble.unasked {
		add(whenever(), w.somebodyWrites)
	}
	for range w.rng.IntN(1 + len(w.core.humans)*w.trouble.renumber/1000) {
		add(whenever(), func() error { w.core.renumber(w.somebody()); return nil })
	}
	if w.often(w.trouble.stale) {
		w.quietUntil = midnight.Add(time.Duration(24+w.rng.IntN(72)) * time.Hour)
	}
	for range 1 + w.rng.IntN(3) {
		add(whenever(), w.doomed(w.unlessQuiet))
	}
	for range 1 + w.rng.IntN(2) {
		at := whenever()
		for i := range w.portfolios {
			add(at+time.Duration(i)*time.Minute, w.doomed(func() error { return w.plan(i) }))
		}
		add(at+10*time.Minute+w.someTime(3*time.Hour), w.session)
	}
	for range 1 + w.rng.IntN(3) {
		add(w.edge(midnight), w.session)
	}
	return list
}

// edge is a time of the day at or shortly before or after some place's window opens or closes, or any time.
func (w *world) edge(midnight time.Time) time.Duration {
	if w.rng.IntN(3) == 0 {
		return w.someTime(24 * time.Hour)
	}
	h := w.somebody()
	minute := h.place.Law.Open
	if w.rng.IntN(2) == 0 {
		minute = h.place.Law.Close
	}
	at := ledger.Day(midnight.In(h.location())).At(minute/60, minute%60, h.location())
	for at.Before(midnight) {
		at = at.Add(24 * time.Hour)
	}
	return max(0, at.Sub(midnight)+w.someTime(90*time.Second)-time.Minute)
}

func (w *world) somebody() *human { return w.core.humans[w.rng.IntN(len(w.core.humans))] }

func (w *world) somebodyPays() error {
	if l := w.core.anyLoan(); l != nil {
		w.core.pay(l, l.account.human.today(w.now))
	}
	return nil
}

func (w *world) somethingIsCorrected() error {
	if l := w.core.anyLoan(); l != nil {
		w.core.correct(l, l.account.human.today(w.now))
	}
	return nil
}

func (w *world) somebodyWrites() error {
	h := w.somebody()
	text := w.talk(h)
	if w.rng.IntN(3) == 0 {
		text = w.stopWord(h)
	}
	w.carriers[w.rng.IntN(len(w.carriers))].say(h, text, time.Millisecond)
	return nil
}

// unlessQuiet states news, unless the core is silent for some days.
func (w *world) unlessQuiet() error {
	if w.now.Before(w.quietUntil) {
		return nil
	}
	return w.news()
}

// doomed lets the office die in what it does, now and then.
func (w *world) doomed(do func() error) func() error {
	return func() error {
		if w.often(w.trouble.die) {
			o, err := w.staffed()
			if err != nil || o == nil {
				return err
			}
			o.doom()
			defer o.pardon()
		}
		return do()
	}
}

// safely does something in which nobody dies.
func (w *world) safely(do func() error) error {
	inside := w.inside
	w.inside = true
	defer func() { w.inside = inside }()
	return do()
}

// rest lets three calm days pass, in which what is under way comes to its end, and looks at everything once more.
func (w *world) rest() error {
	w.calm()
	w.skew = 0
	for d := range 3 {
		for h := range 2 {
			w.until(w.midnight(w.trouble.days + d).Add(time.Duration(10*h+3) * time.Hour))
			if err := w.session(); err != nil {
				return err
			}
		}
		if err := w.examine(); err != nil {
			return err
		}
	}
	// What people wrote while the last workers ended was stored, and its answer has had no turn yet.
	for again := 0; again < 5 && w.stats.States["waiting"] > 0; again++ {
		w.until(w.now.Add(10 * time.Minute))
		if err := w.session(); err != nil {
			return err
		}
		if err := w.examine(); err != nil {
			return err
		}
	}
	return w.examineEnd()
}
