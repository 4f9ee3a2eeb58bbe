package store

import (
	"context"
	"errors"
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// openWithLog returns a new store on SQLite.
func openWithLog(t *testing.T) *Store {
	t.Helper()
	s := open(t)
	if s.fleet {
		t.Skip("PostgreSQL keeps its own log")
	}
	return s
}

// syncing says how the writer's connection commits: 2 is FULL.
func syncing(t *testing.T, s *Store) (level int) {
	t.Helper()
	if err := s.write.QueryRow(`PRAGMA synchronous`).Scan(&level); err != nil {
		t.Fatal(err)
	}
	return level
}

// logOf returns what the writer's connection knows of its log.
func logOf(t *testing.T, s *Store) *logState {
	t.Helper()
	conn, on, err := connect(context.Background(), s.write)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.release()
	return &on.(*lite).log
}

// TestCommitSoon: a step that is not on the disk yet is seen by everybody, one after it may be committed and made durable first, and
// whoever writes next finds a connection that makes durable what it commits.
func TestCommitSoon(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	p := planned(t, s, 4)
	caps, w := houseCaps(t, s), hire(t, s)
	var durables []func() error
	for range 2 {
		c, err := s.Due(ctx, p.ID, noon, 2, 0)
		if err != nil || len(c.Messages) != 2 {
			t.Fatal(c, err)
		}
		res, durable, err := s.CommitSoon(ctx, stepOf(w, &c, tryOf(c.Messages[0], 1, caps), tryOf(c.Messages[1], 1, caps)))
		if err != nil || !res.Permitted[0] || !res.Permitted[1] {
			t.Fatal(res, err)
		}
		durables = append(durables, durable)
	}
	var fences int
	if err := s.read.QueryRow(`SELECT count(*) FROM fence`).Scan(&fences); err != nil || fences != 4 {
		t.Fatal(fences, err)
	}
	if !s.fleet {
		if level := syncing(t, s); level != 2 {
			t.Errorf("the connection is left with synchronous = %d", level)
		}
	}
	for _, i := range []int{1, 0} {
		if err := durables[i](); err != nil {
			t.Error(i, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCommitSoonAfterAnError: a step that is refused as a whole leaves nothing, and the connection as it was.
func TestCommitSoonAfterAnError(t *testing.T) {
	s := open(t)
	p := planned(t, s, 1)
	c, err := s.Due(context.Background(), p.ID, noon, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.CommitSoon(context.Background(), stepOf(999, &c, tryOf(c.Messages[0], 1, houseCaps(t, s)))); !errors.Is(err, ErrLeaseLost) {
		t.Fatal(err)
	}
	if !s.fleet {
		if level := syncing(t, s); level != 2 {
			t.Errorf("the connection is left with synchronous = %d", level)
		}
	}
}

// failingSync is a sync of a disk that fails.
func failingSync(*libc.TLS, uintptr, int32) int32 { return sqlite3.SQLITE_IOERR_FSYNC }

var failing = failingSync

// TestLogThatFails: when the log could not be synced, nobody is told that a step is durable, and nothing more is stored by this process,
// although the disk seems well again: what the system has dropped it does not write again.
func TestLogThatFails(t *testing.T) {
	s := openWithLog(t)
	ctx := context.Background()
	w := hire(t, s)
	soon := func() (func() error, error) {
		_, durable, err := s.CommitSoon(ctx, stepOf(w, nil))
		return durable, err
	}
	durable, err := soon()
	if err != nil {
		t.Fatal(err)
	}
	later, err := soon()
	if err != nil {
		t.Fatal(err)
	}
	l := logOf(t, s)
	broken := *methods(l.file)
	broken.FxSync = *(*uintptr)(unsafe.Pointer(&failing))
	file := at[sqlite3.Tsqlite3_file](l.file)
	whole := file.FpMethods
	file.FpMethods = uintptr(unsafe.Pointer(&broken))
	err = durable()
	file.FpMethods = whole
	if !errors.Is(err, ErrLog) {
		t.Fatalf("a sync that failed: %v", err)
	}
	if err := later(); !errors.Is(err, ErrLog) {
		t.Errorf("a later step is said to be durable: %v", err)
	}
	if _, err := soon(); !errors.Is(err, ErrLog) {
		t.Errorf("a step after it: %v", err)
	}
	if _, err := s.Hire(ctx, wire, wire.Add(1)); !errors.Is(err, ErrLog) {
		t.Errorf("another writer after it: %v", err)
	}
	if err := s.Ping(ctx); err != nil {
		t.Errorf("it cannot be read: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := later(); !errors.Is(err, ErrLog) {
		t.Errorf("after the database is closed: %v", err)
	}
}

// TestLogAfterClose: a step whose log was not synced before the store was closed is not said to be durable.
func TestLogAfterClose(t *testing.T) {
	s := openWithLog(t)
	_, durable, err := s.CommitSoon(context.Background(), stepOf(hire(t, s), nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := durable(); !errors.Is(err, ErrLog) {
		t.Errorf("%v", err)
	}
}
