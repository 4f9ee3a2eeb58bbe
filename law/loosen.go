package law

import (
	"slices"
	"strings"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/words/fault"
)

// loosens says where a rule of the house would allow more than a binding rule of another rulebook. It looks at
// rules of a place; a carrier's limits are facts about the carrier, which nobody takes for a permission.
func loosens(r *Rule, books []Rulebook) []error {
	var errs []error
	for i := range books {
		if books[i].House() || len(books[i].Carriers) > 0 {
			continue
		}
		for j := range books[i].Rules {
			o := &books[i].Rules[j]
			if o.Kind != r.Kind || o.Confidence != Binding || !sameDays(r, o) || !sameScope(r, o) || o.When != nil && !o.When.same(r.When) {
				continue
			}
			if why := wider(r, o); why.Code != "" {
				errs = append(errs, document.Mistake(r.File, r.Line, fault.Loosens, r.ID, why, o.ID, o.File, o.Line))
			}
		}
	}
	return errs
}

// wider says how r allows more than o, a rule of the same kind.
func wider(r, o *Rule) fault.Reason {
	switch r.Kind {
	case Hours:
		if (o.Weekdays == 0 || r.Weekdays != 0 && r.Weekdays&^o.Weekdays == 0) && (r.Open < o.Open || r.Close > o.Close) {
			return fault.Of(fault.WiderAllows, HoursText(r), HoursText(o))
		}
	case Days:
		return widerDays(r, o)
	case Cap, Spacing:
		return widerCap(r, o)
	case Consent:
		return widerConsent(r, o)
	case Stop:
		if reaches[r.Reach] < reaches[o.Reach] && meet(r.States, o.States) {
			return fault.Of(fault.WiderReach, r.Reach, o.Reach)
		}
	case Duty:
		if r.Duty == o.Duty && !r.Before && (o.Before || r.Within > o.Within) {
			return fault.Of(fault.WiderWait, r.Duty)
		}
		if r.Duty == o.Duty && r.Lead < o.Lead {
			return fault.Of(fault.WiderLate, r.Duty)
		}
	case Records, Rate, Allocation, Limitation:
		return widerAside(r, o)
	case Asked, Bar, Identity, Amount, Element, Wording: // each of these can only take away
	}
	return fault.Reason{}
}

// reaches says how far a stop reaches; one of a program that says nothing reaches all.
var reaches = map[string]int{PerChannel: 0, PerAddress: 0, PerDebt: 0, PerPerson: 1, "": 1}

func widerDays(r, o *Rule) fault.Reason {
	switch {
	case o.Weekdays != 0 && r.Weekdays&^o.Weekdays != 0:
		return fault.Of(fault.WiderWeekdays)
	case r.Workdays && o.Workdays && r.Calendar != o.Calendar, r.ExceptHolidays && o.ExceptHolidays && r.Calendar != o.Calendar:
		return fault.Of(fault.WiderCalendar)
	}
	return fault.Reason{}
}

func widerCap(r, o *Rule) fault.Reason {
	longer := r.Days > 0 && o.Days >= r.Days || r.Seconds > 0 && o.Seconds >= r.Seconds
	if longer && r.N > o.N && r.counting() == o.counting() && subset(r.Of, o.Of) && subset(r.Channels, o.Channels) {
		return fault.Of(fault.WiderCap, capReason(r), capReason(o))
	}
	shorter := r.Days > 0 && o.Days > r.Days || r.Seconds > 0 && o.Seconds > r.Seconds
	if r.Kind == Spacing && shorter && r.counting() == o.counting() && subset(r.Channels, o.Channels) {
		return fault.Of(fault.WiderSpacing, spacingReason(r), spacingReason(o))
	}
	return fault.Reason{}
}

func widerConsent(r, o *Rule) fault.Reason {
	switch {
	case !subset(r.Channels, o.Channels):
	case !subset(r.Needs, o.Needs):
		return fault.Of(fault.WiderNeeds, strings.Join(r.Needs, ", "), strings.Join(o.Needs, ", "))
	case o.FreshDays > 0 && (r.FreshDays == 0 || r.FreshDays > o.FreshDays):
		return fault.Of(fault.WiderOld, o.FreshDays)
	}
	return fault.Reason{}
}

func widerAside(r, o *Rule) fault.Reason {
	switch {
	case r.Kind == Records && r.Keep.What == o.Keep.What && r.Keep.After == o.Keep.After && r.Keep.months() < o.Keep.months():
		return fault.Of(fault.WiderKeep, r.Keep, o.Keep)
	case r.Kind == Rate && r.Limits == o.Limits && r.AtMost.Series == o.AtMost.Series &&
		(r.AtMost.Rate > o.AtMost.Rate || r.AtMost.Times > o.AtMost.Times):
		return fault.Of(fault.WiderAllows, r.AtMost, o.AtMost)
	case r.Kind == Allocation && !slices.Equal(r.Order, o.Order):
		return fault.Of(fault.WiderOrder, strings.Join(o.Order, ", "))
	case r.Kind == Limitation && r.Since == o.Since && r.Years > o.Years:
		return fault.Of(fault.WiderYears, r.Years, o.Years)
	}
	return fault.Reason{}
}

func sameScope(a, b *Rule) bool {
	return meet(a.Channels, b.Channels) && meet(a.Parties, b.Parties) && meet(a.Products, b.Products) &&
		meet(a.Binds, b.Binds) && meet(a.Carriers, b.Carriers)
}

// meet says whether two lists have something in common; an empty list is everything.
func meet[T comparable](a, b []T) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(x T) bool { return slices.Contains(b, x) })
}

// subset says whether all of a is in b; an empty list is everything.
func subset[T comparable](a, b []T) bool {
	return len(b) == 0 || len(a) > 0 && !slices.ContainsFunc(a, func(x T) bool { return !slices.Contains(b, x) })
}
