package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestCopy: a copy holds what the original does, opens with the same keys, and goes its own way.
func TestCopy(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	take(t, s, small()...)
	dir := t.TempDir()
	if s.fleet {
		if err := s.Copy(ctx, dir); !errors.Is(err, errCopy) {
			t.Errorf("a copy out of PostgreSQL: %v", err)
		}
		return
	}
	if err := s.Copy(ctx, dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Copy(ctx, dir); err == nil {
		t.Error("a copy was written over another")
	}
	c, err := Open(ctx, dir, s.keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	for _, q := range []string{`SELECT count(*) FROM loan`, `SELECT count(*) FROM sealed_borrower`, `SELECT count(*) FROM payment`} {
		var a, b int
		if err := s.read.QueryRow(q).Scan(&a); err != nil {
			t.Fatal(err)
		}
		if err := c.read.QueryRow(q).Scan(&b); err != nil || a != b || a == 0 {
			t.Errorf("%s: %d and %d, %v", q, a, b, err)
		}
	}
	if sum := take(t, c, file("p.csv", paid("P99", "C1", "2026-09-02", 1))); sum.Payments.Added != 1 {
		t.Errorf("into the copy: %+v", sum)
	}
	var n int
	if err := s.read.QueryRow(`SELECT count(*) FROM payment WHERE key = 'P99'`).Scan(&n); err != nil || n != 0 {
		t.Errorf("the original has %d payments of the copy, %v", n, err)
	}
	from, err := s.Feed(ctx, cards(t, s).ID)
	if err != nil || !from.Equal(noon) {
		t.Errorf("the feed reaches to %s, %v; want %s", from, err, noon)
	}
	if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
		t.Error(err)
	}
}
