package compose

import (
	"strings"
	"time"
	"unicode/utf16"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/wire/sms"
)

// A walk looks at a body without rendering it. Jumps are absolute, so it keeps the whole and walks by index.
type walk struct {
	ops  []op
	lang Language
	gone variables // without a value, where an {if} asks for them
}

// worst measures the body at the longest values: on the last day of a year, when coming days lie in the next, and
// in the first days of one, when past days lie in the last. size is in bytes.
func (w walk) worst() (alphabet sms.Alphabet, units, segments, size int) {
	for _, asOf := range []ledger.Date{ledger.NewDate(2026, 12, 31), ledger.NewDate(2027, 1, 19)} {
		v := longestValues(w.lang, asOf)
		text := string(w.longest(nil, &v, 0, len(w.ops), nil))
		size = max(size, len(text))
		a, u, n := sms.Measure(text)
		if n > segments || n == segments && u > units {
			alphabet, units, segments = a, u, n
		}
	}
	return alphabet, units, segments, size
}

// always returns the variables whose values are in the text whatever the facts are. A list that must not be
// empty counts, since rendering fails without it.
func (w walk) always(from, to int) []bool {
	found := make([]bool, variableCount)
	for pc := from; pc < to; pc++ {
		o := w.ops[pc]
		// The other kinds name no variable.
		//exhaustive:ignore
		switch o.kind {
		case opValue, opEach:
			found[o.variable] = true
		case opUnless:
			thenTo, elseFrom, elseTo := w.span(pc)
			then, without := w.always(pc+1, thenTo), w.always(elseFrom, elseTo)
			for id := range found {
				found[id] = found[id] || then[id] && without[id]
			}
			pc = elseTo - 1
		}
	}
	return found
}

// span returns where the branches of the opUnless at pc lie: [pc+1, thenTo) and [elseFrom, elseTo).
func (w walk) span(pc int) (thenTo, elseFrom, elseTo int) {
	to := w.ops[pc].to
	if last := to - 1; last > pc && w.ops[last].kind == opJump {
		return last, to, w.ops[last].to
	}
	return to, to, to
}

// longest appends the text at the values of v, with the longer branch of each {if}.
func (w walk) longest(dst []byte, v *Vars, from, to int, loan *LoanVars) []byte {
	for pc := from; pc < to; pc++ {
		o := w.ops[pc]
		switch o.kind {
		case opText:
			dst = append(dst, o.text...)
		case opValue:
			dst = v.append(dst, o.variable, loan, w.lang)
		case opUnless:
			thenTo, elseFrom, elseTo := w.span(pc)
			var then []byte
			if w.gone&(1<<o.variable) == 0 {
				then = w.longest(nil, v, pc+1, thenTo, loan)
			}
			without := w.longest(nil, v, elseFrom, elseTo, loan)
			if w.gone&(1<<o.variable) != 0 || w.units(then) < w.units(without) {
				then = without
			}
			dst = append(dst, then...)
			pc = elseTo - 1
		case opEach:
			end := pc + 1
			for w.ops[end].kind != opNext {
				end++
			}
			for i := range v.Loans {
				if i > 0 {
					dst = append(dst, separator(w.lang)...)
				}
				dst = w.longest(dst, v, pc+1, end, &v.Loans[i])
			}
			pc = end
		case opJump, opNext:
		}
	}
	return dst
}

// units counts a piece in the alphabet that the whole will have: a Chinese text is UCS-2 whatever the piece.
func (w walk) units(piece []byte) int {
	if w.lang == Chinese {
		return len(utf16.Encode([]rune(string(piece))))
	}
	_, units, _ := sms.Measure(string(piece))
	return units
}

// longestValues are those that a template must have room for on a day: seven digits before the point, every part
// of the amount, two loans, names and numbers as long as they are met.
func longestValues(lang Language, asOf ledger.Date) Vars {
	past, coming := asOf-22, asOf+12
	v := Vars{
		Surname: "欧阳", Title: "女士", Creditor: "某某消费金融公司", Sign: "某某消费金融公司", Phone: "057100000000",
		Verify: "官方App消息中心", Officer: "欧阳某", Approver: "欧阳某", Assignee: "某某资产管理有限公司", StopWord: "R",
		Currency: "CNY",
		Due:      assess.Due{Total: 123456789, Principal: 119000000, Interest: 3000000, Penalty: 1356789, Fees: 100000},
		PerDay:   123456, PayByDue: 123950613, DPD: 188,
		PayBy: coming, DueOn: past, RetryOn: coming, NextOn: coming,
		AsOf:     asOf.At(10, 5, time.UTC),
		NextStep: "将按规定报送征信系统",
		Link:     "https://" + strings.Repeat("m", longestHost) + "/l/" + strings.Repeat("m", TokenLength), Code: strings.Repeat("M", CodeLength),
		Address: strings.Repeat("m", longestHost), AskedStop: "R",
		Loans: []LoanVars{
			{Masked: "0000", Total: 123456789, DueOn: past},
			{Masked: "0000", Total: 123456789, DueOn: past},
		},
		Agreed: 123456789, AgreedOn: coming, AnswerBy: coming,
	}
	v.Plan = PlanWords(lang, asOf, "CNY", 24, 5144033, 5144030, coming, coming+700)
	v.Offers = OfferWords(lang, asOf, "CNY", 12, 10288066, coming) + separator(lang) + OfferWords(lang, asOf, "CNY", 24, 5144033, coming)
	if lang == English {
		v.Surname, v.Title, v.Creditor, v.Sign = "Featherston", "Prof", "Example Finance Co", "Example Finance"
		v.Phone, v.Verify, v.StopWord, v.AskedStop = "+8657100000000", "example.com/verify", "STOP", "STOP"
		v.Officer, v.Approver, v.Assignee = "Ms Featherston", "Ms Featherston", "Example Capital LLC"
		v.NextStep = "we report this to the credit bureau"
	}
	return v
}
