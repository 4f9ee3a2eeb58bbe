package store

import (
	"context"
	"database/sql"
	"math"
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

// Registrations returns what carriers have on file of a portfolio's texts: the latest word of each carrier on each text by its digest, as it was
// noted by an instant; zero is by now.
func (s *Store) Registrations(ctx context.Context, portfolio int64, by time.Time) (out []Registration, err error) {
	until := int64(math.MaxInt64)
	if !by.IsZero() {
		until = millis(by)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT carrier, name, digest, state, number, at, who FROM registration WHERE id IN
		(SELECT max(id) FROM registration WHERE portfolio = ? AND at <= ? GROUP BY carrier, name, digest) ORDER BY name, carrier, id`, portfolio, until)
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

// The mark of what carriers have on file: it grows with each word of theirs. 0 is before the first.
const lastFiled = `SELECT coalesce(max(id), 0) FROM registration`

// A Mark says how far what people decide beside the files has come: who judged by the same mark judged by the same.
type Mark struct {
	Activation   int64 // the latest of all versions
	Registration int64 // the latest word of a carrier on a text
}

// Mark returns it as of now.
func (s *Store) Mark(ctx context.Context) (m Mark, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT coalesce(max(id), 0) FROM activation), (`+lastFiled+`)`).Scan(&m.Activation, &m.Registration)
	return m, wrap(err)
}

// filed refuses a claim that was judged before a carrier's latest word on a text: it is judged again. It is asked in the transaction that
// would permit it, so that no text is fenced from the commit of its refusal on.
func (c *commit) filed() error {
	if len(c.st.Tries) == 0 {
		return nil
	}
	st, err := c.writes.in(c.ctx, c.tx, lastFiled)
	if err != nil {
		return err
	}
	var last int64
	if err := st.QueryRowContext(c.ctx).Scan(&last); err != nil {
		return wrap(err)
	}
	if last != c.st.Filed {
		return errClaimLost
	}
	return nil
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
