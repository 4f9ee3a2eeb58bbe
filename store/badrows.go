package store

import (
	"fmt"
	"strings"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/words/fault"
)

// mark notes bad rows: query yields src, col, two words for the message, the src of the row that it
// contradicts (0: none) and the number n by which the row is dropped from its table.
func (m *merge) mark(query string, args ...any) {
	m.exec(`INSERT OR IGNORE INTO bad_row (src, col, a, b, other, n) SELECT `+query, args...)
}

// report hands the marked rows to the caller, in the order of files and lines, and drops them from a table. The sentence of the code may name
// the two words of the mark, and the place of the row that it contradicts.
func (m *merge) report(table, field string, code fault.Code) {
	m.reportAs(table, field, func(a, b, place string) fault.Reason { return fault.Of(code, a, b, place) })
}

// reportAs is report with a reason made of the two words and the place.
func (m *merge) reportAs(table, field string, reason func(a, b, place string) fault.Reason) {
	if m.number(`SELECT count(*) FROM bad_row`) == 0 {
		return
	}
	m.query(func(scan func(...any)) {
		var src, other int64
		var col int
		var a, b string
		scan(&src, &col, &a, &b, &other)
		file, line := m.stage.place(other)
		m.reject(src, col, field, reason(a, b, fmt.Sprintf("%s:%d", file, line)))
	}, `SELECT src, col, a, b, other FROM bad_row ORDER BY src`)
	m.exec(`DELETE FROM ` + table + ` WHERE n IN (SELECT n FROM bad_row)`)
	m.exec(`DELETE FROM bad_row`)
}

func (m *merge) reject(src int64, col int, field string, why fault.Reason) {
	m.bad++
	if m.o.Bad == nil || m.err != nil {
		return
	}
	file, line := m.stage.place(src)
	m.fail(m.o.Bad(intake.BadRow{File: file, Line: line, Column: col, Field: field, Why: why}))
}

// conflicts reports rows s that say something else than the row o which was taken first under the same key in
// table g. Nobody can say which of them is right, so both are left out.
func (m *merge) conflicts(table, field string, code fault.Code, words, rows string, args ...any) {
	a, b, _ := strings.Cut(words, ", ")
	a, b = "CAST("+a+" AS TEXT)", "CAST("+b+" AS TEXT)"
	m.mark(`s.src, s.col, `+a+`, `+b+`, o.src, g.n FROM `+rows, args...)
	m.mark(`o.src, min(o.col), min(`+a+`), min(`+b+`), min(s.src), min(g.n) FROM `+rows+` GROUP BY o.src`, args...)
	m.report(table, field, code)
}

// unknownLoans reports rows of a loan that nobody knows, or that is in another currency.
func (m *merge) unknownLoans(table string) {
	m.mark(`s.src, s.col, s.loan, '', 0, s.n FROM `+table+` s
		WHERE NOT EXISTS (SELECT 1 FROM loan l WHERE l.portfolio = ? AND l.ref = s.loan)`, m.o.Portfolio.ID)
	m.report(table, "loan_id", fault.LoanUnknown)
	m.mark(`s.src, s.col, s.currency, l.currency, 0, s.n FROM `+table+` s JOIN loan l ON l.portfolio = ? AND l.ref = s.loan
		WHERE s.currency <> l.currency`, m.o.Portfolio.ID)
	m.report(table, "amount", fault.LoanCurrency)
}
