package measure

import (
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// PaidWithin is for how many days after a message a payment counts as having followed it.
const PaidWithin = 7

// FollowedWithin is for how long after a message anything counts as having followed it: what is heard later changes no sum.
const FollowedWithin = 30 * 24 * time.Hour

// A Letter is a message that a carrier took, or may have.
type Letter struct {
	Message int64
	Loan    int64 // that led it
	At      time.Time
	On      ledger.Date // the day of At where the portfolio is
}

// A Word is what somebody wrote.
type Word struct {
	At      time.Time
	Meaning string
}

// A Payment is what came in on a loan, as it is known now.
type Payment struct {
	Loan    int64
	On      ledger.Date
	KnownAt time.Time // when it was heard of first
	Minor   int64
}

// After is what happened after one message and before the next one. It is what followed, not proof of what caused it.
type After struct {
	Replied, Stopped, Complained bool
	Paid                         bool  // its loan was paid on within PaidWithin days
	Minor                        int64 // what was paid then
	Chased                       bool  // the loan had been paid on an earlier day than the day before, and nobody had told us
}

// Follow tells what followed each of the letters that one person had from one portfolio. Each reply belongs to the latest letter before it,
// and each payment to the latest letter about its loan that left on its day or before, and before anybody had heard of the payment: so
// nothing is counted twice, and what leaves later changes nothing that was said before.
func Follow(letters []Letter, words []Word, payments []Payment) map[int64]After {
	byAge := slices.SortedStableFunc(slices.Values(letters), func(a, b Letter) int { return a.At.Compare(b.At) })
	out := map[int64]After{}
	for _, w := range words {
		if l := latest(byAge, func(l *Letter) bool { return !l.At.After(w.At) }); l != nil && w.At.Before(l.At.Add(FollowedWithin)) {
			a := out[l.Message]
			a.Replied = true
			a.Stopped = a.Stopped || w.Meaning == "stop"
			a.Complained = a.Complained || w.Meaning == "complaint"
			out[l.Message] = a
		}
	}
	for _, p := range payments {
		if p.Minor <= 0 {
			continue
		}
		l := latest(byAge, func(l *Letter) bool { return l.Loan == p.Loan && l.On <= p.On && l.At.Before(p.KnownAt) })
		if l != nil && p.On <= l.On+PaidWithin && p.KnownAt.Before(l.At.Add(FollowedWithin)) {
			a := out[l.Message]
			a.Paid = true
			a.Minor += p.Minor
			out[l.Message] = a
		}
		for i := range byAge {
			if c := &byAge[i]; c.Loan == p.Loan && p.KnownAt.After(c.At) && p.On < c.On-1 && p.KnownAt.Before(c.At.Add(FollowedWithin)) {
				a := out[c.Message]
				a.Chased = true
				out[c.Message] = a
			}
		}
	}
	return out
}

// latest returns the last of the letters, which are in the order of their age, for which ok holds; nil where there is none.
func latest(letters []Letter, ok func(*Letter) bool) *Letter {
	for i := len(letters) - 1; i >= 0; i-- {
		if ok(&letters[i]) {
			return &letters[i]
		}
	}
	return nil
}
