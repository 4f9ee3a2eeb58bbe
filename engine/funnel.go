package engine

import (
	"context"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/store"
)

// Funnel returns what became of the messages of a portfolio planned from a day to a day (zero days mean without end), stage by
// stage in the strategy's order. tariff is what a part costs, in millionths of a minor unit. It reads sums: Engine.Roll brings them up to
// date.
func Funnel(ctx context.Context, s *store.Store, p *Portfolio, from, to ledger.Date, tariff int64) (f measure.Funnel, err error) {
	rolled, err := s.Rolled(ctx, p.row.ID, "message", from, to, false)
	if err != nil {
		return f, err
	}
	type key struct{ stage, state, reason string }
	counts, back := map[key]measure.Count{}, map[string]measure.Return{}
	for i := range rolled {
		r := &rolled[i]
		k := key{r.Stage, r.State, r.Reason}
		c := counts[k]
		c.Stage, c.State, c.Reason = r.Stage, r.State, r.Reason
		c.Number += r.N
		c.Parts += r.Parts
		counts[k] = c
		b := back[r.Stage]
		b.Stage = r.Stage
		b.Replied += r.Replied
		b.Stopped += r.Stopped
		b.Complained += r.Complained
		b.Opened += r.Opened
		b.Chased += r.Chased
		b.LetIn += r.LetIn
		b.Paid += r.Paid
		if r.Paid > 0 {
			b.Money = measure.Plus(b.Money, ledger.Money{Minor: r.Minor, Currency: ledger.Currency(r.Unit)})
		}
		back[r.Stage] = b
	}
	in, returns := make([]measure.Count, 0, len(counts)), make([]measure.Return, 0, len(back))
	for _, c := range counts {
		in = append(in, c)
	}
	for _, b := range back {
		returns = append(returns, b)
	}
	return measure.Fold(in, returns, tariff, p.stages())
}

// stages are the names of the strategy's stages, in their order.
func (p *Portfolio) stages() []string {
	order := make([]string, 0, len(p.Strategy.Stages))
	for i := range p.Strategy.Stages {
		order = append(order, p.Strategy.Stages[i].Name)
	}
	return order
}

// Spoken returns what was said and agreed in a portfolio from a day to a day (zero days mean without end), as far as a page shows it. What is counted of
// messages stands in the funnel. It reads sums, and of what waits for people what is there now.
func Spoken(ctx context.Context, s *store.Store, p *Portfolio, from, to ledger.Date, now time.Time) (r store.TalkReport, err error) {
	replies, err := s.Rolled(ctx, p.row.ID, "reply", from, to, false)
	if err != nil {
		return r, err
	}
	for i := range replies {
		x := &replies[i]
		r.Replies += x.N
		if x.State == "unanswered" {
			r.Unanswered += x.N
		}
		r.Counts = append(r.Counts, store.TalkCount{What: "meaning", Name: x.Name, State: x.State, Number: x.N})
	}
	agreed, err := s.Rolled(ctx, p.row.ID, "arrangement", from, to, false)
	if err != nil {
		return r, err
	}
	for i := range agreed {
		x := &agreed[i]
		r.Counts = append(r.Counts, store.TalkCount{What: "arrangement", Name: x.Name, State: x.State, Number: x.N, Minor: x.Minor, Paid: x.Came, Unit: x.Unit})
	}
	causes, err := s.SaidCauses(ctx, p.row.ID, spanBegins(p, from), spanEnds(p, to))
	if err != nil {
		return r, err
	}
	r.Counts = append(r.Counts, causes...)
	waits, err := s.DeskSums(ctx, now)
	if err != nil {
		return r, err
	}
	for _, d := range waits {
		if d.Portfolio == p.row.ID {
			r.Overdue = int64(d.Late)
		}
	}
	return r, nil
}

// spanBegins and spanEnds are the instants of days where a portfolio is; zero times mean without end.
func spanBegins(p *Portfolio, from ledger.Date) time.Time {
	if from == 0 {
		return time.Time{}
	}
	return from.At(0, 0, p.Zone)
}

func spanEnds(p *Portfolio, to ledger.Date) time.Time {
	if to == 0 {
		return time.Time{}
	}
	return (to + 1).At(0, 0, p.Zone)
}
