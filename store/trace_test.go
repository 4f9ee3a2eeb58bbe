package store

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// TestTraces: whatever table has a column that leads to a person is in traces, so that an erasure and a person's copy of their
// data leave nothing out; and each condition is understood by the database.
func TestTraces(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	query := `SELECT m.name || ' ' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`
	if s.fleet {
		query = `SELECT c.table_name || ' ' || c.column_name FROM information_schema.columns c JOIN information_schema.tables t
			ON t.table_schema = c.table_schema AND t.table_name = c.table_name
			WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
				AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = (quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass)`
	}
	rows, err := s.read.QueryContext(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	leads := []string{"person", "borrower", "loan", "address", "message", "fence", "reply", "desk", "arrangement", "portal_key", "sender", "box"}
	// Tables that have such a column, and nothing of a person.
	others := map[string]string{
		"seal_key":  "keys, of nobody",
		"key_check": "what shows that the keys are the right ones", "staff": "of our people", "staff_code": "of our people", "staff_passkey": "of our people", "staff_used": "of our people", "staff_subject": "of our people", "staff_session": "of our people", "staff_note": "of our people",
	}
	known := map[string]bool{}
	for i := range traces {
		known[traces[i].table] = true
	}
	seen := 0
	for rows.Next() {
		var found string
		if err := rows.Scan(&found); err != nil {
			t.Fatal(err)
		}
		table, column, _ := strings.Cut(found, " ")
		if slices.Contains(leads, column) && !known[table] && others[table] == "" {
			t.Errorf("table %s has a column %s and is not in traces (store/trace.go): an erasure would leave it", table, column)
		}
		seen++
	}
	if err := rows.Err(); err != nil || seen < 100 {
		t.Fatalf("%d columns, %v", seen, err)
	}
	if _, err := s.EraseCount(ctx, 1, noon, false); err != nil {
		t.Error(err)
	}
	held, _, err := s.Held(ctx, &Guest{Person: 1, Borrower: 1, Portfolio: 1})
	if err != nil || len(held) < 30 {
		t.Errorf("%d tables are held, %v", len(held), err)
	}
	for i := range traces {
		if tr := &traces[i]; tr.columns == "" && tr.why == "" || tr.columns != "" && tr.mine == "" {
			t.Errorf("%s: a copy says neither what it holds nor why not", tr.table)
		}
	}
}
