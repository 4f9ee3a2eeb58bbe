package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// A lite is a connection to SQLite that can also be used without database/sql: the hot path binds and reads whole numbers
// and bytes as they are (docs/adr/0013). Through database/sql each value costs a box, two conversions and the driver's copy, which
// is more than the database takes to store it. Both ways share the connection and so its transaction.
type lite struct {
	liteConn
	tls     *libc.TLS
	db      uintptr // *sqlite3
	mutex   uintptr // SQLite's own of this connection, which is set aside while it is open
	kept    map[string]*liteStmt
	readies map[string]*ready // of what goes through database/sql
	room    uintptr           // memory of C's for what is bound
	size    int
	words   words
	bulks   map[likeSQL]string
	sames   map[string][]uint64 // by head: sets of columns that had one value in all rows of a statement
	cells   []cell              // room
	log     logState
}

// liteConn is what database/sql uses of the driver's connection.
type liteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// liteConnector makes connections that are lites.
type liteConnector struct{ driver.Connector }

func openLite(dsn string) (driver.Connector, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return liteConnector{c}, nil
}

// errHandle says that the driver is of another version than the one in go.mod.
var errHandle = errors.New("store: the SQLite driver's connection is not what it was; see store/lite.go")

func (c liteConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := conn.(liteConn)
	if !ok {
		return nil, errors.Join(errHandle, conn.Close())
	}
	// The driver does not give its handle away. It is read here, and never written.
	v := reflect.Indirect(reflect.ValueOf(conn)).FieldByName("db")
	if v.Kind() != reflect.Uintptr || v.Uint() == 0 {
		return nil, errors.Join(errHandle, conn.Close())
	}
	l := &lite{
		liteConn: whole, tls: libc.NewTLS(), db: uintptr(v.Uint()), kept: map[string]*liteStmt{}, readies: map[string]*ready{}, words: words{},
		bulks: map[likeSQL]string{}, sames: map[string][]uint64{},
	}
	// database/sql lets one goroutine at a time have a connection, and an interrupt takes no mutex. SQLite takes its own with each
	// value that is bound or read: this is what SQLITE_OPEN_NOMUTEX would set, which the driver does not pass on.
	l.mutex, *l.guard() = *l.guard(), 0
	return l, nil
}

// guard is where the connection keeps its mutex.
func (c *lite) guard() *uintptr { return &at[sqlite3.Tsqlite3](c.db).Fmutex }

// Close ends the connection with its statements.
func (c *lite) Close() error {
	c.log.end()
	for _, st := range c.kept {
		st.finalize()
	}
	for _, st := range c.readies {
		_ = st.Close() // it says how its last run ended
	}
	if c.room != 0 {
		libc.Xfree(c.tls, c.room)
	}
	*c.guard() = c.mutex // to be freed
	err := c.liteConn.Close()
	c.tls.Close()
	return err
}

// fault turns a result of SQLite's into an error.
func (c *lite) fault(rc int32) error {
	return fmt.Errorf("store: SQLite: %s (%d)", libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db)), rc)
}

// liteStmt is a prepared statement, kept as long as its connection.
type liteStmt struct {
	c    *lite
	p    uintptr // *sqlite3_stmt
	open bool    // its rows are being read
	kept bool
}

