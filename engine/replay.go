package engine

import (
	"context"
	"slices"
	"time"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

// A Refusal is a contact that was made and that the rules of today would have held at its hour.
type Refusal struct {
	At      time.Time // in the borrower's first zone
	Person  ledger.PersonID
	Message outbox.MessageID // zero: people made it
	Maker   store.Maker
	Channel ledger.Channel
	Loans   []string // by the lender's keys, the one that led first
	Verdict guard.Verdict
	Also    []string // the other binding rules that would have said no, by id
}

// Replay judges the contacts that were made in a portfolio at or after from and before to, each on the facts known at its
// hour and the contacts made by then, under the rulebooks that the portfolio has now, as they are in force on its day; those that would have been held
// are yielded, person by person. What people did themselves is judged like their tasks: the age of the payments feed is
// no concern of theirs. progress is called after each, where it is not nil.
func (e *Engine) Replay(ctx context.Context, p *Portfolio, from, to time.Time, progress func(), yield func(*Refusal) error) (judged int, err error) {
	agency := p.fork() // what an agency did is judged under the rules for agencies
	agency.Party = "agency"
	creditor := p.fork()
	creditor.Party = "creditor"
	err = e.Store.MadeBetween(ctx, p.row.ID, from, to, func(m *store.Made) error {
		q := p
		switch m.Maker {
		case store.ByAgency:
			q = agency
		case store.ByCreditor:
			q = creditor
		case store.ByPortfolio:
		}
		r, ok, err := e.replay(ctx, q, m)
		if err != nil {
			return err
		}
		if ok {
			judged++
		}
		if progress != nil {
			progress()
		}
		if !ok || r.Verdict.Ruling == guard.Allow {
			return nil
		}
		return yield(&r)
	})
	return judged, err
}

// replay judges one contact; false where nothing is known any more of the person in the portfolio.
func (e *Engine) replay(ctx context.Context, p *Portfolio, m *store.Made) (Refusal, bool, error) {
	past, err := e.Store.PastMade(ctx, p.row, m.Person, m.At)
	if err != nil || len(past.Borrowers) == 0 {
		return Refusal{}, false, err
	}
	if err := e.standings(ctx, p, past, nil, m.At); err != nil {
		return Refusal{}, false, err
	}
	d := &past.Dossier
	if len(d.Loans) == 0 {
		return Refusal{}, false, nil
	}
	j := Judgement{}
	j.zones, j.Today = p.whereAndWhen(nil, d, m.At)
	for i := range d.Loans {
		l := &d.Loans[i]
		j.Positions = append(j.Positions, l.Standing.At(p.dayOf(&d.Borrowers[l.Borrower], m.At)))
	}
	f := p.replayed(&j, d, m)
	r := Refusal{At: m.At.In(orZone(j.zones, p.Zone)), Person: m.Person, Message: m.Message, Maker: m.Maker, Channel: m.Channel}
	for _, id := range m.Loans {
		if i := indexOf(d, id); i >= 0 {
			r.Loans = append(r.Loans, d.Loans[i].Ref)
		}
	}
	rules := j.rules.Rules
	r.Verdict = guard.Check(rules, f)
	for _, c := range r.Verdict.Checked {
		binds := !slices.ContainsFunc(rules.Advisory(), func(a *law.Rule) bool { return a.ID == c.Rule })
		if !c.Passed && binds && c.Rule != r.Verdict.Rule && !slices.Contains(r.Also, c.Rule) {
			r.Also = append(r.Also, c.Rule)
		}
	}
	return r, true, nil
}

func indexOf(d *store.Dossier, id ledger.LoanID) int {
	return slices.IndexFunc(d.Loans, func(l store.LoanStanding) bool { return l.ID == id })
}

// replayed are the facts of a contact that was made. Where nobody said what it was about, every loan's facts count.
func (p *Portfolio) replayed(j *Judgement, d *store.Dossier, m *store.Made) *guard.Facts {
	lead, said := 0, false
	for _, id := range m.Loans {
		if i := indexOf(d, id); i >= 0 {
			if !said {
				lead, said = i, true
			}
			j.Intent.Loans = append(j.Intent.Loans, i)
		}
	}
	j.Borrower = d.Loans[lead].Borrower
	j.Intent.Lead, j.Intent.DPD = d.Loans[lead].ID, j.Positions[lead].DPD
	j.Intent.Treatment = &decide.Treatment{Channel: m.Channel}
	byHand := m.Message == 0
	f := p.guardFacts(j, d, lead, medium{m.Channel, byHand}, m.At, true)
	if !said {
		key := j.rules.key
		key.product = ""
		j.rules, f.Product, f.Loans, f.Case = p.rulesFor(key), "", nil, law.Case{First: f.Case.First}
	}
	f.Confirmation = m.Treatment >= store.AnswerFrom && m.Treatment != store.TreatmentByHand
	if m.Address != 0 {
		f.Address = m.Address
	}
	if byHand {
		f.Phone, f.LedgerAsOf, f.LedgerMaxAge = ledger.PhoneMobile, m.At, time.Hour
	}
	return f
}
