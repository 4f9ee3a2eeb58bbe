package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// InDoubt returns replies of a known borrower that arrived since an instant, were read with less confidence than this as something that protects
// nobody, were put right by nobody, and of which a language model was not asked.
func (s *Store) InDoubt(ctx context.Context, below float64, since time.Time, most int) (replies []int64, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		replies, err = column[int64](ctx, tx, `SELECT r.id FROM reply r WHERE r.at >= ? AND r.confidence < ? AND r.borrower <> 0 AND r.meaning IN ('other', 'question', 'ack', 'abuse')
			AND NOT EXISTS (SELECT 1 FROM opinion o WHERE o.reply = r.id) AND NOT EXISTS (SELECT 1 FROM correction c WHERE c.reply = r.id) ORDER BY r.id LIMIT ?`,
			millis(since), below, most)
		return err
	})
	return replies, err
}

// Opinions returns how many replies a language model was asked about since a real instant.
func (s *Store) Opinions(ctx context.Context, since time.Time) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM opinion WHERE at >= ?`, millis(since)).Scan(&n)
	return n, wrap(err)
}

// Opine keeps what a language model made of a reply, once: an empty meaning is that it had no opinion.
func (s *Store) Opine(ctx context.Context, reply int64, model, meaning string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO opinion (reply, at, model, meaning) VALUES (?, ?, ?, ?) ON CONFLICT (reply) DO NOTHING`, reply, millis(at), model, meaning)
		return wrap(err)
	})
}

// OpinionOf returns what a language model made of a reply; empty where it was not asked or had no opinion.
func (s *Store) OpinionOf(ctx context.Context, reply int64) (meaning string, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT meaning FROM opinion WHERE reply = ?`, reply).Scan(&meaning)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return meaning, wrap(err)
}