// prepare returns a kept statement, or one of its own where that is in use.
func (c *lite) prepare(query string) (*liteStmt, error) {
	st := c.kept[query]
	if st != nil && !st.open {
		return st, nil
	}
	text, err := libc.CString(query)
	if err != nil {
		return nil, wrap(err)
	}
	defer libc.Xfree(c.tls, text)
	out := libc.Xmalloc(c.tls, libc.Tsize_t(unsafe.Sizeof(uintptr(0))))
	if out == 0 {
		return nil, errMemory
	}
	defer libc.Xfree(c.tls, out)
	if strings.HasPrefix(query, beside) {
		// What SQLITE_DBCONFIG_ENABLE_TRIGGER sets, which would make it forget all statements. When the schema changes it reads the text
		// again by itself, and with triggers.
		flags := &at[sqlite3.Tsqlite3](c.db).Fflags
		*flags &^= sqlite3.SQLITE_EnableTrigger
		defer func() { *flags |= sqlite3.SQLITE_EnableTrigger }()
	}
	if rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, out, 0); rc != sqlite3.SQLITE_OK {
		return nil, c.fault(rc)
	}
	made := &liteStmt{c: c, p: *at[uintptr](out)}
	if st == nil && len(c.kept) < mostStatements {
		made.kept = true
		c.kept[query] = made
	}
	return made, nil
}

var errMemory = errors.New("store: out of memory")

// at returns the C value at an address.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// memory returns n bytes of C's at an address.
func memory(p uintptr, n int) []byte { return unsafe.Slice(at[byte](p), n) }

func (s *liteStmt) finalize() { sqlite3.Xsqlite3_finalize(s.c.tls, s.p) }

// done ends a use of the statement.
func (s *liteStmt) done() {
	s.open = false
	if s.kept {
		sqlite3.Xsqlite3_reset(s.c.tls, s.p)
		return
	}
	s.finalize()
}

// hold copies the bytes of values to where C may read them, and returns where. They stay until the next call.
func (c *lite) hold(b []byte) (uintptr, error) {
	if need := len(b) + 1; need > c.size {
		if c.room != 0 {
			libc.Xfree(c.tls, c.room)
		}
		c.size = max(2*need, 1<<16)
		if c.room = libc.Xmalloc(c.tls, libc.Tsize_t(c.size)); c.room == 0 {
			c.size = 0
			return 0, errMemory
		}
	}
	copy(memory(c.room, len(b)), b)
	return c.room, nil
}

// bind binds cells of values whose bytes lie at base; each says how SQLite keeps them: as they are until the next
// binding (nil), or in a copy of its own.
func (s *liteStmt) bind(cells []cell, base uintptr, keep uintptr) error {
	tls := s.c.tls
	for i := range cells {
		c, n := &cells[i], int32(i+1)
		var rc int32
		switch c.kind {
		case cellInt:
			rc = sqlite3.Xsqlite3_bind_int64(tls, s.p, n, c.n)
		case cellText:
			rc = sqlite3.Xsqlite3_bind_text(tls, s.p, n, base+uintptr(c.from), c.to-c.from, keep)
		case cellBlob:
			rc = sqlite3.Xsqlite3_bind_blob(tls, s.p, n, base+uintptr(c.from), c.to-c.from, keep)
		}
		if rc != sqlite3.SQLITE_OK {
			return s.c.fault(rc)
		}
	}
	return nil
}

// transient is SQLITE_TRANSIENT: SQLite keeps a copy.
const transient = ^uintptr(0)

// put inserts rows, many a statement.
func (c *lite) put(_ context.Context, head, tail string, cols int, v *values, taken func(int64)) (changed int64, err error) {
	if len(v.cells) == 0 {
		return 0, nil
	}
	base, err := c.hold(v.bytes)
	if err != nil {
		return 0, err
	}
	return c.insert(head, tail, cols, v.cells, v.bytes, base, taken)
}

func (c *lite) insert(head, tail string, cols int, cells []cell, bytes []byte, base uintptr, taken func(int64)) (changed int64, err error) {
	for _, n := range bulkSizes {
		for len(cells) >= n*cols {
			rows := cells[:n*cols]
			b := likeSQL{bulkSQL: bulkSQL{head, tail, n, cols}}
			if n >= leastAlike {
				b.same = c.alike(head, cols, rows, bytes)
			}
			st, err := c.prepare(c.bulk(b))
			if err != nil {
				return changed, err
			}
			if b.same != 0 {
				rows = c.onceEach(b.same, cols, rows)
			}
			if err := st.run(rows, base, taken); err != nil {
				return changed, err
			}
			changed += int64(sqlite3.Xsqlite3_changes(c.tls, c.db))
			cells = cells[n*cols:]
		}
	}
	return changed, nil
}

