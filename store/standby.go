package store

import (
	"context"
	"database/sql"
	"errors"
)

// ErrNoStandby says that the database is copied to standbys none of which is synchronous: when one of them takes over, fences
// may be missing, and their messages would be sent twice. Nothing is sent until synchronous_standby_names names one.
var ErrNoStandby = errors.New("store: PostgreSQL is replicated without a synchronous standby; set synchronous_standby_names before anything is sent")

// SafeToSend says whether what is committed now survives a change of the primary. A database of one machine, and one that
// nobody copies, is as safe as its disk. A copy made by archived files alone is not seen: it must not be promoted while
// messages are under way.
func (s *Store) SafeToSend(ctx context.Context) error {
	return s.view(ctx, func(tx *sql.Tx) error { return s.safe(ctx, tx) })
}

const noStandby = `SELECT current_setting('synchronous_standby_names') = '' AND EXISTS (SELECT 1 FROM pg_stat_replication)`

// safe asks at each claim, for a standby may be added or fall out of step at any time. Everybody may count the rows of
// pg_stat_replication, even who may not read them; with a name in synchronous_standby_names a commit waits for its standby, or
// for ever.
func (s *Store) safe(ctx context.Context, tx *sql.Tx) error {
	if err := errors.Join(s.witness.err(), s.mayLeave(ctx, tx)); err != nil || !s.fleet {
		return err
	}
	var unsafe bool
	if err := tx.QueryRowContext(ctx, noStandby).Scan(&unsafe); err != nil {
		return wrap(err)
	}
	if unsafe {
		return ErrNoStandby
	}
	return nil
}
