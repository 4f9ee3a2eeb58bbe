package law

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dulyhq/duly/ledger"
)

// must is what every place's rules have to bar before anybody may be contacted there: contact fails closed
// where a rulebook forgot one of them.
var must = []string{"stop", "wrong_person", "dispute", "representation", "bankruptcy", "death", "arrangement"}

// Rules are the rules that apply to one scope on a span of days, worked out once so that asking them costs
// little. It is a handle: copy it freely. The zero Rules have a gap, and so allow nothing.
type Rules struct{ c *compiled }

type compiled struct {
	scope      Scope
	since, end ledger.Date // the same rules apply on every day d with since <= d < end; zero means without end
	gap        string
	all        []Rule
	binding    map[Kind][]*Rule
	limits     [5][3][]*Rule // stops, caps, identity, amount and elements, by purpose
	advisory   []*Rule
	open       int // the strictest hours, minutes after midnight
	closing    int
	opens      *Rule // the rule that says so
	closes     *Rule
	states     map[string]bool
	reasons    map[*Rule]string
}

// For returns the rules that apply to a scope. The caller may keep them for every day that Covers says and
// every contact of the same country, region, channel, party and product.
func (l Lawbook) For(s Scope) Rules {
	c := &compiled{scope: s, states: l.states, binding: map[Kind][]*Rule{}, reasons: map[*Rule]string{}}
	placed, regions := false, false
	for i := range l.books {
		b := &l.books[i]
		switch where(b, s) {
		case here:
			c.take(b)
			placed = placed || b.Jurisdiction == s.Country && len(b.Carriers) == 0
		case elsewhere:
			regions = true
		case abroad:
		}
	}
	c.sort()
	c.gap = c.findGap(placed, regions)
	return Rules{c}
}

type place uint8

const (
	abroad    place = iota // of another country, or of carriers that will not carry it
	elsewhere              // of another region or locality of the country
	here
)

// where says how a rulebook's place lies to that of a scope.
func where(b *Rulebook, s Scope) place {
	if len(b.Carriers) > 0 && s.Carrier != "" && !slices.Contains(b.Carriers, s.Carrier) {
		return abroad
	}
	country, rest, regional := strings.Cut(b.Jurisdiction, "-")
	_, _, local := strings.Cut(rest, "-")
	switch {
	case b.Jurisdiction == "" || !regional && country == s.Country:
		return here
	case country != s.Country:
		return abroad
	case !local && b.Jurisdiction == s.Region,
		local && b.Jurisdiction == s.Locality,
		local && s.Locality == "" && strings.HasPrefix(b.Jurisdiction, s.Region+"-"):
		return here
	}
	return elsewhere
}

// take adds the rules of a book that apply, and narrows the span of days to where none begins or ends.
func (c *compiled) take(b *Rulebook) {
	s := c.scope
	for i := range b.Rules {
		r := &b.Rules[i]
		if !r.applies(s) {
			continue
		}
		for _, d := range []ledger.Date{r.From, r.To} {
			if d != 0 && d <= s.On && (c.since == 0 || d > c.since) {
				c.since = d
			}
			if d != 0 && d > s.On && (c.end == 0 || d < c.end) {
				c.end = d
			}
		}
		if r.On(s.On) {
			c.all = append(c.all, *r)
		}
	}
}

// applies says whether the rule is for a scope, whatever the day. Where the party or the product is not known,
// the rules of each of them are for it.
func (r *Rule) applies(s Scope) bool {
	return (len(r.Channels) == 0 || slices.Contains(r.Channels, s.Channel)) &&
		(len(r.Parties) == 0 || s.Party == "" || slices.Contains(r.Parties, s.Party)) &&
		(len(r.Products) == 0 || s.Product == "" || slices.Contains(r.Products, s.Product)) &&
		(len(r.Carriers) == 0 || s.Carrier == "" || slices.Contains(r.Carriers, s.Carrier))
}

