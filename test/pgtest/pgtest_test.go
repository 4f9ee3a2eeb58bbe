//go:build unix

package pgtest

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { os.Exit(Main(m.Run)) }

// TestKillAndRestart: what was committed outlives the server, and a stopped cluster leaves nothing behind.
func TestKillAndRestart(t *testing.T) {
	c, err := Start()
	if errors.Is(err, ErrMissing) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	db, err := pgx.Connect(ctx, c.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(ctx, `CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)`); err != nil {
		t.Fatal(err)
	}
	if err := c.Kill(); err != nil {
		t.Log(err) // the keeper tells that its child was killed
	}
	if _, err := db.Exec(ctx, `SELECT 1`); err == nil {
		t.Error("a killed server answers")
	}
	if err := c.Restart(); err != nil {
		t.Fatal(err)
	}
	if db, err = pgx.Connect(ctx, c.URL); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.QueryRow(ctx, `SELECT n FROM kept`).Scan(&n); err != nil || n != 7 {
		t.Errorf("kept = %d, %v", n, err)
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(c.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder of a stopped cluster: %v", err)
	}
}

// TestDatabases: each test has a database of its own.
func TestDatabases(t *testing.T) {
	ctx := context.Background()
	one, two := Database(t), Database(t)
	if one == two {
		t.Fatal("one database for two")
	}
	for _, url := range []string{one, two} {
		db, err := pgx.Connect(ctx, url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(ctx, `CREATE TABLE mine (n int)`); err != nil {
			t.Error(err)
		}
		if err := db.Close(ctx); err != nil {
			t.Error(err)
		}
	}
}

// TestNarrowed: a package's own word goes before the one for all.
func TestNarrowed(t *testing.T) {
	for _, c := range []struct{ setting, pkg, want string }{
		{"", "store", ""},
		{"sqlite", "store", "sqlite"},
		{"sqlite store=both", "store", ""},
		{"sqlite store=both", "engine", "sqlite"},
		{"store=postgres sqlite", "store", "postgres"},
		{"store=postgres", "engine", ""},
	} {
		if got := narrowed(c.setting, c.pkg); got != c.want {
			t.Errorf("narrowed(%q, %q) = %q, want %q", c.setting, c.pkg, got, c.want)
		}
	}
}
