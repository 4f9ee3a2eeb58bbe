package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/dulyhq/duly/access"
)

// A Staffer is somebody who works here.
type Staffer struct {
	ID         int64
	Login      string
	MadeAt     time.Time
	EndedAt    time.Time // zero: they have not ended
	LockedAt   time.Time // zero: they may come in, unless they have ended
	Password   string    // the hash of it
	Given      bool      // it was made by somebody else, and has to be changed
	Factor     []byte    // the second factor's secret; empty: there is none yet
	FactorOn   bool      // a code has shown that it works
	FactorStep int64     // of the last code
	Grants     access.Grants
}

// Comes says whether they may come in: they have not ended, and nobody has locked them.
func (p *Staffer) Comes() bool { return p.ID != 0 && p.EndedAt.IsZero() && p.LockedAt.IsZero() }

// Ref is how the audit writes them.
func (p *Staffer) Ref() string { return StaffRef(p.ID) }

// ErrLoginTaken says that somebody has that login, or had it: it is never given again, so that the audit stays plain.
var ErrLoginTaken = errors.New("store: somebody has this login, or had it")

func factorAAD(id int64) string { return "staff/" + strconv.FormatInt(id, 10) }

const staffColumns = `p.id, p.login, p.made_at, p.ended_at, p.password, p.given, p.factor, p.factor_on, p.factor_step, p.locked_at`

// AddStaff adds somebody, and the deed of adding them by who does.
func (s *Store) AddStaff(ctx context.Context, p Staffer, by string, at time.Time) (id int64, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `INSERT INTO staff (login, made_at, password, given) VALUES (?, ?, ?, ?) ON CONFLICT (login) DO NOTHING RETURNING id`,
			p.Login, millis(at), p.Password, boolean(p.Given)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrLoginTaken
		}
		if err != nil {
			return wrap(err)
		}
		if err := grant(ctx, tx, id, p.Grants); err != nil {
			return err
		}
		_, err = s.deed(ctx, tx, Deed{At: at, Who: by, What: "user_added", Subject: StaffRef(id) + " " + grantWords(p.Grants)})
		return err
	})
	return id, err
}