// sort files the rules by what they limit, once all of them are in c.all and do not move any more.
func (c *compiled) sort() {
	c.open, c.closing = 0, 24*60
	for i := range c.all {
		r := &c.all[i]
		if r.Confidence != Binding {
			c.advisory = append(c.advisory, r)
			continue
		}
		c.binding[r.Kind] = append(c.binding[r.Kind], r)
		if r.Kind == Cap {
			c.reasons[r] = fmt.Sprintf("At most %s, and that has been used.", capText(r))
		}
		if r.Kind == Hours && (c.opens == nil || r.Open > c.open) {
			c.open, c.opens = r.Open, r
		}
		if r.Kind == Hours && (c.closes == nil || r.Close < c.closing) {
			c.closing, c.closes = r.Close, r
		}
	}
	slices.SortStableFunc(c.binding[Stop], func(a, b *Rule) int { // a plain stop is asked first
		return boolInt(b.Names("stop")) - boolInt(a.Names("stop"))
	})
	for i, k := range []Kind{Stop, Cap, Identity, Amount, Element} {
		for _, r := range c.binding[k] {
			for j, p := range []Purpose{Reminder, Notice, Confirmation} {
				if r.Is(p) {
					c.limits[i][j] = append(c.limits[i][j], r)
				}
			}
		}
	}
	outside := fmt.Sprintf("It is outside %s where the borrower is.", hoursText(c.open, c.closing))
	for _, r := range c.binding[Hours] {
		c.reasons[r] = outside
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *compiled) findGap(placed, regions bool) string {
	s := c.scope
	switch {
	case s.Country == "":
		return "Where the borrower lives is not known, so no law can be applied."
	case !placed:
		return fmt.Sprintf("There is no rulebook for %s.", s.Country)
	case regions && s.Region == "":
		return fmt.Sprintf("%s has rules by region, and the borrower's is not known.", s.Country)
	case s.Channel == "":
		return "The channel is not known."
	case s.On == 0:
		return "The day is not known."
	case c.opens == nil:
		return "No binding rule says at which hours contact is lawful."
	case c.open >= c.closing:
		return fmt.Sprintf("Rules %s and %s leave no lawful hour.", c.opens.ID, c.closes.ID)
	case len(c.binding[Identity]) == 0:
		return "No binding rule says which addresses may be used."
	case len(c.binding[Amount]) == 0:
		return "No binding rule asks for a known and current amount."
	}
	for _, state := range must {
		if !slices.ContainsFunc(c.binding[Stop], func(r *Rule) bool { return r.Is(Reminder) && r.Names(state) }) {
			return fmt.Sprintf("No binding rule bars reminders after %q.", state)
		}
	}
	return ""
}

// Gap returns one sentence saying why nobody may be contacted under these rules, or "" when they suffice.
func (r Rules) Gap() string {
	if r.c == nil {
		return "No rulebook was consulted."
	}
	return r.c.gap
}

// Scope returns what the rules were chosen for.
func (r Rules) Scope() Scope {
	if r.c == nil {
		return Scope{}
	}
	return r.c.scope
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

// Limits returns the rules of a kind that decide for messages of a purpose. Do not change them.
func (r Rules) Limits(k Kind, p Purpose) []*Rule {
	if r.c == nil {
		return nil
	}
	j := 0
	switch p {
	case Notice:
		j = 1
	case Confirmation:
		j = 2
	case Reminder:
	}
	switch k {
	case Stop:
		return r.c.limits[0][j]
	case Cap:
		return r.c.limits[1][j]
	case Identity:
		return r.c.limits[2][j]
	case Amount:
		return r.c.limits[3][j]
	case Element:
		return r.c.limits[4][j]
	case Hours: // bind every purpose
	}
	return r.c.binding[k]
}

// Advisory returns the rules that are reported and do not decide. Do not change them.
func (r Rules) Advisory() []*Rule {
	if r.c == nil {
		return nil
	}
	return r.c.advisory
}

// Knows says whether any rulebook has a stop rule for a state, be it for another channel or product.
func (r Rules) Knows(state string) bool { return r.c != nil && r.c.states[state] }

// Reason returns the sentence that an hours or cap rule gives when it says no.
func (r Rules) Reason(rule *Rule) string {
	if r.c == nil {
		return ""
	}
	return r.c.reasons[rule]
}

// Hours returns the strictest hours in minutes after midnight, [open, closing), with the rule that opens and
// the rule that closes them. Without rules both are nil and the hours empty.
func (r Rules) Hours() (open, closing int, opens, closes *Rule) {
	if r.c == nil || r.c.opens == nil {
		return 0, 0, nil, nil
	}
	return r.c.open, r.c.closing, r.c.opens, r.c.closes
}

// Elements returns what a message of this scope and purpose must hold, each once, in order.
func (r Rules) Elements(p Purpose) []string {
	var out []string
	for _, e := range r.Limits(Element, p) {
		if !slices.Contains(out, e.Element) {
			out = append(out, e.Element)
		}
	}
	return out
}
