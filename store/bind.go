package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Clock returns the time of the database, by which leases are kept where several machines share one; on SQLite, which has one
// machine, it is the machine's own, and known is false.
func (s *Store) Clock(ctx context.Context) (now time.Time, known bool, err error) {
	if !s.fleet {
		return time.Time{}, false, nil
	}
	var ms int64
	err = s.read.QueryRowContext(ctx, `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint`).Scan(&ms)
	return instant(ms), err == nil, wrap(err)
}

// longestLease is longer than any lease lasts: one that ends later than this was given by a clock that has been set back since, and
// counts for nothing.
const longestLease = time.Minute

// leased are the arguments of the condition that a lease holds at now: lease_until BETWEEN ? AND ?.
func leased(now time.Time) (from, to int64) { return millis(now), millis(now.Add(longestLease)) }

// leasing runs f alone among those who give out leases, which nobody else waits for.
func (s *Store) leasing(ctx context.Context, f func(tx *sql.Tx) error) error {
	return s.transaction(ctx, anyone, func(tx *sql.Tx, _ direct) error {
		if s.fleet {
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(?)`, lockLease); err != nil {
				return wrap(err)
			}
		}
		return f(tx)
	})
}

// KeepProcess registers a process that hands over, or renews its lease; id 0 asks for a number. It returns the number, another one
// where the lease had been lost, and how many processes live. All times are real.
func (s *Store) KeepProcess(ctx context.Context, id int64, version string, now, until time.Time) (number int64, live int, err error) {
	err = s.leasing(ctx, func(tx *sql.Tx) error {
		number = id
		from, to := leased(now)
		res, err := tx.ExecContext(ctx, `UPDATE process SET lease_until = ? WHERE id = ? AND lease_until >= ?`, millis(until), id, millis(now))
		if err != nil {
			return wrap(err)
		}
		if n, err := res.RowsAffected(); err != nil {
			return wrap(err)
		} else if n == 0 {
			if err := tx.QueryRowContext(ctx, `INSERT INTO process (id, lease_until, version)
				SELECT max(coalesce((SELECT max(id) FROM process), 0), coalesce((SELECT max(process) FROM bind), 0), ?) + 1, ?, ? RETURNING id`,
				millis(now), millis(until), version).Scan(&number); err != nil {
				return wrap(err)
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM process WHERE lease_until < ?`, millis(now.Add(-time.Hour))); err != nil {
			return wrap(err)
		}
		return wrap(tx.QueryRowContext(ctx, `SELECT count(*) FROM process WHERE lease_until BETWEEN ? AND ?`, from, to).Scan(&live))
	})
	return number, live, err
}

// EndProcess gives back what a process holds.
func (s *Store) EndProcess(ctx context.Context, id int64) error {
	return s.leasing(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM bind WHERE process = ?`, id); err != nil {
			return wrap(err)
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM process WHERE id = ?`, id)
		return wrap(err)
	})
}

// ErrNoBind says that every session that the carrier allows is held by others.
var ErrNoBind = errors.New("store: others hold all sessions that the carrier allows")

// ErrBindLost says that the lease of a session has run out and may be another's: nothing more may be handed over through it.
var ErrBindLost = errors.New("store: the lease of this session has run out")

// A BindAsk asks for a session of a carrier, or to keep one.
type BindAsk struct {
	Carrier  string
	Slot     int // 0 asks for one
	Process  int64
	Sessions int       // that the carrier allows at once over all machines; 0 means any number
	Rate     int64     // thousandths of a message a second over all of them; 0 means no limit
	Uses     int64     // of the rate, what this session paces itself by at present
	Now      time.Time // real
	Until    time.Time // real: when the lease ends
}

// A Bind is a leased session.
type Bind struct {
	Slot  int
	Live  int   // sessions of the carrier that are held
	Share int64 // of the rate, what this session may hand over from now on; without a rate 0
}

