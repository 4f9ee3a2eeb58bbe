package proof

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A core is the lender's own system: it knows the humans and their loans, and states them to Duly.
type core struct {
	rng    *rand.Rand
	books  []*book
	humans []*human
	holder map[string]*human // by number: who holds it in the world
	paid   int               // payments so far, for their keys
	free   int               // the next number that nobody has had

	nameless int // loans whose payments have no payment_id, in a hundred
}

// populate makes people who owe, as of a day.
func (c *core) populate(people int, places []*Place, today ledger.Date) {
	for n := range people {
		h := c.someone(n, places[c.rng.IntN(len(places))])
		if n > 0 && c.chance(0.04) {
			c.share(h, c.humans[c.rng.IntN(n)])
		}
		c.humans = append(c.humans, h)
		c.holder[h.number] = h
		for _, b := range c.books {
			if b.land != h.place.land {
				continue
			}
			if len(h.accounts) == 0 || c.chance(0.3) {
				c.open(h, b, today)
			}
		}
	}
}

func (c *core) chance(p float64) bool { return c.rng.Float64() < p }

func (c *core) someone(n int, place *Place) *human {
	h := &human{n: n, place: place, name: nameOf(place, n), real: place.Zones[c.rng.IntN(len(place.Zones))]}
	h.zones = []string{h.real}
	if len(place.Zones) > 1 && c.chance(0.1) { // it may be this one or that
		h.zones = []string{h.real, place.Zones[c.rng.IntN(len(place.Zones))]}
		if h.zones[1] == h.real {
			h.zones = h.zones[:1]
		}
	}
	if c.chance(0.6) {
		h.identity = fmt.Sprintf("ID%08d", n)
	}
	h.kind = ledger.PhoneMobile
	switch c.rng.IntN(60) {
	case 0:
		h.zones, h.silent = nil, true
	case 1:
		h.kind, h.silent = ledger.PhoneFixed, true
	}
	h.number = c.fresh()
	return h
}

// share gives a human the number of another one of the same country. Two who share a number without identity numbers
// are one person to Duly, and one name must not read what the other owes.
func (c *core) share(h, other *human) {
	if h.place.land == other.place.land && h.surname() != other.surname() {
		h.number = other.number
	}
}

// fresh returns a number that nobody has had.
func (c *core) fresh() string {
	c.free++
	return fmt.Sprintf("%s%0*d", block, digits, c.free)
}

// open makes the human a borrower of a portfolio with one to four loans.
func (c *core) open(h *human, b *book, today ledger.Date) {
	a := &account{ref: fmt.Sprintf("%s-B%05d", b.ref, len(b.accounts)+1), book: b, human: h, dirty: true}
	h.accounts = append(h.accounts, a)
	b.accounts = append(b.accounts, a)
	for range 1 + c.rng.IntN(3)*c.rng.IntN(2) {
		c.lend(a, today)
	}
	if h.place.Law.Consent && c.chance(0.95) {
		c.agree(a, today.At(0, 0, time.UTC).AddDate(0, -1, 0), false)
	}
}

// lend makes a loan of weekly or monthly instalments, most of which are paid, and some of them late.
func (c *core) lend(a *account, today ledger.Date) {
	l := &loan{
		ref: fmt.Sprintf("%s-L%05d", a.book.ref, len(a.book.loans)+1), account: a, keyed: c.rng.IntN(100) >= c.nameless, dirty: true,
		rate: int64(c.rng.IntN(24)) * 10_000, times: 1_000_000 + int64(c.rng.IntN(3))*250_000,
	}
	every := ledger.Date([]int{7, 14, 30}[c.rng.IntN(3)])
	l.now.silent = c.chance(0.7)
	late := ledger.Date(c.rng.IntN(20)) - 6 // how long ago the last instalment before today fell due; below 0: still to come
	split := c.chance(0.5)
	for i := range 5 {
		in := instalment{number: i + 1, on: today - late + ledger.Date(i-2)*every, principal: 1000 + c.rng.Int64N(400_000), split: split}
		if split {
			in.interest, in.fees = c.rng.Int64N(9_000), c.rng.Int64N(2)*c.rng.Int64N(3_000)
		}
		l.now.due = append(l.now.due, in)
		if i < 2 && c.chance(0.9) {
			c.note(l, in.on+ledger.Date(c.rng.IntN(6))-2, in.total())
		}
	}
	a.loans = append(a.loans, l)
	a.book.loans = append(a.book.loans, l)
}

