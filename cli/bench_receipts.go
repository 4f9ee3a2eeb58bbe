package cli

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/wire/smpp"
)

// benchReceipts measures how fast receipts are taken in.
type benchReceipts struct {
	*bench
	receipts, past int64
	window         int
}

func (a *app) benchReceiptsCommand() *cobra.Command {
	b := &benchReceipts{bench: &bench{app: a}}
	c := &cobra.Command{
		Use:   "receipts",
		Short: "Take receipts in by SMPP, durable, for messages that wait for them",
		Long: `Makes a store of messages that a carrier has taken under ids in no order, and lets a carrier that runs in a process of its
own deliver a receipt for each, in another order, as fast as its window lets it. Each is matched to its message and
stored durably before it is acknowledged. The time is the carrier's, from the first receipt written to the last one acknowledged.
Beside: the same carrier and a client that acknowledges and stores nothing.`,
		Example: `  duly bench receipts
  duly bench receipts --receipts 50000 --history 1000000 --repeat 1`,
		Args: exactly(0, "bench receipts takes no arguments; see duly bench receipts --help"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(b.bounds("receipts", b.receipts, 5_000_000), b.bounds("history", b.past+1, 20_000_001),
				b.bounds("window", int64(b.window), 10_000)); err != nil {
				return err
			}
			return b.run(c.Context())
		},
	}
	b.flags(c)
	c.Flags().Int64Var(&b.receipts, "receipts", 200_000, "how many receipts, each of a message")
	c.Flags().Int64Var(&b.past, "history", 0, "how many earlier messages the store holds")
	c.Flags().IntVar(&b.window, "window", dispatch.DefaultWindow, "receipts without an acknowledgement at most")
	return c
}

func (b *benchReceipts) run(ctx context.Context) error {
	return folder("", func(tmp string) (err error) {
		full, err := b.place(ctx, filepath.Join(tmp, "full"), nil)
		if err != nil {
			return err
		}
		one := full
		defer func() { err = errors.Join(err, b.drop(ctx, one, full)) }()
		if err := b.await(ctx, full); err != nil {
			return err
		}
		var runs []map[string]float64
		for n := range b.repeat {
			b.say("taking receipts in: %d of %d", n+1, b.repeat)
			if one, err = b.place(ctx, filepath.Join(tmp, "one"), &full); err != nil {
				return err
			}
			r, err := b.take(ctx, one)
			if err != nil {
				return err
			}
			bare, err := b.bare(ctx)
			if err != nil {
				return err
			}
			r["bare_receipts_per_s"] = float64(b.receipts) / bare
			r["ratio_to_bare"] = r["receipts_per_s"] / r["bare_receipts_per_s"]
			runs = append(runs, r)
		}
		return b.report("receipts", []string{
			"receipts", "seconds", "receipts_per_s", "cpu_us_per_receipt", "bare_receipts_per_s", "ratio_to_bare", "peak_rss_mb",
		}, runs)
	})
}

// await fills a store with messages that wait for a receipt.
func (b *benchReceipts) await(ctx context.Context, at benchPlace) error {
	if err := b.fill(ctx, at, benchBook{loans: min(b.receipts, fillPiece), late: 100, days: []int{6}, past: b.past}); err != nil {
		return err
	}
	e, p, err := openBench(ctx, at, false)
	if err != nil {
		return err
	}
	row, err := e.Store.Portfolio(ctx, p.Creditor, p.Ref)
	if err == nil {
		m := store.MadeUp{Portfolio: row.ID, Persons: min(b.receipts, fillPiece), Messages: b.receipts, Until: ledger.Day(benchNow)}
		m.Edition, err = e.Store.Edition(ctx, row.ID, benchNow, p.Documents)
		if err == nil {
			err = e.Store.FillAwaiting(ctx, m, benchNow, benchID)
		}
	}
	return errors.Join(err, e.Store.Close())
}

// benchID is a carrier's id: sixteen digits in no order, and different for different numbers (splitmix64 is a permutation).
func benchID(n int64) string {
	z := uint64(n) + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, z^z>>31))
}

