package forecast

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// Learn fills in what a portfolio's ledger, and what is recorded of its messages, say of its borrowers as of a day.
// What they do not say enough of is left as it stands in m.
func Learn(ctx context.Context, s *store.Store, portfolio int64, on ledger.Date, m Model) (Model, error) {
	var t tally
	if err := s.Histories(ctx, portfolio, func(h *store.LoanHistory) error {
		t.loan(h.Facts.Instalments, h.Facts.Payments, on)
		return nil
	}); err != nil {
		return m, err
	}
	m.Instalments = t.due
	if t.due >= enough {
		m.Learned = true
		m.OnTime = float64(t.inTime) / float64(t.due)
		for i := range spans {
			if t.days[i] >= enough {
				m.Daily[i] = float64(t.met[i]) / float64(t.days[i])
			}
		}
	}
	return m, m.recorded(ctx, s, portfolio, on)
}

// tally counts how instalments were met.
type tally struct {
	due, inTime int64
	met, days   [len(spans)]int64 // met on a day of the span; days on which they stood unmet
}

// loan lets the money that came meet the instalments in the order of their due dates, and counts on which day each was.
func (t *tally) loan(due []ledger.Instalment, paid []ledger.Payment, on ledger.Date) {
	due, paid = slices.Clone(due), slices.Clone(paid)
	slices.SortFunc(due, func(a, b ledger.Instalment) int {
		return cmp.Or(cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(a.Number, b.Number))
	})
	slices.SortFunc(paid, func(a, b ledger.Payment) int { return cmp.Compare(a.PaidOn, b.PaidOn) })
	asked, came, next := int64(0), int64(0), 0
	for _, in := range due {
		asked += in.Fees + in.Interest + in.Principal
		var met ledger.Date
		for came < asked && next < len(paid) && paid[next].PaidOn <= on {
			came += paid[next].Minor
			met = paid[next].PaidOn
			next++
		}
		if in.DueOn >= on {
			return
		}
		t.instalment(in.DueOn, met, came >= asked, on)
	}
}

// instalment counts one due date: met says the day on which the money was whole, zero when it already was.
func (t *tally) instalment(due, met ledger.Date, whole bool, on ledger.Date) {
	t.due++
	if whole && met <= due {
		t.inTime++
		return
	}
	last := on - 1
	if whole {
		last = met
	}
	for i, s := range spans {
		from, to := due+ledger.Date(s.from), last
		if s.to < int(last-due) {
			to = due + ledger.Date(s.to)
		}
		if to >= from {
			t.days[i] += int64(to-from) + 1
		}
	}
	if whole {
		t.met[spanOf(int(met-due))]++
	}
}

// recorded takes the shares of answers from what came back so far.
func (m *Model) recorded(ctx context.Context, s *store.Store, portfolio int64, on ledger.Date) error {
	// The store is a copy: it does not matter on which clock it is folded.
	if _, _, err := s.Roll(ctx, store.RollAsk{Civil: on.At(0, 0, time.UTC), All: true}); err != nil {
		return err
	}
	sums, err := s.Rolled(ctx, portfolio, "message", 0, 0, false)
	if err != nil {
		return err
	}
	var replied, stopped int64
	for i := range sums {
		switch c := &sums[i]; c.State {
		case "accepted", "unknown", "delivered", "undelivered":
			m.Sample += c.N
			replied += c.Replied
			stopped += c.Stopped
		}
	}
	if m.Sample >= enoughSent {
		m.Asked, m.Reply, m.Stop = true, float64(replied)/float64(m.Sample), float64(stopped)/float64(m.Sample)
	}
	return nil
}
