package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// An orphan is a receipt that matched nothing when it came: its outcome was not stored yet, or was stored by another
// process, whose messages this one does not know. An outcome looks for its orphans in the commit that stores it. What
// was stored before its orphan came is looked for by Settle, once.

// receiptsWithin is how long after its planning a message's receipts are looked for. A carrier gives up at the end of
// the validity, which is the same day, and says so.
const receiptsWithin = 8 * 24 * time.Hour

const someOrphans = `SELECT EXISTS (SELECT 1 FROM orphan)`

// adopt gives the step's outcomes the receipts that came before them.
func (c *commit) adopt() error {
	st, err := c.writes.in(c.ctx, c.tx, someOrphans)
	if err != nil {
		return err
	}
	var some bool
	if err := st.QueryRowContext(c.ctx).Scan(&some); err != nil || !some {
		return wrap(err)
	}
	parts := map[string]map[string]Outstanding{} // by carrier and its id
	for i := range c.st.Outcomes {
		o := &c.st.Outcomes[i]
		of := parts[o.Carrier]
		if of == nil {
			of = map[string]Outstanding{}
			parts[o.Carrier] = of
		}
		for n, id := range SplitIDs(o.IDs) {
			of[id] = Outstanding{Carrier: o.Carrier, ID: id, Fence: o.Fence, Part: n + 1}
		}
	}
	for carrier, of := range parts {
		ids := make([]string, 0, len(of))
		for id := range of {
			ids = append(ids, id)
		}
		list, err := json.Marshal(ids)
		if err != nil {
			return wrap(err)
		}
		found, err := findOrphans(c.ctx, c.tx, `carrier = ? AND carrier_id IN (SELECT atom FROM json_each(?))`, carrier, string(list))
		if err != nil {
			return err
		}
		for _, r := range found {
			o := of[r.ID]
			if err := unite(c.ctx, c.tx, r, o); err != nil {
				return err
			}
			c.res.Adopted = append(c.res.Adopted, r.ID)
		}
	}
	return nil
}

// findOrphans reads orphans.
func findOrphans(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]Receipt, error) {
	rows, err := tx.QueryContext(ctx, `SELECT carrier, carrier_id, kind, code, cause FROM orphan WHERE `+where+` ORDER BY carrier, carrier_id`, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []Receipt
	for rows.Next() {
		var r Receipt
		var kind string
		if err := rows.Scan(&r.From, &r.ID, &kind, &r.Code, &r.Cause); err != nil {
			return nil, wrap(err)
		}
		r.Event = outbox.EvDelivered
		if kind == "undelivered" {
			r.Event = outbox.EvUndelivered
		}
		out = append(out, r)
	}
	return out, wrap(rows.Err())
}

// unite turns an orphan into the receipt of a part. A part that has a receipt keeps it.
func unite(ctx context.Context, tx *sql.Tx, r Receipt, o Outstanding) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO receipt (id, at, kind, code, cause)
		SELECT ?, at, kind, code, cause FROM orphan WHERE carrier = ? AND carrier_id = ? ON CONFLICT DO NOTHING`,
		receiptID(o.Fence, o.Part), r.From, r.ID); err != nil {
		return wrap(err)
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM orphan WHERE carrier = ? AND carrier_id = ?`, r.From, r.ID)
	return wrap(err)
}

// matchOrphans finds the messages of receipts that came since it was called last and whose outcomes were stored before.
func (w *settling) matchOrphans() error {
	some, err := w.number(`SELECT EXISTS (SELECT 1 FROM orphan WHERE sought = 0)`)
	if err != nil || some == 0 {
		return err
	}
	list, err := findOrphans(w.ctx, w.tx, `sought = 0`)
	if err != nil {
		return err
	}
	orphans := make(map[[2]string]Receipt, len(list))
	for _, r := range list {
		orphans[[2]string{r.From, r.ID}] = r
	}
	first, err := firstSince(w.ctx, w.tx, w.now)
	if err != nil {
		return err
	}
	var found []Outstanding
	rows, err := w.tx.QueryContext(long(w.ctx), `SELECT fence, carrier, ids FROM outcome WHERE fence >= ? AND ids <> ''`, first)
	if err != nil {
		return wrap(err)
	}
	if err := eachPart(rows, func(o Outstanding) {
		if _, ok := orphans[[2]string{o.Carrier, o.ID}]; ok {
			found = append(found, o)
		}
	}); err != nil {
		return err
	}
	for _, o := range found {
		if err := unite(w.ctx, w.tx, orphans[[2]string{o.Carrier, o.ID}], o); err != nil {
			return err
		}
		w.done.Matched++
	}
	_, err = w.exec(`UPDATE orphan SET sought = 1 WHERE sought = 0`)
	return err
}

// firstSince returns the number of the first fence whose receipts are still looked for.
func firstSince(ctx context.Context, tx *sql.Tx, now time.Time) (int64, error) {
	var first sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT min(first) FROM batch WHERE planned_at >= ?`, millis(now.Add(-receiptsWithin))).Scan(&first)
	if err != nil || !first.Valid {
		return math.MaxInt64, wrap(err)
	}
	return first.Int64 << 3, nil
}

// An Outstanding is a part that the carrier took and has not accounted for.
type Outstanding struct {
	Carrier string
	ID      string // the carrier's
	Fence   outbox.FenceID
	Part    int
}

// Outstanding yields the parts that wait for a receipt at now, so that a worker can match receipts in memory.
func (s *Store) Outstanding(ctx context.Context, now time.Time, yield func(Outstanding)) error {
	return s.view(ctx, func(tx *sql.Tx) error {
		first, err := firstSince(ctx, tx, now)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(long(ctx), `SELECT o.fence, o.carrier, o.ids FROM outcome o WHERE o.fence >= ? AND o.kind IN ('accepted', 'unknown') AND o.ids <> ''
			AND (SELECT count(*) FROM receipt r WHERE r.id BETWEEN o.fence<<8 AND o.fence<<8|255) < length(o.ids) - length(replace(o.ids, ' ', '')) + 1`, first)
		if err != nil {
			return wrap(err)
		}
		return eachPart(rows, yield)
	})
}

// eachPart yields the parts of rows of fence, carrier and ids, and closes them.
func eachPart(rows *sql.Rows, yield func(Outstanding)) error {
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
