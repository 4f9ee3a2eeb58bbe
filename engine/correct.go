package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// ErrMayNot says that whoever asks may not do it; the text says why.
var ErrMayNot = errors.New("engine: may not")

// portfolioOf returns the portfolio of a number of the store's.
func (e *Engine) portfolioOf(row int64) *Portfolio {
	for _, p := range e.Books() {
		if p.row.ID == row {
			return p
		}
	}
	return nil
}

// Correct takes a person's word for what a reply means: what the wrong meaning began is lifted, where the rules let the person do
// that, and what the right one sets off is set off now. The correction is kept for training.
func (e *Engine) Correct(ctx context.Context, reply int64, meaning receive.Meaning, who string, at time.Time) error {
	w, err := e.Store.Written(ctx, reply)
	if err != nil {
		return err
	}
	r := store.Reply{Text: w.Text, Meaning: string(meaning), Confidence: 1, Speaker: w.Speaker, Suppress: barring[meaning]}
	p := e.portfolioOf(w.Speaker.Portfolio)
	if p == nil {
		r.Desk = &store.Desking{Kind: "unknown_sender", DueAt: at.Add(48 * time.Hour)}
		return e.Store.Correct(ctx, reply, &r, who, false, at)
	}
	kinds, err := e.Store.BegunBy(ctx, reply)
	if err != nil {
		return err
	}
	lift := !slices.Contains(kinds, r.Suppress)
	for _, k := range kinds {
		if why := p.MayLift(k, who); lift && why.Code != "" {
			return &fault.Error{Reason: why, Class: ErrMayNot}
		}
	}
	if !lift {
		r.Suppress = "" // it has begun already
	}
	if err := e.Effect(ctx, p, &r, at); err != nil {
		return err
	}
	return e.Store.Correct(ctx, reply, &r, who, lift, at)
}

// Effect fills in what a reply whose meaning and speaker are known sets off.
func (e *Engine) Effect(ctx context.Context, p *Portfolio, r *store.Reply, at time.Time) error {
	d, j, err := e.standingOf(ctx, p, r.Speaker.Person, at)
	if err != nil {
		return err
	}
	h := hearing{p: p, d: d, at: at, sp: r.Speaker, today: ledger.Day(at.In(p.Zone))}
	if d != nil {
		h.know(j)
	}
	given := receive.Given{Today: h.today}
	if h.loan != nil {
		given.Currency = h.loan.Currency
	}
	m := receive.Read(r.Text, given)
	if r.On == 0 {
		r.On = m.Date
	}
	if r.Amount.Minor == 0 && m.HasAmount {
		r.Amount = m.Amount
	}
	r.Language = m.Language
	h.effects(r, receive.Meaning(r.Meaning))
	return nil
}

// A Proposal is an arrangement that a person of the desk asks for.
type Proposal struct {
	Kind        arrange.Kind
	On          ledger.Date // the day of a promise, an extension or a settlement; the first day of a plan: zero means soon
	Minor       int64       // of a promise; 0 means all
	Instalments int
	Weights     []int // of a stepped plan, by instalment; none means equal ones
	Waived      int64
	Income      arrange.Income
	Means       arrange.Means
	Who         string
}

// Proposed is what became of a proposal.
type Proposed struct {
	ID     int64 // 0: it was refused
	Status arrange.Status
	Ruling arrange.Ruling
	Agreed store.Agreed
}

