package compose

import (
	"strings"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/wire/sms"
)

// Paper is room for many texts, each written after the one before it. The zero Paper is empty and ready for use.
type Paper struct {
	room []byte
	w    writing // of the text before: most have the same minute
}

// Reset makes the paper as new. The texts on it are overwritten by the next ones: nobody may hold one any more.
func (p *Paper) Reset() { p.room = p.room[:0] }

// sheet is how much room is taken at a time, in bytes.
const sheet = 256 << 10

// from returns room for so many bytes after what is written.
func (p *Paper) from(size int) []byte {
	if cap(p.room)-len(p.room) < size {
		p.room = make([]byte, 0, max(sheet, size))
	}
	return p.room[len(p.room):]
}

// keep keeps a text that was written where from said, and returns it so that nothing can be appended to it.
func (p *Paper) keep(text []byte) []byte {
	if at := len(p.room); at+len(text) <= cap(p.room) { // else it outgrew its room and lies elsewhere
		p.room = p.room[:at+len(text)]
	}
	return text[:len(text):len(text)]
}

// A Written is a rendered text and what is known of it.
type Written struct {
	Text     []byte    // on the paper, until that is reset
	Lacks    []Missing // the elements of the template that cannot be read in it; see Check
	Alphabet sms.Alphabet
	Units    int
	Segments int
}

// Write renders the template as Render does, on paper, and says what Check and sms.Measure say of the text, without
// reading it again. The error is that of Render.
//
// It is sound not to look for most elements in a rendering. An element is there when the values of its variables can
// be read in the text. Compile has refused a body that does not write the variables of each of its elements
// whatever the facts are, each value is written in the form that Check looks for, and a value that is missing ends the
// rendering. So it is there. Three values can be there and yet not be read as what they are: an amount or a number of
// days that runs into the digits beside it, and a word for opting out with nothing before it that says to send it. Of
// those the place is noted while they are written, and what stands beside them is looked at when the text is whole. Where
// that leaves a doubt, Check reads the text.
func (t *Template) Write(on *Paper, v *Vars) (Written, error) {
	return t.write(t.ops, t.beside, on, v)
}

func (t *Template) write(ops []op, beside variables, on *Paper, v *Vars) (Written, error) {
	w := &on.w
	w.lang, w.dst, w.tally = t.Language, on.from(t.longest), sms.Tally{}
	if w.n = 0; beside == 0 {
		w.n = len(w.marks) // nobody asks for them
	}
	if id := w.run(ops, v); id != noVariable {
		return Written{}, t.missing(id)
	}
	done := Written{Text: on.keep(w.dst)}
	ok := false
	if done.Alphabet, done.Units, done.Segments, ok = w.tally.Measure(); !ok {
		done.Alphabet, done.Units, done.Segments = sms.Measure(string(done.Text))
	}
	if beside != 0 && beside&^w.readable() != 0 {
		done.Lacks = Check(string(done.Text), t.Language, t.elements, v)
	}
	return done, nil
}

// variables is a set of variables, a bit each.
type variables uint64

// neighbours are the variables whose values can be read only if what stands beside them lets them be.
const neighbours variables = 1<<dueTotal | 1<<duePayByTotal | 1<<daysPastDue | 1<<stopWord

// beside returns those of the neighbours by which the elements of a body are carried: always says which variables are
// written whatever the facts are.
func beside(elements []Element, always []bool) variables {
	var set variables
	for _, e := range elements {
		for _, group := range carriedBy[e] {
			if lackingOf(group, always) {
				continue
			}
			for _, id := range group {
				set |= 1 << id
			}
			break
		}
	}
	return set & neighbours
}

// numberIn returns where the number lies in an amount written from one place to another by AppendMoney.
func numberIn(from, to int, c ledger.Currency, lang Language) (start, end int) {
	if lang == Chinese && c == "CNY" {
		return from, to - len("元")
	}
	return from + len(c) + 1, to
}

// readable returns which of the marked values can be read in the text.
func (w *writing) readable() variables {
	var set variables
	for _, m := range w.marks[:w.n] {
		ok := false
		// The others are amounts: see neighbours.
		//exhaustive:ignore
		switch before, after := w.dst[:m.from], w.dst[m.to:]; m.variable {
		case stopWord:
			ok = saysToSend(before, w.lang)
		case daysPastDue:
			ok = alone(before, after, "")
		default:
			ok = alone(before, after, ",")
		}
		if ok {
			set |= 1 << m.variable
		}
	}
	return set
}

// alone says that a number between two pieces of text is no piece of a longer one, as hasNumber has it. Characters of
// skip are passed over, as if they were not in the text.
func alone(before, after []byte, skip string) bool {
	last := func() byte {
		for len(before) > 0 {
			b := before[len(before)-1]
			before = before[:len(before)-1]
			if strings.IndexByte(skip, b) < 0 {
				return b
			}
		}
		return 0
	}
	first := func() byte {
		for len(after) > 0 {
			b := after[0]
			after = after[1:]
			if strings.IndexByte(skip, b) < 0 {
				return b
			}
		}
		return 0
	}
	if b := last(); digit(b) || b == '.' && digit(last()) {
		return false
	}
	b := first()
	return !digit(b) && (b != '.' || !digit(first()))
}

// saysToSend says that a text ends with a word that asks to send what follows.
func saysToSend(text []byte, lang Language) bool {
	for _, lead := range leads(lang) {
		if at := len(text) - len(lead); at >= 0 && strings.EqualFold(string(text[at:]), lead) {
			return true
		}
	}
	return false
}
