// Package store keeps Duly's facts and messages. SQL lives here and nowhere else. It runs on SQLite (embedded,
// pure Go, write-ahead log, full durability; one writer and several readers) and on PostgreSQL, which many processes on
// many machines share.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

//go:embed schema/sqlite/*.sql schema/postgres/*.sql
var schema embed.FS

// FileName is the database's name in the data folder.
const FileName = "duly.db"

// ErrNotFound says that nothing is known by the reference asked for.
var ErrNotFound = errors.New("store: not found")

// A Store is an open database. It is safe for use by several goroutines; several processes may open the same.
type Store struct {
	keys  *Keys
	place string
	write *sql.DB // on SQLite one connection, for it has one writer
	read  *sql.DB

	// The hot path's statements, of either connection.
	writes, reads *statements
	grounds       grounds
	likes         likes

	// What the machine knows of the database beside it (life.go); nil and zero without a witness.
	witness   *witness
	line      atomic.Pointer[string] // the life that was found
	lastFence atomic.Int64           // that this machine knows of
	unproven  atomic.Bool

	// fleet says that the database is PostgreSQL: others write at the same time, and what one writer would keep in order
	// is kept so by locks (docs/adr/0012).
	fleet bool

	months sync.Map // the months, by number, whose parts are known to be there
}

// Open opens the data at a place and brings its schema up to date. The place is a folder, which is made on first use,
// or the URL of a database of PostgreSQL. Names, phones and texts are sealed with keys.
func Open(ctx context.Context, place string, keys *Keys) (*Store, error) {
	s := &Store{place: place, fleet: IsURL(place)}
	s.keys = keys.own(s.aside)
	open := openSQLite
	if s.fleet {
		open = openPostgres
	}
	var err error
	if s.write, s.read, err = open(ctx, place); err != nil {
		return nil, err
	}
	s.writes, s.reads = newStatements(s.write), newStatements(s.read)
	if err := s.checkKeys(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openSQLite opens the database in a folder.
func openSQLite(ctx context.Context, dir string) (write, read *sql.DB, err error) {
	path := filepath.Join(dir, FileName)
	if write, err = openWriter(ctx, path); err != nil {
		return nil, nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	reader, err := openLite(dsn(path, "&_pragma=query_only(1)"))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), write.Close())
	}
	read = sql.OpenDB(reader)
	read.SetMaxOpenConns(8)
	return write, read, nil
}

// openWriter opens the database for writing and brings its schema up to date.
func openWriter(ctx context.Context, path string) (*sql.DB, error) {
	writer, err := openLite(dsn(path, "&_txlock=immediate"))
	if err != nil {
		return nil, err
	}
	write := sql.OpenDB(writer)
	write.SetMaxOpenConns(1)
	if err := migrate(ctx, write); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	return write, nil
}

// dsn builds the connection string. FULL makes each commit durable before it returns; nothing that permits a
// send may be lost at power failure. Pages of 8 KiB, which only a database made since has, need fewer steps from root to leaf and
// fewer writes to the log than those of 4.
func dsn(path, more string) string {
	return "file:" + escaped(path) + "?_pragma=busy_timeout(20000)&_pragma=page_size(8192)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(FILE)&_pragma=cache_size(-32000)" + more
}

func escaped(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// Close closes the database.
func (s *Store) Close() error {
	return errors.Join(s.write.Close(), s.read.Close(), s.witness.close())
}

// file is the path of SQLite's database.
func (s *Store) file() string { return filepath.Join(s.place, FileName) }

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return wrap(s.read.QueryRowContext(ctx, `SELECT 1`).Scan(&one))
}

// update runs f in a writing transaction, which is durable when update returns nil and has left no trace when
// it returns an error. No other writes meanwhile, neither an update nor a step.
func (s *Store) update(ctx context.Context, f func(tx *sql.Tx) error) error {
	return s.transaction(ctx, alone, func(tx *sql.Tx, _ direct) error { return f(tx) })
}

// between is update for what may go on while an import is at its rows: nothing of it is in an import's way until that hushes the steps.
func (s *Store) between(ctx context.Context, f func(tx *sql.Tx) error) error {
	return s.transaction(ctx, betweenSteps, func(tx *sql.Tx, _ direct) error { return f(tx) })
}

// alone is update with what is direct in the connection.
func (s *Store) alone(ctx context.Context, f func(tx *sql.Tx, on direct) error) error {
	return s.transaction(ctx, alone, f)
}

// step is update for the hot path: on PostgreSQL steps of several workers run side by side, and f may be run again
// where they were in each other's way.
func (s *Store) step(ctx context.Context, f func(tx *sql.Tx, on direct) error) error {
	_, err := s.stepSoon(ctx, false, f)
	return err
}

// stepSoon is step for who comes back soon: see transact.
func (s *Store) stepSoon(ctx context.Context, soon bool, f func(tx *sql.Tx, on direct) error) (unsynced, error) {
	for again := 0; ; again++ {
		log, err := s.transact(ctx, amongSteps, soon, f)
		if again == mostAgain || !tryAgain(err) {
			return log, err
		}
	}
}

// mostAgain bounds how often a step is run anew.
const mostAgain = 10

// A company says who may write at the same time as a transaction.
type company uint8

// On SQLite every writer is alone. On PostgreSQL it is who locks first, until the end of its transaction.
const (
	alone        company = iota // nobody
	betweenSteps                // an import that is at its files' rows: see merge.hush
	amongSteps                  // steps, and such an import
	withBooks                   // steps, and all but imports and who is alone
	anyone                      // until it takes a company itself
)

