package guard

import (
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// aMonth is how many days ahead a lawful day is looked for.
const aMonth = 32

// days asks a rule about days, in every zone.
func (c *check) days(r *law.Rule, t time.Time) word {
	w := passes
	for i, z := range c.f.Zones {
		day := c.dayIn(i, z, t)
		ok, why := r.Lawful(day)
		if ok {
			continue
		}
		until := nextLawful(r, day, z)
		if w.ruling == Allow || until.IsZero() || !w.until.IsZero() && until.After(w.until) {
			w = word{Wait, why, until}
		}
	}
	return w
}

func (c *check) dayIn(i int, z *time.Location, t time.Time) ledger.Date {
	if i < len(c.clocks) && t.Equal(c.f.Now) {
		return c.clocks[i].day
	}
	day, _, _ := law.Clock(t, z)
	return day
}

// nextLawful returns the start of the next day that is lawful; zero where the calendar does not say.
func nextLawful(r *law.Rule, day ledger.Date, z *time.Location) time.Time {
	for next := day; next <= day+aMonth; next++ {
		if !r.Published(next) {
			return time.Time{}
		}
		if ok, _ := r.Lawful(next); ok && next > day {
			return law.StartOf(next, z)
		}
	}
	return time.Time{}
}

// open asks a rule about hours, the borrower's own included, in every zone.
func (c *check) open(r *law.Rule, t time.Time) word {
	if r.Kind == law.Asked && c.f.Asked == nil || c.isOpen(r, t) {
		return passes
	}
	until, _ := law.Opens(t, c.f.Zones, func(day ledger.Date) (int, int) { return c.span(r, day) })
	return word{Wait, r.Reason(), until}
}

// isOpen says whether t is within a rule's hours in every zone.
func (c *check) isOpen(r *law.Rule, t time.Time) bool {
	now := t.Equal(c.f.Now)
	for i, z := range c.f.Zones {
		var k clock
		if now && i < len(c.clocks) {
			k = c.clocks[i]
		} else {
			k.day, k.minute, k.rest = law.Clock(t, z)
		}
		if open, closing := c.span(r, k.day); k.minute < open || k.minute >= closing {
			return false
		}
	}
	return true
}

const wholeDay = 24 * 60

// span returns the minutes of a day that a rule about hours lets pass.
func (c *check) span(r *law.Rule, day ledger.Date) (open, closing int) {
	weekday := law.Weekday(day)
	a := c.f.Asked
	switch {
	case r.Kind != law.Asked && r.Weekdays.Has(weekday):
		return r.Open, r.Close
	case r.Kind != law.Asked || a == nil:
		return 0, wholeDay
	case !a.Weekdays.Has(weekday):
		return 0, 0
	case a.Open == 0 && a.Close == 0:
		return 0, wholeDay
	}
	return a.Open, a.Close
}

// lawful returns the minutes of a day that the rules about hours and days let pass together, as their
// conditions are at an instant.
func (c *check) lawful(day ledger.Date, t time.Time) (open, closing int) {
	open, closing, _, _ = c.rules.Hours(law.Weekday(day))
	for _, r := range c.filed.Sometimes {
		if c.applies(r.When, t) {
			o, cl := c.span(r, day)
			open, closing = max(open, o), min(closing, cl)
		}
	}
	for _, r := range c.filed.Asked {
		if c.f.Asked != nil && (r.When == nil || c.applies(r.When, t)) {
			o, cl := c.span(r, day)
			open, closing = max(open, o), min(closing, cl)
		}
	}
	for _, r := range c.filed.Days {
		if ok, _ := r.Lawful(day); !ok && (r.When == nil || c.applies(r.When, t)) {
			return 0, 0
		}
	}
	return open, closing
}

// lawfulAt is lawful, the conditions being as they are at t.
func (c *check) lawfulAt(t time.Time) func(ledger.Date) (int, int) {
	return func(day ledger.Date) (int, int) { return c.lawful(day, t) }
}

// finish gives an allowed contact the end of its window, and a wait its instant.
func (c *check) finish() {
	switch {
	case !c.decided:
		c.v.Ruling = Allow
		c.close()
	case c.v.Ruling == Wait && !c.forever:
		c.v.Until = c.earliest()
	}
}

// close finds the end of the lawful window and the rule that closes it.
func (c *check) close() {
	_, closing, _, closes := c.rules.Hours(law.Weekday(c.clocks[0].day))
	if !c.steady {
		closes = c.closer(closes, closing)
	}
	c.v.Rule, c.v.Source = closes.ID, closes.Source
	for i, z := range c.f.Zones {
		end := c.ending(i, z)
		if i == 0 || end.Before(c.v.NotAfter) {
			c.v.NotAfter = end
		}
	}
	if c.soon.Before(c.v.NotAfter) {
		c.v.NotAfter, c.v.Rule, c.v.Source = c.soon, c.soonBy.ID, c.soonBy.Source
	}
	if len(c.f.States) > 0 {
		c.bound()
	}
}

// closer returns the rule about hours that closes first on the day of the first zone.
func (c *check) closer(closes *law.Rule, closing int) *law.Rule {
	for _, rules := range [2][]*law.Rule{c.filed.Sometimes, c.filed.Asked} {
		for _, r := range rules {
			if r.When != nil && !c.applies(r.When, c.f.Now) {
				continue
			}
			if _, cl := c.span(r, c.clocks[0].day); cl < closing {
				closes, closing = r, cl
			}
		}
	}
	return closes
}

// ending returns when the window ends in one zone. Between two changes of the clocks it is arithmetic.
func (c *check) ending(i int, z *time.Location) time.Time {
	now := c.f.Now
	if i < len(c.clocks) {
		k := &c.clocks[i]
		_, closing, _, _ := c.rules.Hours(law.Weekday(k.day))
		if !c.steady {
			_, closing = c.lawful(k.day, now)
		}
		end := now.Add(time.Duration(closing-k.minute)*time.Minute - k.rest)
		if _, change := now.In(z).ZoneBounds(); change.IsZero() || end.Before(change) {
			return end
		}
	}
	return law.Closes(now, []*time.Location{z}, c.lawfulAt(now))
}

// bound ends the window where a state begins or ends on which a condition turns.
func (c *check) bound() {
	for _, r := range c.filed.Turning {
		if t := c.turns(r.When, c.f.Now); !t.IsZero() && t.Before(c.v.NotAfter) {
			c.v.NotAfter, c.v.Rule, c.v.Source = t, r.ID, r.Source
		}
	}
}

// earliest returns the first instant that every rule allows; zero, with the rule that holds it, where time
// alone does not bring one. Each rule only ever moves it later, so that what they agree on is the first.
func (c *check) earliest() time.Time {
	t := c.f.Now
	// Where only hours and caps turn with time, an hour at which the caps are free needs no second look.
	simple := len(c.f.States) == 0 && !c.others && !c.sues()
	for range 512 { // more than a year of days, should each rule move it by one
		from := t
		for i := range c.f.States { // one that no rule names holds until it ends
			if s := &c.f.States[i]; !c.rules.Knows(s.Kind) && !over(s, t) {
				t = s.Until
			}
		}
		ok := true
		if len(c.f.States) > 0 { // without any these say the same at every instant
			ok = c.advance(&t, c.filed.Identity) && c.advance(&t, c.filed.Stop) && c.advance(&t, c.filed.Bar) && c.advance(&t, c.filed.Amount)
		}
		if !simple || !t.Before(c.soon) {
			ok = ok && c.advance(&t, c.filed.Limitation) && c.advance(&t, c.filed.Consent) && c.advance(&t, c.filed.Duty)
		}
		together := false
		if ok {
			together, ok = c.advanceHours(&t)
		}
		open := t
		if !ok || c.recent() && !c.advance(&t, c.filed.Caps) {
			return time.Time{}
		}
		if simple && together && t.Equal(open) && t.Before(c.soon) {
			return t
		}
		if t.Equal(from) {
			return t
		}
	}
	c.v.Rule, c.v.Source, c.v.Reason = NoInstant, failsClosed, "No lawful hour was found in the days that were looked at."
	return time.Time{}
}

// advance moves t to where each of some rules lets the contact pass, or says which one never does by time alone.
func (c *check) advance(t *time.Time, rules []*law.Rule) bool {
	for _, r := range rules {
		w := c.ask(r, *t)
		if w.ruling == Allow {
			continue
		}
		if !w.until.After(*t) {
			c.v.Rule, c.v.Source, c.v.Reason = r.ID, r.Source, w.why
			return false
		}
		*t = w.until
	}
	return true
}

// advanceHours is advance for the hours and days. They are looked at together where no condition turns with time; where
// that finds no hour each is asked by itself, so that the one is named which holds.
func (c *check) advanceHours(t *time.Time) (together, ok bool) {
	if c.steady {
		next, ok := c.rules.Opens(*t, c.f.Zones)
		if !ok {
			c.v.Rule, c.v.Source, c.v.Reason = NoInstant, failsClosed, "No lawful hour was found in the days that were looked at."
			return true, false
		}
		*t = next
		return true, true
	}
	if len(c.f.States) == 0 || len(c.filed.Turning) == 0 {
		if next, ok := law.Opens(*t, c.f.Zones, c.lawfulAt(*t)); ok {
			*t = next
			return true, true
		}
	}
	return false, c.advance(t, c.filed.Days) && c.advance(t, c.filed.Hours) && c.advance(t, c.filed.Asked)
}
