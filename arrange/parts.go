package arrange

import (
	"math/bits"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// An Income is when a borrower's money comes, as they or the lender say. The zero value is not known: instalments then follow
// each other by the month.
type Income struct {
	Every Cycle
	Day   int         // Monthly: the day of the month, 1 to 31; in a shorter month its last one. 0: that of the first instalment
	Next  ledger.Date // Weekly, Fortnightly: a day on which it comes, past or to come
}

// A Cycle is how often income comes.
type Cycle string

// The cycles. The zero value is Monthly.
const (
	Monthly     Cycle = "monthly"
	Fortnightly Cycle = "fortnightly"
	Weekly      Cycle = "weekly"
)

// MostParts bounds an arrangement whatever a table says.
const MostParts = 120

// Errors of making instalments.
var (
	ErrTooMany = fault.Wrong(fault.PartsMany, MostParts)
	ErrTooFew  = fault.Wrong(fault.PartsFew)
)

// Days returns the days of n instalments, the first of them not before from: the borrower's own income days.
func (in Income) Days(from ledger.Date, n int) []ledger.Date {
	out := make([]ledger.Date, 0, n)
	if in.Every == Weekly || in.Every == Fortnightly {
		step := ledger.Date(7)
		if in.Every == Fortnightly {
			step = 14
		}
		on := in.Next
		if on == 0 {
			on = from
		}
		on -= (on - from) / step * step // near from, on either side of it
		for on < from {
			on += step
		}
		for ; len(out) < n; on += step {
			out = append(out, on)
		}
		return out
	}
	y, m, d := from.YMD()
	day := in.Day
	if day == 0 {
		day = d
	}
	for month := m; len(out) < n; month++ {
		if on := dayOf(y, month, day); on >= from {
			out = append(out, on)
		}
	}
	return out
}

// dayOf is a day of a month, or its last one where it has not so many.
func dayOf(y int, m time.Month, day int) ledger.Date {
	first := ledger.NewDate(y, m, 1)
	return min(first+ledger.Date(day)-1, ledger.NewDate(y, m+1, 1)-1)
}

// Equal divides an amount among days in equal parts. Rounding: each part is rounded up to a whole minor unit and the last is
// what is left, so that none is above the first and all of them sum to the amount exactly.
func Equal(total int64, days []ledger.Date) ([]Part, error) {
	n := int64(len(days))
	if n < 1 || n > MostParts {
		return nil, ErrTooMany
	}
	if total < 1 {
		return nil, ErrTooFew
	}
	each := (total-1)/n + 1
	if each*(n-1) >= total {
		return nil, ErrTooFew
	}
	out := make([]Part, n)
	for i := range out {
		out[i] = Part{days[i], each}
	}
	out[n-1].Minor = total - each*(n-1)
	return out, nil
}

// Stepped divides an amount among days by weights, such as 1, 1, 2, 2 for one that begins low. Rounding: the sum up to each
// part is rounded down to a whole minor unit, so that all of them sum to the amount exactly and none is a unit off its share.
func Stepped(total int64, days []ledger.Date, weights []int) ([]Part, error) {
	if len(days) < 1 || len(days) > MostParts || len(weights) != len(days) {
		return nil, ErrTooMany
	}
	var all uint64
	for _, w := range weights {
		if w < 1 || w > 1000 {
			return nil, fault.Wrong(fault.WeightForm)
		}
		all += uint64(w)
	}
	if total < 1 {
		return nil, ErrTooFew
	}
	out := make([]Part, len(days))
	var sum uint64
	var before int64
	for i, w := range weights {
		sum += uint64(w)
		hi, lo := bits.Mul64(uint64(total), sum)
		upTo, _ := bits.Div64(hi, lo, all)
		out[i] = Part{days[i], int64(upTo) - before}
		if out[i].Minor < 1 {
			return nil, ErrTooFew
		}
		before = int64(upTo)
	}
	return out, nil
}

// Means is what a borrower has, by their own word or the lender's. Nothing more is asked for: no spending habits.
type Means struct {
	Income    int64 // of a cycle, minor units; 0 means not stated
	Protected int64 // of a cycle: what has to be left for living, rent, care
}

// Stated says whether anything is known.
func (m Means) Stated() bool { return m.Income > 0 }

// Allows is what may be asked of a cycle's income.
func (m Means) Allows() int64 { return max(0, m.Income-m.Protected) }
