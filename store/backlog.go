package store

import (
	"context"
	"database/sql"
	"time"
)

// A Backlog is what waits now. It reads few rows, whatever the history is.
type Backlog struct {
	At         time.Time // civil
	Held       bool
	Workers    int64 // whose lease runs
	Portfolios []PortfolioBacklog
}

// A PortfolioBacklog is what waits in one portfolio.
type PortfolioBacklog struct {
	Ref     string
	Waiting int64     // numbers of a batch that were never given count too: a few more than there are
	Due     int64     // of these, whose hour has come
	Oldest  time.Time // the earliest hour of what is due; zero: nothing is
	Feed    time.Time // how far the payments reach; zero: none were imported
}

// Backlog returns what waits at a civil and a real time.
func (s *Store) Backlog(ctx context.Context, now, wireNow time.Time) (Backlog, error) {
	b := Backlog{At: now}
	err := s.view(ctx, func(tx *sql.Tx) error {
		var held int64
		if err := tx.QueryRowContext(ctx, `SELECT held_at, (SELECT count(*) FROM worker WHERE lease_until >= ?) FROM life`, millis(wireNow)).Scan(&held, &b.Workers); err != nil {
			return wrap(err)
		}
		b.Held = held != 0
		rows, err := tx.QueryContext(ctx, `SELECT p.ref, p.payments_as_of, coalesce(sum(w.n), 0), coalesce(sum(CASE WHEN w.at <= ?1 THEN w.n ELSE 0 END), 0),
				coalesce(min(CASE WHEN w.at <= ?1 THEN w.at END), 0)
			FROM portfolio p LEFT JOIN (SELECT portfolio, count - next AS n, not_before AS at FROM batch WHERE next < count
				UNION ALL SELECT m.portfolio, 1, q.not_before FROM requeue q CROSS JOIN message m WHERE m.id = q.message) w ON w.portfolio = p.id
			GROUP BY p.id, p.ref, p.payments_as_of ORDER BY p.ref`, millis(now))
		if err != nil {
			return wrap(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var p PortfolioBacklog
			if err := rows.Scan(&p.Ref, (*msTime)(&p.Feed), &p.Waiting, &p.Due, (*msTime)(&p.Oldest)); err != nil {
				return wrap(err)
			}
			b.Portfolios = append(b.Portfolios, p)
		}
		return wrap(rows.Err())
	})
	return b, err
}

// Standings is what reads more rows: the messages of the last days, and everybody's latest decision.
type Standings struct {
	Unknown []PortfolioNumber // messages planned in the last eight days that are unknown
	Holds   []PortfolioNumber // persons held by their latest decision, by rule
	Orphans int64             // receipts that match no message
}

// A PortfolioNumber counts something of a portfolio.
type PortfolioNumber struct {
	Portfolio, Rule string
	Number          int64
}

// Standings returns them as of a civil time.
func (s *Store) Standings(ctx context.Context, now time.Time) (Standings, error) {
	var out Standings
	err := s.view(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM orphan`).Scan(&out.Orphans); err != nil {
			return wrap(err)
		}
		first, err := firstSince(ctx, tx, now)
		if err != nil {
			return err
		}
		if out.Unknown, err = numbers(ctx, tx, `SELECT p.ref, '', coalesce(sum(u.n), 0) FROM portfolio p LEFT JOIN (
				SELECT v.portfolio, 1 AS n FROM message_state v WHERE v.id IN (SELECT o.fence >> 3 FROM outcome o WHERE o.kind = 'unknown' AND o.fence >= ?)
					AND v.state = 'unknown') u ON u.portfolio = p.id GROUP BY p.ref ORDER BY p.ref`, first); err != nil {
			return err
		}
		out.Holds, err = numbers(ctx, tx, `SELECT p.ref, r.rule, count(*) FROM decision d JOIN ruling r ON r.id = d.ruling JOIN portfolio p ON p.id = d.portfolio
			WHERE r.action = 'hold' GROUP BY p.ref, r.rule ORDER BY p.ref, r.rule`)
		return err
	})
	return out, err
}

func numbers(ctx context.Context, tx *sql.Tx, query string, args ...any) (out []PortfolioNumber, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n PortfolioNumber
		if err := rows.Scan(&n.Portfolio, &n.Rule, &n.Number); err != nil {
			return nil, wrap(err)
		}
		out = append(out, n)
	}
	return out, wrap(rows.Err())
}
