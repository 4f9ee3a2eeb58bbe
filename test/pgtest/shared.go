//go:build unix

package pgtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// shared is the cluster of this test process.
var shared struct {
	sync.Once
	main  bool
	url   string
	own   *Cluster
	err   error
	count atomic.Int64

	templated sync.Once
	template  string // the name of the database that Template has filled
}

// Main runs the tests and stops the cluster that they may have started: what TestMain does in a package whose
// tests ask for a Database.
func Main(run func() int) int {
	shared.main = true
	code := run()
	if shared.template != "" {
		if err := administer(`DROP DATABASE IF EXISTS ` + shared.template + ` WITH (FORCE)`); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	if shared.own != nil {
		if err := shared.own.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	return code
}

// Twice runs every test on SQLite and then, with on set, on PostgreSQL: what TestMain does in a package whose tests
// keep a store. DULY_TEST_DATABASE=sqlite or postgres narrows it, "sqlite store=both" for all packages but one; benchmarks and fuzzing
// run on one, SQLite if it is not set.
func Twice(m *testing.M, on *bool) int {
	if !flag.Parsed() {
		flag.Parse()
	}
	if p := flag.Lookup("test.parallel"); p != nil && p.Value.String() == p.DefValue {
		_ = p.Value.Set("4") // they wait for carriers and disks more than they compute
	}
	only := narrowed(os.Getenv("DULY_TEST_DATABASE"), workFolder())
	if only == "" && (given("test.bench") || given("test.fuzz") || given("test.list")) {
		only = "sqlite"
	}
	return Main(func() int {
		code := 0
		if only != "postgres" {
			code = m.Run()
		}
		if only == "sqlite" {
			return code
		}
		if !Have() {
			_, _ = fmt.Fprintln(os.Stdout, ErrMissing, "- the tests ran on SQLite only")
			return code
		}
		_, _ = fmt.Fprintln(os.Stdout, "the same on PostgreSQL:")
		*on = true
		if c := flag.Lookup("rapid.checks"); c != nil && c.Value.String() == c.DefValue {
			_ = c.Value.Set("10") // each opens databases of its own, and the logic was drawn a hundred times on SQLite
		}
		return max(code, m.Run())
	})
}

// narrowed reads DULY_TEST_DATABASE for a package: the one database that its tests run on, or none for both.
func narrowed(setting, pkg string) (only string) {
	for word := range strings.FieldsSeq(setting) {
		of, database, named := strings.Cut(word, "=")
		switch {
		case !named:
			only = word
		case of == pkg:
			if database == "both" {
				return ""
			}
			return database
		}
	}
	return only
}

// workFolder is the name of the folder that the process began in, which for a test is its package's.
func workFolder() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return filepath.Base(dir)
}

func given(name string) bool {
	f := flag.Lookup(name)
	return f != nil && f.Value.String() != ""
}

func url() (string, error) {
	shared.Do(func() {
		if shared.url = os.Getenv(Env); shared.url != "" {
			return
		}
		if !shared.main {
			shared.err = errors.New("pgtest: TestMain does not call pgtest.Main")
			return
		}
		if shared.own, shared.err = Start(); shared.err == nil {
			shared.url = shared.own.URL
		}
	})
	return shared.url, shared.err
}

// Have says whether there is a PostgreSQL to test on. Where CI is set there has to be.
func Have() bool {
	_, err := url()
	if err == nil {
		return true
	}
	if !errors.Is(err, ErrMissing) || os.Getenv("CI") != "" {
		panic(err)
	}
	return false
}

// Database returns the URL of an empty database, which goes when the test ends. The test is skipped where there is
// no PostgreSQL, unless CI is set.
func Database(t testing.TB) string {
	t.Helper()
	return Copy(t, "")
}

// Copy is Database with what lies in the database of an URL of Template's.
func Copy(t testing.TB, template string) string {
	t.Helper()
	if !Have() {
		t.Skip(ErrMissing)
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), shared.count.Add(1))
	query := `CREATE DATABASE ` + name
	if template != "" {
		of, _, _ := strings.Cut(strings.TrimPrefix(template, "postgres://duly@/"), "?")
		query += ` TEMPLATE ` + of
	}
	admin(t, query)
	t.Cleanup(func() { admin(t, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`) })
	return named(name)
}

func named(name string) string { return strings.Replace(shared.url, "/postgres?", "/"+name+"?", 1) }

// Template returns the URL of a database that fill has filled once for all tests of this process, and closed.
func Template(t testing.TB, fill func(url string)) string {
	t.Helper()
	if !Have() {
		t.Skip(ErrMissing)
	}
	shared.templated.Do(func() {
		shared.template = fmt.Sprintf("t%d_template", os.Getpid())
		admin(t, `CREATE DATABASE `+shared.template)
		fill(named(shared.template))
	})
	return named(shared.template)
}

func admin(t testing.TB, query string) {
	t.Helper()
	if err := administer(query); err != nil {
		t.Errorf("pgtest: %v", err)
	}
}

func administer(query string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	db, err := pgx.Connect(ctx, shared.url)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, query)
	return errors.Join(err, db.Close(ctx))
}
