// Package intake reads a lender's files into ledger rows: CSV in UTF-8 or GB18030, with the lender's own
// names and formats by a mapping. It streams, reports every bad row with its place, and decides nothing
// about rows against each other, which is the store's to do.
package intake

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// A Kind is what the rows of a file are.
type Kind string

// The kinds of file. An overdue list gives for each row a borrower, a loan and an instalment.
const (
	Borrowers   Kind = "borrowers"
	Loans       Kind = "loans"
	Instalments Kind = "instalments"
	Payments    Kind = "payments"
	Overdue     Kind = "overdue"
	States      Kind = "states"
	Consents    Kind = "consents"
	Contacts    Kind = "contacts"
	Numbers     Kind = "numbers"
	Duties      Kind = "duties"
)

// Kinds are all kinds, in the order in which they are told of.
var Kinds = []Kind{Borrowers, Loans, Instalments, Payments, Overdue, States, Consents, Contacts, Numbers, Duties}

// A Row is one ledger row with its place. Kind says which of the rows is meant; it is never Overdue.
// Intake uses the same Row again for the next one: a sink copies what it keeps. The strings are its to keep.
type Row struct {
	File       string
	Line       int // from 1, where the row begins in the file
	Column     int // from 1, of the row's key, in characters
	Kind       Kind
	Borrower   ledger.BorrowerRow
	Loan       ledger.LoanRow
	Instalment ledger.InstalmentRow
	Payment    ledger.PaymentRow
	State      ledger.StateRow
	Consent    ledger.ConsentRow
	Contact    ledger.ContactRow
	Number     ledger.NumberRow
	Duty       ledger.DutyRow
}

// A Sink takes what is read. An error of its ends the reading and is returned as it is.
type Sink interface {
	// File is called once for each file, before its rows, when its kind is known.
	File(name string, kind Kind) error
	// Row is called for each good row, in the order of the file.
	Row(*Row) error
}

// Options says how a file is read. The zero value reads the formats of docs/formats/ledger.md.
type Options struct {
	Mapping  *Mapping        // the lender's names and formats; nil means Duly's own
	Currency ledger.Currency // of amounts in files that state none; empty means that they must state it
	Country  string          // residence of borrowers whose row states neither country nor region; empty means unknown
	Zone     *time.Location  // of times and days that state none: the creditor's own; nil means UTC
	Size     int64           // bytes of the file, for Progress; 0 means unknown
	Progress func(read, size int64)
	Bad      func(BadRow) error // called for each fault; nil counts them only
}

// A BadRow is one fault of a row, or of a file's header. A row with several faults gives several.
type BadRow struct {
	File   string
	Line   int          // from 1, where the row begins
	Column int          // from 1, in characters from the row's beginning
	Field  string       // Duly's name of the column; empty where the whole row is meant
	Why    fault.Reason // holds no name, number or address of a person
	// Raw is the row as it stands in the file, with its line end. It is nil from the second fault of a row
	// on, and for rows that are too long. It is only valid until Bad returns.
	Raw []byte
}

// String returns "file:line:column: field: reason" in English.
func (b BadRow) String() string { return b.In("en") }

// In returns "file:line:column: field: reason" in a language.
func (b BadRow) In(lang string) string {
	return fmt.Sprintf("%s:%d:%d: %s", b.File, b.Line, b.Column, b.Reason(lang))
}

// Reason says what is wrong in a language, with the name of the field before it where one is meant.
func (b BadRow) Reason(lang string) string { return fault.At(b.Field, b.Why, lang) }

// A FileErrors is returned when a file cannot be read as a whole: its header is wrong, or it is empty.
type FileErrors []BadRow

// Error returns one fault a line, in English.
func (b FileErrors) Error() string { return b.In("en") }

// In returns one fault a line, in a language.
func (b FileErrors) In(lang string) string {
	lines := make([]string, len(b))
	for i := range b {
		lines[i] = b[i].In(lang)
	}
	return strings.Join(lines, "\n")
}

