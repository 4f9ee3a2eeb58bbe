package compose

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/wire/sms"
)

// An op is one step of rendering. Ops are flat, and jump by index, so that rendering is one loop.
type op struct {
	kind     opKind
	variable variable
	to       int       // where opUnless, opJump and opNext go
	text     string    // of opText
	tally    sms.Tally // of the text, counted when the template was compiled
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
	w := writing{lang: t.Language, dst: slices.Grow(dst, t.longest)}
	if id := w.run(t.ops, v); id != noVariable {
		return dst, t.missing(id)
	}
	return w.dst, nil
}

func (t *Template) missing(id variable) error {
	return &MissingError{Template: t.Name, Language: t.Language, Variable: id.String()}
}

// A writing is one text on its way, and what is kept for the next one.
type writing struct {
	lang  Language
	dst   []byte
	tally sms.Tally
	asOf  moment
	days  days
	marks [8]mark // where the values lie of which it matters what stands beside them; see Template.Write
	n     int     // how many of them there are; more than there is room for are not noted
}

// A mark is where a value was written, without its currency.
type mark struct {
	variable variable
	from, to int
}

// run executes the ops. It returns a variable that has no value and must have one, or noVariable.
func (w *writing) run(ops []op, v *Vars) variable {
	w.asOf.of(v, w.lang)
	var loan *LoanVars
	at, dst, tally := 0, w.dst, w.tally
	for pc := 0; pc < len(ops); pc++ {
		o := &ops[pc]
		switch o.kind {
		case opText:
			dst = append(dst, o.text...)
			tally.Add(o.tally)
		case opValue:
			var count sms.Tally
			var ok bool
			from := len(dst)
			if dst, count, ok = w.value(dst, v, o.variable, loan); !ok {
				return o.variable
			}
			tally.Add(count)
			if neighbours&(1<<o.variable) != 0 {
				w.mark(o.variable, from, len(dst), v.Currency)
			}
		case opUnless:
			if !v.has(o.variable, loan) {
				pc = o.to - 1
			}
		case opJump:
			pc = o.to - 1
		case opEach:
			if len(v.Loans) == 0 {
				return loanList
			}
			at, loan = 0, &v.Loans[0]
		case opNext:
			if at++; at < len(v.Loans) {
				loan = &v.Loans[at]
				dst = append(dst, separator(w.lang)...)
				tally.Add(separatorTally(w.lang))
				pc = o.to - 1
			} else {
				loan = nil
			}
		}
	}
	w.dst, w.tally = dst, tally
	return noVariable
}

// value writes a value and counts it; false where there is none. Days, minutes, numbers of days and amounts of yuan are
// digits, points, commas and English words, and a few Chinese characters: what they come to is known without reading them.
func (w *writing) value(dst []byte, v *Vars, id variable, loan *LoanVars) ([]byte, sms.Tally, bool) {
	from := len(dst)
	// The others are written and read.
	//exhaustive:ignore
	switch id {
	case dueTotal, duePrincipal, dueInterest, duePenalty, dueFees, duePerDay, duePayByTotal, loanTotal:
		minor := v.money(id, loan)
		if minor <= 0 || v.Currency == "" {
			return dst, sms.Tally{}, false
		}
		dst = AppendMoney(dst, minor, v.Currency, w.lang)
		if w.lang != Chinese || v.Currency != "CNY" {
			return dst, sms.Count(dst[from:]), true
		}
		return dst, sms.Plain(len(dst)-from-len("元"), 1), true
	case duePayBy, dueOn, debitRetryOn, nextStepOn, loanDueOn:
		on := v.date(id, loan)
		if on == 0 {
			return dst, sms.Tally{}, false
		}
		d := w.days.of(on, w.asOf.year, w.lang)
		return append(dst, d.text[:d.n]...), d.tally, true
	case dueAsOf:
		if v.AsOf.IsZero() {
			return dst, sms.Tally{}, false
		}
		return append(dst, w.asOf.written()...), w.asOf.tally, true
	case daysPastDue:
		if v.DPD <= 0 {
			return dst, sms.Tally{}, false
		}
		dst = strconv.AppendInt(dst, int64(v.DPD), 10)
		return dst, sms.Plain(len(dst)-from, 0), true
	}
	if !v.has(id, loan) {
		return dst, sms.Tally{}, false
	}
	dst = v.append(dst, id, loan, w.lang)
	return dst, sms.Count(dst[from:]), true
}

// mark notes where a value lies of which it matters what stands beside it.
func (w *writing) mark(id variable, from, to int, c ledger.Currency) {
	if w.n == len(w.marks) {
		return
	}
	if id != stopWord && id != daysPastDue {
		from, to = numberIn(from, to, c, w.lang)
	}
	w.marks[w.n] = mark{id, from, to}
	w.n++
}

// append appends a value that is there.
func (v *Vars) append(dst []byte, id variable, loan *LoanVars, lang Language) []byte {
	// The rest are handled after it.
	//exhaustive:ignore
	switch id {
	case dueTotal, duePrincipal, dueInterest, duePenalty, dueFees, duePerDay, duePayByTotal, loanTotal, agreedTotal:
		return AppendMoney(dst, v.money(id, loan), v.Currency, lang)
	case duePayBy, dueOn, debitRetryOn, nextStepOn, loanDueOn, agreedOn, answerBy:
		var m moment
		return AppendDate(dst, v.date(id, loan), m.of(v, lang).year, lang)
	case dueAsOf:
		var m moment
		return append(dst, m.of(v, lang).written()...)
	case dueBreakdown:
		return appendBreakdown(dst, v, lang)
	case daysPastDue:
		return strconv.AppendInt(dst, int64(v.DPD), 10)
	}
	return append(dst, v.text(id, loan)...)
}
