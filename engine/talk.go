package engine

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
)

// A Talk is what a portfolio lets replies set off. The zero Talk agrees to nothing by itself: what people promise and ask for
// goes to a person, and what protects them acts all the same.
type Talk struct {
	Grace     int               // days after an agreed day in which money may still come
	Confirm   bool              // plans and times that a borrower chooses begin when the lender's people or system confirm them
	Silent    []string          // kinds of answers that a person writes in the place of Duly
	Days      map[string]int    // by kind of desk item: days in which a person answers; what is not named has its default
	Authority arrange.Authority // who may agree to what
}

// deadlines are the days in which a person answers, where the portfolio does not say otherwise.
var deadlines = map[string]int{
	"question": 2, "promise": 2, "plan_request": 2, "hardship": 2, "vulnerable": 1, "representation": 2, "wrong_number": 10, "death": 2,
	"dispute": 15, "complaint": 15, "call": 1, "abuse": 5, "other": 2, "danger": 0, "unknown_sender": 2,
}

// Deadlines returns the kinds of what waits for a person, with the days in which one answers by default.
func Deadlines() map[string]int {
	out := make(map[string]int, len(deadlines))
	for k, v := range deadlines {
		out[k] = v
	}
	return out
}

func (t *Talk) days(kind string) int {
	if d, ok := t.Days[kind]; ok {
		return d
	}
	return deadlines[kind]
}

// How long some states last before somebody looks at them again, in days.
const reviewAfter = 30

// inAnHour is how soon a person looks at words of danger to life.
const inAnHour = time.Hour

// read finds out who wrote each reply, what they say and what it sets off. What it reads may be older by a moment than the
// transaction that stores the reply; whom a stop protects is found there.
func (s *Sender) read(ctx context.Context, st *store.Step) error {
	for i := range st.Replies {
		if err := s.ear.Read(ctx, &st.Replies[i], s.name, cmp.Or(st.BackAt, st.At)); err != nil {
			return err
		}
	}
	return nil
}

// Read fills in what a reply means, who of those at its address speaks, and what it sets off, at a civil instant. Carrier names
// the route that it came by.
func (e *Engine) Read(ctx context.Context, r *store.Reply, carrier string, at time.Time) error {
	speakers, err := e.Store.Speakers(ctx, r.Address)
	if err != nil {
		return err
	}
	p, sp := e.heard(speakers, carrier)
	if p == nil {
		e.misread(r, carrier, at)
		return nil
	}
	d, j, err := e.standingOf(ctx, p, sp.Person, at)
	if err != nil {
		return err
	}
	h := hearing{p: p, d: d, at: at, sp: sp, today: ledger.Day(at.In(p.Zone)), several: several(speakers)}
	if d != nil {
		h.know(j)
	}
	h.reply(r)
	return nil
}

// heard returns the portfolio that a reply is to, and who speaks: of those at the address the one written to last.
func (e *Engine) heard(speakers []store.Speaker, carrier string) (*Portfolio, store.Speaker) {
	for _, own := range []bool{true, false} {
		for _, sp := range speakers {
			for _, p := range e.Books() {
				if p.row.ID == sp.Portfolio && (p.Carrier == carrier || !own) {
					return p, sp
				}
			}
		}
	}
	return nil, store.Speaker{}
}

// several says whether more than one person has the address: then nobody knows who promised.
func several(speakers []store.Speaker) bool {
	return slices.ContainsFunc(speakers, func(sp store.Speaker) bool { return sp.Person != speakers[0].Person })
}

// misread reads a reply from an address that nobody has now: whoever had it is protected, and a person looks at it.
func (e *Engine) misread(r *store.Reply, carrier string, at time.Time) {
	zone := time.UTC
	for _, p := range e.Books() {
		if p.Carrier == carrier {
			zone = p.Zone
			break
		}
	}
	m := receive.Read(r.Text, receive.Given{Today: ledger.Day(at.In(zone))})
	said(r, &m)
	r.Suppress = suppressed(&m)
	r.Desk = &store.Desking{Kind: "unknown_sender", DueAt: at.Add(48 * time.Hour)}
	if m.Danger {
		r.Desk = &store.Desking{Kind: "danger", DueAt: at.Add(inAnHour), Urgent: true}
	}
}

