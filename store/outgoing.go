package store

import (
	"context"
	"time"
)

// An Outgoing is what waits to leave from an hour on.
type Outgoing struct {
	From    time.Time // the hour
	Carrier string
	Number  int64
}

// Outgoing returns what waits in a portfolio to leave before an instant, by hour and carrier; what is due already counts to the
// hour of now.
func (s *Store) Outgoing(ctx context.Context, portfolio int64, now, before time.Time) (out []Outgoing, err error) {
	const hour = int64(time.Hour / time.Millisecond)
	rows, err := s.read.QueryContext(ctx, `SELECT CAST(h AS BIGINT), carrier, CAST(sum(n) AS BIGINT) FROM (
			SELECT CASE WHEN not_before < ?1 THEN ?1 ELSE not_before END / ?2 * ?2 AS h, carrier, count - next AS n FROM batch
				WHERE next < count AND portfolio = ?3 AND not_before < ?4 AND not_after > ?1
			UNION ALL SELECT CASE WHEN q.not_before < ?1 THEN ?1 ELSE q.not_before END / ?2 * ?2, b.carrier, 1 FROM requeue q
				CROSS JOIN message m CROSS JOIN batch b WHERE m.id = q.message AND b.id = m.batch AND m.portfolio = ?3 AND q.not_before < ?4 AND q.not_after > ?1) w
		GROUP BY 1, 2 ORDER BY 1, 2`, millis(now), hour, portfolio, millis(before))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var o Outgoing
		if err := rows.Scan((*msTime)(&o.From), &o.Carrier, &o.Number); err != nil {
			return nil, wrap(err)
		}
		out = append(out, o)
	}
	return out, wrap(rows.Err())
}

// A DeskSum is how much waits for people in a portfolio; portfolio 0 holds what nobody is known to have sent.
type DeskSum struct {
	Portfolio    int64
	Open, Urgent int
	Late         int // their day is over
}

// DeskSums returns how much waits for people.
func (s *Store) DeskSums(ctx context.Context, now time.Time) (out []DeskSum, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT portfolio, count(*), CAST(sum(urgent) AS BIGINT), CAST(sum(CASE WHEN due_at < ? THEN 1 ELSE 0 END) AS BIGINT)
		FROM desk WHERE open = 1 GROUP BY portfolio ORDER BY portfolio`, millis(now))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var d DeskSum
		if err := rows.Scan(&d.Portfolio, &d.Open, &d.Urgent, &d.Late); err != nil {
			return nil, wrap(err)
		}
		out = append(out, d)
	}
	return out, wrap(rows.Err())
}
