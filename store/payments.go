package store

// The current version of payment s.key of loan l, as a join, and how a staged row compares with it.
const (
	joinPayment = `LEFT JOIN payment p ON p.loan = l.id AND p.key = s.key
		AND p.known_at = (SELECT max(known_at) FROM payment WHERE loan = l.id AND key = s.key)`
	wasPayment = `CASE WHEN p.loan IS NULL THEN 0 WHEN p.paid_on = s.paid_on AND p.minor = s.minor THEN 1 ELSE 2 END`
)

// payments merges payments: those with a payment_id each for itself, those without one by loan and day.
func (m *merge) payments() {
	stated := m.stage.payments.n + m.stage.cash.n
	if stated == 0 {
		return
	}
	known := m.any("payment")
	m.keyed(known)
	m.unkeyed(known)
	m.sum.Payments = m.tally("go_payment", stated)
	if m.sum.Payments.Added+m.sum.Payments.Changed+m.sum.Withdrawn == 0 {
		return
	}
	m.exec(`INSERT INTO payment (loan, key, known_at, source, paid_on, minor)
		SELECT loan, key, ?, ?, paid_on, minor FROM go_payment WHERE was <> 1 ORDER BY loan, key`, m.known, m.source)
	m.exec(`INSERT INTO payment (loan, key, known_at, source, paid_on, minor)
		SELECT loan, key, ?, ?, paid_on, 0 FROM go_back ORDER BY loan, key`, m.known, m.source)
	m.exec(`INSERT OR IGNORE INTO touched_loan (id) SELECT loan FROM go_payment WHERE was <> 1 UNION SELECT loan FROM go_back`)
	m.mixed()
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
	n := m.exec(`INSERT OR IGNORE INTO go_payment (key, loan, n, paid_on, minor, was)
		SELECT s.key, l.id, s.n, s.paid_on, s.minor, `+was+`
		FROM in_payment s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan AND l.currency = s.currency `+join+` ORDER BY s.n`, p)
	if n < m.stage.payments.n {
		m.unknownLoans("in_payment")
	}
	if n < m.stage.payments.n || m.number(`SELECT EXISTS (SELECT 1 FROM go_payment GROUP BY key HAVING count(*) > 1)`) != 0 {
		m.conflicts("go_payment", "payment_id: payment %[1]s", `s.key, ''`, `in_payment s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan
			JOIN go_payment g ON g.key = s.key JOIN in_payment o ON o.n = g.n
			WHERE s.n <> o.n AND (l.id, s.paid_on, s.minor) IS NOT (g.loan, g.paid_on, g.minor)`, p)
	}
	m.reversals("in_payment", known)
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
	m.report(from, "reverses: payment %[1]s is not one of loan %[2]s")
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
	m.exec(`INSERT INTO go_cash (loan, paid_on, file, nth, minor, n)
		SELECT l.id, s.paid_on, s.src >> ?, row_number() OVER (PARTITION BY l.id, s.paid_on, s.src >> ? ORDER BY s.minor, s.n), s.minor, s.n
		FROM in_cash s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan`, lineBits, lineBits, p)
	if m.number(`SELECT count(DISTINCT file) FROM go_cash`) > 1 {
		m.mark(`s.src, s.col, s.loan, '', 0, c.n FROM go_cash c JOIN in_cash s ON s.n = c.n WHERE (c.loan, c.paid_on) IN (
			SELECT d.loan, d.paid_on FROM go_cash d JOIN (SELECT loan, paid_on, count(DISTINCT file) AS files FROM go_cash GROUP BY 1, 2) f
				ON f.loan = d.loan AND f.paid_on = d.paid_on
			GROUP BY d.loan, d.paid_on, d.nth HAVING count(*) <> max(f.files) OR min(d.minor) <> max(d.minor))`)
		m.report("go_cash", "paid_on: the files state different payments of loan %[1]s on this day; without a payment_id one file has to state all of a loan and day")
		m.exec(`DELETE FROM go_cash WHERE file > (SELECT min(o.file) FROM go_cash o WHERE o.loan = go_cash.loan AND o.paid_on = go_cash.paid_on)`)
	}
	was, join := "0", ""
	if known {
		was, join = wasPayment, joinPayment
	}
	m.exec(`INSERT INTO go_payment (key, loan, n, paid_on, minor, was)
		SELECT s.key, l.id, s.n, s.paid_on, s.minor, ` + was + ` FROM (SELECT '@' || paid_on || '#' || nth AS key, loan, n, paid_on, minor FROM go_cash) s
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
