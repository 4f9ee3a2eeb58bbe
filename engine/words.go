package engine

import (
	"cmp"
	"errors"
	"slices"
	"sync"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
	"github.com/dulyhq/duly/store"
)

// Linter returns the wording lint, compiled once for the process.
var Linter = sync.OnceValue(lint.New)

// LintRules returns what rules of rulebooks say of a text: wording that they forbid and elements that they ask for.
// The others have nothing to say of it.
func LintRules(rules ...*law.Rule) []lint.Rule {
	var out []lint.Rule
	for _, r := range rules {
		one := lint.Rule{ID: r.ID, Source: lint.Said{ZH: cmp.Or(r.SourceZH, r.Source), EN: r.Source}, Binding: r.Confidence == law.Binding, From: r.From}
		// The other kinds say nothing of a text.
		//exhaustive:ignore
		switch r.Kind {
		case law.Element:
			one.Element = r.Element
		case law.Wording:
			for _, c := range r.Codes {
				one.Codes = append(one.Codes, lint.Code(c))
			}
		default:
			continue
		}
		out = append(out, one)
	}
	return out
}

// BookRules returns what a rulebook says of a text of a channel, a party and a purpose under whatever conditions, from a day on:
// rules that have ended are left out, those to come say from when on. Without a day it is all that the rulebook ever said. An empty channel or party is any. Elements that only some products, carriers or cases need are
// left to hand-over, where these are known; one that the first contact needs, or every later one, gives a warning. What is only advised of messages is not asked of a confirmation.
func BookRules(b *law.Rulebook, channel ledger.Channel, party string, purpose law.Purpose, on ledger.Date) []lint.Rule {
	var chosen []*law.Rule
	for i := range b.Rules {
		r := &b.Rules[i]
		if on != 0 && r.To != 0 && r.To <= on || !r.Is(purpose) || channel != "" && len(r.Channels) > 0 && !slices.Contains(r.Channels, channel) ||
			party != "" && len(r.Parties) > 0 && !slices.Contains(r.Parties, party) {
			continue
		}
		known := len(r.Products) == 0 && len(r.Carriers) == 0 && r.When == nil
		if r.Kind == law.Element && r.When.OnlyFirst() && r.Confidence == law.Binding && len(r.Products)+len(r.Carriers) == 0 {
			warning := *r // whether it is the first contact shows at hand-over
			warning.Confidence = law.Advisory
			chosen = append(chosen, &warning)
			continue
		}
		asked := (purpose == law.Confirmation || purpose == law.Answer) && r.Confidence != law.Binding // it answers what somebody asked for
		if r.Kind == law.Element && (!known || asked) {
			continue
		}
		chosen = append(chosen, r)
	}
	return LintRules(chosen...)
}

// read reads every template under every rulebook of the portfolio. One that would breach one of them is refused, with
// the place of what is wrong.
func (p *Portfolio) read() error {
	var errs []error
	p.texts, p.places = map[*compose.Template]*lint.Template{}, nil
	for _, t := range p.Templates.All() {
		var rules []lint.Rule
		for _, b := range p.Lawbook.Books() {
			rules = append(rules, BookRules(&b, t.Channel, p.Party, WordsOf(t.Class), p.on)...)
		}
		read, places := Linter().Read(t, p.sender(t), lint.Facts{Rules: rules, Own: p.own(), On: p.on})
		p.texts[t] = read
		for _, one := range places {
			if one.Severity == lint.Error {
				errs = append(errs, one.Mistake())
			} else {
				p.places = append(p.places, one)
			}
		}
	}
	return errors.Join(errs...)
}

// Findings returns what the lint found in the portfolio's templates that does not refuse them: warnings, and what
// would be better.
func (p *Portfolio) Findings() []lint.Place { return p.places }

// PurposeOf returns what a text of a class is to the law: an answer to the borrower's own words is a confirmation.
func PurposeOf(c compose.Class) law.Purpose {
	switch c {
	case compose.Notice:
		return law.Notice
	case compose.Confirmation, compose.Answer:
		return law.Confirmation
	case compose.Reminder:
	}
	return law.Reminder
}

// WordsOf is PurposeOf for rules of what a text says: an answer may be asked for more than a confirmation, which says nothing of a debt.
func WordsOf(c compose.Class) law.Purpose {
	if c == compose.Answer {
		return law.Answer
	}
	return PurposeOf(c)
}

// own are the creditor's own numbers.
func (p *Portfolio) own() []string {
	var own []string
	for _, id := range p.Identity {
		if id.Phone != "" {
			own = append(own, id.Phone)
		}
	}
	slices.Sort(own)
	return own
}

// vars are the values that every text says of its sender.
func (id Identity) vars() compose.Vars {
	return compose.Vars{
		Creditor: id.Creditor, Sign: id.Signature, Phone: id.Phone, Verify: id.Verify, Officer: id.Officer, StopWord: id.StopWord,
	}
}

