package lint_test

import (
	"strings"
	"testing"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/lint"
)

// TestAdviceInTheReadersLanguage: what is asked of the writer is said in the writer's language, whatever the text's; words that may stand in
// the text stay in the text's.
func TestAdviceInTheReadersLanguage(t *testing.T) {
	found := lint.New().Text("再不还款我们就上门找你家人。", lint.Facts{
		Language: compose.Chinese, Class: compose.Reminder, Rules: []lint.Rule{{ID: "R-1", Element: "amount", Binding: true}, {ID: "R-2", Element: "optout", Binding: true}},
	})
	seen := map[lint.Code]string{}
	for i := range found {
		seen[found[i].Code] = found[i].Advice(compose.English)
		if found[i].Advice(compose.Chinese) != found[i].Suggestion {
			t.Errorf("%s: %q in the language of the text, and not %q", found[i].Code, found[i].Advice(compose.Chinese), found[i].Suggestion)
		}
	}
	if !strings.HasPrefix(seen[lint.NoAmount], "Say the amount") {
		t.Errorf("the amount: %q", seen[lint.NoAmount])
	}
	for _, code := range []lint.Code{lint.NoOptOut, lint.ThirdPerson} {
		if seen[code] == "" || strings.ContainsAny(seen[code], "abc") {
			t.Errorf("%s: %q", code, seen[code])
		}
	}
}
