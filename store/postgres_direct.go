package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// put takes rows in by a binary COPY where nothing can be in their way and nothing comes back, else as one array for each
// column.
func (c *pgConn) put(ctx context.Context, head, tail string, cols int, v *values, taken func(int64)) (int64, error) {
	switch {
	case len(v.cells) == 0:
		return 0, nil
	case tail == "":
		return c.copyRows(head, cols, v)
	}
	if err := c.hear(); err != nil {
		return 0, err
	}
	query, args := c.arrays(head, tail, cols, v)
	if taken == nil {
		tag, err := c.Conn.Conn().Exec(ctx, query, args...)
		return tag.RowsAffected(), wrap(err)
	}
	n := int64(0)
	return n, c.each(ctx, query, args, func(r *pgRow) error {
		n++
		taken(r.int(0))
		return nil
	})
}

// arrays returns the insert from arrays, and these.
func (c *pgConn) arrays(head, tail string, cols int, v *values) (string, []any) {
	args, types := make([]any, cols), make([]string, cols)
	for j := range cols {
		switch v.cells[j].kind {
		case cellInt:
			col := make([]int64, 0, len(v.cells)/cols)
			for i := j; i < len(v.cells); i += cols {
				col = append(col, v.cells[i].n)
			}
			args[j], types[j] = col, "bigint[]"
		case cellText:
			col := make([]string, 0, len(v.cells)/cols)
			for i := j; i < len(v.cells); i += cols {
				col = append(col, clean(string(v.of(&v.cells[i]))))
			}
			args[j], types[j] = col, "text[]"
		case cellBlob:
			col := make([][]byte, 0, len(v.cells)/cols)
			for i := j; i < len(v.cells); i += cols {
				col = append(col, v.of(&v.cells[i]))
			}
			args[j], types[j] = col, "bytea[]"
		}
	}
	key := bulkSQL{head, tail, 0, cols}
	if text, ok := unnests.Load(key); ok {
		return text.(string), args
	}
	for j := range types {
		types[j] = fmt.Sprintf("$%d::%s", j+1, types[j])
	}
	// What an INSERT of SQLite's may be followed by, PostgreSQL reads too, once it is translated.
	text := translated(strings.TrimSuffix(head, "VALUES ") + "SELECT * FROM unnest(" + strings.Join(types, ", ") + ")" + tail).sql
	unnests.Store(key, text)
	return text, args
}

// unnests keeps the texts of inserts from arrays: there are a dozen.
var unnests sync.Map

// clean makes text of what a carrier sent: PostgreSQL takes only valid UTF-8 without NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// copyRows takes rows in by COPY in PostgreSQL's binary format (its documentation, "COPY", Binary Format). Every
// whole number goes to a column of eight bytes. The rows are sent and nothing is waited for: what the server says of them is heard before
// the connection is used for anything else.
func (c *pgConn) copyRows(head string, cols int, v *values) (int64, error) {
	table, columns, err := columnsOf(head)
	if err != nil {
		return 0, err
	}
	sql := "COPY " + pgx.Identifier{table}.Sanitize() + " (" + strings.Join(columns, ", ") + ") FROM STDIN (FORMAT binary)"
	if err := c.begin(); err != nil {
		return 0, err
	}
	to := c.Conn.Conn().PgConn().Frontend()
	c.unheard++
	for r := (copyReader{head: sql, v: v, cols: cols, buf: c.room}); !r.ended; {
		r.fill()
		c.room = r.buf
		// It takes any message that is encoded. What goes by Send is copied into a buffer that grows from nothing each time.
		if err := to.SendUnbufferedEncodedCopyData(r.buf); err != nil {
			return 0, wrap(err)
		}
	}
	return int64(len(v.cells) / cols), nil
}

// hear waits for what the server says of what was sent to it. Every statement that is waited for is sent after it: so a transaction that has not
// begun yet begins here.
func (c *pgConn) hear() error {
	if err := c.begin(); err != nil {
		return err
	}
	return c.heard()
}

