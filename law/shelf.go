package law

import (
	"slices"
	"strings"
)

// A Shelf holds the rulebooks, calendars and dated rates that there are, from which a portfolio's lawbook or
// that of a test is put together.
type Shelf struct {
	Books     []Rulebook
	Calendars map[string]Calendar
	Series    map[string]Series
	InUse     []string // ids of those that a portfolio stands under; empty means all
}

// Compose puts some rulebooks together, with every calendar and rate of the shelf.
func (s *Shelf) Compose(books ...Rulebook) (Lawbook, error) {
	l, err := Compose(books...)
	if err != nil {
		return Lawbook{}, err
	}
	for id, c := range s.Calendars {
		l = l.WithCalendar(id, c)
	}
	return l.WithSeries(s.Series), nil
}

// Book returns the rulebook of an id.
func (s *Shelf) Book(id string) (Rulebook, bool) {
	for i := range s.Books {
		if s.Books[i].ID == id {
			return s.Books[i], true
		}
	}
	return Rulebook{}, false
}

// Beneath returns the rulebooks that one is judged with by itself: those of the places that its own lies in; a
// house's or a carrier's of no place with those of every place in use.
func (s *Shelf) Beneath(b *Rulebook) []Rulebook {
	var out []Rulebook
	for i := range s.Books {
		o := &s.Books[i]
		if o.ID == b.ID || o.Jurisdiction == "" || len(o.Carriers) > 0 {
			continue
		}
		inside := b.Jurisdiction == o.Jurisdiction && len(b.Carriers) > 0 || strings.HasPrefix(b.Jurisdiction, o.Jurisdiction+"-")
		inUse := len(s.InUse) == 0 || slices.Contains(s.InUse, o.ID)
		if b.Jurisdiction == "" && inUse || inside {
			out = append(out, *o)
		}
	}
	return out
}
