package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// PreviewWriting says what would become of words that a person writes to a borrower who has not written, and stores nothing.
func (e *Engine) PreviewWriting(ctx context.Context, p *Portfolio, borrower ledger.BorrowerID, text string, at time.Time) (*Preview, error) {
	o, err := e.byHand(ctx, p, borrower, text, at)
	if err != nil {
		return nil, err
	}
	return &o.Preview, nil
}

// SendWriting plans what a person writes to a borrower who has not written. To the law it is a reminder: every rule judges it, the caps count it,
// and it is judged once more and fenced like every other. Where the preview says no, nothing is stored, and the number is 0.
// What does not leave after all comes to the desk. store.ErrWaitsAlready says that another waits for them.
func (e *Engine) SendWriting(ctx context.Context, p *Portfolio, borrower ledger.BorrowerID, text, who string, at time.Time) (*Preview, outbox.MessageID, error) {
	o, err := e.byHand(ctx, p, borrower, text, at)
	if err != nil || !o.May {
		if o == nil {
			return nil, 0, err
		}
		return &o.Preview, 0, err
	}
	id, err := e.Store.WriteByHand(ctx, &store.PersonsAnswer{Speaker: o.h.sp, Who: who, Text: text, Minor: o.minor, Answer: o.answer}, at)
	return &o.Preview, id, err
}

func (e *Engine) byHand(ctx context.Context, p *Portfolio, borrower ledger.BorrowerID, text string, at time.Time) (*ownAnswer, error) {
	if strings.TrimSpace(text) == "" {
		return nil, fault.As(ErrNoAnswer, fault.WordsNone)
	}
	if own := e.portfolioOf(p.row.ID); own != nil {
		p = own // nobody else touches its room meanwhile
	}
	p = p.fork()
	h, err := e.at(ctx, p, borrower, at)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fault.As(ErrNoAnswer, fault.LoanNone)
	}
	if err != nil {
		return nil, err
	}
	o := &ownAnswer{p: p, h: h, Preview: Preview{
		Item: store.DeskItem{Speaker: h.sp}, Portfolio: p.Ref,
		Due: ledger.Money{Minor: h.request.Due, Currency: h.loan.Currency},
	}}
	return o, o.judge(answerOf(store.WrittenByHand), text, at)
}
