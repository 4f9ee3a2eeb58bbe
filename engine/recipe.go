package engine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
	"github.com/dulyhq/duly/store"
)

// An Action is what a judgement says to do. The zero value does nothing.
type Action uint8

// The actions.
const (
	Hold    Action = iota // do nothing now
	Contact               // write to the person
	Work                  // a person calls, visits or looks at the case
)

// A Judgement is the recipe's answer for one person, with its reason.
type Judgement struct {
	Action    Action
	Today     ledger.Date // in the borrower's calendar
	Intent    decide.Intent
	Hold      decide.Hold
	Verdict   guard.Verdict
	Rule      string // what decided: a rule's id, or "strategy:" and the hold's reason
	Source    string
	Reason    string
	Positions []assess.Position // by Dossier.Loans
	Borrower  int               // index into Dossier.Borrowers: whose loan leads
	NotBefore time.Time         // Contact: the hour, not before now
	NotAfter  time.Time         // Contact: the end of the lawful window that NotBefore lies in
	HoldUntil time.Time         // Hold: when it may be asked again; zero means when facts change
	rules     *ruled
	capsHeld  uint64           // which of the rules' caps with conditions hold
	zones     []*time.Location // where the person may be; none when that is not known
	wish      ledger.Wish      // the hours and days that the borrower asked for
	answer    *answering       // what it answers; nil for a reminder and a notice
}

// ErrStale says that a loan's standing does not hold on the day in question and must be made anew first.
var ErrStale = errors.New("engine: a standing is out of date")

// Judge is the recipe, first to third stage, for one person at one civil instant: assess → decide → guard. It
// is a pure function of its arguments (the portfolio's caches apart). Explain collects every rule asked.
func Judge(p *Portfolio, d *store.Dossier, now time.Time, explain bool) (Judgement, error) {
	var j Judgement
	err := p.judge(&j, d, now, explain)
	return j, err
}

// judge is Judge into a judgement that may have been used before, whose room it uses again.
func (p *Portfolio) judge(j *Judgement, d *store.Dossier, now time.Time, explain bool) error {
	facts, err := p.assess(j, d, now)
	if err != nil {
		return err
	}
	if p.noticed(d) && p.notice(j, d, facts, now, explain) {
		return nil
	}
	p.remind(j, d, facts, now, explain)
	return nil
}

// remind is decide and guard for a reminder. Of loans that a state of their own bars nothing is said, where that leaves
// some; else the verdict names what bars the whole.
func (p *Portfolio) remind(j *Judgement, d *store.Dossier, facts *decide.Facts, now time.Time, explain bool) {
	if !p.intend(j, d, facts, now) {
		return
	}
	if apart := p.apart(j, d, now); len(apart) > 0 {
		all := slices.Clone(facts.Loans)
		for i := range facts.Loans {
			if slices.Contains(apart, facts.Loans[i].ID) {
				facts.Loans[i].Closed = true
			}
		}
		if !p.intend(j, d, facts, now) {
			copy(facts.Loans, all)
			p.intend(j, d, facts, now)
		}
	}
	p.ask(j, d, now, explain)
}

// apart returns the loans of which the person is not reminded because of a state that reaches no further than the one
// loan, such as a dispute where the law lets the others be collected; none where that is all of them.
func (p *Portfolio) apart(j *Judgement, d *store.Dossier, now time.Time) []ledger.LoanID {
	if len(d.Loans) < 2 || !slices.ContainsFunc(d.States, func(s guard.State) bool { return s.Loan != 0 }) {
		return nil
	}
	lead := indexOf(d, j.Intent.Lead)
	j.Borrower = d.Loans[lead].Borrower
	f := p.guardFacts(j, d, lead, mediumOf(j.Intent.Treatment), now, false)
	rules := j.rules.Rules
	var out []ledger.LoanID
	for i := range d.Loans {
		if guard.BarsDebt(rules, f, d.Loans[i].ID) {
			out = append(out, d.Loans[i].ID)
		}
	}
	if len(out) == len(d.Loans) {
		return nil
	}
	return out
}

