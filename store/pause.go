package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// A Scope is how far a pause reaches: to what has all of these. An empty word is any.
type Scope struct {
	Portfolio string // its ref
	Channel   string
	Carrier   string
	Strategy  string // its id
}

// Covers says whether a pause of this scope holds something back. Something whose strategy is not known is held by a pause of any.
func (s Scope) Covers(of Scope) bool {
	return (s.Portfolio == "" || s.Portfolio == of.Portfolio) && (s.Channel == "" || of.Channel == "" || s.Channel == of.Channel) &&
		(s.Carrier == "" || s.Carrier == of.Carrier) && (s.Strategy == "" || of.Strategy == "" || s.Strategy == of.Strategy)
}

// A Pause is what a person has stopped: nothing of it is fenced until a person lets it go on.
type Pause struct {
	ID int64
	Scope
	At     time.Time // real
	Who    string
	Reason string
}

// ErrPaused says that a person has stopped what would leave.
var ErrPaused = errors.New("store: a person has stopped this")

// ErrNoScope says that a pause would be of everything: that is a hold.
var ErrNoScope = errors.New("store: a pause is of a portfolio, a channel, a carrier or a strategy; everything is stopped by a hold")

// StopSome stops what a scope reaches: not a message of it is fenced from its commit on.
func (s *Store) StopSome(ctx context.Context, of Scope, who, reason string, at time.Time) (id int64, err error) {
	if of == (Scope{}) {
		return 0, ErrNoScope
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		row, err := s.deed(ctx, tx, Deed{At: at, Who: who, What: "paused", Subject: of.String(), Reason: reason})
		if err != nil {
			return err
		}
		return wrap(tx.QueryRowContext(ctx, `INSERT INTO pause (portfolio, channel, carrier, strategy, at, who, audit) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			of.Portfolio, of.Channel, of.Carrier, of.Strategy, millis(at), who, row).Scan(&id))
	})
	return id, err
}

// String names what a scope reaches.
func (s Scope) String() string {
	out := ""
	for _, w := range [][2]string{{"portfolio", s.Portfolio}, {"channel", s.Channel}, {"carrier", s.Carrier}, {"strategy", s.Strategy}} {
		if w[1] != "" {
			if out != "" {
				out += ", "
			}
			out += w[0] + " " + w[1]
		}
	}
	return out
}

// GoOn ends a pause. ErrNotFound says that none of that number holds.
func (s *Store) GoOn(ctx context.Context, id int64, who string, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		if err := one(tx.ExecContext(ctx, `UPDATE pause SET ended_at = ?, ended_by = ? WHERE id = ? AND ended_at = 0`, millis(at), who, id)); err != nil {
			return err
		}
		_, err := s.deed(ctx, tx, Deed{At: at, Who: who, What: "resumed", Subject: fmt.Sprintf("pause %d", id)})
		return err
	})
}

const livePauses = `SELECT portfolio, channel, carrier, strategy FROM pause WHERE ended_at = 0`

// Paused returns what is stopped.
func (s *Store) Paused(ctx context.Context) (out []Scope, err error) {
	rows, err := s.read.QueryContext(ctx, livePauses)
	if err != nil {
		return nil, wrap(err)
	}
	return scopes(rows)
}

func scopes(rows *sql.Rows) (out []Scope, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p Scope
		if err := rows.Scan(&p.Portfolio, &p.Channel, &p.Carrier, &p.Strategy); err != nil {
			return nil, wrap(err)
		}
		out = append(out, p)
	}
	return out, wrap(rows.Err())
}

// Pauses returns what is stopped, with who did it and why, the newest first.
func (s *Store) Pauses(ctx context.Context) (out []Pause, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT p.id, p.portfolio, p.channel, p.carrier, p.strategy, p.at, p.who, a.id, a.at, a.who, a.reason, coalesce(r.box, x'')
		FROM pause p JOIN audit a ON a.id = p.audit LEFT JOIN sealed_reason r ON r.audit = a.id WHERE p.ended_at = 0 ORDER BY p.id DESC`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p Pause
		var d Deed
		var box []byte
		if err := rows.Scan(&p.ID, &p.Portfolio, &p.Channel, &p.Carrier, &p.Strategy, (*msTime)(&p.At), &p.Who, &d.ID, (*msTime)(&d.At), &d.Who, &d.Digest, &box); err != nil {
			return nil, wrap(err)
		}
		if p.Reason, err = s.reason(&d, box); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, wrap(rows.Err())
}

// paused refuses a claim of which a person has stopped something: all of it waits. It is asked in the transaction that would permit
// it, so that nothing is fenced from the commit of a pause on.
func (c *commit) paused() error {
	st, err := c.writes.in(c.ctx, c.tx, livePauses)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(c.ctx)
	if err != nil {
		return wrap(err)
	}
	live, err := scopes(rows)
	if err != nil || len(live) == 0 || len(c.st.Tries) == 0 {
		return err
	}
	var ref string
	if err := c.tx.QueryRowContext(c.ctx, `SELECT ref FROM portfolio WHERE id = ?`, c.st.Tries[0].Message.Portfolio).Scan(&ref); err != nil {
		return wrap(err)
	}
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		of := Scope{Portfolio: ref, Channel: string(t.Channel), Carrier: t.Message.Carrier, Strategy: c.st.Strategy}
		for _, p := range live {
			if p.Covers(of) {
				return fmt.Errorf("%w: %s", ErrPaused, p)
			}
		}
	}
	return nil
}
