package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// How long somebody may be in.
const (
	StaffIdle     = 30 * time.Minute // without doing anything
	StaffLongest  = 10 * time.Hour   // at all
	StaffDoorstep = 10 * time.Minute // between the password and the second factor
	seenEvery     = time.Minute      // how exactly it is noted when somebody did something last
)

// The limits of wrong tries: within so long, of one login from one place, of one login, from one place.
const (
	StaffTryWithin = 15 * time.Minute
	tryBoth        = 5
	tryLogin       = 50
	trySource      = 30
	tryFactor      = 5 // wrong second factors of one login, from anywhere: whoever gets so far knows the password
)

// A Knock is what is tried. The zero value is a password.
type Knock int

// What there is to be tried.
const (
	KnockPassword Knock = iota
	KnockFactor         // a second factor of somebody whose password was right
	KnockStranger       // a passkey or a token, of which nobody knows yet whose it is: these are counted by place alone
)

// A StaffSession is somebody at the console.
type StaffSession struct {
	Staffer
	Inside bool // the second factor was given
	MadeAt time.Time
	EndsAt time.Time
	Proved time.Time // when they have last shown here that it is they; zero: they have not
	Unseen int       // changes of how they sign in, from before this session, of which they have not said that they know
}

// Proven says whether they may change how they sign in.
func (v *StaffSession) Proven(at time.Time) bool { return v.Inside && proved(v.Proved, at) }

// A TooManyError says that nothing more is looked at until then.
type TooManyError struct{ Until time.Time }

// Error says so.
func (e *TooManyError) Error() string { return "store: there were too many wrong tries" }

// MayTry says whether another password or code of a login is looked at, from a place: a *TooManyError says that it is not. A wrong
// one is noted before it is known to be wrong, in the same transaction, so that many at once have no more tries than one after the
// other; Passed takes the note back.
func (s *Store) MayTry(ctx context.Context, login, source string, what Knock, at time.Time) (try int64, err error) {
	account, from := s.keys.hash("staff/login", login), s.keys.hash("staff/source", source)
	err = s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_try WHERE at < ?`, millis(at.Add(-24*time.Hour))); err != nil {
			return wrap(err)
		}
		type limit struct {
			most  int
			where string
			args  []any
		}
		limits := []limit{
			{tryBoth, `account = ? AND source = ? AND factor = 0`, []any{account, from}},
			{tryLogin, `account = ? AND factor = 0`, []any{account}},
			{trySource, `source = ?`, []any{from}},
		}
		switch what {
		case KnockPassword:
		case KnockFactor:
			limits = []limit{{tryFactor, `account = ? AND factor = 1`, []any{account}}, {trySource, `source = ?`, []any{from}}}
		case KnockStranger:
			limits = []limit{{trySource, `source = ?`, []any{from}}}
		}
		for _, l := range limits {
			times, err := column[int64](ctx, tx, `SELECT at FROM staff_try WHERE `+l.where+` AND at > ? ORDER BY at DESC LIMIT ?`,
				append(l.args, millis(at.Add(-StaffTryWithin)), l.most)...)
			if err != nil {
				return err
			}
			if len(times) == l.most {
				return &TooManyError{instant(times[l.most-1]).Add(StaffTryWithin)}
			}
		}
		return wrap(tx.QueryRowContext(ctx, `INSERT INTO staff_try (at, account, source, factor) VALUES (?, ?, ?, ?) RETURNING id`, millis(at), account, from, int64(what)).Scan(&try))
	})
	return try, err
}

// Passed takes back that a try was wrong.
func (s *Store) Passed(ctx context.Context, try int64) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM staff_try WHERE id = ?`, try)
		return wrap(err)
	})
}

// StartStaffSession begins a session with a cookie that nobody has had before; the second factor is still to come.
func (s *Store) StartStaffSession(ctx context.Context, id int64, cookie string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error { return s.doorstep(ctx, tx, id, cookie, 0, at) })
}

// doorstep begins a session that still wants the second factor; sso is 1 where the lender's own sign-in was the first.
func (s *Store) doorstep(ctx context.Context, tx *sql.Tx, id int64, cookie string, sso int64, at time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM staff_session WHERE ends_at <= ? OR seen_at <= ?`, millis(at), millis(at.Add(-StaffIdle))); err != nil {
		return wrap(err)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO staff_session (hash, staff, made_at, seen_at, ends_at, sso) VALUES (?, ?, ?, ?, ?, ?)`,
		s.keys.hash("staff/session", cookie), id, millis(at), millis(at), millis(at.Add(StaffDoorstep)), sso)
	return wrap(err)
}

// A Proof2 is a second factor that was found right: a code of a step, or a recovery code.
type Proof2 struct {
	Step     int64  // 0: it is a recovery code
	Recovery string // as it was given out
}

