package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// A Mistake is something that keeps a draft from being asked for, with what mends it.
type Mistake struct {
	Line, Column int                   // of the draft, from 1; 0: of the whole, or of another document
	What         document.MistakeError // without a file where the draft is meant
}

// mistaken is a mistake of the draft, or of another document with its place in it.
func mistaken(m document.MistakeError) Mistake {
	if m.File != "" {
		return Mistake{What: m}
	}
	return Mistake{m.Line, m.Column, m}
}

// Says is what is wrong in a language, "zh" or else English; in another document than the draft, with the place in it.
func (m Mistake) Says(lang string) string { return m.What.In(lang) }

// A Checked is a draft as the portfolio would be with it.
type Checked struct {
	Portfolio *Portfolio   // nil where it cannot be compiled
	Mistakes  []Mistake    // all of them, in the order of their places
	Found     []lint.Place // of a text: what does not refuse it and would be better
}

// draftName is what mistakes call a draft.
const draftName = "draft.yaml"

// WithStrategy reads a draft of a strategy beside the portfolio's other documents: its form, its texts, and the law of every place that
// the rulebooks are of.
func (p *Portfolio) WithStrategy(body []byte, on ledger.Date) Checked {
	spec := p.by
	spec.Strategy, spec.On = Source{Name: draftName, Body: body}, on
	q, err := Compile(spec)
	if err != nil {
		return Checked{Mistakes: mistakes(err, 0)}
	}
	c := Checked{Portfolio: p.beside(q)}
	for _, f := range q.Breaches(on) {
		f.File = ""
		c.Mistakes = append(c.Mistakes, mistaken(f))
	}
	return c
}

// WithConfidence reads a draft of what the portfolio makes of how far rules bind.
func (p *Portfolio) WithConfidence(body []byte, on ledger.Date) Checked {
	spec := p.by
	spec.On, spec.Rulebooks = on, slices.DeleteFunc(slices.Clone(spec.Rulebooks), func(s Source) bool { return strings.HasPrefix(s.Name, store.ConfidenceKind+"@") })
	spec.Rulebooks = append(spec.Rulebooks, Source{Name: draftName, Body: body})
	q, err := Compile(spec)
	if err != nil {
		return Checked{Mistakes: mistakes(err, 0)}
	}
	return Checked{Portfolio: p.beside(q)}
}

// WithTemplate reads a draft of one text, by compose.Of, beside the others.
func (p *Portfolio) WithTemplate(name, text string, on ledger.Date) Checked {
	spec := p.by
	spec.On, spec.Templates = on, slices.Clone(spec.Templates)
	at, line := p.document(name)
	if at < 0 {
		return Checked{Mistakes: []Mistake{mistaken(document.Mistake("", 0, fault.TextNone, name))}}
	}
	doc := &spec.Templates[at]
	body, err := compose.Splice(doc.Name, doc.Body, map[string]string{name: text})
	if err != nil {
		return Checked{Mistakes: mistakes(err, 0)}
	}
	*doc = Source{Name: draftName, Body: body}
	q, err := compile(spec)
	c := Checked{}
	switch {
	case err != nil:
		c.Mistakes = mistakes(err, line)
	default:
		c.Portfolio = p.beside(q)
	}
	if q == nil {
		return c
	}
	for _, f := range q.places {
		if compose.Of(f.Template.Name, f.Template.Language) == name {
			f.Line -= line
			c.Found = append(c.Found, f)
		}
	}
	return c
}

// beside gives a portfolio that is tried the place in the store of the one that is in force.
func (p *Portfolio) beside(q *Portfolio) *Portfolio {
	q = q.fork()
	q.row, q.edition, q.StaleAfter, q.filing = p.row, p.edition, p.StaleAfter, p.filing
	return q
}

