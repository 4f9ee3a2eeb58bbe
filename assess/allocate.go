package assess

import (
	"cmp"
	"math"
	"slices"

	"github.com/dulyhq/duly/ledger"
)

// of returns what the instalment asks for as component c; penalty interest is not on any schedule.
func (p *part) of(c Component) int64 {
	switch c {
	case Fees:
		return p.Fees
	case Interest:
		return p.Interest
	case Principal:
		return p.Principal
	case Penalty:
	}
	return 0
}

// left returns what of component c is not met; for Penalty see owed.
func (p *part) left(c Component) int64 { return p.of(c) - p.paid[c] }

// owed returns what part i asks for as component c on day on, up to which it has been accrued.
func (b *book) owed(i int, c Component, on ledger.Date) int64 {
	p := &b.parts[i]
	if c != Penalty {
		return p.left(c)
	}
	if !b.penalty || p.accrued == 0 || b.counted(p.DueOn, on) <= b.grace {
		return 0
	}
	return halfUp(p.accrued) - p.paid[Penalty]
}

// pay lets minor units that came on day on meet the instalments in the order of their due dates, those to
// come after those that are due; what is beyond the schedule is credit.
func (b *book) pay(on ledger.Date, minor int64) {
	if b.credit < 0 {
		fill := min(minor, -b.credit)
		b.credit += fill
		minor -= fill
	}
	for minor > 0 && b.next < len(b.parts) {
		var use Due
		unmet := false
		b.accrue(b.next, on)
		for _, c := range b.order {
			if c == 0 {
				continue
			}
			owed := b.owed(b.next, c, on)
			take := min(minor, owed)
			b.parts[b.next].paid[c] += take
			minor -= take
			use.put(c, take)
			unmet = unmet || take < owed
		}
		if b.work != nil {
			b.work.paid(b, b.next, on, use)
		}
		if unmet {
			return
		}
		b.parts[b.next].metOn = on
		b.next++
	}
	b.credit = b.add(b.credit, minor)
	if b.work != nil && minor > 0 {
		b.work.spare(on, LineCredit, minor)
	}
}

// takeBack undoes what minor (negative) units met, from the latest met on: credit first, then the
// instalments from the last to the first, inside each against the order in which money meets it.
func (b *book) takeBack(on ledger.Date, minor int64) {
	if minor == math.MinInt64 {
		b.broken = true
		return
	}
	minor = -minor
	spare := min(minor, max(0, b.credit))
	b.credit -= spare
	minor -= spare
	if b.work != nil && spare > 0 {
		b.work.spare(on, LineReversed, spare)
	}
	for i := min(b.next, len(b.parts)-1); i >= 0 && minor > 0; i-- {
		var use Due
		b.accrue(i, on)
		for _, c := range slices.Backward(b.order[:]) {
			take := min(minor, b.parts[i].paid[c])
			b.parts[i].paid[c] -= take
			minor -= take
			use.put(c, take)
		}
		if use.Total == 0 {
			continue
		}
		b.next = i
		if b.work != nil {
			b.work.reversed(b, i, on, use)
		}
	}
	b.credit = b.add(b.credit, -minor)
}

// put adds minor units of component c to d and its total.
func (d *Due) put(c Component, minor int64) {
	switch c {
	case Fees:
		d.Fees += minor
	case Penalty:
		d.Penalty += minor
	case Interest:
		d.Interest += minor
	case Principal:
		d.Principal += minor
	}
	d.Total += minor
}

// accrue runs up the penalty interest of part i on its unmet principal until day on. A day's interest is
// that of the night before it, so that the due day counts and the day of payment does not, and the days
// counted are the days past due.
func (b *book) accrue(i int, on ledger.Date) {
	p := &b.parts[i]
	from := max(p.since, p.DueOn)
	if on <= from {
		return
	}
	p.since = on
	base := p.left(Principal)
	if b.rate == 0 || base == 0 {
		return
	}
	days := b.counted(from, on)
	run := b.mul(b.daily(base), int64(days))
	p.accrued = b.add(p.accrued, run)
	if b.work != nil && days > 0 {
		b.work.ran(i, span{from, on, days, base, run})
	}
}

// daily returns a day's penalty interest on principal, in millionths of a minor unit, rounded half up:
// principal × contract rate × multiplier ÷ days of the year.
func (b *book) daily(principal int64) int64 {
	if b.rate == 0 || principal <= 0 {
		return 0
	}
	v, err := ledger.MulDiv(principal, b.rate, b.per)
	b.broken = b.broken || err != nil
	return v
}

// counted returns how many days d with from < d <= to lie in no pause.
func (b *book) counted(from, to ledger.Date) int {
	n := int(to) - int(from)
	for _, p := range b.pauses {
		if lo, hi := max(p.From, from+1), min(p.To, to); lo <= hi {
			n -= int(hi) - int(lo) + 1
		}
	}
	return n
}

// merge orders pauses and joins those that touch or overlap. One that ends before it begins is broken.
func merge(pauses []Pause, broken *bool) []Pause {
	if len(pauses) == 0 {
		return nil
	}
	sorted := slices.Clone(pauses)
	slices.SortFunc(sorted, func(x, y Pause) int { return cmp.Compare(x.From, y.From) })
	out := sorted[:0]
	for _, p := range sorted {
		switch last := len(out) - 1; {
		case p.To < p.From:
			*broken = true
		case last >= 0 && p.From <= out[last].To+1:
			out[last].To = max(out[last].To, p.To)
		default:
			out = append(out, p)
		}
	}
	return out
}

// add returns x + y, or breaks the book when that does not fit.
func (b *book) add(x, y int64) int64 {
	v := x + y
	if (v > x) != (y > 0) && y != 0 {
		b.broken = true
		return 0
	}
	return v
}

// mul returns x × y of two amounts that are not negative, or breaks the book when that does not fit.
func (b *book) mul(x, y int64) int64 {
	v, err := ledger.MulDiv(x, y, 1)
	b.broken = b.broken || err != nil
	return v
}

// halfUp rounds millionths to the nearest unit, halves up.
func halfUp(millionths int64) int64 {
	q := millionths / million
	switch r := millionths % million; {
	case r >= million/2:
		q++
	case r < -million/2:
		q--
	}
	return q
}