// said notes what a reply says.
func said(r *store.Reply, m *receive.Reading) {
	r.Meaning, r.Confidence, r.Language, r.On = string(m.Meaning), m.Confidence, m.Language, m.Date
	if m.HasAmount {
		r.Amount = m.Amount
	}
}

// standingOf reads the person in the portfolio and where their loans stand; nil where there is no loan.
func (e *Engine) standingOf(ctx context.Context, p *Portfolio, person ledger.PersonID, at time.Time) (d *store.Dossier, j Judgement, err error) {
	w := store.Within{Portfolio: p.row.ID, On: ledger.Day(at.In(p.Zone)), Persons: []ledger.PersonID{person}}
	err = e.Store.Dossiers(ctx, w, func(one *store.Dossier) error { d = one.Clone(); return nil })
	if err != nil || d == nil || len(d.Loans) == 0 {
		return nil, j, err
	}
	if _, err = p.assess(&j, d, at); errors.Is(err, ErrStale) {
		if err = e.standAnew(ctx, p, d, at); err == nil {
			_, err = p.assess(&j, d, at)
		}
	}
	return d, j, err
}

// A hearing is one reply being understood.
type hearing struct {
	p        *Portfolio
	d        *store.Dossier // nil: the person has no loan in the portfolio
	at       time.Time
	sp       store.Speaker
	today    ledger.Date     // where the borrower is
	several  bool            // others have the same number
	only     ledger.Currency // the loans that it is about; empty: all
	zones    []*time.Location
	borrower *store.BorrowerFacts
	loan     *store.LoanStanding // the latest loan of the borrower's
	request  arrange.Request     // what is overdue
	nextOn   ledger.Date         // when the next instalment of that loan falls due; zero: none does
}

// know takes over where the speaker's loans stand.
func (h *hearing) know(j Judgement) {
	h.zones, h.today = append([]*time.Location(nil), j.zones...), j.Today
	lead := -1
	for i := range h.d.Loans {
		l, pos := &h.d.Loans[i], &j.Positions[i]
		if h.d.Borrowers[l.Borrower].ID != h.sp.Borrower || l.ClosedOn != 0 && l.ClosedOn <= h.today || h.only != "" && l.Currency != h.only {
			continue
		}
		if lead < 0 || pos.DPD > j.Positions[lead].DPD {
			lead = i
		}
	}
	if lead < 0 {
		return
	}
	h.loan, h.borrower = &h.d.Loans[lead], &h.d.Borrowers[h.d.Loans[lead].Borrower]
	h.request, h.nextOn = requestOf(h.d, &j, lead), j.Positions[lead].NextDueOn
}

// requestOf is what is overdue of a borrower in the currency of a loan.
func requestOf(d *store.Dossier, j *Judgement, lead int) arrange.Request {
	l := &d.Loans[lead]
	b := &d.Borrowers[l.Borrower]
	r := arrange.Request{Country: b.Country, Product: l.Product, Today: j.Today, Currency: l.Currency, DPD: j.Positions[lead].DPD}
	for i := range d.Loans {
		o, pos := &d.Loans[i], &j.Positions[i]
		if o.Borrower != l.Borrower || o.Currency != l.Currency || pos.Broken || pos.DPD <= 0 {
			continue
		}
		r.Due += pos.Due.Total
		r.Extra += pos.Due.Penalty + pos.Due.Fees
		if o.Product != r.Product {
			r.Product = "" // several: the strictest of what may be agreed counts
		}
	}
	return r
}

// reply reads the words and fills in what they set off.
func (h *hearing) reply(r *store.Reply) {
	given := receive.Given{Today: h.today}
	if h.loan != nil {
		given.Currency = h.loan.Currency
	}
	m := receive.Read(r.Text, given)
	said(r, &m)
	r.Speaker = h.sp
	r.Suppress = suppressed(&m)
	r.Cause = string(receive.WhyLate(r.Text))
	if m.Danger {
		r.Desk = &store.Desking{Kind: "danger", DueAt: h.at.Add(inAnHour), Urgent: true}
		return
	}
	if n := Choice(r.Text); n > 0 && m.Meaning != receive.Stop && h.sure() {
		r.Meaning, r.Take = string(receive.PlanRequest), n
		r.Suppress = ""
		r.Answer = h.answer(answerPlan, "")
		if h.p.Talk.Confirm {
			r.Confirm, r.Desk, r.Answer = true, h.desk("plan_request"), h.answer(store.AnswerReceived, "plan_request")
		}
		return
	}
	h.effects(r, m.Meaning)
	if r.Answer != nil && slices.Contains(h.p.Talk.Silent, r.Answer.Kind) || r.Answer != nil && h.several && h.tells(r.Answer.Kind) {
		r.Answer = nil
	}
	if r.Answer == nil && r.Desk == nil && !r.Quiet {
		r.Desk = h.desk("other")
	}
}

