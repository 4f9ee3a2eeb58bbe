package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/pgtest"
)

// TestMain lets this binary stand in for a process of its own that can be killed.
func TestMain(m *testing.M) {
	if ref := os.Getenv("DULY_TEST_RACE"); ref != "" {
		if err := raceChild(os.Getenv("DULY_TEST_DIR"), ref); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if addr := os.Getenv("DULY_TEST_CARRIER"); addr != "" {
		if err := carrierChild(addr, os.Getenv("DULY_TEST_RECORD")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv("DULY_TEST_RUN"); dir != "" {
		if err := runChild(dir, os.Getenv("DULY_TEST_SMSC")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(pgtest.Twice(m, &onPostgres))
}

// runChild is what duly run does, on the folder of a house.
func runChild(dir, addr string) error {
	ctx := context.Background()
	keys, err := store.LoadKeys(filepath.Join(dir, "keys"))
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, os.Getenv("DULY_TEST_PLACE"), keys)
	if err != nil {
		return err
	}
	h := &house{addr: addr}
	h.at(thursday)
	if at := os.Getenv("DULY_TEST_NOW"); at != "" {
		h.at(must(time.Parse(time.RFC3339, at)))
	}
	p, err := compileTestPortfolio()
	if err != nil {
		return err
	}
	e := &Engine{Store: s, Portfolios: []*Portfolio{p}, Wire: time.Now}
	if os.Getenv("DULY_TEST_MORTAL") == "" {
		e.Lease = longLease
	}
	if err := e.Prepare(ctx, h.now()); err != nil {
		return err
	}
	o := h.options()
	o.Carriers[0].Window = 200
	o.Batch = 100
	_, err = e.Run(ctx, o)
	return err
}

// longLease is the lease of what no test kills: on a machine that is busy with other tests a process gets no time for seconds.
const longLease = 50 * time.Second

// mortal is a child that is killed: what it held others have as soon as they would of duly's.
func (h *house) mortal() *exec.Cmd {
	cmd := h.child()
	cmd.Env = append(cmd.Env, "DULY_TEST_MORTAL=yes")
	return cmd
}

// child is a process that hands over the house's book until nothing is left to do.
func (h *house) child() *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "DULY_TEST_RUN="+h.dir, "DULY_TEST_PLACE="+h.place, "DULY_TEST_SMSC="+h.addr, "DULY_TEST_NOW="+h.now().Format(time.RFC3339))
	cmd.Stderr = os.Stderr
	return cmd
}

// slowHouse has a message planned for each of its people, and a carrier that is slow enough that every kill finds messages on their way.
func slowHouse(t *testing.T, people int) (*house, *rand.Rand) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	h := newHouse(t, smsc.Config{IDs: smsc.Random, Seed: seed, Faults: smsc.Faults{DelayResponse: 20 * time.Millisecond}})
	debts := make([]debt, people)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: int64(10000 + i)}
	}
	h.take(debts...)
	if done := h.plan(); done.Messages != int64(people) {
		t.Fatalf("planned %+v", done)
	}
	return h, rand.New(rand.NewPCG(seed, 0))
}

// TestKilledAtRandom is invariant 5: over twenty kills at random moments every message reaches the carrier at
// most once, none is lost, and what is unknown is listed and at most the window for each kill.
func TestKilledAtRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("starts twenty processes")
	}
	const people, kills, window = 6000, 20, 200
	h, rng := slowHouse(t, people)
	killed := 0
	for range kills {
		cmd := h.mortal()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-time.After(time.Duration(20+rng.IntN(250)) * time.Millisecond):
			_ = cmd.Process.Kill()
			if err := <-ended; err == nil {
				continue // it was done before the kill
			}
			killed++
		case err := <-ended:
			if err != nil {
				t.Fatalf("a run ended by itself: %v", err)
			}
		}
	}
	last := h.child()
	if err := last.Run(); err != nil {
		t.Fatalf("the last run: %v", err)
	}
	checkCrash(t, h, people, killed, window)
}

// TestKeysRotatedAmidKills: keys change, and rows are sealed anew, while processes hand over and are killed. Nothing is lost or sent twice,
// every text opens by whom begins anew, and the keys of before can be retired.
func TestKeysRotatedAmidKills(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes and kills them")
	}
	const people, kills, window = 1500, 6, 200
	h, rng := slowHouse(t, people)
	ctx, killed := t.Context(), 0
	for range kills {
		cmd := h.mortal()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+rng.IntN(100)) * time.Millisecond) // somewhere in its work
		_, err := h.Store.NewSealKey(ctx, "x:1", time.Now())
		if err == nil {
			_, err = h.Store.UseSealKey(ctx, 0, "x:1", time.Now())
		}
		if err == nil {
			_, err = h.Store.Reseal(ctx, rng.IntN(3000), time.Now())
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.IntN(100)) * time.Millisecond)
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
	}
	last := h.child()
	if err := last.Run(); err != nil {
		t.Fatalf("the last run: %v", err)
	}
	checkCrash(t, h, people, killed, window)
	later := time.Now().Add(time.Hour)
	for r := (store.Resealing{Left: true}); r.Left; {
		var err error
		if r, err = h.Store.Reseal(ctx, 100_000, later); err != nil {
			t.Fatal(err)
		}
	}
	keys, damaged, err := h.Store.SealKeys(ctx)
	if err != nil || damaged != 0 || len(keys) != kills+1 {
		t.Fatal(len(keys), damaged, err)
	}
	for _, k := range keys {
		if err := h.Store.RetireSealKey(ctx, k.Tag, "x:1", later); (err == nil) == k.InUse {
			t.Errorf("%+v: %v", k, err)
		}
	}
}

func checkCrash(t *testing.T, h *house, people, killed, window int) {
	t.Helper()
	times := map[string]int{}
	for _, a := range h.smsc.Arrivals() {
		times[a.Destination+"/"+a.Whole]++
		if a.Complete() {
			times[a.Destination]++
		}
	}
	arrived := 0
	for to, n := range times {
		if strings.Contains(to, "/") {
			if n > 1 {
				t.Errorf("%s: arrived %d times", to, n)
			}
			continue
		}
		arrived++
	}
	states := h.states()
	t.Logf("%d kills; the carrier has %d whole messages; states %v", killed, arrived, states)
	sum := int64(0)
	for _, n := range states {
		sum += n
	}
	if sum != int64(people) {
		t.Errorf("states sum to %d of %d intents", sum, people)
	}
	if states["waiting"]+states["fenced"] != 0 {
		t.Errorf("left behind: %v", states)
	}
	if states["unknown"] > int64(killed*window) {
		t.Errorf("%d unknown after %d kills with a window of %d", states["unknown"], killed, window)
	}
	sure := states["accepted"] + states["delivered"] + states["undelivered"]
	if int64(arrived) < sure || int64(arrived) > sure+states["unknown"] {
		t.Errorf("the carrier has %d, we are sure of %d and do not know of %d", arrived, sure, states["unknown"])
	}
}
