package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A step is committed without a wait for the disk (synchronous_commit = off for that one transaction). What waits is a transaction of one
// record on another connection: PostgreSQL writes its log in order, and synchronous standbys confirm it in order, so that when this record is
// there, all that was committed before it is (docs/adr/0045). That holds within one run of one server. When a server crashes, is restarted or
// another one takes over, all its connections end. So a step is asked about only on a connection that was open when it was committed,
// and of which it was proved that it leads to the same run of the same server as the one that committed it.

// errFlush says that it is not known whether what was committed survives.
var errFlush = errors.New("store: nobody could say that what was committed last is on the disk")

// flusher has the connection by which a process waits for the disk.
type flusher struct {
	cfg *pgx.ConnConfig

	mu   sync.Mutex // of who links a connection to the line
	line *flushLine // nil: there was none yet
}

func newFlusher(cfg *pgx.ConnConfig) *flusher { return &flusher{cfg: cfg} }

// flushLine is one connection, from its beginning to its end. Nobody opens it anew: what was committed before it began it knows nothing of.
type flushLine struct {
	asked atomic.Int64 // how many commits were asked about
	over  atomic.Bool  // nothing more is learnt by it

	mu      sync.Mutex // one uses the connection at a time
	conn    *pgx.Conn
	covered int64  // so many of those asked about are durable
	warning string // what the server warned of in the flush under way
	broken  error  // why nothing more is known; nil: it is
}

// link returns the line for a connection that is in no transaction; nil where there is none, so that its commits have to wait themselves.
func (f *flusher) link(ctx context.Context, c *pgConn) *flushLine {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range 2 {
		if f.line == nil || f.line.over.Load() {
			if f.line = f.open(ctx); f.line == nil {
				return nil
			}
		}
		if c.line == f.line {
			return c.line
		}
		same, err := f.line.leadsWhere(ctx, c)
		if same && err == nil {
			c.line = f.line
			return c.line
		}
		if c.Conn.Conn().IsClosed() {
			return nil
		}
		f.line.end(errFlush) // it leads to another server, such as one that was followed by a standby
	}
	return nil
}

// open opens a line.
func (f *flusher) open(ctx context.Context) *flushLine {
	l := &flushLine{}
	cfg := f.cfg.Copy()
	cfg.RuntimeParams["application_name"] = "duly flush"
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" {
			l.warning = n.Message
		}
	}
	var err error
	if l.conn, err = pgx.ConnectConfig(ctx, cfg); err != nil {
		return nil
	}
	return l
}

// leadsWhere says whether the line leads to the same run of the same server as a connection: a lock that one of them has the other
// does not get. Neither outlives that run.
func (l *flushLine) leadsWhere(ctx context.Context, c *pgConn) (same bool, err error) {
	key := rand.Int64()
	if err := c.simply(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", key)); err != nil {
		return false, err
	}
	defer func() {
		if e := c.simply(ctx, fmt.Sprintf("SELECT pg_advisory_unlock(%d)", key)); e != nil {
			err = errors.Join(err, e, c.Conn.Conn().Close(ctx))
		}
	}()
	l.mu.Lock()
	defer l.mu.Unlock()
	var got bool
	err = l.conn.QueryRow(ctx, fmt.Sprintf("SELECT pg_try_advisory_lock(%d)", key)).Scan(&got)
	return !got, wrap(err)
}

// flush returns when all that was committed before it was called is durable. Of several who call it at once one asks for those that wait.
func (l *flushLine) flush() error {
	number := l.asked.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if number <= l.covered {
		return nil
	}
	if l.broken != nil {
		return l.broken
	}
	upTo := l.asked.Load()
	l.warning = ""
	// It is not cut off: what is not heard is not known. It waits for as long as a commit would.
	_, err := l.conn.PgConn().Exec(context.Background(), `SELECT pg_logical_emit_message(true, 'duly', '')`).ReadAll()
	if err == nil && l.warning != "" {
		err = errors.New(l.warning) // such as that the wait for a standby was called off
	}
	if err != nil {
		return l.breaks(fmt.Errorf("%w: %w", errFlush, err))
	}
	l.covered = upTo
	return nil
}

// end closes the line. Who asks it later hears why.
func (l *flushLine) end(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.breaks(why)
}

// breaks is end for who has the connection, and returns why.
func (l *flushLine) breaks(why error) error {
	if l.broken == nil {
		l.broken = why
		l.over.Store(true)
		_ = l.conn.Close(context.Background())
	}
	return l.broken
}

// lasting runs a transaction, which is durable when lasting returns, or, where it is to come back soon, when what it returns is synced.
func (c *pgConn) lasting(ctx context.Context, soon bool, transaction func() error) (unsynced, error) {
	if !soon || c.flusher == nil {
		return nil, transaction()
	}
	line := c.flusher.link(ctx, c)
	if line == nil {
		return nil, transaction()
	}
	c.soon = true
	err := transaction()
	c.soon = false
	if err != nil {
		return nil, err
	}
	return line.flush, nil
}

// Close ends the connection by which the process waits for the disk; package sql calls it when the database is closed.
func (c pgConnector) Close() error {
	if c.flusher == nil {
		return nil
	}
	c.flusher.mu.Lock()
	defer c.flusher.mu.Unlock()
	if c.flusher.line != nil {
		c.flusher.line.end(fmt.Errorf("%w: the store was closed before", errFlush))
		c.flusher.line = nil
	}
	return nil
}
