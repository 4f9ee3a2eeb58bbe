package law

import (
	"errors"
	"fmt"
	"slices"
)

// A Lawbook is every rulebook that a portfolio stands under. The zero Lawbook knows no place, so that nobody
// is contacted under it.
type Lawbook struct {
	books  []Rulebook
	states map[string]bool // every state that a stop rule names
}

// Compose puts rulebooks together. Of rules that limit the same thing the strictest wins, so the order of the
// books does not matter. It refuses two books of one id, one id for two rules, and a house or carrier rulebook
// that would allow more than a binding rule: that would be without effect, and its writer believes otherwise.
func Compose(books ...Rulebook) (Lawbook, error) {
	l := Lawbook{books: slices.Clone(books), states: map[string]bool{}}
	var errs []error
	for i := range books {
		for j := range i {
			errs = append(errs, clash(&books[i], &books[j])...)
		}
		for k := range books[i].Rules {
			r := &books[i].Rules[k]
			for _, s := range r.States {
				l.states[s] = l.states[s] || r.Kind == Stop
			}
			if books[i].House() {
				errs = append(errs, loosens(r, books)...)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return Lawbook{}, err
	}
	return l, nil
}

// Books returns the rulebooks, for their versions and digests.
func (l Lawbook) Books() []Rulebook { return slices.Clone(l.books) }

func clash(a, b *Rulebook) []error {
	if a.ID == b.ID {
		return []error{fmt.Errorf("%s: rulebook %s is there already, from %s", a.File, a.ID, b.File)}
	}
	var errs []error
	for i := range a.Rules {
		for j := range b.Rules {
			if r, o := &a.Rules[i], &b.Rules[j]; r.ID == o.ID && sameDays(r, o) {
				errs = append(errs, fmt.Errorf("%s:%d: rule %s is there already, in %s:%d; give it an id of its own", r.File, r.Line, r.ID, o.File, o.Line))
			}
		}
	}
	return errs
}

// loosens says where a rule of the house would allow more than a binding rule of a jurisdiction.
func loosens(r *Rule, books []Rulebook) []error {
	var errs []error
	for i := range books {
		if books[i].House() {
			continue
		}
		for j := range books[i].Rules {
			o := &books[i].Rules[j]
			if o.Kind != r.Kind || o.Confidence != Binding || !sameDays(r, o) || !sameScope(r, o) {
				continue
			}
			if why := wider(r, o); why != "" {
				errs = append(errs, fmt.Errorf("%s:%d: rule %s %s %s (%s:%d); a house rule may only be stricter",
					r.File, r.Line, r.ID, why, o.ID, o.File, o.Line))
			}
		}
	}
	return errs
}

func wider(r, o *Rule) string {
	switch r.Kind {
	case Hours:
		if r.Open < o.Open || r.Close > o.Close {
			return fmt.Sprintf("allows %s, more than the %s of", HoursText(r), HoursText(o))
		}
	case Cap:
		longer := r.Days > 0 && o.Days >= r.Days || r.Seconds > 0 && o.Seconds >= r.Seconds
		if longer && r.N > o.N && subset(r.Channels, o.Channels) {
			return fmt.Sprintf("allows %s, more than the %s of", capText(r), capText(o))
		}
	case Stop, Identity, Amount, Element: // each of these can only take away
	}
	return ""
}

func sameScope(a, b *Rule) bool {
	return meet(a.Channels, b.Channels) && meet(a.Parties, b.Parties) && meet(a.Products, b.Products) && meet(a.Binds, b.Binds)
}

// meet says whether two lists have something in common; an empty list is everything.
func meet[T comparable](a, b []T) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(x T) bool { return slices.Contains(b, x) })
}

// subset says whether all of a is in b; an empty list is everything.
func subset[T comparable](a, b []T) bool {
	return len(b) == 0 || len(a) > 0 && !slices.ContainsFunc(a, func(x T) bool { return !slices.Contains(b, x) })
}

// HoursText returns the hours of a rule as "08:00–22:00".
func HoursText(r *Rule) string { return hoursText(r.Open, r.Close) }

func hoursText(open, closing int) string {
	return fmt.Sprintf("%02d:%02d–%02d:%02d", open/60, open%60, closing/60, closing%60)
}

func capText(r *Rule) string {
	switch {
	case r.Days == 1:
		return fmt.Sprintf("%d a calendar day", r.N)
	case r.Days > 0:
		return fmt.Sprintf("%d in %d calendar days", r.N, r.Days)
	case r.Seconds%86400 == 0:
		return fmt.Sprintf("%d in %d × 24 hours", r.N, r.Seconds/86400)
	}
	return fmt.Sprintf("%d in %d seconds", r.N, r.Seconds)
}
