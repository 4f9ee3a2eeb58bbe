package rulebooks_test

import (
	"slices"
	"testing"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// carriedBy says which element of the templates carries what a rulebook asks for.
var carriedBy = map[string]compose.Element{
	"identity": compose.Identity, "amount": compose.Amount, "contact": compose.Help, "optout": compose.OptOut, "due_date": compose.DueDate,
	"contract": compose.Contract,
}

// gaps is what no shipped reminder text holds, and whom that keeps from using them: docs/rulebooks.md says so.
var gaps = map[string][]string{
	"agency": {"collection_purpose", "debt_collector"}, // Regulation F, § 1006.18(e)
}

// TestShippedTextsAreLawful: in every place each shipped reminder, in either language, holds what a binding rule asks
// of a text message, first or later, but for the gaps that are known.
func TestShippedTextsAreLawful(t *testing.T) {
	set, err := compose.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for scope, books := range places(shipped(t)) {
		lawbook, err := law.Compose(books...)
		if err != nil {
			t.Fatal(err)
		}
		for _, scope.Party = range []string{"creditor", "agency"} {
			scope.On = ledger.NewDate(2026, 11, 25)
			for _, r := range lawbook.For(scope).Binding(law.Element) {
				if r.Is(law.Reminder) {
					carried(t, set, r, scope)
				}
			}
		}
	}
}

func carried(t *testing.T, set *compose.Set, r *law.Rule, s law.Scope) {
	t.Helper()
	element, known := carriedBy[r.Element]
	if !known {
		if !slices.Contains(gaps[s.Party], r.Element) {
			t.Errorf("%s %s, %s: no shipped text can hold %q, which %s asks for", s.Country, s.Region, s.Party, r.Element, r.ID)
		}
		return
	}
	for _, text := range set.All() {
		if text.Class == compose.Reminder && !slices.Contains(text.Elements(), element) {
			t.Errorf("%s %s, %s: %s (%s) does not hold %q, which %s asks for", s.Country, s.Region, s.Party, text.Name, text.Language, r.Element, r.ID)
		}
	}
}
