package compose

import "github.com/dulyhq/duly/wire/sms"

// sender are the variables that say who writes: the same for everybody whom a portfolio writes to.
const sender variables = 1<<creditorName | 1<<creditorSignature | 1<<contactPhone | 1<<contactVerify | 1<<officerName | 1<<stopWord |
	1<<stopAsked | 1<<portalAddress

// A Bound is a template with the sender's own values written into its text, so that they are written and counted once
// and not for every person. It never changes.
type Bound struct {
	*Template
	ops    []op
	beside variables
	sender Vars
	needs  Needs
	lets   Lets
}

// Lets says what a text needs to let its reader in at the borrower's page.
type Lets struct {
	Link, Code bool
	Either     bool // it asks whether there is a link, and needs no code where there is one
}

// LetsIn returns what the text needs to let its reader in: a link or a code of its own.
func (b *Bound) LetsIn() Lets { return b.lets }

// Needs says which values a text may write or ask for, beside those that nearly every text does. The others need not be
// worked out.
type Needs struct {
	Surname bool // and the title
	PayBy   bool // a day by which to pay, and the amount that holds until then
	PerDay  bool
	Loans   bool // each loan
}

// Needs returns what the text needs.
func (b *Bound) Needs() Needs { return b.needs }

func needs(ops []op) (n Needs) {
	for i := range ops {
		// The others are in nearly every text.
		//exhaustive:ignore
		switch ops[i].variable {
		case borrowerSurname, borrowerTitle:
			n.Surname = true
		case duePayBy, duePayByTotal:
			n.PayBy = true
		case duePerDay:
			n.PerDay = true
		case loanList, loanMasked, loanTotal, loanDueOn:
			n.Loans = true
		}
	}
	return n
}

// Bind writes the sender's values of v into the template: creditor, signature, phone, way to verify, officer, stop word and the
// page's address, which so is fixed text of what a carrier registers. Without an address there is no page, and without a Link
// no link to it may be written; the text is bound without them. The other values of v do not count.
func (t *Template) Bind(v *Vars) *Bound {
	b := &Bound{Template: t, beside: t.beside}
	b.take(&b.sender, v)
	f := folding{page: toPage, lang: t.Language, ops: t.ops, sender: &b.sender, targets: make([]bool, len(t.ops)+1), at: make([]int, len(t.ops)+1)}
	if v.Address != "" {
		if f.page = 0; v.Link == "" {
			f.page = 1 << portalLink
		}
	}
	for i := range t.ops {
		if o := &t.ops[i]; o.kind == opUnless || o.kind == opJump || o.kind == opNext {
			f.targets[o.to] = true
		}
	}
	for i := range t.ops {
		f.op(i, &t.ops[i])
	}
	f.at[len(t.ops)] = len(f.out)
	for i := range f.out {
		f.out[i].to = f.at[f.out[i].to]
	}
	b.ops = f.out
	b.beside &^= f.readable
	b.needs, b.lets = needs(b.ops), letsIn(b.ops)
	return b
}

// letsIn looks through what can be reached of a bound body.
func letsIn(ops []op) (l Lets) {
	reached := make([]bool, len(ops)+1)
	reached[0] = true
	for pc := range ops { // jumps lead on, but for those of lists, which lead back to what was reached
		if !reached[pc] {
			continue
		}
		o := &ops[pc]
		if o.kind != opJump {
			reached[pc+1] = true
		}
		if o.kind == opUnless || o.kind == opJump {
			reached[o.to] = true
		}
		l.Link = l.Link || o.variable == portalLink
		l.Code = l.Code || o.variable == portalCode
		l.Either = l.Either || o.kind == opUnless && o.variable == portalLink
	}
	return l
}

// take gives a set of values the sender's values of another.
func (b *Bound) take(to, from *Vars) {
	to.Creditor, to.Sign, to.Phone = from.Creditor, from.Sign, from.Phone
	to.Verify, to.Officer, to.StopWord, to.AskedStop = from.Verify, from.Officer, from.StopWord, from.AskedStop
	to.Address = from.Address
}

