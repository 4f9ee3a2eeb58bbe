// Package assess works out how late a loan is, what is due on it to the cent, and how its borrower has paid
// so far. It is pure: facts in, result out.
package assess

import "github.com/dulyhq/duly/ledger"

// Terms is how a portfolio's contracts treat lateness. The zero value is safe: no grace, no penalty.
type Terms struct {
	GraceDays int // days after a due date on which DPD still counts as 0 (then it counts from the due date)
	DayCount  int // days in a year for penalty interest: 360 or 365; 0 means 360
	// Order is how money meets one instalment. Empty means costs, interest, principal (民法典 Art 561).
	// Instalments are met in the order of their due dates. With Penalty in the order, penalty interest that an
	// instalment has run up is met there; without it, penalty interest is asked for while its instalment is
	// unmet and after that is the core system's to bill, so that Duly never asks for what no file states.
	Order []Component
}

// A Component is a part of what is due.
type Component uint8

// The components, in the order that the Civil Code of China gives.
const (
	Fees Component = iota + 1
	Penalty
	Interest
	Principal
)

// A Pause is a span of days that does not count towards DPD nor run up penalty, such as a moratorium.
// Spans may touch or enclose each other; no day is counted twice.
type Pause struct{ From, To ledger.Date } // both inclusive

// Facts is all that assessing one loan reads.
type Facts struct {
	Loan        ledger.Loan
	Terms       Terms
	Instalments []ledger.Instalment // any order
	Payments    []ledger.Payment    // any order; those made after the day in question do not count
	Pauses      []Pause
}

// A Standing is where a loan stands after its history up to AsOf, in a form that planning can read without
// the history: At gives the exact position for every day d with AsOf <= d < ChangesOn.
type Standing struct {
	AsOf         ledger.Date // the day up to which instalments and payments are folded in
	ChangesOn    ledger.Date // the next day on which an instalment falls due, a known payment counts or a pause turns; zero means never
	OldestUnpaid ledger.Date // due date of the oldest unmet instalment; zero means none is unmet
	Instalment   int         // its number
	PausedDays   int         // days since OldestUnpaid, up to AsOf, that did not count
	Paused       bool        // AsOf lies in a pause, so that DPD and penalty stand still
	Principal    int64       // overdue principal, minor units
	Interest     int64       // overdue contract interest
	Fees         int64       // overdue fees
	Penalty      int64       // penalty interest up to AsOf, in millionths of a minor unit
	PenaltyDaily int64       // what each further day adds, in millionths of a minor unit
	NextDueOn    ledger.Date // the next instalment not yet due and not yet met; zero means none
	NextDue      int64       // what will be asked for then, less what is paid ahead
	Credit       int64       // money received beyond everything on the schedule
	Slips        int         // due dates of the last 12 months before AsOf that were not met in time, the present one included
	Lates        int         // longest lateness in days seen in those 12 months
	OnTime       int         // due dates of those 12 months met in time
	Broken       bool        // an amount overflowed or the rows contradict each other: contact waits, a person looks
}

// A Due is an amount asked for, in minor units; Total is the sum of the others.
type Due struct{ Total, Principal, Interest, Penalty, Fees int64 }

// A Position is a loan on one day.
type Position struct {
	On           ledger.Date
	DPD          int // 0 when nothing is overdue
	Due          Due // what is overdue on that day; zero when nothing is
	PerDay       int64
	OldestUnpaid ledger.Date
	NextDueOn    ledger.Date
	NextDue      int64
	Slips        int
	Lates        int
	OnTime       int
}

// A Line is one line of the working, for a borrower to check.
type Line struct {
	On       ledger.Date
	Kind     LineKind
	Number   int   // instalment number, where one is meant
	Minor    int64 // the amount of the line
	Days     int   // days counted, for penalty
	Balance  int64 // what is overdue in all after the line
	Unsplit  bool  // the lender's file did not split this instalment: all of it is treated as principal
	Ratio    string
	Comments string
}

// A LineKind says what a line of the working shows.
type LineKind string

// The kinds of line.
const (
	LineDue      LineKind = "due"      // an instalment fell due
	LinePaid     LineKind = "paid"     // money met an instalment
	LineReversed LineKind = "reversed" // money was taken back
	LinePenalty  LineKind = "penalty"  // penalty interest over a span
	LineCredit   LineKind = "credit"   // money beyond what was due so far
	LineTotal    LineKind = "total"
)

// A Tone is how firmly a borrower is written to: capacity and willingness as payment history shows them.
type Tone string

// The tones. Human means that a person takes over.
const (
	Lenient  Tone = "lenient"
	Standard Tone = "standard"
	Firm     Tone = "firm"
	Human    Tone = "human"
)
