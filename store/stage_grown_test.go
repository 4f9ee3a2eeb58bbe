package store

import (
	"context"
	"testing"
	"time"

	"github.com/dulyhq/duly/intake"
)

// TestStageDoesNotGrow: on PostgreSQL, which does not give back what the rows of a transaction took that is called off, trials one after the other do
// not let the tables of a connection grow and grow.
func TestStageDoesNotGrow(t *testing.T) {
	slow(t)
	s := open(t)
	if !s.fleet {
		t.Skip("SQLite takes back what a transaction wrote that is called off")
	}
	p := cards(t, s)
	many := make([]intake.Row, 20_000)
	for i := range many {
		many[i] = paid("P1", "C1", "2026-09-02", 50_000)
	}
	take(t, s, small()...) // its tables stay
	var before int64
	for i := range 4 {
		_, err := s.Import(context.Background(), Import{Portfolio: p, Now: noon.Add(time.Duration(i+1) * time.Minute), DryRun: true}, func(st *Stage) error {
			var size int64
			if err := st.tx.QueryRowContext(st.ctx, `SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM pg_class WHERE relnamespace = pg_my_temp_schema()`).Scan(&size); err != nil {
				return err
			}
			if i > 1 && size > before {
				t.Errorf("trial %d begins with tables of %d bytes, the one before with %d", i, size, before)
			}
			before = size
			return give([]feed{file("payments.csv", many...)})(st)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
