package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"
)

// A Trial is a version that was tried on a copy of the book beside the one in force.
type Trial struct {
	ID, Version, Beside int64
	Digest              string // of what was tried
	Days                int
	MadeAt              time.Time // civil
	Who                 string
	BeatAt              time.Time // real: when it was last heard of
	Done                int       // days that are through, of both
	EndedAt             time.Time // zero: it goes on, as far as anybody knows
	Failed              string    // why nothing came of it
	Result              string    // JSON; empty before its end
}

// BeginTrial keeps that a version is tried, and the deed.
func (s *Store) BeginTrial(ctx context.Context, t Trial, portfolio int64) (id int64, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `INSERT INTO trial (version, beside, digest, days, made_at, who, beat_at, done) VALUES (?, ?, ?, ?, ?, ?, ?, 0) RETURNING id`,
			t.Version, t.Beside, t.Digest, t.Days, millis(t.MadeAt), t.Who, millis(t.BeatAt)).Scan(&id); err != nil {
			return wrap(err)
		}
		_, err := s.deed(ctx, tx, Deed{At: t.BeatAt, Who: t.Who, What: "simulated", Portfolio: portfolio, Subject: "version " + strconv.FormatInt(t.Version, 10)})
		return err
	})
	return id, err
}

// KeepTrial notes how far a trial is, or with an end what came of it.
func (s *Store) KeepTrial(ctx context.Context, t Trial) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `UPDATE trial SET beat_at = ?, done = ?, ended_at = ?, failed = ?, result = ? WHERE id = ? AND ended_at = 0`,
			millis(t.BeatAt), t.Done, millis(t.EndedAt), t.Failed, t.Result, t.ID))
	})
}

// Trials returns those of a version, the newest first, so many at most.
func (s *Store) Trials(ctx context.Context, version int64, most int) (out []Trial, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, version, beside, digest, days, made_at, who, beat_at, done, ended_at, failed, result FROM trial WHERE version = ? ORDER BY id DESC LIMIT ?`, version, most)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var t Trial
		if err := rows.Scan(&t.ID, &t.Version, &t.Beside, &t.Digest, &t.Days, (*msTime)(&t.MadeAt), &t.Who, (*msTime)(&t.BeatAt), &t.Done, (*msTime)(&t.EndedAt), &t.Failed, &t.Result); err != nil {
			return nil, wrap(err)
		}
		out = append(out, t)
	}
	return out, wrap(rows.Err())
}