// A Summary is what a file held.
type Summary struct {
	File     string
	Kind     Kind
	Encoding Encoding
	Rows     int                       // good rows of the file
	Bad      int                       // bad rows, none of which reached the sink
	Faults   int                       // faults of those, at least one each
	Sums     map[ledger.Currency]int64 // minor units of the good rows: principal of loans, amounts of the others
	Phones   Phones                    // of good rows
	Unsplit  int                       // instalments without principal, interest and fees: all is principal
	NoPlace  int                       // borrowers without a country, who are not contacted
	Placed   int                       // borrowers whose zones were worked out from their region and number
	Ignored  []string                  // headers of columns that were not read
}

// Read reads one file into sink. The name is for messages only: what the file is comes from its header. Bad
// rows are reported to opts.Bad and left out; whether the good ones count then is the caller's to say. The
// error is a FileErrors, the sink's own, or one of reading. Memory does not grow with the file.
func Read(r io.Reader, name string, opts Options, sink Sink) (Summary, error) {
	f := &file{name: name, opts: &opts, sink: sink, in: newRecords(r, &opts)}
	f.sum = Summary{File: name, Sums: map[ledger.Currency]int64{}}
	f.row.File = name
	err := f.read()
	f.sum.Encoding = f.in.encoding
	return f.sum, err
}

// A file is one file being read.
type file struct {
	name    string
	opts    *Options
	sink    Sink
	in      *records
	cols    columns
	sum     Summary
	row     Row
	fields  []field
	current record   // the record that fields and faults are of
	text    string   // its text, decoded
	faulty  []string // fields of the current record with a fault; "" for the whole
	err     error    // of a callback; it ends the reading
	checks  lookups
}

func (f *file) read() error {
	if err := f.header(); err != nil {
		return err
	}
	if err := f.sink.File(f.name, f.sum.Kind); err != nil {
		return err
	}
	for {
		err := f.in.next(&f.current)
		if err == io.EOF { //nolint:errorlint // records returns it bare
			return nil
		}
		if err != nil {
			return fmt.Errorf("intake: reading %s: %w", f.name, err)
		}
		if err := f.record(); err != nil {
			return err
		}
	}
}

// record reads the current record into a row and hands it on, or reports it.
func (f *file) record() error {
	f.faulty = f.faulty[:0]
	if f.split() {
		if n := len(f.cols.names); len(f.fields) != n {
			f.bad(0, "", fault.FieldCount, strconv.Itoa(len(f.fields)), strconv.Itoa(n))
		} else {
			f.build()
		}
	}
	if len(f.faulty) > 0 {
		f.sum.Bad++
	} else {
		f.sum.Rows++
	}
	return f.err
}

// bad reports a fault of the current record at a byte offset of its text.
func (f *file) bad(offset int, field string, code fault.Code, args ...string) {
	b := BadRow{
		File: f.name, Line: f.current.line, Column: f.in.column(f.text, f.current.raw, offset),
		Field: field, Why: fault.Reason{Code: code, Args: args},
	}
	if len(f.faulty) == 0 && !f.current.long {
		b.Raw = f.current.raw
	}
	f.faulty = append(f.faulty, field)
	f.sum.Faults++
	if f.opts.Bad != nil && f.err == nil {
		f.err = f.opts.Bad(b)
	}
}

// Extract copies the header and the rows that begin on the given lines, as they stand in the file, so that
// bad rows can be mended and imported again. It reads the file as Read does. Rows too long to be read are
// left out.
func Extract(r io.Reader, opts Options, lines []int, w io.Writer) error {
	wanted := make(map[int]bool, len(lines))
	for _, l := range lines {
		wanted[l] = true
	}
	in := newRecords(r, &opts)
	for first := true; ; first = false {
		var rec record
		err := in.next(&rec)
		if err == io.EOF { //nolint:errorlint // records returns it bare
			return nil
		}
		if err != nil {
			return fmt.Errorf("intake: reading again: %w", err)
		}
		if !first && (!wanted[rec.line] || rec.long) {
			continue
		}
		raw := rec.raw
		if len(raw) > 0 && raw[len(raw)-1] != '\n' {
			raw = append(append([]byte(nil), raw...), '\n')
		}
		if _, err := w.Write(raw); err != nil {
			return fmt.Errorf("intake: writing bad rows: %w", err)
		}
	}
}
