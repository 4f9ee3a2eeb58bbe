package store

import (
	"strings"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// The current version of payment s.key of loan l, as a join, and how a staged row compares with it.
const (
	joinPayment = `LEFT JOIN payment p ON p.loan = l.id AND p.key = s.key
		AND p.known_at = (SELECT max(known_at) FROM payment WHERE loan = l.id AND key = s.key)`
	wasPayment = `CASE WHEN p.loan IS NULL THEN 0 WHEN p.paid_on = s.paid_on AND p.minor = s.minor AND p.reverses = s.reverses THEN 1 ELSE 2 END`
)

// payments merges payments: those with a payment_id each for itself, those without one by loan and day.
func (m *merge) payments() {
	stated := m.stage.payments.n + m.stage.cash.n
	if stated == 0 {
		return
	}
	known := m.any("payment")
	m.goneBack()
	m.keyed(known)
	m.unkeyed(known)
	m.sum.Payments = m.tally("go_payment", stated)
	if m.sum.Payments.Added+m.sum.Payments.Changed+m.sum.Withdrawn == 0 {
		return
	}
	m.exec(`INSERT INTO payment (loan, key, known_at, source, paid_on, minor, reverses)
		SELECT loan, key, ?, ?, paid_on, minor, reverses FROM go_payment WHERE was <> 1 ORDER BY loan, key`, m.known, m.source)
	m.exec(`INSERT INTO payment (loan, key, known_at, source, paid_on, minor)
		SELECT loan, key, ?, ?, paid_on, 0 FROM go_back ORDER BY loan, key`, m.known, m.source)
	m.exec(`INSERT OR IGNORE INTO touched_loan (id) SELECT loan FROM go_payment WHERE was <> 1 UNION SELECT loan FROM go_back`)
	m.takenBack()
	m.mixed()
}

// How long ago a payment may have been made that is taken back, for that to say why the loan is late: older ones are put right in the
// books; and how long what somebody said of the cause is not put in the shade by what a bank did.
const (
	returnedWithin = 45 // days
	saidWithin     = 30 // days
)

// takenBack notes why a payment is late: it had come, and was taken back, as a debit that the bank returns; and nothing has come since.
func (m *merge) takenBack() {
	if m.number(`SELECT EXISTS (SELECT 1 FROM go_payment WHERE reverses <> '' AND was = 0)`) == 0 {
		return
	}
	day := int64(ledger.Day(m.o.Now.UTC()))
	m.exec(`INSERT INTO late_cause (person, portfolio, borrower, at, cause, source, digest)
		SELECT DISTINCT b.person, b.portfolio, b.id, CAST(? AS BIGINT), 'payment_failed', 'returned', x''
		FROM go_payment g JOIN loan l ON l.id = g.loan JOIN borrower b ON b.id = l.borrower
			JOIN payment o ON o.loan = g.loan AND o.key = g.reverses AND o.known_at = (SELECT max(known_at) FROM payment WHERE loan = g.loan AND key = g.reverses)
		WHERE g.reverses <> '' AND g.was = 0 AND g.minor < 0 AND o.minor > 0 AND o.paid_on > ?
			AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.loan = g.loan AND p.minor > 0 AND p.key <> g.reverses AND p.paid_on >= g.paid_on)
			AND NOT EXISTS (SELECT 1 FROM late_cause e WHERE e.person = b.person AND e.borrower = b.id AND e.at > ? AND e.source NOT IN ('debit', 'returned'))`,
		m.known, day-returnedWithin, millis(m.o.Now.AddDate(0, 0, -saidWithin)))
}

// keyed resolves payments that have a key of the lender's. A key that is another loan's so far takes itself
// back there.
func (m *merge) keyed(known bool) {
	if m.stage.payments.n == 0 {
		return
	}
	p := m.o.Portfolio.ID
	was, join := "0", ""
	if known {
		was, join = wasPayment, joinPayment
	}
	n := m.exec(`INSERT OR IGNORE INTO go_payment (key, loan, n, paid_on, minor, reverses, was)
		SELECT s.key, l.id, s.n, s.paid_on, s.minor, s.reverses, `+was+`
		FROM in_payment s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan AND l.currency = s.currency `+join+` ORDER BY s.n`, p)
	if n < m.stage.payments.n {
		m.unknownLoans("in_payment")
	}
	if n < m.stage.payments.n || m.number(`SELECT EXISTS (SELECT 1 FROM go_payment GROUP BY key HAVING count(*) > 1)`) != 0 {
		m.conflicts("go_payment", "payment_id", fault.PaymentTwice, `s.key, ''`, `in_payment s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan
			JOIN go_payment g ON g.key = s.key JOIN in_payment o ON o.n = g.n
			WHERE s.n <> o.n AND (l.id, s.paid_on, s.minor, s.reverses) IS NOT (g.loan, g.paid_on, g.minor, g.reverses)`, p)
	}
	m.reversals("in_payment", known)
	m.once("go_payment", 1, known)
	if known {
		m.exec(`INSERT OR IGNORE INTO go_back (loan, key, paid_on) SELECT p.loan, p.key, p.paid_on
			FROM go_payment g CROSS JOIN payment p CROSS JOIN loan l
			WHERE g.was <> 1 AND p.key = g.key AND p.loan <> g.loan AND l.id = p.loan AND l.portfolio = ? AND p.minor <> 0
				AND p.known_at = (SELECT max(known_at) FROM payment WHERE loan = p.loan AND key = p.key)`, p)
		m.sum.Withdrawn += int(m.number(`SELECT count(*) FROM go_back`))
	}
}

// reversals refuses rows that take back a payment which the loan does not have.
func (m *merge) reversals(table string, known bool) {
	if m.number(`SELECT EXISTS (SELECT 1 FROM `+table+` WHERE reverses <> '')`) == 0 {
		return
	}
	stored := ""
	if known {
		stored = `AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.loan = l.id AND p.key = s.reverses)`
	}
	m.mark(`s.src, s.col, s.reverses, s.loan, 0, s.n FROM `+table+` s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan
		WHERE s.reverses <> '' AND NOT EXISTS (SELECT 1 FROM go_payment g WHERE g.key = s.reverses AND g.loan = l.id) `+stored,
		m.o.Portfolio.ID)
	from := table
	if table == "in_payment" {
		from = "go_payment"
	}
	m.report(from, "reverses", fault.PaymentElsewhere)
}

// goneBack gathers the reversals that the files state.
func (m *merge) goneBack() {
	for _, from := range []string{`1, s.key FROM in_payment s`, `0, '' FROM in_cash s`} {
		keyed, table, _ := strings.Cut(from, " FROM ")
		m.exec(`INSERT INTO go_reversal (loan, reverses, src, col, ref, paid_on, minor, n, keyed, key)
			SELECT l.id, s.reverses, s.src, s.col, s.loan, s.paid_on, s.minor, s.n, `+keyed+` FROM `+table+`
			JOIN loan l ON l.portfolio = ? AND l.ref = s.loan WHERE s.reverses <> ''`, m.o.Portfolio.ID)
	}
}

// once refuses rows of a table that take back what another row takes back: a payment goes back once. Of two rows of one
// import nobody can say which is right, so both are left out; one that is known is right until it is corrected itself.
func (m *merge) once(table string, keyed int, known bool) {
	if !m.any("go_reversal") {
		return
	}
	// The same payment_id is the same reversal, and so are equal rows without one in two files: each states the whole day.
	m.mark(`a.src, min(a.col), min(a.reverses), min(a.ref), min(b.src), min(a.n) FROM go_reversal a JOIN go_reversal b
		ON b.loan = a.loan AND b.reverses = a.reverses AND b.src <> a.src
			AND NOT (a.keyed = 1 AND b.keyed = 1 AND a.key = b.key)
			AND NOT (a.keyed = 0 AND b.keyed = 0 AND a.paid_on = b.paid_on AND a.minor = b.minor AND a.src >> ? <> b.src >> ?)
		WHERE a.keyed = ? GROUP BY a.src`, lineBits, lineBits, keyed)
	m.report(table, "reverses", fault.ReversedTwice)
	if !known {
		return
	}
	m.mark(`a.src, a.col, a.reverses, a.ref, 0, a.n FROM go_reversal a WHERE a.keyed = ? AND EXISTS (SELECT 1 FROM payment p
		WHERE p.loan = a.loan AND p.reverses = a.reverses AND p.minor <> 0 AND p.key <> a.key
			AND p.known_at = (SELECT max(known_at) FROM payment WHERE loan = p.loan AND key = p.key)
			AND NOT EXISTS (SELECT 1 FROM go_payment g WHERE g.key = p.key)
			AND NOT (p.key > '@0' AND p.key < '@:' AND EXISTS (SELECT 1 FROM in_cash s WHERE s.loan = a.ref AND s.paid_on = p.paid_on)))`, keyed)
	m.report(table, "reverses", fault.ReversedBefore)
}

// unkeyed resolves payments without a key. A file that states one of a loan and day states all of them, so
// they take the place of what was known of that day, amount by amount; what is left over is withdrawn. Files
// of one import that state the same day have to agree.
func (m *merge) unkeyed(known bool) {
	if m.stage.cash.n == 0 {
		return
	}
	p := m.o.Portfolio.ID
	m.unknownLoans("in_cash")
	m.reversals("in_cash", known)
	m.once("in_cash", 0, known)
	m.exec(`INSERT INTO go_cash (loan, paid_on, file, nth, minor, n)
		SELECT l.id, s.paid_on, s.src >> ?, row_number() OVER (PARTITION BY l.id, s.paid_on, s.src >> ? ORDER BY s.minor, s.n), s.minor, s.n
		FROM in_cash s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan`, lineBits, lineBits, p)
	if m.number(`SELECT count(DISTINCT file) FROM go_cash`) > 1 {
		m.mark(`s.src, s.col, s.loan, '', 0, c.n FROM go_cash c JOIN in_cash s ON s.n = c.n WHERE (c.loan, c.paid_on) IN (
			SELECT d.loan, d.paid_on FROM go_cash d JOIN (SELECT loan, paid_on, count(DISTINCT file) AS files FROM go_cash GROUP BY 1, 2) f
				ON f.loan = d.loan AND f.paid_on = d.paid_on
			GROUP BY d.loan, d.paid_on, d.nth HAVING count(*) <> max(f.files) OR min(d.minor) <> max(d.minor))`)
		m.report("go_cash", "paid_on", fault.PaymentsScattered)
		m.exec(`DELETE FROM go_cash WHERE file > (SELECT min(o.file) FROM go_cash o WHERE o.loan = go_cash.loan AND o.paid_on = go_cash.paid_on)`)
	}
	was, join := "0", ""
	if known {
		was, join = wasPayment, joinPayment
	}
	m.exec(`INSERT INTO go_payment (key, loan, n, paid_on, minor, reverses, was)
		SELECT s.key, l.id, s.n, s.paid_on, s.minor, s.reverses, ` + was + `
		FROM (SELECT '@' || c.paid_on || '#' || c.nth AS key, c.loan, c.n, c.paid_on, c.minor, i.reverses FROM go_cash c JOIN in_cash i ON i.n = c.n) s
		JOIN loan l ON l.id = s.loan ` + join)
	if known {
		m.sum.Withdrawn += m.exec(`INSERT OR IGNORE INTO go_back (loan, key, paid_on) SELECT p.loan, p.key, p.paid_on
			FROM (SELECT DISTINCT loan, paid_on FROM go_cash) d JOIN payment p ON p.loan = d.loan AND p.paid_on = d.paid_on AND p.minor <> 0
				AND p.known_at = (SELECT max(known_at) FROM payment WHERE loan = p.loan AND key = p.key)
			WHERE NOT EXISTS (SELECT 1 FROM go_payment g WHERE g.key = p.key AND g.loan = p.loan)`)
	}
}

// mixed counts the days of touched loans that hold payments with and without a key.
func (m *merge) mixed() {
	if m.number(`SELECT EXISTS (SELECT 1 FROM payment WHERE key > '@0' AND key < '@:')`) == 0 {
		return
	}
	m.sum.Mixed = int(m.number(`SELECT count(*) FROM (SELECT p.loan FROM touched_loan t JOIN payment p ON p.loan = t.id
		WHERE p.minor <> 0 AND p.known_at = (SELECT max(known_at) FROM payment WHERE loan = p.loan AND key = p.key)
		GROUP BY p.loan, p.paid_on HAVING count(DISTINCT p.key > '@0' AND p.key < '@:') > 1) d`))
}
