package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/store"
)

// settings is a portfolio as its documents do not say it: what else decides, kept with each decision like them.
type settings struct {
	Ref, Creditor, Zone, Language, Party string

	GraceDays, DayCount int
	Order               []int
	Identity            map[compose.Language]Identity
	LedgerMaxAge        time.Duration
	StaleAfter          time.Duration
	Spread              time.Duration
	Carrier, Provider   string
	RegisteredOnly      bool `json:"Registered,omitempty"`
	Approvals           []Approval
	Talk                Talk
	Page                Page
	Uses                map[string]int64 `json:",omitempty"`
	Documents           []named          // in the order in which they were given
}

type named struct{ Kind, Name string }

// ofSettings is the kind of the document that holds them.
const ofSettings = "portfolio"

// keepSettings keeps a portfolio's settings as a document, after all others.
func (p *Portfolio) keepSettings(s Spec) error {
	all := settings{
		Ref: s.Ref, Creditor: s.Creditor, Zone: s.Zone, Language: string(s.Language), Party: s.Party, GraceDays: s.Terms.GraceDays,
		DayCount: s.Terms.DayCount, Identity: s.Identity, LedgerMaxAge: s.LedgerMaxAge, StaleAfter: s.StaleAfter, Spread: s.Spread, Carrier: s.Carrier,
		Provider: s.Provider, RegisteredOnly: s.RegisteredOnly, Approvals: s.Approvals, Talk: s.Talk, Page: s.Page, Uses: s.Uses,
	}
	for _, c := range s.Terms.Order {
		all.Order = append(all.Order, int(c))
	}
	for _, d := range p.Documents {
		all.Documents = append(all.Documents, named{d.Kind, d.Name})
	}
	body, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("engine: the settings of portfolio %s cannot be kept: %w", p.Ref, err)
	}
	p.keep(ofSettings, Source{Name: s.Ref, Body: body})
	return nil
}

// Why an explanation does not rest on the documents of its instant.
const (
	// FirstKept: none are kept that are as old; these are the first that are.
	FirstKept = "first_kept"
	// NotKept: they are not kept whole, because an earlier build kept them, or this build cannot read them any more; these are
	// today's.
	NotKept = "not_kept"
)

// then returns the portfolio by the documents that were in force at the instant of an explanation, and notes which they are.
func (e *Engine) then(ctx context.Context, p *Portfolio, x *Explanation) (*Portfolio, error) {
	x.Edition, x.By = p.edition, p
	f, err := e.Store.InForce(ctx, p.row.ID, x.At)
	if errors.Is(err, store.ErrNotFound) {
		x.EditionNote = NotKept
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	was := p
	if f.Edition != p.edition {
		if was, err = revived(f.Documents); err != nil {
			x.EditionNote = NotKept
			return p, nil //nolint:nilerr // the note says it, and what they are is asked of today's
		}
		was = was.fork()
		was.row, was.edition, was.StaleAfter = p.row, f.Edition, max(was.StaleAfter, 0)
		if was.StaleAfter == 0 {
			was.StaleAfter = DefaultStaleAfter
		}
	}
	x.Edition, x.EditionSince, x.By = f.Edition, f.Since.In(p.Zone), was
	if f.Since.After(x.At) {
		x.EditionNote = FirstKept
	}
	return was, nil
}

var errNoSettings = errors.New("engine: the documents lack the portfolio's settings")

// revived makes a portfolio again of the documents that were kept of it. They were checked against each other when they came
// into force.
func revived(docs []store.Document) (*Portfolio, error) {
	by := map[named][]byte{}
	var all settings
	found := false
	for _, d := range docs {
		by[named{d.Kind, d.Name}] = d.Body
		if d.Kind != ofSettings {
			continue
		}
		if err := json.Unmarshal(d.Body, &all); err != nil {
			return nil, fmt.Errorf("%w: %w", errNoSettings, err)
		}
		found = true
	}
	if !found {
		return nil, errNoSettings
	}
	s := Spec{
		Ref: all.Ref, Creditor: all.Creditor, Zone: all.Zone, Language: compose.Language(all.Language), Party: all.Party,
		Terms: assess.Terms{GraceDays: all.GraceDays, DayCount: all.DayCount}, Identity: all.Identity, LedgerMaxAge: all.LedgerMaxAge,
		StaleAfter: all.StaleAfter, Spread: all.Spread, Carrier: all.Carrier, Provider: all.Provider, RegisteredOnly: all.RegisteredOnly, Approvals: all.Approvals, Talk: all.Talk,
		Page: all.Page, Uses: all.Uses,
	}
	for _, c := range all.Order {
		s.Terms.Order = append(s.Terms.Order, assess.Component(c))
	}
	for _, n := range all.Documents {
		body, ok := by[n]
		if !ok {
			return nil, fmt.Errorf("engine: the %s %s of the edition is not kept", n.Kind, n.Name)
		}
		src := Source{Name: n.Name, Body: body}
		switch n.Kind {
		case "strategy":
			s.Strategy = src
		case "rulebook":
			s.Rulebooks = append(s.Rulebooks, src)
		case "calendar", "rates":
			s.Tables = append(s.Tables, src)
		case "templates":
			s.Templates = append(s.Templates, src)
		}
	}
	return parse(s)
}
