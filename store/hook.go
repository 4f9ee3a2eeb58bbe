package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// ErrHookTaken says that another process delivers to a hook.
var ErrHookTaken = errors.New("store: another process delivers to it")

// Hooks notes who listens, by name. One that is new hears what happens from now on: the export has what was before.
func (s *Store) Hooks(ctx context.Context, names []string) error {
	for _, name := range names {
		var id int64
		err := s.read.QueryRowContext(ctx, `SELECT id FROM hook WHERE name = ?`, name).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			err = s.update(ctx, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO hook (name, cursor) SELECT ?, coalesce((SELECT max(id) FROM event_out), 0) ON CONFLICT (name) DO NOTHING`, name)
				return wrap(err)
			})
		}
		if err != nil {
			return wrap(err)
		}
	}
	return nil
}

// HookDue says whether there is something to try for a hook at a real instant.
func (s *Store) HookDue(ctx context.Context, name string, now time.Time) (due bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM event_out e WHERE e.id > h.cursor)
			OR EXISTS (SELECT 1 FROM hook_event w WHERE w.hook = h.id AND w.given_up = 0 AND w.next_at <= ?
				AND w.event = (SELECT min(event) FROM hook_event f WHERE f.hook = h.id AND f.given_up = 0 AND f.person = w.person))
		FROM hook h WHERE h.name = ? AND h.rest_until <= ? AND h.held_until <= ?`, millis(now), name, millis(now), millis(now)).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return due, wrap(err)
}

// A Delivery is an event on its way to a hook.
type Delivery struct {
	Event
	Tries   int
	FirstAt time.Time // real; zero: it was not tried
}

// A HookHold is a hook that one process delivers to, for as long as its lease lasts.
type HookHold struct {
	s      *Store
	id     int64
	holder string
	lease  time.Duration
	Fails  int // tries without success, one after the other
}

// HoldHook takes a hook for a holder, for a span of real time that each delivery renews.
func (s *Store) HoldHook(ctx context.Context, name, holder string, now time.Time, lease time.Duration) (*HookHold, error) {
	h := &HookHold{s: s, holder: holder, lease: lease}
	err := s.update(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `UPDATE hook SET holder = ?, held_until = ? WHERE name = ? AND (held_until <= ? OR holder = ?) RETURNING id, fails`,
			holder, millis(now.Add(lease)), name, millis(now), holder).Scan(&h.id, &h.Fails)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrHookTaken
		}
		return wrap(err)
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// Again returns those events whose next try is due: of each borrower the first that waits.
func (h *HookHold) Again(ctx context.Context, now time.Time, most int) (out []Delivery, err error) {
	err = h.s.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT w.event, w.tries, w.first_at FROM hook_event w WHERE w.hook = ? AND w.given_up = 0 AND w.next_at <= ?
			AND w.event = (SELECT min(event) FROM hook_event f WHERE f.hook = w.hook AND f.given_up = 0 AND f.person = w.person) ORDER BY w.event LIMIT ?`, h.id, millis(now), most)
		if err != nil {
			return wrap(err)
		}
		for rows.Next() && err == nil {
			var d Delivery
			err = rows.Scan(&d.ID, &d.Tries, (*msTime)(&d.FirstAt))
			out = append(out, d)
		}
		if e := errors.Join(rows.Err(), rows.Close()); err == nil {
			err = e
		}
		for i := range out {
			if err == nil {
				err = out[i].read(ctx, tx)
			}
		}
		return wrap(err)
	})
	return out, err
}

func (d *Delivery) read(ctx context.Context, tx *sql.Tx) error {
	heads, err := eventHeads(ctx, tx, `id = ?`, d.ID)
	if err != nil {
		return err
	}
	if len(heads) == 0 {
		return fmt.Errorf("store: event %d is gone", d.ID)
	}
	err = heads[0].fill(ctx, tx)
	d.Event = heads[0].Event
	return err
}

// Next returns the next events that were not looked at, and whether something of the same borrower waits before each. They are read while
// nobody else writes, so that none with a smaller number is still to come.
func (h *HookHold) Next(ctx context.Context, most int) (out []Delivery, err error) {
	err = h.s.update(ctx, func(tx *sql.Tx) error {
		out = out[:0]
		var cursor int64
		if err := tx.QueryRowContext(ctx, `SELECT cursor FROM hook WHERE id = ?`, h.id).Scan(&cursor); err != nil {
			return wrap(err)
		}
		heads, err := eventHeads(ctx, tx, `id > ? ORDER BY id LIMIT ?`, cursor, most)
		for i := range heads {
			if err == nil {
				err = heads[i].fill(ctx, tx)
			}
			out = append(out, Delivery{Event: heads[i].Event})
		}
		return err
	})
	return out, err
}

// Waits says whether an earlier event of a person waits.
func (h *HookHold) Waits(ctx context.Context, p ledger.PersonID, before int64) (waits bool, err error) {
	err = h.s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM hook_event WHERE hook = ? AND given_up = 0 AND person = ? AND event < ?)`, h.id, p, before).Scan(&waits)
	return waits, wrap(err)
}

// A Tried is what became of an event at a hook.
type Tried struct {
	Delivered bool
	Behind    bool      // it was not tried, for it waits behind another
	Skipped   bool      // the hook does not listen to its like
	Code      string    // why it was not taken
	Next      time.Time // real: when it is tried again
	Rest      time.Time // real: until when nothing is tried at all
	GivenUp   bool
}

