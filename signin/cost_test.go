package signin

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestFullCost: a gate as it comes makes hashes of the full cost, which the right password passes and another does not.
func TestFullCost(t *testing.T) {
	const password = "brown otters at noon"
	var g Gate
	hash, err := g.cost().hashPassword(t.Context(), password)
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", hash, err)
	}
	for given, want := range map[string]bool{password: true, password + " ": false} {
		if right, err := rightPassword(t.Context(), hash, given); right != want || err != nil {
			t.Errorf("%q: %t, %v", given, right, err)
		}
	}
	if nobody := g.cost().nobodys(); !strings.HasPrefix(nobody, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("nobody's hash costs another: %q", nobody)
	}
}

// TestOnlyTestsAreCheap: no code but tests sets Gate.Cheap.
func TestOnlyTestsAreCheap(t *testing.T) {
	set := regexp.MustCompile(`\bCheap(:|\s*=[^=])`)
	files := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if b := d.Name(); d.IsDir() && (b == "testdata" || b == "node_modules" || len(b) > 2 && b[0] == '.') {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		text, err := os.ReadFile(path)
		if m := set.Find(text); m != nil {
			t.Errorf("%s sets %s", path, m)
		}
		return err
	})
	if err != nil || files < 100 {
		t.Errorf("%d files: %v", files, err)
	}
}
