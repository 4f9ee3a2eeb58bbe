package law

import (
	"slices"
	"strings"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
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

// A Lack is a table that a rule reads and that is not there, or does not say what the rule asks for.
type Lack struct {
	Rule *Rule
	What fault.Reason // what is not there
}

// Lacks returns what the rules in force on a day read and do not find: where it is a calendar they hold contact, where
// it is a rate the amount is not known.
func (l Lawbook) Lacks(day ledger.Date) []Lack {
	var out []Lack
	for i := range l.books {
		for k := range l.books[i].Rules {
			r := &l.books[i].Rules[k]
			if !r.On(day) || r.Confidence != Binding {
				continue
			}
			c, given := l.calendars[r.Calendar]
			_, known := c.Workday(day)
			switch {
			case r.Calendar != "" && !given:
				out = append(out, Lack{r, fault.Of(fault.LackCalendar, r.Calendar)})
			case r.Calendar != "" && !known:
				out = append(out, Lack{r, fault.Of(fault.LackYear, r.Calendar, day)})
			case r.AtMost.Series != "":
				if _, known := l.series[r.AtMost.Series].On(day); !known {
					out = append(out, Lack{r, fault.Of(fault.LackRate, r.AtMost.Series, day)})
				}
			}
		}
	}
	return out
}