// Note stores what became of an event, and renews the lease. ErrHookTaken says that the lease was lost: what is delivered now, another
// delivers too.
func (h *HookHold) Note(ctx context.Context, d *Delivery, t *Tried, now time.Time) error {
	if !t.Behind && !t.Skipped {
		if h.Fails++; t.Delivered {
			h.Fails = 0
		}
	}
	return h.s.update(ctx, func(tx *sql.Tx) error {
		exec := func(query string, args ...any) error {
			_, err := tx.ExecContext(ctx, query, args...)
			return wrap(err)
		}
		res, err := tx.ExecContext(ctx, `UPDATE hook SET cursor = CASE WHEN cursor < ? THEN ? ELSE cursor END, fails = ?, rest_until = ?, held_until = ? WHERE id = ? AND holder = ?`,
			d.ID, d.ID, h.Fails, millis(t.Rest), millis(now.Add(h.lease)), h.id, h.holder)
		if err != nil {
			return wrap(err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(wrap(err), ErrHookTaken)
		}
		if t.Delivered || t.Skipped {
			return exec(`DELETE FROM hook_event WHERE hook = ? AND event = ?`, h.id, d.ID)
		}
		first, tries := d.FirstAt, d.Tries
		if !t.Behind {
			if tries++; first.IsZero() {
				first = now
			}
		}
		return exec(`INSERT INTO hook_event (hook, event, person, tries, first_at, next_at, code, given_up) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (hook, event) DO UPDATE SET tries = excluded.tries, first_at = excluded.first_at, next_at = excluded.next_at, code = excluded.code, given_up = excluded.given_up`,
			h.id, d.ID, d.Person, tries, millis(first), millis(t.Next), t.Code, t.GivenUp)
	})
}

// Release gives a hook back.
func (h *HookHold) Release(ctx context.Context) error {
	return h.s.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE hook SET held_until = 0 WHERE id = ? AND holder = ?`, h.id, h.holder)
		return wrap(err)
	})
}

// A HookState is how it stands with a hook.
type HookState struct {
	Name      string
	Behind    int64 // events that were not looked at
	Waiting   int64 // tried, or behind one that was
	GivenUp   int64
	Fails     int
	RestUntil time.Time // real
	Code      string    // of the last try that was not taken and still waits
}

// HookStates returns how it stands with every hook there ever was.
func (s *Store) HookStates(ctx context.Context) (out []HookState, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT h.name, (SELECT count(*) FROM event_out e WHERE e.id > h.cursor),
			(SELECT count(*) FROM hook_event w WHERE w.hook = h.id AND w.given_up = 0), (SELECT count(*) FROM hook_event w WHERE w.hook = h.id AND w.given_up = 1), h.fails, h.rest_until,
			coalesce((SELECT code FROM hook_event w WHERE w.hook = h.id AND w.given_up = 0 AND w.code <> '' ORDER BY event DESC LIMIT 1), '')
		FROM hook h ORDER BY h.name`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var h HookState
		if err := rows.Scan(&h.Name, &h.Behind, &h.Waiting, &h.GivenUp, &h.Fails, (*msTime)(&h.RestUntil), &h.Code); err != nil {
			return nil, wrap(err)
		}
		out = append(out, h)
	}
	return out, wrap(rows.Err())
}

// An Undelivered is an event that a hook has not taken.
type Undelivered struct {
	Event
	Hook    string
	Tries   int
	FirstAt time.Time
	NextAt  time.Time
	Code    string
	GivenUp bool
}

// Undelivered returns what hooks have not taken, the oldest first.
func (s *Store) Undelivered(ctx context.Context) (out []Undelivered, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT w.event, h.name, w.tries, w.first_at, w.next_at, w.code, w.given_up FROM hook_event w JOIN hook h ON h.id = w.hook ORDER BY w.event, h.name`)
		if err != nil {
			return wrap(err)
		}
		for rows.Next() && err == nil {
			var u Undelivered
			err = rows.Scan(&u.ID, &u.Hook, &u.Tries, (*msTime)(&u.FirstAt), (*msTime)(&u.NextAt), &u.Code, &u.GivenUp)
			out = append(out, u)
		}
		if e := errors.Join(rows.Err(), rows.Close()); err == nil {
			err = e
		}
		for i := range out {
			d := Delivery{Event: out[i].Event}
			if err == nil {
				err = d.read(ctx, tx)
			}
			out[i].Event = d.Event
		}
		return wrap(err)
	})
	return out, err
}

// TryAgain lets what was given up be tried again, at every hook or at one, and returns how many events that is. Who says so is in the audit.
func (s *Store) TryAgain(ctx context.Context, hook, who string, at time.Time) (n int64, err error) {
	err = s.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE hook_event SET given_up = 0, tries = 0, first_at = 0, next_at = 0 WHERE given_up = 1
			AND hook IN (SELECT id FROM hook WHERE ? = '' OR name = ?)`, hook, hook)
		if err != nil {
			return wrap(err)
		}
		if n, err = res.RowsAffected(); err != nil {
			return wrap(err)
		}
		_, err = s.deed(ctx, tx, Deed{At: at, Who: who, What: "events_again", Subject: strings.TrimSpace("hook " + hook)})
		return err
	})
	return n, err
}
