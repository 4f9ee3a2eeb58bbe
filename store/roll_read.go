package store

import (
	"context"
	"database/sql"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A rollSpan is days of sums, the first and the last.
type rollSpan struct {
	what        string
	first, last int64
}

// rollSpans are the sums to read for days: those of whole months where that is enough, and of days at both ends.
func rollSpans(what string, from, to ledger.Date, byDay bool) (out [3]rollSpan) {
	first, last := int64(math.MinInt32), int64(math.MaxInt32)
	if from != 0 {
		first = int64(from)
	}
	if to != 0 {
		last = int64(to)
	}
	none := rollSpan{what, 1, 0}
	out = [3]rollSpan{{what, first, last}, none, none}
	if byDay || !rolledByMonth[what] {
		return out
	}
	// The first month that begins within the days, and the first that does not end within them.
	begins, ends := first, last
	if from != 0 {
		if begins = int64(monthOfDay(from)); begins < first {
			begins = nextMonth(from)
		}
	}
	if to != 0 {
		if ends = int64(monthOfDay(to)); nextMonth(to) == last+1 {
			ends = last + 1
		}
	}
	if begins >= ends {
		return out
	}
	out = [3]rollSpan{{what + byMonth, begins, ends - 1}, none, none}
	if from != 0 && begins > first {
		out[1] = rollSpan{what, first, begins - 1}
	}
	if to != 0 && ends <= last {
		out[2] = rollSpan{what, ends, last}
	}
	return out
}

// rolledByMonth are the sums that are kept by month too.
var rolledByMonth = map[string]bool{"message": true, "act": true, "sent": true, "nth": true, "reply": true, "arrangement": true}

// nextMonth is the first day of the month after a day's.
func nextMonth(d ledger.Date) int64 { return int64(ledger.Day(monthOf(d).AddDate(0, 1, 0))) }

// Rolled returns the sums of a kind from a day to a day (zero days mean without end), over all of the days where byDay is false: Day is
// zero then.
func (s *Store) Rolled(ctx context.Context, portfolio int64, what string, from, to ledger.Date, byDay bool) (out []Rolled, err error) {
	day := "0"
	if byDay {
		day = "day"
	}
	const part = `SELECT day, stage, name, carrier, state, reason, unit, ` + sumColumns + ` FROM roll_sum WHERE portfolio = ? AND what = ? AND day BETWEEN ? AND ?`
	var args []any
	for _, x := range rollSpans(what, from, to, byDay) {
		args = append(args, portfolio, x.what, x.first, x.last)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+day+`, stage, name, carrier, state, reason, unit, CAST(sum(n) AS BIGINT), CAST(sum(parts) AS BIGINT), CAST(sum(replied) AS BIGINT),
			CAST(sum(stopped) AS BIGINT), CAST(sum(complained) AS BIGINT), CAST(sum(opened) AS BIGINT), CAST(sum(let_in) AS BIGINT), CAST(sum(paid) AS BIGINT),
			CAST(sum(chased) AS BIGINT), CAST(sum(minor) AS BIGINT), CAST(sum(came) AS BIGINT)
		FROM (`+part+` UNION ALL `+part+` UNION ALL `+part+`) x GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7`, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r := Rolled{Roll: Roll{Portfolio: portfolio, What: what}}
		to := []any{&r.Day, &r.Stage, &r.Name, &r.Carrier, &r.State, &r.Reason, &r.Unit}
		for _, v := range r.values() {
			to = append(to, v)
		}
		if err := rows.Scan(to...); err != nil {
			return nil, wrap(err)
		}
		out = append(out, r)
	}
	return out, wrap(rows.Err())
}

// RollHolds counts anew who is held by which rule, and keeps it as that of a day: of each day stays what was counted last.
func (s *Store) RollHolds(ctx context.Context, portfolio int64, day ledger.Date) error {
	held, err := s.heldNow(ctx, portfolio)
	if err != nil {
		return err
	}
	return s.putRolled(ctx, portfolio, "hold", day, held)
}

func (s *Store) heldNow(ctx context.Context, portfolio int64) (t tally, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT r.stage, r.rule, CAST(sum(d.n) AS BIGINT) FROM (SELECT ruling, count(*) AS n FROM decision WHERE portfolio = ? GROUP BY ruling) d
		JOIN ruling r ON r.id = d.ruling WHERE r.action = 'hold' GROUP BY 1, 2`, portfolio)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	// A day on which nobody is held has been counted too.
	t = tally{Roll{Portfolio: portfolio, What: "hold"}: Sums{Parts: 1}}
	for rows.Next() {
		k, v := Roll{Portfolio: portfolio, What: "hold"}, Sums{}
		if err := rows.Scan(&k.Stage, &k.Reason, &v.N); err != nil {
			return nil, wrap(err)
		}
		t.add(k, v)
	}
	return t, wrap(rows.Err())
}

// putRolled puts sums of a kind and day in the place of those that are there.
func (s *Store) putRolled(ctx context.Context, portfolio int64, what string, day ledger.Date, t tally) error {
	put := tally{}
	for k, v := range t {
		k.Portfolio, k.What, k.Day = portfolio, what, day
		put.add(k, v)
	}
	return s.transaction(ctx, anyone, func(tx *sql.Tx, _ direct) error {
		if s.fleet { // two at once would add to each other
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(?)`, lockRoll); err != nil {
				return wrap(err)
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM roll_sum WHERE portfolio = ? AND what = ? AND day = ?`, portfolio, what, day); err != nil {
			return wrap(err)
		}
		return addSums(ctx, tx, put)
	})
}

// RolledHolds returns who was held by which rule as last counted on a day or before it; a zero day means the latest. The day is
// zero where nothing was counted.
func (s *Store) RolledHolds(ctx context.Context, portfolio int64, to ledger.Date) (held []Held, on ledger.Date, err error) {
	last := int64(to)
	if to == 0 {
		last = math.MaxInt32
	}
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(max(day), 0) FROM roll_sum WHERE portfolio = ? AND what = 'hold' AND day <= ?`, portfolio, last).Scan(&on)
	if err != nil || on == 0 {
		return nil, 0, wrap(err)
	}
	all, err := s.Rolled(ctx, portfolio, "hold", on, on, false)
	for i := range all {
		held = append(held, Held{Stage: all[i].Stage, Rule: all[i].Reason, Persons: all[i].N})
	}
	return held, on, err
}