// bulk returns the text of an insert, which is made once.
func (c *lite) bulk(b likeSQL) string {
	text, ok := c.bulks[b]
	if !ok {
		text = b.text()
		c.bulks[b] = text
	}
	return text
}

// run executes the statement to its end.
func (s *liteStmt) run(cells []cell, base uintptr, taken func(int64)) error {
	s.open = true
	defer s.done()
	if err := s.bind(cells, base, 0); err != nil {
		return err
	}
	for {
		switch rc := sqlite3.Xsqlite3_step(s.c.tls, s.p); rc {
		case sqlite3.SQLITE_DONE:
			return nil
		case sqlite3.SQLITE_ROW:
			if taken != nil {
				taken(sqlite3.Xsqlite3_column_int64(s.c.tls, s.p, 0))
			}
		default:
			return s.c.fault(rc)
		}
	}
}

// ask calls each with the rows of a query, one after the other.
func (c *lite) ask(_ context.Context, query string, args *values, each func(row) error) error {
	rows, err := c.open(query, args)
	if err != nil {
		return err
	}
	for {
		ok, err := rows.next()
		if err == nil && ok {
			err = each(rows)
		}
		if err != nil || !ok {
			rows.close()
			return err
		}
	}
}

// liteRows is a result that is read row by row; several of one connection may be open at once.
type liteRows struct{ *liteStmt }

func (c *lite) open(query string, args *values) (*liteRows, error) {
	st, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	r := &liteRows{st}
	st.open = true
	base, err := c.hold(args.bytes)
	if err == nil {
		err = st.bind(args.cells, base, transient)
	}
	if err != nil {
		st.done()
		return nil, err
	}
	return r, nil
}

func (r *liteRows) next() (bool, error) {
	switch rc := sqlite3.Xsqlite3_step(r.c.tls, r.p); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, r.c.fault(rc)
	}
}

func (r *liteRows) close() {
	if r.open {
		r.done()
	}
}

// value is a column of the row that was stepped to; nil: it has none of that number. SQLite's own functions for it take 15 to 20 ns a
// column, for looking each time whether somebody else has the connection and whether memory ran out: a message is some seventy columns
// read. So a number or bytes that are there as they are wanted are taken from where SQLite's functions would take them, and all else by these.
func (r *liteRows) value(i int) *sqlite3.TMem {
	v := at[sqlite3.TVdbe](r.p)
	if v.FpResultRow == 0 || uint(i) >= uint(v.FnResColumn) {
		return nil
	}
	return at[sqlite3.TMem](v.FpResultRow + uintptr(i)*unsafe.Sizeof(sqlite3.TMem{}))
}

func (r *liteRows) int(i int) int64 {
	if v := r.value(i); v != nil && v.Fflags&sqlite3.MEM_Int != 0 {
		return *(*int64)(unsafe.Pointer(&v.Fu))
	}
	return sqlite3.Xsqlite3_column_int64(r.c.tls, r.p, int32(i))
}

func (r *liteRows) bytes(i int) []byte {
	if v := r.value(i); v != nil && v.Fflags&(sqlite3.MEM_Str|sqlite3.MEM_Blob) != 0 && v.Fflags&sqlite3.MEM_Zero == 0 {
		if v.Fn == 0 {
			return nil
		}
		return memory(v.Fz, int(v.Fn))
	}
	p := sqlite3.Xsqlite3_column_blob(r.c.tls, r.p, int32(i))
	if p == 0 {
		return nil
	}
	return memory(p, int(sqlite3.Xsqlite3_column_bytes(r.c.tls, r.p, int32(i))))
}
