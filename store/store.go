// Package store keeps Duly's facts and messages. SQL lives here and nowhere else. It runs on SQLite (embedded,
// pure Go, write-ahead log, full durability); one writer and several readers.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed schema/sqlite/*.sql
var schema embed.FS

// FileName is the database's name in the data folder.
const FileName = "duly.db"

// ErrNotFound says that nothing is known by the reference asked for.
var ErrNotFound = errors.New("store: not found")

// A Store is an open data folder. It is safe for use by several goroutines; several processes may open the
// same folder.
type Store struct {
	keys  *Keys
	write *sql.DB // one connection: SQLite has one writer
	read  *sql.DB

	// The hot path's statements, of either connection.
	writes, reads *statements
}

// Open opens the data folder dir, makes it on first use and brings its schema up to date. Names, phones and
// texts are sealed with keys.
func Open(ctx context.Context, dir string, keys *Keys) (*Store, error) {
	path := filepath.Join(dir, FileName)
	write, err := sql.Open("sqlite", dsn(path, "&_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	if err := migrate(ctx, write); err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), write.Close())
	}
	read, err := sql.Open("sqlite", dsn(path, "&_pragma=query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", path, err), write.Close())
	}
	read.SetMaxOpenConns(8)
	s := &Store{keys: keys, write: write, read: read, writes: newStatements(write), reads: newStatements(read)}
	if err := s.checkKeys(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// dsn builds the connection string. FULL makes each commit durable before it returns; nothing that permits a
// send may be lost at power failure.
func dsn(path, more string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(FILE)&_pragma=cache_size(-32000)" + more
}

func migrate(ctx context.Context, db *sql.DB) error {
	sub, err := fs.Sub(schema, "schema/sqlite")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(database.DialectSQLite3, db, sub)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// Close closes the data folder.
func (s *Store) Close() error { return errors.Join(s.write.Close(), s.read.Close()) }

// update runs f in a writing transaction, which is durable when update returns nil and has left no trace when
// it returns an error.
func (s *Store) update(ctx context.Context, f func(tx *sql.Tx) error) error {
	if err := s.writes.warm(ctx); err != nil {
		return err
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	if err := f(tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// view runs f on one consistent state of the database.
func (s *Store) view(ctx context.Context, f func(tx *sql.Tx) error) error {
	if err := s.reads.warm(ctx); err != nil {
		return err
	}
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("store: read: %w", err)
	}
	return errors.Join(f(tx), ignoreDone(tx.Rollback()))
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
