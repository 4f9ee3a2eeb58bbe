package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A Span is persons by their numbers, both ends included. The zero Span is everybody.
type Span struct{ From, To ledger.PersonID }

func (s Span) last() int64 {
	if s.To == 0 {
		return math.MaxInt64
	}
	return int64(s.To)
}

// condition limits a column of persons' numbers, or of subjects of which they are the upper bits.
func (s Span) condition(column string) (string, []any) {
	if s == (Span{}) {
		return "", nil
	}
	from, to := int64(s.From), s.last()
	if column == "subject" {
		from, to = from<<8, min(to, math.MaxInt64>>8)<<8|255
	}
	return " AND " + column + " BETWEEN ? AND ?", []any{from, to}
}

// A RunAsk says for what a portfolio should be planned.
type RunAsk struct {
	Portfolio int64
	Day       ledger.Date // the last day whose hour of planning has come
	Edition   int64
	Now       time.Time     // civil
	Again     time.Duration // how long after a run an import may cause the next one
	Persons   int           // in a shard; 0 means that one shard holds everybody
}

// A Shard is a part of a run of planning that nobody has done yet.
type Shard struct {
	Run  int64
	Part int // from 0
	Span Span
}

// mostShards bounds into how many parts a run is cut.
const mostShards = 64

// DueShards returns what is to be planned: what is left of the portfolio's latest run, or all of a new one if there is a day
// without a run, or an import or a newer edition that the latest run has not seen. A portfolio without loans is not planned.
func (s *Store) DueShards(ctx context.Context, a RunAsk) ([]Shard, error) {
	var due []Shard
	wanted := false
	err := s.view(ctx, func(tx *sql.Tx) (err error) {
		if wanted, err = newRun(ctx, tx, &a); err == nil && !wanted {
			due, err = openShards(ctx, tx, a.Portfolio)
		}
		return err
	})
	if err != nil || !wanted {
		return due, err
	}
	err = s.update(ctx, func(tx *sql.Tx) (err error) {
		if wanted, err = newRun(ctx, tx, &a); err == nil && wanted { // asked again: another process may have been here
			err = beginRun(ctx, tx, &a)
		}
		if err == nil {
			due, err = openShards(ctx, tx, a.Portfolio)
		}
		return err
	})
	return due, err
}

// newRun says whether a run has to begin.
func newRun(ctx context.Context, tx *sql.Tx, a *RunAsk) (bool, error) {
	var source int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM source WHERE portfolio = ?`, a.Portfolio).Scan(&source); err != nil || source == 0 {
		return false, wrap(err)
	}
	var day, edition, seen, at int64
	var open bool
	err := tx.QueryRowContext(ctx, `SELECT day, edition, source, at, EXISTS (SELECT 1 FROM plan_shard WHERE run = plan_run.id AND done_at = 0)
		FROM plan_run WHERE portfolio = ? ORDER BY id DESC LIMIT 1`, a.Portfolio).Scan(&day, &edition, &seen, &at, &open)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return true, nil
	case err != nil:
		return false, wrap(err)
	case day < int64(a.Day):
		return true, nil
	case open:
		return false, nil // first what was begun
	}
	return edition < a.Edition || seen < source && millis(a.Now) >= at+a.Again.Milliseconds(), nil
}

func beginRun(ctx context.Context, tx *sql.Tx, a *RunAsk) error {
	var run int64
	if err := tx.QueryRowContext(ctx, `INSERT INTO plan_run (portfolio, day, edition, source, at)
		SELECT ?, ?, ?, max(id), ? FROM source WHERE portfolio = ? RETURNING id`,
		a.Portfolio, a.Day, a.Edition, millis(a.Now), a.Portfolio).Scan(&run); err != nil {
		return wrap(err)
	}
	// Only the latest run is done: what an earlier one left is part of it.
	if _, err := tx.ExecContext(ctx, `DELETE FROM plan_shard WHERE run IN (SELECT id FROM plan_run WHERE portfolio = ? AND id < ?)`, a.Portfolio, run); err != nil {
		return wrap(err)
	}
	var from, to sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT min(person), max(person) FROM standing WHERE portfolio = ?`, a.Portfolio).Scan(&from, &to); err != nil || !from.Valid {
		return wrap(err)
	}
	parts := int64(1)
	if a.Persons > 0 {
		parts = min(mostShards, (to.Int64-from.Int64)/int64(a.Persons)+1)
	}
	size := (to.Int64-from.Int64)/parts + 1
	for i := range parts {
		first := from.Int64 + i*size
		if _, err := tx.ExecContext(ctx, `INSERT INTO plan_shard (run, part, first, last) VALUES (?, ?, ?, ?)`,
			run, i, first, min(first+size-1, to.Int64)); err != nil {
			return wrap(err)
		}
	}
	return nil
}

// openShards returns what is left of the latest run.
func openShards(ctx context.Context, tx *sql.Tx, portfolio int64) ([]Shard, error) {
	rows, err := tx.QueryContext(ctx, `SELECT run, part, first, last FROM plan_shard
		WHERE run = (SELECT max(id) FROM plan_run WHERE portfolio = ?) AND done_at = 0 ORDER BY part`, portfolio)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []Shard
	for rows.Next() {
		var d Shard
		if err := rows.Scan(&d.Run, &d.Part, &d.Span.From, &d.Span.To); err != nil {
			return nil, wrap(err)
		}
		out = append(out, d)
	}
	return out, wrap(rows.Err())
}

// ShardDone notes that a part of a run is planned. Noted twice, or of a run that another has taken the place of, it changes
// nothing.
func (s *Store) ShardDone(ctx context.Context, d Shard, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE plan_shard SET done_at = ? WHERE run = ? AND part = ? AND done_at = 0`, millis(at), d.Run, d.Part)
		return wrap(err)
	})
}
