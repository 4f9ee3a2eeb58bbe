package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// Confirm takes the lender's system's word that it books what was agreed: all amounts are worked out anew from what is owed at that
// instant. One that waits for a second person begins with it; where less is owed than when it was proposed, its last instalments shrink.
// Where it does not fit any more it is refused, with the reason, and stays as it is. Total is what the lender's system books; zero where it
// does not say.
func (e *Engine) Confirm(ctx context.Context, id int64, total ledger.Money, who string, at time.Time) error {
	a, err := e.Store.Arrangement(ctx, id)
	if err != nil {
		return err
	}
	p := e.portfolioOf(a.Portfolio)
	switch {
	case p == nil:
		return store.ErrNotFound
	case a.Status != arrange.Proposed && a.Status != arrange.Live:
		return fault.As(ErrMayNot, fault.NotToConfirm, stands(a.Status))
	case a.Status == arrange.Proposed && a.Source == who:
		return fault.As(ErrMayNot, fault.OwnProposal)
	}
	h, err := e.at(ctx, p, a.Borrower, at)
	if err != nil {
		return err
	}
	paid, err := e.Store.PaidTowards(ctx, &a)
	if err != nil {
		return err
	}
	left, why := fits(&a, h.request, paid)
	if why.Code != "" {
		return &fault.Error{Reason: why, Class: ErrMayNot}
	}
	now := a.Agreed
	if a.Status == arrange.Proposed {
		now.Parts, now.Due, now.MadeOn = left, h.request.Due, h.today // what was paid before counts no more
	}
	if total.Currency != "" && (total.Currency != a.Currency || total.Minor != now.Total()) {
		return fault.As(ErrMayNot, fault.BookedOther, total.Decimal(), total.Currency,
			ledger.Money{Minor: now.Total(), Currency: a.Currency}.Decimal(), a.Currency)
	}
	r := h.request
	r.Kind, r.Waived, r.Parts = a.Kind, a.Waived, left
	if ruling := p.Talk.Authority.Check(&r); ruling.Level == arrange.Nobody {
		return refusedBy(&ruling)
	}
	return e.Store.Confirm(ctx, id, &now, who, at)
}

// fits returns what is still to come of an arrangement by its days, or why that is not what is owed now.
func fits(a *store.Arranged, owed arrange.Request, paid []arrange.Paid) (left []arrange.Part, why fault.Reason) {
	money := func(n int64) string { return ledger.Money{Minor: n, Currency: a.Currency}.Decimal() }
	if owed.Currency != a.Currency {
		return nil, fault.Of(fault.OwedCurrency, a.Currency)
	}
	if a.Kind == arrange.Waiver {
		if a.Waived > owed.Extra {
			return nil, fault.Of(fault.ExtraLess, money(owed.Extra), money(a.Waived))
		}
		return nil, fault.Reason{}
	}
	left = slices.Clone(a.Parts)
	var come, still int64
	if a.Status == arrange.Live { // what was paid since it began counts towards its first parts
		for _, p := range paid {
			come += p.Minor
		}
	}
	for i := range left {
		took := min(max(come, 0), left[i].Minor)
		come, left[i].Minor = come-took, left[i].Minor-took
		still += left[i].Minor
	}
	left = slices.DeleteFunc(left, func(p arrange.Part) bool { return p.Minor == 0 })
	over := still - (owed.Due - a.Waived)
	switch {
	case still == 0:
		return nil, fault.Of(fault.AllCame)
	case over < 0 && a.Kind != arrange.Promise:
		return nil, fault.Of(fault.OwedOther, money(owed.Due), money(still+a.Waived))
	case over > 0 && a.Status == arrange.Live && a.Kind != arrange.Promise:
		return nil, fault.Of(fault.OwedLess, money(owed.Due), money(still))
	}
	for i := len(left) - 1; i >= 0 && over > 0; i-- { // less is owed than when it was proposed
		took := min(over, left[i].Minor)
		over, left[i].Minor = over-took, left[i].Minor-took
	}
	left = slices.DeleteFunc(left, func(p arrange.Part) bool { return p.Minor == 0 })
	if len(left) == 0 {
		return nil, fault.Of(fault.OverdueNothing)
	}
	return left, fault.Reason{}
}

// refusedBy is a ruling of which nobody may agree to, as an error of ErrMayNot that says all its reasons.
func refusedBy(r *arrange.Ruling) error {
	all := make([]error, len(r.Reasons))
	for i, why := range r.Reasons {
		all[i] = &fault.Error{Reason: why, Class: ErrMayNot}
	}
	return errors.Join(all...)
}

// statuses are where an arrangement stands, as a reason names it.
var statuses = map[arrange.Status]fault.Code{
	arrange.Offered: fault.IsOffered, arrange.Proposed: fault.IsProposed, arrange.Live: fault.IsLive, arrange.Refused: fault.IsRefused, arrange.Withdrawn: fault.IsWithdrawn,
	arrange.Lapsed: fault.IsLapsed, arrange.Kept: fault.IsKept, arrange.LateKept: fault.IsLateKept, arrange.PartKept: fault.IsPartKept, arrange.Broken: fault.IsBroken,
}

func stands(s arrange.Status) fault.Reason { return fault.Of(statuses[s]) }
