package proof

import (
	"fmt"
	"slices"
	"time"
)

// arrived lets the human behind a handset react to a whole message.
func (w *world) arrived(a *Arrival) {
	h := w.core.holder[a.Number]
	if h == nil {
		return
	}
	c := w.carriers[w.rng.IntN(len(w.carriers))]
	switch {
	case w.often(w.trouble.stop):
		c.say(h, w.stopWord(h), w.someTime(3*time.Second))
	case w.often(w.trouble.answer):
		c.say(h, w.talk(h), w.someTime(time.Hour))
	case w.often(100) && len(h.accounts) > 0:
		if l := h.accounts[w.rng.IntN(len(h.accounts))].loans; len(l) > 0 {
			w.core.pay(l[0], h.today(w.now))
		}
	}
}

func (w *world) stopWord(h *human) string {
	words := []string{"退订", "TD", "R", "别再发了", "请不要再给我发短信"}
	if h.place.land.Language != "zh" {
		words = []string{"STOP", "Stop texting me", "please stop", "unsubscribe"}
	}
	return words[w.rng.IntN(len(words))]
}

// protects returns the accounts that a stop from a number protects when it is stored now: those of the human who wrote it, and of
// everybody who had the number then as far as Duly was told.
func (w *world) protects(b *back) (of []*account) {
	for _, h := range w.core.humans {
		for _, a := range h.accounts {
			if a.number == b.number || h == b.from && slices.Contains(a.had, b.number) {
				of = append(of, a)
			}
		}
	}
	return of
}

// stored notes that a reply is stored, which protected these accounts when it was committed.
func (w *world) stored(b *back, of []*account) {
	w.stats.Replies++
	stop := isStop(b.reply.Text)
	if stop {
		w.stats.Stops++
		// Somebody who says so again is not told again, unless a number that others have too has come to somebody more meanwhile:
		// then this stop reaches a lender whom the first did not.
		if !w.stoppers[b.number][b.from] || slices.ContainsFunc(of, func(a *account) bool { return a.stop == 0 }) {
			w.confirmable[b.number]++
		}
		if w.stoppers[b.number] == nil {
			w.stoppers[b.number] = map[*human]bool{}
		}
		w.stoppers[b.number][b.from] = true
	}
	w.wrote[b.number]++
	rest := stop || isComplaint(b.reply.Text)
	tick := w.tick()
	for _, h := range w.core.humans {
		for _, a := range h.accounts {
			if a.number == b.number || slices.Contains(a.had, b.number) {
				h.mark(w.clock())
			}
		}
	}
	for _, a := range of {
		if stop && a.stop == 0 {
			a.stop = tick
		}
		if rest && a.rest == 0 {
			a.rest = tick
		}
	}
}

func isStop(text string) bool {
	switch text {
	case "退订", "TD", "R", "别再发了", "请不要再给我发短信", "STOP", "Stop texting me", "please stop", "unsubscribe":
		return true
	}
	return false
}

// heard keeps what would be written to a log.
func (w *world) heard(err error) { w.examiner.said = append(w.examiner.said, fmt.Sprint(err)) }
