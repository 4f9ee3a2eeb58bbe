package guard

import (
	"time"

	"github.com/dulyhq/duly/law"
)

func (c *check) consent(r *law.Rule, t time.Time) word {
	ends := c.consented(r, t)
	if ends.IsZero() {
		return word{ruling: Deny, why: r.Reason()}
	}
	c.restsOn(r, t, ends)
	return passes
}

// restsOn notes that a permission given now ends with a consent or a term.
func (c *check) restsOn(r *law.Rule, t, ends time.Time) {
	if t.Equal(c.f.Now) && ends.Before(c.soon) {
		c.soon, c.soonBy = ends, r
	}
}

// always is later than any instant that is judged.
var always = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// consented returns how long what stands for consent lasts that is live at t, the longest of any; zero where
// there is none.
func (c *check) consented(r *law.Rule, t time.Time) time.Time {
	var last time.Time
	for _, need := range r.Needs {
		var ends time.Time
		switch need {
		case law.NumberCheck:
			ends = lasts(r, c.f.NumberCheckedAt, time.Time{}, t)
		case law.RecentReply:
			ends = lasts(r, c.f.RepliedAt, time.Time{}, t)
		default:
			ends = c.given(r, need == law.WrittenConsent, t)
		}
		if ends.After(last) {
			last = ends
		}
	}
	return last
}

// lasts returns until when something that was so at an instant is fresh; zero where it is not at t.
func lasts(r *law.Rule, at, until, t time.Time) time.Time {
	if at.IsZero() || at.After(t) {
		return time.Time{}
	}
	end := always
	if !until.IsZero() {
		end = until
	}
	if fresh := at.Add(time.Duration(r.FreshDays) * 24 * time.Hour); r.FreshDays > 0 && fresh.Before(end) {
		end = fresh
	}
	if !end.After(t) {
		return time.Time{}
	}
	return end
}

// given returns until when a consent lasts that was given for the channel and address and not withdrawn since.
func (c *check) given(r *law.Rule, written bool, t time.Time) time.Time {
	var last time.Time
	for i := range c.f.Consents {
		g := &c.f.Consents[i]
		if g.Withdrawn || g.Channel != c.f.Channel || written && !g.Written || g.Address != 0 && g.Address != c.f.Address || c.withdrawn(g) {
			continue
		}
		if ends := lasts(r, g.At, g.Until, t); ends.After(last) {
			last = ends
		}
	}
	return last
}

func (c *check) withdrawn(g *Consent) bool {
	for i := range c.f.Consents {
		w := &c.f.Consents[i]
		if w.Withdrawn && !w.At.Before(g.At) && w.Channel == g.Channel && (w.Address == 0 || c.f.Address == 0 || w.Address == c.f.Address) {
			return true
		}
	}
	return false
}
