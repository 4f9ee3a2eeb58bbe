package compose

import (
	"fmt"
	"slices"
	"strconv"
	"time"

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

// A writing is one text on its way.
type writing struct {
	lang  Language
	dst   []byte
	tally sms.Tally
	asOf  moment
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
	var loan *LoanVars
	at := 0
	for pc := 0; pc < len(ops); pc++ {
		o := &ops[pc]
		switch o.kind {
		case opText:
			w.dst = append(w.dst, o.text...)
			w.tally.Add(o.tally)
		case opValue:
			if !v.has(o.variable, loan) {
				return o.variable
			}
			w.value(v, o.variable, loan)
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
				w.dst = append(w.dst, separator(w.lang)...)
				w.tally.Add(separatorTally(w.lang))
				pc = o.to - 1
			} else {
				loan = nil
			}
		}
	}
	return noVariable
}

// value writes a value that is there, counts it and marks where it lies.
func (w *writing) value(v *Vars, id variable, loan *LoanVars) {
	from := len(w.dst)
	w.dst = w.asOf.append(w.dst, v, id, loan, w.lang)
	to := len(w.dst)
	w.tally.Add(tallyOf(w.dst[from:], id, v.Currency, w.lang))
	if neighbours&(1<<id) == 0 || w.n == len(w.marks) {
		return
	}
	if id != stopWord && id != daysPastDue {
		from, to = numberIn(from, to, v.Currency, w.lang)
	}
	w.marks[w.n] = mark{id, from, to}
	w.n++
}

// tallyOf counts a value as it was written. Days, minutes and amounts of yuan are digits, points, commas and English
// words, and a few Chinese characters of three octets each.
func tallyOf(value []byte, id variable, c ledger.Currency, lang Language) sms.Tally {
	octets := 0
	// The others are read.
	//exhaustive:ignore
	switch id {
	case dueTotal, duePrincipal, dueInterest, duePenalty, dueFees, duePerDay, duePayByTotal, loanTotal:
		if lang != Chinese || c != "CNY" {
			return sms.Count(value)
		}
		octets = len("元")
	case duePayBy, dueOn, debitRetryOn, nextStepOn, loanDueOn, dueAsOf:
		for _, b := range value {
			octets += int(b >> 7)
		}
	case daysPastDue:
	default:
		return sms.Count(value)
	}
	return sms.Plain(len(value)-octets, octets/3)
}

// append appends a value that is there.
func (v *Vars) append(dst []byte, id variable, loan *LoanVars, lang Language) []byte {
	var m moment
	return m.append(dst, v, id, loan, lang)
}

// A moment is the as-of time of a text in the reader's calendar.
type moment struct {
	at           time.Time // zero when there is none
	year         int       // 0 without an as-of time: there is no year to leave unsaid
	month        time.Month
	day          int
	hour, minute int
}

func (m *moment) of(v *Vars) *moment {
	if m.at.Equal(v.AsOf) && m.at.Location() == v.AsOf.Location() {
		return m
	}
	if v.AsOf.IsZero() {
		*m = moment{}
		return m
	}
	_, offset := v.AsOf.Zone()
	at := v.AsOf.Unix() + int64(offset)
	days := at / 86400
	if at%86400 < 0 {
		days--
	}
	y, month, day := ledger.Date(days).YMD()
	minute := int(at-days*86400) / 60
	*m = moment{v.AsOf, y, month, day, minute / 60, minute % 60}
	return m
}

// append appends a value that is there.
func (m *moment) append(dst []byte, v *Vars, id variable, loan *LoanVars, lang Language) []byte {
	// The rest are handled after it.
	//exhaustive:ignore
	switch id {
	case dueTotal, duePrincipal, dueInterest, duePenalty, dueFees, duePerDay, duePayByTotal, loanTotal:
		return AppendMoney(dst, v.money(id, loan), v.Currency, lang)
	case duePayBy, dueOn, debitRetryOn, nextStepOn, loanDueOn:
		return AppendDate(dst, v.date(id, loan), m.of(v).year, lang)
	case dueAsOf:
		return m.of(v).appendTo(dst, lang)
	case dueBreakdown:
		return appendBreakdown(dst, v, lang)
	case daysPastDue:
		return strconv.AppendInt(dst, int64(v.DPD), 10)
	}
	return append(dst, v.text(id, loan)...)
}
