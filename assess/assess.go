// Package assess works out how late a loan is, what is due on it to the cent, and how its borrower has paid
// so far. It is pure: facts in, result out.
package assess

import "github.com/dulyhq/duly/ledger"

// Terms is how a portfolio's contracts treat lateness. The zero value is safe: no grace, no penalty.
type Terms struct {
	// GraceDays is how many days after a due date DPD still counts as 0; money that comes in them is in time
	// and no penalty interest is asked for. After them both count from the due date. Negative means 0.
	GraceDays int
	DayCount  int // days in a year for penalty interest: 360 or 365; 0 means 360
	// Order is how money meets one instalment. Empty means costs, interest, principal (民法典 Art 561).
	// Instalments are met in the order of their due dates. With Penalty in the order, penalty interest that an
	// instalment has run up is met there; without it, penalty interest is asked for while its instalment is
	// unmet and after that is the core system's to bill, so that Duly never asks for what no file states.
	Order []Component
	// Ceiling says the most penalty interest a year that the law lets be asked for on a loan, as the law stands on a day.
	// Where a reference rate that it hangs on is not published known is false: then what is owed is not known, and the
	// standing is broken. Nil means that nothing limits it. It is asked only where the contract's rate and multiplier
	// make penalty interest, and has to answer alike for equal arguments.
	Ceiling func(l *ledger.Loan, on ledger.Date) (most ledger.Rate, known bool)
	// Version says which terms these are on a day: standings made under another version are made anew. Nil means that
	// they are always the same.
	Version func(on ledger.Date) string
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
// the history: At gives the exact position for every day d with AsOf <= d < ChangesOn. An instalment due on
// day D is overdue from D+1; until then it is the next due.
type Standing struct {
	AsOf         ledger.Date // the day up to which instalments and payments are folded in
	ChangesOn    ledger.Date // the next day on which more than time changes (see changes in stand.go); zero means never
	OldestUnpaid ledger.Date // due date of the oldest overdue instalment; zero means none is overdue
	Instalment   int         // its number
	PausedDays   int         // days since OldestUnpaid, up to AsOf, that did not count
	Paused       bool        // AsOf lies in a pause, so that DPD and penalty stand still
	InGrace      bool        // OldestUnpaid is within the grace of the contract, so that DPD is 0
	Principal    int64       // overdue principal, minor units
	Interest     int64       // overdue contract interest
	Fees         int64       // overdue fees
	Penalty      int64       // penalty interest up to AsOf, in millionths of a minor unit
	PenaltyDaily int64       // what each further day adds, in millionths of a minor unit
	NextDueOn    ledger.Date // the next instalment not overdue and not yet met, AsOf itself included; zero means none
	NextDue      int64       // what will be asked for then, less what is paid ahead
	Credit       int64       // money received beyond everything on the schedule
	Slips        int         // due dates of the last 365 days before AsOf not met in time, and any still unmet whatever its age
	Lates        int         // longest lateness in days among those that were met late; At adds the present one
	OnTime       int         // due dates of those 365 days met in time, which the grace is a part of
	Broken       bool        // an amount overflowed or the rows contradict each other: contact waits, a person looks
}

// A Due is an amount asked for, in minor units; Total is the sum of the others.
type Due struct{ Total, Principal, Interest, Penalty, Fees int64 }

// A Position is a loan on one day.
type Position struct {
	On           ledger.Date
	DPD          int         // 0 when nothing is overdue, or all of it is within the grace
	Due          Due         // what is overdue on that day, within the grace too; zero when nothing is
	PerDay       int64       // what each further day adds, in minor units, rounded half up
	OldestUnpaid ledger.Date // zero when nothing is overdue
	NextDueOn    ledger.Date // On itself when an instalment is due on the day
	NextDue      int64
	Slips        int
	Lates        int // longest lateness in days of the last 365 days, the present one included
	OnTime       int
	Broken       bool // the standing is broken or does not reach On: every amount here is zero and contact waits
}
