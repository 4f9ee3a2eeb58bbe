package ledger

import "time"

// Duly's own numbers, given at first import. Zero is none.
type (
	// PersonID numbers human beings.
	PersonID int64
	// BorrowerID numbers persons owing in one portfolio.
	BorrowerID int64
	// LoanID numbers loans.
	LoanID int64
)

// A PhoneKind says what the numbering plan knows of a number.
type PhoneKind uint8

// The kinds of phone. Only a valid mobile number has a send path for texts.
const (
	PhoneUnknown PhoneKind = iota // not judged
	PhoneInvalid                  // not a number that the plan knows
	PhoneMobile
	PhoneFixed
	PhoneOther // valid, but neither: toll-free, premium, pager
)

// A BorrowerRow is one row of borrowers.csv: a person owing in one portfolio, as the lender states it.
type BorrowerRow struct {
	ID        string    // the lender's own key; required
	Name      string    // as the lender writes it; sealed at rest
	Phone     string    // E.164 when PhoneKind says valid, else as given; sealed at rest
	PhoneKind PhoneKind // judged at import
	Identity  string    // identity number, if the lender gives one; only keyed hashes of it and of its end are kept
	BornOn    Date      // day of birth, by which a borrower may prove who they are; only its keyed hash is kept; zero means not stated
	Language  string    // "zh" or "en"; empty means the portfolio's
	Zone      string    // IANA name, or several parted by spaces where any may be the one; empty means unknown, which holds contact
	Country   string    // ISO 3166-1 alpha-2 of residence; empty means unknown, which holds contact
	Region    string    // ISO 3166-2, such as "CN-ZJ"; may be empty
	Age       int       // years as stated; 0 means not stated
	Title     string    // as the lender states it (先生, 女士, Mr, Ms); may be empty
	Locality  string    // a place within the region with rules of its own, such as "US-NY-NYC"; empty means unknown
	Wish      Wish      // when and how the borrower asked to be contacted
	Wished    bool      // the file says something of that; else what was known stays
}

// A Wish is a borrower's own choice of hours, days and channel. The zero value is none.
type Wish struct {
	Open, Close int     // minutes after midnight, [Open, Close); both zero means that no hours were asked for
	Days        uint8   // bits by time.Weekday; zero means every day
	Channel     Channel // empty means none was asked for
}

// A LoanRow is one row of loans.csv.
type LoanRow struct {
	ID                string // the lender's own key; required
	BorrowerID        string // the lender's key of the borrower; required
	Product           string // "card", "consumer" …; free text of the lender
	Currency          Currency
	OpenedOn          Date  // zero means not stated
	Principal         Money // the amount lent or the limit; informational
	AnnualRate        Rate  // contract rate a year; 0 means no interest for lateness
	PenaltyMultiplier Rate  // 1.5 means that lateness costs 1.5 × the contract rate; 0 means none
	ClosedOn          Date  // zero means open; a snapshot closes loans that it does not name
	Core              CoreFacts
	CoreStated        bool // the file says something of that; else what was known stays
}

// CoreFacts is what the core system says of a loan beside its terms.
type CoreFacts struct {
	Due        Money     // what it holds to be overdue in all at AsOf; counts only where AsOf is set
	AsOf       time.Time // zero means that the core system's own total was not stated
	DebitUntil time.Time // a debit of the borrower's account is pending until then; zero means none
	NextStep   string    // the next step that somebody authorised, one of NextSteps; empty means none
	NextStepOn Date      // when it is taken
	NextStepBy string    // who authorised it: a role or a number of staff
	AssignedTo string    // the name of the new creditor where the loan is, or is to be, assigned
}

// An InstalmentRow is one row of instalments.csv. Principal+Interest+Fees is Amount; where the file does not
// split, all is principal and Split is false.
type InstalmentRow struct {
	LoanID    string
	Number    int // as the lender counts; need not start at 1; unique in its loan
	DueOn     Date
	Amount    Money // > 0, or 0 for an instalment that the lender withdrew
	Principal Money
	Interest  Money
	Fees      Money
	Split     bool
}

// A PaymentRow is one row of payments.csv. A negative amount is a reversal (a charge-back or a correction):
// it takes back that much from PaidOn on.
type PaymentRow struct {
	ID       string // the lender's key; empty means that a file states all payments of a loan and day
	LoanID   string
	PaidOn   Date
	Amount   Money  // not 0
	Reverses string // the payment that a reversal takes back; may be empty
}
