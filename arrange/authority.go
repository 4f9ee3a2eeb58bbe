package arrange

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/dulyhq/duly/ledger"
)

// A Level is who may agree to something. The zero value is nobody.
type Level uint8

// The levels, each of which may do what the one before may.
const (
	Nobody Level = iota
	Duly         // by itself, in answer to the borrower
	Staff        // a person of the desk
	Second       // a person of the desk, and a second person who approves
)

// String returns the word that documents have.
func (l Level) String() string { return [...]string{"nobody", "duly", "staff", "second"}[l&3] }

// A Limit is one line of the creditor's authority table: up to where a level may agree, for some of the loans. A limit of zero
// permits none of its kind.
type Limit struct {
	By          Level
	Products    []string // empty means all
	From, To    int      // days past due, both included
	UpTo        int64    // what is overdue in all, minor units; 0 means whatever it is
	Currency    ledger.Currency
	Instalments int   // the most that a plan may have
	Days        int   // the longest that a promise, an extension or a settlement may run
	Waive       int64 // the share of penalty interest and fees that may be waived, millionths
	Discount    int64 // the share of all that is overdue that may be let off by a settlement, millionths
}

// million is a share of 1.
const million = 1_000_000

// An Authority is the creditor's table. An empty one permits nothing.
type Authority []Limit

// A Request is what somebody wants to agree to.
type Request struct {
	Kind     Kind
	Country  string
	Product  string
	DPD      int
	Today    ledger.Date
	Currency ledger.Currency
	Due      int64 // all that is overdue, minor units
	Extra    int64 // of this, penalty interest and fees: what a waiver can be of
	Parts    []Part
	Waived   int64 // what the creditor does without
	Cycle    Cycle // of the parts and of Means
	Means    Means
}

// A Ruling says who may agree to a request, and why not where nobody may, or not without a second person. Level Nobody refuses.
type Ruling struct {
	Level   Level
	Rule    string // what decided: "duly:means", "duly:authority", "duly:form", or the id of a rule of law
	Source  string
	Reasons []string // in words for the one who asked; the borrower may ask a person about each
}

// Rules of a refusal.
const (
	RuleForm      = "duly:form"      // it is not a proper arrangement
	RuleMeans     = "duly:means"     // it asks for more than the borrower says they have
	RuleAuthority = "duly:authority" // the creditor's table
)

// laws are ceilings of law on what may be agreed. A lender's table may only be stricter.
var laws = []struct {
	country, product, rule, source string
	instalments                    int
}{
	{"CN", "card", "CN-HARD-01", "商业银行信用卡业务监督管理办法, Article 70: five years at the longest", 60},
}

// Check asks whether a request may be agreed to, and by whom.
func (t Authority) Check(r *Request) Ruling {
	if why := r.form(); why != "" {
		return Ruling{Rule: RuleForm, Reasons: []string{why}}
	}
	for _, l := range laws {
		if l.country == r.Country && (l.product == r.Product || r.Product == "") && len(r.Parts) > l.instalments {
			return Ruling{Rule: l.rule, Source: l.source, Reasons: []string{fmt.Sprintf("A plan for this loan has at most %d instalments.", l.instalments)}}
		}
	}
	if why := r.beyondMeans(); why != "" {
		return Ruling{Rule: RuleMeans, Reasons: []string{why}}
	}
	var level Level
	var why []string
	for i := range t {
		l := &t[i]
		if !l.covers(r) {
			continue
		}
		switch beyond := l.beyond(r); {
		case beyond == "" && (level == Nobody || l.By < level):
			level = l.By
		case beyond != "" && !slices.Contains(why, beyond):
			why = append(why, beyond)
		}
	}
	switch {
	case level == Nobody && len(why) == 0:
		return Ruling{Rule: RuleAuthority, Reasons: []string{"The creditor has not said what may be agreed for such a loan."}}
	case level == Duly:
		why = nil
	}
	return Ruling{Level: level, Rule: RuleAuthority, Reasons: why}
}

