package store

import (
	"context"
	"database/sql"
	"time"
)

// A Registration is what a carrier has on file of a text.
type Registration struct {
	Portfolio     int64
	Carrier, Name string // of the carrier, and of the text with its language
	Digest        string // of the text that it is of
	State         string // "pending", "registered" or "refused"
	Number        string // the carrier's own; empty where it has given none
	At            time.Time
	Who           string
}

// Register keeps what a carrier has on file from now on.
func (s *Store) Register(ctx context.Context, r Registration, by Act) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO registration (portfolio, carrier, name, digest, state, number, at, who) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			r.Portfolio, r.Carrier, r.Name, r.Digest, r.State, r.Number, millis(by.At), by.Who); err != nil {
			return wrap(err)
		}
		_, err := s.deed(ctx, tx, Deed{At: by.Real, Who: by.Who, What: "registered", Portfolio: r.Portfolio, Subject: "text " + r.Name + " with " + r.Carrier + ": " + r.State})
		return err
	})
}

// Registrations returns what carriers have on file of a portfolio's texts: the latest word of each carrier on each text.
func (s *Store) Registrations(ctx context.Context, portfolio int64) (out []Registration, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT carrier, name, digest, state, number, at, who FROM registration WHERE id IN
		(SELECT max(id) FROM registration WHERE portfolio = ? GROUP BY carrier, name) ORDER BY name, carrier`, portfolio)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r := Registration{Portfolio: portfolio}
		if err := rows.Scan(&r.Carrier, &r.Name, &r.Digest, &r.State, &r.Number, (*msTime)(&r.At), &r.Who); err != nil {
			return nil, wrap(err)
		}
		out = append(out, r)
	}
	return out, wrap(rows.Err())
}

// A Signature is that somebody has read a rulebook, and signs for it.
type Signature struct {
	Name, Digest string // the rulebook's id, and which text of it
	At           time.Time
	Who          string
}

// SignBook keeps a signature. Signed twice by one person it is one.
func (s *Store) SignBook(ctx context.Context, portfolio int64, of Signature, by Act) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO signature (portfolio, name, digest, at, who) VALUES (?, ?, ?, ?, ?)`, portfolio, of.Name, of.Digest, millis(by.At), by.Who); err != nil {
			return wrap(err)
		}
		_, err := s.deed(ctx, tx, Deed{At: by.Real, Who: by.Who, What: "rulebook_signed", Portfolio: portfolio, Subject: "rulebook " + of.Name + " " + of.Digest[:min(16, len(of.Digest))], Reason: by.Reason})
		return err
	})
}

// Signatures returns those of a portfolio, the oldest first.
func (s *Store) Signatures(ctx context.Context, portfolio int64) (out []Signature, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT name, digest, at, who FROM signature WHERE portfolio = ? ORDER BY id`, portfolio)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var g Signature
		if err := rows.Scan(&g.Name, &g.Digest, (*msTime)(&g.At), &g.Who); err != nil {
			return nil, wrap(err)
		}
		out = append(out, g)
	}
	return out, wrap(rows.Err())
}
