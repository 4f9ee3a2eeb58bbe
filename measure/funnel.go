// Package measure says what became of messages. It is pure: counts in, rates out.
package measure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dulyhq/duly/ledger"
)

// A Count is how many messages of a stage are in a state for a reason, and how many parts of them a carrier
// took.
type Count struct {
	Stage, State, Reason string
	Number, Parts        int64
}

// A Return is what came back from the messages of a stage.
type Return struct {
	Stage                  string
	Replied, Stopped, Paid int64
	Complained, Opened     int64
	Chased, LetIn          int64
	Money                  []ledger.Money // what was paid, one of each currency: amounts of two are never added up
}

// A Row is one stage of the funnel. Planned is the sum of all the states.
type Row struct {
	Stage                                     string
	Planned, Waiting, OnItsWay                int64
	Sent                                      int64 // the carrier took it, or may have: accepted, unknown, delivered, undelivered
	Delivered, Undelivered, Accepted, Unknown int64
	Refused, Cancelled, Expired               int64
	Replied, Stopped, Paid                    int64
	Complained, Opened                        int64          // complained; came in at the borrower's page
	Chased, LetIn                             int64          // reminded although the money had come; could have come in
	Money                                     []ledger.Money // what was paid, one of each currency, by their names
	Parts                                     int64          // that the carrier took, or may have
	CostMicro                                 int64          // parts × tariff, in millionths of a minor unit
}

// A Cause is why messages of a stage ended as they did.
type Cause struct {
	Stage, State, Reason string
	Number               int64
}

// A Funnel is the funnel by stage, with its total, and the causes of what did not arrive.
type Funnel struct {
	Rows   []Row
	Total  Row
	Causes []Cause // the most frequent first
}

// Fold makes the funnel. tariff is what a part costs, in millionths of a minor unit. order gives the stages'
// order; a stage that it does not have comes last. It is an error when a state is none, because then the
// states would not sum to what was planned.
func Fold(counts []Count, returns []Return, tariff int64, order []string) (Funnel, error) {
	byStage := map[string]*Row{}
	row := func(stage string) *Row {
		r := byStage[stage]
		if r == nil {
			r = &Row{Stage: stage}
			byStage[stage] = r
		}
		return r
	}
	var f Funnel
	for _, c := range counts {
		if err := row(c.Stage).add(c); err != nil {
			return f, err
		}
		if c.Reason != "" && (c.State == "cancelled" || c.State == "expired" || c.State == "refused" || c.State == "undelivered" || c.State == "unknown") {
			f.Causes = append(f.Causes, Cause{c.Stage, c.State, c.Reason, c.Number})
		}
	}
	for _, b := range returns {
		r := row(b.Stage)
		r.Replied, r.Stopped, r.Paid, r.Complained, r.Opened = b.Replied, b.Stopped, b.Paid, b.Complained, b.Opened
		for _, m := range b.Money {
			r.Money = Plus(r.Money, m)
		}
		r.Chased, r.LetIn = b.Chased, b.LetIn
	}
	for _, r := range byStage {
		r.CostMicro = r.Parts * tariff
		f.Rows = append(f.Rows, *r)
		f.Total.sum(r)
	}
	place := func(stage string) int {
		if i := slices.Index(order, stage); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortFunc(f.Rows, func(a, b Row) int {
		if d := place(a.Stage) - place(b.Stage); d != 0 {
			return d
		}
		return strings.Compare(a.Stage, b.Stage)
	})
	slices.SortStableFunc(f.Causes, func(a, b Cause) int { return int(b.Number - a.Number) })
	return f, nil
}

func (r *Row) add(c Count) error {
	n := c.Number
	r.Planned += n
	r.Parts += c.Parts
	switch c.State {
	case "waiting":
		r.Waiting += n
	case "fenced":
		r.OnItsWay += n
	case "accepted":
		r.Accepted += n
		r.Sent += n
	case "unknown":
		r.Unknown += n
		r.Sent += n
	case "delivered":
		r.Delivered += n
		r.Sent += n
	case "undelivered":
		r.Undelivered += n
		r.Sent += n
	case "refused":
		r.Refused += n
	case "cancelled":
		r.Cancelled += n
	case "expired":
		r.Expired += n
	default:
		return fmt.Errorf("measure: %q is not a state", c.State)
	}
	return nil
}

// Balanced says whether the states sum to what was planned (invariant 5).
func (r *Row) Balanced() bool {
	return r.Planned == r.Waiting+r.OnItsWay+r.Sent+r.Refused+r.Cancelled+r.Expired &&
		r.Sent == r.Accepted+r.Unknown+r.Delivered+r.Undelivered
}

func (r *Row) sum(o *Row) {
	for _, p := range [][2]*int64{
		{&r.Planned, &o.Planned},
		{&r.Waiting, &o.Waiting},
		{&r.OnItsWay, &o.OnItsWay},
		{&r.Sent, &o.Sent},
		{&r.Delivered, &o.Delivered},
		{&r.Undelivered, &o.Undelivered},
		{&r.Accepted, &o.Accepted},
		{&r.Unknown, &o.Unknown},
		{&r.Refused, &o.Refused},
		{&r.Cancelled, &o.Cancelled},
		{&r.Expired, &o.Expired},
		{&r.Replied, &o.Replied},
		{&r.Stopped, &o.Stopped},
		{&r.Paid, &o.Paid},
		{&r.Complained, &o.Complained},
		{&r.Opened, &o.Opened},
		{&r.Chased, &o.Chased},
		{&r.LetIn, &o.LetIn},
		{&r.Parts, &o.Parts},
		{&r.CostMicro, &o.CostMicro},
	} {
		*p[0] += *p[1]
	}
	for _, m := range o.Money {
		r.Money = Plus(r.Money, m)
	}
}

// Plus adds an amount to what there is of its currency.
func Plus(sums []ledger.Money, m ledger.Money) []ledger.Money {
	at, found := slices.BinarySearchFunc(sums, m.Currency, func(s ledger.Money, c ledger.Currency) int { return strings.Compare(string(s.Currency), string(c)) })
	if !found {
		return slices.Insert(sums, at, m)
	}
	sums[at].Minor += m.Minor
	return sums
}

// Cells writes amounts and their currencies for two cells of a table: several stand in the same order, parted by semicolons. None is zero of
// no currency.
func Cells(list []ledger.Money) (amounts, currencies string) {
	if len(list) == 0 {
		return ledger.Money{}.Decimal(), ""
	}
	for i, m := range list {
		if i > 0 {
			amounts, currencies = amounts+";", currencies+";"
		}
		amounts, currencies = amounts+m.Decimal(), currencies+string(m.Currency)
	}
	return amounts, currencies
}
