package assess

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/dulyhq/duly/ledger"
)

// lookback is how many days of due dates count as payment behaviour: twelve months.
const lookback = 365

// million is how many millionths make one minor unit, or a rate of 1.
const million = 1_000_000

// byCivilCode is how money meets an instalment where the terms do not say: costs of enforcing the claim,
// interest, principal (民法典 Art 561).
var byCivilCode = [3]Component{Fees, Interest, Principal}

// Stand folds the history of a loan up to and including day on: payments made on the day count, those of
// later days do not, and an instalment that falls due on the day is not overdue yet. The order of the rows
// does not matter. Rows that contradict each other, and amounts that do not fit, give a Broken standing.
// Whether the loan is closed is not looked at.
func Stand(f Facts, on ledger.Date) Standing {
	var room [24]part
	var money [48]ledger.Payment
	b := book{parts: room[:0], payments: money[:0]}
	b.open(&f, on)
	b.replay(on)
	return b.standing(on)
}

// A part is one instalment while the history is folded.
type part struct {
	ledger.Instalment
	paid    [Principal + 1]int64 // by Component, minor units
	accrued int64                // penalty interest run up until since, millionths of a minor unit
	since   ledger.Date          // the day up to which accrued goes; zero means the due date
	metOn   ledger.Date          // the day on which it was last met in full
	charged int64                // penalty interest that the working has listed; see working.go
}

// A book is one loan's history being folded.
type book struct {
	parts    []part // with an amount, in the order of due dates and numbers
	payments []ledger.Payment
	pauses   []Pause // merged: in order, no two touch
	next     int     // index of the first part that is not met; all before it are, none after it is
	credit   int64   // money beyond the whole schedule; negative: more was taken back than ever came
	order    [4]Component
	penalty  bool  // penalty interest is met by payments
	grace    int   // days
	capped   bool  // the rate is the law's and not the contract's
	rate     int64 // penalty rate a year in millionths of millionths; 0 means none
	per      int64 // what principal × rate is divided by, for millionths of a minor unit a day
	broken   bool
	work     *working // nil unless the working is asked for
}

func (b *book) open(f *Facts, on ledger.Date) {
	for _, in := range f.Instalments {
		if in.Fees < 0 || in.Interest < 0 || in.Principal < 0 || in.DueOn == 0 {
			b.broken = true
		}
		if b.add(b.add(in.Fees, in.Interest), in.Principal) != 0 {
			b.parts = append(b.parts, part{Instalment: in})
		}
	}
	slices.SortFunc(b.parts, func(x, y part) int {
		return cmp.Or(cmp.Compare(x.DueOn, y.DueOn), cmp.Compare(x.Number, y.Number),
			cmp.Compare(x.Fees, y.Fees), cmp.Compare(x.Interest, y.Interest), cmp.Compare(x.Principal, y.Principal))
	})
	b.payments = append(b.payments, f.Payments...)
	slices.SortFunc(b.payments, func(x, y ledger.Payment) int {
		return cmp.Or(cmp.Compare(x.PaidOn, y.PaidOn), cmp.Compare(y.Minor, x.Minor)) // money in before money out
	})
	b.pauses = merge(f.Pauses, &b.broken)
	b.terms(f, on)
}

func (b *book) terms(f *Facts, on ledger.Date) {
	b.grace = max(0, f.Terms.GraceDays)
	n := 0
	for _, order := range [2][]Component{f.Terms.Order, byCivilCode[:]} {
		for _, c := range order {
			if c >= Fees && c <= Principal && !slices.Contains(b.order[:n], c) {
				b.order[n] = c
				n++
			}
		}
	}
	b.penalty = n == len(b.order)
	days := int64(cmp.Or(f.Terms.DayCount, 360))
	hi, lo := bits.Mul64(uint64(f.Loan.AnnualRate), uint64(f.Loan.PenaltyMultiplier))
	if f.Loan.AnnualRate < 0 || f.Loan.PenaltyMultiplier < 0 || days < 0 || days > 366 || hi != 0 || int64(lo) < 0 {
		b.broken, lo, days = true, 0, 360
	}
	b.rate, b.per = int64(lo), days*million
	if f.Terms.Ceiling != nil && b.rate > 0 {
		switch most, known := f.Terms.Ceiling(&f.Loan, on); {
		case !known:
			b.broken = true
		case int64(most) < b.rate/million:
			b.rate, b.capped = int64(most)*million, true
		}
	}
}

