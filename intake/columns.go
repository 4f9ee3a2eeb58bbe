package intake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/words/fault"
)

// A column is one of Duly's columns.
type column int

// The columns of all kinds of file.
const (
	borrowerID column = iota
	personName
	phone
	language
	timezone
	country
	region
	age
	identity
	title
	loanID
	product
	currency
	openedOn
	closedOn
	principal
	annualRate
	penaltyMultiplier
	number
	dueOn
	amount
	interest
	fees
	paymentID
	paidOn
	reverses
	locality
	preferredHours
	preferredDays
	preferredChannel
	coreDue
	coreAsOf
	debitUntil
	nextStep
	nextStepOn
	nextStepBy
	assignedTo
	stateKind
	fromTime
	untilTime
	channel
	reason
	owner
	note
	reviewOn
	liftedOn
	liftedBy
	action
	atTime
	how
	address
	expiresOn
	result
	byWhom
	status
	checkedOn
	provider
	duty
	doneAt
	birthDate
	manyColumns
)

var columnNames = [manyColumns]string{
	"borrower_id", "name", "phone", "language", "timezone", "country", "region", "age", "identity", "title",
	"loan_id", "product", "currency", "opened_on", "closed_on", "principal", "annual_rate", "penalty_multiplier",
	"number", "due_on", "amount", "interest", "fees", "payment_id", "paid_on", "reverses",
	"locality", "preferred_hours", "preferred_days", "preferred_channel",
	"core_due", "core_as_of", "debit_pending_until", "next_step", "next_step_on", "next_step_by", "assigned_to",
	"kind", "from", "until", "channel", "reason", "owner", "note", "review_on", "lifted_on", "lifted_by",
	"action", "at", "how", "address", "expires_on", "result", "by", "status", "checked_on", "provider", "duty", "done_at", "birth_date",
}

func (c column) String() string { return columnNames[c] }

func columnNamed(name string) (column, bool) {
	i := slices.Index(columnNames[:], strings.ToLower(name))
	return column(i), i >= 0
}

// kinds are the columns of each kind of file, the most telling kind first: a file is of the first of which
// it has all required columns.
var kinds = []struct {
	kind               Kind
	required, optional []column
}{
	{
		Overdue,
		[]column{loanID, personName, phone, dueOn, amount, currency},
		[]column{
			borrowerID, language, timezone, country, region, locality, identity, birthDate, title, product, preferredHours, preferredDays, preferredChannel,
		},
	},
	{Instalments, []column{loanID, number, dueOn, amount}, []column{principal, interest, fees, currency}},
	{Payments, []column{loanID, paidOn, amount}, []column{paymentID, reverses, currency}},
	{
		Loans,
		[]column{loanID, borrowerID, currency},
		[]column{
			product, openedOn, closedOn, principal, annualRate, penaltyMultiplier, coreDue, coreAsOf, debitUntil, nextStep, nextStepOn,
			nextStepBy, assignedTo,
		},
	},
	{
		States,
		[]column{stateKind, fromTime, reason, owner},
		[]column{borrowerID, region, loanID, phone, channel, untilTime, note, reviewOn, liftedOn, liftedBy},
	},
	{Consents, []column{borrowerID, channel, action, atTime}, []column{how, address, expiresOn}},
	{Contacts, []column{borrowerID, atTime, channel, result, byWhom}, []column{loanID, phone}},
	{Numbers, []column{phone, status, checkedOn, provider}, []column{expiresOn}},
	{Duties, []column{borrowerID, duty, doneAt}, []column{loanID, how}},
	{
		Borrowers,
		[]column{borrowerID, personName, phone},
		[]column{
			language, timezone, country, region, locality, age, identity, birthDate, title, preferredHours, preferredDays, preferredChannel,
		},
	},
}

// columns is what the header of a file says.
type columns struct {
	names    []string            // as the header has them
	field    [manyColumns]int    // index of the field, -1 for none
	constant [manyColumns]string // of columns that the mapping fills
}

