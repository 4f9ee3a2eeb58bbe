package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// longResult marks a context whose queries may have results too long to be taken over whole.
type longResult struct{}

func long(ctx context.Context) context.Context { return context.WithValue(ctx, longResult{}, true) }

// pgRows gives truth as whole numbers, as SQLite does.
type pgRows struct{ driver.Rows }

func (r *pgRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	whole(dest)
	return err
}

func whole(row []driver.Value) {
	for i, v := range row {
		if truth, ok := v.(bool); ok {
			row[i] = int64(0)
			if truth {
				row[i] = int64(1)
			}
		}
	}
}

// taken is a result that lies in memory, all of it or one page.
type taken struct {
	columns []string
	values  []driver.Value
	at      int
}

func takeOver(rows driver.Rows) (_ *taken, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	r := &taken{columns: rows.Columns()}
	for {
		n := len(r.values)
		for range r.columns {
			r.values = append(r.values, nil)
		}
		row := r.values[n:]
		if err := rows.Next(row); err != nil {
			r.values = r.values[:n]
			if errors.Is(err, io.EOF) {
				return r, nil
			}
			return nil, err
		}
		whole(row)
		for i, v := range row {
			if b, ok := v.([]byte); ok {
				row[i] = append([]byte(nil), b...)
			}
		}
		if len(r.columns) == 0 {
			r.columns = nil
		}
	}
}

func (r *taken) Columns() []string { return r.columns }
func (r *taken) Close() error      { return nil }

func (r *taken) Next(dest []driver.Value) error {
	if r.at >= len(r.values) {
		return io.EOF
	}
	copy(dest, r.values[r.at:r.at+len(r.columns)])
	r.at += len(r.columns)
	return nil
}

// pageRows is how many rows a cursor fetches at a time.
const pageRows = 2000

// cursors counts, so that each has a name of its own.
var cursors atomic.Int64

// cursor is a result read page by page.
type cursor struct {
	*taken
	ctx   context.Context
	c     *pgConn
	name  string
	ended bool
}

func (c *pgConn) cursor(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	r := &cursor{ctx: ctx, c: c, name: fmt.Sprintf("duly_%d", cursors.Add(1))}
	// A name that never comes again is not worth a statement kept for it.
	if err := c.once(ctx, "DECLARE "+r.name+" NO SCROLL CURSOR FOR "+query, args); err != nil {
		return nil, err
	}
	return r, r.fetch()
}

// once runs a statement that is not kept prepared.
func (c *pgConn) once(ctx context.Context, query string, args []driver.NamedValue) error {
	vals := make([]any, 0, len(args)+1)
	vals = append(vals, pgx.QueryExecModeExec)
	for _, a := range args {
		vals = append(vals, a.Value)
	}
	_, err := c.Conn.Conn().Exec(ctx, query, vals...)
	return err
}

func (r *cursor) fetch() error {
	pg, err := r.c.Conn.Conn().Query(r.ctx, fmt.Sprintf("FETCH FORWARD %d FROM %s", pageRows, r.name), pgx.QueryExecModeExec)
	if err != nil {
		return err
	}
	page := &taken{}
	for _, f := range pg.FieldDescriptions() {
		page.columns = append(page.columns, f.Name)
	}
	n := 0
	for ; pg.Next(); n++ {
		row, err := pg.Values()
		if err != nil {
			pg.Close()
			return err
		}
		for _, v := range row {
			page.values = append(page.values, plain(v))
		}
	}
	r.taken, r.ended = page, n < pageRows
	return pg.Err()
}

// plain makes a value of pgx's one of database/sql's.
func plain(v any) driver.Value {
	switch x := v.(type) {
	case int32:
		return int64(x)
	case int16:
		return int64(x)
	case bool:
		if x {
			return int64(1)
		}
		return int64(0)
	case driver.Valuer:
		val, err := x.Value()
		if err != nil {
			return v
		}
		return val
	}
	return v
}

func (r *cursor) Next(dest []driver.Value) error {
	err := r.taken.Next(dest)
	if err == nil || r.ended {
		return err
	}
	if err := r.fetch(); err != nil {
		return err
	}
	return r.taken.Next(dest)
}

func (r *cursor) Close() error {
	return r.c.once(r.ctx, "CLOSE "+r.name, nil)
}