// assess works out where the person is and where each loan stands: what deciding reads.
func (p *Portfolio) assess(j *Judgement, d *store.Dossier, now time.Time) (*decide.Facts, error) {
	positions, zones := j.Positions[:0], j.zones[:0]
	*j = Judgement{}
	j.Positions, j.zones = positions, zones
	j.zones, j.Today = p.whereAndWhen(j.zones, d, now)
	facts := &p.deciding
	*facts = decide.Facts{Today: j.Today, Person: d.Person, Holdout: d.Held != nil && *d.Held, Touches: d.Touches, Loans: p.loans[:0]}
	if !d.Replied.IsZero() {
		facts.Replied = ledger.Day(d.Replied.In(p.Zone))
	}
	if facts.Cause, facts.Kept = d.Cause, d.Kept; !d.CauseAt.IsZero() {
		facts.CauseOn = ledger.Day(d.CauseAt.In(p.Zone))
	}
	for i := range d.Borrowers {
		facts.Asked = cmp.Or(facts.Asked, d.Borrowers[i].Wish.Channel)
	}
	err := j.assess(p, d, now, facts)
	p.loans = facts.Loans
	return facts, err
}

// intend is decide: it says whether there is something to do for the person today, law apart.
func (p *Portfolio) intend(j *Judgement, d *store.Dossier, facts *decide.Facts, now time.Time) bool {
	hold, ok := decide.Choose(&p.Strategy, facts, &j.Intent)
	if ok {
		if j.Hold.Reason != "" {
			j.Hold = decide.Hold{}
		}
		return true
	}
	j.Intent, j.Hold = decide.Intent{}, hold
	j.Rule, j.Reason = j.Hold.Reason.Rule(), j.Hold.Detail
	switch {
	case j.Hold.Until == 0:
	case len(j.zones) == 0:
		j.HoldUntil = j.Hold.Until.At(0, 0, p.Zone)
	default:
		j.HoldUntil = p.clock(d.Borrowers[0].Zone).set(now).midnight(j.Hold.Until)
	}
	return false
}

// ask is guard: whether the law lets what is intended happen, and when.
func (p *Portfolio) ask(j *Judgement, d *store.Dossier, now time.Time, explain bool) {
	lead := 0
	for d.Loans[lead].ID != j.Intent.Lead {
		lead++
	}
	j.Borrower = d.Loans[lead].Borrower
	t := j.Intent.Treatment
	if t.Channel == ledger.Task {
		j.work(p.guardFacts(j, d, lead, mediumOf(t), now, explain))
		return
	}
	if explain {
		j.contact(p, p.guardFacts(j, d, lead, mediumOf(t), now, true), orZone(j.zones, p.Zone))
		p.filed(j, d)
		return
	}
	p.message(j, d, lead, now)
	p.filed(j, d)
}

// whereAndWhen returns the zones that the person may be in, appended to zones, and the day there. Without a zone the
// day is the creditor's, which decides nothing: the guard holds a person whose zone is not known.
func (p *Portfolio) whereAndWhen(zones []*time.Location, d *store.Dossier, now time.Time) ([]*time.Location, ledger.Date) {
	day := ledger.Date(0)
	for i := range d.Borrowers {
		c := p.clock(d.Borrowers[i].Zone)
		if c.zone == nil {
			zones = zones[:0]
			break
		}
		if !slices.Contains(zones, c.zone) {
			zones = append(zones, c.zone)
		}
		for _, z := range c.more {
			if !slices.Contains(zones, z) {
				zones = append(zones, z)
			}
		}
		if i == 0 {
			day = c.set(now).today
		}
	}
	if len(zones) == 0 {
		return zones, ledger.Day(now.In(p.Zone))
	}
	return zones, day
}

func orZone(zones []*time.Location, otherwise *time.Location) *time.Location {
	if len(zones) > 0 {
		return zones[0]
	}
	return otherwise
}

// dayOf returns the day where a borrower is; where that is not known, the creditor's.
func (p *Portfolio) dayOf(b *store.BorrowerFacts, now time.Time) ledger.Date {
	if c := p.clock(b.Zone); c.zone != nil {
		return c.set(now).today
	}
	return ledger.Day(now.In(p.Zone))
}

