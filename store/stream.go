package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"time"
)

// A stream is a query whose first column is a person and whose rows are in that order.
type stream[T any] struct {
	rows   *sql.Rows
	pulled pulled // in the place of rows, where the connection is read directly
	person int64
	row    T
	dest   []any
	ok     bool
}

// pulled is a result that is read beside database/sql.
type pulled interface {
	next() (bool, error)
	scan(dest []any) error
	close()
}

func openStream[T any](g *gather, s *stream[T], query, column, order string, args []any, fields func(*T) []any) error {
	if column != "" {
		cond, more := g.people(column)
		query, args = query+cond, append(args, more...)
	}
	s.dest = append([]any{number(&s.person)}, fields(&s.row)...)
	if g.lite != nil || g.pg != nil {
		vals, err := asValues(args)
		if err != nil {
			return err
		}
		if g.pg != nil {
			s.pulled = g.pg.open(query+order, vals)
			g.opened = append(g.opened, s.advance)
			return nil
		}
		rows, err := g.lite.open(query+order, vals)
		if err != nil {
			return fmt.Errorf("store: dossiers: %w", err)
		}
		s.pulled = rows
		return s.advance()
	}
	st, err := g.kept.in(g.ctx, g.tx, query+order)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(g.ctx, args...) //nolint:rowserrcheck // advance checks it at the end of the rows
	if err != nil {
		return fmt.Errorf("store: dossiers: %w", err)
	}
	s.rows = rows
	return s.advance()
}

func (s *stream[T]) advance() (err error) {
	if s.pulled != nil {
		if s.ok, err = s.pulled.next(); err != nil || !s.ok {
			return err
		}
		return s.pulled.scan(s.dest)
	}
	s.ok = s.rows.Next()
	if !s.ok {
		return wrap(s.rows.Err())
	}
	return wrap(s.rows.Scan(s.dest...))
}

// take hands each row of a person to f and passes over those of persons before.
func (s *stream[T]) take(person int64, f func(*T)) error {
	for s.ok && s.person <= person {
		if s.person == person {
			f(&s.row)
		}
		if err := s.advance(); err != nil {
			return err
		}
	}
	return nil
}

func (s *stream[T]) close() error {
	if s.pulled != nil {
		s.pulled.close()
		s.pulled, s.ok = nil, false
	}
	if s.rows == nil {
		return nil
	}
	return s.rows.Close()
}

// number is where a column of whole numbers is scanned to. Without a Scanner of its own package sql finds out by
// reflection, for each value anew, what kind of number is wanted.
func number[T ~int | ~int64 | ~int32 | ~uint8](to *T) sql.Scanner { return &scanned[T]{to} }

type scanned[T ~int | ~int64 | ~int32 | ~uint8] struct{ to *T }

// Scan takes a whole number that fits.
func (s *scanned[T]) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("store: %T is no whole number", v)
	}
	return s.whole(n)
}

func (s *scanned[T]) whole(n int64) error {
	if *s.to = T(n); int64(*s.to) != n {
		return fmt.Errorf("store: %d does not fit", n)
	}
	return nil
}

// A ref is a text that hardly any other row has.
type ref string

// A holder takes a whole number without a box.
type holder interface{ whole(n int64) error }

func (r *liteRows) scan(dest []any) error { return scanRow(r, r.c.words, dest) }

// scanRow puts a row's columns where dest says.
func scanRow(r row, w words, dest []any) error {
	for i, d := range dest {
		var err error
		switch to := d.(type) { // what is one type before what is any of many, which takes a look-up
		case *msTime:
			*to = msTime(instant(r.int(i)))
		case *int64:
			*to = r.int(i)
		case *string:
			if b := r.bytes(i); string(b) != *to { // mostly it is that of the row before
				*to = w.of(b)
			}
		case *ref:
			*to = ref(r.bytes(i))
		case *sql.RawBytes:
			*to = r.bytes(i)
		case holder:
			err = to.whole(r.int(i))
		default:
			err = reflected(r, w, i, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reflected is scanRow for kinds of number and text that are not worth a case of their own.
func reflected(r row, w words, i int, to any) error {
	v := reflect.Indirect(reflect.ValueOf(to))
	switch {
	case v.CanInt():
		n := r.int(i)
		if v.OverflowInt(n) {
			return fmt.Errorf("store: %d does not fit", n)
		}
		v.SetInt(n)
	case v.CanUint():
		n := r.int(i)
		if n < 0 || v.OverflowUint(uint64(n)) {
			return fmt.Errorf("store: %d does not fit", n)
		}
		v.SetUint(uint64(n))
	case v.Kind() == reflect.Bool:
		v.SetBool(r.int(i) != 0)
	case v.Kind() == reflect.String:
		v.SetString(w.of(r.bytes(i)))
	default:
		return fmt.Errorf("store: nothing is read into a %T", to)
	}
	return nil
}

// asValues takes values as database/sql would.
func asValues(args []any) (*values, error) {
	v := &values{}
	for _, a := range args {
		val, err := driver.DefaultParameterConverter.ConvertValue(a)
		if err != nil {
			return nil, wrap(err)
		}
		switch x := val.(type) {
		case int64:
			v.int(x)
		case string:
			v.text(x)
		case []byte:
			v.blob(x)
		default:
			return nil, fmt.Errorf("store: a %T is not bound", a)
		}
	}
	return v, nil
}

// msTime scans stored milliseconds into a time.
type msTime time.Time

// Scan reads milliseconds since 1970; 0 is the zero time.
func (t *msTime) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("store: %T is not a stored time", v)
	}
	*t = msTime(instant(n))
	return nil
}
