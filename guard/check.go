package guard

import (
	"fmt"
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// Check judges one contact under the rules chosen for it. It asks in this order: do the rules fit; whose
// address is it; what bars contact, a stop first; is there consent; is the amount known and current; is what
// had to be done first done; the days, the hours, the caps. The first rule that says no is named. Any denial
// makes it a denial; else Until satisfies all that time can mend, so that the same facts are allowed at Until
// (but for a ledger that ages meanwhile).
//
// Notices and confirmations pass the rules that do not bind their purpose, but for those of the amount where SpeaksOfDebt says
// that an amount is named. Hours bind every purpose.
func Check(rules law.Rules, f *Facts) Verdict {
	c := newCheck(rules, f)
	if !c.fits() {
		return c.v
	}
	c.look()
	all := f.Explain || len(f.States) > 0
	if all || c.facts&c.filed.Facts != 0 {
		c.all(c.filed.Identity)
	}
	if all {
		c.all(c.filed.Stop)
		c.unheard()
	}
	c.all(c.filed.Bar)
	if f.Explain || c.sues() {
		c.all(c.filed.Limitation)
	}
	c.all(c.filed.Consent)
	amount := c.filed
	if f.SpeaksOfDebt {
		amount = rules.For(law.Reminder)
	}
	if all || c.facts&amount.Facts != 0 {
		c.all(amount.Amount)
	}
	c.all(c.filed.Duty)
	c.others = c.decided
	if len(f.Zones) == 0 {
		c.no(nil, word{ruling: Wait, why: "Where the borrower is, and so what time it is there, is not known."}, NoZone)
		return c.v
	}
	c.all(c.filed.Days)
	c.hours()
	if f.Asked != nil || f.Explain {
		c.all(c.filed.Asked)
	}
	if f.Explain || c.recent() {
		c.caps()
	}
	c.advice()
	c.finish()
	return c.v
}

// check is one judgement on its way.
type check struct {
	rules   law.Rules
	f       *Facts
	filed   *law.Filed
	v       Verdict
	clocks  [2]clock  // in each of the first zones
	steady  bool      // nothing but hours without conditions decides when contact is lawful
	facts   law.Fact  // which facts that rules may name hold
	inside  bool      // within the hours of the rules without conditions, in every zone
	decided bool      // a rule has said no; v names the first
	others  bool      // one that is not of days, hours or caps
	soon    time.Time // when the first consent or term ends on which a permission rests
	soonBy  *law.Rule
	forever bool // time alone will not mend it
}

func newCheck(rules law.Rules, f *Facts) check {
	c := check{rules: rules, f: f, filed: rules.For(f.purpose()), soon: always}
	c.steady = c.filed.Steady && (f.Asked == nil || len(c.filed.Asked) == 0)
	return c
}

// A clock is the civil time in one zone.
type clock struct {
	day    ledger.Date
	minute int
	rest   time.Duration
}

// A word is what one rule says of a contact at an instant. The zero word denies.
type word struct {
	ruling Ruling
	why    string
	until  time.Time // Wait: when the rule may say otherwise, the facts being as they are; zero means never
}

var passes = word{ruling: Allow}

func (c *check) all(rules []*law.Rule) {
	for _, r := range rules {
		if w := c.ask(r, c.f.Now); w.ruling != Allow {
			c.no(r, w, "")
		} else {
			c.yes(r, "")
		}
	}
}

// no notes that a rule says no. The first is named; a denial turns the ruling, and is then named instead of a
// wait.
func (c *check) no(rule *law.Rule, w word, id string) {
	source := failsClosed
	if rule != nil {
		id, source = rule.ID, rule.Source
	}
	c.note(id, source, w)
	if !c.decided || w.ruling == Deny && c.v.Ruling == Wait {
		c.v.Ruling, c.v.Rule, c.v.Source, c.v.Reason = w.ruling, id, source, w.why
	}
	c.decided = true
}

func (c *check) note(id, source string, w word) {
	if c.f.Explain {
		c.v.Checked = append(c.v.Checked, Checked{Rule: id, Source: source, Detail: w.why})
	}
	c.forever = c.forever || w.until.IsZero()
}

func (c *check) yes(rule *law.Rule, detail string) {
	if c.f.Explain {
		c.v.Checked = append(c.v.Checked, Checked{Rule: rule.ID, Source: rule.Source, Passed: true, Detail: detail})
	}
}

// fits says whether the rules can judge this contact at all.
func (c *check) fits() bool {
	f, s := c.f, c.rules.Scope()
	why, id := c.rules.Gap(), NoRules
	switch {
	case why != "":
	case s.Channel != f.Channel || s.Country != f.Country || s.Region != f.Region || s.Locality != f.Locality ||
		s.Carrier != f.Carrier || s.Party != f.Party || s.Product != f.Product:
		why = "The rules were chosen for another place, channel, carrier, party or product."
	case f.Now.IsZero():
		why, id = "The instant of the contact is not known.", NoInstant
	default:
		why, id = c.readClocks()
	}
	if why == "" {
		return true
	}
	c.no(nil, word{ruling: Wait, why: why}, id)
	return false
}

// readClocks looks at the clock in every zone, once, and says why the rules cannot judge by them.
func (c *check) readClocks() (why, id string) {
	c.inside = true
	for i, z := range c.f.Zones {
		if z == nil {
			return "A candidate zone is not known.", NoZone
		}
		var k clock
		k.day, k.minute, k.rest = law.Clock(c.f.Now, z)
		if !c.rules.Covers(k.day) {
			return "The rules were chosen for a day on which others are in force.", NoRules
		}
		open, closing, _, _ := c.rules.Hours(law.Weekday(k.day))
		c.inside = c.inside && open <= k.minute && k.minute < closing
		if i < len(c.clocks) {
			c.clocks[i] = k
		}
	}
	return "", NoRules
}

// look works out which of the facts hold that identity and amount rules may name.
func (c *check) look() {
	f := c.f
	switch f.Owner {
	case OtherPerson:
		c.facts |= law.FactThirdParty
	case OwnerUnknown:
		c.facts |= law.FactOwnerUnknown
	case OwnBorrower, OwnGuarantor:
	}
	switch f.Phone {
	case ledger.PhoneUnknown, ledger.PhoneInvalid:
		c.facts |= law.FactInvalidAddress
	case ledger.PhoneFixed, ledger.PhoneOther:
		c.facts |= law.FactNotMobile
	case ledger.PhoneMobile:
	}
	if !f.AmountKnown {
		c.facts |= law.FactAmountUnknown
	}
	if f.LedgerMaxAge <= 0 || f.LedgerAsOf.IsZero() || f.Now.Sub(f.LedgerAsOf) > f.LedgerMaxAge {
		c.facts |= law.FactStaleLedger
	}
}

// unheard holds contact for a state that no rulebook of the place names.
func (c *check) unheard() {
	for i := range c.f.States {
		if s := &c.f.States[i]; !over(s, c.f.Now) && !c.rules.Knows(s.Kind) {
			c.no(nil, word{Wait, fmt.Sprintf("No rule says what the state %q means.", s.Kind), s.Until}, NoState)
		}
	}
}

// hours asks the rules about hours.
func (c *check) hours() {
	switch {
	case c.f.Explain || !c.inside && (!c.steady || len(c.filed.Hours) > 1):
		c.strictest(c.filed.Hours)
	case c.inside:
		c.strictest(c.filed.Sometimes)
	default: // when it opens is worked out once, in finish
		c.no(c.filed.Hours[0], word{Wait, c.filed.Hours[0].Reason(), always}, "")
	}
}

// strictest asks rules of a kind. Of those that say no, the one that does so longest keeps the contact waiting,
// and is named.
func (c *check) strictest(rules []*law.Rule) {
	var last *law.Rule
	var strictest word
	for _, r := range rules {
		w := c.ask(r, c.f.Now)
		if w.ruling != Allow && (last == nil || !strictest.until.IsZero() && (w.until.IsZero() || w.until.After(strictest.until))) {
			last, strictest = r, w
		}
	}
	if !c.f.Explain {
		if last != nil {
			c.no(last, strictest, "")
		}
		return
	}
	for _, r := range rules {
		switch w := c.ask(r, c.f.Now); {
		case w.ruling == Allow && r.Kind == law.Hours:
			c.yes(r, law.HoursText(r))
		case w.ruling == Allow:
			c.yes(r, "")
		case r == last:
			c.no(r, w, "")
		default:
			c.note(r.ID, r.Source, w)
		}
	}
}

// caps asks the caps and spacings. One that so many contacts have not even been made for passes at a glance.
func (c *check) caps() {
	if c.f.Explain {
		c.strictest(c.filed.Caps)
		return
	}
	for i, r := range c.filed.Caps {
		if c.near(r, c.f.Now) {
			c.strictest(c.filed.Caps[i:])
			return
		}
	}
}

// near says whether so many contacts were made lately that a cap may be used up, whatever they were.
func (c *check) near(r *law.Rule, t time.Time) bool {
	i := len(c.f.Contacts) - r.N
	if i < 0 {
		return false
	}
	ct := &c.f.Contacts[i]
	switch {
	case r.Seconds > 0:
		return t.Unix()-ct.At.Unix() <= r.Seconds
	case ct.Day != 0 && len(c.f.Zones) == 1:
		// Those before it were made on its day, or on the next where the borrower has moved since.
		return ct.Day+1 > c.dayIn(0, c.f.Zones[0], t)-ledger.Date(r.Days)
	}
	return t.Unix()-ct.At.Unix() < int64(r.Days+2)*86400 // a day more at either end, wherever the borrower was
}

// recent says whether the latest contact is recent enough to count against any cap.
func (c *check) recent() bool {
	n := len(c.f.Contacts)
	return n > 0 && c.f.Now.Unix()-c.f.Contacts[n-1].At.Unix() < c.filed.Horizon
}

// asked says whether rules of a kind are asked about a contact at all.
func asked(k law.Kind) bool {
	switch k {
	case law.Element, law.Wording, law.Records, law.Rate, law.Allocation:
		return false
	case law.Hours, law.Asked, law.Days, law.Cap, law.Spacing, law.Consent, law.Bar, law.Stop, law.Identity, law.Amount, law.Duty, law.Limitation:
	}
	return true
}

// advice reports what the rules that do not decide would have said.
func (c *check) advice() {
	if !c.f.Explain {
		return
	}
	purpose := c.f.purpose()
	for _, r := range c.rules.Advisory() {
		if r.Is(purpose) && asked(r.Kind) {
			c.v.Checked = append(c.v.Checked, Checked{
				Rule: r.ID, Source: r.Source, Passed: c.ask(r, c.f.Now).ruling == Allow, Detail: "advisory: reported, does not decide",
			})
		}
	}
}
