package store

import (
	"context"
	"database/sql/driver"
	"io"
	"slices"

	"github.com/jackc/pgx/v5/pgtype"
)

// A statement is a text and what is bound to it.
type statement struct {
	query string
	args  *values
}

// say makes a statement with whole numbers.
func say(query string, numbers ...int64) statement {
	args := &values{}
	for _, n := range numbers {
		args.int(n)
	}
	return statement{query, args}
}

// A foretold statement was run before its time, together with others. Who runs it then, with the same values, gets what it gave.
type foretold struct {
	query string
	args  []any
	page  *pgPage
}

// foretell does nothing: SQLite is asked in the process itself, and nothing is waited for.
func (c *lite) foretell(context.Context, ...statement) error { return nil }

// foretell sends statements of which it is known that they will be run in this transaction, one after the other as they are given here, and the
// server is waited for once for all of them (docs/adr/0037), when one of them is run or anything else is asked: what is put by COPY in between is
// sent behind them and follows at once. Each of them is either run later by the same text with the same values, which asks nothing
// more, or the transaction is given up. It begins the transaction where that was not sent yet.
func (c *pgConn) foretell(ctx context.Context, list ...statement) error {
	b := &pgBatch{c: c}
	told := make([]foretold, 0, len(list))
	for _, s := range list {
		told = append(told, foretold{s.query, s.args.list(), b.open(s.query, s.args)})
	}
	if err := b.send(ctx); err != nil {
		return err
	}
	c.told, c.asked = told, b
	return nil
}

// answered takes over what the server says of what was foretold, unless it has been. It was sent before all else that is unheard.
func (c *pgConn) answered() error {
	b := c.asked
	if b == nil {
		return nil
	}
	c.asked = nil
	err := b.take()
	if err != nil {
		c.told = nil
	}
	return err
}

// recall returns what a foretold statement gave, once; nil means that it is to be run.
func (c *pgConn) recall(query string, args []any) (*pgPage, error) {
	for i := range c.told {
		if t := &c.told[i]; t.query == query && slices.Equal(t.args, args) {
			page := t.page
			if err := c.answered(); err != nil {
				return nil, err
			}
			c.told = slices.Delete(c.told, i, i+1)
			return page, nil
		}
	}
	return nil, nil
}

// each calls f with the page's rows.
func (p *pgPage) each(f func(row) error) error {
	defer p.close()
	for {
		if ok, err := p.next(); err != nil || !ok {
			return err
		}
		r := p.row()
		if err := f(&r); err != nil {
			return err
		}
	}
}

// named returns the values of arguments.
func named(args []driver.NamedValue) []any {
	out := make([]any, len(args))
	for i := range args {
		out[i] = args[i].Value
	}
	return out
}

// toldRows gives a page to database/sql. What is foretold has no column that may be NULL.
type toldRows struct{ p *pgPage }

func (r *toldRows) Columns() []string {
	return make([]string, r.p.cols) // nobody asks for their names
}

func (r *toldRows) Close() error {
	r.p.close()
	return nil
}

func (r *toldRows) Next(dest []driver.Value) error {
	if ok, err := r.p.next(); err != nil || !ok {
		return io.EOF
	}
	row := r.p.row()
	for i := range dest {
		switch r.p.types[i] {
		case pgtype.TextOID, pgtype.VarcharOID:
			dest[i] = string(row.vals[i])
		case pgtype.ByteaOID:
			dest[i] = row.vals[i]
		default:
			dest[i] = row.int(i)
		}
	}
	return nil
}
