package law

import (
	"slices"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// Rules are the rules that apply to one scope on a span of days, worked out once so that asking them costs
// little. It is a handle: copy it freely. The zero Rules have a gap, and so allow nothing.
type Rules struct{ c *compiled }

type compiled struct {
	scope      Scope
	since, end ledger.Date  // the same rules apply on every day d with since <= d < end; zero means without end
	gap        string       // why in English, which verdicts say
	why        fault.Reason // why nobody may be contacted
	all        []Rule
	binding    map[Kind][]*Rule
	filed      [4]Filed // by purpose
	advisory   []*Rule
	week       week            // the strictest hours of the rules without conditions
	states     map[string]bool // every state that a rule of the place names
	series     map[string]Series
}

// Filed are the rules that decide for messages of one purpose, by what they limit, with what a judge needs to
// pass most of them at a glance. Do not change them.
type Filed struct {
	Identity, Stop, Bar, Limitation, Consent, Amount, Duty, Days, Hours, Asked []*Rule
	Caps                                                                       []*Rule // caps and spacings
	Element, Wording                                                           []*Rule

	Facts   Fact  // every fact that an identity or amount rule names
	Horizon int64 // seconds after which a contact counts against no cap any more

	Conditions []*When // of all that give a verdict

	Sometimes []*Rule // the hours that have conditions
	Turning   []*Rule // rules of any kind whose conditions turn on a state
	Limited   bool    // some cap of contacts, whatever comes of them, holds without conditions over the channel of the scope
	Steady    bool    // nothing but hours without conditions, and what a borrower asked for, decides when contact is lawful
}

// A Fact is a set of the facts that identity and amount rules name and guard works out.
type Fact uint8

// The facts, and Recorded for any name that is a state which somebody recorded.
const (
	FactThirdParty Fact = 1 << iota
	FactOwnerUnknown
	FactInvalidAddress
	FactNotMobile
	FactStaleLedger
	FactAmountUnknown
	Recorded
)

var factNames = map[string]Fact{
	ThirdParty: FactThirdParty, OwnerUnknown: FactOwnerUnknown, InvalidAddress: FactInvalidAddress, NotMobile: FactNotMobile,
	StaleLedger: FactStaleLedger, AmountUnknown: FactAmountUnknown,
}

// FactOf returns the fact of a name in an identity or amount rule: Recorded where it is a state.
func FactOf(name string) Fact {
	if f, ok := factNames[name]; ok {
		return f
	}
	return Recorded
}

// Gap returns one sentence saying why nobody may be contacted under these rules, or "" when they suffice.
func (r Rules) Gap() string {
	if r.c == nil {
		return r.GapReason().String()
	}
	return r.c.gap
}

// GapReason is Gap with words in both languages; without a code where the rules suffice.
func (r Rules) GapReason() fault.Reason {
	if r.c == nil {
		return fault.Of(fault.GapConsulted)
	}
	return r.c.why
}

// Scope returns what the rules were chosen for. Do not change it.
func (r Rules) Scope() *Scope {
	if r.c == nil {
		return &Scope{}
	}
	return &r.c.scope
}

// Covers says whether the same rules apply on day d, because none begins or ends between.
func (r Rules) Covers(d ledger.Date) bool {
	return r.c != nil && r.c.since <= d && (r.c.end == 0 || d < r.c.end)
}

// All returns every rule that applies, advisory ones too, in the order of the rulebooks. Do not change them.
func (r Rules) All() []Rule {
	if r.c == nil {
		return nil
	}
	return r.c.all
}

// Binding returns the rules of a kind that decide; plain stops come first. Do not change them.
func (r Rules) Binding(k Kind) []*Rule {
	if r.c == nil {
		return nil
	}
	return r.c.binding[k]
}

var nothingFiled Filed

// For returns the rules that decide for messages of a purpose.
func (r Rules) For(p Purpose) *Filed {
	if r.c == nil {
		return &nothingFiled
	}
	switch p {
	case Notice:
		return &r.c.filed[1]
	case Confirmation:
		return &r.c.filed[2]
	case Answer:
		return &r.c.filed[3]
	case Reminder:
	}
	return &r.c.filed[0]
}

// Caps returns the caps and spacings that count every contact over the channel of the scope, whatever comes of it: those
// that a database can enforce. Where there is none nothing limits how often somebody is contacted.
func (r Rules) Caps(p Purpose) []*Rule {
	if r.c == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.For(p).Caps), func(one *Rule) bool { return !one.countsIts(r.c.scope.Channel) })
}

// countsIts says whether a cap counts every contact over a channel.
func (r *Rule) countsIts(channel ledger.Channel) bool {
	return r.OfAttempts() && (len(r.Of) == 0 || slices.Contains(r.Of, channel))
}

// Advisory returns the rules that are reported and do not decide. Do not change them.
func (r Rules) Advisory() []*Rule {
	if r.c == nil {
		return nil
	}
	return r.c.advisory
}

// Knows says whether a rule of the place names a state, be it for another channel, product or day.
func (r Rules) Knows(state string) bool { return r.c != nil && r.c.states[state] }

// Reason returns the sentence that a rule gives when it says no and nothing more is to be said.
func (r *Rule) Reason() string { return r.reason }

// Facts returns what an identity or amount rule names.
func (r *Rule) Facts() Fact { return r.facts }

// Elements returns what a message of this scope and purpose must hold, each once, in order, whatever the
// conditions of the rules.
func (r Rules) Elements(p Purpose) []string {
	var out []string
	for _, e := range r.For(p).Element {
		if !slices.Contains(out, e.Element) {
			out = append(out, e.Element)
		}
	}
	return out
}

// Codes returns the lint's codes that a binding rule forbids, and those that only an advisory one does, each
// once, in order, whatever the conditions of the rules.
func (r Rules) Codes(p Purpose) (errors, warnings []string) {
	for _, w := range r.For(p).Wording {
		errors = appendNew(errors, nil, w.Codes)
	}
	for _, w := range r.Advisory() {
		if w.Kind == Wording && w.Is(p) {
			warnings = appendNew(warnings, errors, w.Codes)
		}
	}
	return errors, warnings
}

func appendNew(to, beside, more []string) []string {
	for _, s := range more {
		if !slices.Contains(to, s) && !slices.Contains(beside, s) {
			to = append(to, s)
		}
	}
	return to
}
