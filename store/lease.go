package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// A Holder is a worker that leases what it is about to judge, so that others do not judge it in vain. Both times are real.
type Holder struct {
	Worker int64
	Now    time.Time
	Until  time.Time // when its leases end unless it renews them, as each claim it commits does
}

// anybody holds nothing and passes over nothing.
var anybody = Holder{Worker: -1}

// free is the condition that a row of batch or requeue is held by nobody else.
func (h Holder) free(table string) (cond string, args []any) {
	if h == anybody {
		return "", nil
	}
	from, to := leased(h.Now)
	return ` AND (` + table + `.held_until NOT BETWEEN ? AND ? OR ` + table + `.holder = ?)`, []any{from, to, h.Worker}
}

// DueFor is DueAfter for a worker among others: what it returns is leased to it. Where all that is due is held by others, the largest
// batch is cut in two.
func (s *Store) DueFor(ctx context.Context, h Holder, portfolio int64, now time.Time, limit int, taken *Claim) (Claim, error) {
	for again := 0; ; again++ {
		c, held, err := s.dueOrFree(ctx, h, portfolio, now, limit, taken)
		if err != nil || held || again == mostAgain {
			return c, err
		}
		if c.Batch == 0 && len(c.Messages) > 0 {
			if err := s.holdPutOffs(ctx, h, &c); err != nil || len(c.Messages) > 0 {
				return c, err
			}
			continue
		}
		got, err := s.hold(ctx, h, portfolio, now)
		if err != nil || !got {
			return Claim{}, err
		}
	}
}

// dueOrFree reads what is due and held by the worker, or else may be. What waits after throttling comes before the rest, but not before
// what is urgent.
func (s *Store) dueOrFree(ctx context.Context, h Holder, portfolio int64, now time.Time, limit int, taken *Claim) (c Claim, held bool, err error) {
	err = s.look(ctx, func(tx *sql.Tx, on direct) error {
		if err := on.foretell(ctx, anyUrgent(h, portfolio, now), somePutOff(now), nextHeld(h, portfolio, now, 0), anyUrgent(pressing(h), portfolio, now)); err != nil {
			return err
		}
		urgent, err := s.urgent(ctx, tx, h, portfolio, now)
		if err != nil {
			return err
		}
		if !urgent {
			if err := s.dueAgain(ctx, tx, on, &c, h, portfolio, now, limit); err != nil {
				return err
			}
			if len(c.Messages) > 0 {
				held = !s.fleet // one machine: whoever commits first has them
				return nil
			}
		}
		held, err = s.dueHeld(ctx, tx, on, &c, h, portfolio, now, limit, taken)
		return err
	})
	return c, held, err
}

// urgent says whether something of the portfolio is due that is not to wait, and that nobody else holds.
func (s *Store) urgent(ctx context.Context, tx *sql.Tx, h Holder, portfolio int64, now time.Time) (yes bool, err error) {
	ask := anyUrgent(h, portfolio, now)
	st, err := s.reads.in(ctx, tx, ask.query)
	if err != nil {
		return false, err
	}
	return yes, wrap(st.QueryRowContext(ctx, ask.args.list()...).Scan(&yes))
}

func anyUrgent(h Holder, portfolio int64, now time.Time) statement {
	cond, args := h.free("b")
	ask := say(`SELECT EXISTS (SELECT 1 FROM batch b WHERE b.next < b.count AND b.urgency > 0 AND b.not_before <= ? AND b.not_after > ?
		AND b.portfolio = ?`+cond+`)`, millis(now), millis(now), portfolio)
	for _, n := range args {
		ask.args.int(n.(int64))
	}
	return ask
}

// pressing is who leases what is urgent and held by nobody.
func pressing(h Holder) Holder { return Holder{Now: h.Now} }

// Urgent returns the portfolios of which something is due that is not to wait behind routine.
func (s *Store) Urgent(ctx context.Context, now time.Time) (portfolios map[int64]bool, err error) {
	var args values
	args.int(millis(now)).int(millis(now))
	err = s.glance(ctx, func(on direct) error {
		return on.ask(ctx, `SELECT DISTINCT portfolio FROM batch WHERE next < count AND urgency > 0 AND not_before <= ? AND not_after > ?`, &args, func(r row) error {
			if portfolios == nil {
				portfolios = map[int64]bool{}
			}
			portfolios[r.int(0)] = true
			return nil
		})
	})
	return portfolios, err
}

// inTurn is the order in which batches are taken.
const inTurn = ` ORDER BY b.urgency DESC, b.not_before, b.id LIMIT 1`

// dueHeld reads the next messages of the first batch that the worker holds and has not taken whole. One that is more urgent than
// all it holds is not passed over: it is to be leased first.
func (s *Store) dueHeld(ctx context.Context, tx *sql.Tx, on direct, c *Claim, h Holder, portfolio int64, now time.Time, limit int, taken *Claim) (bool, error) {
	whole := int64(0) // a batch of which nothing is left once taken is committed
	for {
		var first, count, urgency int64
		w := Waiting{Portfolio: portfolio}
		ask := nextHeld(h, portfolio, now, whole)
		st, err := s.reads.in(ctx, tx, ask.query)
		if err != nil {
			return false, err
		}
		err = st.QueryRowContext(ctx, ask.args.list()...).Scan(&c.Batch, &first, &count, &c.From, (*msTime)(&w.NotAfter), &urgency, &w.Edition, &w.Carrier)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, wrap(err)
		}
		if taken != nil && taken.Batch == c.Batch {
			if c.From = max(c.From, taken.To); c.From >= int(count) {
				whole, *c = c.Batch, Claim{}
				continue
			}
		}
		if urgency == 0 {
			if yes, err := s.urgent(ctx, tx, pressing(h), portfolio, now); err != nil || yes {
				*c = Claim{}
				return false, err
			}
		}
		return true, readBatch(ctx, on, c, w, first, count, limit)
	}
}

