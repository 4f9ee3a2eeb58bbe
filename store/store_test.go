package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// open returns a new store with keys of its own.
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
	s, err := Open(context.Background(), place(t), keys)
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

// slow leaves a test that takes seconds out of the short run, which is for what runs beside something else (docs/adr/0046).
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes seconds, and nothing in it runs beside anything")
	}
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

// TestOtherKeysAreRefused is invariants 3 and 10: with other key files a stop would not find its sender again and
// nothing that is sealed would open, so the data folder does not open either.
func TestOtherKeysAreRefused(t *testing.T) {
	data, ours, theirs := place(t), t.TempDir(), t.TempDir()
	for _, dir := range []string{ours, theirs} {
		if err := MakeKeys(dir); err != nil {
			t.Fatal(err)
		}
	}
	try := func(keyDir string) error {
		keys, err := LoadKeys(keyDir)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(context.Background(), data, keys)
		if err != nil {
			return err
		}
		return s.Close()
	}
	mixed := func(seal, lookup string) string {
		dir := t.TempDir()
		for name, from := range map[string]string{SealKeyFile: seal, LookupKeyFile: lookup} {
			b, err := os.ReadFile(filepath.Join(from, name))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	for range 2 {
		if err := try(ours); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{theirs, mixed(theirs, ours), mixed(ours, theirs)} {
			if err := try(dir); !errors.Is(err, ErrWrongKeys) {
				t.Errorf("other keys: %v", err)
			}
		}
	}
}

// TestDownAndUp takes every step of the schema back and makes it again: what a step adds its way back removes.
func TestDownAndUp(t *testing.T) {
	slow(t)
	s := open(t)
	take(t, s, small()...)
	ctx := context.Background()
	dialect, folder, db := database.DialectSQLite3, "schema/sqlite", s.write
	things := `SELECT type || ' ' || name FROM sqlite_schema WHERE name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'`
	if s.fleet {
		cfg, err := pgx.ParseConfig(s.place)
		if err != nil {
			t.Fatal(err)
		}
		dialect, folder, db = database.DialectPostgres, "schema/postgres", stdlib.OpenDB(*cfg)
		defer func() { _ = db.Close() }()
		things = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'goose%'
			UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`
	}
	sub, err := fs.Sub(schema, folder)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(dialect, db, sub)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if left := list(t, s, things); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := p.Up(ctx); err != nil {
		t.Fatal(err)
	}
}

// TestCalledOff: work that is called off in the middle of an insert says that it was, not that a statement is closed.
func TestCalledOff(t *testing.T) {
	s := open(t)
	for round := range 20 { // which of the two is found first is chance
		ctx, cancel := context.WithCancel(context.Background())
		err := s.update(ctx, func(tx *sql.Tx) error {
			b := newBulk(ctx, tx, `INSERT INTO creditor (ref) VALUES `, ``, 1)
			for i := range 3 * bulkRows {
				if i == bulkRows {
					cancel()
				}
				if err := b.add(fmt.Sprint("c", i)); err != nil {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

// A panic in a transaction comes out of it, with nothing kept and its connection back in the pool: one that was left open
// would be waited for for ever, and a program that should have ended stood still.
func TestAPanicComesOut(t *testing.T) {
	s, ctx := open(t), context.Background()
	ways := map[string]func(f func(tx *sql.Tx) error) error{
		"update": func(f func(tx *sql.Tx) error) error { return s.update(ctx, f) },
		"view":   func(f func(tx *sql.Tx) error) error { return s.view(ctx, f) },
		"step": func(f func(tx *sql.Tx) error) error {
			return s.step(ctx, func(tx *sql.Tx, _ direct) error { return f(tx) })
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != name {
					t.Fatalf("what came out: %v", got)
				}
				if err := way(func(tx *sql.Tx) error {
					var n int
					err := tx.QueryRowContext(ctx, `SELECT count(*) FROM creditor WHERE ref = 'panic'`).Scan(&n)
					if err == nil && n != 0 {
						err = errors.New("something was kept")
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}()
			_ = way(func(tx *sql.Tx) error {
				if name != "view" {
					if _, err := tx.ExecContext(ctx, `INSERT INTO creditor (ref) VALUES ('panic')`); err != nil {
						return err
					}
				}
				rows, err := tx.QueryContext(ctx, `SELECT ref FROM creditor`)
				if err != nil {
					return err
				}
				defer func() { _ = rows.Close() }()
				if !rows.Next() && name != "view" {
					return errors.Join(errors.New("no row"), rows.Err())
				}
				panic(name)
			})
		})
	}
}