// KeepBind leases a session, or renews its lease. Where the rate is to be shared anew, a session that has to give something
// away says with its next asking that it did, and only then do others have it: the shares never sum to more than the rate.
func (s *Store) KeepBind(ctx context.Context, a BindAsk) (Bind, error) {
	var b Bind
	err := s.leasing(ctx, func(tx *sql.Tx) error {
		b = Bind{Slot: a.Slot}
		var err error
		if a.Slot == 0 {
			b.Slot, err = freeSlot(ctx, tx, &a)
		} else {
			err = stillHeld(ctx, tx, &a)
		}
		if err != nil {
			return err
		}
		var others int64
		from, to := leased(a.Now)
		if err := tx.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(share), 0) FROM bind WHERE carrier = ? AND slot <> ? AND lease_until BETWEEN ? AND ?`,
			a.Carrier, b.Slot, from, to).Scan(&b.Live, &others); err != nil {
			return wrap(err)
		}
		b.Live++
		held := int64(0)
		if a.Rate > 0 {
			b.Share = max(0, min(a.Rate/int64(b.Live), a.Rate-others))
			held = max(b.Share, a.Uses) // what is in use is not another's yet
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO bind (carrier, slot, process, lease_until, share) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (carrier, slot) DO UPDATE SET process = excluded.process, lease_until = excluded.lease_until, share = excluded.share`,
			a.Carrier, b.Slot, a.Process, millis(a.Until), held)
		return wrap(err)
	})
	return b, err
}

// freeSlot finds the first session that nobody holds.
func freeSlot(ctx context.Context, tx *sql.Tx, a *BindAsk) (int, error) {
	from, to := leased(a.Now)
	rows, err := tx.QueryContext(ctx, `SELECT slot FROM bind WHERE carrier = ? AND lease_until BETWEEN ? AND ? ORDER BY slot`, a.Carrier, from, to)
	if err != nil {
		return 0, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	free, held := 1, 0
	for rows.Next() {
		var slot int
		if err := rows.Scan(&slot); err != nil {
			return 0, wrap(err)
		}
		if held++; slot == free {
			free++
		}
	}
	if err := rows.Err(); err != nil {
		return 0, wrap(err)
	}
	if a.Sessions > 0 && held >= a.Sessions {
		return 0, ErrNoBind
	}
	return free, nil
}

// stillHeld says whether a session is still the asker's. A lease that has run out is lost even where nobody took it: others may
// have counted without it.
func stillHeld(ctx context.Context, tx *sql.Tx, a *BindAsk) error {
	var mine bool
	err := tx.QueryRowContext(ctx, `SELECT process = ? AND lease_until >= ? FROM bind WHERE carrier = ? AND slot = ?`,
		a.Process, millis(a.Now), a.Carrier, a.Slot).Scan(&mine)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !mine {
		return ErrBindLost
	}
	return wrap(err)
}

// FreeBind gives a session back whose line is down. One that is another's by now is left alone.
func (s *Store) FreeBind(ctx context.Context, carrier string, slot int, process int64) error {
	return s.leasing(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM bind WHERE carrier = ? AND slot = ? AND process = ?`, carrier, slot, process)
		return wrap(err)
	})
}

// Room makes a schema for tables of another library and runs fill, while no other process prepares the database. There is none on
// SQLite.
func (s *Store) Room(ctx context.Context, name string, fill func() error) (err error) {
	if !s.fleet {
		return errors.New("store: SQLite has no room for other tables")
	}
	held, err := s.write.Conn(ctx)
	if err != nil {
		return wrap(err)
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	if _, err := held.ExecContext(ctx, `SELECT pg_advisory_lock(?)`, lockMigrate); err != nil {
		return wrap(err)
	}
	_, err = held.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS `+pgx.Identifier{name}.Sanitize())
	if err == nil {
		err = fill()
	}
	_, unlock := held.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(?)`, lockMigrate)
	return errors.Join(err, unlock)
}

// A BindSum is what holds sessions of a carrier at present.
type BindSum struct {
	Carrier  string
	Sessions int
	Share    int64 // thousandths of a part a second, of all of them; 0: there is no limit
}

// BindSums returns what holds sessions at a real time, by carrier.
func (s *Store) BindSums(ctx context.Context, now time.Time) (out []BindSum, err error) {
	from, to := leased(now)
	rows, err := s.read.QueryContext(ctx, `SELECT carrier, count(*), CAST(coalesce(sum(share), 0) AS BIGINT) FROM bind WHERE lease_until BETWEEN ? AND ? GROUP BY carrier ORDER BY carrier`, from, to)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b BindSum
		if err := rows.Scan(&b.Carrier, &b.Sessions, &b.Share); err != nil {
			return nil, wrap(err)
		}
		out = append(out, b)
	}
	return out, wrap(rows.Err())
}
