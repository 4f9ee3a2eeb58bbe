package intake

import (
	"slices"
	"strings"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// build reads the fields of the current record, reports what is wrong with them, and hands good rows on.
func (f *file) build() {
	r := &f.row
	switch f.sum.Kind {
	case Borrowers:
		f.borrower(&r.Borrower)
		f.judge(r.Borrower.Faults())
		f.emit(Borrowers, borrowerID)
	case Loans:
		f.loan(&r.Loan)
		f.judge(r.Loan.Faults())
		f.emit(Loans, loanID)
	case Instalments:
		f.instalment(&r.Instalment)
		f.judge(r.Instalment.Faults())
		f.emit(Instalments, loanID)
	case Payments:
		f.payment(&r.Payment)
		f.judge(r.Payment.Faults())
		f.emit(Payments, loanID)
	case Overdue:
		f.overdue(r)
		f.judge(r.Borrower.Faults())
		f.judge(r.Loan.Faults())
		f.judge(r.Instalment.Faults())
		f.emit(Borrowers, personName)
		f.emit(Loans, loanID)
		f.emit(Instalments, dueOn)
	case States, Consents, Contacts, Numbers, Duties:
		f.buildRecord(r)
	}
	if len(f.faulty) == 0 && f.err == nil {
		f.count(r)
	}
}

// judge reports the faults of a row that reading its fields has not reported yet.
func (f *file) judge(faults []ledger.Fault) {
	for _, ft := range faults {
		if slices.Contains(f.faulty, ft.Field) {
			continue
		}
		at := 0
		if c, ok := columnNamed(ft.Field); ok {
			if c == borrowerID && !f.has(c) {
				continue // it is the loan's key, and that is reported
			}
			at = f.at(c)
		}
		f.bad(at, ft.Field, ft.Code, ft.Args...)
	}
}

// emit hands the current row on as a row of the kind, unless it is bad.
func (f *file) emit(k Kind, key column) {
	if len(f.faulty) > 0 || f.err != nil {
		return
	}
	f.row.Kind, f.row.Line, f.row.Column = k, f.current.line, f.in.column(f.text, nil, f.at(key))
	f.err = f.sink.Row(&f.row)
}

// count adds a good row to the summary.
func (f *file) count(r *Row) {
	var m ledger.Money
	switch f.sum.Kind {
	case Borrowers:
		f.countBorrower(&r.Borrower)
		return
	case Loans:
		m = r.Loan.Principal
	case Instalments:
		m = r.Instalment.Amount
	case Payments:
		m = r.Payment.Amount
	case Overdue:
		f.countBorrower(&r.Borrower)
		m = r.Instalment.Amount
	case States, Consents, Contacts, Numbers, Duties:
		return
	}
	if f.sum.Kind == Instalments && !r.Instalment.Split || f.sum.Kind == Overdue {
		f.sum.Unsplit++
	}
	was := f.sum.Sums[m.Currency]
	if sum := was + m.Minor; (sum > was) == (m.Minor > 0) || m.Minor == 0 {
		f.sum.Sums[m.Currency] = sum
		return
	}
	f.err = ledger.ErrOverflow
}

func (f *file) countBorrower(r *ledger.BorrowerRow) {
	f.sum.Phones.count(r.Phone, r.PhoneKind)
	if r.Country == "" {
		f.sum.NoPlace++
	}
	if r.Zone != "" && f.get(timezone) == "" {
		f.sum.Placed++
	}
}

func (f *file) borrower(r *ledger.BorrowerRow) {
	*r = ledger.BorrowerRow{
		ID: f.get(borrowerID), Name: f.get(personName), Language: langOf(f.get(language)), Zone: f.get(timezone),
		Country: strings.ToUpper(f.get(country)), Region: strings.ToUpper(f.get(region)),
		Identity: strings.ToUpper(strings.ReplaceAll(f.get(identity), " ", "")), Title: f.get(title), BornOn: f.date(birthDate),
		Age: f.whole(age, ledger.MaxAge), Locality: strings.ToUpper(f.get(locality)),
		Wish: ledger.Wish{Days: f.days(preferredDays), Channel: ledger.Channel(f.get(preferredChannel))},
	}
	r.Wish.Open, r.Wish.Close = f.hours(preferredHours)
	r.Wished = f.has(preferredHours) || f.has(preferredDays) || f.has(preferredChannel)
	if code, _, ok := strings.Cut(r.Region, "-"); r.Country == "" && ok {
		r.Country = code
	}
	if r.Country == "" {
		r.Country = f.home()
	}
	r.Phone, r.PhoneKind = normalise(f.get(phone), r.Country)
	f.zones(r)
	if r.Country != "" && !f.checks.country(r.Country) {
		c := country
		if f.get(country) == "" {
			c = region
		}
		f.wrong(c, fault.CountryUnknown, shown(r.Country))
	}
}

func (f *file) loan(r *ledger.LoanRow) {
	cur := f.currency()
	*r = ledger.LoanRow{
		ID: f.get(loanID), BorrowerID: f.get(borrowerID), Product: f.get(product), Currency: cur,
		OpenedOn: f.date(openedOn), ClosedOn: f.date(closedOn), Principal: f.money(principal, cur, false),
		AnnualRate: f.rate(annualRate), PenaltyMultiplier: f.rate(penaltyMultiplier),
		Core: ledger.CoreFacts{
			Due: f.money(coreDue, cur, false), AsOf: f.instant(coreAsOf, ends), DebitUntil: f.instant(debitUntil, ends),
			NextStep: f.get(nextStep), NextStepOn: f.date(nextStepOn), NextStepBy: f.get(nextStepBy), AssignedTo: f.get(assignedTo),
		},
	}
	for c := coreDue; c <= assignedTo; c++ {
		r.CoreStated = r.CoreStated || f.has(c)
	}
	if f.get(coreDue) == "" {
		r.Core.Due = ledger.Money{}
	}
	if !r.Core.AsOf.IsZero() && f.get(coreDue) == "" {
		f.wrong(coreDue, fault.CoreDueMissing)
	}
}

// currency returns the currency of the row's amounts and reports one that Duly does not know. A file without the
// column has the portfolio's, and so has an instalment or payment whose field is empty; a loan states its own.
func (f *file) currency() ledger.Currency {
	s := strings.ToUpper(f.get(currency))
	if s == "" && (f.cols.field[currency] < 0 || f.sum.Kind == Instalments || f.sum.Kind == Payments) {
		s = string(f.opts.Currency)
	}
	c := ledger.Currency(s)
	if _, ok := c.Digits(); ok {
		return c
	}
	if s == "" {
		f.wrong(currency, fault.Empty)
	} else {
		f.wrong(currency, fault.CurrencyNotKnown, shown(s))
	}
	return c
}

func (f *file) instalment(r *ledger.InstalmentRow) {
	cur := f.currency()
	if f.get(number) == "" {
		f.wrong(number, fault.Empty)
	}
	*r = ledger.InstalmentRow{
		LoanID: f.get(loanID), Number: f.whole(number, ledger.MaxNumber), DueOn: f.date(dueOn), Amount: f.money(amount, cur, true),
		Principal: f.money(principal, cur, false), Interest: f.money(interest, cur, false), Fees: f.money(fees, cur, false),
		Split: f.given(principal) || f.given(interest) || f.given(fees),
	}
	if !r.Split {
		r.Principal = r.Amount
	}
}

// given says that the record has a value of the column.
func (f *file) given(c column) bool { return f.cols.field[c] >= 0 && f.get(c) != "" }

func (f *file) payment(r *ledger.PaymentRow) {
	*r = ledger.PaymentRow{
		ID: f.get(paymentID), LoanID: f.get(loanID), PaidOn: f.date(paidOn),
		Amount: f.money(amount, f.currency(), true), Reverses: f.get(reverses),
	}
}

// overdue reads a row of a flat list: a borrower, a loan, and what is overdue on it as its instalment 1. A
// list without borrower_id makes a borrower of each loan, and their phone numbers join those who are one
// person.
func (f *file) overdue(r *Row) {
	f.borrower(&r.Borrower)
	if f.cols.field[borrowerID] < 0 {
		r.Borrower.ID = f.get(loanID)
	}
	cur := f.currency()
	due := f.money(amount, cur, true)
	r.Loan = ledger.LoanRow{
		ID: f.get(loanID), BorrowerID: r.Borrower.ID, Product: f.get(product), Currency: cur,
		Principal: ledger.Money{Currency: cur},
	}
	r.Instalment = ledger.InstalmentRow{
		LoanID: r.Loan.ID, Number: 1, DueOn: f.date(dueOn), Amount: due, Principal: due,
		Interest: ledger.Money{Currency: cur}, Fees: ledger.Money{Currency: cur},
	}
}
