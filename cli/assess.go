package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

type assessFlags struct {
	on, working, portfolio string
	json                   bool
}

func (a *app) assessCommand() *cobra.Command {
	var f assessFlags
	c := &cobra.Command{
		Use:   "assess",
		Short: "Say how late each loan is and what is due on it",
		Long: `Works out from the ledger how many days past due each open loan is on a day and what is due on it, to the cent.
Only payments made by that day count. With --working it shows one loan line by line, so that a borrower can check it.`,
		Example: `  duly assess
  duly assess --on 2026-10-08 --json
  duly assess --working C00001`,
		Args: exactly(0, "assess takes no arguments; one loan is shown with --working LOAN"),
		RunE: func(c *cobra.Command, _ []string) error { return a.assess(c.Context(), f) },
	}
	c.Flags().StringVar(&f.on, "on", "", "the day, such as 2026-10-08 (default: today where the creditor is)")
	c.Flags().StringVar(&f.working, "working", "", "show the working of one loan, by the lender's key")
	c.Flags().StringVar(&f.portfolio, "portfolio", "", "id of the portfolio, where there are several")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line, in the order in which the loans were imported")
	a.nowFlag(c)
	return c
}

type assessLine struct {
	Loan            string       `json:"loan"`
	Borrower        string       `json:"borrower"`
	DPD             int          `json:"dpd"`
	Bucket          string       `json:"bucket"`
	Due             dueJSON      `json:"due"`
	OldestUnpaidDue *ledger.Date `json:"oldest_unpaid_due_on"` // null when nothing is overdue
	Broken          bool         `json:"broken,omitempty"`     // the rows contradict each other: nothing can be said
}

type dueJSON struct {
	Total     string          `json:"total"`
	Principal string          `json:"principal"`
	Interest  string          `json:"interest"`
	Penalty   string          `json:"penalty"`
	Fees      string          `json:"fees"`
	Currency  ledger.Currency `json:"currency"`
}

func (a *app) assess(ctx context.Context, f assessFlags) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	p, err := c.Portfolio(f.portfolio)
	if err != nil {
		return err
	}
	on := ledger.Day(a.clock.time().In(p.Zone))
	if f.on != "" {
		if on, err = ledger.ParseDate(f.on); err != nil {
			return fail(Usage, "--on: %w", err)
		}
	}
	return c.withStore(ctx, func(s *store.Store) error {
		row, err := s.Portfolio(ctx, c.Creditor.ID, p.ID)
		if err != nil {
			return err
		}
		w := bufio.NewWriterSize(a.out, 1<<16)
		switch {
		case f.working != "":
			err = working(ctx, s, row.ID, p.Terms, f.working, on, f.json, w)
		case f.json:
			err = assessJSON(ctx, s, row.ID, p.Terms, on, w)
		default:
			err = assessTable(ctx, s, row.ID, p.Terms, on, w)
		}
		return errors.Join(err, w.Flush())
	})
}

// positions yields every loan that is open on a day, with its position.
func positions(ctx context.Context, s *store.Store, portfolio int64, terms assess.Terms, on ledger.Date,
	yield func(*store.LoanHistory, assess.Position) error,
) error {
	return s.Histories(ctx, portfolio, func(h *store.LoanHistory) error {
		if closed := h.Facts.Loan.ClosedOn; closed != 0 && closed <= on {
			return nil
		}
		h.Facts.Terms = terms
		return yield(h, assess.Stand(h.Facts, on).At(on))
	})
}

func assessJSON(ctx context.Context, s *store.Store, portfolio int64, terms assess.Terms, on ledger.Date, w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return positions(ctx, s, portfolio, terms, on, func(h *store.LoanHistory, p assess.Position) error {
		cur := h.Facts.Loan.Currency
		dec := func(minor int64) string { return ledger.Money{Minor: minor, Currency: cur}.Decimal() }
		line := assessLine{
			Loan: h.Loan, Borrower: h.Borrower, DPD: p.DPD, Bucket: assess.BucketOf(p.DPD), Broken: p.Broken,
			Due: dueJSON{dec(p.Due.Total), dec(p.Due.Principal), dec(p.Due.Interest), dec(p.Due.Penalty), dec(p.Due.Fees), cur},
		}
		if p.OldestUnpaid != 0 {
			line.OldestUnpaidDue = &p.OldestUnpaid
		}
		return enc.Encode(line)
	})
}

type bucketKey struct {
	bucket   string
	currency ledger.Currency
}

type bucketSum struct {
	from  int // the least days past due seen, which puts the buckets in order
	loans int
	due   assess.Due
}

func assessTable(ctx context.Context, s *store.Store, portfolio int64, terms assess.Terms, on ledger.Date, w io.Writer) error {
	sums, broken := map[bucketKey]*bucketSum{}, 0
	err := positions(ctx, s, portfolio, terms, on, func(h *store.LoanHistory, p assess.Position) error {
		if p.Broken {
			broken++
			return nil
		}
		k := bucketKey{assess.BucketOf(p.DPD), h.Facts.Loan.Currency}
		b := sums[k]
		if b == nil {
			b = &bucketSum{from: p.DPD}
			sums[k] = b
		}
		b.from, b.loans = min(b.from, p.DPD), b.loans+1
		b.due.Total += p.Due.Total
		b.due.Principal += p.Due.Principal
		b.due.Interest += p.Due.Interest
		b.due.Penalty += p.Due.Penalty
		b.due.Fees += p.Due.Fees
		return nil
	})
	if err != nil {
		return err
	}
	keys := sortedFunc(sums, func(x, y bucketKey) int {
		return cmp.Or(cmp.Compare(x.currency, y.currency), cmp.Compare(sums[x].from, sums[y].from))
	})
	fmt.Fprintf(w, "Open loans on %s, by days past due\n\n%-10s%10s%20s%20s%16s%16s%16s\n", //nolint:errcheck // w keeps its error until Flush
		on, "bucket", "loans", "overdue", "principal", "interest", "penalty", "fees")
	for _, k := range keys {
		b := sums[k]
		dec := func(minor int64) string { return ledger.Money{Minor: minor, Currency: k.currency}.Decimal() }
		fmt.Fprintf(w, "%-10s%10s%16s %s%20s%16s%16s%16s\n", k.bucket, grouped(b.loans), dec(b.due.Total), k.currency, //nolint:errcheck // as above
			dec(b.due.Principal), dec(b.due.Interest), dec(b.due.Penalty), dec(b.due.Fees))
	}
	if broken > 0 {
		fmt.Fprintf(w, "\n%s not be assessed: the rows contradict each other. duly explain says how.\n", count(broken, "loan can", "loans can")) //nolint:errcheck // as above
	}
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return sortedFunc(m, cmp.Compare[K]) }

func sortedFunc[K comparable, V any](m map[K]V, by func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, by)
	return keys
}
