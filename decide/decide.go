// Package decide picks the next step for a person by a strategy: an intent, or a hold with its reason. It
// does not know the law; guard does.
package decide

import (
	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// NoEnd is the To of a stage or treatment that has no last day.
const NoEnd = 1 << 20

// A Strategy is a compiled strategy document.
type Strategy struct {
	ID          string
	Version     string
	Digest      string // SHA-256 of the document, hex
	Stages      []Stage
	Notices     Stage // the statutory notices, whatever the lateness; no treatments means none
	Prefer      Preference
	Holdout     Holdout
	MinDue      int64 // overdue amounts below this, in minor units, are left alone; 0 means none
	AfterReply  int   // days of rest after something was answered; 0 means none
	SilentTries int   // after so many unanswered contacts in a row on one channel another is preferred; 0 means never
	Gentle      Gentleness
	File        string
}

// A Stage is a span of days past due with its treatments, in order.
type Stage struct {
	Name       string // the bucket's name: "pre-due", "1-3", …
	Bucket     string
	From, To   int // days past due, inclusive; negative before due; To < From is not allowed
	Treatments []Treatment
	Line       int // where it stands in the document
}

// A Treatment is one thing that a stage does.
type Treatment struct {
	Name     string
	Index    int // 1-based and unique in its strategy: the number by which it is stored
	From, To int // days past due, inclusive: due by state, never by equality with a day
	Every    int // repeat after so many days; 0 means once in an episode
	Channel  ledger.Channel
	Template string          // template name; the language is chosen by compose; empty for a task that writes nothing
	Task     string          // for a task: "call", "visit", "letter", "review", "court"
	Tones    []assess.Tone   // only for borrowers of these tones; empty means all; Human is only ever given tasks
	Silent   *bool           // true: only when nothing was answered in this episode; false: only when something was
	Causes   []arrange.Cause // only where the payment is late for one of these; empty means whatever the cause
	Soft     *Treatment      // the same in softer words, for whom is treated more gently; nil: there are none
	Spacing  int             // days since the last contact of any treatment; 0 means the strategy's default
	Always   bool            // not a discretionary reminder: the holdout and the rest after a reply do not bar it
	Notice   bool            // a statutory notice: chosen by NextNotice and never by Next
	NextStep []string        // a notice: only of loans whose authorised next step is one of these, before its day; empty means of any
	States   []string        // a notice: only where one of these states holds; empty means always
	Duty     string          // a notice: what is done when it has been handed over, as rulebooks name it; empty means nothing
	Line     int             // where it stands in the document
}

// Contacts says whether the treatment reaches the borrower. A review or a matter for the court is work of the
// lender's own, and starts no spacing.
func (t *Treatment) Contacts() bool {
	return t.Channel != ledger.Task || t.Task != "review" && t.Task != "court"
}

// Medium is the channel over which the treatment reaches the borrower: a person's call is a call.
func (t *Treatment) Medium() ledger.Channel {
	if t.Channel == ledger.Task {
		switch t.Task {
		case "call":
			return ledger.Voice
		case "letter":
			return ledger.Post
		}
	}
	return t.Channel
}

// Facts is what deciding for one person reads.
type Facts struct {
	Today   ledger.Date // in the borrower's calendar
	Person  ledger.PersonID
	Holdout bool // assigned at first planning
	Loans   []LoanFacts
	Touches []Touch        // earlier contacts, oldest first; at least those of the present episode
	Replied ledger.Date    // last day on which something was answered; zero means never
	States  []State        // that hold now; only NextNotice reads them
	Asked   ledger.Channel // the channel that the borrower asked for; empty means none

	Cause   arrange.Cause // why the payment is late, by the latest word on it; empty means that nobody knows
	CauseOn ledger.Date   // when that was said
	Kept    int           // promises and plans kept since the last that was not
}

// LoanFacts is one loan on the day.
type LoanFacts struct {
	ID       ledger.LoanID
	Position assess.Position
	Currency ledger.Currency
	Closed   bool
	Broken   bool

	NextStep   string // the authorised next step; empty means none. Only NextNotice reads it
	NextStepOn ledger.Date
}

// A State is something known of a person or of one loan.
type State struct {
	Kind string
	Loan ledger.LoanID // zero means that it is of the person
}

// A Touch is one earlier contact.
type Touch struct {
	On        ledger.Date
	Channel   ledger.Channel
	Treatment int             // Treatment.Index
	Episode   ledger.Date     // the oldest unpaid due date, or the next due date before due, that it was about
	Loans     []ledger.LoanID // that it was about; empty means not known, so that it was about each
}

// An Intent is a treatment chosen for a person now, over all their loans.
type Intent struct {
	Stage      *Stage
	Treatment  *Treatment
	Tone       assess.Tone
	Episode    ledger.Date   // which lapse it is about
	Occurrence int           // nth of this treatment in the episode, from 1
	Lead       ledger.LoanID // the loan that put the person at this stage
	Loans      []int         // indexes into Facts.Loans that the message speaks of; do not change it
	DPD        int           // of the lead loan; negative before due
	LastOn     ledger.Date   // the last day on which the treatment may still be given; zero means without end
	Gently     string        // why it is gentler than lateness alone would have it: "cause" or "kept"; empty: it is not
}

// A Hold is a reason not to contact now. Its zero value is a hold without a reason, which is a mistake.
type Hold struct {
	Reason HoldReason
	Detail string      // one sentence
	Until  ledger.Date // when the reason may have passed; zero means when facts change
}

// A HoldReason is why a strategy does nothing.
type HoldReason string

// Rule returns the reason as the rule that decided: "strategy:" and its word.
func (r HoldReason) Rule() string {
	if rule, ok := holdRules[r]; ok {
		return rule
	}
	return "strategy:" + string(r)
}

// holdRules spares putting the words together for each of a million persons.
var holdRules = func() map[HoldReason]string {
	rules := map[HoldReason]string{}
	for _, r := range []HoldReason{
		NothingDue, TooSmall, InHoldout, InGrace, Rested, Spaced, StageDone, NotYet, NoTreatment, AmountBroken,
	} {
		rules[r] = "strategy:" + string(r)
	}
	return rules
}()

// The reasons.
const (
	NothingDue   HoldReason = "nothing_due"
	TooSmall     HoldReason = "too_small"
	InHoldout    HoldReason = "holdout"
	InGrace      HoldReason = "grace"   // overdue, within the days of grace of the contract
	Rested       HoldReason = "replied" // something was answered lately: the strategy lets the person be
	Spaced       HoldReason = "spacing"
	StageDone    HoldReason = "stage_done"    // every treatment of the stage has been given in this episode
	NotYet       HoldReason = "not_yet"       // the stage's next treatment comes later
	NoTreatment  HoldReason = "no_treatment"  // no stage covers this lateness, or nothing in it is for this tone
	AmountBroken HoldReason = "amount_broken" // a loan's rows contradict each other
)
