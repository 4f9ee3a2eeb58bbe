package guard

import (
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// Words returns the binding rules of a kind, law.Element or law.Wording, whose conditions hold for a message.
func Words(rules law.Rules, f *Facts, k law.Kind) []*law.Rule {
	purpose := f.purpose()
	if purpose == law.Confirmation && f.Answer {
		purpose = law.Answer
	}
	filed := rules.For(purpose)
	from := filed.Element
	if k == law.Wording {
		from = filed.Wording
	}
	var out []*law.Rule
	for _, r := range from {
		if applies(rules, f, r) {
			out = append(out, r)
		}
	}
	return out
}

func applies(rules law.Rules, f *Facts, r *law.Rule) bool {
	c := check{rules: rules, f: f}
	return r.When == nil || c.applies(r.When, f.Now)
}

// Opens returns the first instant from t on that is within the lawful hours and days of a contact, those with
// conditions and those that the borrower asked for included; false where there is none within a month. It
// does not ask the other rules: Check does.
func Opens(rules law.Rules, f *Facts, t time.Time) (time.Time, bool) {
	c := newCheck(rules, f)
	return law.Opens(t, f.Zones, c.lawfulAt(t))
}

// Closes returns the first instant from t on, which must be inside, that is outside the lawful hours or days
// of a contact.
func Closes(rules law.Rules, f *Facts, t time.Time) time.Time {
	c := newCheck(rules, f)
	return law.Closes(t, f.Zones, c.lawfulAt(t))
}

// BarsDebt says whether a state that reaches no further than one loan bars a contact about it, so that a message about
// others may leave without it.
func BarsDebt(rules law.Rules, f *Facts, loan ledger.LoanID) bool {
	c := newCheck(rules, f)
	for _, r := range c.filed.Stop {
		if r.Reach != law.PerDebt || r.When != nil && !c.applies(r.When, f.Now) {
			continue
		}
		for i := range f.States {
			if s := &f.States[i]; s.Loan == loan && r.Names(s.Kind) && !over(s, f.Now) {
				return true
			}
		}
	}
	return false
}
