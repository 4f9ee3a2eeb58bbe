// Package engine runs the recipe: assess, decide, guard, compose. It joins the pure stages to the store and
// the carriers, and its jobs are steps that thin shells repeat: plan, send, settle.
package engine

import (
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A Portfolio is all that decides for one book: its documents, compiled, and the creditor's identity. Prepare
// makes it ready for use.
type Portfolio struct {
	Ref       string
	Creditor  string // the creditor's ref
	Zone      *time.Location
	Language  compose.Language // where a borrower's is not known or has no template
	Party     string           // "creditor" or "agency"
	Strategy  decide.Strategy
	Lawbook   law.Lawbook
	Calendar  law.Calendar
	Templates *compose.Set
	Terms     assess.Terms
	Identity  map[compose.Language]Identity
	// LedgerMaxAge is how old the payments feed may be; 0 holds all contact.
	LedgerMaxAge time.Duration
	// StaleAfter is how long after its hour a message may still leave; 0 means DefaultStaleAfter.
	StaleAfter time.Duration
	Carrier    string
	Documents  []store.Document // those above as they were read, kept with each decision

	row     store.Portfolio
	edition int64
	capSets map[capKey]capped
	caches
}

// caches are what a portfolio has worked out before and keeps for the next person. They change no answer.
type caches struct {
	rules  map[ruleKey]law.Rules
	ruled  ruleKey // the key and the rules that were asked for last: most persons are alike
	latest law.Rules
	clocks map[string]*clock
	last   *clock             // the one that was asked for last
	loans  []decide.LoanFacts // room for the facts of one person
	lines  []compose.LoanVars // room for what a text says of the loans of one person
}

// A clock is a zone with the day that an instant has there.
type clock struct {
	name  string
	zone  *time.Location // nil where no such zone is known
	now   time.Time
	today ledger.Date
}

// day returns the civil day of an instant. Many are asked for the same one.
func (c *clock) day(now time.Time) ledger.Date {
	if c.now != now {
		c.now, c.today = now, ledger.Day(now.In(c.zone))
	}
	return c.today
}

// An Identity is what a message says of its sender, in one language.
type Identity struct {
	Creditor, Signature, Phone, Verify, Officer, StopWord string
}

// DefaultStaleAfter lets a message whose day was lost to an outage leave in the next day's window, and no later.
const DefaultStaleAfter = 36 * time.Hour

type ruleKey struct {
	country, region, product string
	channel                  ledger.Channel
	on                       ledger.Date
}

// rulesFor returns the rules that apply to a contact, worked out once for all persons alike.
func (p *Portfolio) rulesFor(k ruleKey) law.Rules {
	if k == p.ruled {
		return p.latest
	}
	r, ok := p.rules[k]
	if !ok {
		r = p.Lawbook.For(law.Scope{
			Country: k.country, Region: k.region, Channel: k.channel, Party: p.Party, Product: k.product, On: k.on,
		})
		p.rules[k] = r
	}
	p.ruled, p.latest = k, r
	return r
}

// clock returns the clock of a zone by its IANA name; one without a zone when there is no such name.
func (p *Portfolio) clock(name string) *clock {
	if p.last != nil && p.last.name == name {
		return p.last
	}
	c, ok := p.clocks[name]
	if !ok {
		c = &clock{name: name}
		if l, err := time.LoadLocation(name); err == nil && name != "" {
			c.zone = l
		}
		p.clocks[name] = c
	}
	p.last = c
	return c
}

// template returns the text of a name in a language, else in the portfolio's own, else nil.
func (p *Portfolio) template(name string, lang compose.Language) *compose.Template {
	return p.Templates.Pick(name, lang, p.Language)
}

// fork returns a portfolio with caches of its own, for use by another goroutine.
func (p *Portfolio) fork() *Portfolio {
	q := *p
	q.capSets = map[capKey]capped{}
	q.caches = caches{rules: map[ruleKey]law.Rules{}, clocks: map[string]*clock{}}
	return &q
}
