package document_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/document"
)

// TestDiff: what is left out and put in leads from one text to the other, each line once and in its order, and no line is both taken
// away and put in at one place.
func TestDiff(t *testing.T) {
	show := func(all []document.Change) string {
		var out []string
		for _, c := range all {
			out = append(out, string(c.Kind)+c.Text)
		}
		return strings.Join(out, "|")
	}
	for _, c := range []struct{ a, b, want string }{
		{"", "", ""},
		{"a\nb\nc\n", "a\nb\nc", " a| b| c"},
		{"a\nb\nc", "a\nx\nc", " a|-b|+x| c"},
		{"a\nb", "b\nc", "-a| b|+c"},
		{"", "n", "+n"},
	} {
		if got := show(document.Diff(c.a, c.b)); got != c.want {
			t.Errorf("%q to %q: %s, want %s", c.a, c.b, got, c.want)
		}
	}
	lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		a, b := lines.Draw(t, "a"), lines.Draw(t, "b")
		var was, is []string
		for _, c := range document.Diff(strings.Join(a, "\n"), strings.Join(b, "\n")) {
			if c.Kind != '+' {
				if was = append(was, c.Text); c.A != len(was) {
					t.Fatalf("line %d is called %d", len(was), c.A)
				}
			}
			if c.Kind != '-' {
				if is = append(is, c.Text); c.B != len(is) {
					t.Fatalf("line %d is called %d", len(is), c.B)
				}
			}
		}
		if strings.Join(was, "\n") != strings.Join(a, "\n") || strings.Join(is, "\n") != strings.Join(b, "\n") {
			t.Fatalf("%v to %v became %v to %v", a, b, was, is)
		}
	})
}
