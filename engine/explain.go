package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// An Explanation is why a person was or was not contacted: the facts of an instant, what the recipe says to
// them, what was sent and what came back. It holds no name and no number in clear.
type Explanation struct {
	Person    string    `json:"person"`
	Portfolio string    `json:"portfolio"`
	At        time.Time `json:"at"`
	KnownAt   time.Time `json:"known_at"` // later than At when the facts were imported later
	Edition   int64     `json:"edition"`  // the number of the documents that were asked: strategy, rulebooks, templates, settings

	// What was erased of the person since, or will be: then names and texts are empty.
	ErasureAsked time.Time `json:"erasure_asked_at,omitzero"`
	Erased       time.Time `json:"erased_at,omitzero"`

	EditionSince time.Time  `json:"edition_since,omitzero"` // since when they were in force
	EditionNote  string     `json:"edition_note,omitempty"` // why they are not those of At; see NotKept
	By           *Portfolio `json:"-"`

	Today     ledger.Date        `json:"today"`
	Borrowers []ExplainedHolder  `json:"borrowers"`
	Loans     []ExplainedLoan    `json:"loans"`
	Action    string             `json:"action"` // "contact", "task" or "hold"
	Stage     string             `json:"stage,omitempty"`
	Treatment string             `json:"treatment,omitempty"`
	Template  string             `json:"template,omitempty"`
	Tone      string             `json:"tone,omitempty"`
	Gently    string             `json:"gently,omitempty"`    // "cause" or "kept": why it is gentler than lateness alone would have it
	NotBefore time.Time          `json:"not_before,omitzero"` // of a hold: when it may be asked again
	NotAfter  time.Time          `json:"not_after,omitzero"`
	Rule      string             `json:"rule"`
	Source    string             `json:"source,omitempty"`
	Reason    string             `json:"reason"`
	Checked   []guard.Checked    `json:"checked,omitempty"`
	States    []ExplainedState   `json:"states,omitempty"`
	Consents  []ExplainedConsent `json:"consents,omitempty"`
	Duties    []ExplainedDuty    `json:"duties,omitempty"`
	Calls     []ExplainedCall    `json:"contacts_by_people,omitempty"`
	Decisions []ExplainedDecided `json:"decisions,omitempty"`
	Messages  []ExplainedMessage `json:"messages,omitempty"`
	Replies   []ExplainedReply   `json:"replies,omitempty"`
	Agreed    []ExplainedAgreed  `json:"arrangements,omitempty"`
	Desk      []ExplainedDesk    `json:"desk,omitempty"`
	Causes    []ExplainedCause   `json:"causes,omitempty"`
}

// An ExplainedHolder is a borrower, masked.
type ExplainedHolder struct {
	Borrower string `json:"borrower"`
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Zone     string `json:"timezone"` // several parted by spaces: any may be the one
	Region   string `json:"region"`
	Locality string `json:"locality,omitempty"`
	Number   string `json:"number"`          // what a provider found about it; "unknown" where nobody did
	Asked    string `json:"asked,omitempty"` // hours, days and channel that the borrower asked for
}

// An ExplainedLoan is where one loan stood, with its working.
type ExplainedLoan struct {
	Loan     string        `json:"loan"`
	DPD      int           `json:"dpd"`
	Bucket   string        `json:"bucket"`
	Due      string        `json:"due"`
	Currency string        `json:"currency"`
	Oldest   ledger.Date   `json:"oldest_unpaid_due_on"`
	NextOn   ledger.Date   `json:"next_due_on"`
	Slips    int           `json:"slips"`
	Core     string        `json:"core_due,omitempty"` // what the core system holds to be overdue …
	CoreOn   ledger.Date   `json:"core_on,omitzero"`   // … on this day
	Step     string        `json:"next_step,omitempty"`
	StepOn   ledger.Date   `json:"next_step_on,omitzero"`
	StepBy   string        `json:"next_step_by,omitempty"`
	Working  []assess.Line `json:"-"`
}

// An ExplainedState is something that may bar contact, with the first rule that says what it means.
type ExplainedState struct {
	Kind     string      `json:"kind"`
	Since    time.Time   `json:"since,omitzero"`
	Until    time.Time   `json:"until,omitzero"`
	Region   string      `json:"region,omitempty"` // it is of everybody who lives there
	Loan     string      `json:"loan,omitempty"`
	Channel  string      `json:"channel,omitempty"`
	Address  bool        `json:"one_address,omitempty"` // it is of one address only
	Reason   string      `json:"reason,omitempty"`
	Note     string      `json:"note,omitempty"`
	Owner    string      `json:"owner,omitempty"`
	ReviewOn ledger.Date `json:"review_on,omitzero"`
	Cause    string      `json:"cause,omitempty"`
	Rule     string      `json:"rule"`
	Source   string      `json:"source,omitempty"`
}

