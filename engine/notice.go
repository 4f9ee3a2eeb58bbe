package engine

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// An Approval is a person's word that a statutory notice may be sent in this text. Other words need another.
type Approval struct {
	Template string
	Language compose.Language
	Text     string // the first sixteen hex digits or more of the template's digest
	By       string // a role or a number of staff
	On       ledger.Date
}

// Unapproved is the id of the hold of a notice whose text nobody approved.
const Unapproved = "duly:approval"

// ApprovalDigits is how many hex digits of a text's digest an approval names at least.
const ApprovalDigits = 16

// approval returns the approval of a text that holds on a day, nil when there is none.
func (p *Portfolio) approval(t *compose.Template, on ledger.Date) *Approval {
	for i := range p.Approvals {
		a := &p.Approvals[i]
		if a.Template == t.Name && a.Language == t.Language && len(a.Text) >= ApprovalDigits && strings.HasPrefix(t.Digest, a.Text) && a.On != 0 && a.On <= on {
			return a
		}
	}
	return nil
}

// A Wanting is a text of a statutory notice that the strategy uses and nobody approved.
type Wanting struct {
	Template string
	Language compose.Language
	Text     string // what an approval of it has to name
}

// Wanted returns the notices that are held for want of an approval, as of a day.
func (p *Portfolio) Wanted(on ledger.Date) (out []Wanting) {
	for i := range p.Strategy.Notices.Treatments {
		for _, lang := range []compose.Language{compose.Chinese, compose.English} {
			t := p.Templates.Pick(p.Strategy.Notices.Treatments[i].Template, lang, "")
			if t == nil || p.approval(t, on) != nil {
				continue
			}
			if w := (Wanting{t.Name, t.Language, t.Digest[:ApprovalDigits]}); !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	return out
}

// noticed says whether some notice may be due for a person at all. Most are only for those on whose loans a step is
// authorised or who are in some state.
func (p *Portfolio) noticed(d *store.Dossier) bool {
	all := p.Strategy.Notices.Treatments
	known := len(d.States) > 0
	for i := range d.Loans {
		known = known || d.Loans[i].Core.NextStep != ""
	}
	if known {
		return len(all) > 0
	}
	for i := range all {
		if len(all[i].NextStep)+len(all[i].States) == 0 {
			return true
		}
	}
	return false
}

// notice is decide and guard for the statutory notice that is due for a person, and says whether there is one that settles
// what to do. One that waits for an hour, for facts or for its approval leaves the day to a reminder, if there is one to
// send; else it is the reason why nothing is sent.
func (p *Portfolio) notice(j *Judgement, d *store.Dossier, facts *decide.Facts, now time.Time, explain bool) bool {
	facts.States = p.statesNow(d, now)
	intent, due := decide.NextNotice(&p.Strategy, *facts)
	if !due {
		return false
	}
	j.Intent = intent
	p.askNotice(j, d, now, explain)
	if j.Action != Hold {
		return true
	}
	held := *j
	held.Verdict.Checked = slices.Clone(held.Verdict.Checked)
	held.zones = slices.Clone(held.zones)
	*j = Judgement{Today: held.Today, Positions: j.Positions, zones: j.zones}
	p.remind(j, d, facts, now, explain)
	if j.Action == Hold {
		held.Positions = j.Positions
		*j = held
	}
	return true
}

func (p *Portfolio) askNotice(j *Judgement, d *store.Dossier, now time.Time, explain bool) {
	p.ask(j, d, now, explain)
	if j.Action == Hold {
		return
	}
	t := p.template(j.Intent.Treatment, compose.Language(d.Borrowers[j.Borrower].Language))
	if t.Bound != nil && p.approval(t.Template, j.Today) != nil {
		return
	}
	j.Action, j.HoldUntil = Hold, time.Time{}
	j.Rule, j.Source = Unapproved, "Duly's own: a notice leaves in words that somebody approved"
	j.Reason = fmt.Sprintf("Nobody approved the text of the notice %s.", j.Intent.Treatment.Template)
}

// statesNow are the states that hold, for deciding on notices. They lie in the portfolio's own room.
func (p *Portfolio) statesNow(d *store.Dossier, now time.Time) []decide.State {
	p.states = p.states[:0]
	for i := range d.States {
		if s := &d.States[i]; !s.Since.After(now) && (s.Until.IsZero() || s.Until.After(now)) {
			p.states = append(p.states, decide.State{Kind: s.Kind, Loan: s.Loan})
		}
	}
	return p.states
}

// evidence is what is kept of a notice beside its text, hand-over and receipts.
func (p *Portfolio) evidence(w *written) *store.Notice {
	t := w.j.Intent.Treatment
	if !t.Notice {
		return nil
	}
	sum := sha256.Sum256(w.text.Body)
	n := &store.Notice{
		Loans: w.loans, Duty: t.Duty, Template: w.text.Template.Name, Language: string(w.text.Language), TemplateDigest: w.text.Template.Digest,
		TextDigest: fmt.Sprintf("%x", sum), Address: addressKinds[w.d.Borrowers[w.j.Borrower].PhoneKind],
	}
	if a := p.approval(w.text.Template, w.j.Today); a != nil {
		n.ApprovedBy, n.ApprovedOn = a.By, a.On
	}
	return n
}

var addressKinds = map[ledger.PhoneKind]string{
	ledger.PhoneUnknown: "unknown", ledger.PhoneInvalid: "invalid", ledger.PhoneMobile: "mobile", ledger.PhoneFixed: "fixed", ledger.PhoneOther: "other",
}

// audited returns what the audit keeps of a portfolio's documents: the binding rules that a house does not follow, and the
// approvals of notices.
func (p *Portfolio) audited() (out []store.Audited) {
	for _, b := range p.Lawbook.Books() {
		for _, c := range b.Advise {
			out = append(out, store.Audited{Who: "rulebook " + b.ID, What: "rule_weakened", Subject: fmt.Sprintf("rule %s by %s %s", c.Rule, b.ID, b.Digest[:ApprovalDigits])})
		}
	}
	for _, a := range p.Approvals {
		out = append(out, store.Audited{Who: a.By, What: "approved", Subject: fmt.Sprintf("notice %s %s %s on %s", a.Template, a.Language, a.Text, a.On)})
	}
	return out
}
