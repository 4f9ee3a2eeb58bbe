package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// errCopy says what PostgreSQL cannot do here yet.
var errCopy = errors.New("store: copy: a database of PostgreSQL is not copied into a folder yet; only what lies in a folder can be simulated with")

// Copy writes the database as it stands into the folder dir, which must hold none, and changes nothing of its own. What
// is sealed stays sealed: the copy opens with the same keys. It is there to be simulated with, so that it is not held, whatever the
// original is; a copy that is to be put back is Backup's.
func (s *Store) Copy(ctx context.Context, dir string) error {
	if s.fleet {
		return errCopy
	}
	if _, err := s.write.ExecContext(ctx, `VACUUM INTO ?`, filepath.Join(dir, FileName)); err != nil {
		return fmt.Errorf("store: copy: %w", err)
	}
	if err := amend(ctx, filepath.Join(dir, FileName), `UPDATE life SET held_at = 0, held_why = '', held_by = ''`); err != nil {
		return fmt.Errorf("store: copy: %w", err)
	}
	return nil
}

// Feed returns how far a portfolio's payments reach; zero when none were imported.
func (s *Store) Feed(ctx context.Context, portfolio int64) (time.Time, error) {
	var ms int64
	err := s.read.QueryRowContext(ctx, `SELECT payments_as_of FROM portfolio WHERE id = ?`, portfolio).Scan(&ms)
	return instant(ms), wrap(err)
}

// Known returns a portfolio that has been seen before, and makes none; ErrNotFound where it has not.
func (s *Store) Known(ctx context.Context, ref string) (Portfolio, error) {
	p := Portfolio{Ref: ref}
	err := s.read.QueryRowContext(ctx, `SELECT id, creditor FROM portfolio WHERE ref = ?`, ref).Scan(&p.ID, &p.Creditor)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNotFound
	}
	return p, wrap(err)
}
