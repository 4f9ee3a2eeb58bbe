package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

type workingLine struct {
	On       ledger.Date     `json:"on"`
	Kind     assess.LineKind `json:"kind"`
	Number   int             `json:"number,omitempty"`
	Amount   string          `json:"amount"`
	Ahead    string          `json:"ahead,omitempty"`
	From     ledger.Date     `json:"from,omitzero"`
	Days     int             `json:"days,omitempty"`
	Base     string          `json:"base,omitempty"`
	Rate     string          `json:"rate,omitempty"`
	DayCount int             `json:"day_count,omitempty"`
	Balance  string          `json:"balance"`
	Unsplit  bool            `json:"unsplit,omitempty"`
	Currency ledger.Currency `json:"currency"`
}

// working writes one loan line by line.
func working(ctx context.Context, s *store.Store, portfolio int64, terms assess.Terms, ref string, on ledger.Date, asJSON bool, w io.Writer) error {
	h, err := findLoan(ctx, s, portfolio, ref)
	if err != nil {
		return err
	}
	h.Facts.Terms = terms
	lines := assess.Work(h.Facts, on)
	if lines == nil {
		return fail(Findings, "the rows of loan %s contradict each other, so that nothing can be worked out; look for negative or huge amounts and for more taken back than was paid", ref)
	}
	cur := h.Facts.Loan.Currency
	if asJSON {
		return workingJSON(lines, cur, w)
	}
	fmt.Fprintf(w, "Loan %s on %s, in %s\n\n", h.Loan, on, cur)                //nolint:errcheck // w keeps its error until Flush
	fmt.Fprintf(w, "%-12s%-52s%14s%14s\n", "day", "what", "amount", "overdue") //nolint:errcheck // as above
	unsplit := false
	for i := range lines {
		l := &lines[i]
		unsplit = unsplit || l.Unsplit
		dec := func(minor int64) string { return ledger.Money{Minor: minor, Currency: cur}.Decimal() }
		fmt.Fprintf(w, "%-12s%-52s%14s%14s\n", l.On, describe(l, dec), dec(l.Minor), dec(l.Balance)) //nolint:errcheck // as above
	}
	if unsplit {
		fmt.Fprintln(w, "\nThe ledger does not split the instalments: all of them is taken for principal.") //nolint:errcheck // as above
	}
	return nil
}

// describe says in words what a line is.
func describe(l *assess.Line, dec func(int64) string) string {
	switch l.Kind {
	case assess.LineDue:
		if l.Ahead > 0 {
			return fmt.Sprintf("instalment %d is due; %s of it was paid ahead", l.Number, dec(l.Ahead))
		}
		return fmt.Sprintf("instalment %d is due", l.Number)
	case assess.LinePaid:
		return fmt.Sprintf("paid, towards instalment %d", l.Number)
	case assess.LineReversed:
		return "taken back" + towards(l.Number, ", from instalment ")
	case assess.LinePenalty:
		return fmt.Sprintf("penalty on %s: %s × %s × %d/%d", strconv.Itoa(l.Number), dec(l.Base), l.Rate, l.Days, l.DayCount)
	case assess.LineCredit:
		return "paid ahead" + towards(l.Number, ", towards instalment ")
	case assess.LineTotal:
		return fmt.Sprintf("overdue in all, %s", count(l.Days, "day past due", "days past due"))
	}
	return string(l.Kind)
}

func towards(number int, words string) string {
	if number == 0 {
		return ""
	}
	return words + strconv.Itoa(number)
}

func workingJSON(lines []assess.Line, cur ledger.Currency, w io.Writer) error {
	enc := json.NewEncoder(w)
	dec := func(minor int64) string { return ledger.Money{Minor: minor, Currency: cur}.Decimal() }
	for i := range lines {
		l := &lines[i]
		out := workingLine{
			On: l.On, Kind: l.Kind, Number: l.Number, Amount: dec(l.Minor), From: l.From, Days: l.Days, DayCount: l.DayCount,
			Balance: dec(l.Balance), Unsplit: l.Unsplit, Currency: cur,
		}
		if l.Ahead != 0 {
			out.Ahead = dec(l.Ahead)
		}
		if l.Kind == assess.LinePenalty {
			out.Base, out.Rate = dec(l.Base), l.Rate.String()
		}
		if err := enc.Encode(out); err != nil {
			return err
		}
	}
	return nil
}

func findLoan(ctx context.Context, s *store.Store, portfolio int64, ref string) (store.LoanHistory, error) {
	found, err := s.Find(ctx, ref)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.LoanHistory{}, err
	}
	for _, f := range found {
		if f.Kind == "loan" && f.Portfolio == portfolio {
			return s.History(ctx, ledger.LoanID(f.ID), time.Time{})
		}
	}
	return store.LoanHistory{}, fail(Input, "no loan of this portfolio has the key %q", ref)
}
