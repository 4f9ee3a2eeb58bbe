package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSharedColumns: rows of which some columns have one value are stored as they were given, whichever those columns are.
func TestSharedColumns(t *testing.T) {
	slow(t)
	if onPostgres {
		t.Skip("it is of the connection to SQLite")
	}
	s, ctx := open(t), context.Background()
	type line struct {
		a, b int64
		c, d string
	}
	over := errors.New("over")
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.IntRange(0, 3)
		one := func(name string) []int { return rapid.SliceOfNDistinct(few, 1, 4, rapid.ID[int]).Draw(t, name) }
		as, bs, cs, ds := one("a"), one("b"), one("c"), one("d")
		texts := []string{"", "x", "some more", "x\x00y"}
		want := make([]line, rapid.IntRange(0, 260).Draw(t, "rows"))
		var v values
		for i := range want {
			l := &want[i]
			*l = line{
				int64(rapid.SampledFrom(as).Draw(t, "a")), int64(rapid.SampledFrom(bs).Draw(t, "b")),
				texts[rapid.SampledFrom(cs).Draw(t, "c")], texts[rapid.SampledFrom(ds).Draw(t, "d")],
			}
			v.int(l.a).text(l.c).int(l.b).blob([]byte(l.d))
		}
		err := s.alone(ctx, func(tx *sql.Tx, on direct) error {
			if _, err := tx.ExecContext(ctx, `CREATE TABLE alike (a, c, b, d)`); err != nil {
				return err
			}
			n, err := on.put(ctx, `INSERT INTO alike (a, c, b, d) VALUES `, "", 4, &v, nil)
			if err != nil || n != int64(len(want)) {
				t.Fatalf("%d of %d rows: %v", n, len(want), err)
			}
			var got []line
			if err := on.ask(ctx, `SELECT a, b, c, d FROM alike ORDER BY rowid`, &values{}, func(r row) error {
				got = append(got, line{r.int(0), r.int(1), string(r.bytes(2)), string(r.bytes(3))})
				return nil
			}); err != nil {
				return err
			}
			if !slices.Equal(got, want) {
				t.Fatalf("stored %v, want %v", got, want)
			}
			return over
		})
		if !errors.Is(err, over) {
			t.Fatal(err)
		}
	})
}
