package cli_test

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dulyhq/duly/cli"
	"github.com/dulyhq/duly/test/pgtest"
	"github.com/dulyhq/duly/test/port"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(withPostgres{m}, map[string]func(){
		"duly": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			status := cli.Main(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
			stop()
			os.Exit(status)
		},
	})
}

// withPostgres stops the PostgreSQL that tests may have started. The language of whoever runs the tests is not that of the tests.
type withPostgres struct{ m *testing.M }

func (w withPostgres) Run() int {
	for _, name := range []string{"DULY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if err := os.Unsetenv(name); err != nil {
			panic(err)
		}
	}
	return pgtest.Main(w.m.Run)
}

// TestScripts runs the commands as people do; the scripts pin what they print.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			examples, err := filepath.Abs("../examples")
			env.Setenv("EXAMPLES", examples)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status,
			"port":   reserve,
		},
	})
}

// reserve puts a port of the loopback into the variable PORT. It is the script's until it ends.
func reserve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: port")
	}
	p, release, err := port.Reserve()
	ts.Check(err)
	ts.Defer(func() { ts.Check(release()) })
	ts.Setenv("PORT", strconv.Itoa(p))
}

// status runs a command and wants its exit status: status 3 duly import bad.csv. Its output is compared
// afterwards with stdout, stderr and cmp.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command arguments…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = err.Error()
		if n, ok := cutStatus(got); ok {
			got = n
		}
	}
	if got != args[0] {
		ts.Fatalf("%v: exit status %s, not %s", args[1:], got, args[0])
	}
}

func cutStatus(s string) (string, bool) {
	const prefix = "exit status "
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):], true
	}
	return "", false
}

// TestExampleReadme: the commands that the README of an example tells to run are those that its script runs.
func TestExampleReadme(t *testing.T) {
	for readme, script := range map[string]string{"../examples/us-small/README.md": "testdata/script/us_small.txt"} {
		page, err := os.ReadFile(readme)
		if err != nil {
			t.Fatal(err)
		}
		run, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(page)) {
			command, told := strings.CutPrefix(line, "    duly ")
			if !told {
				continue
			}
			if n++; !strings.Contains(string(run), "\nexec duly "+command) {
				t.Errorf("%s does not run: duly %s", script, strings.TrimSpace(command))
			}
		}
		if n < 3 {
			t.Errorf("%s tells %d commands", readme, n)
		}
	}
}

// slow leaves a test that takes seconds out of the short run, which is for what runs beside something else (docs/adr/0046).
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes seconds, and nothing in it runs beside anything")
	}
}
