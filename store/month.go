package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// monthOf returns the first instant of a day's month.
func monthOf(d ledger.Date) time.Time {
	y, m, _ := d.At(0, 0, time.UTC).Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

// monthNumber counts months since January 1970, as numbers of messages do.
func monthNumber(t time.Time) int64 { return int64(outbox.FirstOf(t)) >> outbox.MonthBits }

// MakeMonth makes the parts of the outbox for messages that are planned in t's month, where the database parts it (docs/adr/0018). It
// does nothing where they are there.
func (s *Store) MakeMonth(ctx context.Context, t time.Time) error {
	if !s.fleet {
		return nil
	}
	n := monthNumber(t)
	if _, ok := s.months.Load(n); ok {
		return nil
	}
	// Two processes must not make the same at once. It waits for long readers, and others would wait behind it: not for long. What no
	// part was made for in time lies in T_other.
	err := s.leasing(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `SET LOCAL lock_timeout = '1s'`); err != nil {
			return wrap(err)
		}
		_, err := tx.ExecContext(ctx, `SELECT duly_make_month(?)`, n)
		return wrap(err)
	})
	if busy(err) {
		return nil
	}
	if err == nil {
		s.months.Store(n, true)
	}
	return err
}

// A Keep is for how long the messages of a portfolio are kept at least.
type Keep struct {
	Portfolio int64
	Months    int
	After     string // what it counts from: "record", "last_contact" or "settled"
}

// HoldState is the kind of a state that lets nothing be given up that is of the person: a legal hold.
const HoldState = "legal_hold"

// DueMonths returns the months, as their first instants, whose messages may be given up in part at now: those that ended longer ago
// than the shortest of what each portfolio keeps. A portfolio without a Keep keeps everything.
func (s *Store) DueMonths(ctx context.Context, now time.Time, keeps []Keep) ([]time.Time, error) {
	if len(keeps) == 0 {
		return nil, nil
	}
	longest := map[int64]int{} // of each portfolio
	for _, k := range keeps {
		longest[k.Portfolio] = max(longest[k.Portfolio], k.Months)
	}
	shortest := -1
	for _, n := range longest {
		if shortest < 0 || n < shortest {
			shortest = n
		}
	}
	last := monthNumber(now.UTC().AddDate(0, -shortest, 0)) - 1
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT first >> 36 FROM batch WHERE first >> 36 <= ? ORDER BY 1`, last)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []time.Time
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, wrap(err)
		}
		out = append(out, outbox.MessageID(n<<outbox.MonthBits).Month())
	}
	return out, wrap(rows.Err())
}

// Retained is what a month's retention did.
type Retained struct {
	Gone, Kept int64 // messages
	Dropped    bool  // the whole month went at once
}

// deletedAtOnce is how many messages one transaction deletes.
const deletedAtOnce = 2000

// Retain gives up the messages of a month that nobody has to keep at now, with their fences, texts, outcomes, receipts and what is kept of
// notices. Where none of the month's is kept and it is a part of its own, the part is dropped; else they are deleted row by
// row. A legal hold of a person comes before all. What was given up is noted.
func (s *Store) Retain(ctx context.Context, month, now time.Time, keeps []Keep) (Retained, error) {
	r := retention{keys: s.keys, month: monthNumber(month), now: now}
	r.first, r.last = r.month<<outbox.MonthBits, (r.month+1)<<outbox.MonthBits-1
	r.kept, r.args = keptWhere(outbox.MessageID(r.first).Month(), now, keeps)
	var done Retained
	err := s.update(ctx, func(tx *sql.Tx) (err error) {
		done, err = r.begin(ctx, tx, s.fleet)
		return err
	})
	for err == nil && done.Gone < r.doomed && !done.Dropped {
		err = s.update(ctx, func(tx *sql.Tx) error {
			n, err := r.some(ctx, tx)
			done.Gone += n
			if n == 0 {
				r.doomed = done.Gone
			}
			return err
		})
	}
	if err == nil && done.Kept == 0 && (done.Gone > 0 || r.doomed == 0) {
		err = s.update(ctx, func(tx *sql.Tx) error { return r.end(ctx, tx, done.Gone) })
	}
	return done, err
}

// retention is the retention of one month.
type retention struct {
	keys        *Keys
	month       int64
	first, last int64 // numbers of messages
	now         time.Time
	kept        string // the condition on message m that somebody has to keep it
	args        []any
	doomed      int64
}

// keptWhere returns the condition that a message of a month has to be kept.
func keptWhere(month, now time.Time, keeps []Keep) (string, []any) {
	cond := `EXISTS (SELECT 1 FROM state h WHERE h.person = m.person AND h.kind = ? AND h.gone_at = 0 AND (h.until = 0 OR h.until > ?))
		OR EXISTS (SELECT 1 FROM requeue q WHERE q.message = m.id)
		OR EXISTS (SELECT 1 FROM batch b WHERE b.next < b.count AND m.id BETWEEN b.first + b.next AND b.first + b.count - 1)`
	args := []any{HoldState, millis(now)}
	var ruled []int64
	ends := month.AddDate(0, 1, 0)
	for _, k := range keeps {
		ruled = append(ruled, k.Portfolio)
		since := now.UTC().AddDate(0, -k.Months, 0)
		switch k.After {
		case "last_contact":
			cond += ` OR m.portfolio = ? AND EXISTS (SELECT 1 FROM contact c WHERE c.subject = m.person << 8 AND c.at > ?)`
			args = append(args, k.Portfolio, millis(since))
		case "settled":
			cond += ` OR m.portfolio = ? AND EXISTS (SELECT 1 FROM standing l WHERE l.person = m.person AND l.portfolio = m.portfolio
				AND (l.closed_on = 0 OR l.closed_on > ?))`
			args = append(args, k.Portfolio, int64(ledger.Day(since)))
		}
		// Whatever it counts from, the record itself is never younger than its month.
		if ends.After(since) {
			cond += ` OR m.portfolio = ?`
			args = append(args, k.Portfolio)
		}
	}
	list, _ := json.Marshal(ruled) // whole numbers
	return "(" + cond + ` OR m.portfolio NOT IN (SELECT value FROM json_each(?)))`, append(args, string(list))
}

// begin counts, and drops the whole month where it may.
func (r *retention) begin(ctx context.Context, tx *sql.Tx, parts bool) (done Retained, err error) {
	var all int64
	err = tx.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(CASE WHEN `+r.kept+` THEN 1 ELSE 0 END), 0) FROM message m WHERE m.id BETWEEN ? AND ?`,
		append(append([]any{}, r.args...), r.first, r.last)...).Scan(&all, &done.Kept)
	if err != nil {
		return done, wrap(err)
	}
	r.doomed = all - done.Kept
	if !parts || done.Kept > 0 || all == 0 {
		return done, nil
	}
	if err := r.notices(ctx, tx, r.first, r.last); err != nil {
		return done, err
	}
	if _, err := tx.ExecContext(ctx, `SET LOCAL lock_timeout = '5s'`); err != nil {
		return done, wrap(err)
	}
	var dropped int64
	if err := tx.QueryRowContext(ctx, `SELECT duly_drop_month(?)`, r.month).Scan(&dropped); err != nil || dropped == 0 {
		return done, wrap(err)
	}
	done.Gone, done.Dropped = all, true
	return done, nil
}

