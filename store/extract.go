package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/dulyhq/duly/outbox"
)

// An Extract is what a supervisor asks for that no sums hold: of one portfolio and some days, counted from the rows themselves. It holds
// numbers only.
type Extract struct {
	Hours     []HourCount
	Stops     Effect
	AfterStop int64 // reminders that were permitted while a stop of their person held for the address they went to: none, by construction
	Desk      []Handled
	Withdrawn int64 // consents that were taken back
}

// An HourCount is how many messages were handed over in an hour, to borrowers of a place as it was known when they were judged.
type HourCount struct {
	Hour                      time.Time // its first instant
	Country, Region, Locality string    // empty: not known
	Channel                   string
	Number                    int64
	Outside                   int64 // of these, permitted at or after the end of the lawful window that they were judged for: none, by construction
}

// An Effect is how long it took until what somebody asked for held.
type Effect struct {
	Number int64
	Most   time.Duration
}

// A Handled is what people were given to do of one kind, by when it was opened.
type Handled struct {
	Kind               string
	Number, Open, Late int64         // Late: closed, or still open at the end of the days, past its day
	Mean, Most         time.Duration // until it was closed
}

// Extract counts for the days from from to before to.
func (s *Store) Extract(ctx context.Context, portfolio int64, from, to time.Time) (Extract, error) {
	var x Extract
	err := s.view(ctx, func(tx *sql.Tx) error {
		return errors.Join(x.hours(ctx, tx, portfolio, from, to), x.stops(ctx, tx, portfolio, from, to), x.handled(ctx, tx, portfolio, from, to))
	})
	return x, err
}

// A message is handed over at most so long after the month in which it was planned began that the month before the days has it.
func (x *Extract) hours(ctx context.Context, tx *sql.Tx, portfolio int64, from, to time.Time) error {
	first, last := outbox.FirstOf(from.AddDate(0, -1, 0)), outbox.FirstOf(to.AddDate(0, 1, 0))
	rows, err := tx.QueryContext(ctx, `SELECT f.at / 3600000 * 3600000, coalesce((SELECT c.channel FROM contact c WHERE c.subject = m.person << 8 AND c.message = m.id), 'sms'),
			coalesce(p.country, ''), coalesce(p.region, ''), coalesce(p.locality, ''), count(*), sum(CASE WHEN f.at >= f.not_after THEN 1 ELSE 0 END)
		FROM fence f CROSS JOIN message m CROSS JOIN outcome o LEFT JOIN borrower b ON b.id = m.borrower
			LEFT JOIN borrower_fact p ON p.id = coalesce((SELECT g.id FROM borrower_fact g WHERE g.borrower = m.borrower AND g.known_at <= f.at ORDER BY g.known_at DESC, g.id DESC LIMIT 1), b.fact)
		WHERE f.id >= ? AND f.id < ? AND f.at >= ? AND f.at < ? AND m.id = f.id >> 3 AND m.portfolio = ? AND o.fence = f.id AND (o.kind = 'accepted' OR o.kind = 'unknown')
		GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`, int64(first)<<3, int64(last)<<3, millis(from), millis(to), portfolio)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var h HourCount
		if err := rows.Scan((*msTime)(&h.Hour), &h.Channel, &h.Country, &h.Region, &h.Locality, &h.Number, &h.Outside); err != nil {
			return wrap(err)
		}
		x.Hours = append(x.Hours, h)
	}
	return wrap(rows.Err())
}

func (x *Extract) stops(ctx context.Context, tx *sql.Tx, portfolio int64, from, to time.Time) error {
	var most sql.NullInt64
	if err := tx.QueryRowContext(ctx, `SELECT count(*), max(t.known_at - r.at) FROM reply r JOIN state t ON t.person = r.person AND t.cause = 'reply ' || r.id AND t.kind = 'stop'
		WHERE r.portfolio = ? AND r.at >= ? AND r.at < ?`, portfolio, millis(from), millis(to)).Scan(&x.Stops.Number, &most); err != nil {
		return wrap(err)
	}
	x.Stops.Most = max(0, time.Duration(most.Int64)*time.Millisecond)
	if err := tx.QueryRowContext(ctx, `SELECT count(DISTINCT m.id) FROM state t JOIN message m ON m.person = t.person JOIN contact c ON c.subject = m.person << 8 AND c.message = m.id
		WHERE t.kind = 'stop' AND t.person <> 0 AND m.portfolio = ? AND m.stage <> 'answer' AND m.stage <> 'notice' AND c.at >= ? AND c.at < ? AND c.at > t.known_at
			AND (t.gone_at = 0 OR c.at < t.gone_at) AND (t.until = 0 OR c.at < t.until) AND (t.address = 0 OR t.address = c.address) AND (t.channel = '' OR t.channel = c.channel)`,
		portfolio, millis(from), millis(to)).Scan(&x.AfterStop); err != nil {
		return wrap(err)
	}
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM consent WHERE portfolio = ? AND withdrawn = 1 AND gone_at = 0 AND at >= ? AND at < ?`,
		portfolio, millis(from), millis(to)).Scan(&x.Withdrawn)
	return wrap(err)
}

func (x *Extract) handled(ctx context.Context, tx *sql.Tx, portfolio int64, from, to time.Time) error {
	rows, err := tx.QueryContext(ctx, `SELECT kind, count(*), sum(CASE WHEN closed = 0 THEN 1 ELSE 0 END), sum(CASE WHEN closed > due_at OR closed = 0 AND due_at < ?1 THEN 1 ELSE 0 END),
			coalesce(sum(CASE WHEN closed > 0 THEN closed - opened_at END), 0), coalesce(max(CASE WHEN closed > 0 THEN closed - opened_at END), 0)
		FROM (SELECT d.kind, d.opened_at, d.due_at, coalesce((SELECT max(e.at) FROM desk_event e WHERE e.desk = d.id AND e.what IN ('closed', 'answered') AND d.open = 0), 0) AS closed
			FROM desk d WHERE d.portfolio = ?2 AND d.opened_at >= ?3 AND d.opened_at < ?1) w
		GROUP BY kind ORDER BY kind`, millis(to), portfolio, millis(from))
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var h Handled
		var sum, most int64
		if err := rows.Scan(&h.Kind, &h.Number, &h.Open, &h.Late, &sum, &most); err != nil {
			return wrap(err)
		}
		if n := h.Number - h.Open; n > 0 {
			h.Mean = time.Duration(sum/n) * time.Millisecond
		}
		h.Most = time.Duration(most) * time.Millisecond
		x.Desk = append(x.Desk, h)
	}
	return wrap(rows.Err())
}

// Sign signs a text with the key of the audit's checkpoints, as a signed note (c2sp.org/signed-note): whoever has audit.pub can check it
// without Duly. The text ends with a line's end.
func (s *Store) Sign(text string) (string, error) {
	if s.keys.signer == nil {
		return "", ErrNoAuditKey
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	signed, err := note.Sign(&note.Note{Text: text}, s.keys.signer)
	return string(signed), wrap(err)
}
