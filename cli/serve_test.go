package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dulyhq/duly/cli"
	"github.com/dulyhq/duly/smsc"
)

// simulator runs a carrier and returns it with its address.
func simulator(t *testing.T, cfg smsc.Config) (*smsc.Server, string) {
	t.Helper()
	server, err := smsc.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, server.Close()); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return server, l.Addr().String()
}

// bank makes a lender's folder whose carrier is at addr, with so many borrowers who are three days late, and returns the path of
// its configuration. edit changes the configuration.
func bank(t *testing.T, addr string, people int, edit func(string) string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bank")
	must(t, 0, "init", dir)
	path := filepath.Join(dir, "duly.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	config := strings.Replace(string(text), "127.0.0.1:2775", addr, 1)
	if edit != nil {
		config = edit(config)
	}
	var rows strings.Builder
	rows.WriteString("borrower_id,name,phone,region,timezone,loan_id,due_on,amount,currency\n")
	for i := range people {
		fmt.Fprintf(&rows, "B%d,王某,+86174050%05d,CN-ZJ,Asia/Shanghai,C%d,2026-09-21,%d.00,CNY\n", i+1, i+1, i+1, 100+i)
	}
	file := filepath.Join(dir, "overdue.csv")
	if err := errors.Join(os.WriteFile(path, []byte(config), 0o600), os.WriteFile(file, []byte(rows.String()), 0o600)); err != nil {
		t.Fatal(err)
	}
	must(t, 0, "import", file, "--config", path, "--now", "2026-09-24T07:00:00+08:00")
	return path
}

// must runs a command and wants its exit status.
func must(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errw bytes.Buffer
	if status := cli.Main(context.Background(), args, strings.NewReader(""), &out, &errw); status != want {
		t.Fatalf("duly %v: exit status %d, want %d: %s", args, status, want, errw.String())
	}
	return out.String()
}

// loud is a log that a test can read while it is written.
type loud struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *loud) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *loud) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serving runs duly serve in this process until end is called, which returns the exit status.
func serving(t *testing.T, config string) (url string, log *loud, end func() int) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	log = &loud{}
	status := make(chan int, 1)
	go func() {
		status <- cli.Main(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--config", config, "--now", "2026-09-24T10:00:00+08:00"}, strings.NewReader(""), in, log)
		_ = in.Close()
	}()
	r := bufio.NewReader(out)
	first, err := r.ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(first), "duly serves at ")
	if err != nil || !ok {
		stop()
		t.Fatalf("first line %q, %v: %s", first, err, log)
	}
	if rest, err := r.Peek(r.Buffered()); err != nil || !strings.Contains(string(rest), "nobody can sign in there yet: duly user add ") {
		t.Errorf("after the first line: %q, %v", rest, err)
	}
	once := sync.OnceValue(func() int { stop(); return <-status })
	t.Cleanup(func() { once() })
	return url, log, once
}

// patience is for how long anything may take on a busy machine.
const patience = 5 * time.Minute

// until waits for something to become true.
func until(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came: %s", what)
		}
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// TestServe plans by itself, hands over, and plans what is imported while it serves.
func TestServe(t *testing.T) {
	s, addr := simulator(t, smsc.Config{KeepTexts: true})
	config := bank(t, addr, 40, nil)
	url, log, end := serving(t, config)
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, body := get(t, url+path); code != 200 {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	until(t, "40 messages at the carrier", func() bool { return len(smsc.Duplicates(s.Arrivals(), 0)) == 0 && whole(s) == 40 })
	if code, _ := get(t, url+"/nothing"); code != 404 {
		t.Errorf("status %d", code)
	}
	if status := end(); status != 0 {
		t.Errorf("exit status %d: %s", status, log)
	}
	if said := must(t, 0, "report", "--config", config, "--format", "csv", "--now", "2026-09-24T11:00:00+08:00"); !strings.Contains(said, ",40,40,") {
		t.Errorf("report:\n%s", said)
	}
	if strings.Contains(log.String(), "17405") || !strings.Contains(log.String(), "messages=40") {
		t.Errorf("log:\n%s", log)
	}
}

// whole counts the persons who have a whole message.
func whole(s *smsc.Server) int {
	to := map[string]bool{}
	for _, a := range s.Arrivals() {
		if a.Complete() {
			to[a.Destination] = true
		}
	}
	return len(to)
}

// TestServeEndsGracefully is told to end while every message waits for its answer: nothing more is fenced, and what was on
// its way has its outcome. What the drain is too short for is unknown, and never sent again.
func TestServeEndsGracefully(t *testing.T) {
	const people = 120
	for _, c := range []struct{ drain, want string }{{"20s", "delivered"}, {"50ms", "unknown"}} {
		t.Run(c.want, func(t *testing.T) {
			s, addr := simulator(t, smsc.Config{KeepTexts: true, Faults: smsc.Faults{DelayResponse: 700 * time.Millisecond}})
			config := bank(t, addr, people, func(text string) string {
				return strings.Replace(strings.Replace(text, "window: 1000", "window: 50", 1), "drain: 15s", "drain: "+c.drain, 1)
			})
			_, log, end := serving(t, config)
			until(t, "50 messages on their way", func() bool { return s.Counts().Accepted >= 50 })
			if status := end(); status != 0 {
				t.Fatalf("exit status %d: %s", status, log)
			}
			said := must(t, 0, "run", "--config", config, "--no-plan", "--now", "2026-09-24T10:05:00+08:00", "--linger", "2s")
			reached := map[string]bool{}
			for _, a := range s.Arrivals() {
				reached[a.Destination] = true // of an unknown one perhaps the first part alone
			}
			if len(reached) != people || len(smsc.Duplicates(s.Arrivals(), 0)) > 0 {
				t.Errorf("the carrier has %d of %d, %d twice", len(reached), people, len(smsc.Duplicates(s.Arrivals(), 0)))
			}
			if unknown := strings.Contains(said, "unknown"); unknown != (c.want == "unknown") {
				t.Errorf("after a drain of %s: %s", c.drain, said)
			}
		})
	}
}

func TestServeRefuses(t *testing.T) {
	_, addr := simulator(t, smsc.Config{})
	config := bank(t, addr, 1, nil)
	for _, c := range []struct {
		status int
		args   []string
	}{
		{2, []string{"--listen", "nowhere"}},
		{2, []string{"more"}},
		{4, []string{"--listen", "192.0.2.1:80"}},
	} {
		must(t, c.status, append([]string{"serve", "--config", config}, c.args...)...)
	}
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(text), "\nserve:")
	for _, bad := range []string{"listen: nowhere", "plan_at: evening", "drain: soon", "port: 80"} {
		if err := os.WriteFile(config, []byte(before+"\nserve:\n  "+bad+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		must(t, 3, "serve", "--config", config)
	}
}
