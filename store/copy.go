package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// ErrTooLarge says that a book has more rows than a copy may have.
var ErrTooLarge = errors.New("store: copy: the book is too large for this")

// Copy writes the book as it stands into the folder dir, which must hold none, opens the copy and returns it, and changes nothing of its own. It
// is there to be simulated with, so that it is not held, whatever the original is; a copy that is to be put back is Backup's. Out of a folder
// it is the whole database, sealed as it was. Out of PostgreSQL it is what a simulation reads, with nobody's name and number in it, sealed
// with keys that are nowhere but in this process (docs/adr/0035); of that most rows are copied, or ErrTooLarge says that there are more; 0
// sets no bound.
func (s *Store) Copy(ctx context.Context, dir string, most int64) (*Store, error) {
	keys := s.keys
	var err error
	if s.fleet {
		keys, err = s.copyFleet(ctx, dir, most)
	} else {
		err = s.copyFile(ctx, dir)
	}
	if err != nil {
		return nil, err
	}
	return Open(ctx, dir, keys)
}

func (s *Store) copyFile(ctx context.Context, dir string) error {
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
