package store

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"
)

// TestStageIsEmptyAgain: an import finds nothing of the one before in its tables, which on SQLite stay, whether that one was
// whole, a snapshot, a dry run or refused.
func TestStageIsEmptyAgain(t *testing.T) {
	s := open(t)
	p := cards(t, s)
	for i, o := range []Import{{}, {DryRun: true}, {Snapshot: true}, {Approve: func(Summary) error { return sql.ErrNoRows }}, {}} {
		o.Portfolio, o.Now = p, noon.Add(time.Duration(i)*time.Minute)
		sum, err := s.Import(context.Background(), o, func(st *Stage) error {
			for _, table := range slices.Concat(stageTables, factTables) {
				var n int
				if err := st.tx.QueryRowContext(st.ctx, `SELECT count(*) FROM `+table.name).Scan(&n); err != nil || n != 0 {
					t.Errorf("import %d: %s has %d rows, %v", i, table.name, n, err)
				}
			}
			return give(small())(st)
		})
		if refused := o.Approve != nil; refused != (err != nil) {
			t.Fatalf("import %d: %v", i, err)
		}
		if err == nil && sum.Loans.Stated == 0 {
			t.Errorf("import %d stated no loan", i)
		}
	}
}
