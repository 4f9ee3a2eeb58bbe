package store

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dulyhq/duly/test/pgtest"
)

// onPostgres says which database open opens: the whole of the tests runs once on each.
var onPostgres bool

// place returns where a test's store is kept.
func place(t testing.TB) string {
	t.Helper()
	if onPostgres {
		return pgtest.Copy(t, pgtest.Template(t, func(url string) {
			cfg, err := pgx.ParseConfig(url)
			if err == nil {
				err = migratePostgres(context.Background(), *cfg)
			}
			if err != nil {
				t.Fatal(err)
			}
		}))
	}
	return t.TempDir()
}

// TestMain runs every test on SQLite and then on PostgreSQL. Benchmarks and fuzzing run on one of them: SQLite, or
// the one that DULY_TEST_DATABASE names (sqlite or postgres), which narrows tests too.
func TestMain(m *testing.M) {
	flag.Parse()
	only := os.Getenv("DULY_TEST_DATABASE")
	if only == "" && (given("test.bench") || given("test.fuzz") || given("test.list")) {
		only = "sqlite"
	}
	os.Exit(pgtest.Main(func() int {
		code := 0
		if only != "postgres" {
			code = m.Run()
		}
		if only == "sqlite" {
			return code
		}
		if !pgtest.Have() {
			fmt.Println(pgtest.ErrMissing, "- the tests ran on SQLite only")
			return code
		}
		fmt.Println("the same on PostgreSQL:")
		onPostgres = true
		if c := flag.Lookup("rapid.checks"); c != nil && c.Value.String() == c.DefValue {
			_ = c.Value.Set("10") // each opens databases of its own, and the logic was drawn a hundred times on SQLite
		}
		return max(code, m.Run())
	}))
}

func given(name string) bool {
	f := flag.Lookup(name)
	return f != nil && f.Value.String() != ""
}
