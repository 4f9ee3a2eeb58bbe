package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/cli"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/wire/smpp"
)

func TestSMSCCommand(t *testing.T) {
	dir := t.TempDir()
	record, payments, script := filepath.Join(dir, "record.jsonl"), filepath.Join(dir, "payments.csv"), filepath.Join(dir, "script.yaml")
	if err := os.WriteFile(script, []byte("handsets:\n  - {number: 8617405000001, pay: full}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var complaints bytes.Buffer
	status := make(chan int, 1)
	go func() {
		status <- cli.Main(ctx, []string{
			"smsc", "--listen", "127.0.0.1:0", "--record", record, "--payments", payments, "--script", script,
			"--ids", "random", "--duplicate", "100%", "--now", "2026-09-24T10:00:00+08:00",
		}, strings.NewReader(""), in, &complaints)
		_ = in.Close()
	}()
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err, complaints.String())
	}
	addr, ok := strings.CutPrefix(strings.TrimSpace(first), "listening on ")
	addr, ok2 := strings.CutSuffix(addr, " as "+smsc.SystemID)
	if !ok || !ok2 {
		t.Fatalf("first line %q", first)
	}
	submitOne(t, addr)
	interrupt()
	rest, err := io.ReadAll(lines)
	if err != nil {
		t.Fatal(err)
	}
	if n := <-status; n != 0 || complaints.Len() > 0 {
		t.Errorf("exit status %d: %s", n, &complaints)
	}
	for _, want := range []string{"1 accepted, 0 refused", "1 payments", "2 acknowledged", "2026-09-24 10:00 +08:00  1"} {
		if !strings.Contains(string(rest), want) {
			t.Errorf("no %q in:\n%s", want, rest)
		}
	}
	if b, err := os.ReadFile(payments); err != nil || string(b) != "phone,paid_on,amount\n8617405000001,2026-09-24,740.00\n" {
		t.Errorf("payments %q, %v", b, err)
	}
	f, err := os.Open(record)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if parts, err := smsc.ReadRecord(f); err != nil || len(parts) != 1 || !parts[0].Shown {
		t.Errorf("record %+v, %v", parts, err)
	}
}

// submitOne submits a message and waits for both copies of its receipt.
func submitOne(t *testing.T, addr string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	receipts := make(chan struct{}, 2)
	session, err := smpp.Dial(t.Context(), conn, smpp.Bind{SystemID: "test"}, smpp.Config{}, smpp.Handler{
		Deliver: func(_ *smpp.DeliverSM, ack smpp.Ack) {
			_ = ack.Respond(smpp.OK, "")
			receipts <- struct{}{}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := smpp.AppendParts(nil, smpp.Message{Destination: smpp.Address{Addr: "8617405000001"}}, "应还¥740.00", 1)
	if err == nil {
		err = session.Send(t.Context(), &parts[0], 1, time.Time{})
	}
	if err != nil {
		t.Fatal(err)
	}
	<-receipts
	<-receipts
	if err := session.Unbind(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestSMSCCommandRefuses(t *testing.T) {
	for _, test := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"--throttle", "fast"}, 2, "a rate is written 1000/s"},
		{[]string{"--throttle", "0/s"}, 2, "is not a rate"},
		{[]string{"--ids", "uuid"}, 2, "sequential or random"},
		{[]string{"--drop", "200%"}, 2, "more than the whole"},
		{[]string{"--script", "none.yaml"}, 3, "the script cannot be read"},
		{[]string{"--listen", "127.0.0.1:none"}, 2, "is not an address such as"},
		{[]string{"--listen", "192.0.2.1:2775"}, 4, "cannot listen on 192.0.2.1:2775"},
		{[]string{"--record", "/nowhere/at/all"}, 4, "record"},
	} {
		var out, complaints bytes.Buffer
		args := append([]string{"smsc", "--listen", "127.0.0.1:0"}, test.args...)
		if n := cli.Main(t.Context(), args, strings.NewReader(""), &out, &complaints); n != test.status || !strings.Contains(complaints.String(), test.says) {
			t.Errorf("%v: exit status %d, %q", test.args, n, complaints.String())
		}
	}
}