// SealRolled says that what a month's messages gave to the sums stays as it is: they are about to be given up.
func (s *Store) SealRolled(ctx context.Context, month time.Time) error {
	first := monthNumber(month) << (36 - messageBits)
	return s.transaction(ctx, anyone, func(tx *sql.Tx, _ direct) error {
		_, err := tx.ExecContext(ctx, `UPDATE roll_piece SET due_at = ?, version = version + 1 WHERE kind = 'message' AND piece BETWEEN ? AND ?`,
			int64(rollNever), first, first+1<<(36-messageBits)-1)
		return wrap(err)
	})
}

// PutWalk puts sums that a walk over the book has made in the place of all earlier ones of their kinds, and notes the day.
func (s *Store) PutWalk(ctx context.Context, portfolio int64, day ledger.Date, sums map[string][]Rolled) error {
	put := tally{Roll{Portfolio: portfolio, What: "walk", Day: day}: Sums{N: 1}}
	for what, list := range sums {
		for i := range list {
			k := list[i].Roll
			k.Portfolio, k.What = portfolio, what
			put.add(k, list[i].Sums)
		}
	}
	return s.transaction(ctx, anyone, func(tx *sql.Tx, _ direct) error {
		if s.fleet { // two at once would add to each other
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(?)`, lockRoll); err != nil {
				return wrap(err)
			}
		}
		for _, what := range append(slices.Sorted(maps.Keys(sums)), "walk") {
			if _, err := tx.ExecContext(ctx, `DELETE FROM roll_sum WHERE portfolio = ? AND what = ?`, portfolio, what); err != nil {
				return wrap(err)
			}
		}
		return addSums(ctx, tx, put)
	})
}

// Walked returns the day for which a walk over the book was made last; zero: there was none.
func (s *Store) Walked(ctx context.Context, portfolio int64) (day ledger.Date, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(max(day), 0) FROM roll_sum WHERE portfolio = ? AND what = 'walk'`, portfolio).Scan(&day)
	return day, wrap(err)
}
