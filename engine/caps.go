package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

// capped is the caps that bind a contact as the database enforces them, with the rules that they come from.
type capped struct {
	store.CapSet
	rows  []store.CapRow
	rules []*law.Rule // by row
}

// NoCap is the id of the hold of a reminder that no rule counts.
const NoCap = "duly:no_cap"

// errNoCap says that no rule limits how often a reminder may be sent, so that it waits.
var errNoCap = fmt.Errorf("%w: no rule says how often somebody may be contacted over this channel", ErrCannotWrite)

// A capKey is the rules of a contact, and which of their caps with conditions hold for it.
type capKey struct {
	*ruled
	held    uint64
	purpose law.Purpose
}

// capSet returns the caps that bind a contact.
func (p *Portfolio) capSet(ctx context.Context, s *store.Store, k capKey) (capped, error) {
	if set, ok := p.capSets[k]; ok {
		return set, nil
	}
	c := capRows(k.Rules, k.purpose, k.held)
	var err error
	switch {
	case len(c.rows) > 0:
		c.CapSet, err = s.CapSet(ctx, k.key.channel, c.rows)
	case k.purpose != law.Reminder:
		c.CapSet, err = s.Takes(ctx, k.key.channel) // no cap binds it, and it is counted all the same
	default:
		return c, errNoCap
	}
	if err == nil {
		p.capSets[k] = c
	}
	return c, err
}

// purposeFor is what a judged message is to the law.
func purposeFor(j *Judgement) law.Purpose {
	switch {
	case j.answer != nil && !j.answer.kind.unasked:
		return law.Confirmation
	case j.Intent.Treatment.Notice:
		return law.Notice
	}
	return law.Reminder
}

var subjects = map[string]store.Subject{"person": store.PerPerson, "debt": store.PerDebt, "address": store.PerAddress, "": store.PerPerson}

// capRows turns the caps that bind into rows for the database.
func capRows(rules law.Rules, purpose law.Purpose, held uint64) (c capped) {
	for _, r := range guard.Caps(rules, purpose, held) {
		c.rules = append(c.rules, r)
		c.rows = append(c.rows, store.CapRow{
			Per: subjects[r.Per], Of: r.Of, N: r.N, Days: r.Days, Window: time.Duration(r.Seconds) * time.Second,
		})
	}
	return c
}

// rule returns the rule that a row of the database's comes from, nil when there is none.
func (c *capped) rule(full *store.CapRow) *law.Rule {
	for i := range c.rows {
		if r := &c.rows[i]; r.Per == full.Per && r.N == full.N && r.Days == full.Days && r.Window == full.Window {
			return c.rules[i]
		}
	}
	return nil
}

// written is a message with its text, on its way to its slots.
type written struct {
	*judged
	text    Text
	phone   string
	address int64
	loans   []ledger.LoanID // those that the text is about
	set     capped
	asks    []store.Ask // the subjects beside the person that it takes slots of
	seats   []store.Seat
	slots   []store.Slot
	moves   []store.Slot
}

// seek lists the subjects whose slots a message takes: the person, and each loan that it is about and the address
// where a cap counts those. The person's own slot is known from the dossier.
func (g *judging) seek(ctx context.Context, c *judged, text Text, phone string) (written, error) {
	w := written{judged: c, text: text, phone: phone, address: c.d.Borrowers[c.j.Borrower].Address}
	w.loans, w.slots = g.loans.room(len(c.j.Intent.Loans)), g.slots.room(1)
	for _, i := range c.j.Intent.Loans {
		w.loans = append(w.loans, c.d.Loans[i].ID)
	}
	var err error
	if w.set, err = g.p.capSet(ctx, g.s.e.Store, capKey{c.j.rules, c.j.capsHeld, purposeFor(&c.j)}); err != nil {
		return w, err
	}
	person := store.Slot{Of: int64(c.d.Person), Seq: c.d.LastSeq + 1}
	if c.d.OwnSeq != 0 {
		person.Seq = c.d.OwnSeq
		w.moves = append(w.moves, person)
	} else {
		w.slots = append(w.slots, person)
	}
	ask := func(counted store.Counted, of int64) {
		w.asks = append(w.asks, store.Ask{
			Slot: store.Slot{Counted: counted, Of: of}, Set: w.set.ID, Message: c.m.ID, At: g.st.At, Day: c.j.Today,
		})
	}
	for _, counted := range w.set.Takes {
		switch counted.Kind() {
		case store.PerPerson:
			if counted != 0 {
				ask(counted, int64(c.d.Person))
			}
		case store.PerDebt:
			for _, loan := range w.loans {
				ask(counted, int64(loan))
			}
		case store.PerAddress:
			ask(counted, w.address)
		}
	}
	return w, nil
}

// seat looks up the slots that the messages reach for.
func (g *judging) seat(ctx context.Context, all []written) error {
	var asks []store.Ask
	for i := range all {
		asks = append(asks, all[i].asks...)
	}
	if len(asks) == 0 {
		return nil
	}
	seats, err := g.s.e.Store.Seats(ctx, asks)
	if err != nil {
		return err
	}
	for i := range all {
		n := len(all[i].asks)
		all[i].seats, seats = seats[:n], seats[n:]
	}
	return nil
}

// seated gives a message its slots, or puts it off where one of them would break a cap: of a debt that somebody else owed
// before, or an address that another person has too, whose contacts the guard has not seen.
func (g *judging) seated(w *written) bool {
	for i := range w.seats {
		seat, slot := &w.seats[i], w.asks[i].Slot
		slot.Seq = seat.Seq
		if seat.Full != nil {
			g.full(w, seat)
			return false
		}
		if seat.Own {
			w.moves = append(w.moves, slot)
		} else {
			w.slots = append(w.slots, slot)
		}
	}
	return true
}

func (g *judging) full(w *written, seat *store.Seat) {
	free := seat.Free
	zones, _ := g.p.whereAndWhen(nil, w.d, g.st.At)
	if seat.FreeOn != 0 {
		if on := law.StartOf(seat.FreeOn, orZone(zones, g.p.Zone)); on.After(free) {
			free = on
		}
	}
	if free.Before(w.m.NotAfter) {
		g.putOff(w.m, free)
		return
	}
	id, why := "duly:cap", "One more contact would break a cap of the debt or the address."
	if r := w.set.rule(seat.Full); r != nil {
		id, why = r.ID, r.Reason()
	}
	g.close(w.m, outbox.Cancelled, id, why)
}

// speaker is whom a message is to.
func (w *written) speaker() store.Speaker {
	b := &w.d.Borrowers[w.j.Borrower]
	return store.Speaker{Person: w.d.Person, Portfolio: w.d.Portfolio, Borrower: b.ID, Address: w.address}
}

// others returns the loans that a message is about beside the one that leads.
func (w *written) others() []ledger.LoanID {
	if len(w.loans) < 2 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(w.loans), func(l ledger.LoanID) bool { return l == w.j.Intent.Lead })
}
