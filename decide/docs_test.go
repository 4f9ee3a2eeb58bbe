package decide_test

import (
	"os"
	"strings"
	"testing"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/rulebooks"
)

// example returns the nth YAML block of a page of the documentation.
func example(t *testing.T, page string, n int) []byte {
	t.Helper()
	b, err := os.ReadFile("../docs/formats/" + page)
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(b), "```yaml\n")
	if len(blocks) <= n {
		t.Fatalf("%s has no example %d", page, n)
	}
	block, _, _ := strings.Cut(blocks[n], "```")
	return []byte(block)
}

// TestDocumentedStrategy parses the examples of docs/formats/strategy.md and runs them.
func TestDocumentedStrategy(t *testing.T) {
	s, err := decide.ParseStrategy("strategy.md", example(t, "strategy.md", 1))
	if err != nil {
		t.Fatal(err)
	}
	failed, _, err := decide.RunTests(&s, "strategy.md", example(t, "strategy.md", 2))
	if err != nil || len(failed) > 0 {
		t.Errorf("%v %v", err, failed)
	}
}

// TestDocumentedRulebook parses the examples of docs/formats/rulebook.md and runs them with the rules of China.
func TestDocumentedRulebook(t *testing.T) {
	b, err := law.Parse("rulebook.md", example(t, "rulebook.md", 1))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := rulebooks.FS.ReadFile("cn/rulebook.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cn, err := law.Parse("cn/rulebook.yaml", doc)
	if err != nil {
		t.Fatal(err)
	}
	failed, unreached, err := guard.RunTests(b, "rulebook.md", example(t, "rulebook.md", 2), &law.Shelf{Books: []law.Rulebook{cn}})
	if err != nil || len(failed) > 0 || len(unreached) > 0 {
		t.Errorf("%v %v %v", err, failed, unreached)
	}
}
