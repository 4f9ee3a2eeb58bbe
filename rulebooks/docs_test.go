package rulebooks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dulyhq/duly/engine"
)

var (
	quoted = regexp.MustCompile("`([A-Z]{2}(?:-[A-Za-z0-9]+)+)`")
	row    = regexp.MustCompile(`(?m)^\| ([A-Z][A-Za-z]+(?:-[A-Za-z0-9]+)+) \|`)
)

// TestEveryRuleIsInTheDocs: docs/rulebooks.md names every rule of the United States that ships, and no rule of
// theirs that does not.
func TestEveryRuleIsInTheDocs(t *testing.T) {
	shelf, err := engine.ShippedShelf()
	if err != nil {
		t.Fatal(err)
	}
	ours, ships := map[string]bool{}, map[string]bool{}
	for _, b := range shelf.Books {
		for i := range b.Rules {
			ships[b.Rules[i].ID] = true
			ours[b.Rules[i].ID] = strings.HasPrefix(b.Jurisdiction, "US")
		}
	}
	page, err := os.ReadFile("../docs/rulebooks.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range quoted.FindAllStringSubmatch(string(page), -1) {
		named[m[1]] = true
		if strings.HasPrefix(m[1], "US-") && !ships[m[1]] {
			t.Errorf("docs/rulebooks.md names %s, which no rulebook has", m[1])
		}
	}
	for id, us := range ours {
		if us && !named[id] {
			t.Errorf("docs/rulebooks.md does not say where rule %s comes from", id)
		}
	}
}

// TestEveryRowOfTheNotesIsInTheDocs reads the research notes where they are at hand: each row about the United
// States has a line in docs/rulebooks.md, with its rules or the reason why there is none.
func TestEveryRowOfTheNotesIsInTheDocs(t *testing.T) {
	shared := os.Getenv("DULY_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	notes, err := os.ReadFile(filepath.Join(shared, "research", "regulations.md"))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("the notes are not here (DULY_SHARED says where): %v", err)
	}
	page, err := os.ReadFile("../docs/rulebooks.md")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(page)) {
		if first, _, ok := strings.Cut(strings.TrimPrefix(line, "| "), " |"); ok && strings.HasPrefix(line, "| ") {
			lines = append(lines, strings.Split(first, ", ")...)
		}
	}
	n := 0
	for _, m := range row.FindAllStringSubmatch(string(notes), -1) {
		if strings.HasPrefix(m[1], "US-") {
			n++
			if !slices.Contains(lines, m[1]) {
				t.Errorf("docs/rulebooks.md has no line for %s", m[1])
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d rows were found in the notes", n)
	}
}
