package engine

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// ExportWhose returns the borrower of a portfolio by the lender's key, to ask for their file; store.ErrNotFound says that there is none in
// that portfolio. A phone does not do: several may share it, or it was somebody else's before, and the file would be another's.
func ExportWhose(ctx context.Context, s *store.Store, portfolio int64, key string) (ledger.BorrowerID, error) {
	found, err := s.Find(ctx, key)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(found, func(f store.Found) bool { return f.Kind == "borrower" && f.Portfolio == portfolio && f.Ref == key })
	if i < 0 {
		return 0, store.ErrNotFound
	}
	return ledger.BorrowerID(found[i].ID), nil
}

// takeoutColumns are those of a CSV file: a line for each loan, or one for a borrower without any.
var takeoutColumns = []string{"borrower_id", "name", "title", "phone", "language", "loan_id", "product", "currency", "closed", "overdue", "days_past_due"}

// Takeout writes personal data that was let out: as JSON each borrower's whole file, as the borrower gets it from their page, one a line;
// as CSV a line for each loan, with no cell that a spreadsheet takes for a formula. Whoever calls it has kept who takes it, before.
func (d *Desk) Takeout(ctx context.Context, a *store.ExportAsk, creditor string, at time.Time, w io.Writer) error {
	enc := json.NewEncoder(w)
	if a.Borrower != 0 {
		enc.SetIndent("", "  ")
	}
	table := csv.NewWriter(w)
	if a.Format == "csv" {
		if err := table.Write(takeoutColumns); err != nil {
			return err
		}
	}
	err := d.Store().ExportGuests(ctx, a, func(g *store.Guest) error {
		f, err := d.File(ctx, g, creditor, at)
		if err != nil {
			return err
		}
		if a.Format != "csv" {
			return enc.Encode(f)
		}
		return f.lines(table)
	})
	table.Flush()
	return errors.Join(err, table.Error())
}

// lines writes the lines of one borrower.
func (f *File) lines(w *csv.Writer) error {
	b := &f.Borrower
	loans := f.Loans
	if len(loans) == 0 {
		loans = []copyLoan{{}}
	}
	for i := range loans {
		l := &loans[i]
		line := []string{b.ID, b.Name, b.Title, b.Phone, b.Language, l.ID, l.Product, l.Currency, "", l.Overdue, ""}
		if l.ID != "" {
			line[8], line[10] = strconv.FormatBool(l.Closed), strconv.Itoa(l.Days)
		}
		for j := range line {
			line[j] = intake.Inert(line[j])
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}
