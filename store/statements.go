package store

import (
	"context"
	"database/sql"
	"sync"
)

// statements keeps the statements of the hot path prepared, for parsing one of 100 rows costs as much as
// running it. A transaction that misses one prepares it for itself and leaves word; the next one finds it. That
// is because the one writing connection cannot prepare for others while it is in a transaction.
type statements struct {
	db *sql.DB

	mu     sync.Mutex
	ready  map[string]*sql.Stmt
	missed []string
}

// mostStatements bounds what is kept; the hot path has about fifty.
const mostStatements = 200

func newStatements(db *sql.DB) *statements {
	return &statements{db: db, ready: map[string]*sql.Stmt{}}
}

// warm prepares what was missed. It is called outside of any transaction of db's.
func (s *statements) warm(ctx context.Context) error {
	s.mu.Lock()
	missed := s.missed
	s.missed = nil
	s.mu.Unlock()
	for _, query := range missed {
		st, err := s.db.PrepareContext(ctx, query)
		if err != nil {
			return wrap(err)
		}
		s.mu.Lock()
		if old := s.ready[query]; old != nil || len(s.ready) >= mostStatements {
			s.mu.Unlock()
			if err := st.Close(); err != nil {
				return wrap(err)
			}
			continue
		}
		s.ready[query] = st
		s.mu.Unlock()
	}
	return nil
}

// in returns the statement in a transaction of db's; the transaction's end closes it.
func (s *statements) in(ctx context.Context, tx *sql.Tx, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	st := s.ready[query]
	if st == nil {
		s.missed = append(s.missed, query)
	}
	s.mu.Unlock()
	if st != nil {
		return tx.StmtContext(ctx, st), nil
	}
	st, err := tx.PrepareContext(ctx, query)
	return st, wrap(err)
}
