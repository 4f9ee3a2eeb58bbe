package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
)

// some is which facts there are at all, so that a portfolio pays for none that it does not have.
type some struct {
	core, numbers, consents, duties, notices, causes, agreed bool
	regions                                                  []regional
}

// A regional is a state of everybody who lives in a region.
type regional struct {
	region string
	state  guard.State
}

// look finds out which facts there are.
func (g *gather) look() error {
	st, err := g.kept.in(g.ctx, g.tx, `SELECT payments_as_of, core, EXISTS (SELECT 1 FROM number_now), EXISTS (SELECT 1 FROM consent),
		EXISTS (SELECT 1 FROM duty), EXISTS (SELECT 1 FROM notice), EXISTS (SELECT 1 FROM late_cause), EXISTS (SELECT 1 FROM arrangement), EXISTS (SELECT 1 FROM state WHERE gone_at = 0 AND person = 0) FROM portfolio WHERE id = ?`)
	if err != nil {
		return err
	}
	s, regions := &g.some, false
	if err := st.QueryRowContext(g.ctx, g.w.Portfolio).Scan((*msTime)(&g.asOf), &s.core, &s.numbers, &s.consents, &s.duties, &s.notices, &s.causes, &s.agreed, &regions); err != nil {
		return wrap(err)
	}
	if !regions {
		return nil
	}
	rows, err := g.tx.QueryContext(g.ctx, `SELECT region, `+stateFields+` FROM state WHERE gone_at = 0 AND person = 0 ORDER BY id`)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r regional
		if err := rows.Scan(append([]any{&r.region}, scanState(&r.state)...)...); err != nil {
			return wrap(err)
		}
		s.regions = append(s.regions, r)
	}
	return wrap(rows.Err())
}

// columns returns what is read beside, and how it is joined; address is the column with the number's.
func (s *some) columns(address string) (more, join string) {
	if s.core {
		more += `, ` + coreRead
	}
	if s.numbers {
		more += `, coalesce(n.status, ''), coalesce(n.checked_on, 0), coalesce(n.expires_on, 0)`
		join = ` LEFT JOIN number_now n ON n.address = ` + address
	}
	return more, join
}

func (s *some) fields(r *owingRow) []any {
	var out []any
	if s.core {
		out = append(out, r.loan.Core.fields()...)
	}
	if s.numbers {
		n := &r.borrower.Number
		out = append(out, &n.Status, &n.CheckedOn, &n.ExpiresOn)
	}
	return out
}

// The columns of the facts' tables and where they are scanned to: the one place where the two meet.
const (
	coreRead         = `s.core_differs, s.debit_until, s.next_step, s.next_step_on, s.assigned_to, s.last_due_on, s.last_paid_on`
	stateFields      = `kind, since, until, loan, address, channel`
	consentFields    = `channel, address, how = 'written', at, until, withdrawn`
	dutyFields       = `duty, at, channel, loan`
	contactColumnsOf = `seq, message, at, day, channel, portfolio, treatment, episode, loan, others, address, result, party`
	// sameCreditor are the portfolios of the creditor of a portfolio: what somebody said to it, they said to all of it.
	sameCreditor = `(SELECT o.id FROM portfolio o JOIN portfolio p ON p.creditor = o.creditor WHERE p.id = ?)`
)

func (c *Core) fields() []any {
	return []any{&c.Differs, (*msTime)(&c.DebitUntil), &c.NextStep, &c.NextStepOn, &c.AssignedTo, &c.LastDueOn, &c.LastPaidOn}
}

func scanState(s *guard.State) []any {
	return []any{&s.Kind, (*msTime)(&s.Since), (*msTime)(&s.Until), &s.Loan, &s.Address, &s.Channel}
}

func scanConsent(c *guard.Consent) []any {
	return []any{&c.Channel, &c.Address, &c.Written, (*msTime)(&c.At), (*msTime)(&c.Until), &c.Withdrawn}
}

func scanDuty(d *guard.Duty) []any { return []any{&d.Kind, (*msTime)(&d.At), &d.By, &d.Loan} }

func (r *contactRow) fields() []any {
	return []any{
		&r.seq, number(&r.message), (*msTime)(&r.at), number(&r.day), (*string)(&r.channel), &r.portfolio, number(&r.treatment), number(&r.episode),
		number(&r.loan), &r.others, &r.address, number(&r.result), number(&r.maker),
	}
}

// derive adds the states that follow from other facts: those of the region, of the numbers and of the loans.
func (g *gather) derive() {
	d := &g.d
	for i := range g.some.regions {
		r := &g.some.regions[i]
		if slices.ContainsFunc(d.Borrowers, func(b BorrowerFacts) bool {
			return r.region == b.Country || r.region == b.Region || r.region == b.Locality
		}) {
			d.States = append(d.States, r.state)
		}
	}
	if g.some.numbers {
		for i := range d.Borrowers {
			d.addNumber(&d.Borrowers[i])
		}
	}
	if g.some.core {
		for i := range d.Loans {
			d.addCore(&d.Loans[i])
		}
	}
}

