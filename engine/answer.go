package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

// The kinds of answers beside those of the store.
const (
	answerPaid      = "paid"
	answerComplaint = "complaint"
	answerWhen      = "promise_when"
	answerPromise   = "promise"
	answerOptions   = "options"
	answerPlan      = "plan"
	answerDispute   = "dispute"
	answerCall      = "call"
)

// An answerKind is a kind of text that answers a reply. It is judged, fenced and counted like every other.
type answerKind struct {
	name, template string
	debt           bool // it speaks of the debt
	unasked        bool // nobody wrote: to the law it is a reminder, which the caps count
	treatment      decide.Treatment
}

// answerKinds are the kinds, by the numbers that are stored: one keeps its place for ever.
var answerKinds = func() []*answerKind {
	list := []*answerKind{
		{name: store.AnswerStop, template: "stop_confirmed"},
		{name: store.AnswerWrongPerson, template: "wrong_person_confirmed"},
		{name: answerPaid, template: "paid_noted"},
		{name: store.AnswerReceived, template: "received"},
		{name: answerComplaint, template: "complaint_received"},
		{name: answerWhen, template: "promise_when"},
		{name: answerPromise, template: "promise_noted", debt: true},
		{name: store.AnswerTomorrow, template: "agreed_tomorrow", debt: true},
		{name: answerOptions, template: "plan_options", debt: true},
		{name: answerPlan, template: "plan_agreed", debt: true},
		{name: answerDispute, template: "dispute_statement", debt: true},
		{name: answerCall, template: "call_back"},
		{name: store.AnswerByPerson, template: store.AnswerByPerson, debt: true}, // it has no template: a person writes it
		{name: store.WrittenByHand, template: store.WrittenByHand, debt: true, unasked: true},
	}
	for i, k := range list {
		k.treatment = decide.Treatment{Name: k.template, Index: store.AnswerFrom + i, Channel: ledger.SMS, Template: k.template, Always: true, To: decide.NoEnd}
	}
	return list
}()

var answerStage = decide.Stage{Name: store.AnswerStage, Bucket: store.AnswerStage, To: decide.NoEnd}

func answerOf(kind string) *answerKind {
	for _, k := range answerKinds {
		if k.name == kind {
			return k
		}
	}
	return nil
}

// AnswerKinds returns the kinds of texts that answer replies by themselves.
func AnswerKinds() []string {
	var out []string
	for _, k := range answerKinds {
		if !k.own() {
			out = append(out, k.name)
		}
	}
	return out
}

// own says that a person writes it, so that there is no template.
func (k *answerKind) own() bool { return k.name == store.AnswerByPerson || k.unasked }

func speaksOfDebt(kind string) bool { k := answerOf(kind); return k == nil || k.debt }

// silencing are the states in which nobody is told of the debt, even if they wrote first.
var silencing = []string{
	"stop", "wrong_person", "death", "danger", "representation", "bankruptcy", "minor", "protected", "sold", "refused", "breathing_space",
}

// stopping are the states after which only what confirms them leaves, whatever else was asked before.
var stopping = []string{"stop", "wrong_person", "death", "danger"}

// An answering is what a judged answer says.
type answering struct {
	kind   *answerKind
	facts  store.AnswerFor
	agreed *store.Arranged
	offers [][]arrange.Part
	due    arrange.Request
}

