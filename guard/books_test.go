package guard_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
)

// books reads the rulebooks of testdata: a country that is nowhere, with a rule of every kind, a province and a
// city of it, two carriers and a house.
func books(t testing.TB) *law.Shelf {
	t.Helper()
	files, err := filepath.Glob("testdata/books/*/rulebook.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d rulebooks: %v", len(files), err)
	}
	shelf := &law.Shelf{}
	for _, file := range files {
		b, err := law.Parse(file, read(t, file))
		if err != nil {
			t.Fatal(err)
		}
		shelf.Books = append(shelf.Books, b)
	}
	c, err := law.ParseCalendar("zz", read(t, "testdata/books/zz/workdays.csv"))
	if err != nil {
		t.Fatal(err)
	}
	shelf.Calendars = map[string]law.Calendar{"zz": c}
	if shelf.Series, err = law.ParseSeries("zz", read(t, "testdata/books/zz/rates.csv")); err != nil {
		t.Fatal(err)
	}
	return shelf
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestBooks tries a rule of every kind on either side of its limit.
func TestBooks(t *testing.T) {
	shelf := books(t)
	for _, b := range shelf.Books {
		tests := filepath.Join(filepath.Dir(b.File), "tests.yaml")
		failed, unreached, err := guard.RunTests(b, tests, read(t, tests), shelf)
		if err != nil {
			t.Error(err)
		}
		for _, f := range failed {
			t.Error(f)
		}
		for _, id := range unreached {
			t.Errorf("%s: no case reaches rule %s", tests, id)
		}
	}
}
