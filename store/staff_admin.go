package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/dulyhq/duly/access"
)

// ErrLastAdministrator says that nobody would be left who may say who works here.
var ErrLastAdministrator = errors.New("store: nobody would be left who says who works here: make somebody else an administrator of every portfolio first")

// keepingOne changes somebody, unless that would take the last who may come in and say who works here, in every portfolio. It is counted
// in the transaction that would do it: two administrators cannot end each other at once.
func (s *Store) keepingOne(ctx context.Context, change func(*sql.Tx) error) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		before, err := s.keepers(ctx, tx)
		if err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		after, err := s.keepers(ctx, tx)
		if err == nil && after == 0 && before > 0 {
			err = ErrLastAdministrator
		}
		return err
	})
}

// keepers is how many there are who may come in and say who works here, and need no other system for it.
func (s *Store) keepers(ctx context.Context, tx *sql.Tx) (n int, err error) {
	all, err := s.staff(ctx, tx, ` WHERE p.ended_at = 0 AND p.locked_at = 0`)
	for i := range all {
		if all[i].Grants.Everywhere(access.Users) && !all[i].SSOAlone {
			n++
		}
	}
	return n, err
}

// SetGrants gives somebody these roles and no others, and ends their sessions. ErrLastAdministrator says that nobody would be left who
// gives roles.
func (s *Store) SetGrants(ctx context.Context, id int64, grants access.Grants, by string, at time.Time) error {
	return s.keepingOne(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_role WHERE staff = ?`, id); err != nil {
			return wrap(err)
		}
		if err := errors.Join(grant(ctx, tx, id, grants), endSessions(ctx, tx, id)); err != nil {
			return err
		}
		_, err := s.deed(ctx, tx, Deed{At: at, Who: by, What: "user_roles", Subject: StaffRef(id) + " " + grantWords(grants)})
		return err
	})
}

func endSessions(ctx context.Context, tx *sql.Tx, id int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM staff_session WHERE staff = ?`, id)
	return wrap(err)
}

// LockStaff lets somebody in no more until UnlockStaff, and ends their sessions. ErrNotFound says that nobody of that number may
// come in; ErrLastAdministrator as of SetGrants.
func (s *Store) LockStaff(ctx context.Context, id int64, by string, at time.Time) error {
	return s.shutStaff(ctx, id, `UPDATE staff SET locked_at = ? WHERE id = ? AND ended_at = 0 AND locked_at = 0`, "user_locked", by, at)
}

// EndStaff lets somebody in no more, for good. ErrNotFound says that nobody who has not ended has that number; ErrLastAdministrator
// as of SetGrants.
func (s *Store) EndStaff(ctx context.Context, id int64, by string, at time.Time) error {
	return s.shutStaff(ctx, id, `UPDATE staff SET ended_at = ? WHERE id = ? AND ended_at = 0`, "user_ended", by, at)
}

func (s *Store) shutStaff(ctx context.Context, id int64, change, deed, by string, at time.Time) error {
	return s.keepingOne(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, change, millis(at), id)); err != nil {
			return err
		}
		return s.toStaff(ctx, tx, id, deed, by, at)
	})
}

// toStaff ends somebody's sessions and keeps the deed for which they end.
func (s *Store) toStaff(ctx context.Context, tx *sql.Tx, id int64, deed, by string, at time.Time) error {
	if err := endSessions(ctx, tx, id); err != nil {
		return err
	}
	_, err := s.deed(ctx, tx, Deed{At: at, Who: by, What: deed, Subject: StaffRef(id)})
	return err
}

// UnlockStaff lets somebody in again. ErrNotFound says that nobody of that number is locked.
func (s *Store) UnlockStaff(ctx context.Context, id int64, by string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE staff SET locked_at = 0 WHERE id = ? AND ended_at = 0 AND locked_at <> 0`, id)); err != nil {
			return err
		}
		_, err := s.deed(ctx, tx, Deed{At: at, Who: by, What: "user_unlocked", Subject: StaffRef(id)})
		return err
	})
}

// SignOutStaff ends every session of somebody. ErrNotFound says that nobody has that number.
func (s *Store) SignOutStaff(ctx context.Context, id int64, by string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		list, err := s.staff(ctx, tx, ` WHERE p.id = ?`, id)
		if err == nil && len(list) == 0 {
			err = ErrNotFound
		}
		if err := errors.Join(err, endSessions(ctx, tx, id)); err != nil {
			return err
		}
		_, err = s.deed(ctx, tx, Deed{At: at, Who: by, What: "user_signed_out", Subject: StaffRef(id)})
		return err
	})
}

// StaffSessions returns how many sessions with both factors each has that go on, by number.
func (s *Store) StaffSessions(ctx context.Context, at time.Time) (map[int64]int, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT staff, count(*) FROM staff_session WHERE inside = 1 AND ends_at > ? AND seen_at > ? GROUP BY staff`,
		millis(at), millis(at.Add(-StaffIdle)))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64]int{}
	for rows.Next() {
		var id int64
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, wrap(err)
		}
		out[id] = n
	}
	return out, wrap(rows.Err())
}
