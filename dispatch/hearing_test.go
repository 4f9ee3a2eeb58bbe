package dispatch

import (
	"testing"
	"time"
)

// TestHearing: a carrier that answers nothing gets one message at a time, more and more seldom, and its whole window back with
// the first answer; one that answers others does not.
func TestHearing(t *testing.T) {
	const patience = 30 * time.Second
	at := time.Unix(0, 0)
	var h hearing
	h.answered(at)
	h.overdue(at.Add(patience-1), patience)
	if got := h.room(at, 1000, 0); got != 1 {
		t.Errorf("one answer is late and nothing else is in the air, and the room is %d", got)
	}
	h.answered(at)
	now := at.Add(patience)
	tries := 0
	for range 1000 {
		h.overdue(now, patience) // each of the window, at the same moment
	}
	for end := now.Add(time.Hour); now.Before(end); now = now.Add(time.Second) {
		if h.room(now, 1000, 1) != 0 {
			t.Fatal("room with one in the air")
		}
		switch room := h.room(now, 1000, 0); room {
		case 0:
		case 1:
			tries++
			now = now.Add(patience)
			h.overdue(now, patience)
		default:
			t.Fatalf("room for %d", room)
		}
	}
	if tries < 10 || tries > 20 {
		t.Errorf("%d tries in an hour", tries)
	}
	h.answered(now)
	if got := h.room(now, 1000, 5); got != 1000 {
		t.Errorf("it answers, and the room is %d", got)
	}
}

// TestSilenceBeginsInAWindow: what was written before the carrier's last answer is overdue before what was written since. Its
// places are not taken by others until it is known whether the carrier still answers, or two windows would be unknown.
func TestSilenceBeginsInAWindow(t *testing.T) {
	const patience = 2 * time.Second
	at := time.Unix(0, 0)
	var h hearing
	h.answered(at)
	h.overdue(at.Add(patience-20*time.Millisecond), patience) // one of forty-five that were written before
	if got := h.room(at.Add(patience-20*time.Millisecond), 45, 55); got != 0 {
		t.Errorf("55 are in the air of which nobody has heard, and there is room for %d more", got)
	}
	if got := h.room(at.Add(patience-20*time.Millisecond), 100, 0); got != 1 { // all the others were overdue as early
		t.Errorf("nobody has heard of a whole window, and there is room for %d more", got)
	}
	h.overdue(at.Add(patience+20*time.Millisecond), patience) // one of the others
	if got := h.room(at.Add(patience+20*time.Millisecond), 100, 0); got != 0 {
		t.Errorf("the carrier is silent, and there is room for %d", got)
	}
	h.answered(at)
	h.overdue(at.Add(patience-1), patience)
	h.answered(at.Add(patience)) // another of those in the air
	if got := h.room(at.Add(patience), 46, 54); got != 46 {
		t.Errorf("one answer was lost of many, and there is room for %d", got)
	}
}
