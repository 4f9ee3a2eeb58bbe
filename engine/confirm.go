package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
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
		return fmt.Errorf("%w: it is %s, and there is nothing to confirm", ErrMayNot, a.Status)
	case a.Status == arrange.Proposed && a.Source == who:
		return fmt.Errorf("%w: whoever proposed it may not approve it", ErrMayNot)
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
	if why != "" {
		return fmt.Errorf("%w: %s", ErrMayNot, why)
	}
	now := a.Agreed
	if a.Status == arrange.Proposed {
		now.Parts, now.Due, now.MadeOn = left, h.request.Due, h.today // what was paid before counts no more
	}
	if total.Currency != "" && (total.Currency != a.Currency || total.Minor != now.Total()) {
		return fmt.Errorf("%w: %s %s is confirmed, and the ledger makes it %s %s", ErrMayNot, total.Decimal(), total.Currency,
			ledger.Money{Minor: now.Total(), Currency: a.Currency}.Decimal(), a.Currency)
	}
	r := h.request
	r.Kind, r.Waived, r.Parts = a.Kind, a.Waived, left
	if ruling := p.Talk.Authority.Check(&r); ruling.Level == arrange.Nobody {
		return fmt.Errorf("%w: %s", ErrMayNot, strings.Join(ruling.Reasons, " "))
	}
	return e.Store.Confirm(ctx, id, &now, who, at)
}

// fits returns what is still to come of an arrangement by its days, or why that is not what is owed now.
func fits(a *store.Arranged, owed arrange.Request, paid []arrange.Paid) (left []arrange.Part, why string) {
	money := func(n int64) string { return ledger.Money{Minor: n, Currency: a.Currency}.Decimal() }
	if owed.Currency != a.Currency {
		return nil, fmt.Sprintf("nothing is owed in %s", a.Currency)
	}
	if a.Kind == arrange.Waiver {
		if a.Waived > owed.Extra {
			return nil, fmt.Sprintf("%s of penalty interest and fees is owed now, and %s was to be waived", money(owed.Extra), money(a.Waived))
		}
		return nil, ""
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
		return nil, "all of it has come"
	case over < 0 && a.Kind != arrange.Promise:
		return nil, fmt.Sprintf("%s is overdue now, and it covers %s; propose it anew", money(owed.Due), money(still+a.Waived))
	case over > 0 && a.Status == arrange.Live && a.Kind != arrange.Promise:
		return nil, fmt.Sprintf("only %s is overdue now, and %s is still to come of it; propose it anew", money(owed.Due), money(still))
	}
	for i := len(left) - 1; i >= 0 && over > 0; i-- { // less is owed than when it was proposed
		took := min(over, left[i].Minor)
		over, left[i].Minor = over-took, left[i].Minor-took
	}
	left = slices.DeleteFunc(left, func(p arrange.Part) bool { return p.Minor == 0 })
	if len(left) == 0 {
		return nil, "nothing is overdue any more"
	}
	return left, ""
}
