package proof

import (
	"fmt"
	"strings"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// The office is the process that imports, plans and settles.

// staffed returns the office, a new one if the last has died.
func (w *world) staffed() (*process, error) {
	if w.office != nil && !w.office.owner.dead {
		return w.office, nil
	}
	var err error
	w.office, err = w.start()
	return w.office, err
}

// news states to Duly what the core has learned, portfolio by portfolio.
func (w *world) news() error {
	for i := range w.core.books {
		if err := w.state(i); err != nil || w.dark {
			return err
		}
	}
	return nil
}

// state imports what is new of one portfolio, with all payments of the loans that changed.
func (w *world) state(i int) error {
	o, err := w.staffed()
	if err != nil || o == nil {
		return err
	}
	b := w.core.books[i]
	st := w.statement(b)
	w.stats.Imports++
	done := false
	err = o.do(func() error {
		p := o.engine.Portfolios[i]
		row, err := o.store.Portfolio(ctx, p.Creditor, p.Ref)
		if err != nil {
			return err
		}
		in := store.Import{Portfolio: row, Now: w.clock(), Bad: func(r intake.BadRow) error {
			return fmt.Errorf("proof: a row that the core states is refused: %s", r.Reason("en"))
		}}
		_, err = o.store.Import(ctx, in, st.stage)
		done = err == nil
		return err
	})
	if done {
		st.told(w)
	}
	if o.owner.dead && !done && !w.dark {
		// It may have been stored or not. The core states it again, before anybody acts on either.
		return w.state(i)
	}
	return err
}

// A statement is what the core states of a portfolio at one time.
type statement struct {
	book     *book
	rows     []intake.Row
	accounts []*account
	loans    []*loan
	numbers  []string // of the accounts, as stated
	facts    []*news
	terms    []terms // of the loans, as stated
}

func (w *world) statement(b *book) *statement {
	s := &statement{book: b}
	for _, a := range b.accounts {
		if a.dirty {
			s.account(a)
		}
	}
	for _, l := range b.loans {
		if l.dirty {
			s.loan(l, w.clock())
		}
	}
	s.facts = b.news
	for _, n := range b.news {
		s.rows = append(s.rows, n.row)
	}
	if f := w.cfg.plant.row; f != nil {
		for i := range s.rows {
			f(w, &s.rows[i])
		}
	}
	return s
}

func (s *statement) account(a *account) {
	h := a.human
	s.accounts = append(s.accounts, a)
	s.numbers = append(s.numbers, h.number)
	s.rows = append(s.rows, intake.Row{Kind: intake.Borrowers, Borrower: ledger.BorrowerRow{
		ID: a.ref, Name: h.name, Phone: h.number, PhoneKind: h.kind, Identity: h.identity, Language: h.place.land.Language, Zone: strings.Join(h.zones, " "),
		Country: h.place.land.Country, Region: h.place.Region, Locality: h.place.Locality,
	}})
}

func (s *statement) loan(l *loan, at time.Time) {
	cur := l.account.book.land.Currency
	money := func(minor int64) ledger.Money { return ledger.Money{Minor: minor, Currency: cur} }
	s.loans = append(s.loans, l)
	s.terms = append(s.terms, l.now.clone())
	s.rows = append(s.rows, intake.Row{Kind: intake.Loans, Loan: ledger.LoanRow{
		ID: l.ref, BorrowerID: l.account.ref, Product: "consumer", Currency: cur, Principal: money(1_000_000),
		AnnualRate: ledger.Rate(l.rate), PenaltyMultiplier: ledger.Rate(l.times), ClosedOn: l.now.closedOn,
		Core: l.core(at), CoreStated: true,
	}})
	for _, in := range l.now.due {
		s.rows = append(s.rows, intake.Row{Kind: intake.Instalments, Instalment: ledger.InstalmentRow{
			LoanID: l.ref, Number: in.number, DueOn: in.on, Amount: money(in.total()), Principal: money(in.principal), Interest: money(in.interest),
			Fees: money(in.fees), Split: in.split,
		}})
	}
	for _, p := range l.now.paid {
		s.rows = append(s.rows, intake.Row{Kind: intake.Payments, Payment: ledger.PaymentRow{
			ID: p.id, LoanID: l.ref, PaidOn: p.on, Amount: money(p.minor), Reverses: p.reverses,
		}})
	}
}

// core is what the core system says of a loan beside its terms: a debit under way, and its own total, which is now and
// then another than it is.
func (l *loan) core(at time.Time) ledger.CoreFacts {
	f := ledger.CoreFacts{DebitUntil: l.now.debit}
	if !l.now.silent {
		zone := locations[l.account.book.land.Zone]
		as := *l
		as.told = l.now
		f.AsOf = at.In(zone)
		f.Due = ledger.Money{Minor: as.owes(ledger.Day(f.AsOf)).total + l.now.off, Currency: l.account.book.land.Currency}
	}
	return f
}

// stage hands the rows over as intake does, file by file.
func (s *statement) stage(st *store.Stage) error {
	for _, kind := range []intake.Kind{intake.Borrowers, intake.Loans, intake.Instalments, intake.Payments, intake.States, intake.Consents, intake.Contacts} {
		if err := st.File(fmt.Sprint(kind), kind); err != nil {
			return err
		}
		line := 1
		for i := range s.rows {
			r := &s.rows[i]
			if r.Kind != kind {
				continue
			}
			line++
			r.File, r.Line, r.Column = fmt.Sprint(kind), line, 1
			if err := st.Row(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// told notes that Duly knows what was stated.
func (s *statement) told(w *world) {
	s.book.toldAt = w.clock()
	for i, a := range s.accounts {
		a.dirty = a.human.number != s.numbers[i]
		a.number = s.numbers[i]
		a.had = append(a.had, a.number)
		a.human.mark(w.clock())
	}
	for i, l := range s.loans {
		l.told, l.dirty = s.terms[i], false
		l.account.human.mark(w.clock())
	}
	for _, n := range s.facts {
		n.told(w)
	}
	s.book.news = s.book.news[len(s.facts):]
}

// plan plans one portfolio. The pages are stored after others have had their say.
func (w *world) plan(i int) error {
	o, err := w.staffed()
	if err != nil || o == nil {
		return err
	}
	w.stats.Plans++
	var pages []*store.PlanPage
	err = o.do(func() error {
		done, err := o.engine.Pages(ctx, o.engine.Portfolios[i], engine.PlanOptions{Now: w.clock()}, func(p *store.PlanPage) error {
			pages = append(pages, p)
			return nil
		})
		for rule, n := range done.Held {
			w.stats.Held[rule] += n
		}
		return err
	})
	if err != nil || o.owner.dead {
		return err
	}
	w.meanwhile(o)
	for _, p := range pages {
		for _, b := range p.Batches {
			w.doubtful += int64(len(b.Messages))
		}
		if w.dark || o.owner.dead {
			return nil
		}
		err := o.do(func() error {
			messages, tasks, err := o.store.SavePlan(ctx, p)
			if err == nil {
				w.planned(p, messages, tasks)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// planned notes that a page is stored.
func (w *world) planned(p *store.PlanPage, messages, tasks int64) {
	for _, b := range p.Batches {
		w.doubtful -= int64(len(b.Messages))
	}
	w.stats.Planned += messages
	w.stats.Tasks += tasks
}

func (w *world) settle(o *process) error {
	return o.do(func() error {
		_, err := o.store.Settle(ctx, w.clock(), w.clock())
		return err
	})
}

// someTime is a random time of at most d.
func (w *world) someTime(d time.Duration) time.Duration { return time.Duration(w.rng.Int64N(int64(d))) }
