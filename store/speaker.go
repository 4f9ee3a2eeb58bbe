package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/dulyhq/duly/ledger"
)

// A Speaker is a borrower who is taken to write from an address. The zero Speaker is nobody.
type Speaker struct {
	Person    ledger.PersonID
	Portfolio int64
	Borrower  ledger.BorrowerID
	Address   int64
}

// Speakers returns the borrowers whose number it is now, in E.164 or as a carrier writes it, the one first who was written to
// last. Nobody who only had it before is among them: what they once said from it they do not say now.
func (s *Store) Speakers(ctx context.Context, phone string) (out []Speaker, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		for _, spelling := range spellings(phone) {
			var id int64
			err := tx.QueryRowContext(ctx, `SELECT id FROM address WHERE hash = ?`, s.keys.hash(hashPhone, spelling)).Scan(&id)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return wrap(err)
			}
			if out, err = speakersAt(ctx, tx, id); err != nil || len(out) > 0 {
				return err
			}
		}
		return nil
	})
	return out, err
}

func speakersAt(ctx context.Context, tx *sql.Tx, address int64) (out []Speaker, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT b.person, b.portfolio, b.id FROM borrower b JOIN borrower_fact f ON f.id = b.fact WHERE f.address = ?
		ORDER BY coalesce((SELECT max(c.at) FROM contact c WHERE c.subject = b.person << 8 AND c.portfolio = b.portfolio), 0) DESC, b.id`, address)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		sp := Speaker{Address: address}
		if err := rows.Scan(&sp.Person, &sp.Portfolio, &sp.Borrower); err != nil {
			return nil, wrap(err)
		}
		out = append(out, sp)
	}
	return out, wrap(rows.Err())
}

// SpeakerOf returns a borrower as one who speaks from their own number.
func (s *Store) SpeakerOf(ctx context.Context, b ledger.BorrowerID) (sp Speaker, err error) {
	sp.Borrower = b
	err = s.read.QueryRowContext(ctx, `SELECT b.person, b.portfolio, f.address FROM borrower b JOIN borrower_fact f ON f.id = b.fact WHERE b.id = ?`, b).
		Scan(&sp.Person, &sp.Portfolio, &sp.Address)
	if errors.Is(err, sql.ErrNoRows) {
		return sp, ErrNotFound
	}
	return sp, wrap(err)
}

// BorrowerRef returns the lender's key of a borrower.
func (s *Store) BorrowerRef(ctx context.Context, b ledger.BorrowerID) (ref string, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT ref FROM borrower WHERE id = ?`, b).Scan(&ref)
	return ref, wrap(err)
}

// CurrencyOf returns the currency of a borrower's latest loan.
func (s *Store) CurrencyOf(ctx context.Context, b ledger.BorrowerID) (c ledger.Currency, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT currency FROM loan WHERE borrower = ? ORDER BY id DESC LIMIT 1`, b).Scan(&c)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNotFound
	}
	return c, wrap(err)
}