// replay folds in every payment up to and including day on.
func (b *book) replay(on ledger.Date) {
	for _, p := range b.payments {
		if p.PaidOn > on || b.broken {
			break
		}
		if p.PaidOn == 0 {
			b.broken = true
		}
		if b.work != nil {
			b.work.fallDue(b, p.PaidOn)
		}
		if p.Minor >= 0 {
			b.pay(p.PaidOn, p.Minor)
		} else {
			b.takeBack(p.PaidOn, p.Minor)
		}
	}
}

// standing sums the book up on day on, up to which it has been replayed.
func (b *book) standing(on ledger.Date) Standing {
	s := Standing{AsOf: on, Paused: b.counted(on-1, on) == 0}
	b.behaved(&s)
	for i := b.next; i < len(b.parts) && !b.broken; i++ {
		p := &b.parts[i]
		if p.DueOn < on {
			b.overdue(&s, i)
			continue
		}
		if s.NextDueOn != 0 && p.DueOn != s.NextDueOn {
			break
		}
		s.NextDueOn = p.DueOn
		s.NextDue = b.add(s.NextDue, p.left(Fees)+p.left(Interest)+p.left(Principal))
	}
	s.Credit = b.credit
	b.add(b.add(b.add(s.Principal, s.Interest), s.Fees), max(0, s.Penalty/million)+1)
	if b.broken || b.credit < 0 {
		return Standing{AsOf: on, ChangesOn: on + 1, Broken: true}
	}
	s.ChangesOn = b.changes(&s)
	return s
}

// behaved counts the due dates of the year before s.AsOf that were met, in time or late.
func (b *book) behaved(s *Standing) {
	for i := range b.parts[:b.next] {
		p := &b.parts[i]
		if p.DueOn >= s.AsOf {
			break
		}
		if p.DueOn < s.AsOf-lookback {
			continue
		}
		late := 0
		if p.metOn > p.DueOn {
			late = b.counted(p.DueOn, p.metOn)
		}
		if late <= b.grace {
			s.OnTime++
		} else {
			s.Slips++
			s.Lates = max(s.Lates, late)
		}
	}
}

// overdue adds part i, which is unmet and past its due date, to s.
func (b *book) overdue(s *Standing, i int) {
	b.accrue(i, s.AsOf)
	p := &b.parts[i]
	late := b.counted(p.DueOn, s.AsOf)
	if s.OldestUnpaid == 0 {
		s.OldestUnpaid, s.Instalment = p.DueOn, p.Number
		s.PausedDays = int(s.AsOf-p.DueOn) - late
		s.InGrace = late <= b.grace
	}
	s.Fees = b.add(s.Fees, p.left(Fees))
	s.Interest = b.add(s.Interest, p.left(Interest))
	s.Principal = b.add(s.Principal, p.left(Principal))
	if late > b.grace {
		s.Slips++
		s.Penalty = b.add(s.Penalty, p.accrued-b.mul(p.paid[Penalty], million))
		s.PenaltyDaily = b.add(s.PenaltyDaily, b.daily(p.left(Principal)))
	}
}

// changes returns the first day after s.AsOf on which something other than the passing of unpaused days
// changes the position: an instalment becomes overdue (the day after its due date), a grace ends, a known
// payment counts, a pause begins or is over, a due date leaves the year that behaviour is judged by.
func (b *book) changes(s *Standing) ledger.Date {
	var first ledger.Date
	on := func(d ledger.Date) {
		if d > s.AsOf && (first == 0 || d < first) {
			first = d
		}
	}
	for i := range b.parts {
		p := &b.parts[i]
		switch late := int(s.AsOf - p.DueOn); {
		case late <= 0:
			on(p.DueOn + 1)
		case i < b.next:
			on(p.DueOn + lookback + 1)
		case b.grace > 0 && !s.Paused:
			on(s.AsOf + ledger.Date(b.grace-b.counted(p.DueOn, s.AsOf)+1))
		}
	}
	for _, p := range b.payments {
		on(p.PaidOn)
	}
	for _, p := range b.pauses {
		on(p.From)
		on(p.To + 1)
	}
	return first
}
