package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// A Document is a text that decided something: a strategy, a rulebook, a set of templates, a portfolio's settings.
type Document struct {
	Kind   string
	Name   string
	Digest string // SHA-256, hex
	Body   []byte
}

// Edition keeps documents as they were when they decided, notes that they are in force from now on, and returns the number
// of their combination. Equal documents give the same number again.
func (s *Store) Edition(ctx context.Context, portfolio int64, now time.Time, docs []Document) (int64, error) {
	digests := map[string]string{}
	for _, d := range docs {
		digests[d.Kind+"/"+d.Name] = d.Digest
	}
	combination, err := json.Marshal(digests) // sorted by key
	if err != nil {
		return 0, wrap(err)
	}
	var id int64
	err = s.update(ctx, func(tx *sql.Tx) error {
		for _, d := range docs {
			if _, err := tx.ExecContext(ctx, `INSERT INTO document (digest, kind, name, known_at, body) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT DO NOTHING`, d.Digest, d.Kind, d.Name, millis(now), d.Body); err != nil {
				return wrap(err)
			}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO edition (portfolio, known_at, digests) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			portfolio, millis(now), string(combination)); err != nil {
			return wrap(err)
		}
		if err := tx.QueryRowContext(ctx, `SELECT id FROM edition WHERE portfolio = ? AND digests = ?`, portfolio, string(combination)).Scan(&id); err != nil {
			return wrap(err)
		}
		was, _, err := inForce(ctx, tx, portfolio, now, latest)
		if err != nil || was == id {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO in_force (portfolio, edition, known_at) VALUES (?, ?, ?)`, portfolio, id, millis(now))
		return wrap(err)
	})
	return id, err
}

// Which row of in_force is asked for: the latest up to an instant, or the first after it.
const (
	latest = `SELECT edition, known_at FROM in_force WHERE portfolio = ? AND known_at <= ? ORDER BY known_at DESC, id DESC LIMIT 1`
	first  = `SELECT edition, known_at FROM in_force WHERE portfolio = ? AND known_at > ? ORDER BY known_at, id LIMIT 1`
)

// inForce returns an edition, 0 when there is none, and since when it was in force.
func inForce(ctx context.Context, tx *sql.Tx, portfolio int64, at time.Time, which string) (id int64, since time.Time, err error) {
	err = tx.QueryRowContext(ctx, which, portfolio, millis(at)).Scan(&id, (*msTime)(&since))
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, since, wrap(err)
}

// An InForce is the edition of a portfolio's documents that was in force at an instant.
type InForce struct {
	Edition   int64
	Since     time.Time // later than the instant where nothing older was kept: then it is the first that was
	Documents []Document
}

// InForce returns what was in force in a portfolio at an instant; ErrNotFound where nothing was ever kept.
func (s *Store) InForce(ctx context.Context, portfolio int64, at time.Time) (f InForce, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		for _, which := range []string{latest, first} {
			if f.Edition, f.Since, err = inForce(ctx, tx, portfolio, at, which); err != nil || f.Edition != 0 {
				break
			}
		}
		if err == nil && f.Edition == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		f.Documents, err = documents(ctx, tx, f.Edition)
		return err
	})
	return f, err
}

// documents returns those of an edition, by kind and name.
func documents(ctx context.Context, tx *sql.Tx, edition int64) (docs []Document, err error) {
	var text string
	if err := tx.QueryRowContext(ctx, `SELECT digests FROM edition WHERE id = ?`, edition).Scan(&text); err != nil {
		return nil, wrap(err)
	}
	digests := map[string]string{}
	if err := json.Unmarshal([]byte(text), &digests); err != nil {
		return nil, wrap(err)
	}
	for of, digest := range digests {
		d := Document{Digest: digest}
		d.Kind, d.Name, _ = strings.Cut(of, "/")
		if err := tx.QueryRowContext(ctx, `SELECT body FROM document WHERE digest = ?`, digest).Scan(&d.Body); err != nil {
			return nil, wrap(err)
		}
		docs = append(docs, d)
	}
	return docs, nil
}