// answered loads what the messages of a claim answer; nil where none of them is an answer.
func (s *Sender) answered(ctx context.Context, claim *store.Claim) (map[outbox.MessageID]store.AnswerFor, error) {
	var ids []outbox.MessageID
	for i := range claim.Messages {
		if m := &claim.Messages[i]; m.Treatment >= store.AnswerFrom {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return s.e.Store.AnswersFor(ctx, ids)
}

// judge is the recipe for whatever a message is: an answer is judged by what it answers, any other anew.
func (g *judging) judge(d *store.Dossier, m *store.Waiting) (Judgement, error) {
	if m == nil || m.Treatment < store.AnswerFrom {
		return Judge(g.p, d, g.st.At, false)
	}
	var j Judgement
	return j, g.p.judgeAnswer(&j, d, m, g.answers[m.ID], g.st.At)
}

// Rules of an answer that does not leave.
const (
	answerGone  = "duly:answer_gone"  // it would go elsewhere than to the address that wrote
	answerMoot  = "duly:answer_moot"  // there is nothing to say any more
	answerOld   = "duly:answer_old"   // the amount that it names has changed since it was written
	answerState = "duly:answer_state" // something has been learnt meanwhile that silences it
	nothingOwed = "duly:nothing_owed" // nobody wrote, and nothing is overdue that one might write of
)

// judgeAnswer is the recipe for an answer: assess, guard as a confirmation, and what silences it. It goes to the address that
// wrote, or nowhere; it keeps lawful hours, and no strategy has a say in it.
func (p *Portfolio) judgeAnswer(j *Judgement, d *store.Dossier, m *store.Waiting, a store.AnswerFor, now time.Time) error {
	if _, err := p.assess(j, d, now); err != nil {
		return err
	}
	kind := answerOf(a.Kind)
	lead := slices.IndexFunc(d.Loans, func(l store.LoanStanding) bool { return l.ID == m.Loan })
	if kind == nil || lead < 0 || d.Borrowers[d.Loans[lead].Borrower].ID != m.Borrower || d.Borrowers[d.Loans[lead].Borrower].Address != a.Address {
		j.silent(answerGone, "It would go elsewhere than to the borrower's number that wrote.")
		return nil
	}
	j.Borrower = d.Loans[lead].Borrower
	j.Intent = decide.Intent{Stage: &answerStage, Treatment: &kind.treatment, Tone: assess.Lenient, Episode: m.Episode, Occurrence: 1, Lead: m.Loan, DPD: j.Positions[lead].DPD}
	for i := range d.Loans {
		if l := &d.Loans[i]; i == lead || l.Borrower == j.Borrower && l.Currency == d.Loans[lead].Currency && j.Positions[i].DPD > 0 && j.Positions[lead].DPD > 0 {
			j.Intent.Loans = append(j.Intent.Loans, i)
		}
	}
	j.answer = &answering{kind: kind, facts: a, agreed: a.Agreed, due: requestOf(d, j, lead)}
	if rule, why := p.moot(j, d, now); rule != "" {
		j.silent(rule, why)
		return nil
	}
	f := p.guardFacts(j, d, lead, mediumOf(&kind.treatment), now, false)
	if kind.unasked {
		p.unasked(j, f)
		p.filed(j, d)
		return nil
	}
	f.Confirmation, f.Notice, f.SpeaksOfDebt = true, false, kind.debt
	rules := j.rules.Rules
	j.Verdict = guard.Check(rules, f)
	if j.Verdict.Ruling != guard.Allow {
		j.held()
		return nil
	}
	j.capsHeld = guard.CapKey(rules, f)
	j.Action, j.NotBefore, j.NotAfter = Contact, now, j.Verdict.NotAfter
	j.Rule, j.Source, j.Reason = j.Verdict.Rule, j.Verdict.Source, "It answers what the borrower wrote."
	p.filed(j, d)
	return nil
}

// unasked is guard for what a person writes to somebody who has not written: the law takes it for a reminder, and so does the guard, with
// every rule, cap and state. Only the strategy has no say in it: a person has decided that it is time.
func (p *Portfolio) unasked(j *Judgement, f *guard.Facts) {
	rules := j.rules.Rules
	j.Verdict = guard.Check(rules, f)
	if j.Verdict.Ruling != guard.Allow {
		j.held()
		return
	}
	j.capsHeld = guard.CapKey(rules, f)
	if !rules.For(law.Reminder).Limited && len(guard.Caps(rules, law.Reminder, j.capsHeld)) == 0 {
		j.Rule, j.Source, j.Reason = NoCap, "Duly's own: nobody is reminded without a limit", "No rule says how often somebody may be contacted over this channel."
		return
	}
	j.Action, j.NotBefore, j.NotAfter = Contact, f.Now, j.Verdict.NotAfter
	j.Rule, j.Source, j.Reason = j.Verdict.Rule, j.Verdict.Source, "A person wrote it, and every rule that applies allows it."
}

func (j *Judgement) silent(rule, why string) {
	j.Action, j.Rule, j.Source, j.Reason = Hold, rule, "Duly's own", why
}

// moot says why an answer is not to be given any more.
func (p *Portfolio) moot(j *Judgement, d *store.Dossier, now time.Time) (rule, why string) {
	a := j.answer
	barred := stopping
	if a.kind.debt {
		barred = silencing
	}
	for i := range d.States {
		s := &d.States[i]
		own := s.Kind == a.kind.name                                                            // a stop does not silence its own confirmation
		elsewhere := s.Kind == "wrong_person" && s.Address != 0 && s.Address != a.facts.Address // another number than the one that wrote is not theirs
		if !own && !elsewhere && slices.Contains(barred, s.Kind) && (s.Until.IsZero() || s.Until.After(now)) {
			return answerState, fmt.Sprintf("The state %q has begun: nothing more is said.", s.Kind)
		}
	}
	switch a.kind.name {
	case store.WrittenByHand, store.AnswerByPerson:
		if a.kind.unasked && a.due.Due <= 0 {
			return nothingOwed, "Nothing is overdue, and there is nothing to write of."
		}
		if a.facts.Minor != 0 && a.facts.Minor != a.due.Due {
			return answerOld, "The amount in it was what was overdue when it was written, and is not any more."
		}
	case answerPromise, answerPlan, store.AnswerTomorrow:
		if a.agreed == nil || a.agreed.Status != arrange.Live {
			return answerMoot, "What was agreed is not live any more."
		}
	case answerOptions:
		if a.offers = p.Talk.Authority.Offers(a.due, arrange.Income{}, arrange.Duly); len(a.offers) == 0 {
			return answerMoot, "No plan fits what is owed now."
		}
	case answerDispute:
		if a.due.Due <= 0 {
			return answerMoot, "Nothing is overdue, and there is no statement to make."
		}
	}
	return "", ""
}

// fill gives a text the values of an answer.
func (a *answering) fill(v *compose.Vars, today ledger.Date, lang compose.Language) {
	v.AnswerBy = a.facts.AnswerBy
	if g := a.agreed; g != nil && len(g.Parts) > 0 {
		v.Currency = g.Currency
		first, last := g.Parts[0], g.Parts[len(g.Parts)-1]
		v.Agreed, v.AgreedOn = g.Total(), first.On
		if len(g.Parts) > 1 {
			v.Plan = compose.PlanWords(lang, today, g.Currency, len(g.Parts), first.Minor, last.Minor, first.On, last.On)
		}
		if a.kind.name == store.AnswerTomorrow {
			for _, part := range g.Parts {
				if part.On == today+1 {
					v.Agreed, v.AgreedOn = part.Minor, part.On
				}
			}
		}
	}
	var words []string
	for _, parts := range a.offers {
		words = append(words, compose.OfferWords(lang, today, a.due.Currency, len(parts), parts[0].Minor, parts[0].On))
	}
	v.Offers = strings.Join(words, map[compose.Language]string{compose.Chinese: "、"}[lang])
	if lang != compose.Chinese {
		v.Offers = strings.Join(words, " or ")
	}
}

// offer is what a text offers, for the store.
func (a *answering) offer(sp store.Speaker, grace int, today ledger.Date) *store.Offer {
	if a == nil || len(a.offers) == 0 {
		return nil
	}
	o := &store.Offer{Speaker: sp}
	for _, parts := range a.offers {
		o.Plans = append(o.Plans, store.Agreed{
			Arrangement: arrange.Arrangement{Kind: arrange.Plan, MadeOn: today, Grace: grace, Parts: parts},
			Status:      arrange.Offered, Currency: a.due.Currency, Due: a.due.Due,
		})
	}
	return o
}

// said is the amount that an answer's text says: what is due, what was agreed, or none.
func (a *answering) said(t *compose.Bound, v *compose.Vars) int64 {
	switch {
	case t.Uses("due.total"):
		return v.Due.Total
	case t.Uses("agreed.total"):
		return v.Agreed
	}
	return 0
}
