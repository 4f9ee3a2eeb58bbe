package law

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// A Lawbook is every rulebook that a portfolio stands under, with the calendars and dated rates that they
// read. The zero Lawbook knows no place, so that nobody is contacted under it.
type Lawbook struct {
	books     []Rulebook
	written   []Rulebook // before the houses changed them
	rates     []*Rule    // the binding rules about rates, of every place
	calendars map[string]Calendar
	series    map[string]Series
}

// Compose puts rulebooks together. Of rules that limit the same thing the strictest wins, so the order of the
// books does not matter. It refuses two books of one id, one id for two rules, a house's change of a rule that
// is not there or cannot be weakened, and a house rulebook that would allow more than a binding rule: that
// would be without effect, and its writer believes otherwise.
func Compose(books ...Rulebook) (Lawbook, error) {
	l := Lawbook{books: slices.Clone(books), written: slices.Clone(books)}
	var errs []error
	for i := range l.books {
		for j := range i {
			errs = append(errs, clash(&l.books[i], &l.books[j])...)
		}
		l.books[i].Rules = slices.Clone(l.books[i].Rules)
	}
	errs = append(errs, l.change()...)
	for i := range l.books {
		for j := range l.books[i].Rules {
			if l.books[i].House() {
				errs = append(errs, loosens(&l.books[i].Rules[j], l.books)...)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return Lawbook{}, err
	}
	for i := range l.books {
		for j := range l.books[i].Rules {
			if r := &l.books[i].Rules[j]; r.Kind == Rate && r.Confidence == Binding {
				l.rates = append(l.rates, r)
			}
		}
	}
	return l, nil
}

// Rates returns the ceilings that bind on a day, of every place, as one text: equal texts, equal ceilings where the
// series that they name are equal too.
func (l Lawbook) Rates(day ledger.Date) string {
	text := ""
	for _, r := range l.rates {
		if r.On(day) {
			text += fmt.Sprintln(r.ID, r.Limits, r.AtMost, r.AtMost.On, r.Products, r.Parties)
		}
	}
	return text
}

// Allocations returns the binding rules about the order in which money meets what is owed, of every place, but for those
// that have an end.
func (l Lawbook) Allocations() []Rule {
	var out []Rule
	for i := range l.books {
		for _, r := range l.books[i].Rules {
			if r.Kind == Allocation && r.Confidence == Binding && r.To == 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// WithCalendar returns the lawbook with a calendar more, by the id under which rules name it.
func (l Lawbook) WithCalendar(id string, c Calendar) Lawbook {
	l.calendars = with(l.calendars, id, c)
	return l
}

// WithSeries returns the lawbook with dated rates more, by the names under which rules name them. One that is
// there already is replaced: a lender may give its own.
func (l Lawbook) WithSeries(series map[string]Series) Lawbook {
	for id, s := range series {
		l.series = with(l.series, id, s)
	}
	return l
}

func with[T any](m map[string]T, id string, v T) map[string]T {
	m = maps.Clone(m)
	if m == nil {
		m = map[string]T{}
	}
	m[id] = v
	return m
}

// Books returns the rulebooks, for their versions and digests, each rule as a house has changed it. Do not
// change them.
func (l Lawbook) Books() []Rulebook { return slices.Clone(l.books) }

// Shelf returns the rulebooks as they were written, before any house changed them, with the calendars and rates.
func (l Lawbook) Shelf() Shelf {
	return Shelf{Books: slices.Clone(l.written), Calendars: l.calendars, Series: l.series}
}

// Changed returns the rules that a house has made bind or advise, for the audit and for whoever checks.
func (l Lawbook) Changed() []Rule {
	var out []Rule
	for i := range l.books {
		for _, r := range l.books[i].Rules {
			if r.BoundBy != "" || r.AdvisedBy != "" {
				out = append(out, r)
			}
		}
	}
	return out
}

// change lets the houses bind and advise.
func (l *Lawbook) change() []error {
	var errs []error
	for i := range l.books {
		h := &l.books[i]
		for _, c := range h.Bind {
			errs = append(errs, l.each(h, c, func(r *Rule) fault.Code {
				if r.Confidence == Binding {
					return fault.ChangeBinds
				}
				r.Confidence, r.BoundBy = Binding, h.ID
				return ""
			}))
		}
		for _, c := range h.Advise {
			errs = append(errs, l.each(h, c, func(r *Rule) fault.Code {
				switch {
				case !r.weakens():
					return fault.ChangeFixed
				case r.Confidence == Advisory:
					return fault.ChangeAdvisory
				}
				r.Confidence, r.AdvisedBy, r.Why = Advisory, h.ID, c.Reason
				return ""
			}))
		}
	}
	return errs
}

// each does something with every rule of an id that is not the house's own.
func (l *Lawbook) each(h *Rulebook, c Change, do func(*Rule) fault.Code) error {
	found := false
	for i := range l.books {
		for j := range l.books[i].Rules {
			r := &l.books[i].Rules[j]
			if r.ID != c.Rule || l.books[i].House() {
				continue
			}
			found = true
			if why := do(r); why != "" {
				return document.Mistake(h.File, c.Line, why, c.Rule)
			}
		}
	}
	if !found {
		return document.Mistake(h.File, c.Line, fault.ChangeNone, c.Rule)
	}
	return nil
}

// weakens says whether a lender may make the rule advisory, with a reason.
func (r *Rule) weakens() bool {
	switch r.Kind {
	case Hours, Asked, Days, Stop, Identity, Amount:
		return false
	case Element:
		return r.Element != "identity" && r.Element != "amount" && r.Element != "contact"
	case Cap, Spacing, Consent, Bar, Duty, Wording, Records, Rate, Allocation, Limitation:
	}
	return true
}

func clash(a, b *Rulebook) []error {
	if a.ID == b.ID {
		return []error{document.Mistake(a.File, 0, fault.BookTwice, a.ID, b.File)}
	}
	var errs []error
	for i := range a.Rules {
		for j := range b.Rules {
			if r, o := &a.Rules[i], &b.Rules[j]; r.ID == o.ID && sameDays(r, o) {
				errs = append(errs, document.Mistake(r.File, r.Line, fault.RuleElsewhere, r.ID, o.File, o.Line))
			}
		}
	}
	return errs
}
