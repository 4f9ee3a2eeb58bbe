package store

import "github.com/dulyhq/duly/words/fault"

// The current fact of loan l, as a join.
const joinLoanFact = `loan_fact f ON f.loan = l.id AND f.known_at = (SELECT max(known_at) FROM loan_fact WHERE loan = l.id)`

// allLoans merges loans.
func (m *merge) allLoans() {
	if m.stage.loans.n == 0 {
		return
	}
	p := m.o.Portfolio.ID
	m.keepCore()
	n := m.exec(`INSERT OR IGNORE INTO go_loan (n, ref, id, borrower, was)
		SELECT s.n, s.ref, coalesce(l.id, 0), b.id, CASE WHEN l.id IS NULL THEN 0
			WHEN l.borrower = b.id AND f.product = s.product AND l.currency = s.currency AND f.opened_on = s.opened_on
				AND f.principal = s.principal AND f.annual_rate = s.annual_rate
				AND f.penalty_multiplier = s.penalty_multiplier AND f.closed_on = s.closed_on
				AND (s.core = 0 OR (f.core_due, f.core_on, f.debit_until, f.next_step, f.next_step_on, f.next_step_by, f.assigned_to)
					= (s.core_due, s.core_on, s.debit_until, s.next_step, s.next_step_on, s.next_step_by, s.assigned_to)) THEN 1 ELSE 2 END
		FROM in_loan s JOIN borrower b ON b.portfolio = ?1 AND b.ref = s.borrower
		LEFT JOIN loan l ON l.portfolio = ?1 AND l.ref = s.ref LEFT JOIN `+joinLoanFact+` ORDER BY s.n`, p)
	if n < m.stage.loans.n {
		m.mark(`s.src, s.col, s.borrower, '', 0, s.n FROM in_loan s
			WHERE NOT EXISTS (SELECT 1 FROM borrower b WHERE b.portfolio = ? AND b.ref = s.borrower)`, p)
		m.report("go_loan", "borrower_id", fault.BorrowerUnknown)
		m.conflicts("go_loan", "loan_id", fault.LoanTwice, `s.ref, ''`, `in_loan s JOIN go_loan g ON g.ref = s.ref JOIN in_loan o ON o.n = g.n
			WHERE s.n <> o.n AND (s.borrower, s.product, s.currency, s.opened_on, s.principal, s.annual_rate, s.penalty_multiplier, s.closed_on,
					s.core_due, s.core_on, s.debit_until, s.next_step, s.next_step_on, s.next_step_by, s.assigned_to)
				IS NOT (o.borrower, o.product, o.currency, o.opened_on, o.principal, o.annual_rate, o.penalty_multiplier, o.closed_on,
					o.core_due, o.core_on, o.debit_until, o.next_step, o.next_step_on, o.next_step_by, o.assigned_to)`)
	}
	m.currencies()
	m.sum.Loans = m.tally("go_loan", m.stage.loans.n)
	m.sum.OpenLoans = int(m.number(`SELECT count(*) FROM standing WHERE portfolio = ? AND closed_on = 0`, p))
	if m.sum.Loans.Added+m.sum.Loans.Changed > 0 {
		m.writeLoans()
	}
}

// keepCore lets loans whose file says nothing of the core system keep what was known of it.
func (m *merge) keepCore() {
	p := m.o.Portfolio.ID
	m.exec(`UPDATE portfolio SET core = 1 WHERE id = ? AND EXISTS (SELECT 1 FROM in_loan WHERE core = 1)`, p)
	if m.number(`SELECT core FROM portfolio WHERE id = ?`, p) == 0 || m.number(`SELECT EXISTS (SELECT 1 FROM in_loan WHERE core = 0)`) == 0 {
		return
	}
	m.exec(`UPDATE in_loan SET core_due = f.core_due, core_on = f.core_on, debit_until = f.debit_until, next_step = f.next_step,
			next_step_on = f.next_step_on, next_step_by = f.next_step_by, assigned_to = f.assigned_to
		FROM loan l JOIN `+joinLoanFact+` WHERE in_loan.core = 0 AND l.portfolio = ? AND l.ref = in_loan.ref`, p)
}

// currencies refuses a loan's change of currency: its instalments and payments are numbers of the old one.
func (m *merge) currencies() {
	m.mark(`s.src, s.col, l.currency, s.currency, 0, g.n FROM go_loan g JOIN in_loan s ON s.n = g.n JOIN loan l ON l.id = g.id WHERE g.was = 2 AND l.currency <> s.currency`)
	m.report("go_loan", "currency", fault.LoanCurrencyChanged)
}

