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
	// returned is called with each row of whole numbers that a RETURNING clause gives back; nil without one.
	returned func([]int64)
}

func newBulk(ctx context.Context, tx *sql.Tx, head, tail string, cols int) *bulk {
	return &bulk{ctx: ctx, tx: tx, head: head, tail: tail, cols: cols, args: make([]any, 0, cols*bulkRows)}
}

// add queues one row, and writes when there are enough.
func (b *bulk) add(vals ...any) error {
	if len(vals) != b.cols {
		return fmt.Errorf("store: %d values for %d columns", len(vals), b.cols)
	}
	b.args = append(b.args, vals...)
	if len(b.args) < b.cols*bulkRows {
		return nil
	}
	if b.full == nil {
		st, err := b.tx.PrepareContext(b.ctx, b.sql(bulkRows))
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		b.full = st
	}
	return b.write(b.full.ExecContext, b.full.QueryContext)
}

// write runs one statement and reads what it returns.
func (b *bulk) write(exec func(context.Context, ...any) (sql.Result, error), query func(context.Context, ...any) (*sql.Rows, error)) error {
	args := b.args
	b.args = b.args[:0]
	if b.returned == nil {
		_, err := exec(b.ctx, args...)
		return wrap(err)
	}
	rows, err := query(b.ctx, args...)
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

// close writes what is queued.
func (b *bulk) close() error {
	if b.full != nil {
		defer func() { _ = b.full.Close() }() // the transaction's end closes it anyway
	}
	if len(b.args) == 0 {
		return nil
	}
	query := b.sql(len(b.args) / b.cols)
	return b.write(
		func(ctx context.Context, args ...any) (sql.Result, error) {
			return b.tx.ExecContext(ctx, query, args...)
		},
		func(ctx context.Context, args ...any) (*sql.Rows, error) {
			return b.tx.QueryContext(ctx, query, args...)
		})
}

func (b *bulk) sql(rows int) string { return b.head + tuples(rows, b.cols) + b.tail }

// tuples returns "(?,?),(?,?)" for rows of cols.
func tuples(rows, cols int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", cols), ",") + ")"
	return strings.TrimSuffix(strings.Repeat(one+",", rows), ",")
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}
