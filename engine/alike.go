package engine

import (
	"slices"
	"time"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// Most persons are plain: nothing is known of them that bars contact or permits it, nobody has contacted them lately, they
// asked for nothing, and no step is authorised on their loans. What the law and the strategy's hours say of a plain person
// follows from a few things that many have in common. It is worked out for the first of them by the guard, and kept for
// the others at the same instant. TestAlike holds that this changes no answer.

// A plainly is what makes a person plain under some rules.
type plainly struct {
	horizon    int64       // seconds after which a contact counts against no cap any more
	consent    bool        // some rule asks for a consent
	first      bool        // whether it is the first contact matters
	conditions []*law.When // those that may hold for a plain person, at most 64
	never      bool        // nobody is plain
}

func plain(rules law.Rules, p law.Purpose) plainly {
	filed := rules.For(p)
	out := plainly{horizon: filed.Horizon, consent: len(filed.Consent) > 0, first: slices.ContainsFunc(filed.Duty, func(r *law.Rule) bool { return ofPlain(r.When) })}
	for _, w := range filed.Conditions {
		if ofPlain(w) {
			out.conditions, out.first = append(out.conditions, w), out.first || w.First != law.Unknown
		}
	}
	out.never = len(out.conditions) > 64
	return out
}

// ofPlain says whether conditions may hold for somebody who is in no state and on whose loan no step is authorised.
func ofPlain(w *law.When) bool { return w == nil || len(w.States) == 0 && len(w.NextStep) == 0 }

// A likeness is all that the answer for a plain person turns on.
type likeness struct {
	rules  *ruled
	now    time.Time
	asOf   time.Time // how far the payments feed reaches
	zone   *time.Location
	holds  uint64      // which of the rules' conditions
	lastOn ledger.Date // the last day on which the treatment is of use
	phone  ledger.PhoneKind
	notice bool
}

// An outcome is the answer.
type outcome struct {
	likeness
	action                         Action
	verdict                        guard.Verdict
	rule, source, reason           string
	notBefore, notAfter, holdUntil time.Time
	capsHeld                       uint64
}

// message judges a message to a person whose loan leads.
func (p *Portfolio) message(j *Judgement, d *store.Dossier, leads int, now time.Time) {
	over := mediumOf(j.Intent.Treatment)
	j.rules = p.rulesOf(j, d, leads, over)
	k, plain := p.likeness(j, d, leads, now)
	if !plain {
		j.contact(p, p.guardFacts(j, d, leads, over, now, false), orZone(j.zones, p.Zone))
		return
	}
	o := &p.alike[uint(k.lastOn)%uint(len(p.alike))]
	if o.likeness != k {
		j.contact(p, p.guardFacts(j, d, leads, over, now, false), orZone(j.zones, p.Zone))
		*o = outcome{k, j.Action, j.Verdict, j.Rule, j.Source, j.Reason, j.NotBefore, j.NotAfter, j.HoldUntil, j.capsHeld}
		return
	}
	j.Action, j.Verdict, j.Rule, j.Source, j.Reason = o.action, o.verdict, o.rule, o.source, o.reason
	j.NotBefore, j.NotAfter, j.HoldUntil, j.capsHeld, j.wish = o.notBefore, o.notAfter, o.holdUntil, o.capsHeld, ledger.Wish{}
}

// likeness returns what the answer for a person turns on; false for one who is not plain.
func (p *Portfolio) likeness(j *Judgement, d *store.Dossier, leads int, now time.Time) (likeness, bool) {
	b, lead, t := &d.Borrowers[j.Borrower], &d.Loans[leads], j.Intent.Treatment
	of := &j.rules.plain[0]
	if t.Notice {
		of = &j.rules.plain[1]
	}
	switch n := len(d.Contacts); {
	case of.never, len(d.States)+len(d.Duties) > 0, len(j.zones) != 1, b.Wish != (ledger.Wish{}), lead.Core.NextStep != "":
		return likeness{}, false
	case of.consent && (len(d.Consents)+len(d.Heard) > 0 || b.Number != (store.NumberStatus{})):
		return likeness{}, false
	case n > 0 && (of.first || now.Unix()-d.Contacts[n-1].At.Unix() < of.horizon):
		return likeness{}, false
	}
	k := likeness{
		rules: j.rules, now: now, asOf: d.PaymentsAsOf, zone: j.zones[0], lastOn: j.Intent.LastOn, phone: b.PhoneKind, notice: t.Notice,
	}
	if len(of.conditions) > 0 {
		c := law.Case{
			DPD: j.Intent.DPD, DPDKnown: true, Owed: ledger.Money{Minor: j.Positions[leads].Due.Total, Currency: lead.Currency}, First: law.Yes,
		}
		for i, w := range of.conditions {
			if w.Plain(&c) {
				k.holds |= 1 << i
			}
		}
	}
	return k, true
}