// assess notes where each loan stands today: on the day of its own borrower, where a person has been taken for borrowers
// of several zones.
func (j *Judgement) assess(p *Portfolio, d *store.Dossier, now time.Time, f *decide.Facts) error {
	for i := range d.Loans {
		l, on := &d.Loans[i], j.Today
		if len(j.zones) > 1 {
			on = p.dayOf(&d.Borrowers[l.Borrower], now)
		}
		if l.Stale || !l.Standing.Holds(on) {
			return fmt.Errorf("%w: loan %d", ErrStale, l.ID)
		}
		if len(f.Loans) == cap(f.Loans) {
			f.Loans = append(f.Loans, decide.LoanFacts{})
		} else {
			f.Loans = f.Loans[:i+1] // each of its fields is set
		}
		to := &f.Loans[i]
		to.ID, to.Position, to.Currency, to.Broken = l.ID, l.Standing.At(on), l.Currency, l.Standing.Broken
		to.NextStep, to.NextStepOn, to.Closed = l.Core.NextStep, l.Core.NextStepOn, l.ClosedOn != 0 && l.ClosedOn <= on
		j.Positions = append(j.Positions, to.Position)
	}
	return nil
}

// work judges a task. People keep their own hours and are shown the law's; what bars contact bars it too.
func (j *Judgement) work(f *guard.Facts) {
	t := j.Intent.Treatment
	if t.Contacts() {
		f.Phone = ledger.PhoneMobile // a person may call a fixed line, and a letter needs no phone
		j.Verdict = guard.Check(j.rules.Rules, f)
		if j.Verdict.Ruling == guard.Deny || j.Verdict.Ruling == guard.Wait && j.Verdict.Until.IsZero() {
			j.held()
			return
		}
	}
	j.Action, j.NotBefore = Work, f.Now
	j.Rule, j.Reason = "strategy:"+t.Name, "The strategy asks for a person's work."
}

// contact judges a message: when the law lets it leave, and when in that time the strategy would rather.
func (j *Judgement) contact(p *Portfolio, f *guard.Facts, zone *time.Location) {
	rules := j.rules.Rules
	j.Verdict = guard.Check(rules, f)
	from := f.Now
	switch j.Verdict.Ruling {
	case guard.Deny:
		j.held()
		return
	case guard.Wait:
		if j.Verdict.Until.IsZero() {
			j.held()
			return
		}
		from = j.Verdict.Until
	case guard.Allow:
	}
	j.capsHeld = guard.CapKey(rules, f)
	if !j.Intent.Treatment.Notice && !rules.For(law.Reminder).Limited && len(guard.Caps(rules, law.Reminder, j.capsHeld)) == 0 {
		j.Rule, j.Source, j.Reason = NoCap, "Duly's own: nobody is reminded without a limit", "No rule says how often somebody may be contacted over this channel."
		return
	}
	slot, closes := j.slot(p, f, from, zone)
	if slot.From.IsZero() {
		if j.Verdict.Ruling == guard.Allow {
			j.Rule, j.Source, j.Reason = "strategy:hours", "", "No hour that the strategy permits is left for this treatment."
			return
		}
		j.held()
		return
	}
	if slot.From.Sub(f.Now) > planAhead {
		if j.Verdict.Ruling == guard.Allow {
			j.Rule, j.Source, j.Reason = "strategy:prefer", "", "The strategy's next preferred hour is more than a day away."
			j.HoldUntil = slot.From
			return
		}
		j.held()
		return
	}
	j.Action, j.NotBefore, j.NotAfter = Contact, slot.From, closes
	j.Rule, j.Source, j.Reason = j.Verdict.Rule, j.Verdict.Source, j.Verdict.Reason
	if j.Verdict.Ruling == guard.Allow {
		j.Reason = "Every rule that applies allows it; this one closes the window."
	}
}

