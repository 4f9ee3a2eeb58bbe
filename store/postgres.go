package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// IsURL says whether a place is a database of PostgreSQL, and not a folder.
func IsURL(place string) bool {
	return strings.HasPrefix(place, "postgres://") || strings.HasPrefix(place, "postgresql://")
}

// Connections to PostgreSQL that one process opens at most.
const (
	mostWriters = 8
	mostReaders = 12
)

// longestWriter is how long a connection that writes is kept. The tables of an import that stay with it (docs/adr/0042) are temporary, and
// no server's housekeeping may look into those: a connection that lived for months would hold back the freezing of old transactions.
const longestWriter = 24 * time.Hour

// openPostgres opens a database of PostgreSQL and brings its schema up to date.
func openPostgres(ctx context.Context, url string) (write, read *sql.DB, err error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, errURL
	}
	// What a fence permits must outlive the machine, whatever the server's default is.
	cfg.RuntimeParams["synchronous_commit"] = "on"
	cfg.RuntimeParams["application_name"] = "duly"
	// Streams are read to their end, so a plan that is quick to begin with is not what is wanted.
	cfg.RuntimeParams["cursor_tuple_fraction"] = "1"
	cfg.RuntimeParams["jit"] = "off"
	if err := migratePostgres(ctx, *cfg); err != nil {
		return nil, nil, fmt.Errorf("store: open the database: %w", err)
	}
	write = sql.OpenDB(pgConnector{stdlib.GetConnector(*cfg), newFlusher(cfg)})
	read = sql.OpenDB(pgConnector{Connector: stdlib.GetConnector(*cfg)})
	write.SetMaxOpenConns(mostWriters)
	write.SetMaxIdleConns(mostWriters)
	write.SetConnMaxLifetime(longestWriter)
	read.SetMaxOpenConns(mostReaders)
	read.SetMaxIdleConns(mostReaders)
	return write, read, nil
}

// Keys of advisory locks: "duly" in ASCII, and more.
const (
	lockWrite   = 0x64756c79
	lockMigrate = lockWrite + 1
	lockLease   = lockWrite + 2
	lockBooks   = lockWrite + 3
	lockRoll    = lockWrite + 7
)

// errURL says so little because pgx would repeat the URL, password and all.
var errURL = errors.New("store: the database's URL cannot be read")

// pgConnector makes connections that read the store's SQL.
type pgConnector struct {
	driver.Connector
	flusher *flusher // nil: of connections that only read
}

func (c pgConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &pgConn{Conn: conn.(*stdlib.Conn), words: words{}, flusher: c.flusher}, nil
}

// pgConn is a connection that translates. In a transaction several results may be read side by side, as on SQLite:
// each is taken over whole, or page by page through a cursor where the context says that it may be long.
type pgConn struct {
	*stdlib.Conn
	inTx    bool
	words   words
	room    []byte   // for the rows of a COPY
	begins  []string // what begins the transaction, as long as it was not sent
	told    []foretold
	asked   *pgBatch // what was foretold, as long as its results are not taken over; nil: they are
	ending  bool     // a commit was sent: that the server takes it back is an error
	soon    bool     // it commits without waiting for the disk
	flusher *flusher
	line    *flushLine // it is known to lead to the same run of the same server as this connection
	unheard int        // statements that were sent and of which nothing was heard yet: COPYs, a commit, a reader's rollback
}

// translations keeps every statement's translation: there are a few hundred.
var translations sync.Map

func translated(query string) *translation {
	if t, ok := translations.Load(query); ok {
		return t.(*translation)
	}
	t := translate(query)
	kept, _ := translations.LoadOrStore(query, &t)
	return kept.(*translation)
}

// order puts named arguments in the order of their numbers.
func (t *translation) order(args []driver.NamedValue) ([]driver.NamedValue, error) {
	if len(t.names) == 0 {
		return args, nil
	}
	out := make([]driver.NamedValue, len(t.names))
	for i, name := range t.names {
		for _, a := range args {
			if a.Name == name {
				out[i] = driver.NamedValue{Ordinal: i + 1, Value: a.Value}
			}
		}
		if out[i].Ordinal == 0 {
			return nil, fmt.Errorf("store: no value is given for @%s", name)
		}
	}
	return out, nil
}

