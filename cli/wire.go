package cli

import (
	"context"
	"time"

	"github.com/dulyhq/duly/store"
)

// wireClock returns real time for leases and hand-over: that of the database where several machines share one, so that they agree
// whatever their own clocks say, and in either case one that goes on evenly when the machine's clock is set.
func (c *clock) wireClock(ctx context.Context, s *store.Store) (func() time.Time, error) {
	began := c.read() // with the reading of a clock that nobody sets
	at, known, err := s.Clock(ctx)
	if err != nil {
		return nil, err
	}
	if !known {
		at = began
	}
	return func() time.Time { return at.Add(c.read().Sub(began)) }, nil
}