// EnterStaff lets somebody in who has given the second factor: under another cookie, so that whoever planted the first has nothing. A code
// that was used already lets nobody in: ErrNotFound says so.
func (s *Store) EnterStaff(ctx context.Context, id int64, p Proof2, cookie, next string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		var err error
		if p.Step > 0 {
			err = one(tx.ExecContext(ctx, `UPDATE staff SET factor_step = ? WHERE id = ? AND factor_on = 1 AND factor_step < ? AND ended_at = 0`, p.Step, id, p.Step))
		} else {
			err = one(tx.ExecContext(ctx, `UPDATE staff_code SET used_at = ? WHERE hash = ? AND staff = ? AND used_at = 0`, millis(at), s.codeHash(id, p.Recovery), id))
		}
		if err != nil {
			return err
		}
		return s.inside(ctx, tx, arrival{id: id, cookie: cookie, next: next}, at)
	})
}

// EnrolledStaff lets somebody in who has just shown that a new second factor works.
func (s *Store) EnrolledStaff(ctx context.Context, id int64, cookie, next string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE staff_note SET seen = 1 WHERE staff = ?`, id); err != nil { // they have done it just now
			return wrap(err)
		}
		return s.inside(ctx, tx, arrival{id: id, cookie: cookie, next: next}, at)
	})
}

// An arrival is somebody who has given both factors.
type arrival struct {
	id     int64
	cookie string // of the session that this one takes the place of; empty: there was none
	next   string // its own cookie
	how    string // what the audit says of the way in
	sso    int64  // 1: it began by the lender's own sign-in
}

// inside begins a session with both factors.
func (s *Store) inside(ctx context.Context, tx *sql.Tx, e arrival, at time.Time) error {
	if e.cookie != "" {
		before, err := column[int64](ctx, tx, `DELETE FROM staff_session WHERE hash = ? AND staff = ? RETURNING sso`, s.keys.hash("staff/session", e.cookie), e.id)
		if err == nil && len(before) == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		e.sso = before[0]
	}
	proof := millis(at)
	if e.cookie == "" && e.sso == 1 {
		proof = 0 // the lender's own sign-in may have asked for nothing
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO staff_session (hash, staff, made_at, seen_at, ends_at, inside, sso, proved_at) VALUES (?, ?, ?, ?, ?, 1, ?, ?)`,
		s.keys.hash("staff/session", e.next), e.id, millis(at), millis(at), millis(at.Add(StaffLongest)), e.sso, proof); err != nil {
		return wrap(err)
	}
	if e.sso == 1 && e.how == "" {
		e.how = " sso"
	}
	_, err := s.deed(ctx, tx, Deed{At: at, Who: StaffRef(e.id), What: "signed_in", Subject: StaffRef(e.id) + e.how})
	return err
}

// StaffSession returns who a cookie belongs to, and notes that they did something. ErrNotFound says that it is nobody's any more.
func (s *Store) StaffSession(ctx context.Context, cookie string, at time.Time) (v StaffSession, err error) {
	hash := s.keys.hash("staff/session", cookie)
	var seen time.Time
	err = s.view(ctx, func(tx *sql.Tx) error {
		var inside, sso int64
		row := tx.QueryRowContext(ctx, `SELECT `+staffColumns+`, e.inside, e.sso, e.seen_at, e.made_at, e.ends_at, e.proved_at,
			(SELECT count(*) FROM staff_note n WHERE n.staff = e.staff AND n.seen = 0 AND n.at < e.made_at) FROM staff_session e JOIN staff p ON p.id = e.staff
			WHERE e.hash = ? AND e.ends_at > ? AND e.seen_at > ? AND p.ended_at = 0 AND p.locked_at = 0`, hash, millis(at), millis(at.Add(-StaffIdle)))
		err := s.scanStaff(row.Scan, &v.Staffer, &inside, &sso, (*msTime)(&seen), (*msTime)(&v.MadeAt), (*msTime)(&v.EndsAt), (*msTime)(&v.Proved), &v.Unseen)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		v.Inside = inside == 1
		v.Given = v.Given && sso == 0 // whoever came by the lender's own sign-in uses no password, and is not asked for a better one
		v.Grants, err = grantsOf(ctx, tx, v.ID)
		return err
	})
	if err != nil || at.Sub(seen) < seenEvery {
		return v, err
	}
	return v, s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE staff_session SET seen_at = ? WHERE hash = ? AND seen_at < ?`, millis(at), hash, millis(at))
		return wrap(err)
	})
}

// EndStaffSession ends a session: its cookie is worth nothing from then on.
func (s *Store) EndStaffSession(ctx context.Context, cookie string) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM staff_session WHERE hash = ?`, s.keys.hash("staff/session", cookie))
		return wrap(err)
	})
}
