package engine

import (
	"context"
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// A Known is a borrower whom a search has found, masked.
type Known struct {
	ID        ledger.BorrowerID
	Ref       string
	Portfolio *Portfolio
	Person    ledger.PersonID
	By        string // what the search matched
	Name      string // its first character
	Phone     string // its last four digits
}

// Search returns the borrowers whom a text names wholly, of the portfolios that are given; masked.
func (e *Engine) Search(ctx context.Context, text string, among []*Portfolio) (out []Known, err error) {
	rows := make([]int64, 0, len(among))
	for _, p := range among {
		rows = append(rows, p.row.ID)
	}
	hits, err := e.Store.Lookup(ctx, text, rows)
	for i := range hits {
		if k := known(&hits[i], among); k.Portfolio != nil {
			out = append(out, k)
		}
	}
	return out, err
}

func known(h *store.Hit, among []*Portfolio) Known {
	k := Known{ID: h.ID, Ref: h.Ref, Person: h.Person, By: h.By, Name: maskName(h.Name), Phone: maskPhone(h.Phone)}
	for _, p := range among {
		if p.row.ID == h.Portfolio {
			k.Portfolio = p
		}
	}
	return k
}

// Known returns one borrower, masked, where it is of one of the portfolios that are given; store.ErrNotFound else.
func (e *Engine) Known(ctx context.Context, id ledger.BorrowerID, among []*Portfolio) (Known, error) {
	h, err := e.Store.BorrowerHit(ctx, id)
	if err != nil {
		return Known{}, err
	}
	k := known(&h, among)
	if k.Portfolio == nil {
		return Known{}, store.ErrNotFound
	}
	return k, nil
}

// ExplainPerson answers for a person in one portfolio, given by its number in the store.
func (e *Engine) ExplainPerson(ctx context.Context, portfolio int64, person ledger.PersonID, at time.Time) (*Explanation, error) {
	p := e.portfolioOf(portfolio)
	if p == nil {
		return nil, ErrOtherPortfolio
	}
	return e.explain(ctx, p, person, at)
}

// staying are the states that protect somebody for good: they are not done away with by an answer.
var staying = []string{"stop", "wrong_person", "death", "representation", "danger"}

// Close ends what waited for a person. With keep what the reply began goes on; else it ends with it, but for what protects for good.
// ErrMayNot says that a rule lets only others lift it.
func (e *Engine) Close(ctx context.Context, d *store.DeskItem, c store.Closure, keep bool, at time.Time) error {
	c.Lift = !keep && d.Reply != 0
	if c.Lift {
		kinds, err := e.Store.BegunBy(ctx, d.Reply)
		if err != nil {
			return err
		}
		for _, k := range kinds {
			for _, p := range e.Books() {
				if why := p.MayLift(k, c.Who); why.Code != "" && (d.Portfolio == 0 || p.row.ID == d.Portfolio) {
					return &fault.Error{Reason: why, Class: ErrMayNot}
				}
			}
			if slices.Contains(staying, k) {
				c.Lift = false
			}
		}
	}
	return e.Store.CloseDesk(ctx, d.ID, c, at)
}