// form says what is wrong with a request in itself.
func (r *Request) form() string {
	var sum int64
	for i, p := range r.Parts {
		switch {
		case p.Minor < 1:
			return "An instalment has to be more than nothing."
		case p.On < r.Today:
			return "An instalment lies in the past."
		case i > 0 && p.On <= r.Parts[i-1].On:
			return "The instalments are not in the order of their days."
		}
		sum += p.Minor
	}
	switch {
	case r.Due < 1:
		return "Nothing is overdue."
	case r.Kind == Waiver && len(r.Parts) > 0:
		return "A waiver asks nothing of the borrower."
	case r.Kind != Waiver && len(r.Parts) == 0, len(r.Parts) > MostParts:
		return fmt.Sprintf("There have to be 1 to %d instalments.", MostParts)
	case r.Kind != Plan && len(r.Parts) > 1:
		return "Only a plan has several instalments."
	case r.Waived < 0 || r.Waived > r.Due:
		return "No more can be let off than is owed."
	case r.Kind == Waiver && (r.Waived == 0 || r.Waived > r.Extra):
		return "A waiver is of penalty interest and fees."
	case (r.Kind == Promise || r.Kind == Extension) && r.Waived != 0:
		return "A promise or an extension lets nothing off."
	case r.Kind != Waiver && r.Kind != Promise && sum != r.Due-r.Waived:
		return "The instalments do not sum to what they cover."
	}
	return ""
}

// beyondMeans says which instalment asks for more than the stated means allow. Where several fall into one cycle they count
// together.
func (r *Request) beyondMeans() string {
	if !r.Means.Stated() || r.Kind == Promise {
		return ""
	}
	span := ledger.Date(28) // two pay days of a month never lie nearer
	switch r.Cycle {
	case Weekly:
		span = 7
	case Fortnightly:
		span = 14
	case Monthly:
	}
	for i := range r.Parts {
		var sum int64
		for j := i; j < len(r.Parts) && r.Parts[j].On < r.Parts[i].On+span; j++ {
			sum += r.Parts[j].Minor
		}
		if sum > r.Means.Allows() {
			return fmt.Sprintf("%s falls due on %s and the days after; stated income less protected spending allows %s.",
				ledger.Money{Minor: sum, Currency: r.Currency}.Decimal(), r.Parts[i].On, ledger.Money{Minor: r.Means.Allows(), Currency: r.Currency}.Decimal())
		}
	}
	return ""
}

// covers says whether a line of the table is about such a loan.
func (l *Limit) covers(r *Request) bool {
	return l.By != Nobody && (len(l.Products) == 0 || slices.Contains(l.Products, r.Product)) && l.From <= r.DPD && r.DPD <= l.To &&
		(l.Currency == "" || l.Currency == r.Currency)
}

// beyond says in what a request goes beyond a line.
func (l *Limit) beyond(r *Request) string {
	money := func(minor int64) string { return ledger.Money{Minor: minor, Currency: r.Currency}.Decimal() }
	days := 0
	if n := len(r.Parts); n > 0 {
		days = int(r.Parts[n-1].On - r.Today)
	}
	switch {
	case l.UpTo > 0 && r.Due > l.UpTo:
		return fmt.Sprintf("%s may agree where up to %s is overdue.", l.By, money(l.UpTo))
	case r.Kind == Plan && len(r.Parts) > l.Instalments:
		return fmt.Sprintf("%s may agree to up to %d %s.", l.By, l.Instalments, some(l.Instalments, "instalment"))
	case r.Kind != Plan && r.Kind != Waiver && days > l.Days:
		return fmt.Sprintf("%s may agree to up to %d %s.", l.By, l.Days, some(l.Days, "day"))
	case r.Kind == Waiver && over(r.Waived, r.Extra, l.Waive):
		return fmt.Sprintf("%s may waive up to %s of penalty interest and fees.", l.By, percent(l.Waive))
	case (r.Kind == Settlement || r.Kind == Plan) && over(r.Waived, r.Due, l.Discount):
		return fmt.Sprintf("%s may let off up to %s of what is owed.", l.By, percent(l.Discount))
	}
	return ""
}

// over says whether a part is more than a share of the whole.
func over(part, whole, share int64) bool {
	if part == 0 {
		return false
	}
	hi, lo := bits.Mul64(uint64(part), million)
	mostHi, mostLo := bits.Mul64(uint64(whole), uint64(share))
	return hi > mostHi || hi == mostHi && lo > mostLo
}

func percent(share int64) string { return fmt.Sprintf("%g %%", float64(share)/10_000) }

// some is a word after its number.
func some(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
