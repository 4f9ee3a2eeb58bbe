package guard

import (
	"slices"
	"time"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// cap asks a cap or a spacing. Where it counts by debt it has to let every loan of the message pass.
func (c *check) cap(r *law.Rule, t time.Time) word {
	if !c.near(r, t) {
		return passes
	}
	free, capped := time.Time{}, false
	if r.Per != law.PerDebt || len(c.f.Loans) == 0 {
		free, capped = c.frees(r, 0, t)
	} else {
		for _, l := range c.f.Loans {
			if at, full := c.frees(r, l, t); full {
				capped = true
				if at.After(free) {
					free = at
				}
			}
		}
	}
	if !capped {
		return passes
	}
	return word{Wait, r.Reason(), free}
}

// frees says whether a cap is used up at t, counting the contacts that are known as if none followed, and the
// first instant at which one more is within it. Days are those of t in each zone.
func (c *check) frees(r *law.Rule, loan ledger.LoanID, t time.Time) (time.Time, bool) {
	if r.Seconds > 0 {
		return c.freesRolling(r, loan, t)
	}
	var latest time.Time
	for i, z := range c.f.Zones {
		today := c.dayIn(i, z, t)
		n := 0
		for j := len(c.f.Contacts) - 1; j >= 0; j-- {
			ct := &c.f.Contacts[j]
			day := ct.Day
			if last := today - ledger.Date(r.Days); day == 0 || day <= last && day+2 > last {
				// It was noted by the calendar of another zone, where it may have been the day before.
				here, _, _ := law.Clock(ct.At, z)
				day = max(day, here)
			}
			if day+2 <= today-ledger.Date(r.Days) {
				break // newest last: what came before is older still, wherever the borrower was
			}
			if day <= today-ledger.Date(r.Days) || !c.counts(r, loan, ct) {
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

func (c *check) freesRolling(r *law.Rule, loan ledger.LoanID, t time.Time) (time.Time, bool) {
	window := time.Duration(r.Seconds) * time.Second
	since := t.Add(-window) // a contact at this instant is just old enough
	n := 0
	for i := len(c.f.Contacts) - 1; i >= 0; i-- {
		ct := &c.f.Contacts[i]
		if !ct.At.After(since) {
			break // newest last
		}
		if !c.counts(r, loan, ct) {
			continue
		}
		if n++; n == r.N {
			return ct.At.Add(window), true
		}
	}
	return time.Time{}, false
}

// counts says whether a contact counts against a cap. What is not known of it makes it count.
func (c *check) counts(r *law.Rule, loan ledger.LoanID, ct *Contact) bool {
	switch {
	case len(r.Of) > 0 && !slices.Contains(r.Of, ct.Channel):
		return false
	case r.Per == law.PerDebt && loan != 0 && len(ct.Loans) > 0 && !slices.Contains(ct.Loans, loan):
		return false
	case r.Per == law.PerAddress && c.f.Address != 0 && ct.Address != 0 && ct.Address != c.f.Address:
		return false
	case r.Counts == law.Conversations:
		return ct.Result == Conversation || ct.Result == ResultUnknown
	case r.Counts == law.Unanswered:
		return ct.Result == Unanswered || ct.Result == ResultUnknown
	}
	return true
}

// CapKey says which caps with conditions hold for a contact, for keeping what Caps returns: equal keys, equal
// caps under the same rules and purpose. It is 0 where no cap has conditions.
func CapKey(rules law.Rules, f *Facts) uint64 {
	c := check{rules: rules, f: f}
	var key uint64
	n := 0
	for _, r := range rules.For(f.purpose()).Caps {
		if r.When == nil {
			continue
		}
		// Beyond 63 they share the last bit, which then is set: a cap too many only holds.
		if n >= 63 || c.applies(r.When, f.Now) {
			key |= 1 << min(n, 63)
		}
		n++
	}
	return key
}

// Caps returns the caps and spacings that the database must enforce at the fence for messages of a purpose: the
// binding ones that count attempts, Of saying over which channels, at most N in Days calendar days of the
// borrower or in Seconds (a contact counts while it is less than Seconds old). Those with conditions are in it
// as the key says that CapKey gives.
//
// What came of a contact is recorded after the fact by people, which raises the person's turn: for caps on
// conversations and unanswered tries, and for those that count none of the contacts of their own channel, the
// guard's own look is enough.
func Caps(rules law.Rules, p law.Purpose, key uint64) []*law.Rule {
	var out []*law.Rule
	n := 0
	for _, r := range rules.For(p).Caps {
		if r.When != nil {
			n++
			if key&(1<<min(n-1, 63)) == 0 {
				continue
			}
		}
		if r.OfAttempts() && (len(r.Of) == 0 || slices.Contains(r.Of, rules.Scope().Channel)) {
			out = append(out, r)
		}
	}
	return out
}
