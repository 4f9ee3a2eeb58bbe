package store

import (
	"context"
	"database/sql"
)

// A Portfolio is a creditor's book with one identity, as the store knows it.
type Portfolio struct {
	ID       int64
	Creditor int64
	Ref      string
}

// Portfolio returns the portfolio of a creditor, and makes both on first use.
func (s *Store) Portfolio(ctx context.Context, creditor, ref string) (Portfolio, error) {
	p := Portfolio{Ref: ref}
	err := s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO creditor (ref) VALUES (?) ON CONFLICT DO NOTHING`, creditor); err != nil {
			return wrap(err)
		}
		if err := tx.QueryRowContext(ctx, `SELECT id FROM creditor WHERE ref = ?`, creditor).Scan(&p.Creditor); err != nil {
			return wrap(err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO portfolio (creditor, ref) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			p.Creditor, ref); err != nil {
			return wrap(err)
		}
		return wrap(tx.QueryRowContext(ctx, `SELECT id FROM portfolio WHERE ref = ?`, ref).Scan(&p.ID))
	})
	return p, err
}
