package forecast

import (
	"context"
	"fmt"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

type payment struct {
	loan  string
	on    ledger.Date
	money ledger.Money
}

func (b *book) today() ledger.Date { return ledger.Day(b.run.civil.In(b.Portfolio.Zone)) }

// news states the payments of the day before, so that the feed is never old.
func (b *book) news(ctx context.Context) error {
	paid := b.paid
	b.paid = nil
	_, err := b.run.cfg.Store.Import(ctx, store.Import{Portfolio: b.row, Now: b.run.civil}, func(st *store.Stage) error {
		if err := st.File("payments", intake.Payments); err != nil {
			return err
		}
		for i, p := range paid {
			err := st.Row(&intake.Row{Kind: intake.Payments, File: "payments", Line: i + 2, Column: 1, Payment: ledger.PaymentRow{
				ID: fmt.Sprintf("modelled-%d-%d-%d", b.row.ID, p.on, i), LoanID: p.loan, PaidOn: p.on, Amount: p.money,
			}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// plan plans the day, and lets the model decide who pays on it.
func (b *book) plan(ctx context.Context, n int) error {
	b.overdue = map[ledger.Currency]int64{}
	o := engine.PlanOptions{Now: b.run.civil, Each: func(d *store.Dossier, _ *engine.Judgement) error { b.person(d); return nil }}
	done, err := b.engine.Pages(ctx, b.Portfolio, o, func(p *store.PlanPage) error {
		for _, t := range p.Tasks {
			b.result.Tasks[t.Kind]++
		}
		_, _, err := b.run.cfg.Store.SavePlan(ctx, p)
		return err
	})
	if err != nil {
		return err
	}
	for rule, n := range done.Held {
		if rule != nothingDue {
			b.result.Holds[rule] += n
		}
	}
	if n == 0 {
		b.result.Persons, b.result.Opening = done.Persons, b.overdue
	}
	return nil
}

// look counts, without planning anything, what each person has got and what is overdue.
func (b *book) look(ctx context.Context) error {
	on := b.today()
	b.result.Closing = map[ledger.Currency]int64{}
	_, err := b.engine.Pages(ctx, b.Portfolio, engine.PlanOptions{Now: b.run.civil, DryRun: true, Each: func(d *store.Dossier, _ *engine.Judgement) error {
		got := 0
		for i := range d.Touches {
			if b.counts(d, i) {
				got++
				b.result.Stages[b.stageOf(d.Touches[i].Treatment)]++
			}
		}
		b.result.PerPerson[got]++
		for i := range d.Loans {
			if l := &d.Loans[i]; b.stands(l, on) {
				if pos := l.Standing.At(on); pos.OldestUnpaid != 0 {
					b.result.Closing[l.Currency] += pos.Due.Total
				}
			}
		}
		return nil
	}}, nil)
	return err
}

// stageOf returns the stage that a treatment is of, by its index.
func (b *book) stageOf(treatment int) string {
	s := &b.Portfolio.Strategy
	for i := range s.Stages {
		for j := range s.Stages[i].Treatments {
			if s.Stages[i].Treatments[j].Index == treatment {
				return s.Stages[i].Name
			}
		}
	}
	return s.Notices.Name
}

// counts says whether a touch is a message of these days.
func (b *book) counts(d *store.Dossier, i int) bool {
	return d.Touches[i].Channel != ledger.Task && d.Touches[i].On >= b.run.cfg.From
}

// stands says whether a loan can be looked at.
func (b *book) stands(l *store.LoanStanding, on ledger.Date) bool {
	return !l.Stale && l.Standing.Holds(on) && !l.Standing.Broken && (l.ClosedOn == 0 || l.ClosedOn > on)
}

func (b *book) dayNow() *Day { return &b.result.Days[len(b.result.Days)-1] }

func (b *book) sent(parts int64) {
	b.result.Messages++
	b.result.Segments += parts
	b.dayNow().Messages++
}

func (b *book) heard(text string) {
	b.result.Replies++
	b.dayNow().Replies++
	if text == stopWord {
		b.result.Stops++
		b.dayNow().Stops++
	}
}

// person lets the model decide what a person pays on the day that is being planned.
func (b *book) person(d *store.Dossier) {
	on := b.today()
	nth, lifted := b.written(d, on)
	for i := range d.Loans {
		if l := &d.Loans[i]; b.stands(l, on) {
			b.loan(l, on, nth, lifted)
		}
	}
}

// written says how many messages a person has had about the present lapse, and whether the last of them still works.
func (b *book) written(d *store.Dossier, on ledger.Date) (nth int, works bool) {
	var episode, last ledger.Date
	for i := range d.Touches {
		if !b.counts(d, i) {
			continue
		}
		t := &d.Touches[i]
		if t.Episode != episode {
			episode, nth = t.Episode, 0
		}
		nth++
		last = t.On
	}
	return nth, last != 0 && on > last && on <= last+LiftDays
}

// loan lets the model decide whether a loan is paid on a day.
func (b *book) loan(l *store.LoanStanding, on ledger.Date, nth int, lifted bool) {
	m, pos := &b.Model, l.Standing.At(on)
	minor, chance := int64(0), 0.0
	switch {
	case pos.OldestUnpaid != 0:
		b.overdue[l.Currency] += pos.Due.Total
		minor = pos.Due.Total - pos.Due.Penalty
		chance = m.late(int(on-pos.OldestUnpaid), pos.OnTime, pos.Slips)
	case pos.NextDueOn == on:
		minor, chance = pos.NextDue, m.pays(pos.OnTime, pos.Slips)
	}
	if minor <= 0 {
		return
	}
	more := 0.0
	if lifted {
		more = m.lift(nth)
	}
	u := draw(b.run.cfg.Seed, "pay", l.Ref, on)
	if u >= chance+more {
		return
	}
	b.paid = append(b.paid, payment{l.Ref, on, ledger.Money{Minor: minor, Currency: l.Currency}})
	b.dayNow().Paid++
	b.result.Paid[l.Currency] += minor
	if pos.OldestUnpaid != 0 {
		b.result.Cured++
	}
	if u >= chance {
		b.result.Because[l.Currency] += minor
	}
}
