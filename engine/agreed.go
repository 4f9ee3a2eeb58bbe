package engine

import (
	"context"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// JudgeAgreed lets the payments known decide about what was agreed in a portfolio, and says a word to whoever has agreed to pay
// tomorrow. Made twice it changes nothing. Every import with payments decides too; what only time decides waits for this.
func (e *Engine) JudgeAgreed(ctx context.Context, p *Portfolio, now time.Time) (store.SettledTalk, error) {
	done, err := e.Store.SettleTalk(ctx, p.row.ID, now, p.Zone)
	if err != nil {
		return nil, err
	}
	return done, e.dayBefore(ctx, p, now)
}

// dayBefore plans a word for each who has agreed to pay tomorrow and has not yet.
func (e *Engine) dayBefore(ctx context.Context, p *Portfolio, now time.Time) error {
	kind := answerOf(store.AnswerTomorrow)
	today := ledger.Day(now.In(p.Zone))
	due, err := e.Store.DueTomorrow(ctx, p.row.ID, today)
	if err != nil {
		return err
	}
	for i := range due {
		a := &due[i]
		d, j, err := e.standingOf(ctx, p, a.Person, now)
		if err != nil {
			return err
		}
		h := hearing{p: p, d: d, at: now, sp: a.Speaker, today: today}
		if d == nil {
			continue
		}
		if h.know(j); h.borrower == nil || p.template(&kind.treatment, compose.Language(h.borrower.Language)).Bound == nil {
			continue
		}
		part, ok := a.Tomorrow(a.PaidSince, h.today)
		if !ok {
			continue
		}
		a.Address = h.borrower.Address
		if err := e.Store.PlanTomorrow(ctx, &a.Arranged, part, h.answer(store.AnswerTomorrow, ""), now); err != nil {
			return err
		}
	}
	return nil
}
