package engine

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// Nightly is what has to be done beside handing over. It is jobs.Work: what is due is read from the store, so that a night that was
// missed is made good, and several processes may ask and do at the same time.
type Nightly struct {
	Engine *Engine
	Civil  func() time.Time
	// PlanAt is the hour from which a day is planned for, since midnight in the portfolio's zone.
	PlanAt time.Duration
	// Shard is how many persons one piece plans for; 0 means all of them.
	Shard int
	// Retention says when messages are given up; the zero value keeps everything.
	Retention Retention
	// Planned is told what a piece of a plan did, and Retained what was given up of a month; nil tells nobody.
	Planned  func(portfolio string, done Planned)
	Retained func(month time.Time, done store.Retained)

	found atomic.Bool  // every borrower can be found
	kept  atomic.Int64 // the hour in which keeping was asked for
	rowed atomic.Int64 // and the day on which rows were
	rests rests
}

// replanAfter is how long after a plan an import may cause the next one: a feed of payments every few minutes is not to
// keep the machine planning. The fence finds what is paid meanwhile.
const replanAfter = 10 * time.Minute

// planJob plans for a part of a portfolio's persons.
const planJob = "plan"

// settleJob makes good what crashes and lateness left, also where no session is up.
const settleJob = "settle"

// fillAtOnce is how many borrowers of before are made findable at a time: some milliseconds' work.
const fillAtOnce = 500

// fill makes borrowers findable who came before they could be.
func (n *Nightly) fill(ctx context.Context) error {
	if n.found.Load() {
		return nil
	}
	done, err := n.Engine.Store.FillFinds(ctx, fillAtOnce)
	n.found.Store(done && err == nil)
	return err
}

// Due returns the pieces that are to be done.
func (n *Nightly) Due(ctx context.Context) ([]jobs.Piece, error) {
	var due []jobs.Piece
	unfit := n.Engine.Renew(ctx, n.Civil())
	if unfit != nil && !errors.Is(unfit, ErrDocument) {
		return nil, unfit
	}
	if err := n.fill(ctx); err != nil {
		return nil, err
	}
	some, err := n.Engine.Store.Unsettled(ctx, n.Civil(), n.Engine.Wire())
	if err != nil {
		return nil, err
	}
	if some {
		due = append(due, jobs.Piece{Kind: settleJob})
	}
	keeping, err := n.keeping(ctx)
	if err != nil {
		return nil, err
	}
	due = append(due, keeping...)
	due = append(due, n.rolling()...)
	resealing, err := n.resealing(ctx)
	if err != nil {
		return nil, err
	}
	due = append(due, resealing...)
	if some, err = n.Engine.Store.ImportsOver(ctx, n.Engine.Wire()); err != nil {
		return nil, err
	}
	if some {
		due = append(due, jobs.Piece{Kind: importsJob})
	}
	walks, err := n.walks(ctx)
	if err != nil {
		return nil, err
	}
	due = append(due, walks...)
	if unfit != nil {
		return due, nil // nothing is planned by what is not in force; the run says what is the matter
	}
	for _, p := range n.Engine.Books() {
		shards, err := n.shards(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, s := range shards {
			due = append(due, jobs.Piece{Kind: planJob, Portfolio: p.Ref, Run: s.Run, Shard: s.Part})
		}
	}
	return due, nil
}

func (n *Nightly) shards(ctx context.Context, p *Portfolio) ([]store.Shard, error) {
	now := n.Civil()
	// A day begins when its hour has come; before it the day before is the last that has to be planned.
	day := ledger.Day(now.In(p.Zone).Add(-n.PlanAt))
	shards, err := n.Engine.Store.DueShards(ctx, store.RunAsk{
		Portfolio: p.row.ID, Day: day, Edition: p.edition, Now: now, Again: replanAfter, Persons: n.Shard,
	})
	if err != nil {
		return nil, fmt.Errorf("engine: what is due for portfolio %s: %w", p.Ref, err)
	}
	return shards, nil
}

// Do does one piece. A piece that is not due any more is done already.
func (n *Nightly) Do(ctx context.Context, piece jobs.Piece) error {
	switch piece.Kind {
	case settleJob:
		_, err := n.Engine.Store.Settle(ctx, n.Civil(), n.Engine.Wire())
		return err
	case monthsJob:
		return n.makeMonths(ctx)
	case retainJob:
		return n.retain(ctx, piece)
	case rowsJob:
		_, err := n.Engine.RetainRows(ctx, n.Retention, "duly", false, n.Civil())
		return err
	case eraseJob:
		return n.erase(ctx)
	case walkJob:
		return n.walk(ctx, piece)
	case rollJob:
		return n.roll(ctx)
	case importsJob:
		return n.Engine.Store.SweepImports(ctx, n.Engine.Wire())
	case resealJob:
		return n.reseal(ctx)
	case planJob:
		return n.plan(ctx, piece)
	default:
		return fmt.Errorf("engine: no job is called %q; a newer binary asks for it", piece.Kind)
	}
}

func (n *Nightly) plan(ctx context.Context, piece jobs.Piece) error {
	for _, p := range n.Engine.Books() {
		if p.Ref != piece.Portfolio {
			continue
		}
		shards, err := n.shards(ctx, p)
		if err != nil {
			return err
		}
		for _, s := range shards {
			if s.Run != piece.Run || s.Part != piece.Shard {
				continue
			}
			now := n.Civil()
			done, err := n.Engine.Plan(ctx, p.fork(), PlanOptions{Now: now, Span: s.Span})
			if err != nil {
				return fmt.Errorf("engine: plan portfolio %s: %w", p.Ref, err)
			}
			if n.Planned != nil {
				n.Planned(p.Ref, done)
			}
			return n.Engine.Store.ShardDone(ctx, s, now)
		}
		return nil
	}
	return fmt.Errorf("engine: there is no portfolio %s here; the configurations of the fleet differ", piece.Portfolio)
}