func (m *merge) writeLoans() {
	p := m.o.Portfolio.ID
	m.exec(`WITH r AS (SELECT n, row_number() OVER (ORDER BY n) AS k FROM go_loan WHERE was = 0)
		UPDATE go_loan SET id = ? + r.k FROM r WHERE r.n = go_loan.n`, m.number(`SELECT coalesce(max(id), 0) FROM loan`))
	m.exec(`INSERT INTO loan (id, portfolio, ref, borrower, currency) SELECT g.id, ?, g.ref, g.borrower, s.currency
		FROM go_loan g JOIN in_loan s ON s.n = g.n WHERE g.was = 0 ORDER BY g.n`, p)
	if m.sum.Loans.Changed > 0 {
		const moving = `FROM go_loan g JOIN loan l ON l.id = g.id JOIN borrower b ON b.id = l.borrower WHERE g.was = 2 AND l.borrower <> g.borrower`
		m.exec(`INSERT OR IGNORE INTO touched_person (id) SELECT b.person ` + moving)
		m.exec(`DELETE FROM standing WHERE (person, loan) IN (SELECT b.person, l.id ` + moving + `)`)
		m.exec(anew + `WHERE person IN (SELECT b.person ` + moving + `)`) // what is left to them may fall due later
		m.exec(`UPDATE loan SET borrower = g.borrower FROM go_loan g WHERE g.was = 2 AND loan.id = g.id`)
	}
	m.exec(`INSERT INTO loan_fact (loan, known_at, source, borrower, product, opened_on, principal, annual_rate,
			penalty_multiplier, closed_on, `+coreColumns+`)
		SELECT g.id, ?, ?, g.borrower, s.product, s.opened_on, s.principal, s.annual_rate, s.penalty_multiplier, s.closed_on,
			s.core_due, s.core_on, s.debit_until, s.next_step, s.next_step_on, s.next_step_by, s.assigned_to
		FROM go_loan g JOIN in_loan s ON s.n = g.n WHERE g.was <> 1 ORDER BY g.id`, m.known, m.source)
	m.exec(`INSERT OR IGNORE INTO touched_loan (id) SELECT id FROM go_loan WHERE was <> 1`)
}

// closeAbsent closes the open loans that a snapshot does not name, on the day up to which it goes. It closes
// none that this import has made or changed. Where a flat list came as a delta it counts them, and closes none.
func (m *merge) closeAbsent() {
	if !m.o.Snapshot && !m.stage.flat {
		return
	}
	const absent = `FROM standing s JOIN loan l ON l.id = s.loan JOIN ` + joinLoanFact + `
		WHERE s.portfolio = ? AND s.closed_on = 0 AND f.known_at < ? AND f.closed_on = 0
		AND NOT EXISTS (SELECT 1 FROM in_loan i WHERE i.ref = l.ref)`
	m.exec(`CREATE INDEX temp.in_loan_ref ON in_loan (ref)`)
	defer m.exec(`DROP INDEX temp.in_loan_ref`) // the table may stay for the next import, which fills it faster without
	if !m.o.Snapshot {
		m.sum.LeftOut = int(m.number(`SELECT count(*) `+absent, m.o.Portfolio.ID, m.known))
		return
	}
	m.exec(`INSERT OR IGNORE INTO touched_loan (id) SELECT l.id `+absent, m.o.Portfolio.ID, m.known)
	m.sum.Closed = m.exec(`INSERT INTO loan_fact (loan, known_at, source, borrower, product, opened_on, principal,
			annual_rate, penalty_multiplier, closed_on, `+coreColumns+`)
		SELECT f.loan, ?, ?, f.borrower, f.product, f.opened_on, f.principal, f.annual_rate, f.penalty_multiplier, ?, f.core_due, f.core_on,
			f.debit_until, f.next_step, f.next_step_on, f.next_step_by, f.assigned_to `+absent,
		m.known, m.source, int64(m.day()), m.o.Portfolio.ID, m.known)
}

// anew marks standings as to be made anew; a condition follows.
const anew = `UPDATE standing SET anew_on = 0, as_of = 0, due_from = 0 `

// touch makes sure that each touched loan has a standing, marks it as to be made anew, and moves on the turn
// of every person of whom something was learnt.
func (m *merge) touch() {
	m.exec(`INSERT INTO standing (person, loan, portfolio, due_from, anew_on, as_of, packed, address, borrower, product, currency, closed_on,
			oldest_unpaid, principal, interest, fees, penalty, next_due_on, next_due)
		SELECT b.person, l.id, l.portfolio, 0, 0, 0, x'', 0, b.id, f.product, l.currency, f.closed_on, 0, 0, 0, 0, 0, 0, 0
		FROM touched_loan t JOIN loan l ON l.id = t.id JOIN borrower b ON b.id = l.borrower JOIN ` + joinLoanFact + ` ORDER BY b.person, l.id
		ON CONFLICT (person, loan) DO UPDATE SET borrower = excluded.borrower, product = excluded.product, currency = excluded.currency,
			closed_on = excluded.closed_on, anew_on = 0, as_of = 0, due_from = 0, borrower_ref = '', loan_ref = ''`)
	if m.number(`SELECT core FROM portfolio WHERE id = ?`, m.o.Portfolio.ID) != 0 {
		m.touchCore()
	}
	m.exec(`INSERT OR IGNORE INTO touched_person (id)
		SELECT b.person FROM touched_loan t JOIN loan l ON l.id = t.id JOIN borrower b ON b.id = l.borrower`)
	m.hush()
	m.exec(`UPDATE person SET turn = turn + 1 WHERE id IN (SELECT id FROM touched_person)`)
}

// touchCore brings to the standings what the core system says of the touched loans. Whether its total differs is found
// when the standing is made anew.
func (m *merge) touchCore() {
	m.exec(`UPDATE standing SET debit_until = f.debit_until, next_step = f.next_step, next_step_on = f.next_step_on, assigned_to = f.assigned_to
		FROM touched_loan t JOIN loan l ON l.id = t.id JOIN borrower b ON b.id = l.borrower JOIN ` + joinLoanFact + `
		WHERE standing.person = b.person AND standing.loan = t.id AND (standing.debit_until, standing.next_step, standing.next_step_on,
			standing.assigned_to) IS NOT (f.debit_until, f.next_step, f.next_step_on, f.assigned_to)`)
}
