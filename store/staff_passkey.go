package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// A Passkey is the public half of a key of somebody's, whose private half never leaves their device.
type Passkey struct {
	ID, Staff  int64
	Name       string // what its owner calls it
	Credential []byte // what the device calls it
	Public     []byte // the key in COSE's form
	Transports []string
	Eligible   bool   // its maker may keep it elsewhere as well
	Backed     bool   // and did when it was used last
	Counter    uint32 // of signatures; 0 where the device counts none
	MadeAt     time.Time
	UsedAt     time.Time // zero: nobody has come in with it yet
	StoppedAt  time.Time // when its counter went back; zero: it has not
}

// sealedPasskey is what a passkey's box holds.
type sealedPasskey struct {
	Name       string   `json:"n"`
	Credential []byte   `json:"c"`
	Public     []byte   `json:"k"`
	Transports []string `json:"t,omitempty"`
	Eligible   bool     `json:"e,omitempty"`
}

var (
	// ErrPasskeyTaken says that a passkey is somebody's already.
	ErrPasskeyTaken = errors.New("store: this passkey is somebody's already")
	// ErrLastFactor says that somebody would be left without a second factor.
	ErrLastFactor = errors.New("store: they would be left without a second factor")
	// ErrPasskeyStopped says that a passkey's counter went back, or had before: there may be two of it, and neither lets in.
	ErrPasskeyStopped = errors.New("store: this passkey's counter went back, and it lets nobody in any more")
)

// mostPasskeys bounds how many one has.
const mostPasskeys = 20

// ErrManyPasskeys says that somebody has as many as there may be.
var ErrManyPasskeys = fmt.Errorf("store: they have %d passkeys already", mostPasskeys)

func passkeyAAD(staff int64, hash []byte) string {
	return "staff/passkey/" + strconv.FormatInt(staff, 10) + "/" + hex.EncodeToString(hash)
}

func (k *Keys) passkeyHash(credential []byte) []byte {
	return k.hash("staff/passkey", string(credential))
}

// StaffHandle is what a device keeps with a passkey to know whose it is. It says nothing to whoever lacks the keys.
func (s *Store) StaffHandle(id int64) []byte {
	return s.keys.hash("staff/handle", strconv.FormatInt(id, 10))
}

// AddPasskey keeps a passkey. Where it is somebody's first second factor, first says so, and recovery codes come with it: ErrNotFound
// says that there is another already, or that they have ended. The session that adds it goes on, and every other ends.
func (s *Store) AddPasskey(ctx context.Context, k *Passkey, first bool, codes []string, cookie string, at time.Time) error {
	plain, err := json.Marshal(sealedPasskey{k.Name, k.Credential, k.Public, k.Transports, k.Eligible})
	if err != nil {
		return fmt.Errorf("store: seal: %w", err)
	}
	hash := s.keys.passkeyHash(k.Credential)
	return s.update(ctx, func(tx *sql.Tx) error {
		box, err := s.keys.sealBox(passkeyAAD(k.Staff, hash), plain) // here, where the keys are fresh
		if err != nil {
			return err
		}
		list, err := s.staff(ctx, tx, ` WHERE p.id = ? AND p.ended_at = 0`, k.Staff)
		switch {
		case err != nil:
			return err
		case len(list) == 0 || list[0].HasFactor() == first:
			return ErrNotFound
		case list[0].Passkeys >= mostPasskeys:
			return ErrManyPasskeys
		}
		err = tx.QueryRowContext(ctx, `INSERT INTO staff_passkey (staff, hash, box, made_at, counter, backed) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING RETURNING id`,
			k.Staff, hash, box, millis(at), int64(k.Counter), boolean(k.Backed)).Scan(&k.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrPasskeyTaken
		}
		if err := errors.Join(wrap(err), s.giveCodes(ctx, tx, k.Staff, codes)); err != nil {
			return err
		}
		if err := s.endOthers(ctx, tx, k.Staff, cookie); err != nil {
			return err
		}
		return s.tellStaff(ctx, tx, k.Staff, Deed{At: at, Who: StaffRef(k.Staff), What: "passkey_added", Subject: k.subject()})
	})
}

// subject is how the audit writes a passkey.
func (k *Passkey) subject() string {
	return StaffRef(k.Staff) + " passkey " + strconv.FormatInt(k.ID, 10)
}

const passkeyColumns = `k.id, k.staff, k.hash, k.box, k.made_at, k.used_at, k.stopped_at, k.counter, k.backed`

// Passkeys returns those of somebody, the oldest first.
func (s *Store) Passkeys(ctx context.Context, staff int64) (out []Passkey, err error) {
	return s.passkeys(ctx, ` WHERE k.staff = ? ORDER BY k.id`, staff)
}