// Propose asks for an arrangement with a borrower: it is live where the person may agree to it, waits for a second one's approval
// beyond that, and is refused, with the reason, where the law, the creditor's table or the borrower's means say no.
func (e *Engine) Propose(ctx context.Context, p *Portfolio, borrower ledger.BorrowerID, o *Proposal, at time.Time) (Proposed, error) {
	h, err := e.at(ctx, p, borrower, at)
	if err != nil {
		return Proposed{}, err
	}
	r := h.request
	r.Kind, r.Waived, r.Means, r.Cycle = o.Kind, o.Waived, o.Means, o.Income.Every
	on := o.On
	if on == 0 {
		on = h.today + soonAfter
	}
	switch o.Kind {
	case arrange.Waiver:
	case arrange.Plan:
		days := o.Income.Days(on, max(1, o.Instalments))
		if len(o.Weights) > 0 {
			r.Parts, err = arrange.Stepped(r.Due-o.Waived, days, o.Weights)
		} else {
			r.Parts, err = arrange.Equal(r.Due-o.Waived, days)
		}
	case arrange.Promise:
		minor := o.Minor
		if minor <= 0 || minor > r.Due {
			minor = r.Due
		}
		r.Parts = []arrange.Part{{On: on, Minor: minor}}
	case arrange.Extension, arrange.Settlement:
		r.Parts = []arrange.Part{{On: on, Minor: r.Due - o.Waived}}
	}
	var why *fault.Error
	if errors.As(err, &why) {
		return Proposed{Ruling: arrange.Ruling{Rule: arrange.RuleForm, Reasons: []fault.Reason{why.Reason}}}, nil
	}
	if err != nil {
		return Proposed{}, err
	}
	out := Proposed{Ruling: p.Talk.Authority.Check(&r)}
	out.Agreed = store.Agreed{
		Arrangement: arrange.Arrangement{Kind: o.Kind, MadeOn: h.today, Grace: p.Talk.Grace, Parts: r.Parts},
		Status:      arrange.Live, Currency: r.Currency, Due: r.Due, Waived: o.Waived,
	}
	out.Agreed.Resumes = arrange.RestUntil(out.Agreed.Arrangement.Resumes(), h.places())
	switch out.Ruling.Level {
	case arrange.Nobody:
		return out, nil
	case arrange.Second:
		out.Agreed.Status = arrange.Proposed
	case arrange.Duly, arrange.Staff:
	}
	out.Status = out.Agreed.Status
	out.ID, err = e.Store.Arrange(ctx, h.sp, &out.Agreed, o.Who, at)
	return out, err
}

// soonAfter is how many days from now the first instalment falls due where no day is asked for.
const soonAfter = 3

// at is the borrower as one who speaks.
func (e *Engine) at(ctx context.Context, p *Portfolio, borrower ledger.BorrowerID, at time.Time) (*hearing, error) {
	sp, err := e.Store.SpeakerOf(ctx, borrower)
	if err != nil {
		return nil, err
	}
	d, j, err := e.standingOf(ctx, p, sp.Person, at)
	if err != nil {
		return nil, err
	}
	h := &hearing{p: p, d: d, at: at, sp: sp, today: ledger.Day(at.In(p.Zone))}
	if d != nil {
		h.know(j)
	}
	if h.loan == nil {
		return nil, fmt.Errorf("%w: the borrower has no open loan", store.ErrNotFound)
	}
	return h, nil
}

// Approve lets an arrangement begin that waits for a second person. What is owed has to be what it was, and the second person
// another than the first.
func (e *Engine) Approve(ctx context.Context, id int64, who string, at time.Time) error {
	a, err := e.Store.Arrangement(ctx, id)
	if err != nil {
		return err
	}
	p := e.portfolioOf(a.Portfolio)
	switch {
	case p == nil:
		return store.ErrNotFound
	case a.Status != arrange.Proposed:
		return fault.As(ErrMayNot, fault.NotToApprove, stands(a.Status))
	case a.Source == who:
		return fault.As(ErrMayNot, fault.OwnProposal)
	}
	h, err := e.at(ctx, p, a.Borrower, at)
	if err != nil {
		return err
	}
	if h.request.Due != a.Due {
		return fault.As(ErrMayNot, fault.DueChanged,
			ledger.Money{Minor: h.request.Due, Currency: a.Currency}.Decimal(), ledger.Money{Minor: a.Due, Currency: a.Currency}.Decimal())
	}
	return e.Store.Begin(ctx, id, who, at)
}