// header reads the first record and finds out what the file is.
func (f *file) header() error {
	err := f.in.next(&f.current)
	if err != nil {
		if f.in.read == 0 || err.Error() == "EOF" {
			return FileErrors{{File: f.name, Line: 1, Column: 1, Why: fault.Of(fault.FileEmpty)}}
		}
		return fmt.Errorf("intake: reading %s: %w", f.name, err)
	}
	var faults FileErrors
	report := f.opts.Bad
	own := *f.opts
	own.Bad = func(b BadRow) error {
		b.Raw = nil
		faults = append(faults, b)
		return nil
	}
	f.opts = &own
	if utf16 := f.current.raw; len(utf16) > 1 && (utf16[0] == 0xff && utf16[1] == 0xfe || utf16[0] == 0xfe && utf16[1] == 0xff) {
		f.bad(0, "", fault.UTF16)
	} else if f.split() {
		f.resolve()
	}
	own.Bad = report
	f.sum.Faults = 0
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// resolve finds the column of each field and the kind of the file.
func (f *file) resolve() {
	for c := range f.cols.field {
		f.cols.field[c] = -1
	}
	m := f.opts.Mapping
	if m != nil {
		f.cols.constant = m.constants
	}
	if !slices.ContainsFunc(f.fields, func(cell field) bool { _, ok := m.column(trim(cell.text)); return ok }) {
		f.strange()
		return
	}
	var unknown []int
	for i, cell := range f.fields {
		name := trim(cell.text)
		switch c, ok := m.column(name); {
		case name == "":
			f.bad(cell.at, "", fault.ColumnNameless, strconv.Itoa(i+1))
		case slices.Contains(f.cols.names, name):
			f.bad(cell.at, "", fault.ColumnTwice, strconv.Quote(name))
		case m.ignored(name):
		case !ok:
			unknown = append(unknown, i)
		case f.cols.field[c] >= 0:
			f.bad(cell.at, "", fault.ColumnAgain, strconv.Quote(name), c.String(), strconv.Quote(f.cols.names[f.cols.field[c]]))
		default:
			f.cols.field[c] = i
		}
		f.cols.names = append(f.cols.names, name)
	}
	if len(f.faulty) == 0 {
		f.choose(unknown)
	}
}

// choose decides of which kind the file is.
func (f *file) choose(unknown []int) {
	best, lacks := -1, []column(nil)
	for k, kind := range kinds {
		if m := f.opts.Mapping; m != nil && m.Kind != "" && m.Kind != kind.kind {
			continue
		}
		var missing []column
		for _, c := range kind.required {
			if !f.has(c) {
				missing = append(missing, c)
			}
		}
		if best < 0 || len(missing) < len(lacks) {
			best, lacks = k, missing
		}
	}
	kind := kinds[best]
	f.sum.Kind = kind.kind
	own := slices.Concat(kind.required, kind.optional)
	f.misspelt(own, unknown)
	switch {
	case len(f.faulty) > 0:
	case len(lacks) > 0:
		f.lacking(kind.kind, lacks, unknown)
	case kind.kind == Loans && (f.opts.Mapping == nil || f.opts.Mapping.Kind == "") &&
		f.cols.field[personName] >= 0 && f.cols.field[phone] >= 0:
		f.bad(0, "", fault.KindAmbiguous)
	case slices.Contains(own, currency) && !f.has(currency) && f.opts.Currency == "":
		f.bad(0, "", fault.CurrencyUnstated)
	}
	for i, name := range f.cols.names {
		if f.opts.Mapping.ignored(name) || strings.HasPrefix(name, "x_") {
			continue // somebody has said so already
		}
		if !slices.ContainsFunc(own, func(c column) bool { return f.cols.field[c] == i }) {
			f.sum.Ignored = append(f.sum.Ignored, name)
		}
	}
}

// has says that the file or its mapping gives the column.
func (f *file) has(c column) bool { return f.cols.field[c] >= 0 || f.cols.constant[c] != "" }

// misspelt reports columns that are nearly one which the file lacks. Others are not read, and the summary
// names them.
func (f *file) misspelt(own []column, unknown []int) {
	var open []string
	for _, c := range own {
		if !f.has(c) {
			open = append(open, c.String())
		}
	}
	for _, i := range unknown {
		name := f.cols.names[i]
		plain := strings.NewReplacer(" ", "_", "-", "_", ".", "_").Replace(strings.ToLower(name))
		if strings.HasPrefix(plain, "x_") {
			continue
		}
		near := document.Nearest(plain, open)
		if slices.Contains(open, plain) {
			near = plain
		}
		if near != "" {
			f.bad(f.fields[i].at, "", fault.ColumnUnknown, strconv.Quote(name), strconv.Quote(near), name, near)
		}
	}
}

// strange reports a first row that names no column. It may be no header but a person's data, and is not
// repeated.
func (f *file) strange() {
	forms := make([]string, len(kinds))
	for i, k := range kinds {
		names := make([]string, len(k.required))
		for j, c := range k.required {
			names[j] = c.String()
		}
		forms[i] = fmt.Sprintf("%s (%s)", k.kind, strings.Join(names, ", "))
	}
	f.bad(0, "", fault.HeaderStrange, strings.Join(forms, "; "))
}

func (f *file) lacking(kind Kind, lacks []column, unknown []int) {
	names := make([]string, len(lacks))
	for i, c := range lacks {
		names[i] = c.String()
	}
	example := "THEIR NAME"
	if len(unknown) > 0 {
		example = f.cols.names[unknown[0]]
	}
	f.bad(0, "", fault.FileLacks, string(kind), strings.Join(names, ", "), example, names[0])
}