// PasskeyOf returns the passkey that a device calls so. ErrNotFound says that there is none.
func (s *Store) PasskeyOf(ctx context.Context, credential []byte) (k Passkey, err error) {
	list, err := s.passkeys(ctx, ` WHERE k.hash = ?`, s.keys.passkeyHash(credential))
	if err != nil || len(list) == 0 {
		return k, errors.Join(err, ErrNotFound)
	}
	return list[0], nil
}

func (s *Store) passkeys(ctx context.Context, tail string, args ...any) (out []Passkey, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+passkeyColumns+` FROM staff_passkey k`+tail, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var k Passkey
		var hash, box []byte
		var backed int64
		if err := rows.Scan(&k.ID, &k.Staff, &hash, &box, (*msTime)(&k.MadeAt), (*msTime)(&k.UsedAt), (*msTime)(&k.StoppedAt), &k.Counter, &backed); err != nil {
			return nil, wrap(err)
		}
		plain, err := s.keys.openBox(passkeyAAD(k.Staff, hash), box)
		if err != nil {
			return nil, err
		}
		var in sealedPasskey
		if err := json.Unmarshal(plain, &in); err != nil {
			return nil, fmt.Errorf("store: a passkey's box: %w", err)
		}
		k.Name, k.Credential, k.Public, k.Transports, k.Eligible, k.Backed = in.Name, in.Credential, in.Public, in.Transports, in.Eligible, backed == 1
		out = append(out, k)
	}
	return out, wrap(rows.Err())
}

// EnterByPasskey lets somebody in whose passkey has signed: under another cookie than the one that they had, which is empty where they
// had none. counter and backed are what the device said. A counter that has not grown stops the passkey for good: ErrPasskeyStopped.
// ErrNotFound says that it is not there any more, or that they may not come in.
func (s *Store) EnterByPasskey(ctx context.Context, k *Passkey, counter uint32, backed bool, cookie, next string, at time.Time) error {
	return s.signedBy(ctx, k, counter, backed, at, func(tx *sql.Tx) error {
		return s.inside(ctx, tx, arrival{id: k.Staff, cookie: cookie, next: next, how: " passkey"}, at)
	})
}

// signedBy keeps that a passkey has signed, and does in the same transaction what follows from it.
func (s *Store) signedBy(ctx context.Context, k *Passkey, counter uint32, backed bool, at time.Time, then func(*sql.Tx) error) error {
	stopped := false
	err := s.update(ctx, func(tx *sql.Tx) error {
		stopped = false
		err := one(tx.ExecContext(ctx, `UPDATE staff_passkey SET counter = ?, backed = ?, used_at = ? WHERE id = ? AND stopped_at = 0 AND (counter < ? OR counter = 0 AND ? = 0)
			AND EXISTS (SELECT 1 FROM staff p WHERE p.id = staff_passkey.staff AND p.ended_at = 0 AND p.locked_at = 0)`,
			int64(counter), boolean(backed), millis(at), k.ID, int64(counter), int64(counter)))
		if err == nil {
			return then(tx)
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		if err := one(tx.ExecContext(ctx, `UPDATE staff_passkey SET stopped_at = ? WHERE id = ? AND stopped_at = 0 AND counter >= ? AND counter > 0`, millis(at), k.ID, int64(counter))); err != nil {
			return err
		}
		stopped = true
		return s.tellStaff(ctx, tx, k.Staff, Deed{At: at, Who: StaffRef(k.Staff), What: "passkey_stopped", Subject: k.subject()})
	})
	if err == nil && stopped {
		err = ErrPasskeyStopped
	}
	return err
}

// RemovePasskey takes a passkey of somebody's away, and ends every session of theirs but this one. ErrNotFound says that they have none
// of that number; ErrLastFactor that no second factor would be left that lets them in; ErrProof as of SetApp.
func (s *Store) RemovePasskey(ctx context.Context, staff, id int64, cookie string, at time.Time) error {
	return s.own(ctx, staff, cookie, at, func(tx *sql.Tx, _ *Staffer) (Deed, error) {
		k := Passkey{ID: id, Staff: staff}
		d := Deed{What: "passkey_removed", Subject: k.subject()}
		if err := one(tx.ExecContext(ctx, `DELETE FROM staff_passkey WHERE id = ? AND staff = ?`, id, staff)); err != nil {
			return d, err
		}
		left, err := column[int64](ctx, tx, `SELECT count(*) FROM staff_passkey WHERE staff = ? AND stopped_at = 0 UNION ALL SELECT factor_on FROM staff WHERE id = ?`, staff, staff)
		if err == nil && !slices.ContainsFunc(left, func(n int64) bool { return n > 0 }) {
			err = ErrLastFactor
		}
		return d, err
	})
}
