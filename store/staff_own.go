package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ProofWithin is for how long somebody who has shown that it is they may change how they sign in.
const ProofWithin = 5 * time.Minute

// notesStay is for how long somebody is shown what changed in how they sign in; the audit has it for longer.
const notesStay = 365 * 24 * time.Hour

// ErrProof says that somebody has to show first that it is they: their password or a passkey, some minutes ago at most.
var ErrProof = errors.New("store: they have not shown within the last minutes that it is they")

// A StaffNote is a change of how somebody signs in.
type StaffNote struct {
	At   time.Time // real
	What string    // the audit's word, such as "passkey_added"
	Seen bool      // they have said that they know
}

// tellStaff keeps a deed that changes how somebody signs in, and a note for them.
func (s *Store) tellStaff(ctx context.Context, tx *sql.Tx, id int64, d Deed) error {
	for _, q := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO staff_note (staff, at, what) VALUES (?, ?, ?)`, []any{id, millis(d.At), d.What}},
		{`DELETE FROM staff_note WHERE staff = ? AND at < ?`, []any{id, millis(d.At.Add(-notesStay))}},
	} {
		if _, err := tx.ExecContext(ctx, q.query, q.args...); err != nil {
			return wrap(err)
		}
	}
	_, err := s.deed(ctx, tx, d)
	return err
}

// StaffNotes returns the latest changes of how somebody signs in, the newest first.
func (s *Store) StaffNotes(ctx context.Context, id int64, most int) (out []StaffNote, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT at, what, seen FROM staff_note WHERE staff = ? ORDER BY id DESC LIMIT ?`, id, most)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n StaffNote
		var seen int64
		if err := rows.Scan((*msTime)(&n.At), &n.What, &seen); err != nil {
			return nil, wrap(err)
		}
		n.Seen = seen == 1
		out = append(out, n)
	}
	return out, wrap(rows.Err())
}

// SeeStaffNotes keeps that somebody knows of every change from before then, which is when their session began: a change that was made in it
// is told in the next, whoever sat at it.
func (s *Store) SeeStaffNotes(ctx context.Context, id int64, before time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE staff_note SET seen = 1 WHERE staff = ? AND seen = 0 AND at < ?`, id, millis(before))
		return wrap(err)
	})
}

// SetKeys keeps whether somebody wants keys of one letter at the console. It changes nothing that anybody has to answer for, and so is no deed.
func (s *Store) SetKeys(ctx context.Context, id int64, off bool) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `UPDATE staff SET no_keys = ? WHERE id = ?`, boolean(off), id))
	})
}

// Prove keeps that somebody has just shown in their session that it is they. ErrNotFound says that the session is over.
func (s *Store) Prove(ctx context.Context, id int64, cookie string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error { return s.prove(ctx, tx, id, cookie, at) })
}

func (s *Store) prove(ctx context.Context, tx *sql.Tx, id int64, cookie string, at time.Time) error {
	return one(tx.ExecContext(ctx, `UPDATE staff_session SET proved_at = ? WHERE hash = ? AND staff = ? AND inside = 1`, millis(at), s.keys.hash("staff/session", cookie), id))
}

// ProveByPasskey is Prove by a passkey that has signed; counter, backed and the errors are those of EnterByPasskey.
func (s *Store) ProveByPasskey(ctx context.Context, k *Passkey, counter uint32, backed bool, cookie string, at time.Time) error {
	return s.signedBy(ctx, k, counter, backed, at, func(tx *sql.Tx) error { return s.prove(ctx, tx, k.Staff, cookie, at) })
}

// proved says whether a proof of then still holds.
func proved(then, at time.Time) bool { return !then.IsZero() && at.Before(then.Add(ProofWithin)) }

// showsProof is ErrProof unless somebody has shown in this session within the last minutes that it is they. It is looked at in the
// transaction that changes something.
func (s *Store) showsProof(ctx context.Context, tx *sql.Tx, id int64, cookie string, at time.Time) error {
	var then time.Time
	err := tx.QueryRowContext(ctx, `SELECT proved_at FROM staff_session WHERE hash = ? AND staff = ? AND inside = 1`, s.keys.hash("staff/session", cookie), id).Scan((*msTime)(&then))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !proved(then, at) {
		return ErrProof
	}
	return wrap(err)
}

// own changes how somebody signs in who has shown that it is they, ends every session of theirs but this one, and tells them.
func (s *Store) own(ctx context.Context, id int64, cookie string, at time.Time, change func(*sql.Tx, *Staffer) (Deed, error)) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := s.showsProof(ctx, tx, id, cookie, at); err != nil {
			return err
		}
		list, err := s.staff(ctx, tx, ` WHERE p.id = ? AND p.ended_at = 0`, id)
		if err == nil && (len(list) == 0 || !list[0].HasFactor()) {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		d, err := change(tx, &list[0])
		if err != nil {
			return err
		}
		if err := s.endOthers(ctx, tx, id, cookie); err != nil {
			return err
		}
		d.At, d.Who = at, StaffRef(id)
		return s.tellStaff(ctx, tx, id, d)
	})
}

// endOthers ends every session of somebody but one.
func (s *Store) endOthers(ctx context.Context, tx *sql.Tx, id int64, cookie string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM staff_session WHERE staff = ? AND hash <> ?`, id, s.keys.hash("staff/session", cookie))
	return wrap(err)
}

