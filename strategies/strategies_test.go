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

// TestStrategiesKeepTheLaw holds each strategy against the rulebooks of its country.
func TestStrategiesKeepTheLaw(t *testing.T) {
	for _, c := range []struct {
		strategy string
		books    []string
		scope    law.Scope
	}{
		{"cn-default", []string{"cn"}, law.Scope{Country: "CN"}},
		{"us-default", []string{"us"}, law.Scope{Country: "US"}},
		{"us-default", []string{"us", "us-ma", "carriers-us"}, law.Scope{Country: "US", Region: "US-MA"}},
		{"us-default", []string{"us", "us-dc"}, law.Scope{Country: "US", Region: "US-DC"}},
		{"us-default", []string{"us", "us-ny", "us-ny-nyc"}, law.Scope{Country: "US", Region: "US-NY", Locality: "US-NY-NYC"}},
		{"us-default", []string{"us", "us-ca"}, law.Scope{Country: "US", Region: "US-CA"}},
	} {
		name := c.strategy + "/strategy.yaml"
		s, err := decide.ParseStrategy(name, read(t, strategies.FS, name))
		if err != nil {
			t.Fatal(err)
		}
		var books []law.Rulebook
		for _, id := range c.books {
			book, err := law.Parse(id+"/rulebook.yaml", read(t, rulebooks.FS, id+"/rulebook.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			books = append(books, book)
		}
		lawbook, err := law.Compose(books...)
		if err != nil {
			t.Fatal(err)
		}
		c.scope.Channel, c.scope.Party, c.scope.On = ledger.SMS, "creditor", ledger.NewDate(2026, 9, 24)
		rules := lawbook.For(c.scope)
		if gap := rules.Gap(); gap != "" {
			t.Errorf("%s under %v: %s", c.strategy, c.books, gap)
		}
		for _, f := range s.CheckAgainst(rules) {
			t.Errorf("%s under %v: %v", c.strategy, c.books, f)
		}
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
