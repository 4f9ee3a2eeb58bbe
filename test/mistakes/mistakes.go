// Package mistakes tests how what is wrong with documents is said.
package mistakes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/words/fault"
)

// InChinese reads the documents of testdata/mistakes, which wrong finds wrong, and holds how that is said in Chinese to
// testdata/mistakes.zh.txt, which update writes anew. Each mistake has a code, and words there.
func InChinese(t *testing.T, update bool, wrong func(name string, doc []byte) error) {
	t.Helper()
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mistakes: %v", err)
	}
	var all strings.Builder
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range document.Mistakes(wrong(filepath.Base(file), doc)) {
			if says := m.Says("zh"); m.Why.Code == fault.Text || !strings.ContainsFunc(says, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%s is not said in Chinese: %s", file, says)
			}
			all.WriteString(m.In("zh") + "\n")
		}
	}
	const golden = "testdata/mistakes.zh.txt"
	if update {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), all.String()); diff != "" {
		t.Error(diff)
	}
}
