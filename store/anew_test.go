package store

import (
	"context"
	"database/sql/driver"
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// TestKeptStatementsAreReadOnce: what runs often with another limit each time is planned once. SQLite plans a statement anew, from its
// text, whenever a value is bound at which it looked when it planned, and a bare bound limit is one.
func TestKeptStatementsAreReadOnce(t *testing.T) {
	if onPostgres {
		t.Skip("PostgreSQL's plans are another matter")
	}
	s := open(t)
	conn, err := s.read.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	free, held := Holder{Worker: 1}.free("q")
	for name, q := range map[string]struct {
		text string
		args int // before the limit
		anew bool
	}{
		"texts":        {sheetsFrom, 2, false},
		"put off":      {putOff(""), 3, false},
		"put off, own": {putOff(free), 3 + len(held), false},
		"a bare limit": {`SELECT id FROM reply WHERE id > ? ORDER BY id LIMIT ?`, 1, true}, // shows that this test sees it
	} {
		if got := readAnew(t, conn.Raw, q.text, q.args); got != q.anew {
			t.Errorf("%s: read anew %v, want %v", name, got, q.anew)
		}
	}
}

// readAnew runs a statement with one limit and then with another, and says whether SQLite read its text anew for that.
func readAnew(t *testing.T, raw func(func(any) error) error, text string, before int) (anew bool) {
	t.Helper()
	if err := raw(func(c any) error {
		l := c.(*lite)
		st, err := l.PrepareContext(context.Background(), text)
		if err != nil {
			return err
		}
		defer func() { _ = st.Close() }()
		p := sqlite3.Xsqlite3_next_stmt(l.tls, l.db, 0)
		for p != 0 && libc.GoString(sqlite3.Xsqlite3_sql(l.tls, p)) != text {
			p = sqlite3.Xsqlite3_next_stmt(l.tls, l.db, p)
		}
		if p == 0 {
			t.Fatalf("the connection has no statement %s", text)
		}
		for limit := range int64(3) {
			args := make([]driver.NamedValue, before+1)
			for i := range args {
				args[i] = driver.NamedValue{Ordinal: i + 1, Value: int64(1)}
			}
			args[before].Value = 10 + limit
			rows, err := st.(driver.StmtQueryContext).QueryContext(context.Background(), args)
			if err != nil {
				return err
			}
			if err := rows.Close(); err != nil {
				return err
			}
		}
		anew = sqlite3.Xsqlite3_stmt_status(l.tls, p, sqlite3.SQLITE_STMTSTATUS_REPREPARE, 0) > 0
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return anew
}
