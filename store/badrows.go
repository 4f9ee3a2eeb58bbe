package store

import (
	"fmt"
	"strings"

	"github.com/dulyhq/duly/intake"
)

// mark notes bad rows: query yields src, col, two words for the message, the src of the row that it
// contradicts (0: none) and the number n by which the row is dropped from its table.
func (m *merge) mark(query string, args ...any) {
	m.exec(`INSERT OR IGNORE INTO bad_row (src, col, a, b, other, n) SELECT `+query, args...)
}

// report hands the marked rows to the caller, in the order of files and lines, and drops them from a table.
func (m *merge) report(table, format string) {
	if m.number(`SELECT count(*) FROM bad_row`) == 0 {
		return
	}
	m.query(func(scan func(...any)) {
		var src, other int64
		var col int
		var a, b string
		scan(&src, &col, &a, &b, &other)
		file, line := m.stage.place(other)
		m.reject(src, col, fmt.Sprintf(format, a, b, fmt.Sprintf("%s:%d", file, line)))
	}, `SELECT src, col, a, b, other FROM bad_row ORDER BY src`)
	m.exec(`DELETE FROM ` + table + ` WHERE n IN (SELECT n FROM bad_row)`)
	m.exec(`DELETE FROM bad_row`)
}

func (m *merge) reject(src int64, col int, reason string) {
	m.bad++
	if m.o.Bad == nil || m.err != nil {
		return
	}
	file, line := m.stage.place(src)
	field, _, _ := strings.Cut(reason, ": ")
	m.fail(m.o.Bad(intake.BadRow{File: file, Line: line, Column: col, Field: field, Reason: reason}))
}

// conflicts reports rows s that say something else than the row o which was taken first under the same key in
// table g. Nobody can say which of them is right, so both are left out.
func (m *merge) conflicts(table, format, words, rows string, args ...any) {
	a, b, _ := strings.Cut(words, ", ")
	a, b = "CAST("+a+" AS TEXT)", "CAST("+b+" AS TEXT)"
	m.mark(`s.src, s.col, `+a+`, `+b+`, o.src, g.n FROM `+rows, args...)
	m.mark(`o.src, min(o.col), min(`+a+`), min(`+b+`), min(s.src), min(g.n) FROM `+rows+` GROUP BY o.src`, args...)
	m.report(table, format+" is stated differently at %[3]s")
}

// unknownLoans reports rows of a loan that nobody knows, or that is in another currency.
func (m *merge) unknownLoans(table string) {
	m.mark(`s.src, s.col, s.loan, '', 0, s.n FROM `+table+` s
		WHERE NOT EXISTS (SELECT 1 FROM loan l WHERE l.portfolio = ? AND l.ref = s.loan)`, m.o.Portfolio.ID)
	m.report(table, "loan_id: loan %[1]s is not known: it is neither in the ledger nor a good row of this import")
	m.mark(`s.src, s.col, s.currency, l.currency, 0, s.n FROM `+table+` s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan
		WHERE s.currency <> l.currency`, m.o.Portfolio.ID)
	m.report(table, "amount: is in %[1]s, but the loan is in %[2]s")
}
