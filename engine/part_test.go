package engine

import (
	"testing"

	"github.com/dulyhq/duly/dispatch"
)

// TestPart: a rate does not open sessions that nobody asked for. A carrier of 40 parts a second was given twenty sessions by each of two
// processes, of half a part a second each.
func TestPart(t *testing.T) {
	for _, c := range []struct{ sessions, rate, live, want int }{
		{0, 0, 1, 1},
		{0, 0, 2, 1},
		{0, 40, 1, 1},
		{0, 40, 2, 1},
		{4, 0, 1, 4},
		{4, 0, 2, 2},
		{4, 40, 2, 2},
		{5, 40, 2, 3},
		{4, 2, 1, 2}, // no more than have a part a second each
	} {
		r := route{m: &member{}, cfg: dispatch.SMPPConfig{Sessions: c.sessions, Rate: c.rate}}
		r.m.live.Store(int64(c.live))
		if got := r.part(); got != c.want {
			t.Errorf("%d sessions and %d parts a second among %d processes: %d sessions, want %d", c.sessions, c.rate, c.live, got, c.want)
		}
	}
}
