package assess

import (
	"cmp"

	"github.com/dulyhq/duly/ledger"
)

// A Line is one line of the working, for a borrower to check. Amounts are minor units.
type Line struct {
	On       ledger.Date // the day of the line; for a total, the day in question
	Kind     LineKind
	Number   int         // instalment number, where one is meant
	Minor    int64       // the amount of the line; positive for reversals too
	Parts    Due         // what of Minor went to or came from which part; zero for penalty and credit
	Ahead    int64       // of an instalment that fell due: what had been paid ahead
	From     ledger.Date // penalty: it counts from this day to On, the last not included
	Days     int         // penalty: days counted, those of pauses left out; total: days past due
	Base     int64       // penalty: the overdue principal that it is counted on
	Rate     ledger.Rate // penalty: rate a year, the contract's times the multiplier, rounded half up for show
	Capped   bool        // penalty: the rate is the most that the law allows, and the contract's is higher
	DayCount int         // penalty: days in a year
	Balance  int64       // what is overdue in all after the line
	Unsplit  bool        // the lender's file did not split this instalment: all of it is treated as principal
}

// A LineKind says what a line of the working shows.
type LineKind string

// The kinds of line.
const (
	LineDue      LineKind = "due"      // an instalment fell due
	LinePaid     LineKind = "paid"     // money met an instalment that was due
	LineReversed LineKind = "reversed" // money was taken back
	LinePenalty  LineKind = "penalty"  // penalty interest over a span of days
	LineCredit   LineKind = "credit"   // money beyond what was due so far; Number is the coming instalment that it meets, if any
	LineTotal    LineKind = "total"    // what is overdue on the day in question
)

// Work returns the working for day on, line by line in the order of time, and last the total, which equals
// the Position of the same facts and day. Penalty interest is listed for instalments that are unmet on the
// day, after the rest, because Duly asks for no other; where the terms let payments meet it, it is listed
// at each payment. Broken facts give no lines.
func Work(f Facts, on ledger.Date) []Line {
	w := &working{on: on, dayCount: cmp.Or(f.Terms.DayCount, 360)}
	b := book{work: w}
	b.open(&f, on)
	w.rate, w.capped = shownRate(b.rate), b.capped
	w.spans = make([][]span, len(b.parts))
	b.replay(on)
	w.fallDue(&b, on-1)
	p := b.standing(on).At(on)
	if p.Broken {
		return nil
	}
	w.penalties(&b, p)
	w.lines = append(w.lines, Line{
		On: on, Kind: LineTotal, Minor: p.Due.Total, Parts: p.Due, Days: p.DPD, Balance: p.Due.Total,
	})
	return w.lines
}

// shownRate rounds a rate of millionths of millionths to millionths.
func shownRate(rate int64) ledger.Rate {
	r, err := ledger.MulDiv(rate, 1, million)
	if err != nil {
		return 0
	}
	return ledger.Rate(r)
}

// A span is penalty interest run up on one principal.
type span struct {
	from, to ledger.Date
	days     int
	base     int64
	run      int64 // millionths of a minor unit
}

// A working collects the lines while a book is replayed.
type working struct {
	on       ledger.Date
	rate     ledger.Rate
	capped   bool
	dayCount int
	lines    []Line
	spans    [][]span // by part: run up and not yet listed
	due      int      // so many parts have been listed as due
	balance  int64
}

func (w *working) line(l Line) {
	l.Balance = w.balance
	w.lines = append(w.lines, l)
}

// fallDue lists the instalments due up to and including day, those of the day in question left out.
func (w *working) fallDue(b *book, day ledger.Date) {
	for ; w.due < len(b.parts) && b.parts[w.due].DueOn <= day && b.parts[w.due].DueOn < w.on; w.due++ {
		p := &b.parts[w.due]
		l := Line{On: p.DueOn, Kind: LineDue, Number: p.Number, Minor: p.Amount(), Unsplit: !p.Split}
		l.Parts = Due{Total: l.Minor, Principal: p.Principal, Interest: p.Interest, Fees: p.Fees}
		l.Ahead = p.paid[Fees] + p.paid[Interest] + p.paid[Principal]
		w.balance += l.Minor - l.Ahead
		w.line(l)
	}
}

// paid lists what met part i, and before it the penalty interest that it met.
func (w *working) paid(b *book, i int, on ledger.Date, use Due) {
	p := &b.parts[i]
	if use.Penalty > 0 {
		w.charge(p, i, on, halfUp(p.accrued)-p.charged)
	}
	l := Line{On: on, Kind: LinePaid, Number: p.Number, Minor: use.Total, Parts: use}
	if i >= w.due {
		l.Kind = LineCredit
	} else {
		w.balance -= use.Total
	}
	w.line(l)
}

func (w *working) reversed(b *book, i int, on ledger.Date, use Due) {
	if i < w.due {
		w.balance += use.Total
	}
	w.line(Line{On: on, Kind: LineReversed, Number: b.parts[i].Number, Minor: use.Total, Parts: use})
}

func (w *working) spare(on ledger.Date, kind LineKind, minor int64) {
	w.line(Line{On: on, Kind: kind, Minor: minor})
}

// ran notes a span of part i, as one with the last where only the day of counting divides them.
func (w *working) ran(i int, s span) {
	spans := w.spans[i]
	if n := len(spans) - 1; n >= 0 && spans[n].to == s.from && spans[n].base == s.base {
		spans[n].to = s.to
		spans[n].days += s.days
		spans[n].run += s.run
		return
	}
	w.spans[i] = append(spans, s)
}

// charge lists minor units of penalty interest of part i over the spans noted since the last time. Each line
// is the rounded sum so far less what was listed before, so that the lines sum to the whole.
func (w *working) charge(p *part, i int, on ledger.Date, minor int64) {
	var sum, listed int64
	for n, s := range w.spans[i] {
		sum += s.run
		amount := halfUp(sum) - listed
		if n == len(w.spans[i])-1 {
			amount = minor - listed
		}
		listed += amount
		w.balance += amount
		w.line(Line{
			On: min(s.to, on), Kind: LinePenalty, Number: p.Number, Minor: amount,
			From: s.from, Days: s.days, Base: s.base, Rate: w.rate, Capped: w.capped, DayCount: w.dayCount,
		})
	}
	p.charged += minor
	w.spans[i] = nil
}

// penalties lists the penalty interest that the position asks for and that is not listed yet, so that the
// last line's balance is the position's total. Where payments met penalty interest, what rounding each of
// them has left over is a line of its own, without days.
func (w *working) penalties(b *book, pos Position) {
	base := w.balance - pos.Due.Principal - pos.Due.Interest - pos.Due.Fees // listed at payments, not met by them
	listed := base
	var exact int64 // run up beyond that, millionths
	for i := b.next; i < len(b.parts) && b.parts[i].DueOn < w.on; i++ {
		p := &b.parts[i]
		if len(w.spans[i]) == 0 || b.counted(p.DueOn, w.on) <= b.grace {
			continue
		}
		exact += p.accrued - p.charged*million
		minor := max(0, base+halfUp(exact)) - listed
		listed += minor
		w.charge(p, i, w.on, minor)
	}
	if rest := pos.Due.Penalty - listed; rest != 0 {
		w.balance += rest
		w.line(Line{On: w.on, Kind: LinePenalty, Minor: rest})
	}
}