// heard is hear without beginning anything, whatever becomes of a context: what is not read now would be taken for the answer to something
// else. It returns the first thing that went wrong.
func (c *pgConn) heard() error {
	first := c.answered()
	for ; c.unheard > 0; c.unheard-- {
		for over := false; !over; {
			msg, err := c.Conn.Conn().PgConn().ReceiveMessage(context.Background())
			if err != nil {
				c.unheard = 0
				return wrap(err)
			}
			switch m := msg.(type) {
			case *pgproto3.ErrorResponse:
				if first == nil {
					first = wrap(pgconn.ErrorResponseToPgError(m))
				}
			case *pgproto3.CommandComplete:
				if first == nil && c.ending && string(m.CommandTag) == "ROLLBACK" {
					first = errTakenBack
				}
			case *pgproto3.ReadyForQuery:
				over = true
			}
		}
	}
	return first
}

// columnsOf returns the table and the columns of the head of an insert.
func columnsOf(head string) (table string, columns []string, err error) {
	table, list, ok := strings.Cut(strings.TrimPrefix(head, "INSERT INTO "), "(")
	list, _, closed := strings.Cut(list, ")")
	if !ok || !closed {
		return "", nil, fmt.Errorf("store: no COPY can be made of %q", head)
	}
	return strings.TrimSpace(table), strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' }), nil
}

// copyReader is a COPY with its rows, encoded as messages.
type copyReader struct {
	head  string // the statement
	v     *values
	cols  int
	at    int // the next cell
	buf   []byte
	begun bool
	ended bool
}

// copyBuffer is about how many bytes are made at a time.
const copyBuffer = 1 << 17

func (r *copyReader) fill() {
	b := r.buf[:0]
	if !r.begun {
		r.begun = true
		b = append(b, 'Q')
		b = binary.BigEndian.AppendUint32(b, uint32(4+len(r.head)+1))
		b = append(append(b, r.head...), 0)
	}
	from := len(b)
	b = append(b, 'd', 0, 0, 0, 0)
	if r.at == 0 {
		b = append(b, "PGCOPY\n\xff\r\n\x00"...)
		b = append(b, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	for r.at < len(r.v.cells) && len(b) < copyBuffer {
		b = binary.BigEndian.AppendUint16(b, uint16(r.cols))
		for range r.cols {
			c := &r.v.cells[r.at]
			switch c.kind {
			case cellInt:
				b = binary.BigEndian.AppendUint32(b, 8)
				b = binary.BigEndian.AppendUint64(b, uint64(c.n))
			case cellText:
				text := r.v.of(c)
				if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
					text = []byte(clean(string(text)))
				}
				b = append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...)
			case cellBlob:
				b = append(binary.BigEndian.AppendUint32(b, uint32(c.to-c.from)), r.v.of(c)...)
			}
			r.at++
		}
	}
	if r.at == len(r.v.cells) {
		r.ended = true
		b = append(b, 0xff, 0xff)
	}
	binary.BigEndian.PutUint32(b[from+1:], uint32(len(b)-from-1))
	if r.ended {
		b = append(b, 'c', 0, 0, 0, 4)
	}
	r.buf = b
}

// ask calls each with the rows of a query.
func (c *pgConn) ask(ctx context.Context, query string, args *values, each func(row) error) error {
	if p, err := c.recall(query, args.list()); err != nil {
		return err
	} else if p != nil {
		return p.each(each)
	}
	return c.each(ctx, translated(query).sql, args.list(), func(r *pgRow) error { return each(r) })
}

func (c *pgConn) each(ctx context.Context, query string, args []any, f func(*pgRow) error) error {
	if err := c.hear(); err != nil {
		return err
	}
	rows, err := c.Conn.Conn().Query(ctx, query, args...)
	if err != nil {
		return wrap(err)
	}
	defer rows.Close()
	var r pgRow
	for rows.Next() {
		r.vals = rows.RawValues()
		if err := f(&r); err != nil {
			return err
		}
	}
	return wrap(rows.Err())
}

// pgRow is a row in PostgreSQL's binary format.
type pgRow struct{ vals [][]byte }

func (r *pgRow) int(i int) int64 {
	switch b := r.vals[i]; len(b) {
	case 8:
		return int64(binary.BigEndian.Uint64(b))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(b)))
	case 2:
		return int64(int16(binary.BigEndian.Uint16(b)))
	case 1:
		return int64(b[0]) // truth
	}
	return 0 // NULL, as SQLite's
}

func (r *pgRow) bytes(i int) []byte { return r.vals[i] }
