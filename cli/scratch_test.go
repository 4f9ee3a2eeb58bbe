//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestScratch: the folder of a copy goes with whoever made it; one whose process has died goes when the next one begins, and one that somebody
// works in, or that is only just being made, stays.
func TestScratch(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	old := time.Now().Add(-time.Hour)
	mine, clear, err := scratch()
	if err != nil {
		t.Fatal(err)
	}
	dead, young, other := filepath.Join(os.TempDir(), scratchName+"1"), filepath.Join(os.TempDir(), scratchName+"2"), filepath.Join(os.TempDir(), "of-somebody-else")
	for _, dir := range []string{dead, young, other} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "duly.db"), []byte("a book"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dead, "held"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{mine, dead, other} {
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	sweepScratch()
	there := func(dir string) bool { _, err := os.Stat(dir); return err == nil }
	if there(dead) || !there(mine) || !there(young) || !there(other) {
		t.Errorf("dead %v, mine %v, young %v, other %v", there(dead), there(mine), there(young), there(other))
	}
	if err := clear(); err != nil || there(mine) {
		t.Errorf("it stays: %v", err)
	}
}