// slot returns when in the lawful time from an instant on the strategy would rather, and when that time ends.
func (j *Judgement) slot(p *Portfolio, f *guard.Facts, from time.Time, zone *time.Location) (decide.Slot, time.Time) {
	rules, first := j.rules.Rules, from
	for range 40 { // more than the days of a month, each of which may be a holiday that the strategy did not know
		s := p.slot(slotKey{from.UnixNano(), first.UnixNano(), zone, j.Intent.LastOn, j.wish})
		closes := j.Verdict.NotAfter
		if s.From.IsZero() {
			return s, closes
		}
		if j.Verdict.Ruling != guard.Allow || !s.From.Before(closes) {
			opens, ok := guard.Opens(rules, f, s.From)
			if !ok {
				break
			}
			if !opens.Before(s.To) {
				from = opens
				continue
			}
			s.From, closes = opens.In(zone), guard.Closes(rules, f, opens)
		}
		if s.To.Before(closes) {
			closes = s.To
		}
		return s, closes
	}
	return decide.Slot{}, time.Time{}
}

// planAhead is how far ahead of its hour a message is planned: over a night, so that a plan made in the evening
// holds for the morning.
const planAhead = 24 * time.Hour

func (j *Judgement) held() {
	j.Action = Hold
	j.Rule, j.Source, j.Reason, j.HoldUntil = j.Verdict.Rule, j.Verdict.Source, j.Verdict.Reason, j.Verdict.Until
}

// A Text is a rendered message and what it says.
type Text struct {
	Body     []byte
	Language compose.Language
	Template *compose.Template
	Minor    int64 // the amount in it
	Currency ledger.Currency
	Segments int
	Lets     []store.PortalKey // what lets the reader in at the borrower's page; nil for a template that does not ask for it
}

// ErrCannotWrite says that a message cannot be written as it must be; contact waits and a person looks.
var ErrCannotWrite = errors.New("engine: the text cannot be written")

// Write is the recipe's last stages, compose and lint, at the moment of hand-over. to holds every borrower
// of the dossier; the message goes to the one whose loan leads.
func Write(p *Portfolio, d *store.Dossier, j *Judgement, to map[ledger.BorrowerID]store.Recipient, now time.Time) (Text, error) {
	return p.write(new(compose.Paper), d, j, to, now)
}

// write is Write on paper that has other texts too.
func (p *Portfolio) write(on *compose.Paper, d *store.Dossier, j *Judgement, to map[ledger.BorrowerID]store.Recipient, now time.Time) (Text, error) {
	b := &d.Borrowers[j.Borrower]
	onlyOwn(d, j, to)
	if j.answer != nil && j.answer.kind.own() {
		text, found := p.writeOwn(d, j, now)
		if i := slices.IndexFunc(found, func(f lint.Finding) bool { return f.Severity == lint.Error }); i >= 0 {
			return Text{}, fmt.Errorf("%w: %s: %s [%s]: %s", ErrCannotWrite, j.answer.kind.name, found[i].Code, found[i].Rule, found[i].Message.EN)
		}
		return text, nil
	}
	t := p.template(j.Intent.Treatment, compose.Language(b.Language))
	if t.Bound == nil {
		return Text{}, fmt.Errorf("%w: no template %q", ErrCannotWrite, j.Intent.Treatment.Template)
	}
	v := compose.Vars{Loans: p.lines[:0]}
	recipient := to[b.ID]
	p.vars(&v, d, j, &recipient, now, t.Bound)
	p.lines = v.Loans
	if j.answer != nil {
		j.answer.fill(&v, j.Today, t.Language)
	}
	var lets []store.PortalKey
	if need := t.LetsIn(); (need.Link || need.Code) && recipient.Proves {
		lets = p.letIn(&v, b.ID, need, now)
	}
	w, err := t.Write(on, &v)
	if err != nil {
		return Text{}, fmt.Errorf("%w: %w", ErrCannotWrite, err)
	}
	if len(w.Lacks) > 0 {
		return Text{}, fmt.Errorf("%w: %s lacks %v", ErrCannotWrite, t.Name, w.Lacks[0])
	}
	if most := t.Most(len(lets) > 0); w.Segments > most {
		return Text{}, fmt.Errorf("%w: %s takes %d segments of at most %d", ErrCannotWrite, t.Name, w.Segments, most)
	}
	if f := p.wording(t.read, w.Text, &v, d, j); f != nil {
		return Text{}, fmt.Errorf("%w: %s: %s [%s]: %s", ErrCannotWrite, t.Name, f.Code, f.Rule, f.Message.EN)
	}
	said := v.Due.Total
	if j.answer != nil {
		said = j.answer.said(t.Bound, &v)
	}
	return Text{Body: w.Text, Language: t.Language, Template: t.Template, Minor: said, Currency: v.Currency, Segments: w.Segments, Lets: lets}, nil
}

