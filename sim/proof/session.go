package proof

import (
	"slices"
	"time"
)

// session is a while in which workers hand over, until they come to rest.
func (w *world) session() error {
	w.stats.Sessions++
	if w.often(w.trouble.jump) {
		w.jump()
	}
	for _, c := range w.carriers {
		if w.often(w.trouble.outage) {
			c.vanish(w.someTime(5 * time.Hour))
		}
	}
	if err := w.hire(); err != nil {
		return err
	}
	if q := w.worker(nil); q != nil && w.often(w.trouble.die) {
		q.doom()
	}
	for _, p := range w.processes {
		for _, s := range p.senders {
			s.line.news = true
		}
	}
	for round := 0; round < mostRounds && !w.dark; round++ {
		s := w.busy()
		if s == nil && !w.flying() {
			break
		}
		if s == nil {
			w.next() // there is nothing to do but to wait for an answer
			continue
		}
		if err := w.step(s); err != nil {
			return err
		}
		w.advance(w.pause())
	}
	return w.close()
}

// busy returns a sender that has a reason to make a step, at random; nil where there is none.
func (w *world) busy() *sender {
	var list []*sender
	for _, p := range w.processes {
		for _, s := range p.senders {
			if s.line.news {
				list = append(list, s)
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[w.rng.IntN(len(list))]
}

// mostRounds bounds a session.
const mostRounds = 300

// pause is how long a worker waits before its next step: mostly milliseconds, sometimes longer than its lease.
func (w *world) pause() time.Duration {
	switch w.rng.IntN(60) {
	case 0:
		return w.someTime(9 * time.Second)
	case 1, 2:
		return w.someTime(time.Second)
	}
	return w.someTime(60 * time.Millisecond)
}

// next lets time pass until something happens.
func (w *world) next() {
	if len(w.queue) > 0 {
		w.until(w.queue[0].at)
	}
}

func (w *world) flying() bool {
	for _, p := range w.processes {
		for _, s := range p.senders {
			if len(s.line.flights) > 0 {
				return true
			}
		}
	}
	return false
}

// hire starts workers until there are as many as the seed says.
func (w *world) hire() error {
	for n := 1 + w.rng.IntN(w.trouble.workers); w.workers() < n; {
		carriers := w.carriers
		if len(carriers) > 1 && w.rng.IntN(3) == 0 {
			i := w.rng.IntN(2)
			carriers = carriers[i : i+1]
		}
		p, err := w.start(carriers...)
		if err != nil || p == nil {
			return err
		}
	}
	return nil
}

func (w *world) workers() (n int) {
	for _, p := range w.processes {
		if len(p.senders) > 0 {
			n++
		}
	}
	return n
}

// worker returns a worker at random that is not the one given, nil where there is none.
func (w *world) worker(not *process) *process {
	var list []*process
	for _, p := range w.processes {
		if p != not && len(p.senders) > 0 {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[w.rng.IntN(len(list))]
}

// step lets a sender make a step. It has no reason for another one when nothing came of it and nothing comes.
func (w *world) step(s *sender) error {
	did := false
	w.stats.Steps++
	s.line.news = false
	err := s.line.process.do(func() error {
		r, err := s.Step(ctx)
		did = r.Claimed > 0 || r.Back > 0 || r.Lost
		return err
	})
	s.line.news = s.line.news || did
	if !did {
		w.stats.Idle++
	}
	return err
}

// close ends a session: workers stay, and sleep until they are called again, or end in order.
func (w *world) close() error {
	if w.dark {
		return nil
	}
	for _, p := range slices.Clone(w.processes) {
		if len(p.senders) == 0 || w.rng.IntN(4) != 0 {
			continue
		}
		if err := w.end(p); err != nil || w.dark {
			return err
		}
	}
	return nil
}

// jump sets the computer's clock: an hour back or on, or right again.
func (w *world) jump() {
	w.stats.Jumps++
	switch {
	case w.skew != 0:
		w.skew = 0
	case w.rng.IntN(2) == 0:
		w.skew = -time.Hour
	default:
		w.skew = time.Hour
	}
}

// vanish takes a carrier out of reach.
func (c *carrier) vanish(d time.Duration) {
	c.downUntil = c.w.now.Add(d)
	for _, l := range slices.Clone(c.lines) {
		l.drop()
	}
}
