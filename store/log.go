package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The log of SQLite is its write-ahead log. A commit is durable when the log is synced up to its last page, and so is all that was
// committed before it. FULL syncs within COMMIT, under the lock that keeps other writers away; here a step is committed as NORMAL
// does it, which writes the same pages in the same order, and the log is synced beside the next step. Until then nobody acts upon
// it (docs/adr/0041). After a loss of power the database is what it was after one of its commits, and none is missing before it.

// ErrLog says that the log could not be synced once. What is on the disk is not known from there on: to sync again would say that all
// is there although the system may have dropped the pages that failed. So this process stores nothing more; one that is started anew
// reads what there is.
var ErrLog = errors.New("store: the database's log could not be made durable, so nothing more is stored; look at the disk, and start anew")

// logState is what a connection knows of its log.
type logState struct {
	soon   bool                  // the connection commits without syncing; of the goroutine that has the connection
	failed atomic.Pointer[error] // why it could not be synced; nil: it could

	mu   sync.Mutex // one syncs at a time, and none after the connection is closed
	tls  *libc.TLS  // of who syncs
	file uintptr    // *sqlite3_file; 0: it is not open
}

// unsynced waits until a commit that is in the log is on the disk; nil: it is.
type unsynced func() error

func (u unsynced) sync() error {
	if u == nil {
		return nil
	}
	return u()
}

// lasting runs a transaction, which is durable when lasting returns, or, where it is to come back soon, when the log is synced.
func (c *lite) lasting(ctx context.Context, soon bool, transaction func() error) (_ unsynced, err error) {
	if why := c.log.failed.Load(); why != nil {
		return nil, *why
	}
	if err := c.commitsSoon(ctx, soon); err != nil {
		return nil, err
	}
	if !soon {
		return nil, transaction()
	}
	// Whoever has the connection next finds it as it was, also who comes without a transaction.
	defer func() { err = errors.Join(err, c.commitsSoon(context.WithoutCancel(ctx), false)) }()
	if err := transaction(); err != nil {
		return nil, err
	}
	return c.log.sync, c.openLog()
}

// commitsSoon says how the connection commits from now on. No transaction may be under way.
func (c *lite) commitsSoon(ctx context.Context, soon bool) error {
	if c.log.soon == soon {
		return nil
	}
	how := `PRAGMA synchronous = FULL`
	if soon {
		how = `PRAGMA synchronous = NORMAL`
	}
	if _, err := c.liteConn.ExecContext(context.WithoutCancel(ctx), how, nil); err != nil {
		return wrap(err)
	}
	c.log.soon = soon
	return nil
}

// openLog opens the log once more, by SQLite's own functions, and so through whatever stands between it and the file. The system tells
// of a page that it could not write once to each who has the file open: SQLite, which syncs it too before it copies pages into
// the database, must not take the word that is meant for us. Nobody locks the log, so that closing it again lets go of nothing.
func (c *lite) openLog() error {
	l := &c.log
	if l.file != 0 { // only who has the connection opens it
		return nil
	}
	out := libc.Xmalloc(c.tls, libc.Tsize_t(unsafe.Sizeof(uintptr(0))))
	if out == 0 {
		return errMemory
	}
	defer libc.Xfree(c.tls, out)
	if rc := sqlite3.Xsqlite3_file_control(c.tls, c.db, 0, sqlite3.SQLITE_FCNTL_VFS_POINTER, out); rc != sqlite3.SQLITE_OK {
		return c.fault(rc)
	}
	vfs := *at[uintptr](out)
	v := at[sqlite3.Tsqlite3_vfs](vfs)
	file := libc.Xcalloc(c.tls, 1, libc.Tsize_t(v.FszOsFile))
	if file == 0 {
		return errMemory
	}
	name := sqlite3.Xsqlite3_filename_wal(c.tls, sqlite3.Xsqlite3_db_filename(c.tls, c.db, 0)) // it stays as long as the connection
	open := *(*func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32)(unsafe.Pointer(&v.FxOpen))
	if rc := open(c.tls, vfs, name, file, sqlite3.SQLITE_OPEN_WAL|sqlite3.SQLITE_OPEN_READWRITE, 0); rc != sqlite3.SQLITE_OK {
		libc.Xfree(c.tls, file)
		return fmt.Errorf("store: the database's log cannot be opened (SQLite: %d)", rc)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tls, l.file = libc.NewTLS(), file
	return nil
}

// methods are the functions of an open file.
func methods(file uintptr) *sqlite3.Tsqlite3_io_methods {
	return at[sqlite3.Tsqlite3_io_methods](at[sqlite3.Tsqlite3_file](file).FpMethods)
}

// sync returns when all that was committed before is on the disk. It may run beside other transactions of the connection.
func (l *logState) sync() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if why := l.failed.Load(); why != nil {
		return *why
	}
	if l.file == 0 {
		return fmt.Errorf("%w: it was closed before", ErrLog)
	}
	sync := *(*func(tls *libc.TLS, file uintptr, flags int32) int32)(unsafe.Pointer(&methods(l.file).FxSync))
	if rc := sync(l.tls, l.file, sqlite3.SQLITE_SYNC_NORMAL); rc != sqlite3.SQLITE_OK {
		err := fmt.Errorf("%w (SQLite: %d)", ErrLog, rc)
		l.failed.Store(&err)
		return err
	}
	return nil
}

// end closes the log; nobody syncs any more.
func (l *logState) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == 0 {
		return
	}
	done := *(*func(tls *libc.TLS, file uintptr) int32)(unsafe.Pointer(&methods(l.file).FxClose))
	done(l.tls, l.file) // nothing was written through it
	libc.Xfree(l.tls, l.file)
	l.tls.Close()
	l.tls, l.file = nil, 0
}
