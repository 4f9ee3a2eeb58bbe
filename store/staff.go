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
	Passkeys   int       // how many they have, those included that let nobody in any more
	SSO        bool      // they may come in by the lender's own sign-in
	Bound      bool      // and have
	SSOAlone   bool      // and may come in by nothing else
	NoKeys     bool      // they have turned keys of one letter off
	Grants     access.Grants
}

// Comes says whether they may come in: they have not ended, and nobody has locked them.
func (p *Staffer) Comes() bool { return p.ID != 0 && p.EndedAt.IsZero() && p.LockedAt.IsZero() }

// HasFactor says whether they have a second factor. A passkey that lets nobody in any more is one: it opens no way to set up another
// with a password alone.
func (p *Staffer) HasFactor() bool { return p.FactorOn || p.Passkeys > 0 }

// Ref is how the audit writes them.
func (p *Staffer) Ref() string { return StaffRef(p.ID) }

// ErrLoginTaken says that somebody has that login, or had it: it is never given again, so that the audit stays plain.
var ErrLoginTaken = errors.New("store: somebody has this login, or had it")

func factorAAD(id int64) string { return "staff/" + strconv.FormatInt(id, 10) }

const staffColumns = `p.id, p.login, p.made_at, p.ended_at, p.password, p.given, p.factor, p.factor_on, p.factor_step, p.locked_at, p.no_keys, (SELECT count(*) FROM staff_passkey k WHERE k.staff = p.id),
	coalesce((SELECT CASE WHEN q.bound_at = 0 THEN 1 ELSE 2 END + 4 * q.alone FROM staff_subject q WHERE q.staff = p.id), 0)`

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
func (s *Store) StaffByLogin(ctx context.Context, login string) (Staffer, error) {
	return s.staffer(ctx, ` WHERE p.login = ?`, login)
}

// StaffByID returns somebody by number. ErrNotFound says that nobody has it.
func (s *Store) StaffByID(ctx context.Context, id int64) (Staffer, error) {
	return s.staffer(ctx, ` WHERE p.id = ?`, id)
}

func (s *Store) staffer(ctx context.Context, where string, key any) (p Staffer, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		list, err := s.staff(ctx, tx, where, key)
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
	var given, on, noKeys, sso int64
	var box []byte
	if err := scan(append([]any{&p.ID, &p.Login, (*msTime)(&p.MadeAt), (*msTime)(&p.EndedAt), &p.Password, &given, &box, &on, &p.FactorStep, (*msTime)(&p.LockedAt), &noKeys, &p.Passkeys, &sso}, more...)...); err != nil {
		return wrap(err)
	}
	p.Given, p.FactorOn, p.NoKeys = given == 1, on == 1, noKeys == 1
	p.SSO, p.Bound, p.SSOAlone = sso != 0, sso&2 != 0, sso&4 != 0
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
