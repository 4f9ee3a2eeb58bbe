package rulebooks_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/rulebooks"
)

// TestRulebooks runs the tests.yaml of every rulebook that ships, and fails on a rule that no case reaches.
func TestRulebooks(t *testing.T) {
	shelf, err := engine.ShippedShelf()
	if err != nil || len(shelf.Books) == 0 {
		t.Fatalf("no rulebooks: %v", err)
	}
	for _, book := range shelf.Books {
		tests := strings.TrimSuffix(book.File, "rulebook.yaml") + "tests.yaml"
		failed, unreached, err := guard.RunTests(book, tests, read(t, tests), &shelf)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range failed {
			t.Error(f)
		}
		for _, id := range unreached {
			t.Errorf("%s: no case reaches rule %s", tests, id)
		}
	}
}

// TestChineseSources: a Chinese reader reads in Chinese where a rule of China or of the United States comes from.
func TestChineseSources(t *testing.T) {
	shelf, err := engine.ShippedShelf()
	if err != nil {
		t.Fatal(err)
	}
	for _, book := range shelf.Books {
		if country, _, _ := strings.Cut(book.Jurisdiction, "-"); country != "CN" && country != "US" {
			continue
		}
		for _, r := range book.Rules {
			if !strings.ContainsFunc(r.SourceZH, func(c rune) bool { return unicode.Is(unicode.Han, c) }) && !strings.HasPrefix(r.SourceZH, "GB/T") {
				t.Errorf("%s has no source in Chinese", r.ID)
			}
		}
	}
}

// TestCalendars parses the calendars that ship.
func TestCalendars(t *testing.T) {
	c, err := law.ParseCalendar("cn/workdays.csv", read(t, "cn/workdays.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Holiday(20727) == "" { // 2026-10-01
		t.Error("1 October 2026 is no holiday")
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := rulebooks.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
