package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
)

// A View is what one borrower may see of what is held about them in one portfolio: of no other borrower, be it the same person.
type View struct {
	Portfolio string
	At        time.Time      // in the borrower's zone
	Today     ledger.Date    // the borrower's
	Zone      *time.Location // the borrower's first one, else the creditor's
	Name      string         // as the lender writes it
	Phone     string         // as the lender writes it
	Title     string         // as the lender writes it; may be empty
	Language  string         // "zh" or "en"
	Wish      ledger.Wish
	Loans     []ViewLoan
	Feed      time.Time // up to when the lender's payments are known
	Rules     []law.Rule
	Bars      []ViewState // what rests contact now
	Messages  []store.MessageHistory
	Replies   []store.ReplyHistory // what they wrote and said; empty where others share the number
	Consents  []guard.Consent
	Calls     []ViewCall
	Number    string // what a provider found about the number
	Address   int64  // 0: there is none that can be written to
}

// A ViewLoan is one loan with its working.
type ViewLoan struct {
	ID       ledger.LoanID
	Ref      string
	Product  string
	Currency ledger.Currency
	Closed   bool
	Position assess.Position
	Working  []assess.Line
	Debit    time.Time // a debit is under way until then; zero: none
	Differs  bool      // the core system's own total is another: a person looks at it
	Step     string
	StepOn   ledger.Date
}

// A ViewState is a reason why we do not write at present.
type ViewState struct {
	Kind         string
	Since, Until time.Time
	Rule         *law.Rule // that says what it means; nil where none does
}

// A ViewCall is a contact that people made.
type ViewCall struct {
	At      time.Time
	Channel ledger.Channel
	Result  guard.Result
	Agency  bool
}

// A Desk answers for borrowers at their page. It may be used by many at once.
type Desk struct {
	e *Engine
}

// Desk returns the engine's desk. Call it after Prepare.
func (e *Engine) Desk() *Desk {
	return &Desk{e: e}
}

// ErrOtherPortfolio says that a guest's portfolio is none of this process's.
var ErrOtherPortfolio = errors.New("engine: this portfolio is not configured here")

// Portfolio returns the portfolio of that number, nil when it is none of this engine's. It may be read, and nothing more.
func (d *Desk) Portfolio(row int64) *Portfolio {
	for _, p := range d.e.Books() {
		if p.row.ID == row {
			return p
		}
	}
	return nil
}

// View returns what a guest may see at an instant.
func (d *Desk) View(ctx context.Context, g *store.Guest, at time.Time) (*View, error) {
	p := d.Portfolio(g.Portfolio)
	if p == nil {
		return nil, ErrOtherPortfolio
	}
	pool := p.forks
	p, _ = pool.Get().(*Portfolio)
	defer pool.Put(p)
	past, err := d.e.Store.Past(ctx, p.row, g.Person, at)
	if err != nil {
		return nil, err
	}
	own := slices.IndexFunc(past.Borrowers, func(b store.BorrowerFacts) bool { return b.ID == g.Borrower })
	if own < 0 {
		return nil, store.ErrNotFound
	}
	b := &past.Borrowers[own]
	v := &View{
		Portfolio: p.Ref, Name: past.Names[own].Name, Phone: past.Names[own].Phone, Title: past.Names[own].Title, Language: b.Language, Wish: b.Wish,
		Feed: past.PaymentsAsOf, Number: b.Number.String(), Address: b.Address, Consents: past.Consents,
	}
	if v.Language == "" {
		v.Language = string(p.Language)
	}
	zone := p.clock(b.Zone).zone
	if zone == nil {
		zone = p.Zone
	}
	v.Zone, v.At, v.Today = zone, at.In(zone), p.dayOf(b, at)
	if err := d.loans(ctx, p, past, own, v); err != nil {
		return nil, err
	}
	rules := p.rulesFor(p.pageRules(b, v))
	v.Rules = slices.Clone(rules.All())
	v.bars(past, rules.Rules)
	return v, d.heard(ctx, p, g, past, own, v)
}

