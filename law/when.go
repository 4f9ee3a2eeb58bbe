package law

import (
	"slices"

	"github.com/dulyhq/duly/ledger"
)

// A Maybe is an answer that may not be known. The zero value is that.
type Maybe uint8

// The answers.
const (
	Unknown Maybe = iota
	Yes
	No
)

// A When holds the conditions under which a rule applies; all of them must hold. What is not known is taken
// to hold, because a rule can only take away.
type When struct {
	From, Below int          // days past due, [From, Below); zero means no bound
	Owed        ledger.Money // at most this is due on the loan that leads; the zero Money means no bound
	States      []string     // any of these states holds; empty means no condition
	NotStates   []string     // none of these holds
	First       Maybe        // Yes: only the first contact about a debt; No: only later ones
	NextStep    []string     // the loan's authorised next step is one of these
}

// Case is what the conditions look at. The zero Case knows nothing, so that every condition holds but those
// that need a state or a next step to be there.
type Case struct {
	DPD      int
	Owed     ledger.Money // due on the loan that leads; the zero Money means that it is not known
	DPDKnown bool
	First    Maybe
	NextStep string // "" means that none is authorised
}

// Plain says whether the conditions other than on states hold.
func (w *When) Plain(c *Case) bool {
	switch {
	case c.DPDKnown && (w.From > 0 && c.DPD < w.From || w.Below > 0 && c.DPD >= w.Below):
		return false
	case w.Owed.Currency != "" && c.Owed.Currency == w.Owed.Currency && c.Owed.Minor > w.Owed.Minor:
		return false
	case w.First != Unknown && c.First != Unknown && w.First != c.First:
		return false
	}
	return len(w.NextStep) == 0 || slices.Contains(w.NextStep, c.NextStep)
}

// OnlyFirst says that nothing but whether it is the first contact is asked.
func (w *When) OnlyFirst() bool {
	return w != nil && w.First != Unknown && w.From == 0 && w.Below == 0 && w.Owed == (ledger.Money{}) && len(w.States)+len(w.NotStates)+len(w.NextStep) == 0
}

// Holds says whether all conditions hold, given the states that do.
func (w *When) Holds(c Case, has func(state string) bool) bool {
	if w == nil {
		return true
	}
	return w.Plain(&c) && (len(w.States) == 0 || slices.ContainsFunc(w.States, has)) && !slices.ContainsFunc(w.NotStates, has)
}

// same says whether two rules have the same conditions.
func (w *When) same(o *When) bool {
	if w == nil || o == nil {
		return w == o
	}
	return w.From == o.From && w.Below == o.Below && w.Owed == o.Owed && w.First == o.First && slices.Equal(w.States, o.States) &&
		slices.Equal(w.NotStates, o.NotStates) && slices.Equal(w.NextStep, o.NextStep)
}
