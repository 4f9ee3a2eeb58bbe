package store

import (
	"database/sql"
	"fmt"
)

// A stream is a query whose first column is a person and whose rows are in that order.
type stream[T any] struct {
	rows   *sql.Rows
	person int64
	row    T
	dest   []any
	ok     bool
}

func openStream[T any](g *gather, s *stream[T], query, column, order string, args []any, fields func(*T) []any) error {
	if column != "" {
		cond, more, err := g.people(column)
		if err != nil {
			return err
		}
		query, args = query+cond, append(args, more...)
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
	s.dest = append([]any{number(&s.person)}, fields(&s.row)...)
	return s.advance()
}

func (s *stream[T]) advance() error {
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
	if *s.to = T(n); !ok || int64(*s.to) != n {
		return fmt.Errorf("store: %T is no whole number that fits", v)
	}
	return nil
}
