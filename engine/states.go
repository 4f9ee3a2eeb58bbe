package engine

import (
	"context"
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/store"
)

// Row returns the portfolio's number in the store.
func (p *Portfolio) Row() int64 { return p.row.ID }

// States returns how many messages of a portfolio are in each state; they sum to the intents.
func (e *Engine) States(ctx context.Context, p *Portfolio) ([]store.Count, error) {
	counts, err := e.Store.Counts(ctx, p.row.ID, time.Time{}, time.Time{})
	if err != nil {
		return nil, err
	}
	var out []store.Count
	at := map[string]int{}
	for _, c := range counts {
		i, ok := at[c.State]
		if !ok {
			i = len(out)
			at[c.State] = i
			out = append(out, store.Count{State: c.State})
		}
		out[i].Number += c.Number
		out[i].Parts += c.Parts
	}
	return out, nil
}

// Title returns what a rule asks for, in "zh" or "en"; empty where the rule is not one of a rulebook.
func (p *Portfolio) Title(rule, lang string) string {
	if r := p.rule(rule); r != nil {
		return r.Title[lang]
	}
	return ""
}

// Source returns where a rule comes from, in "zh" or "en"; empty where the rule is not one of a rulebook.
func (p *Portfolio) Source(rule, lang string) string {
	r := p.rule(rule)
	switch {
	case r == nil:
		return ""
	case lang == "zh" && r.SourceZH != "":
		return r.SourceZH
	}
	return r.Source
}

func (p *Portfolio) rule(id string) *law.Rule {
	for _, b := range p.Lawbook.Books() {
		for i := range b.Rules {
			if b.Rules[i].ID == id {
				return &b.Rules[i]
			}
		}
	}
	return nil
}
