package guard

import (
	"fmt"
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// Check judges one contact under the rules chosen for it. It asks in this order: do the rules fit; whose
// address is it; what bars contact, a stop first; is the amount known and current; the hours; the caps. The
// first rule that says no is named. Any denial makes it a denial; else Until satisfies all that time can
// mend, hours and caps and states together, so that the same facts are allowed at Until (but for a ledger
// that ages meanwhile).
//
// Notices and confirmations pass the rules that do not bind their purpose. Hours bind every purpose in the
// rulebooks that ship, and so do death and danger; wrong_person binds notices too; so do, on texts, calls,
// e-mail and app, stops.
func Check(rules law.Rules, f *Facts) Verdict {
	c := check{rules: rules, f: f, purpose: f.purpose()}
	if v, ok := c.fits(); !ok {
		return v
	}
	c.identity()
	c.states()
	c.amount()
	if len(f.Zones) == 0 {
		c.no(Wait, nil, NoZone, "Where the borrower is, and so what time it is there, is not known.", time.Time{})
		return c.v
	}
	c.hours()
	c.caps()
	c.advice()
	c.finish()
	return c.v
}

// check is one judgement on its way.
type check struct {
	rules   law.Rules
	f       *Facts
	purpose law.Purpose
	v       Verdict
	today   [2]ledger.Date // the civil day in each of the first zones
	inside  bool           // within the lawful hours in every zone
	decided bool           // a rule has said no; v names the first
	forever bool           // time alone will not mend it
	mended  time.Time      // when the states that end by themselves have ended
}

// no notes that a rule says no. The first is named; a denial turns the ruling, and is then named instead of
// a wait. A wait without until is for facts.
func (c *check) no(r Ruling, rule *law.Rule, id, why string, until time.Time) {
	source := failsClosed
	if rule != nil {
		id, source = rule.ID, rule.Source
	}
	if c.f.Explain {
		c.v.Checked = append(c.v.Checked, Checked{Rule: id, Source: source, Detail: why})
	}
	if !c.decided || r == Deny && c.v.Ruling == Wait {
		c.v.Ruling, c.v.Rule, c.v.Source, c.v.Reason = r, id, source, why
	}
	c.decided = true
	if until.IsZero() {
		c.forever = true
	} else if until.After(c.mended) {
		c.mended = until
	}
}

func (c *check) yes(rule *law.Rule) {
	if c.f.Explain {
		c.v.Checked = append(c.v.Checked, Checked{Rule: rule.ID, Source: rule.Source, Passed: true})
	}
}

// fits says whether the rules can judge this contact at all.
func (c *check) fits() (Verdict, bool) {
	f, s := c.f, c.rules.Scope()
	why, id := c.rules.Gap(), NoRules
	switch {
	case why != "":
	case s.Country != f.Country || s.Region != f.Region || s.Locality != f.Locality || s.Carrier != f.Carrier || s.Channel != f.Channel || s.Party != f.Party || s.Product != f.Product:
		why = "The rules were chosen for another place, channel, party or product."
	case f.Now.IsZero():
		why, id = "The instant of the contact is not known.", NoInstant
	default:
		why, id = c.clocks()
	}
	if why == "" {
		return Verdict{}, true
	}
	c.no(Wait, nil, id, why, time.Time{})
	return c.v, false
}

// clocks looks at the clock in every zone, once, and says why the rules cannot judge by them.
func (c *check) clocks() (why, id string) {
	open, closing, _, _ := c.rules.Hours()
	c.inside = true
	for i, z := range c.f.Zones {
		if z == nil {
			return "A candidate zone is not known.", NoZone
		}
		day, minute, _ := law.Clock(c.f.Now, z)
		if !c.rules.Covers(day) {
			return "The rules were chosen for a day on which others are in force.", NoRules
		}
		c.inside = c.inside && open <= minute && minute < closing
		if i < len(c.today) {
			c.today[i] = day
		}
	}
	return "", NoRules
}

func (c *check) identity() {
	for _, r := range c.rules.Limits(law.Identity, c.purpose) {
		why := ""
		for _, s := range r.States {
			if why == "" {
				why = c.address(s)
			}
		}
		if why != "" {
			c.no(Deny, r, "", why, time.Time{})
		} else {
			c.yes(r)
		}
	}
}

// address says why the address is in a state that identity rules name, or "".
func (c *check) address(state string) string {
	f := c.f
	unusable := f.Phone == ledger.PhoneUnknown || f.Phone == ledger.PhoneInvalid
	switch {
	case state == law.ThirdParty && f.Owner == OtherPerson:
		return "The address belongs to somebody who does not owe."
	case state == law.OwnerUnknown && f.Owner == OwnerUnknown:
		return "Whose address it is has not been said."
	case state == law.InvalidAddress && unusable:
		return "The number is not known to be valid."
	case state == law.NotMobile && !unusable && f.Phone != ledger.PhoneMobile:
		return "The number is not a mobile number."
	}
	return ""
}

func (c *check) states() {
	if len(c.f.States) == 0 && !c.f.Explain {
		return
	}
	for _, r := range c.rules.Limits(law.Stop, c.purpose) {
		passed := true
		for i := range c.f.States {
			s := &c.f.States[i]
			if !r.Names(s.Kind) || over(s, c.f.Now) {
				continue
			}
			passed = false
			if s.Until.IsZero() {
				c.no(Deny, r, "", fmt.Sprintf("The state %q bars it until it is lifted.", s.Kind), time.Time{})
			} else {
				c.no(Wait, r, "", fmt.Sprintf("The state %q bars it until it ends.", s.Kind), s.Until)
			}
		}
		if passed {
			c.yes(r)
		}
	}
	for i := range c.f.States {
		if s := &c.f.States[i]; !over(s, c.f.Now) && !c.rules.Knows(s.Kind) {
			c.no(Wait, nil, NoState, fmt.Sprintf("No rule says what the state %q means.", s.Kind), s.Until)
		}
	}
}

// over says whether a state has ended by itself. One that begins later bars already: whatever is known to
// come is not run up against.
func over(s *State, now time.Time) bool { return !s.Until.IsZero() && !s.Until.After(now) }

func (c *check) amount() {
	f := c.f
	for _, r := range c.rules.Limits(law.Amount, c.purpose) {
		why := ""
		switch {
		case r.Names(law.AmountUnknown) && !f.AmountKnown:
			why = "What is owed could not be worked out exactly."
		case !r.Names(law.StaleLedger):
		case f.LedgerMaxAge <= 0:
			why = "How old the payments feed may be has not been said."
		case f.LedgerAsOf.IsZero():
			why = "How far the payments feed reaches is not known."
		case f.Now.Sub(f.LedgerAsOf) > f.LedgerMaxAge:
			why = "The payments feed is older than the portfolio allows."
		}
		if why != "" {
			c.no(Wait, r, "", why, time.Time{})
		} else {
			c.yes(r)
		}
	}
}

func (c *check) hours() {
	inside := c.inside
	_, _, opens, closes := c.rules.Hours()
	if !inside {
		// The rule that keeps the contact waiting is the one that opens the window again.
		c.no(Wait, opens, "", c.rules.Reason(opens), c.f.Now)
	}
	if !c.f.Explain {
		return
	}
	for _, r := range c.rules.Binding(law.Hours) {
		if inside || r != opens {
			c.v.Checked = append(c.v.Checked, Checked{Rule: r.ID, Source: r.Source, Passed: inside || r != closes, Detail: law.HoursText(r)})
		}
	}
}

// advice reports what the rules that do not decide would have said.
func (c *check) advice() {
	if !c.f.Explain {
		return
	}
	for _, r := range c.rules.Advisory() {
		if r.Is(c.purpose) {
			c.v.Checked = append(c.v.Checked, Checked{
				Rule: r.ID, Source: r.Source, Passed: c.would(r), Detail: "advisory: reported, does not decide",
			})
		}
	}
}

// would says whether an advisory rule would have let the contact pass.
func (c *check) would(r *law.Rule) bool {
	switch r.Kind {
	case law.Hours:
		for _, z := range c.f.Zones {
			if _, m, _ := law.Clock(c.f.Now, z); m < r.Open || m >= r.Close {
				return false
			}
		}
	case law.Cap:
		_, capped := frees(r, c.f, c.f.Now, c.today[:])
		return !capped
	case law.Stop:
		for i := range c.f.States {
			if s := &c.f.States[i]; r.Names(s.Kind) && !over(s, c.f.Now) {
				return false
			}
		}
	case law.Identity:
		for _, s := range r.States {
			if c.address(s) != "" {
				return false
			}
		}
	case law.Amount, law.Element: // the amount is judged by the rules that bind, the words by the lint
	}
	return true
}

// finish gives an allowed contact the end of its window, and a wait its instant.
func (c *check) finish() {
	switch {
	case !c.decided:
		_, _, _, closes := c.rules.Hours()
		c.v.Ruling, c.v.Rule, c.v.Source = Allow, closes.ID, closes.Source
		c.v.NotAfter = c.rules.Closes(c.f.Now, c.f.Zones)
	case c.v.Ruling == Wait && !c.forever:
		until, ok := c.earliest()
		if !ok {
			c.v.Rule, c.v.Source, c.v.Reason = NoInstant, failsClosed, "No lawful hour was found in the days that were looked at."
		}
		c.v.Until = until
	}
}

// earliest returns the first instant that hours, caps and states all allow. Each of them only ever moves it
// later, so that what they agree on is the first.
func (c *check) earliest() (time.Time, bool) {
	t := c.f.Now
	if c.mended.After(t) {
		t = c.mended
	}
	for range 128 {
		next, ok := c.rules.Opens(t, c.f.Zones)
		if !ok {
			return time.Time{}, false
		}
		for _, r := range c.rules.Limits(law.Cap, c.purpose) {
			if free, capped := frees(r, c.f, next, nil); capped {
				next = free
			}
		}
		if next.Equal(t) {
			return t, true
		}
		t = next
	}
	return time.Time{}, false
}
