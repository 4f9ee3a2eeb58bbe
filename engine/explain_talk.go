package engine

import (
	"context"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// talked tells what was agreed, what waits for a person and why payments are late.
func (e *Engine) talked(ctx context.Context, p *Portfolio, person ledger.PersonID, x *Explanation, zone *time.Location) error {
	agreed, err := e.Store.Arrangements(ctx, p.row.ID, person, x.At)
	if err != nil {
		return err
	}
	for i := range agreed {
		a := &agreed[i]
		money := func(n int64) string { return ledger.Money{Minor: n, Currency: a.Currency}.Decimal() }
		one := ExplainedAgreed{
			Number: a.ID, Kind: string(a.Kind), Status: string(a.Status), MadeAt: a.MadeAt.In(zone), Source: a.Source, Total: money(a.Total()), Paid: money(a.Paid),
			Currency: string(a.Currency), Decided: a.Decided, Reason: a.Reason, Parts: []ExplainedDue{},
		}
		for _, part := range a.Parts {
			one.Parts = append(one.Parts, ExplainedDue{part.On, money(part.Minor)})
		}
		x.Agreed = append(x.Agreed, one)
	}
	desk, err := e.Store.DeskOf(ctx, person, x.At)
	if err != nil {
		return err
	}
	for i := range desk {
		if d := &desk[i]; d.Portfolio == p.row.ID {
			x.Desk = append(x.Desk, ExplainedDesk{d.ID, d.Kind, d.OpenedAt.In(zone), d.DueAt.In(zone), d.Open, d.Outcome, d.ClosedBy})
		}
	}
	causes, err := e.Store.LateCauses(ctx, p.row.ID, person, x.At)
	for _, c := range causes {
		x.Causes = append(x.Causes, ExplainedCause{c.At.In(zone), c.Cause, c.Source})
	}
	return err
}
