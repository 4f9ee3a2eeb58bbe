package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// A Holding is what is known of a hold: how far the database reaches, what its machine remembers beyond that, and what
// waits in it. All of it are numbers and times.
type Holding struct {
	Life `json:"-"`

	Reaches  []Reach      `json:"reaches"`    // the last of each kind that the database holds
	Missing  []Reach      `json:"missing"`    // what the witness has seen and the database does not hold
	Waiting  []WaitingSum `json:"waiting"`    // by portfolio
	Orphans  int64        `json:"receipts"`   // receipts of messages that the database does not know
	NoOrigin bool         `json:"no_witness"` // there is no witness to compare with
}

// A Reach is one thing that happened.
type Reach struct {
	What string    `json:"what"` // fence, outcome, receipt, reply, import
	ID   int64     `json:"id"`
	At   time.Time `json:"at"`
}

// A WaitingSum is what waits in one portfolio.
type WaitingSum struct {
	Portfolio string `json:"portfolio"`
	Waiting   int64  `json:"waiting"`
	Due       int64  `json:"due"`  // of these, whose hour had come: they may have left already
	Open      int64  `json:"open"` // permitted, and nothing is known of what became of it
}

// rest are the messages that wait: the rest of the batches, and those that are put off.
const rest = `(SELECT m.id, m.portfolio, m.borrower, m.stage, b.not_before FROM batch b CROSS JOIN message m
		WHERE b.next < b.count AND m.id BETWEEN b.first + b.next AND b.first + b.count - 1
	UNION ALL SELECT m.id, m.portfolio, m.borrower, m.stage, q.not_before FROM requeue q CROSS JOIN message m WHERE m.id = q.message)`

// Holding tells what is known of the database's hold at a civil time; it may be asked for when nothing is held.
func (s *Store) Holding(ctx context.Context, now time.Time) (Holding, error) {
	var h Holding
	var err error
	if h.Life, err = s.Life(ctx); err != nil {
		return h, err
	}
	err = s.view(ctx, func(tx *sql.Tx) error { return s.holding(ctx, tx, now, &h) })
	return h, err
}

