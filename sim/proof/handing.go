package proof

import (
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/ledger"
)

// A handing is what the world knows when a message is handed over: the moment after its fence was committed.
type handing struct {
	tick     int64
	at       time.Time // true
	clock    time.Time
	leaveBy  time.Time // by the lender's clock
	book     *book
	whom     []debtor // those of the portfolio who have the number, by what Duly was told
	feedFrom time.Time
}

type debtor struct {
	human   *human
	one     []*account // those that Duly has to take for one person's
	owed    []int64    // in each zone in which they may be, where the days differ
	barred  string     // the state that bars contact; "" for none
	consent bool
	calls   []call
	wrong   []*loan // about which nothing may be said: a debit is under way, or the core's own total is another
}

// handedOver notes what is so at a hand-over.
func (w *world) handedOver(m *dispatch.Message, leaveBy time.Time) *handing {
	h := &handing{tick: w.tick(), at: w.now, clock: w.clock(), leaveBy: leaveBy}
	for _, b := range w.core.books {
		if strings.Contains(m.Text, signature(b.ref)) {
			h.book = b
		}
	}
	if h.book == nil {
		return h
	}
	h.feedFrom = h.book.toldAt
	for _, a := range h.book.accounts {
		if a.number == string(m.To) && !known(h.whom, a.human) {
			a.human.mark(h.clock)
			h.whom = append(h.whom, a.human.debtor(a, h.clock))
		}
	}
	return h
}

// debtor is what is so of a human at an instant, by what Duly was told, who is written to under an account.
func (h *human) debtor(under *account, at time.Time) debtor {
	one, b := h.one(under), under.book
	d := debtor{human: h, one: one, barred: h.barred(one, at), consent: h.agreed(one), calls: slices.Clone(h.calls)}
	for _, z := range h.wherever() {
		if owed := h.owed(b, ledger.Day(at.In(z))); !slices.Contains(d.owed, owed) {
			d.owed = append(d.owed, owed)
		}
	}
	for _, a := range h.in(b) {
		for _, l := range a.loans {
			if l.told.debit.After(at) || !l.told.silent && l.told.off != 0 {
				d.wrong = append(d.wrong, l)
			}
		}
	}
	return d
}

func known(whom []debtor, h *human) bool {
	for _, d := range whom {
		if d.human == h {
			return true
		}
	}
	return false
}
