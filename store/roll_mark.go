package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"
)

// A source is a table that only ever grows, and the pieces that a new row of it changes.
type source struct {
	name string
	// rows gives the numbers above low, the lowest first, at most so many.
	rows string
	// pieces are those that have to be looked at because of a list of such numbers, with the civil time of their newest; fresh where
	// they have to be counted whatever their rows look like.
	pieces []pieces
}

type pieces struct {
	kind  string
	query string
	fresh bool
	again bool // also where it was counted for the last time: what it counts is never given up
}

// A querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// sources in the order of reading. Payments are no source: what was paid on the loans of a piece is counted anew after each import
// as long as it may follow a message (see prints).
var sources = []source{
	{"batch", `SELECT id FROM batch WHERE id > ? ORDER BY id LIMIT ?`, nil}, // see batches
	{"reply", `SELECT id FROM reply WHERE id > ? ORDER BY id LIMIT ?`, []pieces{
		{"reply", `SELECT id >> 10, max(at) FROM reply WHERE id IN (SELECT value FROM json_each(?)) GROUP BY 1`, true, true},
		{"message", `SELECT DISTINCT m.id >> 12, 0 FROM reply r JOIN message m ON m.person = r.person WHERE r.id IN (SELECT value FROM json_each(?))`, true, false},
	}},
	{"correction", `SELECT id FROM correction WHERE id > ? ORDER BY id LIMIT ?`, []pieces{
		{"reply", `SELECT c.reply >> 10, 0 FROM correction c WHERE c.id IN (SELECT value FROM json_each(?)) GROUP BY 1`, true, true},
		{"message", `SELECT DISTINCT m.id >> 12, 0 FROM correction c JOIN reply r ON r.id = c.reply JOIN message m ON m.person = r.person
			WHERE c.id IN (SELECT value FROM json_each(?))`, true, false},
	}},
	{"desk", `SELECT id FROM desk WHERE id > ? ORDER BY id LIMIT ?`, []pieces{
		{"reply", `SELECT reply >> 10, 0 FROM desk WHERE reply > 0 AND id IN (SELECT value FROM json_each(?)) GROUP BY 1`, true, true},
	}},
	{"desk_event", `SELECT id FROM desk_event WHERE id > ? ORDER BY id LIMIT ?`, []pieces{
		{"reply", `SELECT d.reply >> 10, 0 FROM desk_event e JOIN desk d ON d.id = e.desk WHERE d.reply > 0 AND e.id IN (SELECT value FROM json_each(?)) GROUP BY 1`, true, true},
	}},
	{"portal_event", `SELECT id FROM portal_event WHERE id > ? ORDER BY id LIMIT ?`, []pieces{
		{"message", `SELECT fence >> 15, 0 FROM portal_event WHERE fence > 0 AND what = 'opened' AND id IN (SELECT value FROM json_each(?)) GROUP BY 1`, true, false},
	}},
	{"reconciled", `SELECT id FROM reconciled WHERE id > ? ORDER BY id LIMIT ?`, []pieces{
		{"message", `SELECT DISTINCT m.id >> 12, 0 FROM reconciled k JOIN message x ON x.id = k.fence >> 3 JOIN message m ON m.person = x.person
			WHERE k.id IN (SELECT value FROM json_each(?))`, true, false},
	}},
	{"arrangement_event", `SELECT id FROM arrangement_event WHERE id > ? ORDER BY id LIMIT ?`, []pieces{
		{"arrangement", `SELECT arrangement >> 10, max(at) FROM arrangement_event WHERE id IN (SELECT value FROM json_each(?)) GROUP BY 1`, true, true},
	}},
}

// Reading of a table that grows. Where several write, a lower number may be committed after a higher one: those above the low mark are
// asked for again for a while, and those that were seen are remembered.
const (
	readAtOnce = 2000
	lateBy     = time.Minute
)

// marks reads what is new, and says which pieces it changes.
func (f *folding) marks() error {
	for i := range sources {
		for {
			n, err := f.mark(&sources[i])
			if err != nil {
				return err
			}
			if n < readAtOnce {
				break
			}
		}
	}
	return nil
}

func (f *folding) mark(s *source) (n int, err error) {
	// Most of the time there is nothing, which a reader finds out without a writer's turn.
	low, seen, _, _, err := f.cursor(f.read, s.name)
	if err != nil {
		return 0, err
	}
	if fresh, err := unseen(f, f.read, s, low, seen); err != nil || len(fresh) == 0 && len(seen) == 0 {
		return 0, err
	}
	err = f.transaction(f.ctx, anyone, func(tx *sql.Tx, _ direct) error {
		if _, err := tx.ExecContext(f.ctx, `INSERT OR IGNORE INTO roll_cursor (name, low, high, high_at, seen) VALUES (?, 0, 0, 0, '[]')`, s.name); err != nil {
			return wrap(err)
		}
		// Whoever else reads the same table waits here.
		if _, err := tx.ExecContext(f.ctx, `UPDATE roll_cursor SET low = low WHERE name = ?`, s.name); err != nil {
			return wrap(err)
		}
		low, seen, high, highAt, err := f.cursor(tx, s.name)
		if err != nil {
			return err
		}
		fresh, err := unseen(f, tx, s, low, seen)
		if err != nil {
			return err
		}
		n = len(fresh)
		if n > 0 {
			if err := f.touch(tx, s, fresh); err != nil {
				return err
			}
		}
		return f.moveCursor(tx, s.name, low, high, highAt, append(seen, fresh...))
	})
	return n, err
}

