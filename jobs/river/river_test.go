//go:build unix

package river

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dulyhq/duly/jobs"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m.Run)) }

// a pile is work that several runners share, some of which fails at first.
type pile struct {
	mu    sync.Mutex
	left  map[jobs.Piece]int // tries until it is done
	did   map[int]int        // pieces, by the runner that did them
	now   map[jobs.Piece]int // under way
	twice int                // pieces that two did at once
}

func (p *pile) Due(context.Context) ([]jobs.Piece, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var due []jobs.Piece
	for piece := range p.left {
		due = append(due, piece)
	}
	return due, nil
}

func (p *pile) empty() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.left) == 0
}

// hand is one runner at the pile.
type hand struct {
	*pile
	number int
}

func (h hand) Do(ctx context.Context, piece jobs.Piece) error {
	h.mu.Lock()
	if h.now[piece]++; h.now[piece] > 1 {
		h.twice++
	}
	h.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Millisecond):
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now[piece]--
	if _, ok := h.left[piece]; !ok {
		return nil // late, and done already
	}
	if h.left[piece]--; h.left[piece] > 0 {
		return errors.New("not yet")
	}
	delete(h.left, piece)
	h.did[h.number]++
	return nil
}

// TestRunnersShareWork lets two machines work at one pile, stops one in the middle, and lets the other finish, what failed at
// first too.
func TestRunnersShareWork(t *testing.T) {
	url := pgtest.Database(t)
	dir := filepath.Join(t.TempDir(), "keys")
	if err := store.MakeKeys(dir); err != nil {
		t.Fatal(err)
	}
	keys, err := store.LoadKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := &pile{left: map[jobs.Piece]int{}, did: map[int]int{}, now: map[jobs.Piece]int{}}
	for i := range 60 {
		p.left[jobs.Piece{Kind: "plan", Portfolio: "cards", Run: 1, Shard: i}] = 1
	}
	p.left[jobs.Piece{Kind: "plan", Portfolio: "cards", Run: 1, Shard: 7}] = 2
	var failures sync.Map
	run := func(number int) (stop func()) {
		s, err := store.Open(t.Context(), url, keys)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		r := Runner{URL: url, Prepare: s.Room, Every: time.Second, Failed: func(p jobs.Piece, err error) { failures.Store(p, err.Error()) }}
		go func() { ended <- r.Run(ctx, hand{p, number}) }()
		return sync.OnceFunc(func() {
			cancel()
			if err := errors.Join(<-ended, s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	one, two := run(1), run(2)
	defer one()
	defer two()
	wait := func(what string, f func() bool) {
		t.Helper()
		for deadline := time.Now().Add(5 * time.Minute); !f(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("in five minutes not: %s (left %v, failures %v)", what, p.left, &failures)
			}
		}
	}
	count := func(n int) int { p.mu.Lock(); defer p.mu.Unlock(); return p.did[n] }
	wait("both have worked", func() bool { return count(1) > 3 && count(2) > 3 })
	one()
	p.mu.Lock()
	p.left[jobs.Piece{Kind: "plan", Portfolio: "cards", Run: 2}] = 1 // due after the other has gone
	p.mu.Unlock()
	wait("all is done", p.empty)
	if why, ok := failures.Load(jobs.Piece{Kind: "plan", Portfolio: "cards", Run: 1, Shard: 7}); !ok || why != "not yet" {
		t.Errorf("what failed is told as %v", why)
	}
	t.Logf("done by each: %v", p.did)
	if p.twice > 0 {
		t.Errorf("%d pieces were done by two at once", p.twice)
	}
}
