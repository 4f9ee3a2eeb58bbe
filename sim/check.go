package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/wire/smpp"
)

// A Zero is something that must not happen. All but the last are counted in the carrier's own record, which
// knows nothing of what Duly believes.
type Zero string

// What must not happen.
const (
	Twice        Zero = "twice"         // a handset is given the same text again
	AfterStop    Zero = "after_stop"    // something comes to a handset after its stop
	OutsideHours Zero = "outside_hours" // something comes, or may still be shown, before 08:00 or from 22:00 on
	OverCaps     Zero = "over_caps"     // more than one a day, or more than three in seven days
	WrongAmount  Zero = "wrong_amount"  // the text has another amount than was owed at that minute
	PaidUp       Zero = "paid_up"       // something comes to somebody who owes nothing
	Incomplete   Zero = "incomplete"    // a part is missing although the line held
	Rest         Zero = "rest"          // a reminder comes before the day that was promised, or after a dispute or a complaint
	Unasked      Zero = "unasked"       // an answer comes that nobody asked for, a second one to a stop, or one that tells a stranger of a debt
	Unaccounted  Zero = "unaccounted"   // intents are not the sum of their states, or the carrier has not what we are sure of
)

// Zeros are all of them, in the order in which they are told.
var Zeros = []Zero{Twice, AfterStop, OutsideHours, OverCaps, WrongAmount, PaidUp, Incomplete, Rest, Unasked, Unaccounted}

// A Count is how often something happened that must not, with a few cases.
type Count struct {
	What  Zero
	Found int
	Cases []string
}

// The hours and caps that are checked are the house rules of the Chinese rulebook that ships, written here a
// second time on purpose.
const (
	firstHour, lastHour = 8, 22
	perDay, perWeek     = 1, 3
	week                = 7 * 24 * time.Hour
)

// An examiner counts what must be zero.
type examiner struct {
	core   *core
	stops  map[string]int // by number: the place in the record of the message that was answered with a stop
	torn   []span         // where the line was broken on purpose
	found  map[Zero]*Count
	vows   []vow          // what people promised, in their order
	rests  []vow          // who disputed or complained, and until when that rests contact at the least
	said   map[string]int // by number: how often its owner wrote
	saidOn map[saying]int // and how often on a day
	cut    int            // messages cut in two by a broken line, which no handset has shown
}

// A span is of places in the carrier's record, both inclusive.
type span struct{ from, to int }

func (x *examiner) note(what Zero, format string, args ...any) {
	c := x.found[what]
	if c == nil {
		c = &Count{What: what}
		x.found[what] = c
	}
	c.Found++
	if len(c.Cases) < 5 {
		c.Cases = append(c.Cases, fmt.Sprintf(format, args...))
	}
}

// examine goes through the carrier's record.
func (x *examiner) examine(arrivals []smsc.Arrival) {
	x.twice(arrivals)
	answers := map[saying]int{}
	confirmed := map[string]int{}
	times := map[string][]time.Time{}
	for i := range arrivals {
		a := &arrivals[i]
		if a.Status != smpp.OK {
			continue
		}
		what := answerIn(a.Whole)
		x.common(a, what)
		if what == AnswerNone {
			times[a.Destination] = append(times[a.Destination], a.Civil)
			x.one(a)
			x.resting(a)
			continue
		}
		x.answered(a, what)
		if what == AnswerStop {
			if confirmed[a.Destination]++; confirmed[a.Destination] > 1 {
				x.note(Unasked, "%s at %s: a stop is confirmed again", a.Destination, a.Civil)
			}
		}
		day := saying{a.Destination, ledger.Day(a.Civil.In(x.core.zone))}
		if answers[day]++; answers[day] > answersADay {
			x.note(OverCaps, "%s at %s: %d answers on a day", a.Destination, a.Civil, answers[day])
		}
	}
	for number, at := range times {
		x.caps(number, at)
	}
}

// common looks at what holds for reminders and answers alike. After a stop there is its confirmation and nothing else.
func (x *examiner) common(a *smsc.Arrival, what Answer) {
	if stop, ok := x.stops[a.Destination]; ok && a.Sequence > stop && what != AnswerStop {
		x.note(AfterStop, "%s at %s", a.Destination, a.Civil)
	}
	local := a.Civil.In(x.core.zone)
	closes := ledger.Day(local).At(lastHour, 0, x.core.zone)
	if local.Hour() < firstHour || local.Hour() >= lastHour || a.Validity.After(closes) {
		x.note(OutsideHours, "%s at %s, valid until %s", a.Destination, local, a.Validity)
	}
}

// one looks at a reminder.
func (x *examiner) one(a *smsc.Arrival) {
	owed := x.core.owed(a.Destination, a.Civil)
	if owed == 0 {
		x.note(PaidUp, "%s at %s", a.Destination, a.Civil)
	}
	if !a.Complete() {
		x.incomplete(a)
		return
	}
	if said := amountIn(a.Whole); said != owed && owed != 0 {
		x.note(WrongAmount, "%s at %s: the text says %s, owed is %s", a.Destination, a.Civil, decimal(said), decimal(owed))
	}
}

// incomplete counts a message that did not come whole: where the line was broken on purpose it is no wonder.
func (x *examiner) incomplete(a *smsc.Arrival) {
	if slices.ContainsFunc(x.torn, func(s span) bool { return s.from <= a.Sequence && a.Sequence <= s.to }) {
		x.cut++
		return
	}
	x.note(Incomplete, "%s at %s: %d of %d parts", a.Destination, a.Civil, a.Came, a.Parts)
}

func (x *examiner) caps(number string, at []time.Time) {
	slices.SortFunc(at, time.Time.Compare)
	for i, t := range at {
		day, within := 0, 0
		for _, before := range at[:i+1] {
			if ledger.Day(before.In(x.core.zone)) == ledger.Day(t.In(x.core.zone)) {
				day++
			}
			if t.Sub(before) < week {
				within++
			}
		}
		if day > perDay || within > perWeek {
			x.note(OverCaps, "%s at %s: %d that day, %d in seven days", number, t, day, within)
		}
	}
}

// balance holds the books against the plan, and against the carrier: intents are the sum of their states, and
// the carrier has all that we are sure of and nothing that we have not at least called unknown.
func (x *examiner) balance(planned int64, states map[string]int64, arrivals []smsc.Arrival) {
	sum := int64(0)
	for _, n := range states {
		sum += n
	}
	if sum != planned {
		x.note(Unaccounted, "%d intents, %d in all states", planned, sum)
	}
	whole, taken := int64(0), int64(0)
	for i := range arrivals {
		if a := &arrivals[i]; a.Status == smpp.OK {
			taken++
			if a.Complete() {
				whole++
			}
		}
	}
	sure := states["accepted"] + states["delivered"] + states["undelivered"]
	if whole < sure || taken > sure+states["unknown"] {
		x.note(Unaccounted, "the carrier has %d whole messages of %d; we are sure of %d and do not know of %d", whole, taken, sure, states["unknown"])
	}
}

// counts returns all of what must be zero, in order.
func (x *examiner) counts() []Count {
	out := make([]Count, 0, len(Zeros))
	for _, z := range Zeros {
		c := Count{What: z}
		if have := x.found[z]; have != nil {
			c = *have
		}
		out = append(out, c)
	}
	return out
}
