package engine

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// twoBooks compiles two portfolios of one creditor, in which the same people owe.
func twoBooks() ([]*Portfolio, error) {
	var out []*Portfolio
	for _, ref := range []string{"cards", "loans"} {
		p, err := compileTestPortfolio()
		if err != nil {
			return nil, err
		}
		p.Ref, p.Carrier = ref, ref
		out = append(out, p)
	}
	return out, nil
}

// raceChild is a process that hands over the messages of one portfolio, one by one. Before each commit that would let
// one leave it says so and waits for the word; afterwards it says how many may.
func raceChild(dir, ref string) error {
	ctx := context.Background()
	keys, err := store.LoadKeys(filepath.Join(dir, "keys"))
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, os.Getenv("DULY_TEST_PLACE"), keys)
	if err != nil {
		return err
	}
	books, err := twoBooks()
	if err != nil {
		return err
	}
	e := &Engine{Store: s, Portfolios: books, Wire: time.Now}
	if err := e.Prepare(ctx, thursday); err != nil {
		return err
	}
	h := &house{}
	h.at(thursday)
	o := h.options()
	o.Carriers[0].ID = ref
	r, err := e.newRunning(o.Carriers[0], o)
	if err != nil {
		return err
	}
	if err := r.s.Hire(ctx); err != nil {
		return err
	}
	in := bufio.NewReader(os.Stdin)
	for {
		st := r.s.newStep()
		msgs, err := r.s.judge(ctx, st, 1, nil)
		if err != nil {
			return err
		}
		if st.Claim == nil {
			fmt.Println("done")
			return nil
		}
		if len(msgs) > 0 {
			fmt.Println("ready", st.Tries[0].Message.Person)
			if _, err := in.ReadString('\n'); err != nil {
				return err
			}
		}
		st.Worker, st.WireAt = r.s.worker, time.Now()
		st.LeaseUntil = st.WireAt.Add(time.Minute)
		res, err := s.Commit(ctx, st)
		if err != nil {
			return err
		}
		if len(msgs) > 0 {
			fmt.Println("permitted", res.Permitted[0])
		}
	}
}

// A racer is a child with its mouth and ear.
type racer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (h *house) racer(ref string) *racer {
	h.t.Helper()
	r := &racer{cmd: exec.Command(os.Args[0])}
	r.cmd.Env = append(os.Environ(), "DULY_TEST_RACE="+ref, "DULY_TEST_DIR="+h.dir, "DULY_TEST_PLACE="+h.place)
	r.cmd.Stderr = os.Stderr
	r.in = must(r.cmd.StdinPipe())
	r.out = bufio.NewReader(must(r.cmd.StdoutPipe()))
	if err := r.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (r *racer) says() string {
	line, err := r.out.ReadString('\n')
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(line)
}

// TestRaceAtTheEdge is invariant 2: two processes reach for the last contact of the day of one borrower, who owes in two
// portfolios, a thousand times. Both have judged that it may be made; exactly one of them makes it.
func TestRaceAtTheEdge(t *testing.T) {
	people := 1000
	if testing.Short() {
		people = 30
	}
	h := newHouse(t, smsc.Config{})
	books := must(twoBooks())
	h.Portfolios = books
	if err := h.Prepare(context.Background(), thursday); err != nil {
		t.Fatal(err)
	}
	for _, p := range books {
		h.p = p
		debts := make([]debt, people)
		for i := range debts {
			debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10000}
		}
		h.take(debts...)
		if done := h.plan(); done.Messages != int64(people) {
			t.Fatalf("%s: planned %+v", p.Ref, done)
		}
	}
	a, b := h.racer("cards"), h.racer("loans")
	for i := range people {
		one, two := a.says(), b.says()
		if want := fmt.Sprint("ready ", ledger.PersonID(i+1)); one != want || two != want {
			t.Fatalf("round %d: %q and %q, want %q of both", i, one, two, want)
		}
		for _, r := range []*racer{a, b} {
			if _, err := io.WriteString(r.in, "go\n"); err != nil {
				t.Fatal(err)
			}
		}
		if one, two = a.says(), b.says(); one == two || one != "permitted true" && two != "permitted true" {
			t.Errorf("round %d: %s and %s", i, one, two)
		}
	}
	if one, two := a.says(), b.says(); one != "done" || two != "done" {
		t.Errorf("at the end: %q and %q", one, two)
	}
	for _, r := range []*racer{a, b} {
		if err := r.cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n := h.count(`SELECT count(*) FROM fence`); n != people {
		t.Errorf("%d fences for %d people", n, people)
	}
}
