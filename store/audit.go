package store

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"errors"
	"strconv"
	"time"
)

// A Deed is what somebody did, as the audit keeps it: numbers, and no personal data. A reason in a person's own words is sealed
// apart from the row, which holds its keyed hash.
type Deed struct {
	ID        int64
	At        time.Time
	Who       string // "staff:17", a role or a number that the lender gives, or what did it
	What      string // one word, such as "unmasked"
	Portfolio int64  // 0: of none in particular
	Subject   string // "borrower 7", "reply 31"
	Reason    string // in their own words; empty where none was asked for, or where it was erased
	Digest    []byte // the keyed hash of the reason; empty: none was given
}

// StaffRef is how the audit writes who works here.
func StaffRef(id int64) string { return "staff:" + strconv.FormatInt(id, 10) }

// Record keeps what somebody did.
func (s *Store) Record(ctx context.Context, d Deed) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := s.deed(ctx, tx, d)
		return err
	})
}

// deed keeps what somebody did in the transaction that does it, and returns the number of its row.
func (s *Store) deed(ctx context.Context, tx *sql.Tx, d Deed) (id int64, err error) {
	digest := []byte{}
	if d.Reason != "" {
		digest = s.keys.hash("audit", strconv.FormatInt(millis(d.At), 10)+" "+d.Who+" "+d.Reason)
	}
	if err := tx.QueryRowContext(ctx, `INSERT INTO audit (at, who, what, portfolio, subject, reason) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
		millis(d.At), d.Who, d.What, d.Portfolio, d.Subject, digest).Scan(&id); err != nil {
		return 0, wrap(err)
	}
	if d.Reason == "" {
		return id, nil
	}
	box, err := s.keys.sealBox(reasonAAD(id), []byte(d.Reason))
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sealed_reason (audit, box) VALUES (?, ?)`, id, box)
	return id, wrap(err)
}

func reasonAAD(id int64) string { return "audit/" + strconv.FormatInt(id, 10) }

// Deeds returns what was done, the newest first: so many rows at most that are older than the row of that number, 0 for the
// newest of all. A reason that was changed under its seal is not shown.
func (s *Store) Deeds(ctx context.Context, before int64, most int) (out []Deed, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT a.id, a.at, a.who, a.what, a.portfolio, a.subject, a.reason, coalesce(r.box, x'')
		FROM audit a LEFT JOIN sealed_reason r ON r.audit = a.id WHERE ? = 0 OR a.id < ? ORDER BY a.id DESC LIMIT ?`, before, before, most)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d Deed
		var box []byte
		if err := rows.Scan(&d.ID, (*msTime)(&d.At), &d.Who, &d.What, &d.Portfolio, &d.Subject, &d.Digest, &box); err != nil {
			return nil, wrap(err)
		}
		if d.Reason, err = s.reason(&d, box); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, wrap(rows.Err())
}

// errReason says that a reason is not the one that was given.
var errReason = errors.New("store: a reason in the audit is not the one that was given")

func (s *Store) reason(d *Deed, box []byte) (string, error) {
	if len(box) == 0 {
		return "", nil
	}
	text, err := s.keys.openBox(reasonAAD(d.ID), box)
	if err != nil {
		return "", err
	}
	if !hmac.Equal(d.Digest, s.keys.hash("audit", strconv.FormatInt(millis(d.At), 10)+" "+d.Who+" "+string(text))) {
		return "", errReason
	}
	return string(text), nil
}