// take waits until a transaction may go on in its company. Who takes both locks takes that of the books first.
func (c company) take(ctx context.Context, tx *sql.Tx) error {
	var keys []int
	switch c {
	case alone:
		keys = []int{lockBooks, lockWrite}
	case withBooks:
		keys = []int{lockBooks}
	case betweenSteps:
		keys = []int{lockWrite}
	case amongSteps: // its lock came with its beginning: see sharing
	case anyone:
	}
	for _, key := range keys {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(?)`, key); err != nil {
			return wrap(err)
		}
	}
	return nil
}

func (s *Store) transaction(ctx context.Context, c company, f func(tx *sql.Tx, on direct) error) error {
	_, err := s.transact(ctx, c, false, f)
	return err
}

// transact is transaction, or comes back soon: before what it wrote is on the disk, which it is when log is synced (docs/adr/0041, 0045).
func (s *Store) transact(ctx context.Context, c company, soon bool, f func(tx *sql.Tx, on direct) error) (log unsynced, err error) {
	if err := s.writes.warm(ctx); err != nil {
		return nil, err
	}
	conn, on, err := connect(ctx, s.write)
	if err != nil {
		return nil, fmt.Errorf("store: begin: %w", err)
	}
	defer conn.release()
	return on.lasting(ctx, soon, func() error { return s.within(ctx, c, conn, on, f) })
}

// within runs f in a writing transaction of a connection.
func (s *Store) within(ctx context.Context, c company, conn held, on direct, f func(tx *sql.Tx, on direct) error) error {
	// The end of ctx ends a statement and so f, but never the transaction under f's hands.
	begin := context.WithoutCancel(ctx)
	if c == amongSteps {
		begin = context.WithValue(begin, sharing{}, true)
	}
	tx, err := conn.BeginTx(begin, s.isolation(false))
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer giveUp(tx)
	if s.fleet {
		err = c.take(ctx, tx)
	}
	if err == nil {
		err = s.keys.freshen(ctx, tx)
	}
	if err == nil {
		err = f(tx, on)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return because(ctx, errors.Join(err, ignoreDone(tx.Rollback())))
	}
	if err := tx.Commit(); err != nil {
		return because(ctx, fmt.Errorf("store: commit: %w", err))
	}
	return nil
}

// because says that work was called off where that is why it failed: package sql takes the statements of such a
// transaction away, and whoever uses one next hears only that it is closed.
func because(ctx context.Context, err error) error {
	if cause := ctx.Err(); err != nil && cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// direct is what the hot path uses of a connection beside database/sql, in the same transaction.
type direct interface {
	// put inserts rows of so many columns by "INSERT INTO t (…) VALUES " and what follows the rows, and returns how many it took.
	// Where some may be refused, taken is called with the first column of each that was not, and the tail returns that column;
	// else taken is nil.
	put(ctx context.Context, head, tail string, cols int, rows *values, taken func(first int64)) (int64, error)
	// ask calls each with the rows of a query, one after the other. No other statement may run meanwhile.
	ask(ctx context.Context, query string, args *values, each func(row) error) error
	// foretell names statements that this transaction will run, in that order unless it is given up; PostgreSQL is waited for once for all of them.
	foretell(ctx context.Context, list ...statement) error
	// lasting runs a transaction, which is durable when lasting returns, or, where it is to come back soon, when what it returns is synced.
	lasting(ctx context.Context, soon bool, transaction func() error) (unsynced, error)
}

// held is a connection out of the pool.
type held struct{ *sql.Conn }

func (h held) release() { _ = h.Close() } // it goes back to the pool, whatever became of it

// connect takes a connection out of the pool, with what is direct in it.
func connect(ctx context.Context, db *sql.DB) (h held, on direct, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return h, nil, err
	}
	h = held{conn}
	if err := conn.Raw(func(c any) error { on = c.(direct); return nil }); err != nil {
		h.release()
		return h, nil, err
	}
	return h, on, nil
}

// isolation returns how a transaction sees others. A reader sees one state of the database from its beginning to its
// end, as SQLite's do.
func (s *Store) isolation(reader bool) *sql.TxOptions {
	o := &sql.TxOptions{ReadOnly: reader}
	switch {
	case s.fleet && reader:
		o.Isolation = sql.LevelRepeatableRead
	case s.fleet:
		o.Isolation = sql.LevelReadCommitted
	}
	return o
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// view runs f on one consistent state of the database.
func (s *Store) view(ctx context.Context, f func(tx *sql.Tx) error) error {
	return s.look(ctx, func(tx *sql.Tx, _ direct) error { return f(tx) })
}

// look is view with what is direct in the connection.
func (s *Store) look(ctx context.Context, f func(tx *sql.Tx, on direct) error) error {
	if err := s.reads.warm(ctx); err != nil {
		return err
	}
	conn, on, err := connect(ctx, s.read)
	if err != nil {
		return fmt.Errorf("store: read: %w", err)
	}
	defer conn.release()
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), s.isolation(true))
	if err != nil {
		return fmt.Errorf("store: read: %w", err)
	}
	defer giveUp(tx)
	return because(ctx, errors.Join(f(tx, on), ignoreDone(tx.Rollback())))
}

// giveUp ends a transaction that nobody has ended, which only a panic leaves behind: its connection, and with it the
// panic itself, would wait for that end for ever.
func giveUp(tx *sql.Tx) { _ = tx.Rollback() }

// glance is look for one statement, which sees one state of the database by itself.
func (s *Store) glance(ctx context.Context, f func(on direct) error) error {
	if !s.fleet {
		return s.look(ctx, func(_ *sql.Tx, on direct) error { return f(on) })
	}
	conn, on, err := connect(ctx, s.read)
	if err != nil {
		return fmt.Errorf("store: read: %w", err)
	}
	defer conn.release()
	return because(ctx, f(on))
}

// millis is how times are stored: milliseconds since 1970; 0 is the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
