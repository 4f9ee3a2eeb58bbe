package rulebooks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
)

// carriedBy says which element of the templates carries what a rulebook asks for.
var carriedBy = map[string]compose.Element{
	"identity": compose.Identity, "amount": compose.Amount, "contact": compose.Help, "optout": compose.OptOut, "due_date": compose.DueDate,
	"contract": compose.Contract,
}

// texts are the shipped texts that a party uses in a place.
func texts(t *testing.T, s law.Scope) []*compose.Template {
	t.Helper()
	docs, err := engine.ShippedTemplates(engine.TextsFor(s.Party, []string{strings.ToLower(s.Country)}))
	if err != nil {
		t.Fatal(err)
	}
	var all []*compose.Template
	for _, d := range docs {
		set, err := compose.Compile(d.Name, d.Body)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, set.All()...)
	}
	return all
}

// TestShippedTextsAreLawful: in every place each shipped reminder and notice, in either language, holds what a binding rule asks
// of a text message, first or later.
func TestShippedTextsAreLawful(t *testing.T) {
	words := map[string]bool{}
	for scope, books := range places(shipped(t)) {
		lawbook, err := law.Compose(books...)
		if err != nil {
			t.Fatal(err)
		}
		for _, scope.Party = range []string{"creditor", "agency"} {
			scope.On = ledger.NewDate(2026, 11, 25)
			all := texts(t, scope)
			for _, r := range lawbook.For(scope).Binding(law.Element) {
				carried(t, all, r, scope, words)
			}
		}
	}
	if len(words) < 2 {
		t.Errorf("no element was looked for in words: %v", words)
	}
}

var linter = lint.New()

// carried looks for an element in every text of a purpose that a rule binds: by the variables that carry it, or in the words.
func carried(t *testing.T, all []*compose.Template, r *law.Rule, s law.Scope, words map[string]bool) {
	t.Helper()
	element, byVariable := carriedBy[r.Element]
	for _, text := range all {
		if p := engine.PurposeOf(text.Class); p == law.Confirmation || !r.Is(p) {
			continue
		}
		holds := byVariable && slices.Contains(text.Elements(), element)
		if !byVariable {
			words[r.Element] = true
			read, _ := linter.Read(text, compose.Vars{}, lint.Facts{})
			holds = read.Holds(r.Element)
		}
		if !holds {
			t.Errorf("%s %s, %s: %s (%s) does not hold %q, which %s asks for", s.Country, s.Region, s.Party, text.Name, text.Language, r.Element, r.ID)
		}
	}
}
