package arrange

// A Cause is why a payment is late. It chooses the offer and the tone and is never printed in a message. The zero value is
// that nobody knows.
type Cause string

// The causes. Wilful is set only by a person, with reasons.
const (
	Unknown       Cause = ""
	Forgot        Cause = "forgot"
	PaymentFailed Cause = "payment_failed" // a debit, a card, a bank
	PaydayGap     Cause = "payday_gap"     // the due date lies before the pay day
	JobLoss       Cause = "job_loss"
	IncomeCut     Cause = "income_cut"
	Illness       Cause = "illness"
	Bereavement   Cause = "bereavement"
	Family        Cause = "family" // a birth, a divorce, care
	Business      Cause = "business"
	Disaster      Cause = "disaster"
	Disputed      Cause = "disputed"
	Moved         Cause = "moved"
	Wilful        Cause = "wilful"
)

// Causes returns all causes that are known by a name.
func Causes() []Cause {
	return []Cause{
		Forgot, PaymentFailed, PaydayGap, JobLoss, IncomeCut, Illness, Bereavement, Family, Business, Disaster, Disputed, Moved, Wilful,
	}
}

// ByMachine says whether a cause may be found by Duly itself, from a reply or a failed debit.
func (c Cause) ByMachine() bool { return c != Wilful && c != Unknown }

// A Way is what is offered first.
type Way string

// The ways.
const (
	AskWhen    Way = "ask_when"    // ask for a day and an amount: the money is there or about to be
	LaterDay   Way = "later_day"   // a day after the pay day
	Instalment Way = "instalments" // a plan that fits
	Person     Way = "person"      // a person speaks with them, and nothing is asked for meanwhile
	Answer     Way = "answer"      // what is disputed is answered first
)

// Way is what to offer somebody whose payment is late for a cause.
func (c Cause) Way() Way {
	switch c {
	case Forgot, PaymentFailed, Moved:
		return AskWhen
	case PaydayGap:
		return LaterDay
	case JobLoss, IncomeCut, Business, Family, Unknown:
		return Instalment
	case Illness, Bereavement, Disaster, Wilful:
		return Person
	case Disputed:
		return Answer
	}
	return Person
}

// Gentle says whether whoever writes is to be gentler than lateness alone would have it: the cause is none of the borrower's
// making.
func (c Cause) Gentle() bool {
	switch c {
	case JobLoss, IncomeCut, Illness, Bereavement, Family, Disaster, PaymentFailed, PaydayGap:
		return true
	case Unknown, Forgot, Business, Disputed, Moved, Wilful:
	}
	return false
}
