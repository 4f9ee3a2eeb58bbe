package lint_test

import (
	"testing"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/lint"
)

func TestShipped(t *testing.T) {
	set, err := compose.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, tm := range set.All() {
		read, places := linter.Read(tm, compose.Vars{}, lint.Facts{})
		for _, p := range places {
			t.Errorf("%v\n%s", p, p.Text)
		}
		v := compose.Longest(tm.Language)
		if v.NextStep = ""; !read.Plain(&v) {
			t.Errorf("%s is read anew at each hand-over", tm.Name)
		}
	}
}
