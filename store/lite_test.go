package store

import (
	"bytes"
	"context"
	"database/sql"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// TestColumns holds what is read of a row where it lies to what SQLite's own functions say of it, for each kind of value, as it stands in a
// table and as it is worked out. Another version of the driver may keep its rows otherwise.
func TestColumns(t *testing.T) {
	s := open(t)
	if s.fleet {
		t.Skip("of SQLite's rows")
	}
	for _, q := range []string{
		`CREATE TABLE kinds (a, b, c, d, e, f, g, h, i, j, k, l)`,
		`INSERT INTO kinds VALUES (0, 1, -5, 9223372036854775807, -9223372036854775807 - 1, 'text', '', x'00ff00', zeroblob(3), NULL, 1.5, '12')`,
		`INSERT INTO kinds VALUES (x'', 127, 128, 70000, 8388608, '逾期' || char(0) || 'x', printf('%.9000c', 'y'), zeroblob(20000), 2.0, 'R', -1e300, '')`,
	} {
		if _, err := s.write.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []string{
		`SELECT * FROM kinds`, `SELECT * FROM kinds ORDER BY a, f`, `SELECT zeroblob(4), 'a' || f, b + 1, g || '', b * 1.5, NULL, x'' || a, length(h) FROM kinds`,
		`SELECT max(b), group_concat(f), min(d), count(*) FROM kinds`,
	} {
		seen := 0
		err := s.look(context.Background(), func(_ *sql.Tx, on direct) error {
			return on.(*lite).ask(context.Background(), q, &values{}, func(r row) error {
				rows := r.(*liteRows)
				for i := range int(sqlite3.Xsqlite3_column_count(rows.c.tls, rows.p)) {
					// What is read where it lies comes first, for SQLite's own functions may turn a value into another kind.
					n, b := rows.int(i), bytes.Clone(rows.bytes(i))
					kind := sqlite3.Xsqlite3_column_type(rows.c.tls, rows.p, int32(i))
					if want := sqlite3.Xsqlite3_column_int64(rows.c.tls, rows.p, int32(i)); n != want {
						t.Errorf("%s: column %d, of kind %d, is %d and not %d", q, i, kind, n, want)
					}
					var want []byte
					if p := sqlite3.Xsqlite3_column_blob(rows.c.tls, rows.p, int32(i)); p != 0 {
						want = memory(p, int(sqlite3.Xsqlite3_column_bytes(rows.c.tls, rows.p, int32(i))))
					}
					if !bytes.Equal(b, want) {
						t.Errorf("%s: column %d, of kind %d, is %x and not %x", q, i, kind, b, want)
					}
					seen++
				}
				if rows.value(100) != nil || rows.value(-1) != nil {
					t.Error("there is a column that was not asked for")
				}
				return nil
			})
		})
		if err != nil || seen == 0 {
			t.Errorf("%s: %d columns, %v", q, seen, err)
		}
	}
}
