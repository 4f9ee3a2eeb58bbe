// Package decide picks the next step for a person by a strategy: an intent, or a hold with its reason. It
// does not know the law; guard does.
package decide

import (
	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// A Strategy is a compiled strategy document.
type Strategy struct {
	ID      string
	Version string
	Digest  string // SHA-256 of the document, hex
	Stages  []Stage
	Prefer  Preference
	Holdout Holdout
	MinDue  int64 // overdue amounts below this, in minor units, are left alone; 0 means none
}

// A Stage is a span of days past due with its treatments, in order.
type Stage struct {
	Name       string // the bucket's name: "pre-due", "1-3", …
	Bucket     string
	From, To   int // days past due, inclusive; negative before due; To < From is not allowed
	Treatments []Treatment
}

// A Treatment is one thing that a stage does.
type Treatment struct {
	Name     string
	Index    int // 1-based and unique in its strategy: the number by which it is stored
	From, To int // days past due, inclusive: due by state, never by equality with a day
	Every    int // repeat after so many days; 0 means once in an episode
	Channel  ledger.Channel
	Template string        // template name; the language is chosen by compose
	Task     string        // for a task: "call", "visit", "letter", "review", "court"
	Tones    []assess.Tone // only for borrowers of these tones; empty means all
	Silent   *bool         // true: only when nothing was answered in this episode; false: only when something was
	Spacing  int           // days since the last contact of any treatment; 0 means the strategy's default
}

// A Preference is when a strategy would rather send, within the law.
type Preference struct {
	Open, Close int    // minutes after midnight
	Weekdays    []bool // by time.Weekday, seven of them
	Workdays    bool   // only on working days of the calendar that applies; falls back to weekdays
	Spacing     int    // days between two contacts of any treatment
}

// A Holdout is the share of persons left without discretionary reminders, in millionths, chosen by salted hash.
type Holdout struct {
	Millionths int64
	Salt       string
}

// Facts is what deciding for one person reads.
type Facts struct {
	Today   ledger.Date // in the borrower's calendar
	Person  ledger.PersonID
	Holdout bool // assigned at first planning
	Loans   []LoanFacts
	Touches []Touch     // earlier contacts, oldest first; at least those of the present episode
	Replied ledger.Date // last day on which something was answered; zero means never
}

// LoanFacts is one loan on the day.
type LoanFacts struct {
	ID       ledger.LoanID
	Position assess.Position
	Currency ledger.Currency
	Closed   bool
	Broken   bool
}

// A Touch is one earlier contact.
type Touch struct {
	On        ledger.Date
	Channel   ledger.Channel
	Treatment int         // Treatment.Index
	Episode   ledger.Date // the oldest unpaid due date, or the next due date before due, that it was about
}

// An Intent is a treatment chosen for a person now, over all their loans.
type Intent struct {
	Stage      *Stage
	Treatment  *Treatment
	Tone       assess.Tone
	Episode    ledger.Date   // which lapse it is about
	Occurrence int           // nth of this treatment in the episode, from 1
	Lead       ledger.LoanID // the loan that put the person at this stage
	Loans      []int         // indexes into Facts.Loans that the message speaks of
	DPD        int           // of the lead loan; negative before due
}

// A Hold is a reason not to contact now. Its zero value is a hold without a reason, which is a mistake.
type Hold struct {
	Reason HoldReason
	Detail string      // one sentence
	Until  ledger.Date // when the reason may have passed; zero means when facts change
}

// A HoldReason is why a strategy does nothing.
type HoldReason string

// The reasons.
const (
	NothingDue   HoldReason = "nothing_due"
	TooSmall     HoldReason = "too_small"
	InHoldout    HoldReason = "holdout"
	Spaced       HoldReason = "spacing"
	StageDone    HoldReason = "stage_done"    // every treatment of the stage has been given in this episode
	NotYet       HoldReason = "not_yet"       // the stage's next treatment comes later
	NoTreatment  HoldReason = "no_treatment"  // no stage covers this lateness
	AmountBroken HoldReason = "amount_broken" // a loan's rows contradict each other
)