func boolean(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func grant(ctx context.Context, tx *sql.Tx, id int64, grants access.Grants) error {
	for _, g := range grants {
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO staff_role (staff, role, portfolio) VALUES (?, ?, ?)`, id, string(g.Role), g.Portfolio); err != nil {
			return wrap(err)
		}
	}
	return nil
}

func grantWords(grants access.Grants) string {
	out := ""
	for i, g := range grants {
		if i > 0 {
			out += " "
		}
		out += string(g.Role)
		if g.Portfolio != "" {
			out += "@" + g.Portfolio
		}
	}
	return out
}

// Staff returns who works here or did, in the order in which they came.
func (s *Store) Staff(ctx context.Context) (out []Staffer, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		out, err = s.staff(ctx, tx, ` ORDER BY p.id`)
		return err
	})
	return out, err
}

// StaffByLogin returns who has a login. ErrNotFound says that nobody has.
func (s *Store) StaffByLogin(ctx context.Context, login string) (p Staffer, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		list, err := s.staff(ctx, tx, ` WHERE p.login = ?`, login)
		if err == nil && len(list) == 0 {
			err = ErrNotFound
		}
		if err == nil {
			p = list[0]
		}
		return err
	})
	return p, err
}

func (s *Store) staff(ctx context.Context, tx *sql.Tx, tail string, args ...any) (out []Staffer, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+staffColumns+` FROM staff p`+tail, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p Staffer
		if err := s.scanStaff(rows.Scan, &p); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, wrap(err)
	}
	for i := range out {
		if out[i].Grants, err = grantsOf(ctx, tx, out[i].ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) scanStaff(scan func(...any) error, p *Staffer, more ...any) (err error) {
	var given, on int64
	var box []byte
	if err := scan(append([]any{&p.ID, &p.Login, (*msTime)(&p.MadeAt), (*msTime)(&p.EndedAt), &p.Password, &given, &box, &on, &p.FactorStep, (*msTime)(&p.LockedAt)}, more...)...); err != nil {
		return wrap(err)
	}
	p.Given, p.FactorOn = given == 1, on == 1
	if len(box) > 0 {
		p.Factor, err = s.keys.openBox(factorAAD(p.ID), box)
	}
	return err
}

func grantsOf(ctx context.Context, tx *sql.Tx, id int64) (out access.Grants, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT role, portfolio FROM staff_role WHERE staff = ? ORDER BY role, portfolio`, id)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var g access.Grant
		if err := rows.Scan(&g.Role, &g.Portfolio); err != nil {
			return nil, wrap(err)
		}
		out = append(out, g)
	}
	return out, wrap(rows.Err())
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

// EndStaff lets somebody in no more, for good. ErrNotFound says that nobody who has not ended has that number; ErrLastAdministrator
// as of SetGrants.
func (s *Store) EndStaff(ctx context.Context, id int64, by string, at time.Time) error {
	return s.keepingOne(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE staff SET ended_at = ? WHERE id = ? AND ended_at = 0`, millis(at), id)); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, id); err != nil {
			return err
		}
		_, err := s.deed(ctx, tx, Deed{At: at, Who: by, What: "user_ended", Subject: StaffRef(id)})
		return err
	})
}

// one is an error where not a single row was changed.
func one(res sql.Result, err error) error {
	if err != nil {
		return wrap(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(wrap(err), ErrNotFound)
	}
	return nil
}

// ResetStaff gives somebody a password that has to be changed; their second factor, its codes and their sessions are gone.
func (s *Store) ResetStaff(ctx context.Context, id int64, password, by string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE staff SET password = ?, given = 1, factor = x'', factor_on = 0, factor_step = 0 WHERE id = ? AND ended_at = 0`, password, id)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_code WHERE staff = ?`, id); err != nil {
			return wrap(err)
		}
		if err := endSessions(ctx, tx, id); err != nil {
			return err
		}
		_, err := s.deed(ctx, tx, Deed{At: at, Who: by, What: "user_reset", Subject: StaffRef(id)})
		return err
	})
}

// SetPassword keeps the password that somebody chose, and ends every session of theirs but the one that they are in.
func (s *Store) SetPassword(ctx context.Context, id int64, password, cookie string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE staff SET password = ?, given = 0 WHERE id = ? AND ended_at = 0`, password, id)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_session WHERE staff = ? AND hash <> ?`, id, s.keys.hash("staff/session", cookie)); err != nil {
			return wrap(err)
		}
		_, err := s.deed(ctx, tx, Deed{At: at, Who: StaffRef(id), What: "password_changed", Subject: StaffRef(id)})
		return err
	})
}

// OfferFactor keeps a second factor's secret that is still to be shown to work. One that works already is not replaced.
func (s *Store) OfferFactor(ctx context.Context, id int64, secret []byte) error {
	box, err := s.keys.sealBox(factorAAD(id), secret)
	if err != nil {
		return err
	}
	return s.update(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `UPDATE staff SET factor = ?, factor_step = 0 WHERE id = ? AND factor_on = 0 AND ended_at = 0`, box, id))
	})
}

// TakeFactor keeps that a second factor works, and the recovery codes that come with it. step is that of the code that has shown it.
func (s *Store) TakeFactor(ctx context.Context, id, step int64, codes []string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE staff SET factor_on = 1, factor_step = ? WHERE id = ? AND factor_on = 0 AND ended_at = 0`, step, id)); err != nil {
			return err
		}
		for _, c := range codes {
			if _, err := tx.ExecContext(ctx, `INSERT INTO staff_code (hash, staff) VALUES (?, ?)`, s.codeHash(id, c), id); err != nil {
				return wrap(err)
			}
		}
		_, err := s.deed(ctx, tx, Deed{At: at, Who: StaffRef(id), What: "factor_added", Subject: StaffRef(id)})
		return err
	})
}

func (s *Store) codeHash(id int64, code string) []byte {
	return s.keys.hash("staff/code", strconv.FormatInt(id, 10)+" "+code)
}

// CodesLeft returns how many recovery codes somebody has.
func (s *Store) CodesLeft(ctx context.Context, id int64) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM staff_code WHERE staff = ? AND used_at = 0`, id).Scan(&n)
	return n, wrap(err)
}
