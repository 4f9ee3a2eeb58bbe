// Package arrange is what was agreed with a borrower: promises, extensions, plans, waivers and settlements; what the creditor
// lets anybody agree to, what the borrower's means allow, and whether what was agreed is kept. It is pure. In doubt nothing is
// agreed, and a person is asked.
package arrange

import (
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A Kind is what was agreed.
type Kind string

// The kinds.
const (
	Promise    Kind = "promise"    // the borrower says that so much will be paid on a day
	Extension  Kind = "extension"  // all that is overdue is due on a later day
	Plan       Kind = "plan"       // all that is overdue is paid in instalments
	Waiver     Kind = "waiver"     // the creditor does without penalty interest or fees; it binds nobody to pay
	Settlement Kind = "settlement" // the creditor takes less for the whole, if it comes by the day
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{Promise, Extension, Plan, Waiver, Settlement} }

// A Status is where an arrangement stands. The zero value is none, which bars and permits nothing.
type Status string

// The statuses. The last four are verdicts of the payments; nothing follows them.
const (
	Offered   Status = "offered"   // the creditor would agree; the borrower has not answered
	Proposed  Status = "proposed"  // it waits for a second person's approval
	Live      Status = "live"      // agreed, and not yet decided by payments
	Refused   Status = "refused"   // a person did not approve of it
	Withdrawn Status = "withdrawn" // taken back by agreement, or replaced by another
	Lapsed    Status = "lapsed"    // offered, and not taken up in time
	Kept      Status = "kept"
	LateKept  Status = "late_kept" // all of it came, some of it after its day and within the grace
	PartKept  Status = "part_kept" // something came, and not all of it
	Broken    Status = "broken"
)

// Ended says that nothing follows the status.
func (s Status) Ended() bool {
	switch s {
	case Refused, Withdrawn, Lapsed, Kept, LateKept, PartKept, Broken:
		return true
	case Offered, Proposed, Live:
	}
	return false
}

// A Part is one payment that was agreed.
type Part struct {
	On    ledger.Date
	Minor int64 // more than zero
}

// An Arrangement is what was agreed, as far as payments decide about it.
type Arrangement struct {
	Kind   Kind
	MadeOn ledger.Date // payments of this day and later count
	Grace  int         // days after a part's day in which it may still come; 0 means none
	Parts  []Part      // in the order of their days; a waiver has none
}

// Total is what the parts sum to.
func (a *Arrangement) Total() int64 {
	var sum int64
	for _, p := range a.Parts {
		sum += p.Minor
	}
	return sum
}

// Ends is the last day on which a payment can still keep the arrangement; zero where it has no parts.
func (a *Arrangement) Ends() ledger.Date {
	if len(a.Parts) == 0 {
		return 0
	}
	return a.Parts[len(a.Parts)-1].On + ledger.Date(a.Grace)
}

// Bars says whether contact to collect rests while the arrangement is live: a waiver asks nothing of the borrower.
func (a *Arrangement) Bars() bool { return a.Kind != Waiver }

// Resumes is the day from which collection may go on where nothing comes: the day after the first part's last day of grace.
func (a *Arrangement) Resumes() ledger.Date {
	if len(a.Parts) == 0 {
		return 0
	}
	return a.Parts[0].On + ledger.Date(a.Grace) + 1
}

// RestUntil is the instant at which that day has begun in every one of the zones.
func RestUntil(day ledger.Date, zones []*time.Location) time.Time {
	var last time.Time
	for _, z := range zones {
		if at := day.At(0, 0, z); at.After(last) {
			last = at
		}
	}
	return last
}

// Tomorrow returns the part that falls due on the day after today, of which the borrower may be reminded today; false where
// there is none or all that was agreed until then has come.
func (a *Arrangement) Tomorrow(paid []Paid, today ledger.Date) (Part, bool) {
	var due int64
	for _, p := range a.Parts {
		due += p.Minor
		if p.On == today+1 {
			if short := due - a.come(paid, today); short > 0 {
				return Part{On: p.On, Minor: min(short, p.Minor)}, true
			}
		}
	}
	return Part{}, false
}

// A Paid is money that came; below zero for money that was taken back.
type Paid struct {
	On    ledger.Date
	Minor int64
}

// A Verdict is what the payments say of an arrangement.
type Verdict struct {
	Status Status
	Minor  int64       // what had come by the day on which it was decided, or up to now while it is live
	On     ledger.Date // the day that decided; zero while it is live
	Reason string
}

// Judge says whether an arrangement is kept, by the payments known and the last day that the feed of payments states whole. It
// is broken only when the feed has caught up with its last day: money that nobody has told us of may have come.
func Judge(a *Arrangement, paid []Paid, fedTo ledger.Date) Verdict {
	if len(a.Parts) == 0 {
		return Verdict{Status: Live, Reason: "Nothing is to be paid."}
	}
	var due int64
	late := false
	for i, p := range a.Parts {
		due += p.Minor
		last := p.On + ledger.Date(a.Grace)
		switch come := a.come(paid, last); {
		case come >= due:
			late = late || a.come(paid, p.On) < due
		case fedTo < last:
			return Verdict{Status: Live, Minor: come, Reason: fmt.Sprintf("Part %d of %d may still come until %s.", i+1, len(a.Parts), last)}
		case a.Kind == Promise && come > 0:
			return Verdict{PartKept, come, last, fmt.Sprintf("A part of it had come by %s.", last)}
		case len(a.Parts) > 1:
			return Verdict{Broken, come, last, fmt.Sprintf("Part %d of %d had not come by %s.", i+1, len(a.Parts), last)}
		default:
			return Verdict{Broken, come, last, fmt.Sprintf("It had not come by %s.", last)}
		}
	}
	v := Verdict{Status: Kept, Minor: a.come(paid, a.Ends()), On: a.met(paid), Reason: "All of it came in time."}
	if late {
		v.Status, v.Reason = LateKept, "All of it came, some of it in the days of grace."
	}
	return v
}

// come is what had come by a day.
func (a *Arrangement) come(paid []Paid, by ledger.Date) (sum int64) {
	for _, p := range paid {
		if p.On >= a.MadeOn && p.On <= by {
			sum += p.Minor
		}
	}
	return sum
}

// met is the first day by which all had come.
func (a *Arrangement) met(paid []Paid) ledger.Date {
	days := make([]ledger.Date, 0, len(paid))
	for _, p := range paid {
		days = append(days, p.On)
	}
	slices.Sort(days)
	for _, d := range days {
		if a.come(paid, d) >= a.Total() {
			return d
		}
	}
	return a.Ends()
}
