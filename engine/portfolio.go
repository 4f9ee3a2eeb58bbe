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

	row      store.Portfolio
	edition  int64
	rules    map[ruleKey]law.Rules
	capSets  map[ruleKey]capped
	location map[string]*time.Location
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
	r, ok := p.rules[k]
	if !ok {
		r = p.Lawbook.For(law.Scope{
			Country: k.country, Region: k.region, Channel: k.channel, Party: p.Party, Product: k.product, On: k.on,
		})
		p.rules[k] = r
	}
	return r
}

// zone returns a location by its IANA name, nil when there is none.
func (p *Portfolio) zone(name string) *time.Location {
	if name == "" {
		return nil
	}
	l, ok := p.location[name]
	if !ok {
		var err error
		if l, err = time.LoadLocation(name); err != nil {
			l = nil
		}
		p.location[name] = l
	}
	return l
}

// fork returns a portfolio with caches of its own, for use by another goroutine.
func (p *Portfolio) fork() *Portfolio {
	q := *p
	q.rules, q.capSets, q.location = map[ruleKey]law.Rules{}, map[ruleKey]capped{}, map[string]*time.Location{}
	return &q
}