func (s *Store) holding(ctx context.Context, tx *sql.Tx, now time.Time, h *Holding) error {
	for _, k := range []struct{ what, query string }{
		{"fence", `SELECT id, at FROM fence ORDER BY at DESC LIMIT 1`},
		{"outcome", `SELECT fence, at FROM outcome ORDER BY at DESC LIMIT 1`},
		{"receipt", `SELECT id >> 8, at FROM receipt ORDER BY at DESC LIMIT 1`},
		{"reply", `SELECT id, at FROM reply ORDER BY id DESC LIMIT 1`},
		{"import", `SELECT id, known_at FROM source ORDER BY id DESC LIMIT 1`},
	} {
		r := Reach{What: k.what}
		err := tx.QueryRowContext(ctx, k.query).Scan(&r.ID, (*msTime)(&r.At))
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return wrap(err)
		}
		h.Reaches = append(h.Reaches, r)
	}
	if err := s.lost(ctx, tx, h); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM orphan`).Scan(&h.Orphans); err != nil {
		return wrap(err)
	}
	rows, err := tx.QueryContext(ctx, `SELECT p.ref, coalesce(sum(w.n), 0), coalesce(sum(w.due), 0), (SELECT count(*) FROM fence f LEFT JOIN outcome o ON o.fence = f.id
			JOIN message m ON m.id = f.id >> 3 WHERE o.fence IS NULL AND m.portfolio = p.id)
		FROM portfolio p LEFT JOIN (SELECT portfolio, 1 AS n, CASE WHEN not_before <= ? THEN 1 ELSE 0 END AS due FROM `+rest+` r) w ON w.portfolio = p.id GROUP BY p.id, p.ref ORDER BY p.ref`, millis(now))
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var w WaitingSum
		if err := rows.Scan(&w.Portfolio, &w.Waiting, &w.Due, &w.Open); err != nil {
			return wrap(err)
		}
		h.Waiting = append(h.Waiting, w)
	}
	return wrap(rows.Err())
}

// lost compares with the witness again.
func (s *Store) lost(ctx context.Context, tx *sql.Tx, h *Holding) error {
	known, err := s.witness.read()
	if s.witness == nil || err != nil || known[seenLine].value == "" {
		h.NoOrigin = true
		return nil //nolint:nilerr // a witness that cannot be read is none
	}
	for kind, table := range tablesSeen {
		if known[kind].value == "" {
			continue
		}
		var there bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+table+` WHERE id = ?)`, known[kind].number()).Scan(&there); err != nil {
			return wrap(err)
		}
		if !there {
			h.Missing = append(h.Missing, Reach{seenNames[kind], known[kind].number(), known[kind].at})
		}
	}
	return nil
}

// A HeldMessage is one that waits in a database that is held.
type HeldMessage struct {
	ID        outbox.MessageID
	Portfolio string
	Borrower  string
	Stage     string
	NotBefore time.Time // from which hour on it may have left already
}

// HeldMessages yields the messages that may have left already at a civil time, in the order of their numbers.
func (s *Store) HeldMessages(ctx context.Context, now time.Time, yield func(HeldMessage) error) error {
	return s.view(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(long(ctx), `SELECT r.id, p.ref, b.ref, r.stage, r.not_before FROM `+rest+` r
			JOIN portfolio p ON p.id = r.portfolio JOIN borrower b ON b.id = r.borrower WHERE r.not_before <= ? ORDER BY r.id`, millis(now))
		if err != nil {
			return wrap(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var m HeldMessage
			if err := rows.Scan(&m.ID, &m.Portfolio, &m.Borrower, &m.Stage, (*msTime)(&m.NotBefore)); err != nil {
				return wrap(err)
			}
			if err := yield(m); err != nil {
				return err
			}
		}
		return wrap(rows.Err())
	})
}

// A Release is a person's word that hand-over goes on.
type Release struct {
	At   time.Time // civil
	Wire time.Time // real
	By   string    // a role or a number of staff
	Send bool      // messages that may have left already leave, perhaps a second time; false cancels them
}

// ErrNotHeld says that there is nothing to release.
var ErrNotHeld = errors.New("store: nothing is held")

// RestoredRule is why messages are cancelled that may have left before the database was put back.
const RestoredRule = "duly:restored"

// Release ends a hold and begins a new life of the database: what may have left already is cancelled, or leaves, and
// who released is kept with what was known. It returns how many messages were cancelled.
func (s *Store) Release(ctx context.Context, r Release) (cancelled int64, err error) {
	h, err := s.Holding(ctx, r.At)
	if err != nil {
		return 0, err
	}
	report, err := json.Marshal(h)
	if err != nil {
		return 0, wrap(err)
	}
	var line string
	err = s.update(ctx, func(tx *sql.Tx) error {
		cancelled, line = 0, ""
		if !h.Held() && !s.unproven.Load() {
			return ErrNotHeld
		}
		if !r.Send {
			if cancelled, err = cancelDue(ctx, tx, r.At); err != nil {
				return err
			}
		}
		line, err = s.reborn(ctx, tx, &h, r, cancelled, string(report))
		return err
	})
	if err != nil || s.witness == nil {
		return cancelled, err
	}
	s.line.Store(&line)
	s.lastFence.Store(0)
	s.unproven.Store(false)
	return cancelled, s.witness.begin(line, r.Wire)
}

// reborn keeps the life that is over and begins the next.
func (s *Store) reborn(ctx context.Context, tx *sql.Tx, h *Holding, r Release, cancelled int64, report string) (line string, err error) {
	choice := "cancel"
	if r.Send {
		choice = "send"
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO released (line, held_at, held_why, held_by, released_at, released_by, choice, cancelled, report)
		SELECT line, ?, ?, ?, ?, ?, ?, ?, ? FROM life WHERE line = ?`, millis(h.HeldAt), h.Why, h.By, millis(r.Wire), r.By, choice, cancelled, report, h.Line)
	if err != nil {
		return "", wrap(err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return "", errors.Join(err, ErrNotHeld) // another has released it meanwhile
	}
	home, timeline, err := s.whereabouts(ctx, tx)
	if err != nil {
		return "", err
	}
	line = newLine()
	if _, err = tx.ExecContext(ctx, `UPDATE life SET line = ?, home = ?, timeline = ?, held_at = 0, held_why = '', held_by = ''`, line, home, timeline); err != nil {
		return "", wrap(err)
	}
	_, err = s.deed(ctx, tx, Deed{At: r.Wire, Who: r.By, What: "released", Subject: fmt.Sprintf("everything, %s, %d cancelled", choice, cancelled)})
	return line, err
}

// cancelDue closes the messages whose hour had come, and moves the cursors over them.
func cancelDue(ctx context.Context, tx *sql.Tx, now time.Time) (int64, error) {
	const reason = "It may have left before the database was put back."
	res, err := tx.ExecContext(ctx, `INSERT INTO closed (message, at, state, rule, reason)
		SELECT r.id, ?, 'cancelled', ?, ? FROM `+rest+` r WHERE r.not_before <= ? ON CONFLICT DO NOTHING`, millis(now), RestoredRule, reason, millis(now))
	if err != nil {
		return 0, wrap(err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, wrap(err)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE batch SET next = count WHERE next < count AND not_before <= ?`, millis(now)); err != nil {
		return 0, wrap(err)
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM requeue WHERE not_before <= ?`, millis(now))
	return n, wrap(err)
}

// newLine names a life of the database.
func newLine() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}
