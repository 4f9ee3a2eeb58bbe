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
	if got := h.room(at, 1000, 0); got != 1000 {
		t.Errorf("one answer is late, and the room is %d", got)
	}
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