// An ExplainedConsent is a borrower's word on being contacted.
type ExplainedConsent struct {
	Channel   string    `json:"channel"`
	Withdrawn bool      `json:"withdrawn,omitempty"`
	Written   bool      `json:"written,omitempty"`
	At        time.Time `json:"at"`
	Until     time.Time `json:"until,omitzero"`
}

// An ExplainedDuty is something that was done because a law asks for it.
type ExplainedDuty struct {
	Duty string    `json:"duty"`
	At   time.Time `json:"done_at"`
	How  string    `json:"how,omitempty"`
	Loan string    `json:"loan,omitempty"`
}

// An ExplainedCall is a contact that people or an agency made.
type ExplainedCall struct {
	At      time.Time `json:"at"`
	Channel string    `json:"channel"`
	Result  string    `json:"result"` // "attempt", "conversation" or "unanswered"
	By      string    `json:"by"`     // "creditor" or "agency"
	Loans   []string  `json:"loans,omitempty"`
}

// An ExplainedDecided is a decision as it was stored.
type ExplainedDecided struct {
	At        time.Time `json:"at"`
	Action    string    `json:"action"`
	Stage     string    `json:"stage,omitempty"`
	Treatment string    `json:"treatment,omitempty"`
	Rule      string    `json:"rule"`
	Reason    string    `json:"reason"`
}