// moveCursor stores how far a table was read. Everything up to what was the highest a while ago is read for good.
func (f *folding) moveCursor(tx *sql.Tx, name string, low, high, highAt int64, seen []int64) error {
	now := millis(f.ask.Wire)
	top := max(low, high)
	for _, id := range seen {
		top = max(top, id)
	}
	switch {
	case !f.fleet:
		low, high = top, top // one writes after the other
	case now-highAt >= lateBy.Milliseconds() || now < highAt:
		low, high, highAt = max(low, high), top, now
	}
	seen = slices.DeleteFunc(seen, func(id int64) bool { return id <= low })
	list, err := json.Marshal(append([]int64{}, seen...))
	if err != nil {
		return wrap(err)
	}
	_, err = tx.ExecContext(f.ctx, `UPDATE roll_cursor SET low = ?, high = ?, high_at = ?, seen = ? WHERE name = ?`, low, high, highAt, string(list), name)
	return wrap(err)
}

func (f *folding) cursor(from querier, name string) (low int64, seen []int64, high, highAt int64, err error) {
	var list string
	err = from.QueryRowContext(f.ctx, `SELECT low, high, high_at, seen FROM roll_cursor WHERE name = ?`, name).Scan(&low, &high, &highAt, &list)
	if err == sql.ErrNoRows { //nolint:errorlint // it is never wrapped
		return 0, nil, 0, 0, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(list), &seen)
	}
	return low, seen, high, highAt, wrap(err)
}

// unseen returns the numbers of new rows.
func unseen(f *folding, from querier, s *source, low int64, seen []int64) (out []int64, err error) {
	rows, err := from.QueryContext(f.ctx, s.rows, low, readAtOnce+len(seen))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	had := make(map[int64]bool, len(seen))
	for _, id := range seen {
		had[id] = true
	}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, wrap(err)
		}
		if !had[id] {
			out = append(out, id)
		}
	}
	return out, wrap(rows.Err())
}

// touch says that the pieces which some rows change are due.
func (f *folding) touch(tx *sql.Tx, s *source, ids []int64) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return wrap(err)
	}
	if s.name == "batch" {
		return f.batches(tx, string(list))
	}
	for _, p := range s.pieces {
		numbers, err := pairs(f, tx, p.query, string(list))
		if err != nil {
			return err
		}
		for _, x := range numbers {
			if !p.again {
				_, err = tx.ExecContext(f.ctx, `UPDATE roll_piece SET version = version + 1, due_at = min(due_at, ?), prints = '' WHERE kind = ? AND piece = ? AND due_at < ?`,
					millis(f.ask.Wire.Add(20*time.Second)), p.kind, x[0], int64(rollNever))
			} else {
				_, err = tx.ExecContext(f.ctx, `INSERT INTO roll_piece (kind, piece, version, due_at, rest, newest, prints, said) VALUES (?, ?, 1, 0, 0, ?, '', '')
					ON CONFLICT (kind, piece) DO UPDATE SET version = roll_piece.version + 1, due_at = 0, prints = '', newest = max(roll_piece.newest, excluded.newest)`,
					p.kind, x[0], x[1])
			}
			if err != nil {
				return wrap(err)
			}
		}
	}
	return nil
}

// batches makes the pieces of new messages.
func (f *folding) batches(tx *sql.Tx, list string) error {
	rows, err := tx.QueryContext(f.ctx, `SELECT first, count, planned_at FROM batch WHERE id IN (SELECT value FROM json_each(?))`, list)
	if err != nil {
		return wrap(err)
	}
	newest := map[int64]int64{}
	for rows.Next() {
		var first, count, at int64
		if err := rows.Scan(&first, &count, &at); err != nil {
			_ = rows.Close()
			return wrap(err)
		}
		for n := first >> messageBits; n <= (first+max(count, 1)-1)>>messageBits; n++ {
			newest[n] = max(newest[n], at)
		}
	}
	if err := rows.Close(); err != nil {
		return wrap(err)
	}
	if err := rows.Err(); err != nil {
		return wrap(err)
	}
	for _, n := range sortedNumbers(newest) {
		_, err := tx.ExecContext(f.ctx, `INSERT INTO roll_piece (kind, piece, version, due_at, rest, newest, prints, said) VALUES ('message', ?, 1, 0, 0, ?, '', '')
			ON CONFLICT (kind, piece) DO UPDATE SET version = roll_piece.version + 1, due_at = 0, rest = 0, newest = max(roll_piece.newest, excluded.newest)`, n, newest[n])
		if err != nil {
			return wrap(err)
		}
	}
	return nil
}

func sortedNumbers(m map[int64]int64) []int64 {
	out := make([]int64, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// pairs returns rows of two numbers, by the first.
func pairs(f *folding, from querier, query string, args ...any) (out [][2]int64, err error) {
	rows, err := from.QueryContext(f.ctx, query, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var x [2]int64
		if err := rows.Scan(&x[0], &x[1]); err != nil {
			return nil, wrap(err)
		}
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b [2]int64) int { return cmp.Compare(a[0], b[0]) })
	return out, wrap(rows.Err())
}
