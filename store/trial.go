package store

import (
	"context"
	"database/sql"
	"errors"
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

// TrialQuiet is how long nothing may be heard of a trial before it is taken to have gone with its process. What goes on says so every TrialBeat.
const (
	TrialQuiet = time.Minute
	TrialBeat  = 5 * time.Second
)

// What keeps a trial from beginning or from going on.
var (
	ErrTrialGoing = errors.New("store: another trial goes on, here or on another machine")
	ErrTrialEnded = errors.New("store: this trial has ended")
)

// BeginTrial keeps that a version is tried, and the deed. One trial goes on at a time, whatever the number of machines: they share a database.
func (s *Store) BeginTrial(ctx context.Context, t Trial, portfolio int64) (id int64, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		var going bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM trial WHERE ended_at = 0 AND beat_at > ?)`, millis(t.BeatAt.Add(-TrialQuiet))).Scan(&going); err != nil {
			return wrap(err)
		}
		if going {
			return ErrTrialGoing
		}
		if err := tx.QueryRowContext(ctx, `INSERT INTO trial (version, beside, digest, days, made_at, who, beat_at, done) VALUES (?, ?, ?, ?, ?, ?, ?, 0) RETURNING id`,
			t.Version, t.Beside, t.Digest, t.Days, millis(t.MadeAt), t.Who, millis(t.BeatAt)).Scan(&id); err != nil {
			return wrap(err)
		}
		_, err := s.deed(ctx, tx, Deed{At: t.BeatAt, Who: t.Who, What: "simulated", Portfolio: portfolio, Subject: "version " + strconv.FormatInt(t.Version, 10)})
		return err
	})
	return id, err
}

// KeepTrial notes how far a trial is, or with an end what came of it. ErrTrialEnded says that somebody has ended it meanwhile.
func (s *Store) KeepTrial(ctx context.Context, t Trial) error {
	err := s.update(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `UPDATE trial SET beat_at = ?, done = ?, ended_at = ?, failed = ?, result = ? WHERE id = ? AND ended_at = 0`,
			millis(t.BeatAt), t.Done, millis(t.EndedAt), t.Failed, t.Result, t.ID))
	})
	if errors.Is(err, ErrNotFound) {
		return ErrTrialEnded
	}
	return err
}

// EndTrial ends a version's trial before it is through, wherever it goes on, and keeps the deed. ErrTrialEnded says that none goes on.
func (s *Store) EndTrial(ctx context.Context, of *Version, by Act) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE trial SET ended_at = ?, failed = 'ended' WHERE version = ? AND ended_at = 0`, millis(by.At), of.ID)
		if err != nil {
			return wrap(err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(wrap(err), ErrTrialEnded)
		}
		_, err = s.deed(ctx, tx, Deed{At: by.Real, Who: by.Who, What: "simulation_ended", Portfolio: of.Portfolio, Subject: "version " + strconv.FormatInt(of.ID, 10)})
		return err
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
