package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// differs says whether the core system's own total for a loan was another, as Refresh finds it, and fills in how old the
// debt is where its next step asks for that.
func (e *Engine) differs(ctx context.Context, p *Portfolio, l *store.LoanStanding, c store.CoreStated, f assess.Facts) (bool, error) {
	if l.Core.NextStep != "" {
		for i := range f.Instalments {
			l.Core.LastDueOn = max(l.Core.LastDueOn, f.Instalments[i].DueOn)
		}
		for i := range f.Payments {
			if f.Payments[i].Minor > 0 {
				l.Core.LastPaidOn = max(l.Core.LastPaidOn, f.Payments[i].PaidOn)
			}
		}
	}
	if c.On == 0 || store.CoreAgrees(f, c.On, c.Due) {
		return false, nil
	}
	h, err := e.Store.History(ctx, l.ID, c.KnownAt)
	if err != nil {
		return false, err
	}
	h.Facts.Terms = p.Terms
	return !store.CoreAgrees(h.Facts, c.On, c.Due), nil
}

// known tells what was known that bars contact or permits it, each state with the rule that says what it means.
func (x *Explanation) known(p *Portfolio, past *store.Past, j *Judgement, zone *time.Location) {
	loan := func(id ledger.LoanID) string {
		for _, l := range past.Loans {
			if l.ID == id {
				return l.Ref
			}
		}
		return ""
	}
	local := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.In(zone)
	}
	rules := j.rules
	if rules == nil { // the law was not asked, because there was nothing to do
		b := &past.Borrowers[0]
		rules = p.rulesFor(ruleKey{country: b.Country, region: b.Region, locality: b.Locality, channel: ledger.SMS, on: x.Today})
	}
	for i := range past.Known {
		k := &past.Known[i]
		s := ExplainedState{
			Kind: k.Kind, Since: local(k.Since), Until: local(k.Until), Region: k.Region, Loan: loan(k.Loan), Channel: string(k.Channel),
			Address: k.Address != 0, Reason: k.Reason, Note: k.Note, Owner: k.Owner, ReviewOn: k.ReviewOn, Cause: k.Cause, Rule: guard.NoState,
		}
		if r := naming(rules.Rules, k.Kind); r != nil {
			s.Rule, s.Source = r.ID, r.Source
		}
		x.States = append(x.States, s)
	}
	for _, c := range past.Consents {
		x.Consents = append(x.Consents, ExplainedConsent{string(c.Channel), c.Withdrawn, c.Written, local(c.At), local(c.Until)})
	}
	for _, d := range past.Duties {
		x.Duties = append(x.Duties, ExplainedDuty{d.Kind, local(d.At), string(d.By), loan(d.Loan)})
	}
	for i := range past.Contacts {
		c, by := &past.Contacts[i], past.MadeBy(i)
		if by == store.ByPortfolio {
			continue
		}
		call := ExplainedCall{
			At: local(c.At), Channel: string(c.Channel), By: map[store.Maker]string{store.ByCreditor: "creditor", store.ByAgency: "agency"}[by],
			Result: map[guard.Result]string{guard.Attempt: "attempt", guard.Conversation: "conversation", guard.Unanswered: "unanswered"}[c.Result],
		}
		for _, l := range c.Loans {
			call.Loans = append(call.Loans, loan(l))
		}
		x.Calls = append(x.Calls, call)
	}
}

// naming returns the first rule that says what a state means, a binding one before one that is only reported; nil where
// none does.
func naming(rules law.Rules, state string) *law.Rule {
	var found *law.Rule
	all := rules.All()
	for i := range all {
		r := &all[i]
		named := r.Names(state) || r.When != nil && (slices.Contains(r.When.States, state) || slices.Contains(r.When.NotStates, state))
		if named && (found == nil || found.Confidence != law.Binding && r.Confidence == law.Binding) {
			found = r
		}
	}
	return found
}

var shortDays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // by time.Weekday

// askedText writes what a borrower asked for, empty where that is nothing.
func askedText(w ledger.Wish) string {
	var words []string
	if w.Close != 0 {
		words = append(words, fmt.Sprintf("%02d:%02d-%02d:%02d", w.Open/60, w.Open%60, w.Close/60, w.Close%60))
	}
	for i, d := range shortDays {
		if w.Days&(1<<i) != 0 {
			words = append(words, d)
		}
	}
	if w.Channel != "" {
		words = append(words, string(w.Channel))
	}
	return strings.Join(words, " ")
}