// pageRules is the key of the rules that hold for texts to a borrower about their first loan.
func (p *Portfolio) pageRules(b *store.BorrowerFacts, v *View) ruleKey {
	k := ruleKey{country: b.Country, region: b.Region, locality: b.Locality, channel: ledger.SMS, on: v.Today}
	if len(v.Loans) > 0 {
		k.product = v.Loans[0].Product
	}
	return k
}

// loans makes the standing of each loan of the borrower's from its history, with the working.
func (d *Desk) loans(ctx context.Context, p *Portfolio, past *store.Past, own int, v *View) error {
	for i := range past.Loans {
		l := past.Loans[i]
		if l.Borrower != own {
			continue
		}
		h, err := d.e.Store.History(ctx, l.ID, past.KnownAt)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		h.Facts.Terms = p.Terms
		f := h.Facts
		differs, err := d.e.differs(ctx, p, &l, past.Core[i], f)
		if err != nil {
			return err
		}
		one := ViewLoan{
			ID: l.ID, Ref: l.Ref, Product: f.Loan.Product, Currency: f.Loan.Currency, Closed: f.Loan.ClosedOn != 0 && f.Loan.ClosedOn <= v.Today,
			Position: assess.Stand(f, v.Today).At(v.Today), Working: assess.Work(f, v.Today), Differs: differs,
		}
		if l.Core.DebitUntil.After(v.At) {
			one.Debit = l.Core.DebitUntil.In(v.Zone)
		}
		if l.Core.NextStepOn >= v.Today {
			one.Step, one.StepOn = l.Core.NextStep, l.Core.NextStepOn
		}
		v.Loans = append(v.Loans, one)
	}
	return nil
}

// bars tells what rests contact now.
func (v *View) bars(past *store.Past, rules law.Rules) {
	for i := range past.Known {
		k := &past.Known[i]
		if !k.Until.IsZero() && !k.Until.After(v.At) || k.Since.After(v.At) {
			continue
		}
		if k.Loan != 0 && !slices.ContainsFunc(v.Loans, func(l ViewLoan) bool { return l.ID == k.Loan }) {
			continue
		}
		s := ViewState{Kind: k.Kind, Since: k.Since.In(v.Zone), Rule: naming(rules, k.Kind)}
		if !k.Until.IsZero() {
			s.Until = k.Until.In(v.Zone)
		}
		v.Bars = append(v.Bars, s)
	}
}

// heard adds what was written and said on both sides.
func (d *Desk) heard(ctx context.Context, p *Portfolio, g *store.Guest, past *store.Past, own int, v *View) error {
	messages, err := d.e.Store.Messages(ctx, p.row.ID, g.Person, v.At)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.Borrower == g.Borrower {
			v.Messages = append(v.Messages, m)
		}
	}
	for i := range past.Contacts {
		c, by := &past.Contacts[i], past.MadeBy(i)
		about := len(c.Loans) == 0 || slices.ContainsFunc(v.Loans, func(l ViewLoan) bool { return slices.Contains(c.Loans, l.ID) })
		if by != store.ByPortfolio && about {
			v.Calls = append(v.Calls, ViewCall{At: c.At.In(v.Zone), Channel: c.Channel, Result: c.Result, Agency: by == store.ByAgency})
		}
	}
	// Two people who share a phone count as one person until the lender tells them apart: neither reads what the other wrote.
	if slices.ContainsFunc(past.Names, func(n store.Recipient) bool { return n.Name != past.Names[own].Name }) {
		return nil
	}
	v.Replies, err = d.e.Store.Replies(ctx, g.Person, v.At)
	return err
}

// Said is what a borrower says at the page.
type Said struct {
	Meaning receive.Meaning
	Text    string      // their own words, or what the button says
	Own     bool        // the text holds their own words: it is read as a reply is, for what protects
	On      ledger.Date // of a promise: the day
	Minor   int64       // of a promise: how much, in Currency; 0 means all of it
	Parts   int         // of a plan: how many instalments, of those that Offers gives
	Until   ledger.Date // of more time: the day, of those that Times gives

	Currency ledger.Currency // by who has loans in several: which of them it is about; empty: the one that is overdue longest
}

