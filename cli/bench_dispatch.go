package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// kannelPerSecond is what Kannel 1.4.5 with its file store and receipts handed over on two cores (2026-11-22,
// DESIGN section 8). It keeps no caps, renders nothing and calls no fsync.
const kannelPerSecond = 4200

type benchRun struct {
	*bench
	book   benchBook
	random bool
	delay  time.Duration
	window int
	batch  int
	binds  int    // sessions side by side, each a sender of its own
	dir    string // where the filled store is kept; empty: it is not
	gate   bool   // Kannel is measured in the same run
	server int    // the process of PostgreSQL; 0: there is none, or not on this machine
}

func (a *app) benchDispatchCommand() *cobra.Command {
	b := &benchRun{bench: &bench{app: a}, book: benchBook{late: 100, days: []int{3, 6, 9, 12, 18, 25}}}
	ids, parts := "", 0
	c := &cobra.Command{
		Use:   "dispatch",
		Short: "Hand planned messages over by SMPP with receipts, beside a bare client that stores nothing",
		Long: `Plans one message to each person of a made-up book and hands them over to the simulator, which runs in a process
of its own on the loopback: second judgement, rendering, fence, cap slot, outcome and receipt, all durable. The
time is from the first claim to the last receipt stored. Then a bare windowed client submits as many parts to a
simulator of the same kind and acknowledges their receipts.

With --dir the filled store is kept there and used again; filling one with a long history takes longer than the rest.
With --database it does so on PostgreSQL. Where there is none, a checkout of Duly starts a private one from Debian's packages:
go run ./test/withpg -durable sh -c 'duly bench dispatch --database "$DULY_PG"'.`,
		Example: `  duly bench dispatch
  duly bench dispatch --messages 50000 --history 1000000 --delay 50ms --repeat 1 --dir kept`,
		Args: exactly(0, "bench dispatch takes no arguments; see duly bench dispatch --help"),
		RunE: func(c *cobra.Command, _ []string) error {
			if ids != "random" && ids != "sequential" {
				return fail(Usage, "--ids %q is neither random nor sequential", ids)
			}
			if parts != 1 && parts != 2 {
				return fail(Usage, "--parts %d is neither 1 nor 2", parts)
			}
			if b.random = ids == "random"; parts == 1 {
				b.book.short, b.book.days = true, shortDays
			}
			err := errors.Join(
				b.bounds("messages", b.book.loans, 5_000_000), b.bounds("history", b.book.past+1, 20_000_001),
				b.bounds("window", int64(b.window), 10_000), b.bounds("binds", int64(b.binds), 16))
			if err != nil {
				return err
			}
			return b.dispatch(c.Context())
		},
	}
	b.flags(c)
	c.Flags().Int64Var(&b.book.loans, "messages", 100_000, "how many messages, each to a person")
	c.Flags().Int64Var(&b.book.past, "history", 0, "how many earlier messages the store holds")
	c.Flags().StringVar(&ids, "ids", "random", "how the carrier numbers messages: random or sequential")
	c.Flags().IntVar(&parts, "parts", 2, "how many parts a text has: 2 as the shipped ones mostly, or 1, a shorter text\nof the benchmark's own; what Kannel is quoted for had one")
	c.Flags().BoolVar(&b.gate, "kannel", false, "measure Kannel too, from Debian's package kannel, with its file store")
	c.Flags().DurationVar(&b.delay, "delay", 0, "how long after an arrival its receipt comes")
	c.Flags().IntVar(&b.window, "window", dispatch.DefaultWindow, "messages between fence and outcome at most")
	c.Flags().IntVar(&b.batch, "batch", 0, "messages a commit at most (default: the engine's)")
	c.Flags().IntVar(&b.binds, "binds", 1, "sessions with the carrier side by side, each with a window of its own")
	c.Flags().StringVar(&b.dir, "dir", "", "a folder to keep the filled and planned store in, which is used again whatever\n--messages, --parts and --history say (default: a temporary one; SQLite only)")
	return c
}

func (b *benchRun) dispatch(ctx context.Context) error {
	var err error
	if b.database != "" {
		if b.server, err = store.Postmaster(ctx, b.database); err != nil {
			return fail(Dependency, "the database cannot be asked: %w", err)
		}
	}
	return folder(b.dir, func(tmp string) (err error) {
		filled := filepath.Join(tmp, "full")
		if b.dir != "" {
			filled = filepath.Join(b.dir, "dispatch")
		}
		full, err := b.place(ctx, filled, nil)
		if err != nil {
			return err
		}
		one := full
		defer func() { err = errors.Join(err, b.drop(ctx, one, full)) }()
		if err := b.ready(ctx, full); err != nil {
			return err
		}
		var runs []map[string]float64
		for n := range b.repeat {
			b.say("handing over: %d of %d", n+1, b.repeat)
			if one, err = b.place(ctx, filepath.Join(tmp, "one"), &full); err != nil {
				return err
			}
			r, err := b.handOver(ctx, one)
			if err != nil {
				return err
			}
			if err := b.beside(ctx, r); err != nil {
				return err
			}
			if b.gate {
				if err := b.besideKannel(ctx, r); err != nil {
					return err
				}
			}
			runs = append(runs, r)
		}
		names := []string{
			"messages", "parts", "seconds", "messages_per_s", "parts_per_s", "cpu_us_per_message", "carrier_cpu_us_per_message", "bare_parts_per_s", "ratio_to_bare",
			"ratio_to_kannel_quoted", "peak_rss_mb",
		}
		if b.server != 0 {
			names = append(names, "server_cpu_us_per_message")
		}
		if b.gate {
			names = append(names, "kannel_per_s", "kannel_begin_per_s", "ratio_to_kannel")
		}
		return b.report("dispatch", names, runs)
	})
}