// document finds which of the documents holds a text, and how many lines stand before it; -1 where none does.
func (p *Portfolio) document(name string) (at, before int) {
	for i, doc := range p.by.Templates {
		pieces, err := compose.Pieces(doc.Name, doc.Body)
		if err != nil {
			continue
		}
		for j := range pieces {
			if compose.Of(pieces[j].Name, pieces[j].Language) == name {
				return i, pieces[j].Before()
			}
		}
	}
	return -1, 0
}

// Piece returns a text of the portfolio as it is in force, by compose.Of.
func (p *Portfolio) Piece(name string) (compose.Piece, bool) {
	for _, doc := range p.by.Templates {
		pieces, err := compose.Pieces(doc.Name, doc.Body)
		if err != nil {
			continue
		}
		for _, one := range pieces {
			if compose.Of(one.Name, one.Language) == name {
				return one, true
			}
		}
	}
	return compose.Piece{}, false
}

// StrategyText returns the strategy that is in force, as it was read.
func (p *Portfolio) StrategyText() Source { return p.by.Strategy }

// Breaches returns where the strategy would run against the law of some place that the rulebooks are of.
func (p *Portfolio) Breaches(on ledger.Date) (out []document.MistakeError) {
	for _, place := range places(p.Lawbook.Books()) {
		place.Channel, place.Carrier, place.Party, place.On = ledger.SMS, p.Provider, p.Party, on
		for _, f := range p.Strategy.CheckAgainst(p.Lawbook.For(place)) {
			if !slices.ContainsFunc(out, f.Same) {
				out = append(out, f)
			}
		}
	}
	return out
}

// places are those that the rulebooks are of, for a strategy to be held against the law of each: a country's other regions, every
// region and every locality that has a rulebook.
func places(books []law.Rulebook) []law.Scope {
	var out []law.Scope
	for i := range books {
		parts := strings.SplitN(books[i].Jurisdiction, "-", 3)
		s := law.Scope{Country: parts[0]}
		switch len(parts) {
		case 1:
			s.Region, s.Locality = s.Country+"-other", s.Country+"-other-other"
		case 2:
			s.Region = books[i].Jurisdiction
			s.Locality = s.Region + "-other"
		default:
			s.Region, s.Locality = parts[0]+"-"+parts[1], books[i].Jurisdiction
		}
		if s.Country != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// mistakes takes an error of Compile apart into what is wrong where, each once; before is how many lines of the document stand before the
// draft.
func mistakes(err error, before int) (out []Mistake) {
	for _, m := range document.Mistakes(err) {
		if m.File == draftName {
			m.File, m.Line = "", max(0, m.Line-before)
		}
		if !slices.ContainsFunc(out, func(o Mistake) bool { return o.What.Same(m) }) {
			out = append(out, mistaken(m))
		}
	}
	slices.SortStableFunc(out, func(a, b Mistake) int {
		if a.Line == 0 || b.Line == 0 { // what is of no line comes last
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return out
}

// Limits returns the hours and caps that bind reminders by text message in the first place that the rulebooks are of, whatever a
// strategy says.
func (p *Portfolio) Limits(on ledger.Date) (out []*law.Rule) {
	for _, place := range places(p.Lawbook.Books()) {
		place.Channel, place.Carrier, place.Party, place.On = ledger.SMS, p.Provider, p.Party, on
		filed := p.Lawbook.For(place).For(law.Reminder)
		for _, r := range slices.Concat(filed.Hours, filed.Days, filed.Caps) {
			if !slices.ContainsFunc(out, func(o *law.Rule) bool { return o.ID == r.ID }) {
				out = append(out, r)
			}
		}
	}
	return out
}

// Renew is Engine.Renew for the desk's engine.
func (d *Desk) Renew(ctx context.Context, now time.Time) error { return d.e.Renew(ctx, now) }

// Mine returns the engine's own copy of a portfolio.
func (e *Engine) Mine(p *Portfolio) *Portfolio {
	for _, own := range e.Books() {
		if own.row.ID == p.row.ID {
			return own
		}
	}
	return p
}
