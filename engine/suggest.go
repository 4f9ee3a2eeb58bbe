package engine

import (
	"context"
	"errors"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
)

// A Suggestion is an approved text that fits what somebody wrote, filled with what is known of them. A person chooses it, changes it, and sends
// it as an answer of their own: it is then judged as one.
type Suggestion struct {
	Name string // of the template
	Text string // whole, with the signature
}

// suggested are the kinds of answers that fit a meaning, the best first. Those that begin or offer something are left to Duly itself and to what is
// agreed on the borrower's page: the words alone would promise what nobody has stored.
var suggested = map[receive.Meaning][]string{
	receive.Paid:        {answerPaid},
	receive.Promise:     {answerWhen},
	receive.Dispute:     {answerDispute, store.AnswerReceived},
	receive.Complaint:   {answerComplaint},
	receive.CallMe:      {answerCall},
	receive.Hardship:    {answerCall, store.AnswerReceived},
	receive.PlanRequest: {answerCall, store.AnswerReceived},
	receive.Question:    {store.AnswerReceived, answerCall},
	receive.Vulnerable:  {answerCall},
	receive.Abuse:       {store.AnswerReceived},
	receive.Other:       {store.AnswerReceived},
}

// Suggestions returns the texts that may answer an item at the desk; none where nobody wrote, or where the law silences an answer.
func (e *Engine) Suggestions(ctx context.Context, item int64, at time.Time) ([]Suggestion, error) {
	d, err := e.Store.OnDesk(ctx, item)
	if err != nil {
		return nil, err
	}
	p := e.portfolioOf(d.Portfolio)
	kinds := suggested[receive.Meaning(d.Meaning)]
	if !d.Open || d.Reply == 0 || d.Borrower == 0 || p == nil || len(kinds) == 0 {
		return nil, nil
	}
	p = p.fork()
	h, err := e.at(ctx, p, d.Borrower, at)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	to, err := e.Store.Recipients(ctx, p.Ref, h.d.Borrowers)
	if err != nil {
		return nil, err
	}
	var out []Suggestion
	for _, name := range kinds {
		text, ok, err := p.suggest(h, answerOf(name), &d, to, at)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, Suggestion{answerOf(name).template, text})
		}
	}
	return out, nil
}

// suggest writes one; ok is false where it may not be said, or cannot be.
func (p *Portfolio) suggest(h *hearing, kind *answerKind, d *store.DeskItem, to map[ledger.BorrowerID]store.Recipient, at time.Time) (text string, ok bool, err error) {
	facts := store.AnswerFor{Kind: kind.name, Reply: d.Reply, Address: h.sp.Address, AnswerBy: ledger.Day(d.DueAt.In(p.Zone))}
	m := &store.Waiting{Person: h.sp.Person, Portfolio: h.sp.Portfolio, Borrower: h.sp.Borrower, Loan: h.loan.ID, Treatment: kind.treatment.Index}
	var j Judgement
	if err := p.judgeAnswer(&j, h.d, m, facts, at); err != nil || j.answer == nil || j.Rule == answerState || j.Rule == answerMoot {
		return "", false, err
	}
	if t := p.template(j.Intent.Treatment, compose.Language(h.d.Borrowers[j.Borrower].Language)); t.Bound != nil {
		if need := t.LetsIn(); need.Link || need.Code {
			return "", false, nil // a key that nobody has stored opens nothing
		}
	}
	w, err := p.write(new(compose.Paper), h.d, &j, to, at)
	if errors.Is(err, ErrCannotWrite) {
		return "", false, nil
	}
	return string(w.Body), err == nil, err
}