// notices deletes what is kept of the statutory notices among messages, and what people said of any.
func (r *retention) notices(ctx context.Context, tx *sql.Tx, first, last int64) error {
	for _, q := range []string{`DELETE FROM notice_loan WHERE fence BETWEEN ? AND ?`, `DELETE FROM notice WHERE fence BETWEEN ? AND ?`, `DELETE FROM reconciled WHERE fence BETWEEN ? AND ?`} {
		if _, err := tx.ExecContext(ctx, q, first<<3, last<<3|7); err != nil {
			return wrap(err)
		}
	}
	return nil
}

// some deletes some messages with all that is of them, and returns how many.
func (r *retention) some(ctx context.Context, tx *sql.Tx) (int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT m.id FROM message m WHERE m.id BETWEEN ? AND ? AND NOT `+r.kept+` ORDER BY m.id LIMIT ?`,
		append(append([]any{r.first, r.last}, r.args...), deletedAtOnce)...)
	if err != nil {
		return 0, wrap(err)
	}
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return 0, errors.Join(wrap(err), rows.Close())
		}
		ids = append(ids, id)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(ids) == 0 {
		return 0, wrap(err)
	}
	if err := cutTexts(ctx, tx, r.keys, ids); err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := r.notices(ctx, tx, id, id); err != nil {
			return 0, err
		}
		for _, q := range []struct {
			table, key string
			bits       int
		}{{"receipt", "id", 11}, {"outcome", "fence", 3}, {"sealed_text", "fence", 3}, {"fence", "id", 3}, {"closed", "message", 0}, {"message", "id", 0}} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+q.table+` WHERE `+q.key+` BETWEEN ? AND ?`, id<<q.bits, (id+1)<<q.bits-1); err != nil {
				return 0, wrap(err)
			}
		}
	}
	return int64(len(ids)), nil
}

// end forgets the batches of a month of which nothing is left, and notes that it is gone.
func (r *retention) end(ctx context.Context, tx *sql.Tx, gone int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM batch WHERE first BETWEEN ? AND ? AND next = count`, r.first, r.last); err != nil {
		return wrap(err)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO month (month, gone_at, messages) VALUES (?, ?, ?)
		ON CONFLICT (month) DO UPDATE SET gone_at = excluded.gone_at, messages = month.messages + excluded.messages`, r.month, millis(r.now), gone)
	if err != nil {
		return fmt.Errorf("store: retention: %w", err)
	}
	return nil
}
