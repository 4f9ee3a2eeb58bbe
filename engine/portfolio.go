// Package engine runs the recipe: assess, decide, guard, compose, lint. It joins the pure stages to the store and
// the carriers, and its jobs are steps that thin shells repeat: plan, send, settle.
package engine

import (
	"sync"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
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
	// Spread is over how long the messages of a day are spread from the first hour at which they may leave; 0 spreads none.
	Spread    time.Duration
	Carrier   string
	Talk      Talk       // what replies set off
	Approvals []Approval // of statutory notices; a notice without one is held
	Provider  string     // who the carrier is to the law: "direct", "twilio" …; empty means not known
	// RegisteredOnly lets only those texts leave that the carrier has registered.
	RegisteredOnly bool
	Page           Page             // the borrower's page
	Documents      []store.Document // those above as they were read, kept with each decision

	row     store.Portfolio
	edition int64
	spec    Spec                                 // as the lender's files have it
	by      Spec                                 // as it was compiled: with the versions that are in force
	files   []store.Filed                        // what of spec has versions
	forks   *sync.Pool                           // of *Portfolio, for many at once
	on      ledger.Date                          // the day that the templates were read for; zero: every day
	texts   map[*compose.Template]*lint.Template // the templates as the lint has read them
	places  []lint.Place                         // what it found in them that refuses none
	capSets map[capKey]capped
	filing  filing // what carriers have on file of the texts
	caches
}

// caches are what a portfolio has worked out before and keeps for the next person. They change no answer.
type caches struct {
	rules    map[ruleKey]*ruled
	latest   *ruled // those that were asked for last: most persons are alike
	alike    [64]outcome
	clocks   map[string]*clock
	last     *clock // the one that was asked for last
	slots    map[slotKey]decide.Slot
	bound    map[textKey]*wording
	worded   [64]*wording       // those of the treatments that were asked for last, by their index
	loans    []decide.LoanFacts // room for the facts of one person
	deciding decide.Facts
	lines    []compose.LoanVars // room for what a text says of the loans of one person
	facts    guard.Facts        // room for what the guard reads of one person
	asked    guard.Asked
	states   []decide.State
	ids      []ledger.LoanID

	grounds map[ground]string
}

// An Identity is what a message says of its sender, in one language.
type Identity struct {
	Creditor, Signature, Phone, Verify, Officer, StopWord string
}

// DefaultStaleAfter lets a message whose day was lost to an outage leave in the next day's window, and no later.
const DefaultStaleAfter = 36 * time.Hour

type ruleKey struct {
	country, region, locality, product string
	channel                            ledger.Channel
	byHand                             bool // a person makes the contact
	on                                 ledger.Date
}

// A ruled is the rules that apply to a contact, with what was worked out from them before.
type ruled struct {
	law.Rules
	key   ruleKey
	plain [2]plainly              // for reminders and for notices
	held  map[*lint.Template]bool // whether a template always holds what the rules ask of a text
	read  *lint.Template          // the template that was asked for last, and
	holds bool                    // what was said of it
}

// rulesFor returns the rules that apply to a contact, worked out once for all persons alike.
func (p *Portfolio) rulesFor(k ruleKey) *ruled {
	if p.latest != nil && p.latest.key == k {
		return p.latest
	}
	r, ok := p.rules[k]
	if !ok {
		rules := p.Lawbook.For(law.Scope{
			Country: k.country, Region: k.region, Locality: k.locality, Channel: k.channel, Carrier: p.carrierOf(k), Party: p.Party,
			Product: k.product, On: k.on,
		})
		r = &ruled{
			Rules: rules, key: k, held: map[*lint.Template]bool{},
			plain: [2]plainly{plain(rules, law.Reminder), plain(rules, law.Notice)},
		}
		p.rules[k] = r
	}
	p.latest = r
	return r
}

// A textKey is what a text is chosen by.
type textKey struct {
	template string
	language compose.Language
}

// A wording is the text of a treatment, with the sender's identity written in, as the lint has read it.
type wording struct {
	textKey
	*compose.Bound // nil when there is none
	read           *lint.Template
}

// template returns the text of a treatment in a language, else in the portfolio's own.
func (p *Portfolio) template(of *decide.Treatment, lang compose.Language) *wording {
	last := &p.worded[of.Index%len(p.worded)]
	k := textKey{of.Template, lang}
	if *last != nil && (*last).textKey == k {
		return *last
	}
	t, ok := p.bound[k]
	if !ok {
		t = &wording{textKey: k}
		if plain := p.Templates.Pick(of.Template, lang, p.Language); plain != nil {
			sender := p.sender(plain)
			t.Bound, t.read = plain.Bind(&sender), p.texts[plain]
		}
		p.bound[k] = t
	}
	*last = t
	return t
}

// pool makes forks of the portfolio itself.
func (p *Portfolio) pool() { p.forks = &sync.Pool{New: func() any { return p.fork() }} }

// fork returns a portfolio with caches of its own, for use by another goroutine.
func (p *Portfolio) fork() *Portfolio {
	q := *p
	q.capSets = map[capKey]capped{}
	q.caches = caches{rules: map[ruleKey]*ruled{}, clocks: map[string]*clock{}, slots: map[slotKey]decide.Slot{}, bound: map[textKey]*wording{}}
	return &q
}

// Copy returns the portfolio for another engine: what was compiled is shared, for it does not change, and what an engine adds is not.
func (p *Portfolio) Copy() *Portfolio { return p.fork() }
