package store

import (
	"context"
	"os"
	"testing"

	"github.com/dulyhq/duly/test/litetest"
	"github.com/dulyhq/duly/test/pgtest"
)

// onPostgres says which database open opens: the whole of the tests runs once on each.
var onPostgres bool

// place returns where a test's store is kept.
func place(t testing.TB) string {
	t.Helper()
	if onPostgres {
		return pgtest.Copy(t, pgtest.Template(t, func(url string) {
			if err := Migrate(context.Background(), url); err != nil {
				t.Fatal(err)
			}
		}))
	}
	return folder(t)
}

// folder returns a folder with a new store on SQLite.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	litetest.Fill(t, dir, func(dir string) error { return Migrate(context.Background(), dir) })
	return dir
}

// TestMain runs every test on SQLite and then on PostgreSQL.
func TestMain(m *testing.M) {
	os.Exit(pgtest.Twice(m, &onPostgres))
}
