// Package test runs Duly's parts against programs that were not written here. See peers/README.md.
package test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/test/port"
	"github.com/dulyhq/duly/wire/smpp"
)

// limit bounds each peer's life in wire time.
const limit = 40 * time.Second

const text = "您好,您的分期款¥740.00已到期。"

// long takes two parts, of which the second one holds the amount.
var long = strings.Repeat("您的分期款已到期。", 10) + "应还¥740.00。"

// need skips a test whose peer is not installed, and fails it in CI, where it must be.
func need(t *testing.T, what string, ok bool) {
	t.Helper()
	switch {
	case ok:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is not installed, and in CI it must be: make setup", what)
	default:
		t.Skipf("%s is not installed; make setup installs it", what)
	}
}

func has(program string, args ...string) bool {
	return exec.Command(program, args...).Run() == nil
}

// run starts a peer and ends it with the test, by its own id.
func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()         // killed is no error here
		if t.Failed() {
			t.Logf("%s said: %s", cmd.Args[0], complaints.String())
		}
	})
}

func simulator(t *testing.T) (*smsc.Server, *net.TCPAddr) {
	t.Helper()
	s, err := smsc.New(smsc.Config{KeepTexts: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	addr, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return s, addr.(*net.TCPAddr)
}

// TestClientWithNodeSMSC is Duly's client against npm's smpp.
func TestClientWithNodeSMSC(t *testing.T) {
	_, err := os.Stat("peers/node_modules/smpp")
	need(t, "npm's smpp", err == nil && has("node", "--version"))
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "peers/smsc.js", "--marker", "740", "--reply", "下周五还")
	hold, err := cmd.StdinPipe() // the peer ends when it is closed
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	run(t, cmd)
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the peer did not come up")
	}
	port := strings.TrimPrefix(lines.Text(), "listening ")
	exchange(ctx, t, net.JoinHostPort("127.0.0.1", port))
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	var events []nodeEvent
	for lines.Scan() {
		var e nodeEvent
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	submitted, joined := 0, ""
	for _, e := range events {
		if e.Event == "submit" {
			submitted++
			joined += e.Text
		}
	}
	end := events[len(events)-1]
	if submitted != 2 || joined != long || end.Event != "end" || end.Receipts != 2 || end.Replies != 1 || end.Pending != 0 {
		t.Errorf("%d submits, %q, end %+v", submitted, joined, end)
	}
}

type nodeEvent struct {
	Event    string `json:"event"`
	Text     string `json:"text"`
	Receipts int    `json:"receipts"`
	Replies  int    `json:"replies"`
	Pending  int    `json:"pending"`
}

// exchange submits a text of two parts and waits for both answers, both receipts and the reply.
func exchange(ctx context.Context, t *testing.T, addr string) {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	ids, receipts, replies := make(chan string, 2), make(chan smpp.Receipt, 2), make(chan string, 1)
	session, err := smpp.Dial(ctx, conn, smpp.Bind{SystemID: "duly", Password: "secret"}, smpp.Config{}, smpp.Handler{
		Results: func(results []smpp.Result) {
			for _, r := range results {
				if r.Outcome != smpp.Answered || r.Status != smpp.OK {
					t.Errorf("result %+v", r)
				}
				ids <- r.MessageID
			}
		},
		Deliver: func(d *smpp.DeliverSM, ack smpp.Ack) {
			_ = ack.Respond(smpp.OK, "") // a loss shows as one
			if !d.IsReceipt() {
				text, _, err := d.Text()
				if err != nil {
					t.Error(err)
				}
				replies <- text
				return
			}
			r, err := d.Receipt()
			if err != nil {
				t.Error(err)
			}
			receipts <- r
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	base := smpp.Message{Source: smpp.Address{Addr: "10690000"}, Destination: smpp.Address{TON: 1, NPI: 1, Addr: "8617405000001"}}
	parts, err := smpp.AppendParts(nil, base, long, 9)
	if err != nil {
		t.Fatal(err)
	}
	for i := range parts {
		if err := session.Send(ctx, &parts[i], uint64(i), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	known := map[string]bool{get(ctx, t, ids): true, get(ctx, t, ids): true}
	for range parts {
		if r := get(ctx, t, receipts); !known[r.ID] || r.State != smpp.StateDelivered {
			t.Errorf("receipt %+v for %v", r, known)
		}
	}
	if got := get(ctx, t, replies); got != "下周五还" {
		t.Errorf("reply %q", got)
	}
	if err := session.Unbind(ctx); err != nil {
		t.Error(err)
	}
}

func get[T any](ctx context.Context, t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-ctx.Done():
		t.Fatal("waited in vain")
	}
	return v
}

// TestPerlClientWithSMSC is Perl's Net::SMPP against Duly's simulator.
func TestPerlClientWithSMSC(t *testing.T) {
	need(t, "Perl's Net::SMPP", has("perl", "-MNet::SMPP", "-MJSON::PP", "-e", "1"))
	s, addr := simulator(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "perl", "peers/client.pl", "--count", "200", "--window", "20", "--ucs2", "--text", text,
		"--to", "8617405000001", "127.0.0.1", fmt.Sprint(addr.Port))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if !strings.Contains(lines[0], smsc.SystemID) || !strings.Contains(lines[len(lines)-1], `"receipts":200`) {
		t.Errorf("it said %s … %s", lines[0], lines[len(lines)-1])
	}
	arrivals := s.Arrivals()
	if len(arrivals) != 200 || arrivals[0].Whole != text || arrivals[199].Destination != "8617405000001" || !arrivals[0].Shown {
		t.Errorf("%d arrivals, first %+v", len(arrivals), arrivals[0])
	}
	if n := s.Counts(); n.Receipts != 200 || n.Open != 0 {
		t.Errorf("counts %+v", n)
	}
}

// TestKannelWithSMSC is Kannel's bearerbox as an ESME against Duly's simulator: a message goes in by HTTP, and
// its receipt comes out by HTTP.
func TestKannelWithSMSC(t *testing.T) {
	bearerbox, err1 := exec.LookPath("bearerbox")
	smsbox, err2 := exec.LookPath("smsbox")
	need(t, "Kannel", err1 == nil && err2 == nil)
	s, addr := simulator(t)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	receipts := make(chan string, 4)
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { receipts <- r.URL.Query().Get("type") }))
	defer web.Close()

	sendPort := port.Of(t)
	conf := kannelConf(t, addr.Port, sendPort)
	run(t, exec.CommandContext(ctx, bearerbox, "-v", "4", conf))
	until(ctx, t, "bearerbox is bound", func() bool { return s.Counts().Binds > 0 })
	run(t, exec.CommandContext(ctx, smsbox, "-v", "4", conf))
	query := url.Values{
		"username": {"test"}, "password": {"test"}, "to": {"8617405000001"}, "from": {"10690000"}, "coding": {"2"}, "charset": {"UTF-8"},
		"text": {text}, "dlr-mask": {"1"}, "dlr-url": {web.URL + "/?type=%d"},
	}
	ask := fmt.Sprintf("http://127.0.0.1:%d/cgi-bin/sendsms?%s", sendPort, query.Encode())
	until(ctx, t, "smsbox takes the message", func() bool { return taken(ctx, t, ask) })
	if got := get(ctx, t, receipts); got != "1" { // 1 is delivered
		t.Errorf("a receipt of type %q", got)
	}
	if a := s.Arrivals(); len(a) != 1 || a[0].Whole != text || a[0].Destination != "8617405000001" || !a[0].Shown {
		t.Errorf("arrivals %+v", a)
	}
	// bearerbox tells by HTTP what a receipt says before it acknowledges it.
	until(ctx, t, "the receipt is acknowledged", func() bool { return s.Counts().Receipts > 0 })
	if n := s.Counts(); n.Receipts != 1 || n.Open != 0 {
		t.Errorf("counts %+v", n)
	}
}

// taken asks smsbox to send, and reports whether it has taken the message.
func taken(ctx context.Context, t *testing.T, ask string) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ask, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false // it is not up yet
	}
	body, err := io.ReadAll(resp.Body)
	if e := resp.Body.Close(); err == nil {
		err = e
	}
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode == http.StatusAccepted && strings.Contains(string(body), "Accepted")
}

// until waits until a condition holds that has no sign of its own.
func until(ctx context.Context, t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("waited in vain until " + what)
		}
	}
}

func kannelConf(t *testing.T, smscPort, sendPort int) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "store"), 0o700); err != nil {
		t.Fatal(err)
	}
	tmpl, err := template.ParseFiles("peers/kannel.conf.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "kannel.conf"))
	if err != nil {
		t.Fatal(err)
	}
	err = tmpl.Execute(f, map[string]any{
		"Dir": dir, "SMSCPort": smscPort, "AdminPort": port.Of(t), "BoxPort": port.Of(t), "SendPort": sendPort,
		"SystemID": "kannel", "Password": "secret", "Window": 100,
	})
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		t.Fatal(err)
	}
	return f.Name()
}