// tells says whether the text of an answer tells whoever reads it of a debt: by what it is about, or as a text of a debt collector's,
// which says that one writes.
func (h *hearing) tells(kind string) bool {
	if speaksOfDebt(kind) {
		return true
	}
	t := h.p.template(&answerOf(kind).treatment, compose.Language(h.borrower.Language))
	return t.Bound != nil && t.Class == compose.Answer
}

// sure says whether it is known who speaks and what they owe: else a person is asked.
func (h *hearing) sure() bool { return h.loan != nil && !h.several }

// effects is what each meaning sets off.
func (h *hearing) effects(r *store.Reply, m receive.Meaning) {
	switch m {
	case receive.Stop:
		r.Answer = h.answer(store.AnswerStop, "")
	case receive.WrongPerson:
		r.Answer, r.Desk = h.answer(store.AnswerWrongPerson, ""), h.desk("wrong_number")
	case receive.Deceased:
		r.Desk = h.desk("death") // whoever wrote is a third party: nothing is confirmed, nothing is asked
		r.Desk.Urgent = true
	case receive.Representation:
		r.Desk = h.desk("representation")
	case receive.Vulnerable:
		r.ReviewOn, r.Desk = h.today+reviewAfter, h.desk("vulnerable")
		r.Answer = h.answer(store.AnswerReceived, "vulnerable")
	case receive.Complaint:
		r.Desk, r.Answer = h.desk("complaint"), h.answer(answerComplaint, "complaint")
	case receive.Dispute:
		r.Desk, r.Answer = h.desk("dispute"), h.answer(answerDispute, "dispute")
	case receive.Paid:
		r.Answer = h.answer(answerPaid, "")
	case receive.Promise:
		h.promise(r)
	case receive.Hardship:
		r.ReviewOn, r.Desk, r.Answer = h.today+reviewAfter, h.desk("hardship"), h.offer(arrange.Cause(r.Cause))
	case receive.PlanRequest:
		if r.Answer = h.options("plan_request"); r.Answer == nil || r.Answer.Kind != answerOptions {
			r.Desk = h.desk("plan_request")
		}
	case receive.Question:
		r.Desk, r.Answer = h.desk("question"), h.answer(store.AnswerReceived, "question")
	case receive.CallMe:
		r.Desk, r.Answer = h.desk("call"), h.answer(answerCall, "call")
		r.Desk.Hours = receive.Hours(r.Text)
	case receive.Abuse:
		r.Desk = h.desk("abuse")
	case receive.Ack:
		r.Quiet = true
	case receive.Other:
		r.Desk = h.desk("other")
	}
}

// promise takes a promise at its word where a day is said on which Duly may agree to it; where none is said it asks for one.
func (h *hearing) promise(r *store.Reply) {
	switch {
	case h.sure() && h.request.Due <= 0 && (r.On == 0 || h.nextOn != 0 && r.On <= h.nextOn):
		r.Quiet = true // nothing is overdue, and it will be paid in time: there is nothing to rest or to judge
		return
	case !h.sure() || h.request.Due <= 0 || r.On != 0 && r.On < h.today:
		r.Desk, r.Answer = h.desk("promise"), h.answer(store.AnswerReceived, "promise")
		return
	case r.On == 0:
		r.Answer = h.answer(answerWhen, "")
		return
	}
	if c := r.Amount.Currency; r.Amount.Minor != 0 && c != "" && c != h.request.Currency {
		r.Desk, r.Answer = h.desk("promise"), h.answer(store.AnswerReceived, "promise")
		return
	}
	parts, ruling := h.p.Talk.Authority.Promised(h.request, r.On, r.Amount.Minor)
	if ruling.Level != arrange.Duly {
		r.Desk, r.Answer = h.desk("promise"), h.answer(store.AnswerReceived, "promise")
		return
	}
	a := &store.Agreed{
		Arrangement: arrange.Arrangement{Kind: arrange.Promise, MadeOn: h.today, Grace: h.p.Talk.Grace, Parts: parts},
		Status:      arrange.Live, Currency: h.request.Currency, Due: h.request.Due,
	}
	a.Resumes = arrange.RestUntil(a.Arrangement.Resumes(), h.places())
	r.Agreed, r.Answer = a, h.answer(answerPromise, "")
}

