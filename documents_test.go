package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// settingsOf are the settings that a document's tables name in their first column.
func settingsOf(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	code, found := regexp.MustCompile("`([^`]+)`"), map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		for _, m := range code.FindAllStringSubmatch(strings.Split(line, "|")[1], -1) {
			found[m[1]] = true
		}
	}
	if len(found) < 40 {
		t.Fatalf("%s names %d settings", path, len(found))
	}
	return slices.Sorted(maps.Keys(found))
}

// TestSettingsAreInBothLanguages: whoever reads duly.yaml's settings in Chinese finds the same ones as in English.
func TestSettingsAreInBothLanguages(t *testing.T) {
	en, zh := settingsOf(t, "docs/formats/duly.md"), settingsOf(t, "docs/formats/duly.zh-CN.md")
	for _, s := range en {
		if !slices.Contains(zh, s) {
			t.Errorf("duly.zh-CN.md lacks %s", s)
		}
	}
	for _, s := range zh {
		if !slices.Contains(en, s) {
			t.Errorf("duly.md lacks %s", s)
		}
	}
}

// TestDecisionsAreListed: each decision has the form of the template, and stands in the list once.
func TestDecisionsAreListed(t *testing.T) {
	list, err := os.ReadFile("docs/adr/README.md")
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("docs/adr/[0-9]*.md")
	if err != nil || len(names) < 38 {
		t.Fatalf("%d decisions, %v", len(names), err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Base(name)
		if !strings.HasPrefix(string(text), "# "+file[:4]+": ") || !strings.Contains(string(text), "\nDate: 20") {
			t.Errorf("%s does not begin with its number and a date", name)
		}
		if n := strings.Count(string(list), "["+file[:4]+"]("+file+")"); n != 1 {
			t.Errorf("docs/adr/README.md has %s %d times", file, n)
		}
	}
}
