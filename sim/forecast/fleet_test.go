package forecast

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/pgtest"
)

// TestMain stops the PostgreSQL that tests may have started.
func TestMain(m *testing.M) { os.Exit(pgtest.Main(m.Run)) }

// TestTheSameOutOfPostgres: a copy out of PostgreSQL, in which nobody has their name or number, lives through the same days as a copy of the same
// book out of a folder: the same people written to, held, asked by people, the same parts, the same money.
func TestTheSameOutOfPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("two copies of a book live through days")
	}
	var got []*Result
	for _, place := range []string{t.TempDir(), pgtest.Database(t)} {
		l := newLenderAt(t, t.TempDir(), place, 60)
		got = append(got, l.try(20, 3, func(b *Book) { b.Model.Reply, b.Model.Stop = 0, 0 })) // whom luck lets answer is told by their number
	}
	if got[0].Messages == 0 || got[0].Segments == 0 || len(got[0].Holds) == 0 {
		t.Fatalf("nothing happens: %+v", got[0])
	}
	if !reflect.DeepEqual(got[0], got[1]) {
		t.Errorf("out of a folder\n%+v\nout of PostgreSQL\n%+v", got[0], got[1])
	}
}

// TestAnswersOutOfPostgres: whoever answers from a number that stands in for theirs is found by it: a stop stops them as it does out of a folder.
func TestAnswersOutOfPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("two copies of a book live through days")
	}
	var got []*Result
	for _, place := range []string{t.TempDir(), pgtest.Database(t)} {
		l := newLenderAt(t, t.TempDir(), place, 30)
		got = append(got, l.try(20, 3, func(b *Book) { b.Model.Reply, b.Model.Stop = 0, 1 }))
	}
	if got[0].Stops == 0 || !reflect.DeepEqual(got[0], got[1]) {
		t.Errorf("out of a folder\n%+v\nout of PostgreSQL\n%+v", got[0], got[1])
	}
}

// newLenderAt is newLender with the keys in one place and the book in another.
func newLenderAt(t *testing.T, keys, place string, people int) *lender {
	t.Helper()
	if err := store.MakeKeys(filepath.Join(keys, "keys")); err != nil {
		t.Fatal(err)
	}
	loaded, err := store.LoadKeys(filepath.Join(keys, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	l := &lender{t: t, dir: place, keys: loaded}
	s := l.open(place)
	defer func() { _ = s.Close() }()
	row, err := s.Portfolio(context.Background(), "bank", "cards")
	if err != nil {
		t.Fatal(err)
	}
	now := opening.At(10, 0, shanghai)
	if err := s.MakeMonth(context.Background(), now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(context.Background(), store.Import{Portfolio: row, Now: now}, func(st *store.Stage) error { return stage(st, people) }); err != nil {
		t.Fatal(err)
	}
	return l
}
