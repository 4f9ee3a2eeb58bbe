package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// Reference runs the bare statement that planning is measured against: one INSERT … SELECT over the standings
// that ages each loan, keeps those that a strategy could cover (late, or due within ahead days) and renders a
// sentence with its amount and date. It writes a scratch table in the same file, durably, and drops it
// afterwards; took is the statement and its commit alone, by the clock wire.
func (s *Store) Reference(ctx context.Context, portfolio int64, on ledger.Date, ahead int, wire func() time.Time) (rows int64, took time.Duration, err error) {
	text := `'An instalment of your loan was due on ' || date((CASE oldest_unpaid WHEN 0 THEN next_due_on ELSE oldest_unpaid END) * 86400, 'unixepoch')
				|| '. Please pay ' || currency || ' ' || printf('%.2f', (CASE oldest_unpaid WHEN 0 THEN next_due
					ELSE principal + interest + fees + penalty / 1000000 END) / 100.0) || ' in the app, or call us if you cannot.'`
	if s.fleet {
		text = `'An instalment of your loan was due on ' || (DATE '1970-01-01' + (CASE oldest_unpaid WHEN 0 THEN next_due_on ELSE oldest_unpaid END)::int)
				|| '. Please pay ' || currency || ' ' || to_char((CASE oldest_unpaid WHEN 0 THEN next_due
					ELSE principal + interest + fees + penalty / 1000000 END) / 100.0, 'FM999999999999990.00') || ' in the app, or call us if you cannot.'`
	}
	const make = `CREATE TABLE reference (person BIGINT NOT NULL, loan BIGINT NOT NULL, dpd BIGINT NOT NULL, text TEXT NOT NULL)`
	if _, err := s.write.ExecContext(ctx, make); err != nil {
		return 0, 0, wrap(err)
	}
	start := wire()
	err = s.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO reference (person, loan, dpd, text)
			SELECT person, loan, CASE oldest_unpaid WHEN 0 THEN ?1 - next_due_on ELSE ?1 - oldest_unpaid END, `+text+`
			FROM standing WHERE portfolio = ?2 AND closed_on = 0
				AND (oldest_unpaid <> 0 AND ?1 - oldest_unpaid BETWEEN 0 AND 100000 OR next_due_on BETWEEN ?1 AND ?1 + ?3)`,
			int64(on), portfolio, ahead)
		if err != nil {
			return wrap(err)
		}
		rows, err = res.RowsAffected()
		return wrap(err)
	})
	took = wire().Sub(start)
	if err != nil {
		return 0, 0, err
	}
	_, err = s.write.ExecContext(ctx, `DROP TABLE reference`)
	return rows, took, wrap(err)
}

// A MadeUp is earlier life for a store that has none: messages that were handed over and delivered long ago, for
// benchmarks, so that they do not measure empty tables.
type MadeUp struct {
	Portfolio int64
	Edition   int64
	Persons   int64 // whose; from number 1 on
	Messages  int64
	Until     ledger.Date // the last of them was before that day
}

// pastPiece is how many earlier messages are written in one transaction.
const pastPiece = 100_000

// mostRounds bounds how many earlier messages one person has; beyond it, more persons have some.
const mostRounds = 30

// FillPast writes the rows that earlier messages have left: message, fence, sealed text, outcome with a random
// carrier's id, receipt and slot, of the sizes that real ones have. The boxes hold noise and do not open. It
// goes round by round, every third day one to each person, and must find none of that month.
func (s *Store) FillPast(ctx context.Context, p MadeUp, progress func(done int64)) error {
	if p.Messages == 0 {
		return nil
	}
	set, err := s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 1, Days: 1}, {Per: PerPerson, N: 3, Days: 7}})
	if err != nil {
		return err
	}
	persons := max(p.Persons, (p.Messages+mostRounds-1)/mostRounds)
	rounds := (p.Messages + persons - 1) / persons
	begin := int64(p.Until) - 3*rounds
	first := int64(outbox.FirstOf(ledger.Date(begin).At(0, 0, time.UTC))) + 1
	if _, err := s.write.ExecContext(ctx, `INSERT INTO batch (portfolio, edition, carrier, planned_at, not_before, not_after, first, count, next)
		VALUES (?, ?, 'main', 0, 0, 0, ?, ?, ?)`, p.Portfolio, p.Edition, first, p.Messages, p.Messages); err != nil {
		return wrap(err)
	}
	args := []any{
		sql.Named("portfolio", p.Portfolio), sql.Named("persons", persons), sql.Named("first", first), sql.Named("begin", begin),
		sql.Named("set", set.ID), sql.Named("all", p.Messages),
	}
	for from := int64(0); from < p.Messages; from += pastPiece {
		to := min(from+pastPiece, p.Messages)
		progress(from)
		err := s.update(ctx, func(tx *sql.Tx) error {
			more := append(args[:len(args):len(args)], sql.Named("from", from), sql.Named("to", to))
			for _, q := range pastRows {
				if s.fleet {
					q = pastOnPostgres.Replace(q)
				}
				if _, err := tx.ExecContext(ctx, pastNumbers+q, more...); err != nil {
					return wrap(err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pastNumbers counts i over a piece; r is its round, d its day. The slots go by person, as their key does.
const (
	pastNumbers = `WITH RECURSIVE n (i) AS (SELECT CAST(@from AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < CAST(@to AS BIGINT)),
		m (i, id, person, r, d) AS (SELECT i, CAST(@first AS BIGINT) + i, 1 + i % CAST(@persons AS BIGINT), i / CAST(@persons AS BIGINT),
			CAST(@begin AS BIGINT) + 3 * (i / CAST(@persons AS BIGINT)) FROM n)
		`
	pastAt = `d * 86400000 + 7200000`
)

// pastOnPostgres writes noise as PostgreSQL makes it.
var pastOnPostgres = strings.NewReplacer(`randomblob(260)`, `decode(repeat(md5(i::text), 17), 'hex')`, `printf('%016x', random())`, `left(md5(i::text), 16)`)

var pastRows = []string{
	`INSERT INTO message (id, batch, person, portfolio, borrower, loan, stage, treatment, episode, planned_on)
		SELECT id, (SELECT max(id) FROM batch), person, @portfolio, person, person, '4-7', 5, d - 6, d FROM m`,
	`INSERT INTO fence (id, worker, at, wire_at, leave_by, not_after, minor, currency, parts, turn, reasons)
		SELECT id << 3 | 1, 1, ` + pastAt + `, ` + pastAt + `, ` + pastAt + `, ` + pastAt + `, 100000 + i % 1000, 'CNY', 1, 1,
		'{"stage":"4-7","treatment":"week_one","template":"week_one","lang":"zh","tone":"lenient","dpd":6,"rule":"cn:hours","edition":1,` +
		`"text_template":"0123456789abcdef","segments":1,"loans":[' || person || ']}' FROM m`,
	`INSERT INTO sealed_text (fence, box) SELECT id << 3 | 1, randomblob(260) FROM m`,
	`INSERT INTO outcome (fence, at, wire_at, kind, code, carrier, ids)
		SELECT id << 3 | 1, ` + pastAt + `, ` + pastAt + `, 'accepted', '', 'main', printf('%016x', random()) FROM m`,
	`INSERT INTO receipt (id, at, kind, code, cause) SELECT (id << 3 | 1) << 8 | 1, ` + pastAt + `, 'delivered', 'DELIVRD 000', '' FROM m`,
	`INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode, loan, address)
		SELECT person << 8, r + 1, ` + pastAt + `, d, @set, id, 'sms', @portfolio, 5, d - 6, person, person FROM m ORDER BY i`,
}

// FillAwaiting writes messages that a carrier has taken, each in one part under the id that is given for its number from 0, and of which it
// has said nothing since: for benchmarks of receipts.
func (s *Store) FillAwaiting(ctx context.Context, p MadeUp, now time.Time, id func(n int64) string) error {
	first := int64(outbox.FirstOf(now)) + 1<<24
	if _, err := s.write.ExecContext(ctx, `INSERT INTO batch (portfolio, edition, carrier, planned_at, not_before, not_after, first, count, next)
		VALUES (?, ?, 'main', ?, ?, ?, ?, ?, ?)`, p.Portfolio, p.Edition, millis(now), millis(now), millis(now), first, p.Messages, p.Messages); err != nil {
		return wrap(err)
	}
	at, day := millis(now), int64(p.Until)
	for from := int64(0); from < p.Messages; from += pastPiece {
		err := s.transaction(ctx, alone, func(_ *sql.Tx, on direct) error {
			c := commit{ctx: ctx, on: on}
			messages := c.rows(`INSERT INTO message (id, batch, person, portfolio, borrower, loan, stage, treatment, episode, planned_on) VALUES `, "", 10)
			fences := c.rows(`INSERT INTO fence (id, worker, at, wire_at, leave_by, not_after, minor, currency, parts, turn, reasons) VALUES `, "", 11)
			outcomes := c.rows(`INSERT INTO outcome (fence, at, wire_at, kind, code, carrier, ids) VALUES `, "", 7)
			for n := from; n < min(from+pastPiece, p.Messages); n++ {
				who, fence := 1+n%p.Persons, (first+n)<<3|1
				messages.int(first + n).int(1).int(who).int(p.Portfolio).int(who).int(who).text("4-7").int(5).int(day - 6).int(day + n/p.Persons)
				fences.int(fence).int(1).int(at).int(at).int(at).int(at).int(100_000).text("CNY").int(1).int(1).text("{}")
				outcomes.int(fence).int(at).int(at).text("accepted").text("").text("main").text(id(n))
			}
			return errors.Join(messages.close(), fences.close(), outcomes.close())
		})
		if err != nil {
			return err
		}
	}
	return nil
}
