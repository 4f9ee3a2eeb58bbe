package store

import (
	"context"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// A Count is how many messages, and how many parts, of one stage are in one state for one reason.
type Count struct {
	Stage  string
	State  string
	Reason string // the rule, the carrier's code or the receipt's cause; empty when the state says it all
	Number int64
	Parts  int64 // of those that were handed over
}

// whyColumn is why a message of message_state v is where it is.
const whyColumn = `CASE v.state
			WHEN 'undelivered' THEN coalesce((SELECT min(r.cause) FROM receipt r WHERE r.id BETWEEN v.fence<<8 AND v.fence<<8|255 AND r.kind = 'undelivered'),
				(SELECT CASE k.cause WHEN '' THEN '` + SaidRule + `' ELSE k.cause END FROM reconciled k WHERE k.fence = v.fence ORDER BY k.id DESC LIMIT 1), '')
			WHEN 'delivered' THEN CASE WHEN v.outcome = 'unknown' AND NOT ` + receiptsSettle + `
				THEN '` + SaidRule + `' ELSE '' END
			WHEN 'refused' THEN coalesce(v.outcome_code, '') WHEN 'unknown' THEN coalesce(v.outcome_code, '')
			ELSE coalesce(v.rule, '') END`

// Counts returns the messages planned from from to before to (zero times mean without end), by stage, state and
// reason. They always sum to the messages planned.
func (s *Store) Counts(ctx context.Context, portfolio int64, from, to time.Time) ([]Count, error) {
	if to.IsZero() {
		to = endOfTime
	}
	rows, err := s.read.QueryContext(ctx, `SELECT v.stage, v.state, `+whyColumn+` AS why,
			count(*), coalesce(sum(CASE WHEN v.outcome IN ('accepted', 'unknown') THEN v.parts END), 0)
		FROM message_state v JOIN batch b ON b.id = v.batch
		WHERE v.portfolio = ? AND b.planned_at >= ? AND b.planned_at < ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
		portfolio, millis(from), millis(to))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Stage, &c.State, &c.Reason, &c.Number, &c.Parts); err != nil {
			return nil, wrap(err)
		}
		out = append(out, c)
	}
	return out, wrap(rows.Err())
}

// A Held is how many persons are held for one reason, by their latest decision.
type Held struct {
	Stage, Rule string
	Persons     int64
}

// Holds returns the persons who are held by their latest decision before to, by stage and rule.
func (s *Store) Holds(ctx context.Context, portfolio int64, to time.Time) ([]Held, error) {
	if to.IsZero() {
		to = endOfTime
	}
	rows, err := s.read.QueryContext(ctx, `SELECT stage, rule, count(*) FROM decided d WHERE portfolio = ? AND action = 'hold'
		AND at = (SELECT max(at) FROM decided e WHERE e.person = d.person AND e.portfolio = d.portfolio AND e.at < ?)
		GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`, portfolio, millis(to))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []Held
	for rows.Next() {
		var h Held
		if err := rows.Scan(&h.Stage, &h.Rule, &h.Persons); err != nil {
			return nil, wrap(err)
		}
		out = append(out, h)
	}
	return out, wrap(rows.Err())
}

// An UnknownMessage may have left, and waits for a receipt or a person.
type UnknownMessage struct {
	ID   outbox.MessageID
	At   time.Time
	Code string
}

// Unknown returns messages whose outcome is not known, the newest first.
func (s *Store) Unknown(ctx context.Context, portfolio int64, limit int) ([]UnknownMessage, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, fenced_at, outcome_code FROM message_state
		WHERE portfolio = ? AND id IN (SELECT fence >> 3 FROM outcome WHERE kind = 'unknown') AND state = 'unknown' ORDER BY id DESC LIMIT ?`, portfolio, limit)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	var out []UnknownMessage
	for rows.Next() {
		var m UnknownMessage
		if err := rows.Scan(&m.ID, (*msTime)(&m.At), &m.Code); err != nil {
			return nil, wrap(err)
		}
		out = append(out, m)
	}
	return out, wrap(rows.Err())
}

// A MessageAt is where one message stands.
type MessageAt struct {
	ID        outbox.MessageID
	Portfolio int64
	Stage     string
	State     string
	Outcome   string // of its latest try; empty means none yet
	Tries     int
	NotBefore time.Time // the hour that it was planned for
}

// MessagesFrom yields the messages from a number on, in the order of their numbers.
func (s *Store) MessagesFrom(ctx context.Context, from outbox.MessageID, yield func(MessageAt) error) error {
	rows, err := s.read.QueryContext(ctx, `SELECT v.id, v.portfolio, v.stage, v.state, coalesce(v.outcome, ''), coalesce(v.fence & 7, 0), b.not_before
		FROM message_state v JOIN batch b ON b.id = v.batch WHERE v.id >= ? ORDER BY v.id`, from)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var m MessageAt
		if err := rows.Scan(&m.ID, &m.Portfolio, &m.Stage, &m.State, &m.Outcome, &m.Tries, (*msTime)(&m.NotBefore)); err != nil {
			return wrap(err)
		}
		if err := yield(m); err != nil {
			return err
		}
	}
	return wrap(rows.Err())
}
