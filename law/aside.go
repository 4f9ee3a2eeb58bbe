package law

import (
	"slices"

	"github.com/dulyhq/duly/ledger"
)

// A Keeping is how long something is kept, and by which rule.
type Keeping struct {
	Keep
	Rule *Rule
}

// Keep returns the longest keeping of each thing after each event that a binding rule asks for, in the order
// of the rules.
func (r Rules) Keep() []Keeping {
	var out []Keeping
	for _, k := range r.Binding(Records) {
		i := slices.IndexFunc(out, func(o Keeping) bool { return o.What == k.Keep.What && o.After == k.Keep.After })
		switch {
		case i < 0:
			out = append(out, Keeping{k.Keep, k})
		case k.Keep.months() > out[i].months():
			out[i] = Keeping{k.Keep, k}
		}
	}
	return out
}

// A Ceiling is the most of something that may be asked for. The zero Ceiling says that no rule limits it.
type Ceiling struct {
	Rate  ledger.Rate // millionths; for PenaltyMultiplier a multiple
	Known bool        // false with a Rule: the reference rate is not published, so that the amount is not known
	Rule  *Rule       // the strictest; nil means that no binding rule limits it
}

// Rate returns the strictest ceiling of what is limited, such as OverdueRate, for a contract made on opened as
// it is judged on a day. A rule whose reference rate is not published makes the ceiling unknown: it could be
// the strictest.
//
// Rules for some products apply only where the product is one of them: a loan of which the lender does not say what it
// is is not taken for one that has a ceiling of its own.
func (r Rules) Rate(limited string, opened, day ledger.Date) Ceiling {
	var out Ceiling
	for _, c := range r.Binding(Rate) {
		if c.Limits == limited && (len(c.Products) == 0 || r.c.scope.Product != "") && !out.lower(c, r.c.series, opened, day) {
			break
		}
	}
	return out
}

// Ceiling is Rate for a product in whatever place of the lawbook: the strictest of all. A portfolio's amounts are worked
// out before anybody asks where a borrower lives.
func (l Lawbook) Ceiling(limited, product string, opened, day ledger.Date) Ceiling {
	var out Ceiling
	for _, c := range l.rates {
		of := len(c.Products) == 0 || slices.Contains(c.Products, product)
		if c.Limits == limited && of && c.On(day) && !out.lower(c, l.series, opened, day) {
			break
		}
	}
	return out
}

// lower takes a rule into account; false where its reference rate is not published.
func (o *Ceiling) lower(c *Rule, series map[string]Series, opened, day ledger.Date) bool {
	rate, known := c.AtMost.at(series, opened, day)
	switch {
	case !known:
		*o = Ceiling{Rule: c}
	case o.Rule == nil || rate < o.Rate:
		*o = Ceiling{Rate: rate, Known: true, Rule: c}
	}
	return known
}

func (b *Bound) at(series map[string]Series, opened, day ledger.Date) (ledger.Rate, bool) {
	if b.Series == "" {
		return b.Rate, true
	}
	on := opened
	if b.On == "day" {
		on = day
	}
	at, ok := series[b.Series].On(on)
	if !ok {
		return 0, false
	}
	rate, err := ledger.MulDiv(int64(b.Times), int64(at), 1_000_000)
	return ledger.Rate(rate), err == nil
}

// Order returns the order in which money meets what is owed, of the narrowest place that has one, with its
// rule; nil where no binding rule gives one.
func (r Rules) Order() ([]string, *Rule) {
	var last *Rule
	for _, a := range r.Binding(Allocation) {
		if last == nil || len(a.place) > len(last.place) {
			last = a
		}
	}
	if last == nil {
		return nil, nil
	}
	return last.Order, last
}

// SuitBarred says whether a debt is too old to sue over on a day, or to threaten it, and by which rule. What a
// rule counts from and is not known bars it: nobody threatens on a guess.
func (r Rules) SuitBarred(day ledger.Date, age Age) (bool, *Rule) {
	for _, l := range r.Binding(Limitation) {
		if l.Bars(day, age) {
			return true, l
		}
	}
	return false, nil
}

// Bars says whether a limitation bars a suit over a debt on a day.
func (r *Rule) Bars(day ledger.Date, age Age) bool {
	from := age.LastDue
	switch r.Since {
	case FromState:
		return age.Barred
	case FromLastPayment:
		from = age.LastPayment
	}
	return age.Barred || from == 0 || day > yearsAfter(from, r.Years)
}

// yearsAfter returns the same date so many years later; 29 February becomes 1 March where there is none.
func yearsAfter(d ledger.Date, years int) ledger.Date {
	y, m, day := d.YMD()
	return ledger.NewDate(y+years, m, day)
}