// sender are the values that a template of the portfolio says of its sender: an address where there is a page, a
// link where one may be written, and the stop word once more where a rule asks every text for it.
func (p *Portfolio) sender(t *compose.Template) compose.Vars {
	v := p.Identity[t.Language].vars()
	if !p.Page.Unsaid {
		v.Address = bare(p.Page.Address)
	}
	if v.Address != "" && p.Page.Links {
		v.Link = PageLink(p.Page.Address, "")
	}
	if p.asksStop(WordsOf(t.Class)) {
		v.AskedStop = v.StopWord
	}
	return v
}

// asksStop says whether a rule that binds asks the portfolio's text messages of a purpose how to stop them, also where nobody else would: some
// operators ask it of every text, and the law of some places of every answer. A rule of a provider's counts where nobody knows whose the carrier is.
func (p *Portfolio) asksStop(purpose law.Purpose) bool {
	for _, b := range p.Lawbook.Books() {
		if len(b.Carriers) > 0 && p.Provider != "" && !slices.Contains(b.Carriers, p.Provider) {
			continue
		}
		for i := range b.Rules {
			r := &b.Rules[i]
			if r.Kind == law.Element && r.Element == "optout" && r.Confidence == law.Binding && r.Is(purpose) &&
				(r.To == 0 || p.on < r.To) && (len(r.Channels) == 0 || slices.Contains(r.Channels, ledger.SMS)) &&
				(len(r.Parties) == 0 || slices.Contains(r.Parties, p.Party)) &&
				(len(r.Carriers) == 0 || p.Provider == "" || slices.Contains(r.Carriers, p.Provider)) {
				return true
			}
		}
	}
	return false
}

// wording is the recipe's last stage: it returns the first finding that denies a written text. Compile has read the
// template, so most texts are passed at a glance: what they say cannot depend on the person (lint.Template), and
// the elements that the law asks for where this person is are those that the template always holds.
func (p *Portfolio) wording(read *lint.Template, text []byte, v *compose.Vars, d *store.Dossier, j *Judgement) *lint.Finding {
	if read == nil {
		return &lint.Finding{Code: lint.Deception, Rule: lint.HouseWording, Message: lint.Said{EN: "The template was not read.", ZH: "模板未经检查。"}}
	}
	if j.rules.always(read) && read.Plain(v) {
		return nil
	}
	return p.whole(read, text, v, d, j)
}

// always says that a template holds every element that the rules of a contact may ask for, and that no rule has come into force
// since it was read that denies its words.
func (r *ruled) always(read *lint.Template) bool {
	if r.read == read {
		return r.holds
	}
	holds, ok := r.held[read]
	if !ok {
		holds = !read.Turned(r.key.on) && !slices.ContainsFunc(r.For(WordsOf(read.Class)).Element, func(r *law.Rule) bool {
			return !read.Holds(r.Element)
		})
		r.held[read] = holds
	}
	r.read, r.holds = read, holds
	return holds
}

// whole reads a written text as if a person had written it.
func (p *Portfolio) whole(read *lint.Template, text []byte, v *compose.Vars, d *store.Dossier, j *Judgement) *lint.Finding {
	found := p.findings(read, text, v, d, j)
	if i := slices.IndexFunc(found, func(f lint.Finding) bool { return f.Severity == lint.Error }); i >= 0 {
		return &found[i]
	}
	return nil
}

// findings is all that the lint finds in a text.
func (p *Portfolio) findings(read *lint.Template, text []byte, v *compose.Vars, d *store.Dossier, j *Judgement) []lint.Finding {
	values := *v // so that the caller's need no room on the heap
	lead := slices.IndexFunc(d.Loans, func(l store.LoanStanding) bool { return l.ID == j.Intent.Lead })
	f := p.guardFacts(j, d, lead, mediumOf(j.Intent.Treatment), v.AsOf, false)
	f.Notice, f.Confirmation = f.Notice || read.Class == compose.Notice, PurposeOf(read.Class) == law.Confirmation
	f.Answer = read.Class == compose.Answer
	rules := j.rules.Rules
	facts := lint.Facts{
		Language: read.Language, Class: read.Class, Channel: read.Channel, Values: &values, Own: p.own(), MaxSegments: read.Most(v.Link != "" || v.Code != ""),
		Rules: append(LintRules(guard.Words(rules, f, law.Element)...), LintRules(guard.Words(rules, f, law.Wording)...)...),
	}
	facts.TimeBarred, _ = rules.SuitBarred(j.Today, f.Suit)
	if core := &d.Loans[lead].Core; core.NextStep != "" {
		facts.Steps = []lint.Step{{Kind: core.NextStep, On: core.NextStepOn, Text: v.NextStep}}
	}
	return Linter().Text(string(text), facts)
}