func (h *hearing) places() []*time.Location {
	if len(h.zones) > 0 {
		return h.zones
	}
	return []*time.Location{h.p.Zone}
}

// offer is what somebody in need is offered first, by the cause of it: a day where the money is about to come, a person where it would be out of
// place to ask for any, and else plans.
func (h *hearing) offer(cause arrange.Cause) *store.Answering {
	if cause == arrange.Unknown && h.d != nil {
		cause = h.d.Cause
	}
	switch cause.Way() {
	case arrange.AskWhen, arrange.LaterDay:
		if h.sure() && h.request.Due > 0 {
			return h.answer(answerWhen, "")
		}
	case arrange.Person, arrange.Answer:
		return h.answer(store.AnswerReceived, "hardship")
	case arrange.Instalment:
	}
	return h.options("hardship")
}

// options offers plans where some fit; else a person answers.
func (h *hearing) options(kind string) *store.Answering {
	if h.sure() && h.request.Due > 0 && len(h.p.Talk.Authority.Offers(h.request, arrange.Income{}, arrange.Duly)) > 0 {
		return h.answer(answerOptions, "")
	}
	return h.answer(store.AnswerReceived, kind)
}

// desk is what waits for a person, with the clock of its kind.
func (h *hearing) desk(kind string) *store.Desking {
	return &store.Desking{Kind: kind, DueAt: h.by(kind).At(18, 0, h.p.Zone)}
}

// by is the day by which a person answers.
func (h *hearing) by(kind string) ledger.Date {
	return ledger.Day(h.at.In(h.p.Zone)) + ledger.Date(h.p.Talk.days(kind))
}

// answer is the text that answers; nil where the portfolio has none, or nobody's number it is that wrote.
func (h *hearing) answer(kind, by string) *store.Answering {
	k := answerOf(kind)
	if h.loan == nil || k == nil || h.p.template(&k.treatment, compose.Language(h.borrower.Language)).Bound == nil {
		return nil
	}
	a := &store.Answering{
		Kind: kind, Treatment: k.treatment.Index, Loan: h.loan.ID, Edition: h.p.edition, Carrier: h.p.Carrier, On: h.today,
		NotAfter: h.at.Add(answerWithin),
	}
	if by != "" {
		a.AnswerBy = h.by(by)
	}
	return a
}

// answerWithin is how long after a reply its answer may still leave: over a night and a morning's outage.
const answerWithin = 24 * time.Hour

// suppressed is the state, by the names of the rulebooks, that a reply puts a person in from the transaction that stores it.
func suppressed(m *receive.Reading) string {
	if m.Danger {
		return "danger"
	}
	return barring[m.Meaning]
}

// barring are those states by meaning.
var barring = map[receive.Meaning]string{
	receive.Stop: "stop", receive.WrongPerson: "wrong_person", receive.Representation: "representation", receive.Deceased: "death",
	receive.Dispute: "dispute", receive.Complaint: "complaint", receive.Paid: "paid_claim", receive.Vulnerable: "vulnerable", receive.Hardship: "hardship",
}

var choices = []*regexp.Regexp{
	regexp.MustCompile(`^(?:同意|选|要|我选|我要|好的?,?)?\s*(?:分|选|分期)\s*([0-9]{1,3})\s*(?:期|个月)?(?:吧|。|!)?$`),
	regexp.MustCompile(`^(?:同意|选|要|我选|我要)\s*([0-9]{1,3})\s*期(?:吧|。)?$`),
	regexp.MustCompile(`(?i)^(?:ok,?\s*)?plan\s*([0-9]{1,3})\.?$`),
}

// Choice returns the number of instalments that a reply takes up of those offered, as the offer asks for it: "分期3", "PLAN 3".
// 0 where it says anything else.
func Choice(text string) int {
	text = receive.Plain(text)
	for _, re := range choices {
		if m := re.FindStringSubmatch(text); m != nil {
			n, err := strconv.Atoi(m[1])
			if err == nil && n > 1 && n <= arrange.MostParts {
				return n
			}
		}
	}
	return 0
}