// addNumber adds the state of a number about which something is wrong. What a provider found ends with its day, by UTC.
func (d *Dossier) addNumber(b *BorrowerFacts) {
	n := &b.Number
	if n.Status == "" || n.Status == "ok" {
		return
	}
	s := guard.State{Kind: "number_" + n.Status, Since: n.CheckedOn.At(0, 0, time.UTC), Address: b.Address}
	if n.ExpiresOn != 0 {
		s.Until = n.ExpiresOn.At(0, 0, time.UTC)
	}
	d.States = append(d.States, s)
}

// addCore adds the states of a loan that the core system knows something of.
func (d *Dossier) addCore(l *LoanStanding) {
	if !l.Core.DebitUntil.IsZero() {
		d.States = append(d.States, guard.State{Kind: "debit_in_flight", Until: l.Core.DebitUntil, Loan: l.ID})
	}
	if l.Core.Differs {
		d.States = append(d.States, guard.State{Kind: "core_differs", Loan: l.ID})
	}
}

// addContact adds one past contact, and a touch where it was about the portfolio.
func (d *Dossier) addContact(r *contactRow, portfolio int64) {
	from := len(d.loanIDs)
	if r.loan != 0 {
		d.loanIDs = append(d.loanIDs, r.loan)
	}
	if r.others != "" {
		d.loanIDs = append(d.loanIDs, loansIn(r.others)...)
	}
	d.Contacts = append(d.Contacts, guard.Contact{
		At: r.at, Day: r.day, Channel: r.channel, Result: r.result, Loans: d.loanIDs[from:len(d.loanIDs):len(d.loanIDs)], Address: r.address,
	})
	d.By = append(d.By, r.maker)
	if r.portfolio == portfolio && r.episode != notTaken {
		d.Touches = append(d.Touches, decide.Touch{
			On: r.day, Channel: r.channel, Treatment: r.treatment, Episode: r.episode, Loans: d.Contacts[len(d.Contacts)-1].Loans,
		})
	}
}

// MadeBy returns who made a contact; one of which nothing more is known was made for the portfolio.
func (d *Dossier) MadeBy(contact int) Maker {
	if contact < len(d.By) {
		return d.By[contact]
	}
	return ByPortfolio
}

// loansIn reads what loanList wrote.
func loansIn(list string) []ledger.LoanID {
	var out []ledger.LoanID
	for word := range strings.FieldsSeq(list) {
		if n, err := strconv.ParseInt(word, 10, 64); err == nil { // only loanList writes them
			out = append(out, ledger.LoanID(n))
		}
	}
	return out
}

// hear keeps the latest reply, and the latest from each address.
func (d *Dossier) hear(h Heard) {
	d.Replied = h.At
	if h.Address == 0 {
		return
	}
	for i := range d.Heard {
		if o := &d.Heard[i]; o.Address == h.Address && o.Channel == h.Channel {
			o.At = h.At
			return
		}
	}
	d.Heard = append(d.Heard, h)
}

// Clone returns a copy that may be kept.
func (d *Dossier) Clone() *Dossier {
	c := new(Dossier)
	d.copyTo(c)
	return c
}

// copyTo makes c a copy of d in the room that c has.
func (d *Dossier) copyTo(c *Dossier) {
	room := *c
	*c = *d
	c.Borrowers = append(room.Borrowers[:0], d.Borrowers...)
	c.Loans = append(room.Loans[:0], d.Loans...)
	c.Touches = append(room.Touches[:0], d.Touches...)
	c.Contacts = append(room.Contacts[:0], d.Contacts...)
	c.States = append(room.States[:0], d.States...)
	c.Consents = append(room.Consents[:0], d.Consents...)
	c.Duties = append(room.Duties[:0], d.Duties...)
	c.By = append(room.By[:0], d.By...)
	c.Heard = append(room.Heard[:0], d.Heard...)
	c.loanIDs = room.loanIDs[:0]
	for i := range c.Contacts {
		c.Contacts[i].Loans = c.keep(c.Contacts[i].Loans)
	}
	for i := range c.Touches {
		c.Touches[i].Loans = c.keep(c.Touches[i].Loans)
	}
}

// A Shelf keeps copies of dossiers that are given up all together, and their room. The zero value is empty and ready.
type Shelf struct {
	copies []*Dossier
	used   int
}

// Keep returns a copy that holds until Clear.
func (s *Shelf) Keep(d *Dossier) *Dossier {
	if s.used == len(s.copies) {
		s.copies = append(s.copies, new(Dossier))
	}
	c := s.copies[s.used]
	s.used++
	d.copyTo(c)
	return c
}

// Clear gives the copies up.
func (s *Shelf) Clear() { s.used = 0 }

// keep copies numbers of loans into the dossier's own room.
func (d *Dossier) keep(loans []ledger.LoanID) []ledger.LoanID {
	from := len(d.loanIDs)
	d.loanIDs = append(d.loanIDs, loans...)
	return d.loanIDs[from:len(d.loanIDs):len(d.loanIDs)]
}

// Number says what is known of a number, for people; a number of which nothing is known is unknown.
func (n NumberStatus) String() string {
	if n.Status == "" {
		return "unknown"
	}
	if n.ExpiresOn != 0 {
		return fmt.Sprintf("%s (%s, until %s)", n.Status, n.CheckedOn, n.ExpiresOn)
	}
	return fmt.Sprintf("%s (%s)", n.Status, n.CheckedOn)
}
