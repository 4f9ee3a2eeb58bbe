package compose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/ledger"
)

// An Element is something that a text must hold so that its reader knows who writes, what for and what to do.
type Element string

// The elements.
const (
	Identity  Element = "identity"  // the creditor's signature or name
	DueDate   Element = "due_date"  // the day on which it fell or falls due
	Amount    Element = "amount"    // what is due in all
	AsOf      Element = "as_of"     // the minute for which the amount holds
	Verify    Element = "verify"    // the official way to check that the message is real
	Help      Element = "help"      // where a person answers
	OptOut    Element = "opt_out"   // how to stop such texts
	Breakdown Element = "breakdown" // what the amount is made of
	Officer   Element = "officer"   // who looks after the borrower
	Contract  Element = "contract"  // which contract, masked
	Approval  Element = "approval"  // who approved the claim
	DaysLate  Element = "days_late" // how many days past due
	PayByDate Element = "pay_by"    // the day by which to pay and the amount that holds until then
	NextStage Element = "next_step" // the real, dated step that comes next
	NewOwner  Element = "assignee"  // to whom the loan is assigned
)

// carriedBy says which variables carry an element. One group of them must be in the body, every variable of the group.
var carriedBy = map[Element][][]variable{
	Identity:  {{creditorSignature}, {creditorName}},
	DueDate:   {{dueOn}},
	Amount:    {{dueTotal}},
	AsOf:      {{dueAsOf}},
	Verify:    {{contactVerify}},
	Help:      {{contactPhone}},
	OptOut:    {{stopWord}},
	Breakdown: {{dueBreakdown}},
	Officer:   {{officerName}},
	Contract:  {{loanMasked}},
	Approval:  {{claimApprovedBy}},
	DaysLate:  {{daysPastDue}},
	PayByDate: {{duePayBy, duePayByTotal}},
	NextStage: {{nextStep, nextStepOn}},
	NewOwner:  {{assigneeName}},
}

// Required returns the elements that every text of a class must hold.
func Required(class Class) []Element {
	switch class {
	case Reminder:
		return []Element{Identity, DueDate, Amount, AsOf, Verify, Help, OptOut}
	case Notice:
		return []Element{Identity, Verify, Help}
	case Confirmation:
		return []Element{Identity}
	case Answer:
		return []Element{Identity, Help}
	}
	return nil
}

// A Missing is an element that a rendered text does not hold.
type Missing struct {
	Element Element
	Want    string // the text that was looked for; "" when the facts give no value for it
}

// Check says which elements a text lacks. It reads the text as it will be sent, so that it judges people's own
// words and templates alike; want comes from Template.Elements or Required. An amount may be written with or
// without commas and without its zero decimals. Facts without a value for a wanted element count as missing.
func Check(text string, lang Language, want []Element, v *Vars) []Missing {
	var missing []Missing
	for _, e := range want {
		if looked, ok := holds(text, lang, e, v); !ok {
			missing = append(missing, Missing{e, looked})
		}
	}
	return missing
}

// holds says whether the text has one of the groups of variables that carry the element.
func holds(text string, lang Language, e Element, v *Vars) (string, bool) {
	looked := ""
	for _, group := range carriedBy[e] {
		all := true
		for _, id := range group {
			want, ok := v.shown(text, id, lang)
			if !ok {
				looked, all = want, false
				break
			}
		}
		if all {
			return "", true
		}
	}
	return looked, false
}

// shown says whether the value of a variable can be read in the text, and what was looked for.
func (v *Vars) shown(text string, id variable, lang Language) (string, bool) {
	if id == loanMasked {
		for i := range v.Loans {
			if m := v.Loans[i].Masked; m == "" || !strings.Contains(text, m) {
				return strings.Clone(m), false // so that nothing of v is kept, and v costs no allocation
			}
		}
		return "", len(v.Loans) > 0
	}
	if !v.has(id, nil) {
		return "", false
	}
	want := string(v.append(nil, id, nil, lang))
	// All others are looked for as they are written.
	//exhaustive:ignore
	switch id {
	case stopWord:
		return want, showsOptOut(text, want, lang)
	case dueTotal, duePayByTotal:
		return want, showsAmount(text, v.money(id, nil), v.Currency)
	case daysPastDue:
		return want, hasNumber(text, strconv.Itoa(v.DPD))
	}
	return want, strings.Contains(text, want)
}

// showsOptOut looks for the word after "回复" or "reply", because the letter R alone says nothing.
func showsOptOut(text, word string, lang Language) bool {
	text, word = strings.ToLower(text), strings.ToLower(word)
	for _, lead := range leads(lang) {
		if strings.Contains(text, lead+word) {
			return true
		}
	}
	return false
}

var leadsZH, leadsEN = []string{"回复", "回", "发送", "回复 "}, []string{"reply ", "text ", "send "}

// leads are what stands before a word that is to be sent, in small letters.
func leads(lang Language) []string {
	if lang == Chinese {
		return leadsZH
	}
	return leadsEN
}

// showsAmount looks for the amount as a number of its own.
func showsAmount(text string, minor int64, c ledger.Currency) bool {
	plain := strings.ReplaceAll(text, ",", "")
	decimal := ledger.Money{Minor: minor, Currency: c}.Decimal()
	return hasNumber(plain, decimal) || hasNumber(plain, strings.TrimSuffix(decimal, ".00"))
}

// hasNumber says that the number stands in the text and is no piece of a longer one.
func hasNumber(text, number string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], number)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(number)
		before := i > 0 && (digit(text[i-1]) || text[i-1] == '.' && i > 1 && digit(text[i-2]))
		after := end < len(text) && (digit(text[end]) || text[end] == '.' && end+1 < len(text) && digit(text[end+1]))
		if !before && !after {
			return true
		}
		from = i + 1
	}
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// elementWords returns the words for elements that a document may use.
func elementWords() []string {
	words := make([]string, 0, len(carriedBy))
	for e := range carriedBy {
		words = append(words, string(e))
	}
	slices.Sort(words)
	return words
}

// lacking returns the elements that the body does not hold whatever the facts are.
func lacking(want []Element, always []bool) []Element {
	var lack []Element
	for _, e := range want {
		held := slices.ContainsFunc(carriedBy[e], func(group []variable) bool { return !lackingOf(group, always) })
		if !held {
			lack = append(lack, e)
		}
	}
	return lack
}

// lackingOf says that the body may leave out a variable of a group.
func lackingOf(group []variable, always []bool) bool {
	return slices.ContainsFunc(group, func(id variable) bool { return !always[id] })
}
