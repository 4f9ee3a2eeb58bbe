package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// hireNext gives a worker the next number. None is ever used again, because fences name them: table hired keeps the greatest there was, so that
// the fences, as many as messages ever sent, are not looked through while nobody else may write.
const hireNext = `INSERT INTO worker (id, lease_until)
	SELECT max(coalesce((SELECT max(id) FROM worker), 0), coalesce((SELECT last FROM hired WHERE id = 1), 0), ?) + 1, ? RETURNING id`

// Hire registers a worker and returns its number. Both times are real.
func (s *Store) Hire(ctx context.Context, wireNow, leaseUntil time.Time) (int64, error) {
	var id int64
	err := s.between(ctx, func(tx *sql.Tx) error {
		return wrap(tx.QueryRowContext(ctx, hireNext, millis(wireNow), millis(leaseUntil)).Scan(&id))
	})
	return id, err
}

// Dismiss ends a worker that has stored the outcome of each of its fences, the least of which is first; 0 means that it has asked for
// none. All that was ever handed over lies before them, and is not looked through.
func (s *Store) Dismiss(ctx context.Context, worker int64, first outbox.FenceID) error {
	return s.between(ctx, func(tx *sql.Tx) error {
		if first == 0 {
			_, err := tx.ExecContext(ctx, `DELETE FROM worker WHERE id = ?`, worker)
			return wrap(err)
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM worker WHERE id = ? AND NOT EXISTS (
			SELECT 1 FROM fence f LEFT JOIN outcome o ON o.fence = f.id WHERE f.id >= ? AND f.worker = worker.id AND o.fence IS NULL)`, worker, first)
		return wrap(err)
	})
}

// Settled is what settling did.
type Settled struct {
	Unknown int64 // tries of dead workers whose outcome will not come
	Pending int64 // tries of dead workers that may still leave until their leave_by
	Expired int64 // messages too late to leave
	Matched int64 // receipts that found their message late
}

// Settle makes good what crashes and lateness left: it does nothing that a second run would do again. now is
// civil, wireNow real.
func (s *Store) Settle(ctx context.Context, now, wireNow time.Time) (Settled, error) {
	var done Settled
	some, err := s.Unsettled(ctx, now, wireNow)
	if err != nil || !some {
		return done, err // settling is asked for every second, and would stop the steps of all workers
	}
	err = s.between(ctx, func(tx *sql.Tx) error {
		done = Settled{}
		w := settling{s.writes, ctx, tx, now, wireNow, &done}
		if err := w.bury(); err != nil {
			return err
		}
		if err := w.expire(); err != nil {
			return err
		}
		return w.matchOrphans()
	})
	return done, err
}

// Unsettled says whether there is something for Settle to do.
func (s *Store) Unsettled(ctx context.Context, now, wireNow time.Time) (some bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM worker WHERE lease_until < ?)
		OR EXISTS (SELECT 1 FROM batch WHERE next < count AND not_after <= ?)
		OR EXISTS (SELECT 1 FROM requeue WHERE not_after <= ?) OR EXISTS (SELECT 1 FROM orphan WHERE sought = 0)`,
		millis(wireNow), millis(now), millis(now)).Scan(&some)
	return some, wrap(err)
}

// settling is one settlement in its transaction. Its statements are kept: it is made every second.
type settling struct {
	kept         *statements
	ctx          context.Context
	tx           *sql.Tx
	now, wireNow time.Time
	done         *Settled
}

func (w *settling) exec(query string, args ...any) (int64, error) {
	st, err := w.kept.in(w.ctx, w.tx, query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(w.ctx, args...)
	if err != nil {
		return 0, wrap(err)
	}
	n, err := res.RowsAffected()
	return n, wrap(err)
}

func (w *settling) number(query string, args ...any) (n int64, err error) {
	st, err := w.kept.in(w.ctx, w.tx, query)
	if err != nil {
		return 0, err
	}
	return n, wrap(st.QueryRowContext(w.ctx, args...).Scan(&n))
}

// bury records as unknown the tries of workers whose lease has run out, once their leave_by has passed.
func (w *settling) bury() error {
	now := millis(w.wireNow)
	dead, err := w.number(`SELECT count(*) FROM worker WHERE lease_until < ?`, now)
	if err != nil || dead == 0 {
		return err
	}
	const orphaned = ` FROM fence f LEFT JOIN outcome o ON o.fence = f.id
		WHERE o.fence IS NULL AND f.worker IN (SELECT id FROM worker WHERE lease_until < ?)`
	if w.done.Unknown, err = w.exec(`INSERT INTO outcome (fence, at, wire_at, kind, code, carrier, ids)
		SELECT f.id, ?, ?, 'unknown', 'the worker died', '', ''`+orphaned+` AND f.leave_by < ?`, millis(w.now), now, now, now); err != nil {
		return err
	}
	if w.done.Pending, err = w.number(`SELECT count(*)`+orphaned, now); err != nil || w.done.Pending > 0 {
		return err
	}
	_, err = w.exec(`DELETE FROM worker WHERE lease_until < ?`, now)
	return err
}

const staleReason = "its hour passed before it could be handed over"

// expire closes what is too late: the rest of stale batches, and stale messages that were put off.
func (w *settling) expire() error {
	const rule = "stale"
	now := millis(w.now)
	for _, q := range []string{
		`INSERT INTO closed (message, at, state, rule, reason) SELECT m.id, ?, 'expired', ?, ? FROM batch b
			CROSS JOIN message m WHERE m.id BETWEEN b.first + b.next AND b.first + b.count - 1 AND b.next < b.count AND b.not_after <= ?
			ON CONFLICT DO NOTHING`,
		`INSERT INTO closed (message, at, state, rule, reason) SELECT message, ?, 'expired', ?, ? FROM requeue WHERE not_after <= ?
			ON CONFLICT DO NOTHING`,
	} {
		n, err := w.exec(q, now, rule, staleReason, now)
		if err != nil {
			return err
		}
		w.done.Expired += n
	}
	if w.done.Expired == 0 {
		return nil
	}
	if _, err := w.exec(`UPDATE batch SET next = count WHERE next < count AND not_after <= ?`, now); err != nil {
		return err
	}
	_, err := w.exec(`DELETE FROM requeue WHERE not_after <= ?`, now)
	return err
}

// OpenElsewhere says whether another worker, alive or dead, has tries without an outcome.
func (s *Store) OpenElsewhere(ctx context.Context, worker int64) (open bool, err error) {
	var others int
	if err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM worker WHERE id <> ?`, worker).Scan(&others); err != nil || others == 0 {
		return false, wrap(err)
	}
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM fence f LEFT JOIN outcome o ON o.fence = f.id
		WHERE o.fence IS NULL AND f.worker <> ?)`, worker).Scan(&open)
	return open, wrap(err)
}
