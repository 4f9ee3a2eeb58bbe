package outbox

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var events = []Event{EvFence, EvAccept, EvRefuse, EvThrottle, EvLost, EvNotWritten, EvCancel, EvExpire, EvDelivered, EvUndelivered}

// TestFinalStatesAreLeftByNothing walks the state machine at random: a final state stays, and unknown is never
// fenced again.
func TestFinalStatesAreLeftByNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Waiting
		for _, e := range rapid.SliceOf(rapid.SampledFrom(events)).Draw(t, "events") {
			to, err := Next(s, e)
			if s.Final() && (err == nil || to != s) {
				t.Fatalf("%s was left for %s by event %d", s, to, e)
			}
			if s == Unknown && err == nil && (to == Waiting || to == Fenced) {
				t.Fatalf("unknown went back to %s by event %d", to, e)
			}
			if err == nil && to == Fenced && s != Waiting {
				t.Fatalf("%s was fenced", s)
			}
			s = to
		}
	})
}

// TestEveryStateHasAWord: the database's checks and the reports spell each state once.
func TestEveryStateHasAWord(t *testing.T) {
	seen := map[string]bool{}
	for s := Waiting; s <= Expired; s++ {
		if w := s.String(); seen[w] || strings.Contains(w, "(") {
			t.Errorf("state %d is called %q", s, w)
		}
		seen[s.String()] = true
	}
	if _, err := Next(Delivered, EvFence); err == nil || !strings.Contains(err.Error(), "delivered") {
		t.Errorf("Next = %v", err)
	}
}

// TestNumbers: a message's number keeps its month and comes back from its text; a fence's names its message.
func TestNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		month := time.Date(rapid.IntRange(1971, 2200).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 17, 3, 0, 0, 0, time.UTC)
		id := FirstOf(month) | MessageID(rapid.Int64Range(1, 1<<seqBits-1).Draw(t, "seq"))
		if got, err := ParseMessageID(id.String()); err != nil || got != id {
			t.Fatalf("ParseMessageID(%q) = %d, %v; want %d", id, got, err, id)
		}
		if m := id.Month(); m.Year() != month.Year() || m.Month() != month.Month() {
			t.Fatalf("month of %s is %s", id, m)
		}
		try := rapid.IntRange(1, MaxTries).Draw(t, "try")
		if f := id.Fence(try); f.Message() != id || f.Try() != try {
			t.Fatalf("fence %d is try %d of %s", f, f.Try(), f.Message())
		}
	})
	for _, bad := range []string{"", "m2026-1", "x202609-1", "m202613-1", "m202609-", "m202609-fffffffffff"} {
		if id, err := ParseMessageID(bad); err == nil {
			t.Errorf("ParseMessageID(%q) = %s", bad, id)
		}
	}
}
