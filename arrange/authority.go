package arrange

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
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

// words are what people call a level that may agree.
func (l Level) words() fault.Reason {
	switch l {
	case Staff:
		return fault.Of(fault.LevelStaff)
	case Second:
		return fault.Of(fault.LevelSecond)
	case Nobody, Duly:
	}
	return fault.Of(fault.LevelDuly)
}

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
	Reasons []fault.Reason // for the one who asked; the borrower may ask a person about each
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
	if why := r.form(); why.Code != "" {
		return Ruling{Rule: RuleForm, Reasons: []fault.Reason{why}}
	}
	for _, l := range laws {
		if l.country == r.Country && (l.product == r.Product || r.Product == "") && len(r.Parts) > l.instalments {
			return Ruling{Rule: l.rule, Source: l.source, Reasons: []fault.Reason{fault.Of(fault.LawParts, l.instalments)}}
		}
	}
	if why := r.beyondMeans(); why.Code != "" {
		return Ruling{Rule: RuleMeans, Reasons: []fault.Reason{why}}
	}
	var level Level
	var why []fault.Reason
	for i := range t {
		l := &t[i]
		if !l.covers(r) {
			continue
		}
		switch beyond := l.beyond(r); {
		case beyond.Code == "" && (level == Nobody || l.By < level):
			level = l.By
		case beyond.Code != "" && !slices.ContainsFunc(why, func(r fault.Reason) bool { return r.String() == beyond.String() }):
			why = append(why, beyond)
		}
	}
	switch {
	case level == Nobody && len(why) == 0:
		return Ruling{Rule: RuleAuthority, Reasons: []fault.Reason{fault.Of(fault.AuthorityNone)}}
	case level == Duly:
		why = nil
	}
	return Ruling{Level: level, Rule: RuleAuthority, Reasons: why}
}

// form says what is wrong with a request in itself.
func (r *Request) form() fault.Reason {
	var sum int64
	for i, p := range r.Parts {
		switch {
		case p.Minor < 1:
			return fault.Of(fault.PartNothing)
		case p.On < r.Today:
			return fault.Of(fault.PartPast)
		case i > 0 && p.On <= r.Parts[i-1].On:
			return fault.Of(fault.PartsOrder)
		}
		sum += p.Minor
	}
	switch {
	case r.Due < 1:
		return fault.Of(fault.DueNothing)
	case r.Kind == Waiver && len(r.Parts) > 0:
		return fault.Of(fault.WaiverParts)
	case r.Kind != Waiver && len(r.Parts) == 0, len(r.Parts) > MostParts:
		return fault.Of(fault.PartsCount, MostParts)
	case r.Kind != Plan && len(r.Parts) > 1:
		return fault.Of(fault.PartsOne)
	case r.Waived < 0 || r.Waived > r.Due:
		return fault.Of(fault.WaivedOver)
	case r.Kind == Waiver && (r.Waived == 0 || r.Waived > r.Extra):
		return fault.Of(fault.WaiverOf)
	case (r.Kind == Promise || r.Kind == Extension) && r.Waived != 0:
		return fault.Of(fault.PromiseWhole)
	case r.Kind != Waiver && r.Kind != Promise && sum != r.Due-r.Waived:
		return fault.Of(fault.PartsCover)
	}
	return fault.Reason{}
}

// beyondMeans says which instalment asks for more than the stated means allow. Where several fall into one cycle they count
// together.
func (r *Request) beyondMeans() fault.Reason {
	if !r.Means.Stated() || r.Kind == Promise {
		return fault.Reason{}
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
			return fault.Of(fault.BeyondMeans,
				ledger.Money{Minor: sum, Currency: r.Currency}.Decimal(), r.Parts[i].On, ledger.Money{Minor: r.Means.Allows(), Currency: r.Currency}.Decimal())
		}
	}
	return fault.Reason{}
}

// covers says whether a line of the table is about such a loan.
func (l *Limit) covers(r *Request) bool {
	return l.By != Nobody && (len(l.Products) == 0 || slices.Contains(l.Products, r.Product)) && l.From <= r.DPD && r.DPD <= l.To &&
		(l.Currency == "" || l.Currency == r.Currency)
}

// beyond says in what a request goes beyond a line.
func (l *Limit) beyond(r *Request) fault.Reason {
	money := func(minor int64) string { return ledger.Money{Minor: minor, Currency: r.Currency}.Decimal() }
	days := 0
	if n := len(r.Parts); n > 0 {
		days = int(r.Parts[n-1].On - r.Today)
	}
	switch {
	case l.UpTo > 0 && r.Due > l.UpTo:
		return fault.Of(fault.AuthorityDue, l.By.words(), money(l.UpTo))
	case r.Kind == Plan && len(r.Parts) > l.Instalments && l.Instalments == 1:
		return fault.Of(fault.AuthorityPart, l.By.words())
	case r.Kind == Plan && len(r.Parts) > l.Instalments:
		return fault.Of(fault.AuthorityParts, l.By.words(), l.Instalments)
	case r.Kind != Plan && r.Kind != Waiver && days > l.Days && l.Days == 1:
		return fault.Of(fault.AuthorityDay, l.By.words())
	case r.Kind != Plan && r.Kind != Waiver && days > l.Days:
		return fault.Of(fault.AuthorityDays, l.By.words(), l.Days)
	case r.Kind == Waiver && over(r.Waived, r.Extra, l.Waive):
		return fault.Of(fault.AuthorityWaive, l.By.words(), percent(l.Waive))
	case (r.Kind == Settlement || r.Kind == Plan) && over(r.Waived, r.Due, l.Discount):
		return fault.Of(fault.AuthorityDiscount, l.By.words(), percent(l.Discount))
	}
	return fault.Reason{}
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
