package compose_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/compose"
)

// TestTrace: what is traced is what is rendered, and every character of fixed text is found where it stands in the document.
func TestTrace(t *testing.T) {
	set, err := compose.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	all := set.All()
	rapid.Check(t, func(t *rapid.T) {
		tm := rapid.SampledFrom(all).Draw(t, "template")
		gone := rapid.SliceOfDistinct(rapid.SampledFrom(append(tm.Switches(), "due.as_of", "loans", "dpd")), rapid.ID[string]).Draw(t, "without")
		v := compose.Longest(tm.Language).Without(gone...)
		want, err := tm.Render(nil, &v)
		got, traced := tm.Trace(&v)
		if (err == nil) != (traced == nil) || err == nil && got.Text != string(want) {
			t.Fatalf("%s without %v: rendered %q (%v), traced %q (%v)", tm.Name, gone, want, err, got.Text, traced)
		}
	})
}

func TestTracePlaces(t *testing.T) {
	const doc = "language: en\nchannel: sms\nversion: \"1\"\ntemplates:\n  - name: one\n    purpose: to try\n    class: notice\n    body: |\n" +
		"      {creditor.name}: one{if dpd} two\n      three{end} {contact.phone}\n      four {contact.verify}.\n"
	set, err := compose.Compile("t.yaml", []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	tm := set.All()[0]
	if tm.File != "t.yaml" || tm.Line != 5 || !slices.Equal(tm.Switches(), []string{"dpd"}) {
		t.Errorf("%s:%d, %v", tm.File, tm.Line, tm.Switches())
	}
	v := compose.Longest(compose.English)
	tr, err := tm.Trace(&v)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(doc, "\n")
	for _, word := range []string{"one", "two", "three", "four"} {
		line, column := tr.At(strings.Index(tr.Text, word))
		if at := strings.Index(lines[line-1], word) + 1; at != column {
			t.Errorf("%q is found at %d:%d, not %d", word, line, column, at)
		}
	}
	line, column := tr.At(strings.Index(tr.Text, v.Verify) + 3)
	if line != 11 || column != 12 {
		t.Errorf("a value is found at %d:%d, not where its brace is", line, column)
	}
}
