package store

import (
	"context"
	"os"
	"testing"

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
	return t.TempDir()
}

// TestMain runs every test on SQLite and then on PostgreSQL.
func TestMain(m *testing.M) { os.Exit(pgtest.Twice(m, &onPostgres)) }
