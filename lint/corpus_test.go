package lint_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dulyhq/duly/lint"
)

// linter is shared by the tests, as goroutines may.
var linter = lint.New()

type labelled struct {
	line  int
	codes []lint.Code
	text  string
}

func corpus(t *testing.T, name string) []labelled {
	t.Helper()
	doc, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var all []labelled
	for n, line := range strings.Split(strings.TrimSuffix(string(doc), "\n"), "\n") {
		codes, text, ok := strings.Cut(line, "\t")
		if !ok {
			t.Fatalf("%s:%d: no tab", name, n+1)
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		one := labelled{line: n + 1, text: text}
		if codes != "-" {
			for c := range strings.SplitSeq(codes, ",") {
				if !slices.Contains(lint.Codes(), lint.Code(c)) {
					t.Errorf("%s:%d: no code %q", name, n+1, c)
				}
				one.codes = append(one.codes, lint.Code(c))
			}
		}
		all = append(all, one)
	}
	return all
}

func TestDev(t *testing.T) {
	for _, c := range corpus(t, "dev.tsv") {
		found := linter.Text(c.text, lint.Facts{StepsHidden: true})
		var got []lint.Code
		for _, f := range found {
			if !slices.Contains(got, f.Code) {
				got = append(got, f.Code)
			}
		}
		slices.Sort(got)
		for _, w := range c.codes {
			if !slices.Contains(got, w) {
				t.Errorf("%d MISS %s (got %v): %s", c.line, w, got, c.text)
			}
		}
		for _, f := range found {
			if !slices.Contains(c.codes, f.Code) {
				kind := "extra"
				if len(c.codes) == 0 {
					kind = "FALSE"
				}
				t.Errorf("%d %s %s %q: %s", c.line, kind, f.Code, string([]rune(c.text)[f.Start:f.End]), c.text)
			}
		}
	}
}
