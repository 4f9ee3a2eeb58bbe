package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// Why something cannot be done with a key.
var (
	ErrKeyInUse   = errors.New("store: keys: this key seals what is written now; another has to take its place first")
	ErrKeySeals   = errors.New("store: keys: rows are still sealed by this key")
	ErrKeySettles = errors.New("store: keys: another key took its place less than a minute ago, and a process may still seal by it")
	ErrKeyMoved   = errors.New("store: keys: a file was brought in meanwhile, and may have been sealed by this key; do it again")
	ErrKeyGone    = errors.New("store: keys: this key was retired")
	ErrKeyKind    = errors.New("store: keys: the key that duly.yaml names does not number what it seals, so that no other can take its place")
)

// settles is how long after a change of keys one may be retired: by then every writing transaction that did not know of it has ended or
// waits, and asks again before it seals (see freshen).
const settles = time.Minute

// A SealKey is a key that seals, or did.
type SealKey struct {
	Tag       Tag
	Root      bool // the one that duly.yaml names
	InUse     bool // it seals what is written
	MadeAt    time.Time
	Who       string
	Since     time.Time // from when on it was in use; zero: never
	RetiredAt time.Time
	Rows      map[string]int64 // rows that it seals, by table; of a sheet of texts one row
}

// NewSealKey makes a key that every process knows of and none uses yet, and returns its number.
func (s *Store) NewSealKey(ctx context.Context, who string, at time.Time) (tag Tag, err error) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return 0, fmt.Errorf("store: keys: %w", err)
	}
	primary, err := h.Primary()
	if err != nil {
		return 0, fmt.Errorf("store: keys: %w", err)
	}
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewBinaryWriter(&text)); err != nil {
		return 0, fmt.Errorf("store: keys: %w", err)
	}
	tag = Tag(primary.KeyID())
	if s.keys.tag == 0 {
		return 0, ErrKeyKind
	}
	box, err := s.keys.seal.Encrypt(text.Bytes(), dataAAD(tag))
	if err != nil {
		return 0, fmt.Errorf("store: keys: %w", err)
	}
	return tag, s.update(ctx, func(tx *sql.Tx) error {
		t := talk{ctx, tx}
		const put = `INSERT INTO seal_key (tag, box, made_at, who, turn, since, retired_at) VALUES (?, ?, ?, ?, ?, ?, 0)`
		var some int64
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM seal_key`).Scan(&some); err != nil {
			return wrap(err)
		}
		if some == 0 { // until now the root sealed by itself
			if err := t.exec(put, int64(s.keys.tag), []byte{}, millis(at), "duly", 1, millis(at)); err != nil {
				return err
			}
		}
		if err := t.exec(put, int64(tag), box, millis(at), who, 0, 0); err != nil {
			return err
		}
		_, err := s.deed(ctx, tx, Deed{At: at, Who: who, What: "key_made", Subject: "key " + tag.String()})
		return err
	})
}

// UseSealKey lets a key seal what is written from now on, by every process within seconds; 0 means the newest that was not in use yet.
// From then on a binary that knows of the root alone does not open the database.
func (s *Store) UseSealKey(ctx context.Context, tag Tag, who string, at time.Time) (Tag, error) {
	err := s.update(ctx, func(tx *sql.Tx) error {
		rows, err := sealKeys(ctx, tx)
		if err != nil {
			return err
		}
		next := int64(1)
		var use *sealKey
		for i := range rows {
			r := &rows[i]
			next = max(next, r.turn+1)
			if tag == 0 && r.turn == 0 && !r.retired || tag != 0 && r.tag == tag {
				use = r
			}
		}
		switch {
		case use == nil:
			return ErrNotFound
		case use.retired:
			return ErrKeyGone
		case use.turn == next-1:
			return ErrKeyInUse
		}
		tag, use.turn = use.tag, next
		if err := s.keys.turnTo(rows); err != nil {
			return err
		}
		t := talk{ctx, tx}
		if err := t.exec(`UPDATE seal_key SET turn = ?, since = ? WHERE tag = ?`, next, millis(at), int64(tag)); err != nil {
			return err
		}
		box, err := s.keys.sealBox("key_check", []byte(keyConstant))
		if err == nil {
			err = t.exec(`UPDATE key_check SET box = ?`, box)
		}
		if err != nil {
			return err
		}
		_, err = s.deed(ctx, tx, Deed{At: at, Who: who, What: "key_used", Subject: "key " + tag.String()})
		return err
	})
	// Whether or not it was committed, what is there is what counts.
	s.keys.rings.asked.Store(0)
	return tag, errors.Join(err, s.keys.freshen(ctx, s.read))
}

// RetireSealKey takes a key away for good, which nothing is sealed by any more. Backups keep what they have: with the root they open.
func (s *Store) RetireSealKey(ctx context.Context, tag Tag, who string, at time.Time) error {
	var imports int64
	const newest = `SELECT coalesce(max(id), 0) FROM source`
	// Every writer who began before is through when this returns, and every later one asks for the keys first.
	if err := s.update(ctx, func(tx *sql.Tx) error {
		if err := s.mayRetire(ctx, tx, tag, at); err != nil {
			return err
		}
		return wrap(tx.QueryRowContext(ctx, newest).Scan(&imports))
	}); err != nil {
		return err
	}
	counts, _, err := s.sealedRows(ctx)
	if err != nil {
		return err
	}
	for _, n := range counts[tag] {
		if n > 0 {
			return ErrKeySeals
		}
	}
	return s.update(ctx, func(tx *sql.Tx) error {
		var now int64
		if err := tx.QueryRowContext(ctx, newest).Scan(&now); err != nil {
			return wrap(err)
		}
		if now != imports { // it read its rows while nobody held it up
			return ErrKeyMoved
		}
		if err := s.mayRetire(ctx, tx, tag, at); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE seal_key SET box = ?, retired_at = ? WHERE tag = ?`, []byte{}, millis(at), int64(tag)); err != nil {
			return wrap(err)
		}
		_, err := s.deed(ctx, tx, Deed{At: at, Who: who, What: "key_retired", Subject: "key " + tag.String()})
		return err
	})
}

