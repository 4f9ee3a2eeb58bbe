package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A soonHouse hands over one message after the other by CommitSoon.
type soonHouse struct {
	*Store
	t      *testing.T
	p      Portfolio
	set    CapSet
	worker int64
}

func newSoonHouse(t *testing.T, s *Store, messages int) *soonHouse {
	return &soonHouse{s, t, planned(t, s, messages), houseCaps(t, s), hire(t, s)}
}

// step commits a fence, and returns what waits for it.
func (h *soonHouse) step() (durable func() error) {
	h.t.Helper()
	c, err := h.Due(context.Background(), h.p.ID, noon, 1, 0)
	if err != nil || len(c.Messages) != 1 {
		h.t.Fatal(c, err)
	}
	res, durable, err := h.CommitSoon(context.Background(), stepOf(h.worker, &c, tryOf(c.Messages[0], 1, h.set)))
	if err != nil || !res.Permitted[0] {
		h.t.Fatal(res, err)
	}
	return durable
}

func (h *soonHouse) fences() (n int) {
	h.t.Helper()
	if err := h.read.QueryRow(`SELECT count(*) FROM fence`).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// flushes is the process of the server by which this one waits for the disk.
const flushes = `FROM pg_stat_activity WHERE application_name = 'duly flush' AND datname = current_database()`

// TestServerKilledBetween is invariant 5 on PostgreSQL: a step is committed, and the server is killed before anybody has asked whether it is
// on the disk. Nobody is told that it is, also when the server is back before he asks, and what he was told of before is there.
func TestServerKilledBetween(t *testing.T) {
	if !onPostgres || testing.Short() {
		t.Skip("PostgreSQL's own; kills a cluster")
	}
	ctx := context.Background()
	c, s := ownCluster(t)
	db, err := pgx.Connect(ctx, c.URL)
	if err != nil {
		t.Fatal(err)
	}
	// The server writes its log by itself sooner or later; here it must not come before the kill.
	for _, set := range []string{`ALTER SYSTEM SET wal_writer_delay = '10s'`, `ALTER SYSTEM SET wal_writer_flush_after = '1GB'`, `SELECT pg_reload_conf()`} {
		if _, err := db.Exec(ctx, set); err != nil {
			t.Fatal(err)
		}
	}
	h := newSoonHouse(t, s, 20)
	told, lost := 0, 0
	for range 3 {
		for range 2 {
			if err := h.step()(); err != nil {
				t.Fatal(err)
			}
			told = h.fences()
		}
		durable := h.step()
		_ = c.Kill() // it says how the server ended
		if err := c.Restart(); err != nil {
			t.Fatal(err)
		}
		if err := durable(); !errors.Is(err, errFlush) {
			t.Fatalf("of a step that was not on the disk when the server was killed: %v", err)
		}
		if err := s.revive(ctx); err != nil {
			t.Fatal(err)
		}
		if n := h.fences(); n < told {
			t.Fatalf("%d fences are there and %d were said to be", n, told)
		} else if n == told {
			lost++
		}
	}
	if lost == 0 {
		t.Error("no step was lost, so that nothing was put to the test")
	}
}

// revive waits until the pools have dropped the connections that were killed.
func (s *Store) revive(ctx context.Context) error {
	var err error
	for range mostWriters + mostReaders {
		if err = errors.Join(s.Ping(ctx), s.between(ctx, func(*sql.Tx) error { return nil })); err == nil {
			return nil
		}
	}
	return err
}

// TestFlushEnded: when the connection by which a process waits for the disk ends, what was committed before is not said to be durable, and what is
// committed after it is, by another.
func TestFlushEnded(t *testing.T) {
	s := open(t)
	if !s.fleet {
		t.Skip("PostgreSQL's own")
	}
	h := newSoonHouse(t, s, 4)
	if err := h.step()(); err != nil {
		t.Fatal(err)
	}
	first, second := h.step(), h.step()
	if _, err := s.write.Exec(`SELECT pg_terminate_backend(pid) ` + flushes); err != nil {
		t.Fatal(err)
	}
	for _, durable := range []func() error{second, first} {
		if err := durable(); !errors.Is(err, errFlush) {
			t.Errorf("of a step by whose connection nothing is heard any more: %v", err)
		}
	}
	if err := h.step()(); err != nil {
		t.Error("by the next connection:", err)
	}
}

// TestFlushElsewhere: a connection that leads to another place than the one that commits is not asked; the step waits for the disk itself.
func TestFlushElsewhere(t *testing.T) {
	s, other := open(t), open(t)
	if !s.fleet {
		t.Skip("PostgreSQL's own")
	}
	ctx := context.Background()
	cfg, err := pgx.ParseConfig(other.place)
	if err != nil {
		t.Fatal(err)
	}
	conn, on, err := connect(ctx, s.write)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.release()
	c := on.(*pgConn)
	away := newFlusher(cfg)
	here := c.flusher
	c.flusher = away
	level := ""
	commit := func() (unsynced, error) {
		return c.lasting(ctx, true, func() error {
			tx, err := conn.BeginTx(ctx, s.isolation(false))
			if err != nil {
				return err
			}
			if err := tx.QueryRowContext(ctx, `SELECT current_setting('synchronous_commit')`).Scan(&level); err != nil {
				return err
			}
			return tx.Commit()
		})
	}
	if log, err := commit(); err != nil || log != nil || level != "on" {
		t.Errorf("a connection elsewhere: it waits later: %t, synchronous_commit %s, %v", log != nil, level, err)
	}
	if !away.line.over.Load() {
		t.Error("it stays open")
	}
	c.flusher = here
	log, err := commit()
	if err != nil || log == nil || level != "off" {
		t.Fatalf("its own: it waits later: %t, synchronous_commit %s, %v", log != nil, level, err)
	}
	if err := log(); err != nil {
		t.Error(err)
	}
	var locks int
	if err := s.read.QueryRow(`SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&locks); err != nil || locks != 0 {
		t.Errorf("%d locks are left, %v", locks, err)
	}
}

// TestFlushCalledOff: a synchronous standby does not confirm, and a person calls the wait off. The server then says that it has committed,
// and warns that no standby has it; this is not durable.
func TestFlushCalledOff(t *testing.T) {
	if !onPostgres || testing.Short() {
		t.Skip("PostgreSQL's own; starts a cluster")
	}
	ctx := context.Background()
	c, s := ownCluster(t)
	h := newSoonHouse(t, s, 400)
	if err := h.step()(); err != nil {
		t.Fatal(err)
	}
	db, err := pgx.Connect(ctx, c.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{`ALTER SYSTEM SET synchronous_standby_names = 'nobody'`, `SELECT pg_reload_conf()`} {
		if _, err := db.Exec(ctx, set); err != nil {
			t.Fatal(err)
		}
	}
	said := make(chan error, 1)
	for waits := false; !waits; { // the server hears of the new setting a moment later
		durable := h.step()
		go func() { said <- durable() }()
		for until := time.Now().Add(time.Second); !waits && len(said) == 0 && time.Now().Before(until); {
			if err := db.QueryRow(ctx, `SELECT EXISTS (SELECT 1 `+flushes+` AND wait_event = 'SyncRep')`).Scan(&waits); err != nil {
				t.Fatal(err)
			}
		}
		if !waits {
			if err := <-said; err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := db.Exec(ctx, `SELECT pg_cancel_backend(pid) `+flushes); err != nil {
		t.Fatal(err)
	}
	if err := <-said; !errors.Is(err, errFlush) || !strings.Contains(err.Error(), "synchronous replication") {
		t.Errorf("a wait that was called off: %v", err)
	}
	if _, err := db.Exec(ctx, `ALTER SYSTEM RESET synchronous_standby_names`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(ctx, `SELECT pg_reload_conf()`); err != nil {
		t.Fatal(err)
	}
}

// TestFlushTogether: several who ask at once are told by what was asked of the server after they came.
func TestFlushTogether(t *testing.T) {
	s := open(t)
	if !s.fleet {
		t.Skip("PostgreSQL's own")
	}
	h := newSoonHouse(t, s, 12)
	var durables []func() error
	for range 12 {
		durables = append(durables, h.step())
	}
	var wg sync.WaitGroup
	for _, durable := range durables {
		wg.Go(func() {
			if err := durable(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
