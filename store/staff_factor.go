package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"
)

// ResetStaff gives somebody a password that has to be changed; their second factor, its codes and their sessions are gone.
func (s *Store) ResetStaff(ctx context.Context, id int64, password, by string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE staff SET password = ?, given = 1 WHERE id = ? AND ended_at = 0`, password, id)); err != nil {
			return err
		}
		return s.withoutFactor(ctx, tx, id, "user_reset", by, at)
	})
}

// ResetFactor takes away somebody's second factor with its codes and ends their sessions: they set up another when they come in with
// their password next. ErrNotFound says that nobody of that number has one.
func (s *Store) ResetFactor(ctx context.Context, id int64, by string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		list, err := s.staff(ctx, tx, ` WHERE p.id = ? AND p.ended_at = 0`, id)
		if err != nil {
			return err
		}
		if len(list) == 0 || !list[0].HasFactor() {
			return ErrNotFound
		}
		return s.withoutFactor(ctx, tx, id, "factor_reset", by, at)
	})
}

func (s *Store) withoutFactor(ctx context.Context, tx *sql.Tx, id int64, deed, by string, at time.Time) error {
	for _, q := range []string{
		`UPDATE staff SET factor = x'', factor_on = 0, factor_step = 0 WHERE id = ?`,
		`DELETE FROM staff_code WHERE staff = ?`, `DELETE FROM staff_passkey WHERE staff = ?`,
	} {
		if _, err := tx.ExecContext(ctx, q, id); err != nil {
			return wrap(err)
		}
	}
	if err := endSessions(ctx, tx, id); err != nil {
		return err
	}
	return s.tellStaff(ctx, tx, id, Deed{At: at, Who: by, What: deed, Subject: StaffRef(id)})
}

// SetPassword keeps the password that somebody chose, and ends every session of theirs but the one that they are in.
func (s *Store) SetPassword(ctx context.Context, id int64, password, cookie string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE staff SET password = ?, given = 0 WHERE id = ? AND ended_at = 0`, password, id)); err != nil {
			return err
		}
		if err := s.endOthers(ctx, tx, id, cookie); err != nil {
			return err
		}
		return s.tellStaff(ctx, tx, id, Deed{At: at, Who: StaffRef(id), What: "password_changed", Subject: StaffRef(id)})
	})
}

// noPasskey keeps an authenticator app from being set up with a password alone where there is a passkey.
const noPasskey = ` AND NOT EXISTS (SELECT 1 FROM staff_passkey k WHERE k.staff = staff.id)`

// OfferFactor keeps a second factor's secret that is still to be shown to work. One that works already is not replaced.
func (s *Store) OfferFactor(ctx context.Context, id int64, secret []byte) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		box, err := s.keys.sealBox(factorAAD(id), secret) // here, where the keys are fresh
		if err != nil {
			return err
		}
		return one(tx.ExecContext(ctx, `UPDATE staff SET factor = ?, factor_step = 0 WHERE id = ? AND factor_on = 0 AND ended_at = 0`+noPasskey, box, id))
	})
}

// TakeFactor keeps that a second factor works, and the recovery codes that come with it. step is that of the code that has shown it.
func (s *Store) TakeFactor(ctx context.Context, id, step int64, codes []string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE staff SET factor_on = 1, factor_step = ? WHERE id = ? AND factor_on = 0 AND ended_at = 0`+noPasskey, step, id)); err != nil {
			return err
		}
		if err := s.giveCodes(ctx, tx, id, codes); err != nil {
			return err
		}
		return s.tellStaff(ctx, tx, id, Deed{At: at, Who: StaffRef(id), What: "factor_added", Subject: StaffRef(id)})
	})
}

func (s *Store) giveCodes(ctx context.Context, tx *sql.Tx, id int64, codes []string) error {
	for _, c := range codes {
		if _, err := tx.ExecContext(ctx, `INSERT INTO staff_code (hash, staff) VALUES (?, ?)`, s.codeHash(id, c), id); err != nil {
			return wrap(err)
		}
	}
	return nil
}

func (s *Store) codeHash(id int64, code string) []byte {
	return s.keys.hash("staff/code", strconv.FormatInt(id, 10)+" "+code)
}

// CodesLeft returns how many recovery codes somebody has.
func (s *Store) CodesLeft(ctx context.Context, id int64) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM staff_code WHERE staff = ? AND used_at = 0`, id).Scan(&n)
	return n, wrap(err)
}
