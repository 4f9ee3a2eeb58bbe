package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// Sums of the book, which a walk over its loans makes: measure/book.go says what their lines hold.
const (
	bookRates   = "rate"
	bookCohorts = "cohort"
)

// walkMonths is how many months a walk looks back.
const walkMonths = 12

// Walk goes through every loan of a portfolio as the ledger is known now, and keeps where each stood at the end of each of the last twelve
// months that are over on a day, and month by month since it was opened and since it was late for the first time within them.
func (e *Engine) Walk(ctx context.Context, p *Portfolio, today ledger.Date) error {
	w := walk{ends: monthEnds(today, walkMonths), rates: map[rateKey]*store.Sums{}, cohorts: map[cohortKey]*store.Sums{}}
	err := e.Store.Histories(ctx, p.row.ID, func(h *store.LoanHistory) error {
		h.Facts.Terms = p.Terms
		w.loan(&h.Facts)
		return nil
	})
	if err != nil {
		return fmt.Errorf("engine: where the loans of portfolio %s stood: %w", p.Ref, err)
	}
	var rates, cohorts []store.Rolled
	for k, v := range w.rates {
		rates = append(rates, store.Rolled{Roll: store.Roll{Day: k.end, Stage: k.from, Name: k.to, Unit: string(k.unit)}, Sums: *v})
	}
	for k, v := range w.cohorts {
		cohorts = append(cohorts, store.Rolled{Roll: store.Roll{Day: k.month, Stage: k.kind, Name: fmt.Sprintf("%02d", k.age)}, Sums: *v})
	}
	return e.Store.PutWalk(ctx, p.row.ID, today, map[string][]store.Rolled{bookRates: rates, bookCohorts: cohorts})
}

// monthEnds are the last days of the months that are over on a day, the oldest first: one more than so many, to begin from.
func monthEnds(today ledger.Date, n int) (ends []ledger.Date) {
	first := store.MonthOf(today)
	for range n + 1 {
		ends = append(ends, first-1)
		first = store.MonthOf(first - 1)
	}
	slices.Reverse(ends)
	return ends
}

type rateKey struct {
	end      ledger.Date
	from, to string
	unit     ledger.Currency
}

type cohortKey struct {
	kind  string
	month ledger.Date
	age   int
}

// A walk adds loan after loan.
type walk struct {
	ends    []ledger.Date
	rates   map[rateKey]*store.Sums
	cohorts map[cohortKey]*store.Sums
}

// begun is the first day on which there was something to say of a loan: when it was opened, else a month before its first instalment was due.
func begun(f *assess.Facts) ledger.Date {
	if f.Loan.OpenedOn != 0 {
		return f.Loan.OpenedOn
	}
	first := ledger.Date(0)
	for i := range f.Instalments {
		if on := f.Instalments[i].DueOn; first == 0 || on < first {
			first = on
		}
	}
	if first == 0 {
		return 0
	}
	return first - 31
}

func (w *walk) loan(f *assess.Facts) {
	since := begun(f)
	if since == 0 {
		return
	}
	var before assess.Position
	var bucket string // at the end before; empty: there was no loan, or nothing can be said
	var late ledger.Date
	for i, end := range w.ends {
		if since > end {
			continue
		}
		closed := f.Loan.ClosedOn != 0 && f.Loan.ClosedOn <= end
		at := assess.Position{On: end}
		if !closed {
			at = assess.Stand(*f, end).At(end)
		}
		if at.Broken {
			return
		}
		now := assess.BucketOf(at.DPD)
		// A loan that was closed before counts no more.
		if bucket != "" && (!closed || f.Loan.ClosedOn > w.ends[i-1]) {
			s := sumAt(w.rates, rateKey{end, bucket, now, f.Loan.Currency})
			s.N++
			s.Minor += before.Due.Total
			s.Came += min(before.Due.Total, paidBetween(f, w.ends[i-1]+1, end))
		}
		w.cohort("opened", store.MonthOf(since), end, at.DPD)
		if late == 0 && at.DPD > 0 && (i > 0 || since > w.ends[0]) {
			late = store.MonthOf(end)
		}
		if late != 0 {
			w.cohort("late", late, end, at.DPD)
		}
		before, bucket = at, now
	}
}

func sumAt[K comparable](m map[K]*store.Sums, k K) *store.Sums {
	if m[k] == nil {
		m[k] = &store.Sums{}
	}
	return m[k]
}

func paidBetween(f *assess.Facts, from, to ledger.Date) (minor int64) {
	for _, p := range f.Payments {
		if p.PaidOn >= from && p.PaidOn <= to {
			minor += p.Minor
		}
	}
	return minor
}

// cohort adds a loan as it stood at the end of a month. Older cohorts than there are months are not followed.
func (w *walk) cohort(kind string, month, end ledger.Date, dpd int) {
	age := monthsBetween(month, end)
	if month < store.MonthOf(w.ends[0]) || age > walkMonths {
		return
	}
	s := sumAt(w.cohorts, cohortKey{kind, month, age})
	s.N++
	if dpd <= 0 {
		s.Paid++
	}
	if dpd > 30 {
		s.Stopped++
	}
}

func monthsBetween(a, b ledger.Date) int {
	x, y := a.At(0, 0, time.UTC), b.At(0, 0, time.UTC)
	return (y.Year()-x.Year())*12 + int(y.Month()) - int(x.Month())
}

// walkJob goes over the book once a day, after the hour of planning.
const walkJob = "walk"

// walks returns the portfolios whose book has not been gone over for a day yet.
func (n *Nightly) walks(ctx context.Context) (due []jobs.Piece, err error) {
	for _, p := range n.Engine.Books() {
		day := n.walkDay(p)
		walked, err := n.Engine.Store.Walked(ctx, p.row.ID)
		if err != nil {
			return nil, err
		}
		if walked < day {
			due = append(due, jobs.Piece{Kind: walkJob, Portfolio: p.Ref, Run: int64(day)})
		}
	}
	return due, nil
}

// walkDay is the latest day whose hour has come.
func (n *Nightly) walkDay(p *Portfolio) ledger.Date {
	return ledger.Day(n.Civil().In(p.Zone).Add(-n.PlanAt))
}

func (n *Nightly) walk(ctx context.Context, piece jobs.Piece) error {
	for _, p := range n.Engine.Books() {
		if p.Ref == piece.Portfolio {
			return n.Engine.Walk(ctx, p, n.walkDay(p))
		}
	}
	return fmt.Errorf("engine: there is no portfolio %s here; the configurations of the fleet differ", piece.Portfolio)
}
