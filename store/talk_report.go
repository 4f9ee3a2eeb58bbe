package store

import (
	"context"
	"time"
)

// A TalkCount is how many of something there are.
type TalkCount struct {
	What   string // "meaning", "arrangement", "desk", "cause"
	Name   string
	State  string
	Number int64
	Minor  int64 // of arrangements: what was agreed
	Paid   int64 // and what came of it
	Unit   string
}

// A TalkReport is what was said and agreed in a span of time.
type TalkReport struct {
	Counts     []TalkCount
	Replies    int64
	Unanswered int64 // must be none
	Overdue    int64 // at the desk, later than its day
	Chased     int64 // reminders to people who had paid already, as the feed told later
	Reminders  int64 // of so many
	LetIn      int64 // messages that let their reader in at the page
	Opened     int64 // of which so many were: the second step was taken, which no preview and no scanner does
}

// lateCauses are why payments are late, of each borrower the latest that was said.
const lateCauses = `SELECT 'cause', cause, '', count(*), 0, 0, '' FROM late_cause WHERE portfolio = ?1 AND at >= ?2 AND at < ?3
			AND id = (SELECT max(id) FROM late_cause x WHERE x.person = late_cause.person AND x.borrower = late_cause.borrower) GROUP BY 2 ORDER BY 2`

// Talk reports what was said and agreed in a portfolio from from to before to (zero times mean without end), and what waits now.
func (s *Store) Talk(ctx context.Context, portfolio int64, from, to, now time.Time) (r TalkReport, err error) {
	if to.IsZero() {
		to = endOfTime
	}
	for _, q := range []string{
		`SELECT 'meaning', meaning, how, count(*), 0, 0, '' FROM (
			SELECT coalesce((SELECT c.meaning FROM correction c WHERE c.reply = r.id ORDER BY c.id DESC LIMIT 1), r.meaning) AS meaning,
				CASE WHEN r.id IN (SELECT id FROM unanswered) THEN 'unanswered'
					WHEN EXISTS (SELECT 1 FROM desk d WHERE d.reply = r.id AND d.open = 1) THEN 'waiting'
					WHEN EXISTS (SELECT 1 FROM desk d WHERE d.reply = r.id) THEN 'person'
					WHEN EXISTS (SELECT 1 FROM answer a WHERE a.reply = r.id) THEN 'answered' ELSE 'noted' END AS how
			FROM reply r WHERE r.portfolio = ?1 AND r.at >= ?2 AND r.at < ?3) x GROUP BY 2, 3 ORDER BY 2, 3`,
		`SELECT 'arrangement', a.kind, a.status, count(*), coalesce(sum(a.minor), 0), coalesce(sum(e.minor), 0), min(a.currency) FROM arrangement a
			JOIN arrangement_event e ON e.id = (SELECT max(id) FROM arrangement_event x WHERE x.arrangement = a.id)
			WHERE a.portfolio = ?1 AND a.made_at >= ?2 AND a.made_at < ?3 GROUP BY 2, 3 ORDER BY 2, 3`,
		`SELECT 'desk', kind, CASE open WHEN 1 THEN 'waiting' ELSE 'closed' END, count(*), 0, 0, '' FROM desk
			WHERE portfolio = ?1 AND opened_at >= ?2 AND opened_at < ?3 GROUP BY 2, 3 ORDER BY 2, 3`,
		lateCauses,
	} {
		if err := s.talkCounts(ctx, &r, q, portfolio, millis(from), millis(to)); err != nil {
			return r, err
		}
	}
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM reply WHERE portfolio = ?1 AND at >= ?2 AND at < ?3),
			(SELECT count(*) FROM unanswered WHERE portfolio = ?1 AND at >= ?2 AND at < ?3),
			(SELECT count(*) FROM desk WHERE portfolio = ?1 AND open = 1 AND due_at < ?4)`, portfolio, millis(from), millis(to), millis(now)).
		Scan(&r.Replies, &r.Unanswered, &r.Overdue)
	if err == nil {
		// A payment of an earlier day, or of the same, that became known only after the reminder had left.
		err = s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(CASE WHEN EXISTS (SELECT 1 FROM payment p WHERE p.loan = v.loan AND p.minor > 0
				AND p.known_at > v.fenced_at AND p.paid_on * 86400000 < v.fenced_at - 86400000) THEN 1 ELSE 0 END), 0)
			FROM message_state v WHERE v.portfolio = ?1 AND v.stage <> 'answer' AND v.outcome IN ('accepted', 'unknown') AND v.fenced_at >= ?2 AND v.fenced_at < ?3`,
			portfolio, millis(from), millis(to)).Scan(&r.Reminders, &r.Chased)
	}
	if err == nil {
		err = s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(CASE WHEN EXISTS (SELECT 1 FROM portal_event e WHERE e.fence = k.fence AND e.what = 'opened') THEN 1 ELSE 0 END), 0)
			FROM (SELECT DISTINCT fence FROM portal_key WHERE portfolio = ?1 AND fence <> 0 AND made_at >= ?2 AND made_at < ?3) k`,
			portfolio, millis(from), millis(to)).Scan(&r.LetIn, &r.Opened)
	}
	return r, wrap(err)
}

func (s *Store) talkCounts(ctx context.Context, r *TalkReport, query string, args ...any) error {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c TalkCount
		if err := rows.Scan(&c.What, &c.Name, &c.State, &c.Number, &c.Minor, &c.Paid, &c.Unit); err != nil {
			return wrap(err)
		}
		r.Counts = append(r.Counts, c)
	}
	return wrap(rows.Err())
}

// SaidCauses returns why payments are late as was said from from to before to (zero times mean without end).
func (s *Store) SaidCauses(ctx context.Context, portfolio int64, from, to time.Time) ([]TalkCount, error) {
	if to.IsZero() {
		to = endOfTime
	}
	var r TalkReport
	err := s.talkCounts(ctx, &r, lateCauses, portfolio, millis(from), millis(to))
	return r.Counts, err
}
