// Package law reads rulebooks: the limits on contact as data, each rule with its source and its dates. It is
// pure. A rulebook that cannot be read whole is refused whole, and the zero value allows nothing.
package law

import "github.com/dulyhq/duly/ledger"

// A Kind says what a rule limits.
type Kind string

// The kinds of rule of the first rulebook; further kinds come with the law's own issue.
const (
	Hours    Kind = "hours"    // contact only within these clock hours of the borrower
	Cap      Kind = "cap"      // at most N contacts in a window
	Stop     Kind = "stop"     // a state of the person or loan that bars reminders
	Identity Kind = "identity" // which addresses may be used at all
	Amount   Kind = "amount"   // the amount must be known and current
	Element  Kind = "element"  // a message must hold this
)

// Confidence says how far the rule's source was read.
type Confidence string

// Binding rules decide; advisory rules are reported and do not decide.
const (
	Binding  Confidence = "binding"
	Advisory Confidence = "advisory"
)

// A Rule is one limit. Only the fields of its kind are set.
type Rule struct {
	ID         string
	Kind       Kind
	Confidence Confidence
	Title      map[string]string // by language: one sentence saying what it asks for
	Source     string            // instrument and clause, or "house" for a house rule
	House      bool              // a limit of the lender's own or of Duly's, not of the law
	From, To   ledger.Date       // in force from From to the day before To; zero means without end
	Channels   []ledger.Channel  // empty means all
	Parties    []string          // "creditor", "agency"; empty means all
	Products   []string          // empty means all

	Open, Close int      // Hours: minutes after midnight, [Open, Close)
	N           int      // Cap: at most N …
	Days        int      // … in Days calendar days of the borrower (1 is the same day), or
	Seconds     int64    // … in so many seconds, rolling
	Per         string   // Cap: "person", "debt" or "address"
	States      []string // Stop, Identity, Amount: the states that it names, such as "stop" or "stale_ledger"
	Element     string   // Element: what a message must hold
}

// A Rulebook is one document: the rules of one jurisdiction, carrier or house.
type Rulebook struct {
	ID           string
	Version      string
	Jurisdiction string // ISO 3166-1 alpha-2, or 3166-2 for a region; "" for a carrier's or house's
	Rules        []Rule
	Digest       string // SHA-256 of the document, hex: which text decided
}

// A Scope is what a contact is, for choosing the rules that apply to it.
type Scope struct {
	Country, Region string
	Channel         ledger.Channel
	Party           string
	Product         string
	On              ledger.Date
}
