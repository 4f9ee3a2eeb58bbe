package rulebooks_test

import (
	"io/fs"
	"testing"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/rulebooks"
)

// TestRulebooks runs the tests.yaml of every rulebook that ships, and fails on a rule that no case reaches.
func TestRulebooks(t *testing.T) {
	names, err := fs.Glob(rulebooks.FS, "*/rulebook.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no rulebooks: %v", err)
	}
	for _, name := range names {
		book, err := law.Parse(name, read(t, name))
		if err != nil {
			t.Fatal(err)
		}
		tests := name[:len(name)-len("rulebook.yaml")] + "tests.yaml"
		failed, unreached, err := guard.RunTests(book, tests, read(t, tests))
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
