package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// SSOWithin is how long somebody has to come in by the lender's own sign-in for the first time, from when an administrator allowed it:
// what it calls people may be given to another one day.
const SSOWithin = 7 * 24 * time.Hour

// ErrSubjectTaken says that another account is allowed to whom the lender's own sign-in calls so.
var ErrSubjectTaken = errors.New("store: another account is allowed to them already")

func (k *Keys) claimHash(issuer, claim string) []byte {
	return k.hash("staff/claim", issuer+"\x00"+claim)
}

func (k *Keys) subjectHash(issuer, subject string) []byte {
	return k.hash("staff/subject", issuer+"\x00"+subject)
}

// AllowSSO lets somebody come in by the lender's own sign-in, which calls them claim: whoever it proves to be that first, within
// SSOWithin, is bound. alone takes every other way in from them. ErrNotFound says that nobody who has not ended has that number,
// ErrSubjectTaken that somebody else is allowed under that name, ErrLastAdministrator that nobody would be left who says who works here
// and needs no other system to come in.
func (s *Store) AllowSSO(ctx context.Context, id int64, issuer, claim string, alone bool, by string, at time.Time) error {
	return s.keepingOne(ctx, func(tx *sql.Tx) error {
		hash := s.keys.claimHash(issuer, claim)
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_subject WHERE staff IN (SELECT id FROM staff WHERE ended_at <> 0)`); err != nil {
			return wrap(err)
		}
		others, err := column[int64](ctx, tx, `SELECT staff FROM staff_subject WHERE claim = ? AND staff <> ?`, hash, id)
		if err == nil && len(others) > 0 {
			err = ErrSubjectTaken
		}
		if err != nil {
			return err
		}
		if err := one(tx.ExecContext(ctx, `INSERT INTO staff_subject (staff, claim, allowed_at, alone) SELECT id, ?, ?, ? FROM staff WHERE id = ? AND ended_at = 0
			ON CONFLICT (staff) DO UPDATE SET claim = excluded.claim, subject = excluded.subject, allowed_at = excluded.allowed_at, bound_at = 0, alone = excluded.alone`,
			hash, millis(at), boolean(alone), id)); err != nil {
			return err
		}
		deed := "sso_allowed"
		if alone {
			deed = "sso_alone"
		}
		return s.toStaff(ctx, tx, id, deed, by, at)
	})
}

// ForbidSSO takes that away. ErrNotFound says that it was not allowed.
func (s *Store) ForbidSSO(ctx context.Context, id int64, by string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `DELETE FROM staff_subject WHERE staff = ?`, id)); err != nil {
			return err
		}
		return s.toStaff(ctx, tx, id, "sso_forbidden", by, at)
	})
}

// EnterBySSO begins a session of who the lender's own sign-in has proved to be there: by its number for them, or the first time by what
// it calls them, which binds the number. both says that it has seen two factors; else ours comes next. ErrNotFound says that nobody of
// that number or name is allowed, or that they may not come in.
func (s *Store) EnterBySSO(ctx context.Context, issuer, subject, claim string, both bool, cookie string, at time.Time) error {
	number := s.keys.subjectHash(issuer, subject)
	return s.update(ctx, func(tx *sql.Tx) error {
		list, err := s.staff(ctx, tx, ` WHERE p.ended_at = 0 AND p.locked_at = 0 AND p.id = (SELECT q.staff FROM staff_subject q WHERE q.subject = ? AND q.bound_at <> 0)`, number)
		if err == nil && len(list) == 0 {
			if claim == "" {
				return ErrNotFound
			}
			list, err = s.bind(ctx, tx, number, s.keys.claimHash(issuer, claim), at)
		}
		if err != nil {
			return err
		}
		id := list[0].ID
		if both {
			return s.inside(ctx, tx, arrival{id: id, next: cookie, how: " sso", sso: 1}, at)
		}
		return s.doorstep(ctx, tx, id, cookie, 1, at)
	})
}

// bind keeps the number of somebody who has come in by what they are called for the first time. A number that is bound already binds
// nobody else, whoever it is now called.
func (s *Store) bind(ctx context.Context, tx *sql.Tx, number, claim []byte, at time.Time) ([]Staffer, error) {
	ids, err := column[int64](ctx, tx, `UPDATE staff_subject SET subject = ?, bound_at = ? WHERE claim = ? AND bound_at = 0 AND allowed_at > ?
		AND NOT EXISTS (SELECT 1 FROM staff_subject o WHERE o.subject = ? AND o.bound_at <> 0)
		AND EXISTS (SELECT 1 FROM staff p WHERE p.id = staff_subject.staff AND p.ended_at = 0 AND p.locked_at = 0) RETURNING staff`,
		number, millis(at), claim, millis(at.Add(-SSOWithin)), number)
	if err == nil && len(ids) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if _, err := s.deed(ctx, tx, Deed{At: at, Who: StaffRef(ids[0]), What: "sso_bound", Subject: StaffRef(ids[0])}); err != nil {
		return nil, err
	}
	return s.staff(ctx, tx, ` WHERE p.id = ?`, ids[0])
}
