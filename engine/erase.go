package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// An Erasure is what erasing a person does, or would do.
type Erasure struct {
	Person    ledger.PersonID
	Refused   []string  // why nothing may go at all, in words; empty where something may
	KeepUntil time.Time // until when rules of record keeping want what was said kept; zero: none does
	KeptBy    string    // what the rule asks, in words
	Asked     time.Time // when it was asked for before; zero: never
	Done      time.Time // when it was done before
	Tables    []store.Erased
}

// Erasure works out what erasing a person would do at an instant. It changes nothing.
func (e *Engine) Erasure(ctx context.Context, p ledger.PersonID, now time.Time) (*Erasure, error) {
	f, err := e.Store.Erasing(ctx, p, now)
	if err != nil {
		return nil, err
	}
	out := &Erasure{Person: p, Asked: f.Asked, Done: f.Done}
	if f.Hold {
		out.Refused = append(out.Refused, "a legal hold is on this person; it is lifted first")
	}
	if len(f.Open) > 0 {
		out.Refused = append(out.Refused, "loan "+strings.Join(f.Open, ", ")+" is not closed: what is needed for it stays as long as it lasts")
	}
	if f.Waiting > 0 {
		out.Refused = append(out.Refused, fmt.Sprintf("messages on their way or of unknown outcome: %d", f.Waiting))
	}
	if f.Desk > 0 {
		out.Refused = append(out.Refused, fmt.Sprintf("things that a person has still to look at (duly inbox): %d", f.Desk))
	}
	for _, row := range f.Portfolios {
		i := portfolioAt(e.Books(), row)
		if i < 0 {
			out.Refused = append(out.Refused, "the person is in a portfolio that is not configured here: its rules of record keeping are not known")
			continue
		}
		e.Books()[i].keepRecords(out, &f)
	}
	if !out.KeepUntil.After(now) {
		out.KeepUntil, out.KeptBy = time.Time{}, ""
	}
	out.Tables, err = e.Store.EraseCount(ctx, p, now, out.KeepUntil.After(now))
	return out, err
}

func portfolioAt(all []*Portfolio, row int64) int {
	for i, p := range all {
		if p.row.ID == row {
			return i
		}
	}
	return -1
}

// keepRecords notes until when the portfolio's rulebooks want records of the person kept.
func (p *Portfolio) keepRecords(out *Erasure, f *store.Erasing) {
	for _, k := range p.Keeps(0) {
		from := f.Record
		switch k.After {
		case "last_contact":
			from = f.Contact
		case "settled":
			from = f.Settled
		}
		if from.IsZero() || from.Unix() <= 0 {
			continue
		}
		// A record belongs to its month, as retention has it.
		y, m, _ := from.UTC().Date()
		until := time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, k.Months, 0)
		if until.After(out.KeepUntil) {
			out.KeepUntil = until
			out.KeptBy = fmt.Sprintf("the rulebooks of portfolio %s want records kept for %d months from the %s", p.Ref, k.Months,
				map[string]string{"record": "record", "last_contact": "last contact", "settled": "day on which the last loan was settled"}[k.After])
		}
	}
}

// ErrRefused says that an erasure is refused; the Erasure says why.
var ErrRefused = errors.New("engine: the erasure is refused")

// Erase erases a person, as far as the law lets it now; the rest goes by itself when its time is over. who says who asked for it: a role or a
// number of staff.
func (e *Engine) Erase(ctx context.Context, p ledger.PersonID, who string, now time.Time) (*Erasure, error) {
	out, err := e.Erasure(ctx, p, now)
	if err != nil {
		return nil, err
	}
	if len(out.Refused) > 0 {
		return out, ErrRefused
	}
	return out, e.Store.Erase(ctx, p, out.KeepUntil, who, now)
}

// eraseJob finishes erasures whose records need not be kept any more.
const eraseJob = "erase"

// erase finishes them. Whoever borrows again meanwhile, or is under a legal hold, is left as they are, and looked at again.
func (n *Nightly) erase(ctx context.Context) error {
	now := n.Civil()
	persons, err := n.Engine.Store.Erasures(ctx, now)
	if err != nil {
		return err
	}
	for _, p := range persons {
		if _, err := n.Engine.Erase(ctx, p, "duly", now); err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, store.ErrNotNow) {
			return fmt.Errorf("engine: erasure of person %d: %w", p, err)
		}
	}
	return nil
}