// ready fills a store and plans it, unless an earlier run has left one that is planned.
func (b *benchRun) ready(ctx context.Context, full benchPlace) error {
	planned := filepath.Join(full.dir, "planned")
	if _, err := os.Stat(planned); err == nil {
		return nil
	}
	if err := b.fill(ctx, full, b.book); err != nil {
		return err
	}
	if err := b.planAll(ctx, full); err != nil {
		return err
	}
	return os.WriteFile(planned, nil, 0o600)
}

func (b *benchRun) planAll(ctx context.Context, at benchPlace) error {
	b.say("planning")
	e, p, err := openBench(ctx, at, b.book.short)
	if err != nil {
		return err
	}
	done, err := e.Plan(ctx, p, engine.PlanOptions{Now: benchNow})
	if err == nil && done.Messages != b.book.loans {
		err = fmt.Errorf("planned %d messages and not %d", done.Messages, b.book.loans)
	}
	return errors.Join(err, e.Store.Close())
}

// handOver measures one run.
func (b *benchRun) handOver(ctx context.Context, at benchPlace) (r map[string]float64, err error) {
	e, p, err := openBench(ctx, at, b.book.short)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Store.Close()) }()
	peer, err := startPeer(ctx, b.random, b.delay)
	if err != nil {
		return nil, err
	}
	var last atomic.Int64 // in nanoseconds since 1970: senders of several binds report side by side
	o := engine.RunOptions{
		Civil: func() time.Time { return benchNow }, Linger: max(500*time.Millisecond, 2*b.delay), Patience: 20 * time.Second, Batch: b.batch,
		Carriers: slices.Repeat([]dispatch.SMPPConfig{{
			ID: "main", Address: peer.addr, SystemID: "duly", Source: "10690000", Window: b.window, Simulator: smsc.SystemID,
		}}, b.binds),
		Progress: func(engine.Progress) { last.Store(time.Now().UnixNano()) },
	}
	forgetPeak()
	defer collectSeldom()()
	cpu, server, carrier := cpuTime(), familyTime(b.server), familyTime(peer.cmd.Process.Pid)
	begun := time.Now()
	err = b.profiled(func() error { _, err := e.Run(ctx, o); return err })
	peak, used := peakMB(), cpuTime()-cpu
	server, carrier = familyTime(b.server)-server, familyTime(peer.cmd.Process.Pid)-carrier
	counts, stopped := peer.stop()
	if err = errors.Join(err, stopped); err != nil {
		return nil, err
	}
	took := time.Unix(0, last.Load()).Sub(begun).Seconds()
	row, err := e.Store.Portfolio(ctx, p.Creditor, p.Ref)
	if err != nil {
		return nil, err
	}
	states, err := e.Store.Counts(ctx, row.ID, benchNow.Add(-time.Hour), benchNow.Add(time.Hour))
	if err != nil {
		return nil, err
	}
	delivered := int64(0)
	for _, s := range states {
		if s.State == "delivered" {
			delivered += s.Number
		}
	}
	if delivered != b.book.loans {
		return nil, fmt.Errorf("%d of %d messages were delivered; the carrier counts %+v", delivered, b.book.loans, counts)
	}
	n, parts := float64(delivered), float64(counts.Accepted)
	return map[string]float64{
		"messages": n, "parts": parts, "seconds": took, "messages_per_s": n / took, "parts_per_s": parts / took,
		"ratio_to_kannel_quoted": n / took / kannelPerSecond, "peak_rss_mb": peak, "cpu_us_per_message": float64(used.Microseconds()) / n,
		"server_cpu_us_per_message": float64(server.Microseconds()) / n, "carrier_cpu_us_per_message": float64(carrier.Microseconds()) / n,
	}, nil
}

// beside measures the reference on a fresh carrier.
func (b *benchRun) beside(ctx context.Context, r map[string]float64) error {
	peer, err := startPeer(ctx, b.random, b.delay)
	if err != nil {
		return err
	}
	took, err := bareClient(ctx, peer.addr, int64(r["parts"]), b.window)
	_, stopped := peer.stop()
	if err = errors.Join(err, stopped); err != nil {
		return err
	}
	r["bare_parts_per_s"] = r["parts"] / took.Seconds()
	r["ratio_to_bare"] = r["parts_per_s"] / r["bare_parts_per_s"]
	return nil
}
