package forecast

import (
	"fmt"
	"hash/fnv"
	"math"
)

// A Model is how borrowers are taken to behave. Its first part is learned from the lender's ledger, where that says
// enough; the rest is stated. Shares are fractions of 1.
type Model struct {
	OnTime      float64             // of instalments: paid by their due date
	Daily       [len(spans)]float64 // of loans late by so many days: paid on a day, by span
	Learned     bool                // both come from the ledger and not from Defaults
	Instalments int64               // those that they rest on

	Lift   float64 // of persons written to: pay within LiftDays because of it, who would not have
	Fade   float64 // each further message about the same lapse has this share of the effect of the one before
	Reply  float64 // of messages: answered
	Stop   float64 // of messages: answered with a stop
	Asked  bool    // Reply and Stop come from what was recorded
	Sample int64   // the messages that they rest on
}

// LiftDays is for how many days after its own a message works.
const LiftDays = 3

// A span is so many days late, inclusive.
type span struct{ from, to int }

// spans are those for which a daily share is learned.
var spans = [...]span{{1, 1}, {2, 3}, {4, 7}, {8, 15}, {16, 30}, {31, 60}, {61, 90}, {91, math.MaxInt32}}

// SpanName is how a span is told: "4-7", "91+".
func SpanName(i int) string {
	switch s := spans[i]; {
	case s.from == s.to:
		return fmt.Sprint(s.from)
	case s.to == math.MaxInt32:
		return fmt.Sprintf("%d+", s.from)
	default:
		return fmt.Sprintf("%d-%d", s.from, s.to)
	}
}

func spanOf(late int) int {
	for i := range spans {
		if late <= spans[i].to {
			return i
		}
	}
	return len(spans) - 1
}

// Defaults stand where the ledger says too little. They are assumptions and nothing else: round figures of the shape
// that ledgers have, in which most of those who are late pay within days.
var Defaults = Model{
	OnTime: 0.85, Daily: [len(spans)]float64{0.15, 0.12, 0.06, 0.03, 0.015, 0.006, 0.003, 0.001},
	Lift: 0.05, Fade: 0.5, Reply: 0.03, Stop: 0.005,
}

// enough is on how many instalments, and for a span on how many loan days, what is learned must rest.
const enough = 200

// enoughSent is on how many messages the recorded shares of answers must rest.
const enoughSent = 1000

// weight is how many due dates the book's own share counts for beside a loan's own history: few, so that a loan's
// history soon counts for more.
const weight = 4

// pays returns the share of a loan's due dates that it meets in time, by its own history and the book's.
func (m *Model) pays(onTime, slips int) float64 {
	return (float64(onTime) + weight*m.OnTime) / (float64(onTime+slips) + weight)
}

// late returns the chance that a late loan is paid on a day: the book's for that lateness, higher or lower as the loan's
// own history is better or worse than the book's, within a factor of three.
func (m *Model) late(days, onTime, slips int) float64 {
	better := m.pays(onTime, slips) / max(m.OnTime, 0.01)
	return m.Daily[spanOf(days)] * min(3, max(1.0/3, better))
}

// lift returns by how much the nth message about a lapse raises the chance of a payment on each of the days that follow.
func (m *Model) lift(nth int) float64 {
	if nth < 1 {
		return 0
	}
	return m.Lift * math.Pow(m.Fade, float64(nth-1)) / LiftDays
}

// draw returns a number from 0 to 1 that the seed and the names decide, whatever else happens: two strategies meet the
// same people with the same luck, so that what differs is the strategies' doing.
func draw(seed uint64, names ...any) float64 {
	h := fnv.New64a()
	fmt.Fprint(h, seed) //nolint:errcheck // a hash takes everything
	for _, n := range names {
		fmt.Fprintf(h, "|%v", n) //nolint:errcheck // as above
	}
	v := h.Sum64()
	v ^= v >> 33
	v *= 0xff51afd7ed558ccd
	v ^= v >> 33
	return float64(v>>11) / (1 << 53)
}
