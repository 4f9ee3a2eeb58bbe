package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryReasonHasWords: each reason of Duly's own that a message may be closed or held with has a sentence in both languages.
func TestEveryReasonHasWords(t *testing.T) {
	reason := regexp.MustCompile(`"(duly:[a-z_]+)"`)
	elsewhere := map[string]bool{ // rules of a ruling on an arrangement, of the lint, of the law and of a calendar, which say why themselves
		"duly:means": true, "duly:authority": true, "duly:form": true, "duly:wording": true, "duly:calendar": true,
	}
	files, err := filepath.Glob("../engine/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reason.FindAllStringSubmatch(string(text), -1) {
			w, ok := ruleWords[m[1]]
			if !elsewhere[m[1]] && (!ok || w[0] == "" || w[1] == "") {
				t.Errorf("%s gives the reason %s, which has no sentence in both languages", f, m[1])
			}
		}
	}
}
