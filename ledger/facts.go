package ledger

// An Instalment is one due amount of a loan as the stages read it, in minor units of the loan's currency.
type Instalment struct {
	Number    int
	DueOn     Date
	Principal int64
	Interest  int64
	Fees      int64
	Split     bool // false: the lender's file did not split the amount, and all of it is in Principal
}

// Amount returns what the instalment asks for in all.
func (i Instalment) Amount() int64 { return i.Principal + i.Interest + i.Fees }

// A Payment is money received, or taken back when Minor is negative, on a civil day.
type Payment struct {
	PaidOn Date
	Minor  int64
}

// A Loan is what the stages need of a loan's terms.
type Loan struct {
	ID                LoanID
	Ref               string // the lender's key
	Product           string
	Currency          Currency
	OpenedOn          Date
	AnnualRate        Rate
	PenaltyMultiplier Rate
	ClosedOn          Date
}

// A Channel is a way to reach a person.
type Channel string

// The channels. A task is a person's call or visit; the carriers for the others come with their issues.
const (
	SMS   Channel = "sms"
	Voice Channel = "voice"
	Email Channel = "email"
	App   Channel = "app"
	Post  Channel = "letter"
	Task  Channel = "task"
)
