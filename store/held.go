package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A HeldTable is what stands of a borrower in one table: a row is its columns by name, instants in RFC 3339, days as days, amounts in
// the smallest unit of their currency.
type HeldTable struct {
	Name string
	Rows []map[string]any
}

// An EarlierName is what the lender's file said of who a borrower is, and when it was learnt.
type EarlierName struct {
	KnownAt            time.Time
	Name, Phone, Title string
}

// Held returns all that stands of a borrower in a portfolio, table by table: what a person may ask to see (docs/adr/0023). Texts
// stand in the histories of messages and replies.
func (s *Store) Held(ctx context.Context, g *Guest) (out []HeldTable, names []EarlierName, err error) {
	w := whose{person: g.Person, borrower: g.Borrower, portfolio: g.Portfolio}
	err = s.view(ctx, func(tx *sql.Tx) error {
		out = nil
		for i := range traces {
			t := &traces[i]
			if t.columns == "" {
				continue
			}
			cond, args := w.bind(t.mine)
			rows, err := heldRows(ctx, tx, `SELECT `+t.columns+` FROM `+t.table+` WHERE `+cond, args)
			if err != nil {
				return err
			}
			out = append(out, HeldTable{Name: t.table, Rows: rows})
		}
		names, err = s.earlierNames(ctx, tx, g)
		return err
	})
	return out, names, err
}

func heldRows(ctx context.Context, tx *sql.Tx, query string, args []any) (out []map[string]any, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { err = errors.Join(err, wrap(rows.Close())) }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, wrap(err)
	}
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, wrap(err)
		}
		row := make(map[string]any, len(columns))
		for i, name := range columns {
			row[name] = heldValue(name, values[i])
		}
		out = append(out, row)
	}
	return out, wrap(rows.Err())
}

// heldValue writes a number by what its column is: an instant, a day, or a number.
func heldValue(column string, v any) any {
	n, ok := v.(int64)
	if b, is := v.([]byte); is {
		return string(b) // a text, as PostgreSQL's driver may give it
	}
	switch {
	case !ok:
		return v
	case column == "at" || column == "since" || column == "until" || column == "resumes" || column == "not_after" || column == "lifted_on" ||
		column == "debit_until" || column == "keep_until" || strings.HasSuffix(column, "_at"):
		if n == 0 {
			return nil
		}
		return instant(n)
	case column == "day" || column == "answer_by" || strings.HasSuffix(column, "_on"):
		if n == 0 {
			return nil
		}
		return ledger.Date(n)
	}
	return n
}

// earlierNames opens what each version of the lender's row said of who the borrower is.
func (s *Store) earlierNames(ctx context.Context, tx *sql.Tx, g *Guest) (out []EarlierName, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT f.known_at, p.ref, b.ref, x.box FROM borrower b JOIN portfolio p ON p.id = b.portfolio
		JOIN borrower_fact f ON f.borrower = b.id JOIN sealed_borrower x ON x.id = f.id WHERE b.id = ? ORDER BY f.id`, g.Borrower)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { err = errors.Join(err, wrap(rows.Close())) }()
	for rows.Next() {
		var one EarlierName
		var portfolio, ref string
		var box []byte
		if err := rows.Scan((*msTime)(&one.KnownAt), &portfolio, &ref, &box); err != nil {
			return nil, wrap(err)
		}
		p, err := s.keys.openPerson(portfolio, ref, box)
		if err != nil {
			return nil, err
		}
		one.Name, one.Phone, one.Title = p.Name, p.Phone, p.Title
		out = append(out, one)
	}
	return out, wrap(rows.Err())
}