// Write is Template.Write with the sender's values that were bound, whatever v has for them; v has them afterwards.
func (b *Bound) Write(on *Paper, v *Vars) (Written, error) {
	b.take(v, &b.sender)
	return b.write(b.ops, b.beside, on, v)
}

// A folding turns the ops of a body into those of a bound one.
type folding struct {
	lang     Language
	ops      []op // of the body
	sender   *Vars
	page     variables // those that lead to the page and never have a value
	targets  []bool    // by old index: a jump leads there
	at       []int     // by old index: the new one
	out      []op
	skipped  int       // up to here, by old index, a jump may pass by what is written
	apart    bool      // a jump leads to what comes next, so that it may not be joined to the text before
	readable variables // those of the neighbours whose values can be read in the text whatever the facts are
}

// op takes the op with an old index over.
func (f *folding) op(i int, o *op) {
	f.at[i] = len(f.out)
	f.apart = f.apart || f.targets[i]
	if o.kind == opUnless || o.kind == opJump {
		f.skipped = max(f.skipped, o.to)
	}
	known := (sender|f.page)&(1<<o.variable) != 0
	switch {
	case o.kind == opText:
		f.text(o.text)
	case o.kind == opValue && known && f.sender.has(o.variable, nil):
		if o.variable == stopWord && i >= f.skipped && f.leads() {
			f.readable |= 1 << stopWord
		}
		f.text(f.sender.text(o.variable, nil))
	case o.kind == opUnless && known && f.sender.has(o.variable, nil):
		// What follows is always written.
	case o.kind == opUnless && known:
		f.add(op{kind: opJump, to: o.to})
	case o.kind == opValue && neighbours&(1<<o.variable) != 0 && i >= f.skipped && f.standsAlone() && f.apartFrom(i+1):
		f.readable |= 1 << o.variable
		f.add(*o)
	default:
		f.add(*o)
	}
}

// standsAlone says that what was written last, on every way that leads here, is no piece of a number that follows.
func (f *folding) standsAlone() bool {
	n := len(f.out)
	if n == 0 || f.apart || f.out[n-1].kind != opText || f.out[n-1].text == "" {
		return false
	}
	return !ofNumber(f.out[n-1].text[len(f.out[n-1].text)-1])
}

// apartFrom says that what is written from the op with an old index on, on every way, does not go on with a number before it.
func (f *folding) apartFrom(i int) bool {
	if i >= len(f.ops) {
		return true
	}
	o := &f.ops[i]
	switch o.kind {
	case opText:
		return o.text != "" && !ofNumber(o.text[0])
	case opValue:
		return sender&(1<<o.variable) != 0 && f.sender.has(o.variable, nil) && !ofNumber(f.sender.text(o.variable, nil)[0])
	case opUnless:
		return f.apartFrom(i+1) && f.apartFrom(o.to)
	case opJump:
		return f.apartFrom(o.to)
	case opEach, opNext:
	}
	return false
}

// ofNumber says that an octet may be a piece of a number.
func ofNumber(b byte) bool { return digit(b) || b == '.' || b == ',' }

// leads says that what was written last, on every way that leads here, asks to send what follows.
func (f *folding) leads() bool {
	n := len(f.out)
	return n > 0 && !f.apart && f.out[n-1].kind == opText && saysToSend([]byte(f.out[n-1].text), f.lang)
}

// text adds text, joined to that before it where nothing can come between.
func (f *folding) text(s string) {
	if n := len(f.out); n > 0 && !f.apart && f.out[n-1].kind == opText {
		s = f.out[n-1].text + s
		f.out = f.out[:n-1]
	}
	f.add(op{kind: opText, text: s, tally: sms.Count(s)})
}

func (f *folding) add(o op) {
	f.out = append(f.out, o)
	f.apart = false
}
