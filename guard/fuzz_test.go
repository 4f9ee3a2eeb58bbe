package guard_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/test/mistakes"
)

var update = flag.Bool("update", false, "write the golden files")

// TestMistakes pins what is said of every mistake in a tests.yaml: testdata/mistakes/NAME.yaml has it, NAME.txt what is
// said.
func TestMistakes(t *testing.T) {
	shelf := books(t)
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mistakes: %v", err)
	}
	for _, file := range files {
		_, _, err := guard.RunTests(shelf.Books[0], filepath.Base(file), read(t, file), shelf)
		if err == nil {
			t.Errorf("%s: read without a mistake", file)
			continue
		}
		golden := strings.TrimSuffix(file, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := string(read(t, golden)); err.Error()+"\n" != want {
			t.Errorf("got\n%v\nwant\n%s", err, want)
		}
	}
}

// FuzzTests holds that no text stops the program, that mistakes have a place, and that cases that can be read come out
// alike twice.
func FuzzTests(f *testing.F) {
	shelf := books(f)
	book := shelf.Books[len(shelf.Books)-3]
	f.Add([]byte("rulebook: zz\ncases:\n  - name: x\n    now: 2026-09-24T10:00:00+08:00\n    states: [\"stop until 2026-09-25T00:00:00Z\"]\n    want: {ruling: wait, rule: x}\n"))
	for _, pattern := range []string{"testdata/mistakes/*.yaml", "testdata/books/*/tests.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if b := read(f, file); len(b) < 2000 {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		failed, unreached, err := guard.RunTests(book, "f.yaml", doc, shelf)
		var mistakes document.MistakeErrors
		if err != nil {
			if !errors.As(err, &mistakes) && !strings.Contains(err.Error(), "rulebook") {
				t.Errorf("%v has no place", err)
			}
			return
		}
		again, still, err := guard.RunTests(book, "f.yaml", doc, shelf)
		if err != nil || len(again) != len(failed) || len(still) != len(unreached) {
			t.Errorf("%d and %d failures, %d and %d unreached: %v", len(failed), len(again), len(unreached), len(still), err)
		}
	})
}

// TestMistakesInChinese pins how all these mistakes are said in Chinese, in testdata/mistakes.zh.txt, and that each has words there.
func TestMistakesInChinese(t *testing.T) {
	shelf := books(t)
	mistakes.InChinese(t, *update, func(name string, doc []byte) error {
		_, _, err := guard.RunTests(shelf.Books[0], name, doc, shelf)
		return err
	})
}
