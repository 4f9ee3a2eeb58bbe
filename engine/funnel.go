package engine

import (
	"context"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/store"
)

// Funnel returns what became of the messages of a portfolio planned from from to before to (zero times mean without end), stage by
// stage in the strategy's order, and the currency of what was paid, empty where nothing was. tariff is what a part costs, in millionths
// of a minor unit.
func Funnel(ctx context.Context, s *store.Store, p *Portfolio, from, to time.Time, tariff int64) (f measure.Funnel, paid ledger.Currency, err error) {
	counts, err := s.Counts(ctx, p.row.ID, from, to)
	if err != nil {
		return f, "", err
	}
	answers, err := s.Answers(ctx, p.row.ID, from, to)
	if err != nil {
		return f, "", err
	}
	in := make([]measure.Count, 0, len(counts))
	for _, c := range counts {
		in = append(in, measure.Count(c))
	}
	back := make([]measure.Return, 0, len(answers))
	for _, b := range answers {
		back = append(back, measure.Return{Stage: b.Stage, Replied: b.Replied, Stopped: b.Stopped, Paid: b.Paid, PaidMinor: b.Minor})
		paid = ledger.Currency(b.Unit)
	}
	order := make([]string, 0, len(p.Strategy.Stages))
	for i := range p.Strategy.Stages {
		order = append(order, p.Strategy.Stages[i].Name)
	}
	f, err = measure.Fold(in, back, tariff, order)
	return f, paid, err
}
