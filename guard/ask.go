package guard

import (
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// ask asks one rule about a contact at an instant, t, the facts being as they are.
func (c *check) ask(r *law.Rule, t time.Time) word {
	if r.When == nil {
		return c.plain(r, t)
	}
	if !c.applies(r.When, t) {
		return passes
	}
	w := c.plain(r, t)
	if w.ruling == Allow {
		return w
	}
	// A state on which a condition turns may end, or begin, before the rule would say otherwise by itself.
	if next := c.turns(r.When, t); !next.IsZero() && (w.until.IsZero() || next.Before(w.until)) {
		w.ruling, w.until = Wait, next
	}
	return w
}

// plain asks a rule whose conditions hold. It names each judge: one that was handed over would let the facts escape.
func (c *check) plain(r *law.Rule, t time.Time) word {
	switch r.Kind {
	case law.Identity:
		return c.identity(r, t)
	case law.Stop:
		return c.stop(r, t)
	case law.Bar:
		return c.bar(r, t)
	case law.Limitation:
		return c.limitation(r, t)
	case law.Consent:
		return c.consent(r, t)
	case law.Amount:
		return c.amount(r, t)
	case law.Duty:
		return c.duty(r, t)
	case law.Days:
		return c.days(r, t)
	case law.Hours, law.Asked:
		return c.open(r, t)
	case law.Cap, law.Spacing:
		return c.cap(r, t)
	case law.Element, law.Wording, law.Records, law.Rate, law.Allocation: // give no verdict on a contact
	}
	return passes
}

func (c *check) bar(r *law.Rule, _ time.Time) word { return word{ruling: Deny, why: r.Reason()} }

// applies says whether a rule's conditions hold at an instant.
func (c *check) applies(w *law.When, t time.Time) bool {
	if !w.Plain(&c.f.Case) {
		return false
	}
	any := len(w.States) == 0
	for i := range c.f.States {
		s := &c.f.States[i]
		if over(s, t) {
			continue
		}
		if slices.Contains(w.NotStates, s.Kind) && !s.Since.After(t) && c.covers(s) {
			return false
		}
		any = any || c.touches(s) && slices.Contains(w.States, s.Kind)
	}
	return any
}

// turns returns the next instant after t at which a state begins or ends that the conditions name; zero where
// there is none.
func (c *check) turns(w *law.When, t time.Time) time.Time {
	var next time.Time
	for i := range c.f.States {
		s := &c.f.States[i]
		if !slices.Contains(w.States, s.Kind) && !slices.Contains(w.NotStates, s.Kind) {
			continue
		}
		for _, at := range []time.Time{s.Since, s.Until} {
			if at.After(t) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	return next
}

// over says whether a state has ended by itself. One that begins later bars already: whatever is known to
// come is not run up against.
func over(s *State, t time.Time) bool { return !s.Until.IsZero() && !s.Until.After(t) }

// touches says whether a state has to do with the loans, the address or the channel of the contact. What is
// not known of either counts as the same.
func (c *check) touches(s *State) bool { return c.ofLoans(s) && c.ofAddress(s) && c.ofChannel(s) }

// covers says whether a state that permits something is about all of the contact.
func (c *check) covers(s *State) bool {
	f := c.f
	return (s.Loan == 0 || len(f.Loans) == 1 && f.Loans[0] == s.Loan) && (s.Address == 0 || s.Address == f.Address) &&
		(s.Channel == "" || s.Channel == f.Channel)
}

func (c *check) ofLoans(s *State) bool {
	return s.Loan == 0 || len(c.f.Loans) == 0 || slices.Contains(c.f.Loans, s.Loan)
}

func (c *check) ofAddress(s *State) bool {
	return s.Address == 0 || c.f.Address == 0 || s.Address == c.f.Address
}

func (c *check) ofChannel(s *State) bool { return s.Channel == "" || s.Channel == c.f.Channel }

// reaches says whether a state reaches the contact by what a stop rule says of its reach.
func (c *check) reaches(r *law.Rule, s *State) bool {
	switch r.Reach {
	case law.PerDebt:
		return c.ofLoans(s)
	case law.PerAddress:
		return c.ofAddress(s)
	case law.PerChannel:
		return c.ofChannel(s)
	}
	return true
}

// while is what a recorded state makes a rule say: no, until it ends, or until it is lifted.
func (w *word) while(s *State, lifted Ruling) {
	switch {
	case s.Until.IsZero() && (w.ruling == Allow || !w.until.IsZero() || lifted < w.ruling):
		*w = word{ruling: lifted, why: fmt.Sprintf("The state %q bars it until it is lifted.", s.Kind)}
	case s.Until.IsZero(), w.ruling == Deny, w.ruling == Wait && w.until.IsZero():
	case w.ruling == Allow || s.Until.After(w.until):
		*w = word{Wait, fmt.Sprintf("The state %q bars it until it ends.", s.Kind), s.Until}
	}
}

func (c *check) stop(r *law.Rule, t time.Time) word {
	w := passes
	for i := range c.f.States {
		if s := &c.f.States[i]; r.Names(s.Kind) && !over(s, t) && c.reaches(r, s) {
			w.while(s, Deny)
		}
	}
	return w
}

var factReasons = []struct {
	fact law.Fact
	why  string
}{
	{law.FactThirdParty, "The address belongs to somebody who does not owe."},
	{law.FactOwnerUnknown, "Whose address it is has not been said."},
	{law.FactInvalidAddress, "The number is not known to be valid."},
	{law.FactNotMobile, "The number is not a mobile number."},
	{law.FactAmountUnknown, "What is owed could not be worked out exactly."},
}

func (c *check) identity(r *law.Rule, t time.Time) word {
	if held := c.facts & r.Facts(); held != 0 {
		for _, f := range factReasons {
			if f.fact&held != 0 {
				return word{ruling: Deny, why: f.why}
			}
		}
	}
	w := passes
	for i := range c.f.States {
		if s := &c.f.States[i]; r.Names(s.Kind) && !over(s, t) && c.ofAddress(s) {
			w.while(s, Deny)
		}
	}
	return w
}

func (c *check) amount(r *law.Rule, t time.Time) word {
	f := c.f
	if held := c.facts & r.Facts(); held != 0 {
		switch {
		case held&law.FactAmountUnknown != 0:
			return word{ruling: Wait, why: "What is owed could not be worked out exactly."}
		case f.LedgerMaxAge <= 0:
			return word{ruling: Wait, why: "How old the payments feed may be has not been said."}
		case f.LedgerAsOf.IsZero():
			return word{ruling: Wait, why: "How far the payments feed reaches is not known."}
		}
		return word{ruling: Wait, why: "The payments feed is older than the portfolio allows."}
	}
	w := passes
	for i := range f.States {
		if s := &f.States[i]; r.Names(s.Kind) && !over(s, t) && c.ofLoans(s) {
			w.while(s, Wait)
		}
	}
	return w
}

// suits are the next steps that are a suit or lead to one.
var suits = []string{"court", "arbitration"}

// sues says whether the next step is a suit.
func (c *check) sues() bool {
	return c.f.Case.NextStep != "" && slices.Contains(suits, c.f.Case.NextStep)
}

func (c *check) limitation(r *law.Rule, t time.Time) word {
	if !c.sues() {
		return passes
	}
	age := c.f.Suit
	for i := range c.f.States {
		s := &c.f.States[i]
		age.Barred = age.Barred || s.Kind == law.TimeBarred && !over(s, t) && c.ofLoans(s)
	}
	if r.Bars(c.day(t), age) {
		return word{ruling: Deny, why: r.Reason()}
	}
	return passes
}

// day is the civil day of t where the borrower is, in the first zone; without any in UTC.
func (c *check) day(t time.Time) ledger.Date {
	z := time.UTC
	if len(c.f.Zones) > 0 {
		z = c.f.Zones[0]
	}
	day, _, _ := law.Clock(t, z)
	return day
}

// duty looks for what had to be done, for every loan of the message.
func (c *check) duty(r *law.Rule, t time.Time) word {
	at := c.dutyForAll(r, t)
	if !at.IsZero() && !at.After(t) {
		return passes
	}
	if !r.Before && !c.termOver(r, t) {
		if c.f.Case.First != law.Yes && len(c.f.Zones) > 0 {
			c.restsOn(r, t, law.StartOf(c.day(c.f.FirstContact)+ledger.Date(r.Within)+1, c.f.Zones[0]))
		}
		return passes
	}
	return word{ruling: Wait, why: r.Reason(), until: at}
}

// dutyForAll is when a duty that was done by t counts as done for every loan of the message; zero where it was not
// done for one.
func (c *check) dutyForAll(r *law.Rule, t time.Time) time.Time {
	at := c.dutyAt(r, 0, t)
	for i, l := range c.f.Loans {
		own := c.dutyAt(r, l, t)
		if i == 0 || own.IsZero() || own.After(at) && !at.IsZero() {
			at = own
		}
	}
	return at
}

// dutyAt is when a duty that was done by t counts as done for a loan; zero where it was not done.
func (c *check) dutyAt(r *law.Rule, loan ledger.LoanID, t time.Time) time.Time {
	var first time.Time
	for i := range c.f.Duties {
		d := &c.f.Duties[i]
		if d.Kind != r.Duty || d.At.After(t) || d.Loan != 0 && d.Loan != loan || len(r.By) > 0 && !slices.Contains(r.By, d.By) {
			continue
		}
		if at := c.later(d.At, r.Lead); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

// later is t itself, or the beginning of the borrower's day so many days after that of t, in whichever zone it
// begins last.
func (c *check) later(t time.Time, days int) time.Time {
	if days == 0 {
		return t
	}
	var last time.Time
	for i, z := range c.f.Zones {
		day, _, _ := law.Clock(t, z)
		if at := law.StartOf(day+ledger.Date(days), z); i == 0 || at.After(last) {
			last = at
		}
	}
	return last
}

// termOver says whether the days after the first contact are over in which a duty has to be done.
func (c *check) termOver(r *law.Rule, t time.Time) bool {
	switch {
	case c.f.Case.First == law.Yes:
		return false
	case c.f.FirstContact.IsZero():
		return true
	}
	return c.day(t) > c.day(c.f.FirstContact)+ledger.Date(r.Within)
}
