package strategies_test

import (
	"io/fs"
	"path"
	"testing"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/rulebooks"
	"github.com/dulyhq/duly/strategies"
)

// TestStrategies runs the tests.yaml of every strategy that ships, and fails on a treatment that none leads to.
func TestStrategies(t *testing.T) {
	names, err := fs.Glob(strategies.FS, "*/strategy.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no strategies: %v", err)
	}
	for _, name := range names {
		s, err := decide.ParseStrategy(name, read(t, strategies.FS, name))
		if err != nil {
			t.Fatal(err)
		}
		tests := path.Join(path.Dir(name), "tests.yaml")
		failed, unreached, err := decide.RunTests(&s, tests, read(t, strategies.FS, tests))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range failed {
			t.Error(f)
		}
		for _, n := range unreached {
			t.Errorf("%s: no case leads to treatment %s", tests, n)
		}
	}
}

// TestDefaultStrategyKeepsTheLaw holds the Chinese strategy against the Chinese rulebook.
func TestDefaultStrategyKeepsTheLaw(t *testing.T) {
	s, err := decide.ParseStrategy("cn-default/strategy.yaml", read(t, strategies.FS, "cn-default/strategy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	book, err := law.Parse("cn/rulebook.yaml", read(t, rulebooks.FS, "cn/rulebook.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	lawbook, err := law.Compose(book)
	if err != nil {
		t.Fatal(err)
	}
	rules := lawbook.For(law.Scope{Country: "CN", Channel: ledger.SMS, Party: "creditor", On: ledger.NewDate(2026, 9, 24)})
	for _, f := range s.CheckAgainst(rules) {
		t.Error(f)
	}
}

func read(t *testing.T, fsys fs.FS, name string) []byte {
	t.Helper()
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
