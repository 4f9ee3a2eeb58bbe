package proof

import (
	"math/big"

	"github.com/dulyhq/duly/ledger"
)

// An owing is what one loan owes on a day by the examiner's own arithmetic, which shares nothing with package assess:
// it goes from day to day, lets all money that came so far meet the instalments in the order of their due dates as if
// it had come at once, and counts the nights.
type owing struct {
	total  int64 // overdue, with penalty interest
	late   int   // days since the oldest due date that is not met; 0 means that nothing is overdue
	next   int64 // what falls due next, where it is not paid ahead
	nextOn ledger.Date
}

// owes works out a loan on a day by what Duly was told.
func (l *loan) owes(on ledger.Date) owing {
	t := &l.told
	order := inOrder(t.due)
	nights := make([]*big.Int, len(order))
	for i := range nights {
		nights[i] = new(big.Int)
	}
	first := on
	for _, in := range order {
		first = min(first, in.on)
	}
	for day := first + 1; day <= on; day++ { // the night before day
		money := t.moneyUpTo(day - 1)
		for i, in := range order {
			left := meets(in, &money)
			if in.on < day && left.principal > 0 {
				nights[i].Add(nights[i], l.night(left.principal))
			}
		}
	}
	var o owing
	penalty := new(big.Int)
	money := t.moneyUpTo(on)
	for i, in := range order {
		left := meets(in, &money)
		rest := left.total()
		switch {
		case rest == 0:
		case in.on < on:
			if o.late == 0 {
				o.late = int(on - in.on)
			}
			o.total += rest
			penalty.Add(penalty, nights[i])
		case o.nextOn == 0 || o.nextOn == in.on:
			o.nextOn = in.on
			o.next += rest
		}
	}
	o.total += rounded(penalty)
	return o
}

func inOrder(due []instalment) []instalment {
	out := append([]instalment(nil), due...)
	for i := range out {
		for j := i; j > 0 && (out[j].on < out[j-1].on || out[j].on == out[j-1].on && out[j].number < out[j-1].number); j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// moneyUpTo sums what came until the evening of a day, less what was taken back.
func (t *terms) moneyUpTo(day ledger.Date) (sum int64) {
	for _, p := range t.paid {
		if p.on <= day {
			sum += p.minor
		}
	}
	return max(0, sum)
}

// meets lets money meet an instalment: fees, then interest, then principal. It returns what is left of each.
func meets(in instalment, money *int64) instalment {
	for _, part := range []*int64{&in.fees, &in.interest, &in.principal} {
		take := min(*part, *money)
		*part -= take
		*money -= take
	}
	return in
}

// night is a night's penalty interest in millionths of a minor unit, rounded half up: principal × rate × multiplier ÷
// 360.
func (l *loan) night(principal int64) *big.Int {
	x := new(big.Int).Mul(big.NewInt(principal), big.NewInt(l.rate))
	x.Mul(x, big.NewInt(l.times)) // millionths of millionths
	return divHalfUp(x, big.NewInt(360*1_000_000))
}

func rounded(millionths *big.Int) int64 { return divHalfUp(millionths, big.NewInt(1_000_000)).Int64() }

func divHalfUp(x, by *big.Int) *big.Int {
	two := big.NewInt(2)
	return new(big.Int).Div(new(big.Int).Add(new(big.Int).Mul(x, two), by), new(big.Int).Mul(by, two))
}

// owed is what a message of a portfolio may ask of a human on a day: all that is overdue on their open loans there, or
// what falls due next where nothing is overdue.
func (h *human) owed(b *book, on ledger.Date) int64 {
	var late, next int64
	var nextOn ledger.Date
	for _, a := range h.in(b) {
		for _, l := range a.loans {
			if c := l.told.closedOn; c != 0 && c <= on {
				continue
			}
			o := l.owes(on)
			late += o.total
			switch {
			case o.nextOn == 0 || nextOn != 0 && o.nextOn > nextOn:
			case o.nextOn == nextOn:
				next += o.next
			default:
				nextOn, next = o.nextOn, o.next
			}
		}
	}
	if late > 0 {
		return late
	}
	return next
}
