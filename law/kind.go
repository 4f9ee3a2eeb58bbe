package law

// A Kind says what a rule limits.
type Kind string

// The kinds of rule. Those down to Duty decide whether a contact may be made; Element and Wording limit its
// words; the others limit what may be asked for, claimed and kept, and give no verdict on a contact, but for a
// limitation that bars naming a suit.
const (
	Hours    Kind = "hours"    // contact only within these clock hours of the borrower
	Asked    Kind = "asked"    // contact only within the hours and days that the borrower asked for
	Days     Kind = "days"     // contact only on these days of the week or of a calendar
	Cap      Kind = "cap"      // at most N contacts in a window
	Spacing  Kind = "spacing"  // so long after a contact before the next
	Consent  Kind = "consent"  // no contact on these channels without consent or what stands in its place
	Bar      Kind = "bar"      // no contact of this scope at all
	Stop     Kind = "stop"     // a state of the person, loan or address that bars contact
	Identity Kind = "identity" // which addresses may be used at all
	Amount   Kind = "amount"   // the amount must be known and current
	Duty     Kind = "duty"     // what must have been done first, or soon after the first contact

	Element Kind = "element" // a message must hold this
	Wording Kind = "wording" // codes of the lint that a message must not earn

	Records    Kind = "records"    // how long what is kept
	Rate       Kind = "rate"       // the most interest, penalty or fee that may be asked for
	Allocation Kind = "allocation" // in which order money meets what is owed
	Limitation Kind = "limitation" // when a debt is too old to sue over, or to threaten it
)

// Kinds are all kinds, in the order in which docs/formats/rulebook.md explains them.
var Kinds = []Kind{
	Hours, Asked, Days, Cap, Spacing, Consent, Bar, Stop, Identity, Amount, Duty,
	Element, Wording, Records, Rate, Allocation, Limitation,
}

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
// answer to a stop, a wrong number or a claim of payment, and holds nothing about a debt. An answer is a confirmation to
// the borrower's own words that may speak of the debt: what binds confirmations binds it, and rules of words may bind it alone.
const (
	Reminder     Purpose = "reminder"
	Notice       Purpose = "notice"
	Confirmation Purpose = "confirmation"
	Answer       Purpose = "answer"
)

// The facts that identity and amount rules may name beside states; guard works them out. Every other name in
// such a rule is a state of the address or loan that somebody recorded.
const (
	ThirdParty     = "third_party"     // the address belongs to neither the borrower nor a guarantor
	OwnerUnknown   = "owner_unknown"   // nobody said whose address it is
	InvalidAddress = "invalid_address" // not a number that the numbering plan knows, or not judged
	NotMobile      = "not_mobile"      // valid, but texts do not reach it
	StaleLedger    = "stale_ledger"    // the payments feed is older than the portfolio allows
	AmountUnknown  = "amount_unknown"  // the position could not be worked out exactly
)

// The states of an address that identity rules may name: a provider checked the number, or nobody verified it.
const (
	NumberDead        = "number_dead"
	NumberReassigned  = "number_reassigned"
	NumberShared      = "number_shared"
	NumberWork        = "number_work"
	AddressUnverified = "address_unverified"
)

// The states of a loan that amount rules may name.
const (
	DebitInFlight = "debit_in_flight" // a collection from the account is pending
	CoreDiffers   = "core_differs"    // the core system's own total is another
)

// Whom or what a cap counts by, and how far a state reaches.
const (
	PerPerson  = "person"
	PerDebt    = "debt"
	PerAddress = "address"
	PerChannel = "channel" // reach only
)

// What a cap counts. A contact of which nobody said what came of it counts as each of them.
const (
	Attempts      = "attempts" // every contact
	Conversations = "conversations"
	Unanswered    = "unanswered"
)

// What stands for consent; a rule that lists several is content with any one of them.
const (
	AnyConsent     = "consent"
	WrittenConsent = "written_consent"
	NumberCheck    = "number_check" // a provider found that the number was not reassigned
	RecentReply    = "recent_reply" // the borrower wrote from this address over this channel
)

// ByHand is the carrier of what people do themselves: no carrier's rules apply to it.
const ByHand = "hand"

// What rate rules limit.
const (
	OverdueRate       = "overdue_rate"       // interest a year on what is overdue, penalty included
	PenaltyMultiplier = "penalty_multiplier" // overdue interest as a multiple of the contract's
	AllInRate         = "all_in_rate"        // interest, penalty and fees together, a year
	LateFee           = "late_fee"           // a fee for lateness, as a share of what is overdue
	TotalInterest     = "total_interest"     // interest, penalty and fees ever, as a share of the principal
)

// The parts of what is owed, in the words of allocation rules.
const (
	Costs     = "costs"
	Penalty   = "penalty"
	Interest  = "interest"
	Principal = "principal"
)

// What a limitation runs from.
const (
	FromLastDue     = "last_due"
	FromLastPayment = "last_payment"
	FromState       = "state" // nobody counts: a recorded state time_barred says it
)

// TimeBarred is the state by which a lender records that a debt is too old to sue over.
const TimeBarred = "time_barred"
