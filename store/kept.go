package store

import (
	"context"
	"database/sql/driver"
	"strings"
)

// What goes through database/sql is prepared anew by the driver for each call, and reading a statement's text costs SQLite more
// than most of our statements do. So a connection keeps the statements that it has run, as many as mostStatements, and a text is
// read once. SQLite reads a kept one again by itself when the schema has changed.

// A ready is a statement that a connection keeps.
type ready struct {
	driver.Stmt
	open bool // its rows are being read
}

// keeps says whether a text is worth keeping: one statement that reads or writes rows, and not so long that it is made for its values.
func keeps(query string) bool {
	const longest = 1 << 13
	if len(query) > longest {
		return false
	}
	verb, _, _ := strings.Cut(strings.TrimLeft(query, " \t\n"), " ")
	switch verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

// ready returns the kept statement of a text, or nil where there is none to be had and the driver shall prepare one for this call.
func (c *lite) ready(ctx context.Context, query string) (*ready, error) {
	if st := c.readies[query]; st != nil {
		if st.open {
			return nil, nil
		}
		return st, nil
	}
	if !keeps(query) {
		return nil, nil
	}
	made, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(c.readies) >= mostStatements {
		for text, st := range c.readies { // whichever comes first: texts that are used often come back at once
			if !st.open {
				delete(c.readies, text)
				_ = st.Close() // it says how its last run ended
				break
			}
		}
	}
	st := &ready{Stmt: made}
	c.readies[query] = st
	return st, nil
}

// ExecContext is the driver's, with a kept statement.
func (c *lite) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	st, err := c.ready(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.liteConn.ExecContext(ctx, query, args)
	}
	return st.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// QueryContext is the driver's, with a kept statement.
func (c *lite) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	st, err := c.ready(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return c.liteConn.QueryContext(ctx, query, args)
	}
	rows, err := st.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	st.open = true
	return &readyRows{rows, st}, nil
}

// readyRows are the rows of a kept statement, which is free again when they are closed.
type readyRows struct {
	driver.Rows
	of *ready
}

// Close ends the reading.
func (r *readyRows) Close() error {
	err := r.Rows.Close()
	r.of.open = false
	return err
}
