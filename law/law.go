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

// A Purpose is what a message is for.
type Purpose string

// The purposes. A notice is a statutory message with an approval of its own; a confirmation is the one lawful
// answer to a stop, a wrong number or a claim of payment, and holds nothing about a debt.
const (
	Reminder     Purpose = "reminder"
	Notice       Purpose = "notice"
	Confirmation Purpose = "confirmation"
)

// The states that identity and amount rules may name; guard works them out from its facts. Stop rules name
// states of the lender's making, such as "dispute".
const (
	ThirdParty     = "third_party"     // the address belongs to neither the borrower nor a guarantor
	OwnerUnknown   = "owner_unknown"   // nobody said whose address it is
	InvalidAddress = "invalid_address" // not a number that the numbering plan knows, or not judged
	NotMobile      = "not_mobile"      // valid, but texts do not reach it
	StaleLedger    = "stale_ledger"    // the payments feed is older than the portfolio allows
	AmountUnknown  = "amount_unknown"  // the position could not be worked out exactly
)

// A Rule is one limit. Only the fields of its kind are set.
type Rule struct {
	ID         string
	Kind       Kind
	Confidence Confidence
	Status     string            // how the source was read: P, P-part, S-quote, S, S-weak, V, M or X; empty for a house rule
	Title      map[string]string // by language: one sentence saying what it asks for
	Source     string            // instrument and clause, or "house" for a house rule
	House      bool              // a limit of the lender's own or of Duly's, not of the law
	From, To   ledger.Date       // in force from From to the day before To; zero means without end
	Channels   []ledger.Channel  // empty means all
	Parties    []string          // "creditor", "agency"; empty means all
	Products   []string          // empty means all
	Binds      []Purpose         // what it limits; empty means every purpose

	Open, Close int      // Hours: minutes after midnight, [Open, Close)
	N           int      // Cap: at most N …
	Days        int      // … in Days calendar days of the borrower (1 is the same day), or
	Seconds     int64    // … in so many seconds, rolling: a contact counts until it is Seconds old
	Per         string   // Cap: "person", "debt" or "address"
	States      []string // Stop, Identity, Amount: the states that it names, such as "stop" or "stale_ledger"
	Element     string   // Element: what a message must hold

	File string // the document in which it stands
	Line int    // and where
}

// A Rulebook is one document: the rules of one jurisdiction, carrier or house.
type Rulebook struct {
	ID           string
	Version      string
	Title        map[string]string // by language
	Jurisdiction string            // ISO 3166-1 alpha-2, or 3166-2 for a region; "" for a carrier's or house's
	Rules        []Rule
	Digest       string // SHA-256 of the document, hex: which text decided
	File         string
}

// A Scope is what a contact is, for choosing the rules that apply to it. An empty Party or Product means that
// it is not known, so that the rules of every party or product apply.
type Scope struct {
	Country, Region string
	Channel         ledger.Channel
	Party           string
	Product         string
	On              ledger.Date
}

// Is says whether the rule limits messages of this purpose.
func (r *Rule) Is(p Purpose) bool {
	for _, b := range r.Binds {
		if b == p {
			return true
		}
	}
	return len(r.Binds) == 0
}

// Names says whether the rule names this state.
func (r *Rule) Names(state string) bool {
	for _, s := range r.States {
		if s == state {
			return true
		}
	}
	return false
}

// On says whether the rule is in force on a day.
func (r *Rule) On(d ledger.Date) bool {
	return (r.From == 0 || r.From <= d) && (r.To == 0 || d < r.To)
}
