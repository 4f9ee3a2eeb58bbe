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
		plans := tm.Uses("agreed.plan") || tm.Uses("plan.offers") // words made for the borrower, which are read
		if v.NextStep = ""; !read.Plain(&v) && !plans {
			t.Errorf("%s is read anew at each hand-over", tm.Name)
		}
	}
}
