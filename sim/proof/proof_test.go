package proof

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	seedFlag  = flag.Uint64("seed", 0, "run the world of this seed alone, and say what happened in it")
	fromFlag  = flag.Uint64("from", 1, "the first of many seeds")
	seedsFlag = flag.Int("seeds", 0, "how many seeds to run; 0 means 200, or 4 with -short")
)

func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(400) // worlds are small and many
	os.Exit(m.Run())
}

// seeds returns the seeds to run.
func seeds() (from uint64, n int) {
	switch {
	case *seedFlag != 0:
		return *seedFlag, 1
	case *seedsFlag != 0:
		return *fromFlag, *seedsFlag
	case testing.Short():
		return *fromFlag, 4
	}
	return *fromFlag, 200
}

// eachSeed runs worlds side by side, one goroutine a processor, until one has a breach.
func eachSeed(t *testing.T, from uint64, n int, each func(*Report)) {
	t.Helper()
	var next, failed atomic.Uint64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= uint64(n) || failed.Load() != 0 {
					return
				}
				dir, err := os.MkdirTemp("", "proof")
				if err != nil {
					t.Error(err)
					return
				}
				r, err := Run(Config{Seed: from + i, Dir: dir})
				if e := os.RemoveAll(dir); err == nil {
					err = e
				}
				mu.Lock()
				if err != nil {
					t.Error(err)
					failed.Add(1)
				} else if each(r); len(r.Breaches) > 0 {
					failed.Add(1)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// TestProof lives through the worlds of many seeds and wants no breach in any. It also wants that enough happened.
func TestProof(t *testing.T) {
	from, n := seeds()
	var total Stats
	eachSeed(t, from, n, func(r *Report) {
		total.Add(&r.Stats)
		if *seedFlag != 0 {
			t.Logf("seed %d, digest %s: %+v", r.Seed, r.Digest, r.Stats)
		}
		for _, b := range r.Breaches {
			t.Errorf("seed %d: %s", r.Seed, b)
		}
		if len(r.Breaches) > 0 {
			t.Errorf("to see it again: make sim SEED=%d", r.Seed)
		}
	})
	if t.Failed() {
		return
	}
	fmt.Printf("proof: %d worlds from seed %d on: %s\n", n, from, &total)
	if n >= 200 && total.Contacts < 200_000 {
		t.Errorf("%d contacts in %d worlds are too few to show much", total.Contacts, n)
	}
	if n >= 20 {
		for what, n := range map[string]int{
			"deaths in calls": total.DiedInCalls, "deaths in writes": total.DiedInWrites, "power failures": total.Blackouts, "set clocks": total.Jumps,
			"stops": total.Stops, "explanations": total.Explained, "unknown outcomes": total.States["unknown"], "throttled tries": total.Refusals,
		} {
			if n == 0 {
				t.Errorf("no %s in %d worlds", what, n)
			}
		}
	}
}

// TestTheSameAgain: a seed is a world; the same seed gives the same record, to the byte.
func TestTheSameAgain(t *testing.T) {
	var digests [2]string
	for i := range digests {
		r, err := Run(Config{Seed: 7, People: 60, Days: 3, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		digests[i] = r.Digest
	}
	if digests[0] != digests[1] {
		t.Errorf("seed 7 gave %s and then %s", digests[0], digests[1])
	}
}
