package store

import (
	"context"
	"errors"
	"testing"

	"github.com/dulyhq/duly/test/pgtest"
)

// ownCluster starts a PostgreSQL that no other test has, with an empty database of its own.
func ownCluster(t *testing.T) (*pgtest.Cluster, *Store) {
	t.Helper()
	c, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop() })
	keys, err := LoadKeys(makeKeys(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), c.URL, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return c, s
}

// TestNoSynchronousStandby: with a standby that may lag behind nothing is fenced, and what comes back is still stored; with a
// synchronous one, and with none, messages leave.
func TestNoSynchronousStandby(t *testing.T) {
	if !onPostgres {
		t.Skip("SQLite has no standbys")
	}
	ctx := context.Background()
	c, s := ownCluster(t)
	p := planned(t, s, 3)
	set, worker := houseCaps(t, s), hire(t, s)
	send := func() error {
		t.Helper()
		claim, err := s.Due(ctx, p.ID, noon, 1, 0)
		if err != nil || len(claim.Messages) != 1 {
			t.Fatal(claim, err)
		}
		res, err := s.Commit(ctx, stepOf(worker, &claim, tryOf(claim.Messages[0], 1, set)))
		if err == nil && res.NotNow == nil && !res.Permitted[0] {
			t.Fatal("refused")
		}
		return errors.Join(err, res.NotNow)
	}
	if err := errors.Join(s.SafeToSend(ctx), send()); err != nil {
		t.Fatal("without a standby:", err)
	}
	if err := c.Follow(t); err != nil {
		t.Fatal(err)
	}
	if err := s.SafeToSend(ctx); !errors.Is(err, ErrNoStandby) {
		t.Errorf("a standby that may lag: %v", err)
	}
	if err := send(); !errors.Is(err, ErrNoStandby) {
		t.Errorf("sending with a standby that may lag: %v", err)
	}
	st := stepOf(worker, nil)
	st.Receipts = []Receipt{{From: "main", ID: "x"}}
	if _, err := s.Commit(ctx, st); err != nil {
		t.Errorf("a receipt: %v", err)
	}
	for _, q := range []string{`ALTER SYSTEM SET synchronous_standby_names = '*'`, `SELECT pg_reload_conf()`} {
		if _, err := s.write.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	for {
		var names string
		if err := s.read.QueryRow(`SELECT current_setting('synchronous_standby_names')`).Scan(&names); err != nil {
			t.Fatal(err)
		}
		if names == "*" {
			break
		}
	}
	if err := errors.Join(s.SafeToSend(ctx), send()); err != nil {
		t.Errorf("with a synchronous standby: %v", err)
	}
	if left := list(t, s, `SELECT count(*) FROM fence`); left[0] != "2" {
		t.Errorf("%s fences", left[0])
	}
}
