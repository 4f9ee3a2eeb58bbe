package store

import (
	"context"
	"path/filepath"
	"testing"
)

// open returns a store on a new data folder with keys of its own.
func open(t testing.TB) *Store {
	t.Helper()
	dir := t.TempDir()
	if err := MakeKeys(filepath.Join(dir, "keys")); err != nil {
		t.Fatal(err)
	}
	keys, err := LoadKeys(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), dir, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestOpenMakesTheSchema(t *testing.T) {
	s := open(t)
	p, err := s.Portfolio(context.Background(), "bank", "cards")
	if err != nil || p.ID == 0 || p.Creditor == 0 {
		t.Fatalf("Portfolio = %+v, %v", p, err)
	}
	again, err := s.Portfolio(context.Background(), "bank", "cards")
	if err != nil || again != p {
		t.Fatalf("a second Portfolio = %+v, %v; want %+v", again, err, p)
	}
}
