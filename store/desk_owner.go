package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// GiveDesk gives what waits for a person to somebody who works here; owner 0 gives it to nobody. ErrNotFound says that nothing of
// that number waits.
func (s *Store) GiveDesk(ctx context.Context, desk, owner int64, who string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		var portfolio int64
		err := tx.QueryRowContext(ctx, `SELECT portfolio FROM desk WHERE id = ? AND open = 1`, desk).Scan(&portfolio)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return wrap(err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO desk_owner (desk, at, who, owner) VALUES (?, ?, ?, ?)`, desk, millis(at), who, owner); err != nil {
			return wrap(err)
		}
		what := "handed_on"
		if StaffRef(owner) == who {
			what = "took"
		}
		_, err = s.deed(ctx, tx, Deed{At: at, Who: who, What: what, Portfolio: portfolio, Subject: fmt.Sprintf("desk %d to %s", desk, StaffRef(owner))})
		return err
	})
}

// DeskOwners returns who looks after what waits, by its number; what nobody does is not in it.
func (s *Store) DeskOwners(ctx context.Context) (map[int64]int64, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT o.desk, o.owner FROM desk d JOIN desk_owner o ON o.desk = d.id WHERE d.open = 1
		AND o.id = (SELECT max(id) FROM desk_owner w WHERE w.desk = o.desk) AND o.owner <> 0`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64]int64{}
	for rows.Next() {
		var desk, owner int64
		if err := rows.Scan(&desk, &owner); err != nil {
			return nil, wrap(err)
		}
		out[desk] = owner
	}
	return out, wrap(rows.Err())
}
