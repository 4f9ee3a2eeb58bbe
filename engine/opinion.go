package engine

import (
	"context"
	"errors"
	"time"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/opinion"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
)

// Opinions ask a language model about replies in doubt, apart from everything that hands over. It is jobs.Work. What protects its writer is acted on as
// if a person had put the reading right; any other word is a suggestion for whoever answers. No meaning that protects is ever asked about, so that none
// can be weakened.
type Opinions struct {
	Engine  *Engine
	Model   *opinion.Model
	Civil   func() time.Time
	Below   float64 // replies read with less confidence are asked about
	PerHour int     // the most that are asked about in an hour; 0 asks none
}

const (
	opinionJob   = "opinion"
	opinionBy    = "opinion" // who put a reading right, in the audit and the corrections
	opinionAfter = 3 * 24 * time.Hour
	opinionBatch = 10
)

// stronger are the meanings by which a model may protect somebody.
var stronger = map[receive.Meaning]bool{
	receive.Stop: true, receive.WrongPerson: true, receive.Representation: true, receive.Deceased: true, receive.Vulnerable: true, receive.Dispute: true, receive.Complaint: true,
}

func (o *Opinions) next(ctx context.Context) ([]int64, error) {
	asked, err := o.Engine.Store.Opinions(ctx, o.Engine.Wire().Add(-time.Hour))
	if err != nil || asked >= o.PerHour {
		return nil, err
	}
	return o.Engine.Store.InDoubt(ctx, o.Below, o.Civil().Add(-opinionAfter), min(opinionBatch, o.PerHour-asked))
}

// Due says whether a reply is to be asked about.
func (o *Opinions) Due(ctx context.Context) ([]jobs.Piece, error) {
	list, err := o.next(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return []jobs.Piece{{Kind: opinionJob}}, nil
}

// Do asks about the next replies.
func (o *Opinions) Do(ctx context.Context, _ jobs.Piece) error {
	list, err := o.next(ctx)
	for _, reply := range list {
		if err == nil {
			err = o.ask(ctx, reply)
		}
	}
	return err
}

// ask asks about one reply, once. A model that has no opinion changes nothing.
func (o *Opinions) ask(ctx context.Context, reply int64) error {
	w, err := o.Engine.Store.Written(ctx, reply)
	if err != nil {
		return err
	}
	p := o.Engine.portfolioOf(w.Speaker.Portfolio)
	if p == nil {
		return o.Engine.Store.Opine(ctx, reply, o.Model.Name(), "", o.Engine.Wire())
	}
	known, err := o.Engine.knownBy(ctx, p, w.Speaker)
	if err != nil {
		return err
	}
	meaning, failed := o.Model.Ask(ctx, opinion.Mask(w.Text, known...))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failed != nil {
		meaning = ""
	}
	if err := o.Engine.Store.Opine(ctx, reply, o.Model.Name(), string(meaning), o.Engine.Wire()); err != nil || !stronger[meaning] {
		return err
	}
	if err := o.Engine.Correct(ctx, reply, meaning, opinionBy, o.Civil()); !errors.Is(err, ErrMayNot) {
		return err
	}
	return nil
}

// knownBy are the names, keys and numbers that a lender knows a borrower by.
func (e *Engine) knownBy(ctx context.Context, p *Portfolio, sp store.Speaker) ([]string, error) {
	past, err := e.Store.Past(ctx, p.row, sp.Person, e.Wire())
	if err != nil {
		return nil, err
	}
	var out []string
	for _, n := range past.Names {
		out = append(out, n.Name, n.Phone)
	}
	for _, b := range past.Borrowers {
		out = append(out, b.Ref)
	}
	for i := range past.Loans {
		out = append(out, past.Loans[i].Ref)
	}
	return out, nil
}
