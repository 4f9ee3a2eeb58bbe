package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// ErrServerCopies says that PostgreSQL is backed up by its own programs.
var ErrServerCopies = errors.New("store: PostgreSQL is backed up by pg_basebackup or pg_dump, as docs/operations.md says, and not by this command")

// Backup writes the database as it stands into a file that must not be there yet, while others write on. The copy says of
// itself that it is one, so that nothing leaves from it before a person releases what waits. What is sealed stays sealed: keys are
// to be kept elsewhere. Who makes it is in the audit, of the copy too. The file is whole and durable when Backup returns, and not there when it fails.
func (s *Store) Backup(ctx context.Context, path, who string, wireNow time.Time) (err error) {
	if s.fleet {
		return ErrServerCopies
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("store: backup: %s exists and is not written over", path)
	}
	if err := s.Record(ctx, Deed{At: wireNow, Who: who, What: "backed_up", Subject: "everything"}); err != nil {
		return err
	}
	half := path + ".half"
	if err := os.RemoveAll(half); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("store: backup: %w", errors.Join(err, os.RemoveAll(half)))
		}
	}()
	// It is whoever may read the data who may read the copy.
	f, err := os.OpenFile(half, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if _, err := s.write.ExecContext(ctx, `VACUUM INTO ?`, half); err != nil {
		return err
	}
	err = amend(ctx, half, `UPDATE life SET held_at = max(held_at, ?), held_why = CASE held_why WHEN '' THEN ? ELSE held_why END WHERE id = 1`, millis(wireNow), HeldCopied)
	if err != nil {
		return err
	}
	return errors.Join(syncFile(half), os.Rename(half, path), syncFolder(filepath.Dir(path)))
}

// amend changes one thing in a file of SQLite's that nobody else has open, and looks through the whole of it.
func amend(ctx context.Context, path, query string, args ...any) (err error) {
	db, err := sql.Open("sqlite", "file:"+escaped(path)+"?_pragma=synchronous(FULL)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, query, args...); err != nil {
		return err
	}
	var said string
	if err := db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		return errors.New("the database is damaged: " + said)
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Restore puts a file of Backup's in the place of the database in the folder dir, which no process may have open. What lies
// there is kept beside, under a name that it returns; empty where nothing did. It is opened with keys first, so that a backup that
// they do not open changes nothing. The copy's own hold stays.
func Restore(ctx context.Context, dir, path string, keys *Keys, wireNow time.Time) (aside string, err error) {
	half := filepath.Join(dir, FileName+".half")
	defer func() {
		err = errors.Join(err, os.RemoveAll(half))
		if err != nil {
			err = fmt.Errorf("store: restore: %w", err)
		}
	}()
	if err := copyFile(path, half); err != nil {
		return "", err
	}
	if err := amend(ctx, half, `UPDATE life SET held_at = max(held_at, ?), held_why = CASE held_why WHEN '' THEN ? ELSE held_why END`, millis(wireNow), HeldCopied); err != nil {
		return "", err
	}
	if err := opens(ctx, half, keys); err != nil {
		return "", err
	}
	data := filepath.Join(dir, FileName)
	if _, err := os.Lstat(data); err == nil {
		if err := unused(ctx, data); err != nil {
			return "", err
		}
		aside = data + ".before-" + wireNow.UTC().Format("20060102T150405Z")
	}
	// The write-ahead log belongs to the database that is moved away: it would be played into the one put back.
	for _, tail := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(data+tail, aside+tail); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return aside, errors.Join(os.Rename(half, data), syncFolder(dir))
}

// unused takes the database for itself alone, which fails while a process has it open and writes; what the log holds goes into
// the file.
func unused(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", "file:"+escaped(path)+"?_pragma=busy_timeout(100)&_pragma=locking_mode(EXCLUSIVE)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `BEGIN EXCLUSIVE; COMMIT`); err != nil {
		return fmt.Errorf("%s is in use; stop every duly that works on it first: %w", path, err)
	}
	return nil
}

func opens(ctx context.Context, path string, keys *Keys) (err error) {
	db, err := sql.Open("sqlite", "file:"+escaped(path)+"?mode=ro")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s := &Store{keys: keys.own(nil), read: db}
	var some int64
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE name = 'seal_key'`).Scan(&some); err != nil {
		return wrap(err)
	}
	if some == 0 { // made by a binary of before there were any
		s.keys.rings.asked.Store(unasked)
	}
	return s.checkKeys(ctx)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close(), in.Close())
}
