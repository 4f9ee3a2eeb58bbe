package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
)

// sharing marks the context of a transaction that begins among steps: the lock comes with its beginning, in front of the first statement.
type sharing struct{}

// BeginTx begins a transaction that sees others as isolation says. To wait for the server's answer costs both sides more than most of what a step
// asks: so a transaction begins, with its lock, in front of the first statement in it, its commit follows its last rows at once, and the end of one
// that only read is not waited for.
func (c *pgConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if c.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	text := "begin isolation level read committed"
	if sql.IsolationLevel(opts.Isolation) == sql.LevelRepeatableRead {
		text = "begin isolation level repeatable read"
	}
	if opts.ReadOnly {
		text += " read only"
	}
	c.begins = append(c.begins[:0], text)
	if c.soon {
		c.begins = append(c.begins, "SET LOCAL synchronous_commit = off")
	}
	if ctx.Value(sharing{}) != nil {
		c.begins = append(c.begins, fmt.Sprintf("SELECT pg_advisory_xact_lock_shared(%d)", lockWrite))
	}
	c.inTx = true
	return pgTx{c, opts.ReadOnly}, nil
}

// begin sends what begins a transaction, if it was not sent yet. What the server says of it is heard before anything that follows.
func (c *pgConn) begin() error {
	if len(c.begins) == 0 {
		return nil
	}
	text := strings.Join(c.begins, "; ")
	c.begins = c.begins[:0]
	return c.send(text)
}

type pgTx struct {
	c     *pgConn
	reads bool
}

// errTakenBack says that the server has taken a transaction back that was to be committed.
var errTakenBack = errors.New("store: the server has taken the transaction back")

// Commit commits if the server has taken all rows that were sent to it: of a transaction in which something failed it makes a rollback.
func (t pgTx) Commit() error {
	t.c.end()
	if len(t.c.begins) > 0 {
		t.c.begins = t.c.begins[:0] // nothing was asked in it
		return nil
	}
	if err := t.c.send("commit"); err != nil {
		return err
	}
	t.c.ending = true
	err := t.c.hear()
	t.c.ending = false
	return err
}

// Rollback takes all back, whatever the server says of rows that were sent to it.
func (t pgTx) Rollback() error {
	t.c.end()
	if len(t.c.begins) > 0 || t.c.Conn.Conn().IsClosed() {
		t.c.begins = t.c.begins[:0]
		return nil // nothing was asked in it, or the server takes it back
	}
	if t.reads && t.c.unheard == 0 {
		return t.c.send("rollback")
	}
	_ = t.c.hear() // if it is the line, the rollback says so
	err := t.c.simply(context.Background(), "rollback")
	if err != nil {
		err = errors.Join(err, t.c.Conn.Conn().Close(context.Background()))
	}
	return err
}

// end forgets what belongs to a transaction.
func (c *pgConn) end() { c.inTx, c.told = false, c.told[:0] }

// ResetSession hears what was sent last before the connection is used again.
func (c *pgConn) ResetSession(ctx context.Context) error {
	if c.Conn.Conn().IsClosed() || c.hear() != nil {
		return driver.ErrBadConn
	}
	return c.Conn.ResetSession(ctx)
}

// simply runs statements without parameters, and waits for them.
func (c *pgConn) simply(ctx context.Context, text string) error {
	if err := c.hear(); err != nil {
		return err
	}
	_, err := c.Conn.Conn().PgConn().Exec(ctx, text).ReadAll()
	return err
}

// send sends a statement without parameters. What the server says of it is heard before the connection is used for anything else.
func (c *pgConn) send(text string) error {
	to := c.Conn.Conn().PgConn().Frontend()
	to.Send(&pgproto3.Query{String: text})
	c.unheard++
	return wrap(to.Flush())
}
