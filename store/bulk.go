package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// bulkRows is how many rows one prepared statement inserts; larger ones gain nothing (research/hand-over.md).
const bulkRows = 100

// A bulk inserts many rows of one table through multi-row VALUES, which costs little more than half of one
// statement a row.
type bulk struct {
	ctx  context.Context
	tx   *sql.Tx
	head string // "INSERT INTO t (a, b) VALUES "
	tail string // " ON CONFLICT …", may be empty
	cols int
	args []any
	full *sql.Stmt
	// copies says that the rows go in by PostgreSQL's COPY, where nothing can be in their way and nothing comes back.
	copies  bool
	kept    *statements // where statements outlive the transaction; nil for work that is not of the hot path
	changed int64       // how many rows the inserts have changed; not counted where returned is set
	// returned is called with each row of whole numbers that a RETURNING clause gives back; nil without one.
	returned func([]int64)
}

func newBulk(ctx context.Context, tx *sql.Tx, head, tail string, cols int) *bulk {
	return &bulk{ctx: ctx, tx: tx, head: head, tail: tail, cols: cols}
}

// add queues one row, and writes when there are enough.
func (b *bulk) add(vals ...any) error {
	if len(vals) != b.cols {
		return fmt.Errorf("store: %d values for %d columns", len(vals), b.cols)
	}
	at := bulkRows
	if b.copies {
		at = copyRows
	}
	if b.args == nil {
		b.args = make([]any, 0, b.cols*at)
	}
	b.args = append(b.args, vals...)
	if len(b.args) < b.cols*at {
		return nil
	}
	return b.write(at)
}

// copyRows is how many rows one COPY takes in.
const copyRows = 2000

// copyIn writes what is queued by one COPY.
func (b *bulk) copyIn() error {
	if len(b.args) == 0 {
		return nil
	}
	_, err := b.tx.ExecContext(b.ctx, b.head, copied{b.args, b.cols})
	b.args = b.args[:0]
	return wrap(err)
}

// statement returns the insert of so many rows, kept or prepared for this transaction.
func (b *bulk) statement(rows int) (*sql.Stmt, error) {
	if b.kept != nil {
		return b.kept.in(b.ctx, b.tx, b.sql(rows))
	}
	if rows == bulkRows && b.full != nil {
		return b.full, nil
	}
	st, err := b.tx.PrepareContext(b.ctx, b.sql(rows))
	if rows == bulkRows {
		b.full = st
	}
	return st, wrap(err)
}

// write inserts the first rows that are queued, and reads what that returns.
func (b *bulk) write(n int) error {
	if b.copies {
		return b.copyIn()
	}
	st, err := b.statement(n)
	if err != nil {
		return err
	}
	args := b.args[:n*b.cols]
	b.args = b.args[n*b.cols:]
	if len(b.args) == 0 {
		b.args = args[:0] // it has room for bulkRows again
	}
	if b.returned == nil {
		res, err := st.ExecContext(b.ctx, args...)
		if err != nil {
			return wrap(err)
		}
		n, err := res.RowsAffected()
		b.changed += n
		return wrap(err)
	}
	rows, err := st.QueryContext(b.ctx, args...)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return wrap(err)
	}
	row := make([]int64, len(columns))
	dest := make([]any, len(columns))
	for i := range row {
		dest[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return wrap(err)
		}
		b.returned(row)
	}
	return wrap(rows.Err())
}

// close writes what is queued. The transaction's end closes the statements.
func (b *bulk) close() error {
	for _, n := range bulkSizes {
		for b.kept != nil && !b.copies && len(b.args) >= n*b.cols {
			if err := b.write(n); err != nil {
				return err
			}
		}
	}
	if len(b.args) == 0 {
		return nil
	}
	return b.write(len(b.args) / b.cols)
}

// bulkSizes are the numbers of rows that kept statements insert: few, so that each is soon kept.
var bulkSizes = []int{bulkRows, 30, 10, 3, 1}

func (b *bulk) sql(rows int) string { return b.head + tuples(rows, b.cols) + b.tail }

// bulkSQL is the text of an insert of so many rows.
type bulkSQL struct {
	head, tail string
	rows, cols int
}

// tuples returns "(?,?),(?,?)" for rows of cols.
func tuples(rows, cols int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", cols), ",") + ")"
	return strings.TrimSuffix(strings.Repeat(one+",", rows), ",")
}

// column returns the one column of a short result.
func column[T any](ctx context.Context, tx *sql.Tx, query string, args ...any) (out []T, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, wrap(err)
		}
		out = append(out, v)
	}
	return out, wrap(rows.Err())
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}
