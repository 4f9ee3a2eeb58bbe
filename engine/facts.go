package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// MayLift says why whoever lifts a state, as "role" or "role:number", may not: some rule that the portfolio stands under
// says who may. A reason without a code means that they may.
func (p *Portfolio) MayLift(kind, by string) fault.Reason {
	role, _, _ := strings.Cut(by, ":")
	for _, b := range p.Lawbook.Books() {
		for i := range b.Rules {
			if r := &b.Rules[i]; r.Kind == law.Stop && r.Names(kind) && len(r.LiftedBy) > 0 && !slices.Contains(r.LiftedBy, role) {
				return fault.Of(fault.MayNotLift, r.ID, strings.Join(r.LiftedBy, " / "), kind)
			}
		}
	}
	return fault.Reason{}
}

// A medium is how a contact reaches somebody: over a channel, by a carrier or by hand.
type medium struct {
	channel ledger.Channel
	byHand  bool
}

// mediumOf is how a treatment reaches somebody: its task is done by hand.
func mediumOf(t *decide.Treatment) medium { return medium{t.Medium(), t.Channel == ledger.Task} }

// rulesOf returns the rules that apply to a contact with a person whose loan leads.
func (p *Portfolio) rulesOf(j *Judgement, d *store.Dossier, leads int, over medium) *ruled {
	b := &d.Borrowers[j.Borrower]
	return p.rulesFor(ruleKey{
		country: b.Country, region: b.Region, locality: b.Locality, product: d.Loans[leads].Product, channel: over.channel, byHand: over.byHand, on: j.Today,
	})
}

// guardFacts is what the guard reads of a person whose loan leads. They lie in the portfolio's own room, until the next
// person's.
func (p *Portfolio) guardFacts(j *Judgement, d *store.Dossier, leads int, over medium, now time.Time, explain bool) *guard.Facts {
	b, lead := &d.Borrowers[j.Borrower], &d.Loans[leads]
	j.rules = p.rulesOf(j, d, leads, over)
	p.facts = guard.Facts{
		Now: now, Zones: j.zones, Country: b.Country, Region: b.Region, Locality: b.Locality, Party: p.Party, Product: lead.Product,
		Channel: over.channel, Carrier: p.carrierOf(j.rules.key), Loans: p.about(j, d), Address: b.Address, Owner: guard.OwnBorrower, Phone: b.PhoneKind,
		States: d.States, Contacts: d.Contacts, LedgerAsOf: d.PaymentsAsOf, LedgerMaxAge: p.LedgerMaxAge, AmountKnown: true,
		Consents: d.Consents, Duties: d.Duties, Notice: j.Intent.Treatment.Notice, Explain: explain,
	}
	f := &p.facts
	f.Case = law.Case{
		DPD: j.Intent.DPD, DPDKnown: true, Owed: ledger.Money{Minor: j.Positions[leads].Due.Total, Currency: lead.Currency},
		NextStep: lead.Core.NextStep, First: law.Yes,
	}
	f.Suit = law.Age{LastDue: lead.Core.LastDueOn, LastPayment: lead.Core.LastPaidOn}
	p.firstContact(f, d, lead.ID)
	if b.Number.Status == "ok" && b.Number.Known(j.Today) {
		f.NumberCheckedAt = b.Number.CheckedOn.At(0, 0, time.UTC)
	}
	for i := range d.Heard {
		if h := &d.Heard[i]; h.Address == b.Address && h.Channel == f.Channel {
			f.RepliedAt = h.At
		}
	}
	j.wish = ledger.Wish{Open: b.Wish.Open, Close: b.Wish.Close, Days: b.Wish.Days}
	if w := &b.Wish; w.Close != 0 || w.Days != 0 {
		p.asked = guard.Asked{Open: w.Open, Close: w.Close, Weekdays: law.Weekdays(w.Days)}
		f.Asked = &p.asked
	}
	return f
}

// about returns the loans that a message would speak of, the one that leads first.
func (p *Portfolio) about(j *Judgement, d *store.Dossier) []ledger.LoanID {
	p.ids = append(p.ids[:0], j.Intent.Lead)
	for _, i := range j.Intent.Loans {
		if id := d.Loans[i].ID; id != j.Intent.Lead {
			p.ids = append(p.ids, id)
		}
	}
	return p.ids
}

// firstContact finds the first contact about a debt by the portfolio's party: what another party did is not this one's
// first. A contact of which nobody said what it was about counts for every debt.
func (p *Portfolio) firstContact(f *guard.Facts, d *store.Dossier, loan ledger.LoanID) {
	for i := range d.Contacts {
		c := &d.Contacts[i]
		switch {
		case d.MadeBy(i) == store.ByCreditor && p.Party != "creditor", d.MadeBy(i) == store.ByAgency && p.Party != "agency":
			continue
		case len(c.Loans) > 0 && !slices.Contains(c.Loans, loan):
			continue
		}
		f.Case.First, f.FirstContact = law.No, c.At
		return
	}
}

// carrierOf returns the provider that would carry a contact: nobody does where a person makes it.
func (p *Portfolio) carrierOf(k ruleKey) string {
	if k.byHand {
		return law.ByHand
	}
	return p.Provider
}
