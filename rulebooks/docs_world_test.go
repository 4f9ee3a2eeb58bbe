package rulebooks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dulyhq/duly/law"
)

var (
	placeHead = regexp.MustCompile("^### .* \\(`([a-z]{2})`\\)$")
	ruleID    = regexp.MustCompile("`([A-Z]{2}(?:-[A-Za-z0-9]+)+)`")
	noteRow   = regexp.MustCompile(`(?m)^\| ((?:IN|UK|EU|DE|ID|PH|MX|KE|NG|HK|SG)-[A-Z0-9-]+) \|`)
)

// A docRow is one line of a table of docs/rulebooks.md about a place.
type docRow struct{ book, row, rules, cases string }

// docRows reads the tables that stand under a heading such as "### Kenya (`ke`)".
func docRows(t *testing.T) []docRow {
	t.Helper()
	page, err := os.ReadFile("../docs/rulebooks.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []docRow
	book := ""
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			book = ""
			if m := placeHead.FindStringSubmatch(line); m != nil {
				book = m[1]
			}
		}
		cells := strings.Split(strings.Trim(line, "|"), " | ")
		if book == "" || !strings.HasPrefix(line, "|") || len(cells) != 4 || strings.HasPrefix(line, "| row") || strings.HasPrefix(line, "| -") {
			continue
		}
		rows = append(rows, docRow{book, strings.TrimSpace(cells[0]), cells[2], cells[3]})
	}
	return rows
}

// TestPlacesInTheDocs: of the places outside China and the United States docs/rulebooks.md names every rule that is
// not the house's, no rule that does not ship, and cases that are in the tests.yaml beside it.
func TestPlacesInTheDocs(t *testing.T) {
	rows := docRows(t)
	books := map[string]law.Rulebook{}
	for _, b := range shipped(t) {
		books[b.ID] = b
	}
	for _, r := range rows {
		b, ok := books[r.book]
		if !ok {
			t.Fatalf("docs/rulebooks.md has a section about %s, of which no rulebook ships", r.book)
		}
		for _, m := range ruleID.FindAllStringSubmatch(r.rules, -1) {
			if !hasRule(b, m[1]) {
				t.Errorf("docs/rulebooks.md: %s: %s is no rule of %s", r.row, m[1], r.book)
			}
		}
		tests := string(read(t, r.book+"/tests.yaml"))
		for c := range strings.SplitSeq(r.cases, ";") {
			if c = strings.Trim(c, " |"); c != "–" && !strings.Contains(tests, "name: "+c) && !strings.Contains(tests, `name: "`+c) {
				t.Errorf("docs/rulebooks.md: %s: %s/tests.yaml has no case %q", r.row, r.book, c)
			}
		}
		for i := range b.Rules {
			id := b.Rules[i].ID
			if !b.Rules[i].House && !inRows(rows, r.book, id) {
				t.Errorf("docs/rulebooks.md does not say where rule %s comes from", id)
			}
		}
	}
}

func hasRule(b law.Rulebook, id string) bool {
	for i := range b.Rules {
		if b.Rules[i].ID == id {
			return true
		}
	}
	return false
}

func inRows(rows []docRow, book, id string) bool {
	for _, r := range rows {
		if r.book == book && strings.Contains(r.rules, "`"+id+"`") {
			return true
		}
	}
	return false
}

// TestRowsOfThePlacesInTheDocs: each row of the research notes about these places has a line, where the notes are
// at hand.
func TestRowsOfThePlacesInTheDocs(t *testing.T) {
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
	has := map[string]bool{}
	for _, r := range docRows(t) {
		has[r.row] = true
	}
	found := noteRow.FindAllStringSubmatch(string(notes), -1)
	if len(found) < 20 {
		t.Errorf("only %d rows were found in the notes", len(found))
	}
	for _, m := range found {
		if !has[m[1]] {
			t.Errorf("docs/rulebooks.md has no line for %s", m[1])
		}
	}
}