func (s *Store) mayRetire(ctx context.Context, tx *sql.Tx, tag Tag, at time.Time) error {
	var turn, top, since, retired int64
	err := tx.QueryRowContext(ctx, `SELECT k.turn, k.retired_at, x.turn, x.since FROM seal_key k, seal_key x
		WHERE k.tag = ? AND x.turn = `+turnInUse, int64(tag)).Scan(&turn, &retired, &top, &since)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	case err != nil:
		return wrap(err)
	case retired != 0:
		return ErrKeyGone
	case turn == top:
		return ErrKeyInUse
	case turn != 0 && at.Before(instant(since).Add(settles)):
		return ErrKeySettles
	}
	return nil
}

// SealKeys returns the keys with what each still seals, in the order in which they were made. Every sealed row is looked at, which
// takes a while where there are many. Damaged are rows that begin with no key's number.
func (s *Store) SealKeys(ctx context.Context) (out []SealKey, damaged int64, err error) {
	counts, damaged, err := s.sealedRows(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT tag, made_at, who, since, retired_at,
			CASE WHEN turn = `+turnInUse+` THEN 1 ELSE 0 END FROM seal_key ORDER BY id`)
		if err != nil {
			return wrap(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var k SealKey
			var tag, inUse int64
			if err := rows.Scan(&tag, (*msTime)(&k.MadeAt), &k.Who, (*msTime)(&k.Since), (*msTime)(&k.RetiredAt), &inUse); err != nil {
				return wrap(err)
			}
			k.Tag, k.InUse = Tag(tag), inUse == 1
			out = append(out, k)
		}
		return wrap(rows.Err())
	})
	if len(out) == 0 {
		out = []SealKey{{Tag: s.keys.tag, InUse: true}}
	}
	for i := range out {
		out[i].Root = out[i].Tag == s.keys.tag
		out[i].Rows = counts[out[i].Tag]
		delete(counts, out[i].Tag)
	}
	for _, of := range counts { // of keys that nobody knows
		for _, n := range of {
			damaged += n
		}
	}
	return out, damaged, err
}

// sealedRows counts the rows of each key in each table. None is what is sealed by no key at all.
func (s *Store) sealedRows(ctx context.Context) (counts map[Tag]map[string]int64, none int64, err error) {
	counts = map[Tag]map[string]int64{}
	for i := range sealedTables {
		t := &sealedTables[i]
		rows, err := s.read.QueryContext(ctx, `SELECT substr(`+t.box+`, 1, 5), count(*) FROM `+t.table+` WHERE length(`+t.box+`) > 0 GROUP BY 1`)
		if err != nil {
			return nil, 0, wrap(err)
		}
		for rows.Next() && err == nil {
			var head []byte
			var n int64
			if err = rows.Scan(&head, &n); err != nil {
				break
			}
			tag, ok := tagOf(head)
			if !ok {
				none += n
				continue
			}
			if counts[tag] == nil {
				counts[tag] = map[string]int64{}
			}
			counts[tag][t.table] = n
		}
		if err := errors.Join(wrap(err), wrap(rows.Err()), wrap(rows.Close())); err != nil {
			return nil, 0, err
		}
	}
	return counts, none, nil
}
