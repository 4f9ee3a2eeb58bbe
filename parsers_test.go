package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPublicParsersAreFuzzed wants every exported function that reads what came from outside, by its name, to be called in a file of its
// package that has a fuzz target.
func TestPublicParsersAreFuzzed(t *testing.T) {
	exported := regexp.MustCompile(`(?m)^func (?:\([a-z]+ \*?[A-Z]\w*\) )?((?:Parse|Read|Decode|Headers)\w*)\(`)
	spared := map[string]string{
		"lint.Read": "it reads templates that FuzzCompile of compose has made, and FuzzText reads their texts",
	}
	seen := 0
	for _, dir := range []string{"wire/smpp", "wire/sms", "intake", "receive", "decide", "law", "compose", "lint", "templates", "document", "ledger", "outbox", "smsc", "merkle", "opinion", "access", "kms"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		var fuzz strings.Builder
		var names []string
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			switch isTest := strings.HasSuffix(path, "_test.go"); {
			case isTest && strings.Contains(string(text), "\nfunc Fuzz"):
				fuzz.Write(text)
			case !isTest:
				for _, m := range exported.FindAllStringSubmatch(string(text), -1) {
					names = append(names, m[1])
				}
			}
		}
		for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
			seen++
			if _, ok := spared[filepath.Base(dir)+"."+name]; !ok && !regexp.MustCompile(`\b`+name+`\(`).MatchString(fuzz.String()) {
				t.Errorf("%s.%s reads what comes from outside, and no fuzz target of its package's files calls it", dir, name)
			}
		}
	}
	if seen < 15 {
		t.Errorf("%d parsers were found: the search has gone blind", seen)
	}
}

// TestCSVIsInert wants every file that writes CSV for people to make its cells inert, or to say here why none of them can be a formula.
func TestCSVIsInert(t *testing.T) {
	spared := map[string]string{
		"sim/export.go":           "made-up people, for tests and examples",
		"cli/report_replies.go":   "words of our own, numbers and the portfolio's key, which the configuration bounds",
		"cli/report_unknown.go":   "numbers of ours, times and words of our own, and the portfolio's key, which the configuration bounds",
		"cli/release_contacts.go": "it is brought in again as it is: a key that were changed would name nobody",
	}
	found := 0
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), "csv.NewWriter(") {
			return err
		}
		found++
		if _, ok := spared[path]; !ok && !regexp.MustCompile(`\b(intake\.)?Inert\(`).Match(text) {
			t.Errorf("%s writes CSV and makes no cell inert", path)
		}
		return nil
	})
	if err != nil || found < 4 {
		t.Errorf("%d files that write CSV were found, %v", found, err)
	}
}
