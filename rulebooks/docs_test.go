package rulebooks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/law"
)

var (
	quoted = regexp.MustCompile("`([A-Z]{2}(?:-[A-Za-z0-9]+)+)`")
	row    = regexp.MustCompile(`(?m)^\| ([A-Z][A-Za-z]+(?:-[A-Za-z0-9]+)+) \|.*\|([^|]*)\|$`)
	mark   = regexp.MustCompile(`\b(?:P-part|P|S-quote|S-weak|S|V|M|X)\b`)
)

// ofThese says whether an id or a jurisdiction is of China or the United States, whose rows stand in tables of one form.
func ofThese(s string) bool { return strings.HasPrefix(s, "US") || strings.HasPrefix(s, "CN") }

// TestEveryRuleIsInTheDocs: docs/rulebooks.md names every rule of China and the United States that ships, and no rule of
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
			ours[b.Rules[i].ID] = ofThese(b.Jurisdiction)
		}
	}
	page, err := os.ReadFile("../docs/rulebooks.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range quoted.FindAllStringSubmatch(string(page), -1) {
		named[m[1]] = true
		if ofThese(m[1]) && !ships[m[1]] {
			t.Errorf("docs/rulebooks.md names %s, which no rulebook has", m[1])
		}
	}
	for id, our := range ours {
		if our && !named[id] {
			t.Errorf("docs/rulebooks.md does not say where rule %s comes from", id)
		}
	}
}

// TestEveryRowOfTheNotesIsInTheDocs reads the research notes where they are at hand: each row about China, the United
// States and the protocols has a line in docs/rulebooks.md, with its rules or the reason why there is none.
func TestEveryRowOfTheNotesIsInTheDocs(t *testing.T) {
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
	rows := notes(t)
	for id := range rows {
		wire := strings.HasPrefix(id, "SM") || strings.HasPrefix(id, "CMPP")
		if (ofThese(id) || wire) && !slices.Contains(lines, id) {
			t.Errorf("docs/rulebooks.md has no line for %s", id)
		}
	}
}

// TestStatusFollowsTheNotes: a rule of China or the United States has one of the marks that its row of the notes has; one
// without a row does not bind. A rule is of the row whose id its own begins with.
func TestStatusFollowsTheNotes(t *testing.T) {
	rows := notes(t)
	shelf, err := engine.ShippedShelf()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range shelf.Books {
		for i := range b.Rules {
			r := &b.Rules[i]
			if r.House || !ofThese(b.Jurisdiction) {
				continue
			}
			of := r.ID
			for rows[of] == "" && of != "" {
				of = of[:max(strings.LastIndexByte(of, '-'), 0)]
			}
			switch marks := mark.FindAllString(rows[of], -1); {
			case of == "" && r.Confidence == law.Binding:
				t.Errorf("%s binds, and no row of the notes says so", r.ID)
			case of != "" && !slices.Contains(marks, r.Status) && r.Status != "M": // from memory claims less than any mark
				t.Errorf("%s has status %s; row %s of the notes has %v", r.ID, r.Status, of, marks)
			}
		}
	}
}

// notes returns the status of each row of the research notes, by the row's id.
func notes(t *testing.T) map[string]string {
	t.Helper()
	shared := os.Getenv("DULY_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	text, err := os.ReadFile(filepath.Join(shared, "research", "regulations.md"))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("the notes are not here (DULY_SHARED says where): %v", err)
	}
	out := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = m[2]
	}
	if len(out) < 150 {
		t.Errorf("only %d rows were found in the notes", len(out))
	}
	return out
}
