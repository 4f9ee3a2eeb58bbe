//go:build unix

package cli_test

import (
	"bufio"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/test/pgtest"
)

// A machine is duly serve in a process of its own.
type machine struct {
	cmd *exec.Cmd
	url string
	log *loud
}

// serves starts duly serve as its own process, of the program at path; empty means this binary, which stands in for it.
func serves(t *testing.T, path, config, now string) *machine {
	t.Helper()
	args := []string{"serve", "--listen", "127.0.0.1:0", "--config", config, "--now", now}
	m := &machine{log: &loud{}}
	if path == "" {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		m.cmd = exec.Command(self)
		m.cmd.Args = append([]string{"duly"}, args...)
	} else {
		m.cmd = exec.Command(path, args...)
	}
	m.cmd.Stderr = m.log
	out, err := m.cmd.StdoutPipe()
	if err == nil {
		err = m.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.cmd.Process.Kill(); _ = m.cmd.Wait() })
	first, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(first), "duly serves at ")
	if err != nil || !ok {
		t.Fatalf("first line %q, %v: %s", first, err, m.log)
	}
	m.url = url
	return m
}

// stop tells it to end and wants it to do so.
func (m *machine) stop(t *testing.T) {
	t.Helper()
	if err := m.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := m.cmd.Wait(); err != nil {
		t.Errorf("told to end: %v\n%s", err, m.log)
	}
}

// onPostgres edits a starting configuration: its data lies in a database of its own.
func onPostgres(t *testing.T, more func(string) string) func(string) string {
	url := pgtest.Database(t)
	return func(text string) string {
		text = regexp.MustCompile(`(?m)^data: .*$`).ReplaceAllString(text, "database: {url: \""+url+"\"}")
		return more(text)
	}
}

var stateWord = regexp.MustCompile(`(waiting|fenced|accepted|unknown|delivered|undelivered|refused|cancelled|expired) (\d+)`)

// statesOf reads how many messages are in which state from what duly run says at its end.
func statesOf(said string) map[string]int {
	states := map[string]int{}
	for _, m := range stateWord.FindAllStringSubmatch(said, -1) {
		n, _ := strconv.Atoi(m[2])
		states[m[1]] = n
	}
	return states
}

// TestFleet is invariants 2, 4 and 5: three processes on one PostgreSQL share one carrier; one is killed in the middle. Counted at the
// carrier: nobody has two messages, nobody is forgotten, what is not known is no more than the windows of the dead one's
// sessions, and never were more sessions open, or parts sent in a second, than the carrier allows. What the dead one held the
// others have within seconds.
func TestFleet(t *testing.T) {
	if testing.Short() {
		t.Skip("runs three processes for half a minute")
	}
	const people, sessions, rate, window = 2400, 3, 300, 40
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	s, addr := simulator(t, smsc.Config{
		Sessions: sessions, KeepTexts: true, IDs: smsc.Random, Seed: seed,
		Faults: smsc.Faults{ThrottleRate: rate, DelayResponse: 40 * time.Millisecond},
	})
	config := bank(t, addr, people, onPostgres(t, func(text string) string {
		text = strings.Replace(text, "window: 1000", "window: "+strconv.Itoa(window), 1)
		text = strings.Replace(text, "rate: 0", "rate: "+strconv.Itoa(rate), 1)
		return strings.Replace(text, "sessions: 1", "sessions: "+strconv.Itoa(sessions), 1)
	}))
	const now = "2026-09-24T10:00:00+08:00"
	machines := []*machine{serves(t, "", config, now), serves(t, "", config, now), serves(t, "", config, now)}
	until(t, "each process has a session", func() bool { return s.Counts().Up == sessions })
	until(t, "the first are sent", func() bool { return s.Counts().Accepted > 200+rng.IntN(800) })
	victim := rng.IntN(len(machines))
	killed := time.Now()
	if err := machines[victim].cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	until(t, "its session is gone", func() bool { return s.Counts().Up < sessions })
	until(t, "another has its session", func() bool { return s.Counts().Up == sessions })
	back := time.Since(killed)
	t.Logf("process %d was killed; its session was another's after %v", victim, back)
	if back > 20*time.Second {
		t.Errorf("the dead one's session came back after %v", back)
	}
	until(t, "all are sent", func() bool { return len(reached(s)) == people || settledAt(s, 5*time.Second) })
	for i, m := range machines {
		if i != victim {
			m.stop(t)
		}
	}
	said := must(t, 0, "run", "--config", config, "--no-plan", "--now", "2026-09-24T10:20:00+08:00", "--linger", "1s")
	states := statesOf(said)
	t.Logf("states %v", states)
	checkFleet(t, s, states, people, window*sessions)
	if n := s.Counts(); n.MostUp > sessions || n.BindsRefused > 0 || n.Throttled > 0 {
		t.Errorf("sessions at once %d of %d, %d refused; %d parts were too many in their second", n.MostUp, sessions, n.BindsRefused, n.Throttled)
	}
}

// reached are the numbers at which something arrived.
func reached(s *smsc.Server) map[string]bool {
	to := map[string]bool{}
	for _, a := range s.Arrivals() {
		to[a.Destination] = true // of a message that was cut off perhaps the first part alone
	}
	return to
}

// settledAt says whether nothing has arrived for some time.
func settledAt(s *smsc.Server, quiet time.Duration) bool {
	before := s.Counts().Submits
	time.Sleep(quiet)
	return s.Counts().Submits == before
}

// checkFleet counts at the carrier.
func checkFleet(t *testing.T, s *smsc.Server, states map[string]int, people, window int) {
	t.Helper()
	if twice := smsc.Duplicates(s.Arrivals(), 0); len(twice) > 0 {
		t.Errorf("%d arrived twice", len(twice))
	}
	whole := map[string]int{}
	for _, a := range s.Arrivals() {
		if a.Complete() {
			whole[a.Destination]++
		}
	}
	for to, n := range whole {
		if n > 1 {
			t.Errorf("%s has %d messages in a day", to, n)
		}
	}
	sum, sure := 0, states["accepted"]+states["delivered"]+states["undelivered"]
	for _, n := range states {
		sum += n
	}
	if sum != people || states["waiting"]+states["fenced"]+states["refused"]+states["expired"]+states["cancelled"] > 0 {
		t.Errorf("of %d intents the states are %v", people, states)
	}
	if states["unknown"] > window {
		t.Errorf("%d unknown with windows of %d", states["unknown"], window)
	}
	if len(whole) < sure || len(whole) > sure+states["unknown"] {
		t.Errorf("the carrier has %d whole messages, we are sure of %d and do not know of %d", len(whole), sure, states["unknown"])
	}
}
