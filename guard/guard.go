// Package guard asks whether a contact may be made, and names the rule that decided. It is pure, and it fails
// closed: without rules, a zone or a jurisdiction nobody is contacted.
package guard

import (
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A Ruling is the answer. The zero value denies.
type Ruling uint8

// The rulings.
const (
	Deny  Ruling = iota // not at all, as things stand
	Wait                // not now, but at Until, as things stand
	Allow               // now, and until NotAfter
)

// A Verdict is a ruling with its reason.
type Verdict struct {
	Ruling   Ruling
	Rule     string    // id of the rule that decided; for Allow the one that closes the window
	Source   string    // instrument and clause of that rule
	Reason   string    // one sentence in English; the console translates by rule id
	Until    time.Time // Wait: when it may be asked again
	NotAfter time.Time // Allow: the end of the lawful window
	Checked  []Checked // every rule that was asked, in order
}

// Checked is one rule that was asked, for the explanation.
type Checked struct {
	Rule   string `json:"rule"`
	Source string `json:"source"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail,omitempty"`
}

// A State is something known of a person, loan or address that may bar contact.
type State struct {
	Kind  string // "stop", "wrong_person", "dispute", "representation", "bankruptcy", "death", "paid_claim", "arrangement" …
	Since time.Time
	Until time.Time // zero means until lifted
}

// Facts is all that the guard reads, at one civil instant.
type Facts struct {
	Now          time.Time        // civil time
	Zones        []*time.Location // candidates for where the borrower is; none holds contact
	Country      string
	Region       string
	Party        string // "creditor" or "agency"
	Product      string
	Channel      ledger.Channel
	Notice       bool // a statutory notice or a lawful confirmation, which is not a reminder
	States       []State
	Phone        ledger.PhoneKind
	LedgerAsOf   time.Time     // how far the payments feed reaches
	LedgerMaxAge time.Duration // how old it may be; 0 means that nobody said, which holds contact
	AmountKnown  bool          // the position could be worked out exactly
	Contacts     []Contact     // past contacts of the person, newest last, people's calls included
}

// A Contact is one past contact, for counting against caps.
type Contact struct {
	At      time.Time
	Day     ledger.Date // in the borrower's civil calendar at the time
	Channel ledger.Channel
}
