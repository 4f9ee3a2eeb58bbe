package dispatch

import "time"

// hearing knows whether the carrier answers at all. One that takes messages and answers none of them would leave a window of
// unknown messages behind each time its answers are overdue: once that has happened it gets one message at a time, after pauses that
// double, until it answers again.
type hearing struct {
	heard time.Time     // when it answered last, or bound
	deaf  bool          // a message was overdue and nothing else had been answered meanwhile
	doubt bool          // a message was overdue soon after others had been answered: one leaves at a time until the next answer
	until time.Time     // when it is tried again
	pause time.Duration // the next pause
}

const (
	leastSilence = 5 * time.Second
	mostSilence  = 5 * time.Minute
)

// answered notes that the carrier answered something.
func (h *hearing) answered(now time.Time) { *h = hearing{heard: now} }

// overdue notes that an answer did not come within patience.
func (h *hearing) overdue(now time.Time, patience time.Duration) {
	if now.Sub(h.heard) < patience {
		// Others were answered since it was written, or the carrier fell silent just after: what was written before its last answer is
		// overdue before anything written since, and were its places taken by more, more than a window would be unknown.
		h.doubt = true
		return
	}
	if h.deaf && now.Before(h.until) {
		return // it is one of the same window
	}
	h.deaf = true
	h.pause = min(max(2*h.pause, leastSilence), mostSilence)
	h.until = now.Add(h.pause)
}

// room returns how many may leave of those that the pace lets leave, with so many in the air.
func (h *hearing) room(now time.Time, room, flying int) int {
	if !h.deaf && !h.doubt {
		return room
	}
	if flying > 0 || h.deaf && now.Before(h.until) {
		return 0
	}
	return min(room, 1)
}