// PrepareContext keeps the translation; pgx prepares each statement on first use and keeps it.
func (c *pgConn) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	return pgStmt{c, query}, nil
}

type pgStmt struct {
	c     *pgConn
	query string
}

func (s pgStmt) Close() error  { return nil }
func (s pgStmt) NumInput() int { return -1 }

func (s pgStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.c.ExecContext(ctx, s.query, args)
}

func (s pgStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.c.QueryContext(ctx, s.query, args)
}

func (s pgStmt) CheckNamedValue(v *driver.NamedValue) error { return s.c.CheckNamedValue(v) }

// Exec is part of driver.Stmt; database/sql calls ExecContext.
func (s pgStmt) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }

// Query is part of driver.Stmt; database/sql calls QueryContext.
func (s pgStmt) Query([]driver.Value) (driver.Rows, error) { return nil, driver.ErrSkip }

// CheckNamedValue makes of each value what SQLite would store: whole numbers for truth, and text that is text. A
// carrier's word may be anything; PostgreSQL takes only valid UTF-8 without NUL.
func (c *pgConn) CheckNamedValue(v *driver.NamedValue) error {
	if _, ok := v.Value.(copied); ok {
		return nil
	}
	var err error
	v.Value, err = stored(v.Value)
	return err
}

func stored(v any) (driver.Value, error) {
	val, err := driver.DefaultParameterConverter.ConvertValue(v)
	switch x := val.(type) {
	case bool:
		val = int64(0)
		if x {
			val = int64(1)
		}
	case string:
		val = clean(x)
	}
	return val, err
}

// copied is rows for COPY, one value after the other.
type copied struct {
	values []any
	cols   int
}

// copyIn takes rows in by COPY; the statement is the head of the INSERT that it stands for.
func (c *pgConn) copyIn(ctx context.Context, head string, rows copied) (driver.Result, error) {
	table, names, err := columnsOf(head)
	if err != nil {
		return nil, err
	}
	if err := c.hear(); err != nil {
		return nil, err
	}
	row := make([]any, rows.cols)
	n, err := c.Conn.Conn().CopyFrom(ctx, pgx.Identifier{table}, names,
		pgx.CopyFromSlice(len(rows.values)/rows.cols, func(i int) ([]any, error) {
			for j := range row {
				v, err := stored(rows.values[i*rows.cols+j])
				if err != nil {
					return nil, err
				}
				row[j] = v
			}
			return row, nil
		}))
	return driver.RowsAffected(n), err
}

// ExecContext runs a statement without rows.
func (c *pgConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 1 {
		if rows, ok := args[0].Value.(copied); ok {
			return c.copyIn(ctx, query, rows)
		}
	}
	if p, err := c.recall(query, named(args)); err != nil {
		return nil, err
	} else if p != nil {
		return driver.RowsAffected(p.changed), nil
	}
	if err := c.hear(); err != nil {
		return nil, err
	}
	t := translated(query)
	args, err := t.order(args)
	if err != nil {
		return nil, err
	}
	return c.Conn.ExecContext(ctx, t.sql, args)
}

// QueryContext runs a statement with rows.
func (c *pgConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if p, err := c.recall(query, named(args)); err != nil {
		return nil, err
	} else if p != nil {
		return &toldRows{p}, nil
	}
	if err := c.hear(); err != nil {
		return nil, err
	}
	t := translated(query)
	args, err := t.order(args)
	if err != nil {
		return nil, err
	}
	if c.inTx && ctx.Value(longResult{}) != nil {
		return c.cursor(ctx, t.sql, args)
	}
	rows, err := c.Conn.QueryContext(ctx, t.sql, args)
	if err != nil {
		return nil, err
	}
	if c.inTx {
		return takeOver(rows)
	}
	return &pgRows{Rows: rows}, nil
}

// tryAgain says that a transaction was given up because another was in its way, and can be run anew.
func tryAgain(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// inTheWay says that rows were refused whole because one of them is there already, or a cap is full.
func inTheWay(err error) bool {
	var pg *pgconn.PgError
	return errors.Is(err, errSomeRefused) || errors.As(err, &pg) && (pg.Code == "23505" || pg.Code == "DU001")
}

// busy says that a lock was not to be had in time.
func busy(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "55P03"
}
