package compose

import (
	"time"
	"unicode/utf8"

	"github.com/dulyhq/duly/ledger"
)

// A spot says where what begins at an offset of a piece of text stands in the document.
type spot struct {
	offset int
	at     place
}

// Switches returns the variables, by name, that the body asks for in an {if}, each once, in the order of the body.
func (t *Template) Switches() []string {
	var names []string
	seen := variables(0)
	for i := range t.ops {
		if o := &t.ops[i]; o.kind == opUnless && seen&(1<<o.variable) == 0 {
			seen |= 1 << o.variable
			names = append(names, o.variable.String())
		}
	}
	return names
}

// Longest returns values as long as a template must have room for, in a language: what Compile measures by.
func Longest(lang Language) Vars { return longestValues(lang, ledger.NewDate(2026, 12, 31)) }

// Without returns the values with some taken away, by the names that bodies use. What every loan has cannot be taken.
func (v Vars) Without(names ...string) Vars {
	for _, name := range names {
		switch id := lookup(name); id {
		case borrowerSurname:
			v.Surname = ""
		case borrowerTitle:
			v.Title = ""
		case creditorName:
			v.Creditor = ""
		case creditorSignature:
			v.Sign = ""
		case contactPhone:
			v.Phone = ""
		case contactVerify:
			v.Verify = ""
		case officerName:
			v.Officer = ""
		case claimApprovedBy:
			v.Approver = ""
		case assigneeName:
			v.Assignee = ""
		case stopWord:
			v.StopWord = ""
		case nextStep:
			v.NextStep = ""
		case nextStepOn:
			v.NextOn = 0
		case portalLink:
			v.Link = ""
		case portalCode:
			v.Code = ""
		case portalAddress:
			v.Address = ""
		case stopAsked:
			v.AskedStop = ""
		case daysPastDue:
			v.DPD = 0
		case loanList:
			v.Loans = nil
		case agreedTotal, agreedOn, agreedPlan, planOffers, answerBy:
			v.withoutAgreed(id)
		case noVariable, variableCount, loanMasked, loanTotal, loanDueOn:
		case dueTotal, duePrincipal, dueInterest, duePenalty, dueFees, dueBreakdown, duePerDay, duePayByTotal:
			v.withoutMoney(id)
		case duePayBy, dueOn, dueAsOf, debitRetryOn:
			v.withoutDay(id)
		}
	}
	return v
}

func (v *Vars) withoutAgreed(id variable) {
	// The others are not of an agreement.
	//exhaustive:ignore
	switch id {
	case agreedTotal:
		v.Agreed = 0
	case agreedOn:
		v.AgreedOn = 0
	case agreedPlan:
		v.Plan = ""
	case planOffers:
		v.Offers = ""
	case answerBy:
		v.AnswerBy = 0
	}
}

func (v *Vars) withoutMoney(id variable) {
	// The others are no amounts.
	//exhaustive:ignore
	switch id {
	case dueTotal:
		v.Due.Total = 0
	case duePrincipal:
		v.Due.Principal = 0
	case dueInterest:
		v.Due.Interest = 0
	case duePenalty:
		v.Due.Penalty = 0
	case dueFees:
		v.Due.Fees = 0
	case dueBreakdown:
		v.Due.Principal, v.Due.Interest, v.Due.Penalty, v.Due.Fees = 0, 0, 0, 0
	case duePerDay:
		v.PerDay = 0
	case duePayByTotal:
		v.PayByDue = 0
	}
}

func (v *Vars) withoutDay(id variable) {
	// The others are no days.
	//exhaustive:ignore
	switch id {
	case duePayBy:
		v.PayBy = 0
	case dueOn:
		v.DueOn = 0
	case dueAsOf:
		v.AsOf = time.Time{}
	case debitRetryOn:
		v.RetryOn = 0
	}
}

// A Trace is a rendered text whose every character can be found in the document.
type Trace struct {
	Text   string
	pieces []piece
}

// A piece is what was written from an offset of the text on.
type piece struct {
	spot
	value bool // by a variable
}

// Trace renders as Render does, and remembers where each piece came from. It is for checking templates, not for
// sending: it is slow.
func (t *Template) Trace(v *Vars) (Trace, error) {
	w := writing{lang: t.Language}
	w.asOf.of(v, w.lang)
	var tr Trace
	var loan *LoanVars
	at := 0
	for pc := 0; pc < len(t.ops); pc++ {
		o := &t.ops[pc]
		for _, s := range t.spots[pc] {
			tr.pieces = append(tr.pieces, piece{spot{len(w.dst) + s.offset, s.at}, o.kind == opValue})
		}
		// The first op of a list asks for the list, and its last one for the next loan.
		//exhaustive:ignore
		switch o.kind {
		case opEach:
			if len(v.Loans) == 0 {
				return Trace{}, t.missing(loanList)
			}
			at, loan = 0, &v.Loans[0]
		case opNext:
			if at++; at < len(v.Loans) {
				loan = &v.Loans[at]
				w.dst = append(w.dst, separator(w.lang)...)
				pc = o.to - 1
			} else {
				loan = nil
			}
		default:
			next, missing := w.step(o, v, loan, pc)
			if missing != noVariable {
				return Trace{}, t.missing(missing)
			}
			pc = next
		}
	}
	tr.Text = string(w.dst)
	return tr, nil
}

// step executes an op that is no part of a list, and returns the op after which to go on.
func (w *writing) step(o *op, v *Vars, loan *LoanVars, pc int) (next int, missing variable) {
	// The others are parts of lists.
	//exhaustive:ignore
	switch o.kind {
	case opText:
		w.dst = append(w.dst, o.text...)
	case opValue:
		dst, _, ok := w.value(w.dst, v, o.variable, loan)
		if !ok {
			return pc, o.variable
		}
		w.dst = dst
	case opUnless:
		if !v.has(o.variable, loan) {
			return o.to - 1, noVariable
		}
	case opJump:
		return o.to - 1, noVariable
	}
	return pc, noVariable
}

// At returns where the character at an offset of the text stands in the document, both from 1. What a variable wrote
// stands where its brace does.
func (tr *Trace) At(offset int) (line, column int) {
	var last piece
	for _, s := range tr.pieces {
		if s.offset > offset {
			break
		}
		last = s
	}
	column = last.at.column
	if !last.value && offset > last.offset {
		column += utf8.RuneCountInString(tr.Text[last.offset:min(offset, len(tr.Text))])
	}
	return last.at.line, column
}
