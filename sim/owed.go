package sim

import (
	"time"

	"github.com/dulyhq/duly/ledger"
)

// An owing is what one loan owes on a day: an overdue amount, or else what falls due next.
type owing struct {
	total  int64       // overdue with penalty interest, minor units
	nextOn ledger.Date // the next due date not met; zero without one
	next   int64       // what falls due then
}

// owes recomputes what a loan owes on a day, with the payments that were stated up to an instant: day by day,
// money meets principal in the order of the due dates, and a night with something overdue costs a day's penalty
// interest of 360 to the year, in millionths of a cent rounded half up.
func (a *account) owes(on ledger.Date, at time.Time) owing {
	left := make([]int64, len(a.due))
	penalty := make([]int64, len(a.due))
	first := on
	for i, in := range a.due {
		left[i] = in.minor
		first = min(first, in.on)
	}
	for _, p := range a.paid {
		first = min(first, p.on)
	}
	for day := first; day <= on; day++ {
		for i, in := range a.due {
			if in.on < day {
				penalty[i] += (left[i]*a.rate*2/360 + 1) / 2
			}
		}
		for _, p := range a.paid {
			if p.on != day || p.statedAt.After(at) {
				continue
			}
			money := p.minor
			for i := range left {
				met := min(money, left[i])
				left[i] -= met
				money -= met
			}
		}
	}
	var o owing
	millionths := int64(0)
	for i, in := range a.due {
		switch {
		case left[i] == 0:
		case in.on < on:
			o.total += left[i]
			millionths += penalty[i]
		case o.nextOn == 0 || o.nextOn == in.on:
			o.nextOn = in.on
			o.next += left[i]
		}
	}
	o.total += (millionths + 500_000) / 1_000_000
	return o
}

// owed is what a message to a number may say at an instant: all that is overdue on the person's loans, or what
// falls due next where nothing is.
func (c *core) owed(number string, at time.Time) int64 {
	on := ledger.Day(at.In(c.zone))
	var late, next int64
	var nextOn ledger.Date
	for _, a := range c.byPhone[number] {
		o := a.owes(on, at)
		late += o.total
		switch {
		case o.nextOn == 0 || nextOn != 0 && o.nextOn > nextOn:
		case o.nextOn == nextOn:
			next += o.next
		default:
			nextOn, next = o.nextOn, o.next
		}
	}
	if late > 0 {
		return late
	}
	return next
}
