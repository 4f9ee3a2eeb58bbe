// Package receive reads what comes back: the meaning of replies and the fate that a receipt tells. It is pure.
package receive

import "github.com/dulyhq/duly/ledger"

// A Meaning is what a reply says.
type Meaning string

// The meanings, those first that protect the borrower.
const (
	Stop           Meaning = "stop"           // no more texts
	WrongPerson    Meaning = "wrong_person"   // the address is not the borrower's
	Deceased       Meaning = "deceased"       // the borrower has died; the writer is a third party
	Representation Meaning = "representation" // a lawyer, guardian, counsellor or insolvency court acts for the borrower
	Vulnerable     Meaning = "vulnerable"     // illness, bereavement, disability, violence, a minor, danger to life
	Complaint      Meaning = "complaint"      // about us: to us, to a regulator, to the press
	Dispute        Meaning = "dispute"        // the debt or its amount is denied

	Paid        Meaning = "paid"         // it has been paid
	Promise     Meaning = "promise"      // it will be paid
	Hardship    Meaning = "hardship"     // it cannot be paid now
	PlanRequest Meaning = "plan_request" // may it be paid later, in parts, or less of it
	Question    Meaning = "question"     // asks for a fact
	CallMe      Meaning = "call_me"      // wants to speak with a person
	Abuse       Meaning = "abuse"        // insults and threats
	Ack         Meaning = "ack"          // has taken note
	Other       Meaning = "other"        // none of these; a person reads it
)

// meanings is the order in which the model keeps them.
var meanings = [...]Meaning{
	Stop, WrongPerson, Deceased, Representation, Vulnerable, Complaint, Dispute,
	Paid, Promise, Hardship, PlanRequest, Question, CallMe, Abuse, Ack, Other,
}

// protecting is how many of meanings, from the first on, protect.
const protecting = 7

// Meanings returns all meanings, those that protect first.
func Meanings() []Meaning { return append([]Meaning(nil), meanings[:]...) }

// Protects says that contact rests from the moment a reply with this meaning is stored.
func (m Meaning) Protects() bool {
	for _, p := range meanings[:protecting] {
		if m == p {
			return true
		}
	}
	return false
}

// Given is what a reply is read with. The zero value knows no day and no currency, so a reply that says "tomorrow"
// has no date and one that says "500" has no currency.
type Given struct {
	Today    ledger.Date     // the borrower's civil date when the reply came; 0 resolves no date
	Currency ledger.Currency // the loan's: what an amount without a currency is in; "" leaves it open, but for Chinese, where it is CNY
	Language string          // "zh" or "en" when known; "" has it told from the text
}

// A Reading is the meaning of one reply and why.
type Reading struct {
	Meaning    Meaning
	Danger     bool         // there are words of danger to life: a person must look at once. Meaning is then Vulnerable.
	Confidence float64      // 0 to 1
	Language   string       // "zh", "en", or "" when it cannot be told
	Amount     ledger.Money // what is said, if HasAmount; without a currency when it is not known
	HasAmount  bool
	Date       ledger.Date // the day that is said; 0 when none is
	Why        string      // the words that decided, as folded: small letters, half width, simplified; "" when none did
}

// How sure a reading by rule is.
const (
	sureWord   = 1.0 // the whole reply is a stop word
	surePhrase = 0.9 // a phrase in a longer reply decides
	sureShort  = 0.7 // a short reply with a stop word in it, where doubt protects the borrower
	sureOther  = 0.5 // nothing is known of the words; what the reply does say is for a person
)

// Read tells what a reply says, in Chinese or English. Where the law wants certainty, rules decide: a death, danger to
// life, a wish that texts stop, a wrong person, a representative; then words of illness, complaint and dispute; a
// trained model the rest. A stop word inside an ordinary sentence stops nothing ("stop by tomorrow", 停车), nor does one
// that is negated ("don't stop", 不要停止发送). In doubt the meaning that protects wins. A question is no promise.
// Read is deterministic; its cost grows with the length of the text, of which it reads the first 1,000 characters.
func Read(text string, g Given) Reading {
	f, l := fold(text), lex(text)
	l.mark()
	r := judge(&f, l)
	r.Language = g.Language
	if r.Language == "" {
		r.Language = f.language()
	}
	l.say(&r, g)
	return r
}

// judge finds the meaning.
func judge(f *folded, l *lexed) Reading {
	said := f.phrases()
	guess := embedded.guess(l, &said)
	if p := said[deceasedAt]; p != "" && !guess.bereaved() {
		return Reading{Meaning: Deceased, Confidence: surePhrase, Why: p}
	}
	if p := said[dangerAt]; p != "" {
		return Reading{Meaning: Vulnerable, Danger: true, Confidence: surePhrase, Why: p}
	}
	why, sure := f.chineseStop()
	if sure == 0 {
		why, sure = f.englishStop()
	}
	if sure > 0 {
		return Reading{Meaning: Stop, Confidence: sure, Why: why}
	}
	for at, m := range []Meaning{WrongPerson, Representation} {
		if p := said[wrongAt+at]; p != "" {
			return Reading{Meaning: m, Confidence: surePhrase, Why: p}
		}
	}
	if said[deceasedAt] != "" {
		return Reading{Meaning: Vulnerable, Confidence: surePhrase, Why: said[deceasedAt]}
	}
	for at, m := range []Meaning{Vulnerable, Complaint, Dispute} {
		p := said[vulnerableAt+at]
		if p == "" {
			continue
		}
		if best := guess.best(); best != m && best != Stop && best.Protects() && guess.share(best) > 0.6 {
			break
		}
		return Reading{Meaning: m, Confidence: max(sureShort, guess.share(m)), Why: p}
	}
	return guess.settle(l, &said)
}