// An ExplainedMessage is one message's life.
type ExplainedMessage struct {
	Message   string         `json:"message"`
	State     string         `json:"state"`
	Stage     string         `json:"stage"`
	PlannedAt time.Time      `json:"planned_at"`
	NotBefore time.Time      `json:"not_before"`
	Rule      string         `json:"rule,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	Tries     []ExplainedTry `json:"tries,omitempty"`
}

// An ExplainedTry is one fence and what came of it.
type ExplainedTry struct {
	At       time.Time       `json:"at"`
	Amount   string          `json:"amount"`
	Said     bool            `json:"-"` // the text says the amount
	Currency string          `json:"currency"`
	Parts    int             `json:"parts"`
	Why      json.RawMessage `json:"why"`
	Text     string          `json:"text"`
	Outcome  string          `json:"outcome,omitempty"`
	Code     string          `json:"code,omitempty"`
	Carrier  string          `json:"carrier,omitempty"`
	Receipts []ExplainedPart `json:"receipts,omitempty"`
	Notice   *Evidence       `json:"notice,omitempty"`
	ByHand   []ExplainedSaid `json:"said_by_people,omitempty"` // what people said of it, where nobody knew whether it arrived; the last counts
}

// An ExplainedSaid is what a person said of a message of which nobody knew whether it arrived.
type ExplainedSaid struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Said  string    `json:"said"` // "arrived", "not_arrived" or "open"
	Cause string    `json:"cause,omitempty"`
	Again bool      `json:"again,omitempty"` // the step may be taken once more
}

// Evidence is what is kept of a statutory notice beside its text, hand-over and receipts.
type Evidence struct {
	Template       string      `json:"template"`
	Language       string      `json:"lang"`
	TemplateDigest string      `json:"template_sha256"` // of the words that were approved
	TextDigest     string      `json:"text_sha256"`     // of the text as handed over
	Address        string      `json:"address_kind"`
	ApprovedBy     string      `json:"approved_by"`
	ApprovedOn     ledger.Date `json:"approved_on"`
	Duty           string      `json:"duty,omitempty"`
}

// An ExplainedPart is the carrier's word on one part.
type ExplainedPart struct {
	Part  int       `json:"part"`
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Code  string    `json:"code"`
	Cause string    `json:"cause,omitempty"`
}

// An ExplainedAgreed is what was agreed or offered, and what the payments say of it.
type ExplainedAgreed struct {
	Number   int64          `json:"number"`
	Kind     string         `json:"kind"`
	Status   string         `json:"status"`
	MadeAt   time.Time      `json:"made_at"`
	Source   string         `json:"source"`
	Total    string         `json:"total"`
	Paid     string         `json:"paid"`
	Currency string         `json:"currency"`
	Parts    []ExplainedDue `json:"parts"`
	Decided  ledger.Date    `json:"decided_on,omitzero"`
	Reason   string         `json:"reason"`
}

// An ExplainedDue is one payment that was agreed.
type ExplainedDue struct {
	On     ledger.Date `json:"on"`
	Amount string      `json:"amount"`
}

// An ExplainedDesk is what waits or waited for a person.
type ExplainedDesk struct {
	Number   int64     `json:"number"`
	Kind     string    `json:"kind"`
	OpenedAt time.Time `json:"opened_at"`
	DueAt    time.Time `json:"due_at"`
	Open     bool      `json:"open"`
	Outcome  string    `json:"outcome,omitempty"`
	By       string    `json:"by,omitempty"`
}

// An ExplainedCause is why a payment is late, and who says so.
type ExplainedCause struct {
	At     time.Time `json:"at"`
	Cause  string    `json:"cause"`
	Source string    `json:"source"`
}

// An ExplainedReply is one reply.
type ExplainedReply struct {
	At      time.Time `json:"at"`
	Meaning string    `json:"meaning"`
	Text    string    `json:"text"`
}

// Explain answers for whatever a reference names: a person, a borrower, a loan, a message or a phone. at is the
// instant whose knowledge counts. It yields one explanation a portfolio.
func (e *Engine) Explain(ctx context.Context, ref string, at time.Time) ([]Explanation, error) {
	found, err := e.Store.Find(ctx, ref)
	if err != nil {
		return nil, err
	}
	var out []Explanation
	seen := map[[2]int64]bool{}
	for _, f := range found {
		for _, p := range e.Books() {
			k := [2]int64{int64(f.Person), p.row.ID}
			if f.Portfolio != 0 && f.Portfolio != p.row.ID || seen[k] {
				continue
			}
			seen[k] = true
			x, err := e.explain(ctx, p, f.Person, at)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, *x)
		}
	}
	if len(out) == 0 {
		return nil, store.ErrNotFound
	}
	return out, nil
}

func (e *Engine) explain(ctx context.Context, p *Portfolio, person ledger.PersonID, at time.Time) (*Explanation, error) {
	past, err := e.Store.Past(ctx, p.row, person, at)
	if err != nil {
		return nil, err
	}
	if len(past.Borrowers) == 0 {
		return nil, store.ErrNotFound
	}
	x := &Explanation{Person: store.PersonRef(person), Portfolio: p.Ref, At: at.In(p.Zone), KnownAt: past.KnownAt.In(p.Zone)}
	if p, err = e.then(ctx, p, x); err != nil {
		return nil, err
	}
	filed, err := e.filings(ctx, p.row.ID, at)
	if err != nil {
		return nil, err
	}
	p = p.filedAs(filed)
	zones, today := p.whereAndWhen(nil, &past.Dossier, at)
	x.Today = today
	zone := orZone(zones, p.Zone)
	for i, b := range past.Borrowers {
		x.Borrowers = append(x.Borrowers, ExplainedHolder{
			b.Ref, maskName(past.Names[i].Name), maskPhone(past.Names[i].Phone), b.Zone, b.Region, b.Locality, b.Number.String(), askedText(b.Wish),
		})
	}
	if err := e.standings(ctx, p, past, x, at); err != nil {
		return nil, err
	}
	j, err := Judge(p, &past.Dossier, at, true)
	if err != nil {
		return nil, err
	}
	x.judged(&j, zone)
	x.known(p, past, &j, zone)
	if x.ErasureAsked, x.Erased, err = e.Store.Erased(ctx, person); err != nil {
		return nil, err
	}
	return x, e.history(ctx, p, person, x, zone)
}

// standings makes every loan's standing from its history as known then, and keeps the working where x is there to hold it.
func (e *Engine) standings(ctx context.Context, p *Portfolio, past *store.Past, x *Explanation, at time.Time) error {
	loans := past.Loans[:0]
	for i, l := range past.Loans {
		h, err := e.Store.History(ctx, l.ID, past.KnownAt)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		h.Facts.Terms = p.Terms
		f, on := h.Facts, p.dayOf(&past.Borrowers[l.Borrower], at)
		l.Product, l.Currency, l.ClosedOn = f.Loan.Product, f.Loan.Currency, f.Loan.ClosedOn
		l.Standing, l.Stale = assess.Stand(f, on), false
		c := past.Core[i]
		if differs, err := e.differs(ctx, p, &l, c, f); err != nil {
			return err
		} else if differs {
			past.Differs(i)
			l.Core.Differs = true
		}
		loans = append(loans, l)
		if x == nil {
			continue
		}
		pos := l.Standing.At(on)
		x.Loans = append(x.Loans, ExplainedLoan{
			Loan: l.Ref, DPD: pos.DPD, Bucket: assess.BucketOf(pos.DPD), Due: ledger.Money{Minor: pos.Due.Total, Currency: l.Currency}.Decimal(),
			Currency: string(l.Currency), Oldest: pos.OldestUnpaid, NextOn: pos.NextDueOn, Slips: pos.Slips,
			Working: assess.Work(f, on), Step: l.Core.NextStep, StepOn: l.Core.NextStepOn, StepBy: c.NextStepBy, CoreOn: c.On,
		})
		if c.On != 0 {
			x.Loans[len(x.Loans)-1].Core = ledger.Money{Minor: c.Due, Currency: l.Currency}.Decimal()
		}
	}
	past.Loans = loans
	return nil
}

func (x *Explanation) judged(j *Judgement, zone *time.Location) {
	x.Action = map[Action]string{Hold: "hold", Contact: "contact", Work: "task"}[j.Action]
	if t := j.Intent.Treatment; t != nil {
		x.Stage, x.Treatment, x.Template, x.Tone, x.Gently = j.Intent.Stage.Name, t.Name, t.Template, string(j.Intent.Tone), j.Intent.Gently
	}
	switch {
	case j.Action == Contact:
		x.NotBefore, x.NotAfter = j.NotBefore.In(zone), j.NotAfter.In(zone)
	case j.Action == Hold && !j.HoldUntil.IsZero():
		x.NotBefore = j.HoldUntil.In(zone)
	}
	x.Rule, x.Source, x.Reason, x.Checked = j.Rule, j.Source, j.Reason, j.Verdict.Checked
}

func (e *Engine) history(ctx context.Context, p *Portfolio, person ledger.PersonID, x *Explanation, zone *time.Location) error {
	decisions, err := e.Store.Decisions(ctx, p.row.ID, person, x.At)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		x.Decisions = append(x.Decisions, ExplainedDecided{d.At.In(zone), d.Action, d.Stage, d.Treatment, d.Rule, d.Reason})
	}
	messages, err := e.Store.Messages(ctx, p.row.ID, person, x.At)
	if err != nil {
		return err
	}
	for _, m := range messages {
		x.Messages = append(x.Messages, explainMessage(m, zone))
	}
	replies, err := e.Store.Replies(ctx, person, x.At)
	for _, r := range replies {
		x.Replies = append(x.Replies, ExplainedReply{r.At.In(zone), r.Meaning, r.Text})
	}
	if err != nil {
		return err
	}
	return e.talked(ctx, p, person, x, zone)
}

func explainMessage(m store.MessageHistory, zone *time.Location) ExplainedMessage {
	out := ExplainedMessage{
		Message: m.ID.String(), State: m.State, Stage: m.Stage, PlannedAt: m.PlannedAt.In(zone), NotBefore: m.NotBefore.In(zone),
		Rule: m.Rule, Reason: m.Reason,
	}
	for _, t := range m.Tries {
		e := ExplainedTry{
			At: t.At.In(zone), Amount: ledger.Money{Minor: t.Minor, Currency: t.Currency}.Decimal(), Said: t.Minor != 0, Currency: string(t.Currency), Parts: t.Parts,
			Why: json.RawMessage(t.Reasons), Text: t.Text, Outcome: t.Outcome, Code: t.Code, Carrier: t.Carrier,
		}
		if n := t.Notice; n != nil {
			e.Notice = &Evidence{n.Template, n.Language, n.TemplateDigest, n.TextDigest, n.Address, n.ApprovedBy, n.ApprovedOn, n.Duty}
		}
		for _, r := range t.Receipts {
			e.Receipts = append(e.Receipts, ExplainedPart{r.Part, r.At.In(zone), r.Kind, strings.TrimSpace(r.Code), r.Cause})
		}
		for _, s := range t.Said {
			e.ByHand = append(e.ByHand, ExplainedSaid{s.At.In(zone), s.By, s.Said, s.Cause, s.Again})
		}
		out.Tries = append(out.Tries, e)
	}
	return out
}

// maskName keeps a name's first character.
func maskName(name string) string {
	r := []rune(name)
	if len(r) == 0 {
		return ""
	}
	return string(r[0]) + strings.Repeat("*", len(r)-1)
}

// maskPhone keeps a number's last four digits.
func maskPhone(phone string) string {
	if len(phone) <= 4 {
		return strings.Repeat("*", len(phone))
	}
	return fmt.Sprintf("%s%s", strings.Repeat("*", len(phone)-4), phone[len(phone)-4:])
}
