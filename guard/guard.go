// Package guard asks whether a contact may be made, and names the rule that decided. It is pure, and it fails
// closed: without rules, a zone or a jurisdiction nobody is contacted.
package guard

import (
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// A Ruling is the answer. The zero value denies.
type Ruling uint8

// The rulings.
const (
	Deny  Ruling = iota // not at all, as things stand
	Wait                // not now, but at Until, as things stand; without Until, when the facts have changed
	Allow               // now, and until NotAfter
)

// String returns the word for a ruling as tests, reports and JSON have it.
func (r Ruling) String() string {
	switch r {
	case Allow:
		return "allow"
	case Wait:
		return "wait"
	case Deny:
	}
	return "deny"
}

// The ids that a verdict gives where no rule of a rulebook can be named: contact fails closed.
const (
	NoRules     = "duly:rulebook" // no rules, or rules that leave a gap or were chosen for something else
	NoZone      = "duly:zone"     // no candidate zone
	NoState     = "duly:state"    // a state that no rulebook names
	NoInstant   = "duly:instant"  // no instant was given, or no lawful one was found
	failsClosed = "Duly's own: what is not known is not allowed"
)

// A Verdict is a ruling with its reason.
type Verdict struct {
	Ruling   Ruling
	Rule     string    // id of the rule that decided; for Allow the one that closes the window
	Source   string    // instrument and clause of that rule
	Reason   string    // one sentence in English; the console translates by rule id
	Until    time.Time // Wait: when it may be asked again; zero means when the facts have changed
	NotAfter time.Time // Allow: the end of the lawful window, itself no longer lawful
	Checked  []Checked // every rule that was asked, in order; only where Facts.Explain asks for it
}

// Checked is one rule that was asked, for the explanation.
type Checked struct {
	Rule   string `json:"rule"`
	Source string `json:"source"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail,omitempty"`
}

// A State is something known of a person, loan, address or channel that may bar contact. How far one that names
// a loan, an address or a channel reaches is for the rule to say.
type State struct {
	Kind    string // "stop", "wrong_person", "dispute", "representation", "bankruptcy", "death", "paid_claim", "arrangement" …
	Since   time.Time
	Until   time.Time      // zero means until lifted
	Loan    ledger.LoanID  // zero means that it was not recorded for one loan
	Address int64          // zero means that it was not recorded for one address
	Channel ledger.Channel // empty means that it was not recorded for one channel
}

// An Owner says whose address it is. The zero value is unknown, which the rulebooks bar.
type Owner uint8

// The owners. A third party's address has no send path at all; it is here so that the rule can be shown.
const (
	OwnerUnknown Owner = iota
	OwnBorrower
	OwnGuarantor
	OtherPerson
)

// Facts is all that the guard reads, at one civil instant.
type Facts struct {
	Now          time.Time        // civil time
	Zones        []*time.Location // candidates for where the borrower is; none holds contact
	Country      string
	Region       string
	Locality     string // "" means that it is not known, so that the rules of each locality of the region apply
	Party        string // "creditor" or "agency"
	Product      string
	Channel      ledger.Channel
	Carrier      string // the provider that would carry it, law.ByHand for what people do; "" means not known
	Notice       bool   // a statutory notice, which is not a reminder
	Confirmation bool   // the one lawful answer to a stop, a wrong number or a claim of payment; not a reminder, and holds no debt
	Answer       bool   // a confirmation of the borrower's own words that may speak of the debt: what its words must hold differs, and nothing else
	SpeaksOfDebt bool   // a confirmation that names an amount: what holds a reminder's amount holds it too; false names none

	Loans    []ledger.LoanID // what the message speaks of, the loan that leads first; empty means that every loan's states and contacts count
	Case     law.Case        // days past due and next step of the loan that leads, and whether it is the first contact
	Address  int64           // where it goes; zero means that every address's states and contacts count
	Owner    Owner
	Phone    ledger.PhoneKind
	States   []State
	Contacts []Contact // past contacts of the person, newest last, people's and agencies' included

	LedgerAsOf   time.Time     // how far the payments feed reaches
	LedgerMaxAge time.Duration // how old it may be; 0 means that nobody said, which holds contact
	AmountKnown  bool          // the position could be worked out exactly

	Consents        []Consent // any order
	NumberCheckedAt time.Time // when the address was last found not reassigned; zero means never
	RepliedAt       time.Time // when the borrower last wrote from the address over the channel; zero means never
	Asked           *Asked    // nil means that the borrower asked for nothing
	Duties          []Duty    // what was done, any order
	FirstContact    time.Time // the first contact about the debt; zero with Case.First no means that it is not known
	Suit            law.Age   // how old the debt of the loan that leads is, for a limitation

	Explain bool // collect Checked; planning leaves it out because it asks a million times
}

// A Result is what came of a contact. The zero value is unknown, which counts as each of them.
type Result uint8

// The results.
const (
	ResultUnknown Result = iota
	Attempt              // it was made, and nothing more is to be said: a text, a letter, a message left
	Conversation         // the borrower was spoken with
	Unanswered           // nobody answered
)

// A Contact is one past contact, for counting against caps.
type Contact struct {
	At      time.Time
	Day     ledger.Date // in the borrower's civil calendar at the time; zero means that At says it
	Channel ledger.Channel
	Result  Result
	Loans   []ledger.LoanID // what it was about; empty means not known, so that it counts for every debt
	Address int64           // zero means not known, so that it counts for every address
}

// A Consent is a borrower's word on being contacted over a channel, given or withdrawn.
type Consent struct {
	Channel   ledger.Channel
	Address   int64 // zero means whatever the address
	Written   bool
	At        time.Time
	Until     time.Time // zero means without end
	Withdrawn bool      // it takes back what was given before
}

// Asked is when the borrower asked to be contacted.
type Asked struct {
	Open, Close int          // minutes after midnight, [Open, Close); both zero means that only days were asked for
	Weekdays    law.Weekdays // zero means every day
}

// A Duty is something that was done because a law asks for it.
type Duty struct {
	Kind string // such as "validation"
	At   time.Time
	By   ledger.Channel // over which channel; "" means not known
	Loan ledger.LoanID  // zero means for every loan
}

// purpose says what the message is for. A confirmation that is also called a notice is judged as a notice,
// which is the stricter.
func (f *Facts) purpose() law.Purpose {
	switch {
	case f.Notice:
		return law.Notice
	case f.Confirmation:
		return law.Confirmation
	}
	return law.Reminder
}
