package sim

import (
	"sync/atomic"
	"time"
)

// A Clock is civil time that stands still until it is moved. It is safe for use by several goroutines.
type Clock struct{ at atomic.Pointer[time.Time] }

// NewClock returns a clock that stands at t; t's location is where the lender is.
func NewClock(t time.Time) *Clock {
	c := &Clock{}
	c.at.Store(&t)
	return c
}

// Now returns civil time.
func (c *Clock) Now() time.Time { return *c.at.Load() }

// move sets the clock on; it never goes back.
func (c *Clock) move(t time.Time) {
	if t.After(c.Now()) {
		c.at.Store(&t)
	}
}