// pageCarrier is the name of the route of what is said at the page.
const pageCarrier = "page"

// Say stores what a guest says and lets it act, as a reply of that meaning does; the page itself answers, so that no text does.
// What protects and stands in their own words acts too: who disputes a sum and writes that they cannot go on is heard in both.
// It says whether something was agreed by it: not so where a person has to look first.
func (d *Desk) Say(ctx context.Context, g *store.Guest, s Said, language string, at time.Time) (agreed bool, err error) {
	h, back, err := d.hearing(ctx, g, s.Currency, at)
	if err != nil {
		return false, err
	}
	defer back()
	one := store.Reply{
		Carrier: pageCarrier, Borrower: g.Borrower, Channel: ledger.App, Text: s.Text, Meaning: string(s.Meaning), Confidence: 1, Language: language,
		On: s.On, Speaker: h.sp, Suppress: barring[s.Meaning],
	}
	if s.Minor > 0 {
		one.Amount = ledger.Money{Minor: s.Minor, Currency: h.request.Currency}
	}
	h.effects(&one, s.Meaning)
	if s.Parts > 0 {
		h.take(&one, s.Parts)
	}
	if s.Until > 0 {
		h.extend(&one, s.Until)
	}
	one.Answer = nil
	one.Quiet = one.Desk == nil
	said := []store.Reply{one}
	if s.Own {
		m := receive.Read(s.Text, receive.Given{Today: h.today})
		if kind := suppressed(&m); m.Danger || m.Meaning != s.Meaning && protects[m.Meaning] {
			more := store.Reply{
				Carrier: pageCarrier, Borrower: g.Borrower, Channel: ledger.App, Text: s.Text, Meaning: string(m.Meaning), Confidence: m.Confidence,
				Language: m.Language, Speaker: h.sp, Suppress: kind,
			}
			if m.Danger {
				more.Desk = &store.Desking{Kind: "danger", DueAt: at.Add(inAnHour), Urgent: true}
			} else {
				h.effects(&more, m.Meaning)
			}
			more.Answer = nil
			more.Quiet = more.Desk == nil
			said = append(said, more)
		}
	}
	if _, err = d.e.Store.SayAtPage(ctx, said, at); err != nil {
		return false, err
	}
	if one.Agreed == nil {
		return false, nil
	}
	return d.e.Store.LiveSince(ctx, g.Borrower, string(one.Agreed.Kind), at)
}

// protects are the meanings that act wherever they stand in somebody's own words.
var protects = map[receive.Meaning]bool{
	receive.Stop: true, receive.WrongPerson: true, receive.Representation: true, receive.Deceased: true, receive.Vulnerable: true,
}

// hearing finds out where a guest's loans stand, those of one currency only where one is given. Call back when it is done with.
func (d *Desk) hearing(ctx context.Context, g *store.Guest, only ledger.Currency, at time.Time) (*hearing, func(), error) {
	p := d.Portfolio(g.Portfolio)
	if p == nil {
		return nil, nil, ErrOtherPortfolio
	}
	pool := p.forks
	p, _ = pool.Get().(*Portfolio)
	back := func() { pool.Put(p) }
	dossier, j, err := d.e.standingOf(ctx, p, g.Person, at)
	if err != nil {
		back()
		return nil, nil, err
	}
	h := &hearing{
		p: p, d: dossier, at: at, today: ledger.Day(at.In(p.Zone)), only: only,
		sp: store.Speaker{Person: g.Person, Portfolio: g.Portfolio, Borrower: g.Borrower},
	}
	if dossier != nil {
		h.know(j)
	}
	if h.borrower != nil {
		h.sp.Address = h.borrower.Address
	}
	return h, back, nil
}

// An Offer is a plan, or a time, that a guest may choose: in one of the currencies in which something is overdue.
type Offer struct {
	Currency ledger.Currency
	Parts    []arrange.Part // of a time its one day
}

