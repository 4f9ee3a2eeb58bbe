package guard

import (
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// Caps returns the caps that bind reminders under the rules, for the database to enforce at the fence: at
// most N in Days calendar days of the borrower, or in Seconds (a contact counts while it is less than Seconds
// old). Check counts every contact of the person it is given, also for a cap per debt or address, which is
// stricter; the database counts by the subject.
func Caps(rules law.Rules) []law.Rule {
	var out []law.Rule
	for _, r := range rules.Limits(law.Cap, law.Reminder) {
		out = append(out, *r)
	}
	return out
}

func (c *check) caps() {
	for _, r := range c.rules.Limits(law.Cap, c.purpose) {
		if _, capped := frees(r, c.f, c.f.Now, c.today[:]); capped {
			c.no(Wait, r, "", c.rules.Reason(r), c.f.Now)
		} else {
			c.yes(r)
		}
	}
}

// frees says whether a cap is used up at t, counting the contacts that f knows as if none followed, and the
// first instant at which one more is within it. Days are those of t in the first zones, where they are known.
func frees(r *law.Rule, f *Facts, t time.Time, days []ledger.Date) (time.Time, bool) {
	if r.Seconds > 0 {
		return freesRolling(r, f, t)
	}
	var latest time.Time
	for i, z := range f.Zones {
		var today ledger.Date
		if i < len(days) {
			today = days[i]
		} else {
			today, _, _ = law.Clock(t, z)
		}
		n := 0
		for j := len(f.Contacts) - 1; j >= 0; j-- {
			ct := &f.Contacts[j]
			if !counts(r, ct) {
				continue
			}
			day := ct.Day
			if day == 0 {
				day, _, _ = law.Clock(ct.At, z)
			}
			if day <= today-ledger.Date(r.Days) {
				continue
			}
			if n++; n == r.N {
				if free := law.StartOf(day+ledger.Date(r.Days), z); free.After(latest) {
					latest = free
				}
			}
		}
	}
	return latest, !latest.IsZero()
}

func freesRolling(r *law.Rule, f *Facts, t time.Time) (time.Time, bool) {
	window := time.Duration(r.Seconds) * time.Second
	since := t.Add(-window) // a contact at this instant is just old enough
	n := 0
	for i := len(f.Contacts) - 1; i >= 0; i-- {
		ct := &f.Contacts[i]
		if !counts(r, ct) || !ct.At.After(since) {
			continue
		}
		if n++; n == r.N {
			return ct.At.Add(window), true
		}
	}
	return time.Time{}, false
}

// counts says whether a contact counts against a cap. A cap for some channels counts the contacts on those.
func counts(r *law.Rule, ct *Contact) bool {
	for _, ch := range r.Channels {
		if ch == ct.Channel {
			return true
		}
	}
	return len(r.Channels) == 0
}
