package engine

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// rollJob folds what is new into the sums that pages and reports read (docs/adr/0031).
const rollJob = "roll"

// Folding gives way to handing over: after each fold it rests, so that it takes a quarter of a processor at most. Who is held is
// counted anew more seldom, because all decisions are read for it.
const (
	leastRoll  = 3 * time.Second
	restOfRoll = 3
	leastHolds = 20 * time.Second
	restOfHeld = 50
)

// rests says when a job of this process may go on.
type rests struct {
	roll, holds atomic.Int64 // real, milliseconds
}

// Zone returns where a portfolio is; nil for one that is not in this configuration.
func (e *Engine) Zone(portfolio int64) *time.Location {
	for _, p := range e.Books() {
		if p.row.ID == portfolio {
			return p.Zone
		}
	}
	return nil
}

// Roll folds everything that is new into the sums, and counts who is held: whoever reports from a store that may not have been kept up
// calls it first.
func (e *Engine) Roll(ctx context.Context, civil time.Time) error {
	if _, _, err := e.Store.Roll(ctx, store.RollAsk{Civil: civil, Wire: e.Wire(), Zone: e.Zone, All: true}); err != nil {
		return fmt.Errorf("engine: sums: %w", err)
	}
	return e.rollHolds(ctx, civil)
}

func (e *Engine) rollHolds(ctx context.Context, civil time.Time) error {
	for _, p := range e.Books() {
		if err := e.Store.RollHolds(ctx, p.row.ID, ledger.Day(civil.In(p.Zone))); err != nil {
			return fmt.Errorf("engine: who is held in portfolio %s: %w", p.Ref, err)
		}
	}
	return nil
}

// rolling returns the piece of folding where this process has rested.
func (n *Nightly) rolling() []jobs.Piece {
	if n.Engine.Wire().UnixMilli() < n.rests.roll.Load() {
		return nil
	}
	return []jobs.Piece{{Kind: rollJob}}
}

// roll folds what is due, and then who is held.
func (n *Nightly) roll(ctx context.Context) error {
	began := n.Engine.Wire()
	_, more, err := n.Engine.Store.Roll(ctx, store.RollAsk{Civil: n.Civil(), Wire: began, Zone: n.Engine.Zone})
	if err != nil {
		return fmt.Errorf("engine: sums: %w", err)
	}
	now := n.Engine.Wire()
	rest := restOfRoll * now.Sub(began)
	if !more {
		rest = max(rest, leastRoll)
	}
	n.rests.roll.Store(now.Add(rest).UnixMilli())
	if now.UnixMilli() < n.rests.holds.Load() {
		return nil
	}
	if err := n.Engine.rollHolds(ctx, n.Civil()); err != nil {
		return err
	}
	took := n.Engine.Wire().Sub(now)
	n.rests.holds.Store(now.Add(max(leastHolds, restOfHeld*took)).UnixMilli())
	return nil
}