// nextHeld asks for the first batch that a worker holds, but for one.
func nextHeld(h Holder, portfolio int64, now time.Time, but int64) statement {
	from, to := leased(h.Now)
	return say(`SELECT b.id, b.first, b.count, b.next, b.not_after, b.urgency, b.edition, b.carrier FROM batch b WHERE b.next < b.count AND b.not_before <= ?
		AND b.not_after > ? AND b.portfolio = ? AND b.holder = ? AND b.held_until BETWEEN ? AND ? AND b.id <> ?`+inTurn,
		millis(now), millis(now), portfolio, h.Worker, from, to, but)
}

// leastShare is how many messages a batch must have left to be cut in two.
const leastShare = 1000

// hold leases a batch that nobody holds, else half of what is left of the largest; false means that there is none.
func (s *Store) hold(ctx context.Context, h Holder, portfolio int64, now time.Time) (got bool, err error) {
	err = s.besideSteps(ctx, func(tx *sql.Tx) error {
		const due = ` FROM batch b WHERE b.next < b.count AND b.not_before <= ? AND b.not_after > ? AND b.portfolio = ?`
		var batch int64
		from, to := leased(h.Now)
		err := tx.QueryRowContext(ctx, `SELECT b.id`+due+` AND b.held_until NOT BETWEEN ? AND ?`+inTurn+s.skipping(),
			millis(now), millis(now), portfolio, from, to).Scan(&batch)
		if errors.Is(err, sql.ErrNoRows) {
			got, err = s.cut(ctx, tx, h, due, millis(now), portfolio)
			return err
		}
		if err != nil {
			return wrap(err)
		}
		got = true
		_, err = tx.ExecContext(ctx, `UPDATE batch SET holder = ?, held_until = ? WHERE id = ?`, h.Worker, millis(h.Until), batch)
		return wrap(err)
	})
	return got, err
}

// cut makes a batch of the second half of what is left of the largest one that another worker holds. A claim of that worker which
// reaches beyond the cut is lost, as if somebody had taken it.
func (s *Store) cut(ctx context.Context, tx *sql.Tx, h Holder, due string, now, portfolio int64) (bool, error) {
	var batch, count, next int64
	err := tx.QueryRowContext(ctx, `SELECT b.id, b.count, b.next`+due+` AND b.holder <> ? AND b.count - b.next >= ?
		ORDER BY b.count - b.next DESC, b.id LIMIT 1`+s.skipping(), now, now, portfolio, h.Worker, 2*leastShare).Scan(&batch, &count, &next)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, wrap(err)
	}
	keeps := next + (count-next)/2
	if _, err := tx.ExecContext(ctx, `INSERT INTO batch (portfolio, edition, carrier, planned_at, not_before, not_after, first, count, urgency, holder, held_until)
		SELECT portfolio, edition, carrier, planned_at, not_before, not_after, first + ?, count - ?, urgency, ?, ? FROM batch WHERE id = ?`,
		keeps, keeps, h.Worker, millis(h.Until), batch); err != nil {
		return false, wrap(err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE batch SET count = ? WHERE id = ?`, keeps, batch)
	return err == nil, wrap(err)
}

// skipping lets a query lock the rows that it finds and pass over those that others have locked, on PostgreSQL.
func (s *Store) skipping() string {
	if s.fleet {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// besideSteps runs f beside the steps: rows that it holds are passed over by others, never waited for.
func (s *Store) besideSteps(ctx context.Context, f func(tx *sql.Tx) error) error {
	return s.step(ctx, func(tx *sql.Tx, _ direct) error { return f(tx) })
}

// holdPutOffs leases put-off messages; those that others hold by now are taken out of the claim.
func (s *Store) holdPutOffs(ctx context.Context, h Holder, c *Claim) error {
	ids := make([]outbox.MessageID, len(c.Messages))
	for i, m := range c.Messages {
		ids[i] = m.ID
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return wrap(err)
	}
	got := map[outbox.MessageID]bool{}
	err = s.besideSteps(ctx, func(tx *sql.Tx) error {
		clear(got)
		cond, args := h.free("q")
		rows, err := tx.QueryContext(ctx, `UPDATE requeue SET holder = ?, held_until = ? WHERE message IN (SELECT q.message FROM requeue q
			WHERE q.message IN (SELECT value FROM json_each(?))`+cond+` ORDER BY q.message`+s.skipping()+`) RETURNING message`,
			append([]any{h.Worker, millis(h.Until), string(list)}, args...)...)
		if err != nil {
			return wrap(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id outbox.MessageID
			if err := rows.Scan(&id); err != nil {
				return wrap(err)
			}
			got[id] = true
		}
		return wrap(rows.Err())
	})
	kept := c.Messages[:0]
	for _, m := range c.Messages {
		if got[m.ID] {
			kept = append(kept, m)
		}
	}
	c.Messages = kept
	return err
}