// Offers returns the plans that Duly may agree to with a guest by itself, in each currency that something is overdue in; none where a person
// decides.
func (d *Desk) Offers(ctx context.Context, g *store.Guest, at time.Time) ([]Offer, error) {
	return d.each(ctx, g, at, (*hearing).offers)
}

// each asks for what may be chosen in each currency, the one first that is overdue longest.
func (d *Desk) each(ctx context.Context, g *store.Guest, at time.Time, of func(*hearing) [][]arrange.Part) ([]Offer, error) {
	h, back, err := d.hearing(ctx, g, "", at)
	if err != nil {
		return nil, err
	}
	currencies := h.currencies()
	back()
	var out []Offer
	for _, c := range currencies {
		h, back, err := d.hearing(ctx, g, c, at)
		if err != nil {
			return nil, err
		}
		for _, parts := range of(h) {
			out = append(out, Offer{c, parts})
		}
		back()
	}
	return out, nil
}

// currencies are those of the speaker's loans, the one first that is overdue longest.
func (h *hearing) currencies() (out []ledger.Currency) {
	if h.loan == nil {
		return nil
	}
	out = append(out, h.loan.Currency)
	for i := range h.d.Loans {
		if l := &h.d.Loans[i]; h.d.Borrowers[l.Borrower].ID == h.sp.Borrower && !slices.Contains(out, l.Currency) {
			out = append(out, l.Currency)
		}
	}
	return out
}

// chosen is how what a guest chooses begins: at once, or when the lender confirms it. A person is told of what waits.
func (h *hearing) chosen(r *store.Reply, a *store.Agreed) {
	a.Status, r.Agreed, r.Desk = arrange.Live, a, nil
	if h.p.Talk.Confirm {
		a.Status, r.Desk = arrange.Proposed, h.desk("plan_request")
	}
}

func (h *hearing) offers() [][]arrange.Part {
	if !h.sure() || h.request.Due <= 0 {
		return nil
	}
	return h.p.Talk.Authority.Offers(h.request, arrange.Income{}, arrange.Duly)
}

// take agrees to the plan of so many instalments, where it is still one of those that fit.
func (h *hearing) take(r *store.Reply, parts int) {
	for _, o := range h.offers() {
		if len(o) == parts {
			h.chosen(r, &store.Agreed{
				Arrangement: arrange.Arrangement{Kind: arrange.Plan, MadeOn: h.today, Grace: h.p.Talk.Grace, Parts: o},
				Currency:    h.request.Currency, Due: h.request.Due,
			})
			return
		}
	}
}

// Times returns the days until which Duly may by itself give a guest time for all that is overdue, in each currency; none where a
// person decides.
func (d *Desk) Times(ctx context.Context, g *store.Guest, at time.Time) ([]Offer, error) {
	return d.each(ctx, g, at, func(h *hearing) (out [][]arrange.Part) {
		for _, one := range h.times() {
			out = append(out, []arrange.Part{one})
		}
		return out
	})
}

func (h *hearing) times() []arrange.Part {
	if !h.sure() || h.request.Due <= 0 {
		return nil
	}
	return h.p.Talk.Authority.Extensions(h.request, arrange.Duly)
}

// extend gives time until a day, where it is still one of those that may be given.
func (h *hearing) extend(r *store.Reply, until ledger.Date) {
	for _, one := range h.times() {
		if one.On == until {
			a := &store.Agreed{
				Arrangement: arrange.Arrangement{Kind: arrange.Extension, MadeOn: h.today, Grace: h.p.Talk.Grace, Parts: []arrange.Part{one}},
				Currency:    h.request.Currency, Due: h.request.Due,
			}
			a.Resumes = arrange.RestUntil(a.Arrangement.Resumes(), h.places())
			h.chosen(r, a)
			return
		}
	}
}

// Choose keeps when, how and in which language a guest wants to be written to.
func (d *Desk) Choose(ctx context.Context, g *store.Guest, c store.Choice, at time.Time) error {
	return d.e.Store.Choose(ctx, g.Borrower, c, at)
}

// Store returns the store, for what concerns who is at the page.
func (d *Desk) Store() *store.Store { return d.e.Store }
