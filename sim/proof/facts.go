package proof

import (
	"time"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
)

// news is a fact that the core states once: a row, and what the world notes when Duly has been told.
type news struct {
	row  intake.Row
	told func(w *world)
}

func (c *core) tell(b *book, row intake.Row, told func(w *world)) {
	b.news = append(b.news, &news{row, told})
}

// kinds are the states that bar contact in every rulebook that ships.
var kinds = []string{"dispute", "representation", "bankruptcy", "death", "arrangement", "wrong_person"}

// begin begins a state that bars contact, for a time or until it is lifted.
func (c *core) begin(a *account, at time.Time) {
	h, b := a.human, &bar{account: a, kind: kinds[c.rng.IntN(len(kinds))], from: at.Truncate(time.Second)}
	if c.chance(0.3) {
		b.until = b.from.Add(time.Duration(1+c.rng.IntN(96)) * time.Hour)
	}
	row := ledger.StateRow{BorrowerID: a.ref, Kind: b.kind, From: b.from, Until: b.until, Reason: "as stated", Owner: "staff:17"}
	c.tell(a.book, intake.Row{Kind: intake.States, State: row}, func(w *world) {
		h.bars = append(h.bars, b)
		h.mark(w.clock())
	})
}

// lift ends a state that bars contact, if there is one that Duly was told of under this account.
func (c *core) lift(a *account, at time.Time) {
	for _, b := range a.human.bars {
		if b.lifted || !b.until.IsZero() {
			continue
		}
		row := ledger.StateRow{
			BorrowerID: a.ref, Kind: b.kind, From: b.from, Reason: "as stated", Owner: "staff:17", LiftedOn: at.Truncate(time.Second), LiftedBy: "compliance:4",
		}
		c.tell(a.book, intake.Row{Kind: intake.States, State: row}, func(w *world) {
			b.lifted = true
			a.human.mark(w.clock())
		})
		return
	}
}

// agree lets a borrower consent to texts, or withdraw the consent.
func (c *core) agree(a *account, at time.Time, withdrawn bool) {
	row := ledger.ConsentRow{BorrowerID: a.ref, Channel: ledger.SMS, Withdrawn: withdrawn, At: at.Truncate(time.Second), How: "written"}
	c.tell(a.book, intake.Row{Kind: intake.Consents, Consent: row}, func(w *world) {
		a.human.consents = append(a.human.consents, consent{account: a, at: row.At, given: !withdrawn})
		a.human.mark(w.clock())
	})
}

// call is a call that people made, about one loan or about all.
func (c *core) call(a *account, at time.Time) {
	k := call{account: a, at: at.Truncate(time.Second)}
	row := ledger.ContactRow{BorrowerID: a.ref, At: k.at, Channel: ledger.Voice, Result: "attempt", By: "creditor"}
	if len(a.loans) > 0 && c.chance(0.7) {
		k.loan = a.loans[c.rng.IntN(len(a.loans))]
		row.LoanID = k.loan.ref
	}
	c.tell(a.book, intake.Row{Kind: intake.Contacts, Contact: row}, func(w *world) {
		a.human.calls = append(a.human.calls, k)
		a.human.mark(w.clock())
	})
}

// something happens to a borrower that is neither money nor a number.
func (w *world) something() error {
	h := w.somebody()
	if len(h.accounts) == 0 {
		return nil
	}
	c, a, at := w.core, h.accounts[w.rng.IntN(len(h.accounts))], w.clock()
	switch w.rng.IntN(6) {
	case 0:
		c.begin(a, at)
	case 1:
		c.lift(a, at)
	case 2:
		if h.place.Law.Consent {
			c.agree(a, at, w.rng.IntN(2) == 0)
		}
	case 3:
		c.call(a, at.Add(-w.someTime(6*time.Hour)))
	case 4:
		if len(a.loans) > 0 {
			l := a.loans[w.rng.IntN(len(a.loans))]
			l.now.debit, l.dirty = at.Truncate(time.Second).Add(time.Duration(1+w.rng.IntN(60))*time.Hour), true
		}
	case 5:
		if len(a.loans) > 0 {
			l := a.loans[w.rng.IntN(len(a.loans))]
			l.now.silent, l.now.off, l.dirty = false, int64(w.rng.IntN(2)*(1+w.rng.IntN(500))), true
		}
	}
	return nil
}
