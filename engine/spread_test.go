package engine

import (
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// TestSpread puts messages evenly over the time asked for, never near the end of the lawful window, each person at the same hour
// when planned again and at another on another day.
func TestSpread(t *testing.T) {
	p := &Portfolio{Spread: 3 * time.Hour}
	on := ledger.Day(thursday)
	from, to := thursday, thursday.Add(12*time.Hour)
	count, moved := map[time.Time]int{}, 0
	for person := ledger.PersonID(1); person <= 13_000; person++ {
		at := p.spread(person, on, from, to)
		if at != p.spread(person, on, from, to) {
			t.Fatal("another hour when planned again")
		}
		if at != p.spread(person, on+1, from, to) {
			moved++
		}
		count[at]++
	}
	if len(count) != 13 || moved < 11_000 {
		t.Errorf("%d hours, %d of 13,000 leave at another on the next day", len(count), moved)
	}
	for at, n := range count {
		if at.Before(from) || at.After(from.Add(3*time.Hour)) || n < 800 || n > 1200 {
			t.Errorf("%d leave at %v", n, at)
		}
	}
	for _, c := range []struct{ window, latest time.Duration }{{30 * time.Minute, 0}, {time.Hour, 0}, {90 * time.Minute, 30 * time.Minute}} {
		latest := time.Duration(0)
		for person := ledger.PersonID(1); person <= 100; person++ {
			latest = max(latest, p.spread(person, on, from, from.Add(c.window)).Sub(from))
		}
		if latest != c.latest {
			t.Errorf("in a window of %v the last leaves after %v", c.window, latest)
		}
	}
	if at := (&Portfolio{}).spread(1, on, from, to); at != from {
		t.Errorf("nothing is asked for, and it leaves at %v", at)
	}
}
