package law_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/test/mistakes"
)

var update = flag.Bool("update", false, "write the golden files")

// TestMistakes pins what is said of every mistake: testdata/mistakes/NAME.yaml has it, NAME.txt what is said.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mistakes: %v", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			doc, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			book, err := law.Parse(name, doc)
			if err == nil {
				t.Fatal("parsed without a mistake")
			}
			if len(book.Rules) != 0 {
				t.Error("a rulebook with a mistake has rules")
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", err.Error()+"\n")
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// FuzzParseRulebook holds that no text stops the program, and that what parses is whole.
func FuzzParseRulebook(f *testing.F) {
	// Short seeds: the fuzzer spends its time on making long ones shorter.
	f.Add([]byte("id: x\nversion: \"1\"\ntitle: {en: X, zh: 某}\nrules:\n  - {id: C, kind: cap, confidence: binding, title: {en: C, zh: 某}, source: s, at_most: 1, days: 1, per: person}\n"))
	files, _ := filepath.Glob("testdata/mistakes/*.yaml")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		book, err := law.Parse("f.yaml", doc)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("%q does not begin with a place", err)
			}
			return
		}
		if book.ID == "" || len(book.Rules) == 0 {
			t.Error("a rulebook without id or rules parsed")
		}
		for _, r := range book.Rules {
			if r.ID == "" || r.Source == "" || r.Kind == law.Hours && r.Open >= r.Close || r.Kind == law.Cap && (r.N < 1 || r.Days < 1 && r.Seconds < 1) {
				t.Errorf("rule %+v is not whole", r)
			}
		}
		if _, err := law.Compose(book); err != nil && book.Jurisdiction != "" {
			t.Errorf("parsed, but does not compose: %v", err)
		}
	})
}

// TestMistakesInChinese pins how all these mistakes are said in Chinese, in testdata/mistakes.zh.txt, and that each has words there.
func TestMistakesInChinese(t *testing.T) {
	mistakes.InChinese(t, *update, func(name string, doc []byte) error {
		_, err := law.Parse(name, doc)
		return err
	})
}
