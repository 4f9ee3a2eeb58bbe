package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/dulyhq/duly/dispatch"
)

// besideKannel measures Kannel's bearerbox with its file store and receipts on a fresh carrier: mtbatch puts messages of one part in, and
// the time is from the first one accepted to the last receipt acknowledged. Kannel renders nothing, keeps no caps and calls no fsync.
func (b *benchRun) besideKannel(ctx context.Context, r map[string]float64) error {
	bearerbox, err1 := exec.LookPath("bearerbox")
	mtbatch, err2 := exec.LookPath("mtbatch")
	if err1 != nil || err2 != nil {
		return fail(Dependency, "--kannel needs bearerbox and mtbatch, which Debian's package kannel has: apt-get install kannel")
	}
	b.say("handing over by Kannel")
	peer, err := startPeer(ctx, b.random, b.delay)
	if err != nil {
		return err
	}
	took, begin, err := b.kannel(ctx, peer, bearerbox, mtbatch)
	_, stopped := peer.stop()
	if err = errors.Join(err, stopped); err != nil {
		return err
	}
	r["kannel_per_s"] = r["messages"] / took.Seconds()
	r["kannel_begin_per_s"] = float64(min(b.book.loans, kannelBegin)) / begin.Seconds()
	r["ratio_to_kannel"] = r["messages_per_s"] / r["kannel_per_s"]
	return nil
}

// kannelBegin is how many messages Kannel's beginning is: it grows slower with what waits in its store, so the rate of a million says
// little of the rate of a tenth of it, and both are printed.
const kannelBegin = 100_000

// kannel returns how long all messages took, and how long the first kannelBegin of them.
func (b *benchRun) kannel(ctx context.Context, peer *benchPeer, bearerbox, mtbatch string) (took, begin time.Duration, err error) {
	err = folder("", func(dir string) error {
		box, err := b.kannelFiles(dir, peer.addr)
		if err != nil {
			return err
		}
		// The two are ended by this context, at the latest.
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var said bytes.Buffer
		start := func(program string, args ...string) (*exec.Cmd, error) {
			cmd := exec.CommandContext(ctx, program, args...)
			cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &said, &said
			return cmd, cmd.Start()
		}
		gate, err := start(bearerbox, "-v", "4", "kannel.conf")
		if err != nil {
			return fail(Dependency, "Kannel does not start: %w", err)
		}
		defer func() { _ = gate.Wait() }() // it is killed, which is no error here
		defer cancel()
		if err := b.until(ctx, peer, func(c counted) bool { return c.up > 0 }); err != nil {
			return fmt.Errorf("%w; Kannel says %s", err, said.String())
		}
		feed, err := start(mtbatch, "-v", "4", "-b", "127.0.0.1", "-p", box, "-f", "10690000", "-D", "3", "-u", "http://127.0.0.1:1/", "text", "numbers")
		if err != nil {
			return fail(Dependency, "mtbatch does not start: %w", err)
		}
		defer func() { _ = feed.Wait() }()
		defer cancel()
		if err := b.until(ctx, peer, func(c counted) bool { return c.accepted > 0 }); err != nil {
			return err
		}
		begun := time.Now()
		err = b.until(ctx, peer, func(c counted) bool {
			done := min(c.accepted, c.receipts)
			if begin == 0 && done >= min(b.book.loans, kannelBegin) {
				begin = time.Since(begun)
			}
			b.say("handing over by Kannel: %d of %d, %.0f/s so far", done, b.book.loans, float64(done)/time.Since(begun).Seconds())
			return done >= b.book.loans
		})
		took = time.Since(begun)
		return err
	})
	return took, begin, err
}

type counted struct {
	up                 int
	accepted, receipts int64
}

// kannelPatience is how long Kannel may do nothing that can be seen.
const kannelPatience = 20 * time.Second

// until asks the carrier until what has come is enough.
func (b *benchRun) until(ctx context.Context, peer *benchPeer, enough func(counted) bool) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var before counted
	for moved := time.Now(); ; {
		c, err := peer.counts()
		if err != nil {
			return err
		}
		now := counted{c.Up, int64(c.Accepted), int64(c.Receipts)}
		switch {
		case enough(now):
			return nil
		case now != before:
			before, moved = now, time.Now()
		case time.Since(moved) > kannelPatience:
			return fail(Dependency, "Kannel stands still: %d messages and %d receipts of %d", now.accepted, now.receipts, b.book.loans)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// kannelFiles writes Kannel's configuration, the text and the numbers, and returns the port for mtbatch.
func (b *benchRun) kannelFiles(dir, carrier string) (box string, err error) {
	ports := make([]string, 2)
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return "", err
		}
	}
	_, port, err := net.SplitHostPort(carrier)
	if err != nil {
		return "", err
	}
	conf := strings.NewReplacer("ADMIN", ports[0], "BOX", ports[1], "CARRIER", port, "WINDOW", fmt.Sprint(min(b.window, dispatch.DefaultWindow)), "DIR", dir).Replace(kannelConf)
	var numbers bytes.Buffer
	for i := range b.book.loans {
		fmt.Fprintf(&numbers, "8617405%06d\n", i%1_000_000)
	}
	text := strings.Repeat("Your instalment is late. ", 5) + "Please call us."
	return ports[1], errors.Join(
		os.WriteFile(filepath.Join(dir, "kannel.conf"), []byte(conf), 0o600),
		os.WriteFile(filepath.Join(dir, "text"), []byte(text), 0o600),
		os.WriteFile(filepath.Join(dir, "numbers"), numbers.Bytes(), 0o600))
}

// freePort returns a port of the loopback that nobody listens at.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

// kannelConf has Kannel log as little as it can.
const kannelConf = `group = core
admin-port = ADMIN
admin-interface = 127.0.0.1
admin-password = bench
smsbox-port = BOX
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "DIR/log"
log-level = 4
store-type = file
store-location = "DIR/store"
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = duly
host = 127.0.0.1
port = CARRIER
transceiver-mode = true
interface-version = 34
smsc-username = bench
smsc-password = bench
system-type = ""
max-pending-submits = WINDOW
reconnect-delay = 1
alt-charset = "GSM"

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = 0
log-level = 4
`