// onlyOwn leaves out the loans of borrowers with another name than the one written to. Two people who share a
// phone count as one person until the lender gives their identity numbers, and none may read the other's debt.
func onlyOwn(d *store.Dossier, j *Judgement, to map[ledger.BorrowerID]store.Recipient) {
	if len(d.Borrowers) == 1 {
		return
	}
	lead := to[d.Borrowers[j.Borrower].ID].Name
	shared := func(i int) bool { return to[d.Borrowers[d.Loans[i].Borrower].ID].Name != lead }
	if slices.ContainsFunc(j.Intent.Loans, shared) {
		j.Intent.Loans = slices.DeleteFunc(slices.Clone(j.Intent.Loans), shared)
	}
}

// vars fills the values that a text needs with the facts of the minute; the sender's are bound to it.
func (p *Portfolio) vars(v *compose.Vars, d *store.Dossier, j *Judgement, to *store.Recipient, now time.Time, t *compose.Bound) {
	needs, lang, clock := t.Needs(), t.Language, p.clock(d.Borrowers[j.Borrower].Zone)
	if needs.Surname {
		v.Surname, v.Title = compose.Surname(to.Name, lang), to.Title
	}
	v.AsOf, v.DPD = now.In(cmp.Or(clock.zone, p.Zone)), j.Intent.DPD
	for _, i := range j.Intent.Loans {
		l, pos := &d.Loans[i], &j.Positions[i]
		if c := &l.Core; c.NextStepOn >= j.Today && l.ID == j.Intent.Lead {
			v.NextStep, v.NextOn, v.Assignee = compose.StepWords(c.NextStep, lang), c.NextStepOn, c.AssignedTo
		}
		total, on := pos.Due.Total, pos.OldestUnpaid
		if on == 0 {
			total, on = pos.NextDue, pos.NextDueOn
			v.Due.Add(assess.Due{Total: total, Principal: total})
		} else {
			v.Due.Add(pos.Due)
		}
		v.Currency = l.Currency
		v.PerDay += pos.PerDay
		if v.DueOn == 0 || on < v.DueOn {
			v.DueOn = on
		}
		if needs.Loans {
			v.Loans = append(v.Loans, compose.LoanVars{Masked: lastFour(l.Ref), Total: total, DueOn: on})
		}
	}
	if needs.PayBy {
		p.payBy(v, d, j, now)
	}
	if len(v.Loans) > 1 {
		slices.SortStableFunc(v.Loans, func(a, b compose.LoanVars) int { return int(a.DueOn - b.DueOn) })
	}
}

// payBy fills in a day by which to pay, and what will be due then.
func (p *Portfolio) payBy(v *compose.Vars, d *store.Dossier, j *Judgement, now time.Time) {
	by, due := p.dayOf(&d.Borrowers[j.Borrower], now)+payWithin, int64(0)
	for _, i := range j.Intent.Loans {
		if s := &d.Loans[i].Standing; s.ChangesOn != 0 && s.ChangesOn <= by {
			by = s.ChangesOn - 1
		}
	}
	for _, i := range j.Intent.Loans {
		due += d.Loans[i].Standing.At(by).Due.Total
	}
	if due > 0 {
		v.PayBy, v.PayByDue = by, due
	}
}

// payWithin is for how many days ahead a text says what will be due, unless something falls due before.
const payWithin = 3

// lastFour returns the last four characters of a contract number, the only ones that a text may show.
func lastFour(ref string) string {
	from := len(ref)
	for range 4 {
		_, size := utf8.DecodeLastRuneInString(ref[:from])
		from -= size
	}
	return ref[from:]
}
