package compose

import (
	"fmt"
	"strconv"
)

// An op is one step of rendering. Ops are flat, and jump by index, so that rendering is one loop.
type op struct {
	kind     opKind
	variable variable
	to       int    // where opUnless, opJump and opNext go
	text     string // of opText
}

type opKind uint8

const (
	opText   opKind = iota + 1 // append the text
	opValue                    // append the variable, which must have a value
	opUnless                   // jump when the variable has no value
	opJump                     // jump
	opEach                     // begin with the first loan; there must be one
	opNext                     // go to the next loan, with a separator, and jump back; or go on after the last
)

// A MissingError says that a template asks for a value that the facts do not give. Nothing is sent then.
type MissingError struct {
	Template string
	Language Language
	Variable string // as the body writes it, such as "due.total"
}

// Error says which template misses which value.
func (e *MissingError) Error() string {
	return fmt.Sprintf("compose: template %s (%s) needs %s, which has no value", e.Template, e.Language, e.Variable)
}

// Render appends the text of the template with the values of v to dst. It allocates nothing but room in dst. A
// value that the body asks for outside an {if} and that v does not have is a *MissingError; dst is then
// returned as it came.
func (t *Template) Render(dst []byte, v *Vars) ([]byte, error) {
	start := len(dst)
	var loan *LoanVars
	at := 0
	for pc := 0; pc < len(t.ops); pc++ {
		o := &t.ops[pc]
		switch o.kind {
		case opText:
			dst = append(dst, o.text...)
		case opValue:
			if !v.has(o.variable, loan) {
				return dst[:start], t.missing(o.variable)
			}
			dst = v.append(dst, o.variable, loan, t.Language)
		case opUnless:
			if !v.has(o.variable, loan) {
				pc = o.to - 1
			}
		case opJump:
			pc = o.to - 1
		case opEach:
			if len(v.Loans) == 0 {
				return dst[:start], t.missing(loanList)
			}
			at, loan = 0, &v.Loans[0]
		case opNext:
			if at++; at < len(v.Loans) {
				loan = &v.Loans[at]
				dst = append(dst, separator(t.Language)...)
				pc = o.to - 1
			} else {
				loan = nil
			}
		}
	}
	return dst, nil
}

func (t *Template) missing(id variable) error {
	return &MissingError{Template: t.Name, Language: t.Language, Variable: id.String()}
}

// append appends a value that is there.
func (v *Vars) append(dst []byte, id variable, loan *LoanVars, lang Language) []byte {
	// The rest are handled after it.
	//exhaustive:ignore
	switch id {
	case dueTotal, duePrincipal, dueInterest, duePenalty, dueFees, duePerDay, duePayByTotal, loanTotal:
		return AppendMoney(dst, v.money(id, loan), v.Currency, lang)
	case duePayBy, dueOn, debitRetryOn, nextStepOn, loanDueOn:
		year := 0 // with no as-of time there is no year to leave unsaid
		if !v.AsOf.IsZero() {
			year = v.AsOf.Year()
		}
		return AppendDate(dst, v.date(id, loan), year, lang)
	case dueAsOf:
		return AppendMinute(dst, v.AsOf, lang)
	case dueBreakdown:
		return appendBreakdown(dst, v, lang)
	case daysPastDue:
		return strconv.AppendInt(dst, int64(v.DPD), 10)
	}
	return append(dst, v.text(id, loan)...)
}
