package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/dulyhq/duly/arrange"
)

// openTalk opens why payments are late, and what became of what was agreed.
func (g *gather) openTalk() (err error) {
	if g.some.causes {
		err = openStream(g, &g.causes, `SELECT person, at, cause FROM late_cause WHERE portfolio = ?`, "person", " ORDER BY person, id", []any{g.w.Portfolio},
			func(c *LateCause) []any { return []any{(*msTime)(&c.At), &c.Cause} })
	}
	if err == nil && g.some.agreed {
		err = openStream(g, &g.agreed, `SELECT person, status FROM arrangement WHERE portfolio = ? AND status IN ('kept', 'late_kept', 'part_kept', 'broken')`, "person",
			" ORDER BY person, id", []any{g.w.Portfolio}, func(s *arrange.Status) []any { return []any{(*string)(s)} })
	}
	return err
}

func (g *gather) talked(person int64) error {
	err := g.causes.take(person, func(c *LateCause) { g.d.Cause, g.d.CauseAt = arrange.Cause(c.Cause), c.At })
	if err == nil {
		err = g.agreed.take(person, func(s *arrange.Status) { g.d.keeps(*s) })
	}
	return err
}

// keeps counts what was kept since the last that was not.
func (d *Dossier) keeps(s arrange.Status) {
	if d.Kept++; s != arrange.Kept && s != arrange.LateKept {
		d.Kept = 0
	}
}

// talked reads the same as it was known at an instant.
func (p *Past) talked(ctx context.Context, tx *sql.Tx, at int64) error {
	rows, err := tx.QueryContext(ctx, `SELECT at, cause FROM late_cause WHERE person = ? AND portfolio = ? AND at <= ? ORDER BY id DESC LIMIT 1`, p.Person, p.Portfolio, at)
	if err != nil {
		return wrap(err)
	}
	for rows.Next() && err == nil {
		err = rows.Scan((*msTime)(&p.CauseAt), (*string)(&p.Cause))
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return wrap(err)
	}
	ends, err := column[string](ctx, tx, `SELECT e.status FROM arrangement a JOIN arrangement_event e
			ON e.id = (SELECT max(id) FROM arrangement_event x WHERE x.arrangement = a.id AND x.at <= ?)
		WHERE a.person = ? AND a.portfolio = ? AND e.status IN ('kept', 'late_kept', 'part_kept', 'broken') ORDER BY a.id`, at, p.Person, p.Portfolio)
	for _, s := range ends {
		p.keeps(arrange.Status(s))
	}
	return err
}

// failedDebits finds debits of the last days that brought nothing although the feed has caught up with them: so the payment is late. It is
// said once for each.
func (c *talk) failedDebits(portfolio int64, fed, now time.Time) error {
	return c.exec(`INSERT INTO late_cause (person, portfolio, borrower, at, cause, source, digest)
		SELECT DISTINCT b.person, b.portfolio, b.id, CAST(? AS BIGINT), 'payment_failed', 'debit', x''
		FROM loan_fact f JOIN loan l ON l.id = f.loan JOIN borrower b ON b.id = l.borrower
		WHERE l.portfolio = ? AND f.debit_until > ? AND f.debit_until <= ?
			AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.loan = l.id AND p.minor > 0 AND p.paid_on >= f.debit_until / 86400000 - 5)
			AND NOT EXISTS (SELECT 1 FROM late_cause e WHERE e.borrower = b.id AND e.source = 'debit' AND e.at >= f.debit_until)`,
		millis(now), portfolio, millis(now.AddDate(0, 0, -14)), min(millis(fed.Add(-caughtUp)), millis(now)))
}
