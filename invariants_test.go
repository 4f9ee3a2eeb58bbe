package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestInvariantsHaveTests wants each of the twelve things that must always hold to be named, by its number, in the
// comment of a test: "is invariant 5: …".
func TestInvariantsHaveTests(t *testing.T) {
	comment := regexp.MustCompile(`(?m)^// Test\w+ is invariants? ([0-9]+(?:(?:, | and )[0-9]+)*):`)
	number := regexp.MustCompile(`[0-9]+`)
	tests := map[int][]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if b := d.Name(); d.IsDir() && (b == "testdata" || b == "node_modules" || len(b) > 1 && b[0] == '.') {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range comment.FindAllStringSubmatch(string(text), -1) {
			for _, s := range number.FindAllString(m[1], -1) {
				n, err := strconv.Atoi(s)
				if err != nil {
					return err
				}
				tests[n] = append(tests[n], path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 12; n++ {
		t.Logf("invariant %2d: %s", n, strings.Join(tests[n], ", "))
		if len(tests[n]) == 0 {
			t.Errorf("no test says that it is invariant %d", n)
		}
	}
}
