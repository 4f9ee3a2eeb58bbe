package law

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// must is what every place's rules have to bar before anybody may be contacted there: contact fails closed
// where a rulebook forgot one of them.
var must = []string{"stop", "wrong_person", "dispute", "representation", "bankruptcy", "death", "arrangement"}

// For returns the rules that apply to a scope. The caller may keep them for every day that Covers says and
// every contact of the same place, channel, carrier, party and product.
func (l Lawbook) For(s Scope) Rules {
	c := &compiled{scope: s, states: map[string]bool{}, binding: map[Kind][]*Rule{}, series: l.series}
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
	for i := range c.all {
		c.all[i].calendar, c.all[i].given = l.calendars[c.all[i].Calendar]
	}
	c.sort()
	c.why = c.findGap(placed, regions)
	if c.why.Code != "" {
		c.gap = c.why.String()
	}
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
		c.name(r)
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
			c.all[len(c.all)-1].place = b.Jurisdiction
		}
	}
}

// name notes the states that a rule names.
func (c *compiled) name(r *Rule) {
	for _, s := range r.States {
		if FactOf(s) == Recorded {
			c.states[s] = true
		}
	}
	if r.When != nil {
		for _, s := range append(slices.Clone(r.When.States), r.When.NotStates...) {
			c.states[s] = true
		}
	}
	if r.Kind == Limitation {
		c.states[TimeBarred] = true
	}
}

// Judges says whether a rule of the rulebook is for a scope, whatever the day.
func (b *Rulebook) Judges(r *Rule, s Scope) bool { return where(b, s) == here && r.applies(s) }

// applies says whether the rule is for a scope, whatever the day. Where the party, the product or the carrier
// is not known, the rules of each of them are for it.
func (r *Rule) applies(s Scope) bool {
	return (len(r.Channels) == 0 || slices.Contains(r.Channels, s.Channel)) &&
		(len(r.Parties) == 0 || s.Party == "" || slices.Contains(r.Parties, s.Party)) &&
		(len(r.Products) == 0 || s.Product == "" || slices.Contains(r.Products, s.Product)) &&
		(len(r.Carriers) == 0 || s.Carrier == "" || slices.Contains(r.Carriers, s.Carrier))
}

// sort files the rules by what they limit, once all of them are in c.all and do not move any more.
func (c *compiled) sort() {
	for i := range c.all {
		r := &c.all[i]
		r.reason = reason(r)
		for _, s := range r.States {
			r.facts |= FactOf(s)
		}
		if r.Confidence != Binding {
			c.advisory = append(c.advisory, r)
			continue
		}
		c.binding[r.Kind] = append(c.binding[r.Kind], r)
	}
	for _, rules := range c.binding {
		slices.SortStableFunc(rules, func(a, b *Rule) int { // of two that say the same the law's is named, not the house's
			return boolInt(a.House) - boolInt(b.House)
		})
	}
	for _, r := range c.binding[Hours] {
		if r.When == nil {
			c.week.narrow(r)
		}
	}
	slices.SortStableFunc(c.binding[Stop], func(a, b *Rule) int { // a plain stop is asked first
		return boolInt(b.Names("stop")) - boolInt(a.Names("stop"))
	})
	for i, p := range []Purpose{Reminder, Notice, Confirmation, Answer} {
		c.file(&c.filed[i], p)
	}
}

// file fills in what decides for one purpose.
func (c *compiled) file(f *Filed, p Purpose) {
	of := map[Kind]*[]*Rule{
		Identity: &f.Identity, Stop: &f.Stop, Bar: &f.Bar, Limitation: &f.Limitation, Consent: &f.Consent, Amount: &f.Amount,
		Duty: &f.Duty, Days: &f.Days, Hours: &f.Hours, Asked: &f.Asked, Cap: &f.Caps, Spacing: &f.Caps, Element: &f.Element, Wording: &f.Wording,
	}
	for _, k := range Kinds {
		to := of[k]
		if to == nil {
			continue
		}
		for _, r := range c.binding[k] {
			if !r.Is(p) {
				continue
			}
			*to = append(*to, r)
			f.Facts |= r.facts
			f.Horizon = max(f.Horizon, r.Seconds, int64(r.Days+2)*86400)
			if r.When != nil && len(r.When.States)+len(r.When.NotStates) > 0 {
				f.Turning = append(f.Turning, r)
			}
			if r.When != nil && k != Element && k != Wording {
				f.Conditions = append(f.Conditions, r.When)
			}
			f.Limited = f.Limited || (k == Cap || k == Spacing) && r.When == nil && r.countsIts(c.scope.Channel)
			if r.When != nil && k == Hours {
				f.Sometimes = append(f.Sometimes, r)
			}
		}
	}
	f.Steady = len(f.Days)+len(f.Sometimes) == 0
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *compiled) findGap(placed, regions bool) fault.Reason {
	s := c.scope
	always := func(k Kind, also func(*Rule) bool) bool {
		return slices.ContainsFunc(c.binding[k], func(r *Rule) bool { return r.When == nil && (also == nil || also(r)) })
	}
	switch {
	case s.Country == "":
		return fault.Of(fault.GapCountry)
	case !placed:
		return fault.Of(fault.GapBook, s.Country)
	case regions && s.Region == "":
		return fault.Of(fault.GapRegion, s.Country)
	case s.Channel == "":
		return fault.Of(fault.GapChannel)
	case s.On == 0:
		return fault.Of(fault.GapDay)
	case !always(Hours, nil):
		return fault.Of(fault.GapHours)
	case !always(Identity, nil):
		return fault.Of(fault.GapIdentity)
	case !always(Amount, nil):
		return fault.Of(fault.GapAmount)
	}
	if gap := c.week.gap(); gap.Code != "" {
		return gap
	}
	for _, state := range must {
		if !always(Stop, func(r *Rule) bool { return r.Is(Reminder) && r.Names(state) }) {
			return fault.Of(fault.GapStop, strconv.Quote(state))
		}
	}
	return fault.Reason{}
}

// weekdayWords are by time.Weekday.
var weekdayWords = [7]fault.Code{fault.Sunday, fault.Monday, fault.Tuesday, fault.Wednesday, fault.Thursday, fault.Friday, fault.Saturday}

// A week is the strictest hours of each day of the week.
type week [7]stretch

type stretch struct {
	open, closing int   // minutes after midnight
	opens, closes *Rule // the rules that say so; nil where none does
}

// narrow lets a rule limit the days that it is for.
func (w *week) narrow(r *Rule) {
	for d := range w {
		if s := &w[d]; r.Weekdays.Has(time.Weekday(d)) {
			if s.opens == nil || r.Open > s.open {
				s.open, s.opens = r.Open, r
			}
			if s.closes == nil || r.Close < s.closing {
				s.closing, s.closes = r.Close, r
			}
		}
	}
}

func (w *week) gap() fault.Reason {
	lawful := false
	for d := range w {
		if w[d].opens == nil {
			return fault.Of(fault.GapHoursOn, fault.Of(weekdayWords[d]))
		}
		lawful = lawful || w[d].open < w[d].closing
	}
	if !lawful {
		return fault.Of(fault.GapNoHour, w[1].opens.ID, w[1].closes.ID)
	}
	return fault.Reason{}
}
