package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/smsc"
)

// smscFlags are what the command line says about the simulator.
type smscFlags struct {
	listen, script, ids string
	throttle            string
	cfg                 smsc.Config
	faults              smsc.Faults
}

func (a *app) smscCommand() *cobra.Command {
	f := &smscFlags{}
	c := &cobra.Command{
		Use:   "smsc",
		Short: "Simulate a carrier that speaks SMPP 3.4, with handsets, faults and a record of every arrival",
		Long: `Plays a carrier, for trials and tests. It takes binds of any system_id over SMPP 3.4, calls itself ` + smsc.SystemID + `,
gives receipts, and keeps its own record of every arrival: what reached the carrier, whatever the sender
believes. Without a script every handset shows every message at once.

A script (see docs/formats/smsc-script.md) has handsets fail, stay silent, reply, stop and pay:

  population:
    - {share: 5%, fail: UNDELIV, err: "001"}
    - {share: 3%, silent: true}
  handsets:
    - {number: "8617405000001", reply: 下周五发工资还500}
    - {number: "8617405000002", pay: full, pay_after: 2s}
    - {number: "8617405000003", stop: true}
  faults: {drop_response: 1%, duplicate_receipt: 1%}

Faults given here are added to those of the script. It ends at an interrupt (Ctrl-C) and sums up what came.`,
		Example: `  duly smsc
  duly smsc --record arrivals.jsonl --drop 1% --duplicate 1% --disconnect-every 5000
  duly smsc --script handsets.yaml --payments payments.csv --now 2026-09-24T10:00:00+08:00`,
		Args: exactly(0, "smsc takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return a.smsc(c.Context(), c, f) },
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.listen, "listen", "127.0.0.1:2775", "where to listen; port 0 is a free one")
	fl.StringVar(&f.cfg.Record, "record", "", "file to which every arrival is appended, a JSON object a line")
	fl.BoolVar(&f.cfg.Sync, "sync", false, "write each arrival to --record before it is answered")
	fl.StringVar(&f.script, "script", "", "YAML file with handsets, faults and a timeline")
	fl.StringVar(&f.cfg.Payments, "payments", "", "CSV file to which what handsets pay is appended (phone,paid_on,amount)")
	fl.StringVar(&f.cfg.Password, "password", "", "password that a bind must give (default: any)")
	fl.StringVar(&f.ids, "ids", "sequential", "message ids: sequential or random")
	fl.Var(&f.faults.DropResponse, "drop", "share of submits that are taken but never answered, such as 1%")
	fl.StringVar(&f.throttle, "throttle", "", "answer ESME_RTHROTTLED above a rate such as 1000/s, or for a share such as 5%")
	fl.DurationVar(&f.faults.DelayResponse, "delay", 0, "how late every answer is, such as 50ms")
	fl.Var(&f.faults.DuplicateReceipt, "duplicate", "share of receipts that come twice")
	fl.Var(&f.faults.ReorderReceipt, "reorder", "share of receipts that change places with the next one")
	fl.Var(&f.faults.EarlyReceipt, "early", "share of receipts that come before the answer")
	fl.Var(&f.faults.LostReceipt, "lost", "share of receipts that never come")
	fl.IntVar(&f.faults.DisconnectEvery, "disconnect-every", 0, "close the connection at every nth submit, after taking it")
	fl.Uint64Var(&f.cfg.Seed, "seed", 0, "what decides shares and random ids (default: the script's)")
	a.nowFlag(c)
	return c
}

// config puts the flags over the script.
func (f *smscFlags) config(c *cobra.Command, clock clock) (smsc.Config, error) {
	cfg := f.cfg
	switch f.ids {
	case "sequential":
		cfg.IDs = smsc.Sequential
	case "random":
		cfg.IDs = smsc.Random
	default:
		return cfg, fail(Usage, "--ids is sequential or random, not %q", f.ids)
	}
	if f.script != "" {
		text, err := os.ReadFile(f.script)
		if err != nil {
			return cfg, fail(Input, "the script cannot be read: %w", err)
		}
		script, err := smsc.ParseScript(f.script, text)
		var mistakes document.MistakeErrors
		if errors.As(err, &mistakes) {
			return cfg, fail(Input, "the script has mistakes:\n%w", err)
		}
		if err != nil {
			return cfg, err
		}
		script.Apply(&cfg)
	}
	if err := f.throttling(); err != nil {
		return cfg, err
	}
	given, own := c.Flags().Changed, &cfg.Faults
	overlay(given("drop"), &own.DropResponse, f.faults.DropResponse)
	overlay(given("delay"), &own.DelayResponse, f.faults.DelayResponse)
	overlay(given("duplicate"), &own.DuplicateReceipt, f.faults.DuplicateReceipt)
	overlay(given("reorder"), &own.ReorderReceipt, f.faults.ReorderReceipt)
	overlay(given("early"), &own.EarlyReceipt, f.faults.EarlyReceipt)
	overlay(given("lost"), &own.LostReceipt, f.faults.LostReceipt)
	overlay(given("disconnect-every"), &own.DisconnectEvery, f.faults.DisconnectEvery)
	overlay(f.faults.Throttle > 0, &own.Throttle, f.faults.Throttle)
	overlay(f.faults.ThrottleRate > 0, &own.ThrottleRate, f.faults.ThrottleRate)
	cfg.Now = clock.read
	if !clock.now.IsZero() { // it begins at --now and goes on with the wire's
		start, begun := clock.now, time.Now()
		cfg.Now = func() time.Time { return start.Add(time.Since(begun)) }
	}
	return cfg, nil
}

func overlay[T any](given bool, to *T, from T) {
	if given {
		*to = from
	}
}

// throttling reads --throttle.
func (f *smscFlags) throttling() error {
	if f.throttle == "" {
		return nil
	}
	rate, isRate := strings.CutSuffix(f.throttle, "/s")
	if !isRate {
		if err := f.faults.Throttle.Set(f.throttle); err != nil {
			return fail(Usage, "--throttle: %w; a rate is written 1000/s", err)
		}
		return nil
	}
	n, err := strconv.Atoi(rate)
	if err != nil || n < 1 {
		return fail(Usage, "--throttle: %q is not a rate such as 1000/s", f.throttle)
	}
	f.faults.ThrottleRate = n
	return nil
}

// smsc runs the simulator until an interrupt.
func (a *app) smsc(ctx context.Context, c *cobra.Command, f *smscFlags) error {
	cfg, err := f.config(c, a.clock)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := listen(ctx, f.listen)
	if err != nil {
		return err
	}
	s, err := smsc.New(cfg)
	if err != nil {
		return errors.Join(fail(Dependency, "%w", err), listener.Close())
	}
	if _, err = fmt.Fprintf(a.out, "listening on %s as %s\n", listener.Addr(), smsc.SystemID); err != nil {
		return errors.Join(err, s.Close(), listener.Close())
	}
	watched := make(chan struct{})
	go func() { defer close(watched); a.watchSMSC(ctx, s) }()
	err = s.Serve(ctx, listener)
	stop()
	<-watched
	err = errors.Join(err, s.Close())
	return errors.Join(err, a.sumUpSMSC(s.Summary()))
}

// listen takes connections on an address HOST:PORT.
func listen(ctx context.Context, address string) (net.Listener, error) {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return nil, fail(Usage, "--listen %s is not an address such as %s", address, usualAddress)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	var of *net.OpError
	if errors.As(err, &of) {
		err = of.Err
	}
	if err != nil {
		return nil, fail(Dependency, "cannot listen on %s: %w", address, err)
	}
	return l, nil
}

// watchSMSC shows the counts on a terminal until ctx ends.
func (a *app) watchSMSC(ctx context.Context, s *smsc.Server) {
	if !terminal(a.err) {
		return
	}
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for before := 0; ; {
		select {
		case <-ctx.Done():
			_, _ = fmt.Fprint(a.err, "\r\x1b[K") // it was only a picture
			return
		case <-ticker.C:
			n := s.Counts()
			_, _ = fmt.Fprintf(a.err, "\r\x1b[K%d arrived (%d/s), %d delivered, %d failed, %d refused, %d to come",
				n.Submits, 2*(n.Submits-before), n.Delivered, n.Failed, n.Refused, n.Open) // it was only a picture
			before = n.Submits
		}
	}
}

// sumUpSMSC prints what came.
func (a *app) sumUpSMSC(sum smsc.Summary) error {
	var b strings.Builder
	fmt.Fprintf(&b, "arrivals    %d submits: %d accepted, %d refused (%d throttled)\n", sum.Submits, sum.Accepted, sum.Refused, sum.Throttled)
	fmt.Fprintf(&b, "messages    %d to %d numbers, %d without all parts\n", sum.Messages, sum.Destinations, sum.Incomplete)
	fmt.Fprintf(&b, "duplicates  %d\n", sum.Duplicates)
	fmt.Fprintf(&b, "handsets    %d delivered, %d failed, %d silent, %d replies, %d payments\n", sum.Delivered, sum.Failed, sum.Silent, sum.Replies, sum.Payments)
	fmt.Fprintf(&b, "receipts    %d acknowledged, %d sent again, %d still to come\n", sum.Receipts, sum.Redelivered, sum.Open)
	for i, h := range sum.Hours {
		head := ""
		if i == 0 {
			head = "by hour"
		}
		fmt.Fprintf(&b, "%-11s %s  %d accepted\n", head, h.Start.Format("2006-01-02 15:00 -07:00"), h.Accepted)
	}
	_, err := fmt.Fprint(a.out, b.String())
	return err
}
