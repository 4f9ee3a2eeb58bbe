package store

import "github.com/dulyhq/duly/words/fault"

// instalments merges instalments by loan and number.
func (m *merge) instalments() {
	if m.stage.instalment.n == 0 {
		return
	}
	p := m.o.Portfolio.ID
	was, join := "0", ""
	if m.any("instalment") {
		was = `CASE WHEN i.loan IS NULL THEN 0 WHEN i.due_on = s.due_on AND i.principal = s.principal AND i.interest = s.interest
			AND i.fees = s.fees AND i.split = s.split THEN 1 ELSE 2 END`
		join = `LEFT JOIN instalment i ON i.loan = l.id AND i.number = s.number
			AND i.known_at = (SELECT max(known_at) FROM instalment WHERE loan = l.id AND number = s.number)`
	}
	n := m.exec(`INSERT OR IGNORE INTO go_instalment (loan, number, n, due_on, principal, interest, fees, split, was)
		SELECT l.id, s.number, s.n, s.due_on, s.principal, s.interest, s.fees, s.split, `+was+`
		FROM in_instalment s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan AND l.currency = s.currency `+join+` ORDER BY s.n`, p)
	if n < m.stage.instalment.n {
		m.unknownLoans("in_instalment")
		m.conflicts("go_instalment", "number", fault.InstalmentTwice, `s.loan, s.number`,
			`in_instalment s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan
			JOIN go_instalment g ON g.loan = l.id AND g.number = s.number JOIN in_instalment o ON o.n = g.n
			WHERE s.n <> o.n AND (s.due_on, s.principal, s.interest, s.fees, s.split)
				IS NOT (o.due_on, o.principal, o.interest, o.fees, o.split)`, p)
	}
	m.sum.Instalments = m.tally("go_instalment", m.stage.instalment.n)
	if m.sum.Instalments.Added+m.sum.Instalments.Changed == 0 {
		return
	}
	m.exec(`INSERT INTO instalment (loan, number, known_at, source, due_on, principal, interest, fees, split)
		SELECT loan, number, ?, ?, due_on, principal, interest, fees, split FROM go_instalment WHERE was <> 1 ORDER BY loan, number`,
		m.known, m.source)
	m.exec(`INSERT OR IGNORE INTO touched_loan (id) SELECT DISTINCT loan FROM go_instalment WHERE was <> 1`)
}