// note adds a payment.
func (c *core) note(l *loan, on ledger.Date, minor int64) {
	c.paid++
	p := payment{on: on, minor: minor}
	if l.keyed {
		p.id = fmt.Sprintf("P%07d", c.paid)
	}
	l.now.paid = append(l.now.paid, p)
	l.dirty = true
}

// anyLoan returns a loan of the world, nil where there is none.
func (c *core) anyLoan() *loan {
	b := c.books[c.rng.IntN(len(c.books))]
	if len(b.loans) == 0 {
		return nil
	}
	return b.loans[c.rng.IntN(len(b.loans))]
}

// pay lets a human pay on a loan: all that is unmet by a day, or a part of it.
func (c *core) pay(l *loan, on ledger.Date) {
	var unmet int64
	for _, in := range l.now.due {
		if in.on <= on {
			unmet += in.total()
		}
	}
	for _, p := range l.now.paid {
		unmet -= p.minor
	}
	if unmet <= 0 || c.chance(0.1) {
		unmet += 1 + c.rng.Int64N(50_000) // ahead of time, or more than is owed
	}
	if unmet > 1 && c.chance(0.4) {
		unmet = 1 + c.rng.Int64N(unmet)
	}
	c.note(l, on-ledger.Date(c.rng.IntN(2)*c.rng.IntN(4)), unmet)
}

// correct changes what was stated before: an amount, a day, the loan that a payment belongs to, or an instalment; or
// takes a payment back.
func (c *core) correct(l *loan, on ledger.Date) {
	if len(l.now.paid) == 0 {
		return
	}
	p := &l.now.paid[c.rng.IntN(len(l.now.paid))]
	switch kind := c.rng.IntN(5); {
	case kind == 0:
		in := &l.now.due[c.rng.IntN(len(l.now.due))]
		in.principal = 1 + c.rng.Int64N(in.principal*2)
	case p.minor < 0 || !l.keyed:
		return
	case kind == 1:
		p.minor = 1 + c.rng.Int64N(2*p.minor)
	case kind == 2:
		p.on -= ledger.Date(c.rng.IntN(5))
	case kind == 3:
		c.move(l, p)
	case c.takenBack(l, p.id):
		return
	default:
		id := p.id
		minor := p.minor
		c.note(l, max(on, p.on), -minor)
		l.now.paid[len(l.now.paid)-1].reverses = id
	}
	l.dirty = true
}

func (c *core) takenBack(l *loan, id string) bool {
	return slices.ContainsFunc(l.now.paid, func(p payment) bool { return p.reverses == id })
}

// move gives a payment to another loan of the same portfolio.
func (c *core) move(from *loan, p *payment) {
	b := from.account.book
	to := b.loans[c.rng.IntN(len(b.loans))]
	if to == from || !to.keyed || c.takenBack(from, p.id) {
		return
	}
	moved := *p
	from.now.paid = slices.DeleteFunc(from.now.paid, func(q payment) bool { return q.id == moved.id })
	to.now.paid = append(to.now.paid, moved)
	from.dirty, to.dirty = true, true
}

// renumber gives a human a new number. Sometimes the old one comes to somebody else.
func (c *core) renumber(h *human) {
	old := h.number
	h.number = c.fresh()
	c.holder[h.number] = h
	if c.holder[old] == h {
		delete(c.holder, old)
	}
	for _, a := range h.accounts {
		a.dirty = true
	}
	heir := c.humans[c.rng.IntN(len(c.humans))]
	if heir == h || heir.place.land != h.place.land || !c.chance(0.5) {
		return
	}
	if c.holder[heir.number] == heir {
		delete(c.holder, heir.number)
	}
	heir.number = old
	c.holder[old] = heir
	for _, a := range heir.accounts {
		a.dirty = true
	}
}
