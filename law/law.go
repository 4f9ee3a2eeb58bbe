// Package law reads rulebooks: the limits on contact as data, each rule with its source and its dates. It is
// pure. A rulebook that cannot be read whole is refused whole, and the zero value allows nothing.
package law

import (
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A Rule is one limit. Only the fields of its kind are set.
type Rule struct {
	ID         string
	Kind       Kind
	Confidence Confidence
	Status     string            // how the source was read: P, P-part, S-quote, S, S-weak, V, M or X; empty for a house rule
	Title      map[string]string // by language: one sentence saying what it asks for
	Source     string            // instrument and clause, or where a house rule comes from
	SourceZH   string            // the same for a Chinese reader; empty where Source does for both
	House      bool              // a limit of the lender's own or of Duly's, not of the law
	From, To   ledger.Date       // in force from From to the day before To; zero means without end
	Channels   []ledger.Channel  // empty means all
	Carriers   []string          // providers such as "direct" or "twilio"; empty means all
	Parties    []string          // "creditor", "agency"; empty means all
	Products   []string          // empty means all
	Binds      []Purpose         // what it limits; empty means every purpose
	When       *When             // conditions on the facts, all of which must hold; nil means none
	LiftedBy   []string          // Stop: who may lift the states

	Open, Close    int      // Hours: minutes after midnight, [Open, Close)
	Weekdays       Weekdays // Hours: the days they hold on; Days: those on which contact is lawful; zero means every day
	ExceptHolidays bool     // Days: not on the calendar's public holidays
	Workdays       bool     // Days: only on the calendar's working days
	Calendar       string   // Days: the calendar's id

	N       int              // Cap: at most N …; Spacing: 1
	Days    int              // … in Days calendar days of the borrower (1 is the same day), or
	Seconds int64            // … in so many seconds, rolling: a contact counts until it is Seconds old
	Per     string           // Cap, Spacing: PerPerson, PerDebt or PerAddress
	Counts  string           // Cap, Spacing: Attempts, Conversations or Unanswered
	Of      []ledger.Channel // Cap, Spacing: whose contacts count; empty means all

	Needs     []string // Consent: any one of these suffices
	FreshDays int      // Consent: how old it may be; 0 means that it does not age

	States []string // Stop, Identity, Amount: the states that it names, such as "stop" or "stale_ledger"
	Reach  string   // Stop: how far a state reaches: PerPerson, PerDebt, PerAddress or PerChannel

	Duty   string           // Duty: what must be done, such as "validation"
	Before bool             // Duty: before any contact; else
	Within int              // Duty: within so many days of the first contact
	Lead   int              // Duty: it counts as done only so many of the borrower's days later
	By     []ledger.Channel // Duty: over which channels it counts as done; empty means any

	Element string   // Element: what a message must hold
	Codes   []string // Wording: the lint's codes, such as "threat"

	Keep   Keep     // Records
	Limits string   // Rate: what is limited, such as OverdueRate
	AtMost Bound    // Rate: the most
	Order  []string // Allocation: the parts of what is owed, first to be met first
	Debts  []string // Allocation: which of several debts is met first; words for the working, not applied by Duly
	Years  int      // Limitation: how long
	Since  string   // Limitation: from what: FromLastDue, FromLastPayment or FromState

	BoundBy   string // id of the house rulebook that makes an advisory rule bind
	AdvisedBy string // id of the house rulebook that makes a binding rule advisory
	Why       string // … and the reason that it gives

	File string // the document in which it stands
	Line int    // and where

	// Worked out by Lawbook.For.
	place    string // the jurisdiction of its rulebook
	reason   string
	facts    Fact
	calendar Calendar
	given    bool // the calendar is there
}

// A Keep says how long something is kept: so many years and months after an event, and at least until then.
type Keep struct {
	Years, Months int
	After         string // "last_contact", "record", "settled" or "call"
	What          string // "records", "messages", "recordings" or "consents"
}

// A Bound is the most that a rate rule allows: Rate, or Times the figure of a dated series.
type Bound struct {
	Rate   ledger.Rate // millionths; for PenaltyMultiplier a multiple
	Times  ledger.Rate // millionths; 4,000,000 is four times
	Series string      // id of the series; empty means that Rate counts
	On     string      // which day's figure: "opened", when the contract was made, or "day"
}

// Weekdays is a set of days of the week. The zero value is every day.
type Weekdays uint8

// Add returns the set with a day more.
func (w Weekdays) Add(d time.Weekday) Weekdays { return w | 1<<d }

// Has says whether the set holds a day.
func (w Weekdays) Has(d time.Weekday) bool { return w == 0 || w&(1<<d) != 0 }

// A Rulebook is one document: the rules of one jurisdiction, carrier or house.
type Rulebook struct {
	ID           string
	Version      string
	Title        map[string]string // by language
	Jurisdiction string            // a country CN, a region US-MA, a locality US-NY-NYC; "" for a house
	Carriers     []string          // for a carrier's rulebook: the providers that it is of
	Rules        []Rule
	Bind, Advise []Change // a house's: advisory rules that it makes bind, binding ones that it does not follow
	Digest       string   // SHA-256 of the document, hex: which text decided
	File         string
}

// House says that the rulebook is a lender's own: of no place and no carrier.
func (b *Rulebook) House() bool { return b.Jurisdiction == "" && len(b.Carriers) == 0 }

// A Change is what a house makes of another rulebook's rule.
type Change struct {
	Rule, Reason string // the reason is needed where the rule is made advisory
	Line         int
}

// A Scope is what a contact is, for choosing the rules that apply to it. An empty Party, Product, Carrier or
// Locality means that it is not known, so that the rules of every one apply.
type Scope struct {
	Country, Region, Locality string // CN; US-NY; US-NY-NYC
	Channel                   ledger.Channel
	Carrier                   string // the provider that would carry it; ByHand where a person does it
	Party                     string
	Product                   string
	On                        ledger.Date
}

// Is says whether the rule limits messages of this purpose.
func (r *Rule) Is(p Purpose) bool {
	return len(r.Binds) == 0 || slices.Contains(r.Binds, p) || p == Answer && slices.Contains(r.Binds, Confirmation)
}

// OfAttempts says whether a cap or spacing counts every contact, whatever came of it.
func (r *Rule) OfAttempts() bool { return r.Counts == "" || r.Counts == Attempts }

// counting is what a cap counts, by what.
func (r *Rule) counting() [2]string {
	out := [2]string{r.Counts, r.Per}
	if r.OfAttempts() {
		out[0] = Attempts
	}
	if r.Per == "" {
		out[1] = PerPerson
	}
	return out
}

// Names says whether the rule names this state.
func (r *Rule) Names(state string) bool { return slices.Contains(r.States, state) }

// On says whether the rule is in force on a day.
func (r *Rule) On(d ledger.Date) bool {
	return (r.From == 0 || r.From <= d) && (r.To == 0 || d < r.To)
}
