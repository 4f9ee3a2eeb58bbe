package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A Found is one thing that a reference names. ID is its number; Person the human being it belongs to.
type Found struct {
	Kind      string // "person", "borrower", "loan" or "message"
	ID        int64
	Ref       string // the lender's key; empty for a person and a message
	Portfolio int64  // 0 for a person
	Person    ledger.PersonID
}

// PersonRef is how people and commands write a person's number.
func PersonRef(p ledger.PersonID) string { return "p" + strconv.FormatInt(int64(p), 10) }

// Find looks a reference up as a loan, a borrower, a person such as p123, a phone in E.164 or a message such as
// m202609-1f, and returns everything that it names. ErrNotFound says that it names nothing.
func (s *Store) Find(ctx context.Context, ref string) ([]Found, error) {
	var out []Found
	err := s.view(ctx, func(tx *sql.Tx) error {
		look := func(kind, query string, args ...any) error {
			found, err := findAll(ctx, tx, kind, query, args...)
			out = append(out, found...)
			return err
		}
		err := errors.Join(
			look("loan", `SELECT l.id, l.ref, l.portfolio, b.person FROM loan l JOIN borrower b ON b.id = l.borrower WHERE l.portfolio IN (SELECT id FROM portfolio) AND l.ref = ? ORDER BY +l.id`, ref),
			look("borrower", `SELECT id, ref, portfolio, person FROM borrower WHERE portfolio IN (SELECT id FROM portfolio) AND ref = ? ORDER BY +id`, ref))
		if n, ok := strings.CutPrefix(ref, "p"); ok {
			if id, e := strconv.ParseInt(n, 10, 64); e == nil {
				err = errors.Join(err, look("person", `SELECT id, '', 0, id FROM person WHERE id = ?`, id))
			}
		}
		if strings.HasPrefix(ref, "+") {
			err = errors.Join(err, look("borrower", `SELECT DISTINCT b.id, b.ref, b.portfolio, b.person FROM address a
				JOIN borrower_fact f ON f.address = a.id JOIN borrower b ON b.id = f.borrower WHERE a.hash = ? ORDER BY 1`, s.keys.hash(hashPhone, ref)))
		}
		if id, e := outbox.ParseMessageID(ref); e == nil {
			err = errors.Join(err, look("message", `SELECT id, '', portfolio, person FROM message WHERE id = ?`, int64(id)))
		}
		return err
	})
	if err == nil && len(out) == 0 {
		err = ErrNotFound
	}
	return out, err
}

func findAll(ctx context.Context, tx *sql.Tx, kind, query string, args ...any) (out []Found, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = wrap(e)
		}
	}()
	for rows.Next() {
		f := Found{Kind: kind}
		if err := rows.Scan(&f.ID, &f.Ref, &f.Portfolio, &f.Person); err != nil {
			return nil, wrap(err)
		}
		out = append(out, f)
	}
	return out, wrap(rows.Err())
}