// SetApp gives somebody who is in an authenticator app, or another in the place of the one that they have, which lets nobody in from then
// on. step is that of the code that has shown that it works. ErrProof says that they have to show first that it is they.
func (s *Store) SetApp(ctx context.Context, id int64, secret []byte, step int64, cookie string, at time.Time) error {
	return s.own(ctx, id, cookie, at, func(tx *sql.Tx, p *Staffer) (Deed, error) {
		box, err := s.keys.sealBox(factorAAD(id), secret) // here, where the keys are fresh
		if err != nil {
			return Deed{}, err
		}
		what := "factor_added"
		if p.FactorOn {
			what = "factor_changed"
		}
		return Deed{What: what, Subject: StaffRef(id)}, one(tx.ExecContext(ctx, `UPDATE staff SET factor = ?, factor_on = 1, factor_step = ? WHERE id = ?`, box, step, id))
	})
}

// RemoveApp takes the authenticator app of somebody who is in away. ErrNotFound says that they have none, ErrLastFactor that no passkey
// would be left that lets them in; ErrProof as of SetApp.
func (s *Store) RemoveApp(ctx context.Context, id int64, cookie string, at time.Time) error {
	return s.own(ctx, id, cookie, at, func(tx *sql.Tx, p *Staffer) (Deed, error) {
		d := Deed{What: "factor_removed", Subject: StaffRef(id)}
		if !p.FactorOn {
			return d, ErrNotFound
		}
		var keys int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM staff_passkey WHERE staff = ? AND stopped_at = 0`, id).Scan(&keys); err != nil {
			return d, wrap(err)
		}
		if keys == 0 {
			return d, ErrLastFactor
		}
		return d, one(tx.ExecContext(ctx, `UPDATE staff SET factor = ?, factor_on = 0, factor_step = 0 WHERE id = ?`, []byte{}, id))
	})
}

// SetCodes gives somebody other recovery codes; those that they had let nobody in from then on. ErrProof as of SetApp.
func (s *Store) SetCodes(ctx context.Context, id int64, codes []string, cookie string, at time.Time) error {
	return s.own(ctx, id, cookie, at, func(tx *sql.Tx, _ *Staffer) (Deed, error) {
		_, err := tx.ExecContext(ctx, `DELETE FROM staff_code WHERE staff = ?`, id)
		return Deed{What: "codes_renewed", Subject: StaffRef(id)}, errors.Join(wrap(err), s.giveCodes(ctx, tx, id, codes))
	})
}

// RenamePasskey gives a passkey another name. ErrNotFound says that they have none of that number, ErrProof as of SetApp.
func (s *Store) RenamePasskey(ctx context.Context, staff, id int64, name, cookie string, at time.Time) error {
	return s.own(ctx, staff, cookie, at, func(tx *sql.Tx, _ *Staffer) (Deed, error) {
		k := Passkey{ID: id, Staff: staff}
		d := Deed{What: "passkey_renamed", Subject: k.subject()}
		var hash, box []byte
		err := tx.QueryRowContext(ctx, `SELECT hash, box FROM staff_passkey WHERE id = ? AND staff = ?`, id, staff).Scan(&hash, &box)
		if errors.Is(err, sql.ErrNoRows) {
			return d, ErrNotFound
		}
		if err != nil {
			return d, wrap(err)
		}
		plain, err := s.keys.openBox(passkeyAAD(staff, hash), box)
		if err != nil {
			return d, err
		}
		var in sealedPasskey
		if err := json.Unmarshal(plain, &in); err != nil {
			return d, fmt.Errorf("store: a passkey's box: %w", err)
		}
		in.Name = name
		if plain, err = json.Marshal(in); err != nil {
			return d, fmt.Errorf("store: seal: %w", err)
		}
		if box, err = s.keys.sealBox(passkeyAAD(staff, hash), plain); err != nil {
			return d, err
		}
		return d, one(tx.ExecContext(ctx, `UPDATE staff_passkey SET box = ? WHERE id = ?`, box, id))
	})
}
