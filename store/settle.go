package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// Hire registers a worker and returns its number. Both times are real.
func (s *Store) Hire(ctx context.Context, wireNow, leaseUntil time.Time) (int64, error) {
	var id int64
	err := s.update(ctx, func(tx *sql.Tx) error {
		// A number is never used again, because fences name it.
		return wrap(tx.QueryRowContext(ctx, `INSERT INTO worker (id, lease_until)
			SELECT max(coalesce((SELECT max(id) FROM worker), 0), coalesce((SELECT max(worker) FROM fence), 0), ?) + 1, ? RETURNING id`,
			millis(wireNow), millis(leaseUntil)).Scan(&id))
	})
	return id, err
}

// Dismiss ends a worker that has stored the outcome of each of its fences.
func (s *Store) Dismiss(ctx context.Context, worker int64) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM worker WHERE id = ? AND NOT EXISTS (
			SELECT 1 FROM fence f LEFT JOIN outcome o ON o.fence = f.id WHERE f.worker = worker.id AND o.fence IS NULL)`, worker)
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
	err := s.update(ctx, func(tx *sql.Tx) error {
		done = Settled{}
		if err := bury(ctx, tx, now, wireNow, &done); err != nil {
			return err
		}
		if err := expire(ctx, tx, now, &done); err != nil {
			return err
		}
		return matchOrphans(ctx, tx, &done)
	})
	return done, err
}

// bury records as unknown the tries of workers whose lease has run out, once their leave_by has passed.
func bury(ctx context.Context, tx *sql.Tx, now, wireNow time.Time, done *Settled) error {
	var dead int64
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM worker WHERE lease_until < ?`, millis(wireNow)).Scan(&dead); err != nil || dead == 0 {
		return wrap(err)
	}
	const orphaned = ` FROM fence f LEFT JOIN outcome o ON o.fence = f.id
		WHERE o.fence IS NULL AND f.worker IN (SELECT id FROM worker WHERE lease_until < ?)`
	res, err := tx.ExecContext(ctx, `INSERT INTO outcome (fence, at, wire_at, kind, code, carrier, ids)
		SELECT f.id, ?, ?, 'unknown', 'the worker died', '', ''`+orphaned+` AND f.leave_by < ?`,
		millis(now), millis(wireNow), millis(wireNow), millis(wireNow))
	if err != nil {
		return wrap(err)
	}
	if done.Unknown, err = res.RowsAffected(); err != nil {
		return wrap(err)
	}
	if err := tx.QueryRowContext(ctx, `SELECT count(*)`+orphaned, millis(wireNow)).Scan(&done.Pending); err != nil || done.Pending > 0 {
		return wrap(err)
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM worker WHERE lease_until < ?`, millis(wireNow))
	return wrap(err)
}

const staleReason = "its hour passed before it could be handed over"

// expire closes what is too late: the rest of stale batches, and stale messages that were put off.
func expire(ctx context.Context, tx *sql.Tx, now time.Time, done *Settled) error {
	const rule = "stale"
	for _, q := range []string{
		`INSERT INTO closed (message, at, state, rule, reason) SELECT m.id, ?, 'expired', ?, ? FROM batch b
			CROSS JOIN message m WHERE m.id BETWEEN b.first + b.next AND b.first + b.count - 1 AND b.next < b.count AND b.not_after <= ?
			ON CONFLICT DO NOTHING`,
		`INSERT INTO closed (message, at, state, rule, reason) SELECT message, ?, 'expired', ?, ? FROM requeue WHERE not_after <= ?
			ON CONFLICT DO NOTHING`,
	} {
		res, err := tx.ExecContext(ctx, q, millis(now), rule, staleReason, millis(now))
		if err != nil {
			return wrap(err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			return wrap(err)
		}
		done.Expired += n
	}
	if done.Expired == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE batch SET next = count WHERE next < count AND not_after <= ?`, millis(now)); err != nil {
		return wrap(err)
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM requeue WHERE not_after <= ?`, millis(now))
	return wrap(err)
}

// matchOrphans finds the messages of receipts that came before their outcome was stored, here or elsewhere.
func matchOrphans(ctx context.Context, tx *sql.Tx, done *Settled) error {
	orphans := map[[2]string]Receipt{}
	rows, err := tx.QueryContext(ctx, `SELECT carrier, carrier_id, kind, code, cause FROM orphan`)
	if err != nil {
		return wrap(err)
	}
	for rows.Next() {
		var r Receipt
		var kind string
		if err := rows.Scan(&r.From, &r.ID, &kind, &r.Code, &r.Cause); err != nil {
			_ = rows.Close()
			return wrap(err)
		}
		r.Event = outbox.EvDelivered
		if kind == "undelivered" {
			r.Event = outbox.EvUndelivered
		}
		orphans[[2]string{r.From, r.ID}] = r
	}
	if err := rows.Err(); err != nil || len(orphans) == 0 {
		return wrap(err)
	}
	var found []Receipt
	err = outstanding(ctx, tx, func(o Outstanding) {
		if r, ok := orphans[[2]string{o.Carrier, o.ID}]; ok {
			r.Fence, r.Part = o.Fence, o.Part
			found = append(found, r)
		}
	})
	if err != nil {
		return err
	}
	for _, r := range found {
		kind := "delivered"
		if r.Event == outbox.EvUndelivered {
			kind = "undelivered"
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO receipt (id, at, kind, code, cause)
			SELECT ?, at, ?, ?, ? FROM orphan WHERE carrier = ? AND carrier_id = ? ON CONFLICT DO NOTHING`,
			receiptID(r.Fence, r.Part), kind, r.Code, r.Cause, r.From, r.ID); err != nil {
			return wrap(err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM orphan WHERE carrier = ? AND carrier_id = ?`, r.From, r.ID); err != nil {
			return wrap(err)
		}
		done.Matched++
	}
	return nil
}

// An Outstanding is a part that the carrier took and has not accounted for.
type Outstanding struct {
	Carrier string
	ID      string // the carrier's
	Fence   outbox.FenceID
	Part    int
}

// Outstanding yields every part that waits for a receipt, so that a worker can match receipts in memory.
func (s *Store) Outstanding(ctx context.Context, yield func(Outstanding)) error {
	return s.view(ctx, func(tx *sql.Tx) error { return outstanding(ctx, tx, yield) })
}

func outstanding(ctx context.Context, tx *sql.Tx, yield func(Outstanding)) error {
	rows, err := tx.QueryContext(ctx, `SELECT o.fence, o.carrier, o.ids FROM outcome o WHERE o.kind IN ('accepted', 'unknown') AND o.ids <> ''
		AND (SELECT count(*) FROM receipt r WHERE r.id BETWEEN o.fence<<8 AND o.fence<<8|255) < length(o.ids) - length(replace(o.ids, ' ', '')) + 1`)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var o Outstanding
		var ids string
		if err := rows.Scan(&o.Fence, &o.Carrier, &ids); err != nil {
			return wrap(err)
		}
		for i, id := range SplitIDs(ids) {
			o.ID, o.Part = id, i+1
			yield(o)
		}
	}
	return wrap(rows.Err())
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