// take measures one run.
func (b *benchReceipts) take(ctx context.Context, at benchPlace) (r map[string]float64, err error) {
	e, p, err := openBench(ctx, at, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Store.Close()) }()
	peer, err := b.deliverer(ctx)
	if err != nil {
		return nil, err
	}
	forgetPeak()
	defer collectSeldom()()
	cpu := cpuTime()
	err = b.profiled(func() error {
		_, err := e.Run(ctx, engine.RunOptions{
			Civil: func() time.Time { return benchNow }, Linger: 2 * time.Second, Patience: 20 * time.Second,
			Carriers: []dispatch.SMPPConfig{{
				ID: "main", Address: peer.addr, SystemID: "duly", Source: "10690000", Window: b.window, Simulator: smsc.SystemID,
			}},
		})
		return err
	})
	used, peak := cpuTime()-cpu, peakMB()
	took, stopped := peer.seconds()
	if err = errors.Join(err, stopped); err != nil {
		return nil, err
	}
	row, err := e.Store.Portfolio(ctx, p.Creditor, p.Ref)
	if err != nil {
		return nil, err
	}
	states, err := e.Store.Counts(ctx, row.ID, benchNow.Add(-2*time.Hour), benchNow.Add(time.Hour))
	if err != nil {
		return nil, err
	}
	for _, s := range states {
		if s.State != "delivered" || s.Number != b.receipts {
			return nil, fmt.Errorf("%d of %d messages are %s", s.Number, b.receipts, s.State)
		}
	}
	n := float64(b.receipts)
	return map[string]float64{
		"receipts": n, "seconds": took, "receipts_per_s": n / took, "cpu_us_per_receipt": float64(used.Microseconds()) / n, "peak_rss_mb": peak,
	}, nil
}

func (b *benchReceipts) deliverer(ctx context.Context) (*benchPeer, error) {
	return startPeerWith(ctx, "--receipts="+strconv.FormatInt(b.receipts, 10), "--window="+strconv.Itoa(b.window))
}

// bare is the reference: a client that acknowledges and stores nothing.
func (b *benchReceipts) bare(ctx context.Context) (float64, error) {
	peer, err := b.deliverer(ctx)
	if err != nil {
		return 0, err
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", peer.addr)
	if err != nil {
		return 0, err
	}
	s, err := smpp.Dial(ctx, conn, smpp.Bind{As: smpp.CmdBindTransceiver, SystemID: "bare"}, smpp.Config{}, smpp.Handler{
		Deliver: func(_ *smpp.DeliverSM, ack smpp.Ack) { _ = ack.Respond(smpp.OK, "") }, // a session that is gone ends the measurement
	})
	if err != nil {
		return 0, errors.Join(err, conn.Close())
	}
	took, err := peer.seconds()
	return took, errors.Join(err, s.Unbind(ctx))
}

// seconds waits until the carrier has all receipts acknowledged, ends it and returns how long that took.
func (p *benchPeer) seconds() (float64, error) {
	var said struct{ Seconds float64 }
	line, err := p.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &said)
	}
	return said.Seconds, errors.Join(err, p.in.Close(), p.cmd.Wait())
}

// deliverAll is the carrier of bench receipts: to whoever binds first it delivers n receipts, and says how long that took.
func (a *app) deliverAll(ctx context.Context, n int64, window int) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(a.out, l.Addr()); err != nil {
		return err
	}
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	acked, refused, done := int64(0), 0, make(chan struct{})
	s, err := smpp.Accept(ctx, conn, smsc.SystemID, smpp.Config{Window: window}, func(*smpp.Bind) (smpp.Handler, smpp.Status) {
		return smpp.Handler{Results: func(rs []smpp.Result) {
			for i := range rs {
				if rs[i].Outcome != smpp.Answered || rs[i].Status != smpp.OK {
					refused++
				}
			}
			if acked += int64(len(rs)); acked == n {
				close(done)
			}
		}}, smpp.OK
	})
	if err != nil {
		return err
	}
	start := time.Now()
	d := &smpp.DeliverSM{Message: smpp.Message{
		Source: smpp.Address{TON: 1, NPI: 1}, Destination: smpp.Address{TON: 3, NPI: 1, Addr: "10690000"}, ESMClass: smpp.ESMReceipt,
	}}
	for i := range n {
		// Another order than that of the messages, in which each comes once: the step has no factor in common with n.
		of := (i*receiptStep + 1) % n
		d.Source.Addr = fmt.Sprintf("8617405%06d", of%1_000_000)
		d.ShortMessage = fmt.Appendf(d.ShortMessage[:0], "id:%s sub:001 dlvrd:001 submit date:2609241000 done date:2609241001 stat:DELIVRD err:000 text:", benchID(of))
		if err := s.Send(ctx, d, uint64(i), start.Add(time.Hour)); err != nil {
			return err
		}
	}
	select {
	case <-done:
	case <-s.Done():
		return fmt.Errorf("the session ended: %w", s.Err())
	}
	if refused > 0 {
		return fmt.Errorf("%d receipts were refused", refused)
	}
	w := bufio.NewWriter(a.out)
	err = errors.Join(json.NewEncoder(w).Encode(map[string]float64{"seconds": time.Since(start).Seconds()}), w.Flush())
	_, ended := io.Copy(io.Discard, a.in)
	return errors.Join(err, ended)
}

// receiptStep is a prime that divides no number of receipts that may be asked for.
const receiptStep = 15_485_863
