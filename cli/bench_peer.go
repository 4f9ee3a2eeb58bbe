package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/wire/smpp"
)

// benchPeerCommand is the carrier of bench dispatch, in a process of its own so that its work and its memory
// are not the sender's. It says where it listens, and at the end of its standard input what came.
func (a *app) benchPeerCommand() *cobra.Command {
	random, delay, receipts, window := false, time.Duration(0), int64(0), 0
	c := &cobra.Command{
		Use:    "peer",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			defer collectSeldom()()
			if receipts > 0 {
				return a.deliverAll(c.Context(), receipts, window)
			}
			cfg := smsc.Config{
				Now:   func() time.Time { return benchNow },
				Crowd: smsc.NewCrowd(1, nil, []smsc.PopulationShare{{Share: smsc.Whole, Behaviour: smsc.Behaviour{After: delay}}}),
			}
			if random {
				cfg.IDs = smsc.Random
			}
			s, err := smsc.New(cfg)
			if err != nil {
				return err
			}
			addr, err := s.Start("127.0.0.1:0")
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintln(a.out, addr); err != nil {
				return errors.Join(err, s.Close())
			}
			// Each line asks for the counts so far.
			lines := bufio.NewScanner(a.in)
			for lines.Scan() {
				if err := json.NewEncoder(a.out).Encode(s.Counts()); err != nil {
					return errors.Join(err, s.Close())
				}
			}
			return errors.Join(lines.Err(), json.NewEncoder(a.out).Encode(s.Counts()), s.Close())
		},
	}
	c.Flags().Int64Var(&receipts, "receipts", 0, "deliver so many receipts to whoever binds, and nothing else")
	c.Flags().IntVar(&window, "window", 0, "receipts without an acknowledgement at most")
	c.Flags().BoolVar(&random, "random", false, "random message ids")
	c.Flags().DurationVar(&delay, "delay", 0, "how long after an arrival its receipt comes")
	return c
}

// A benchPeer is a running carrier.
type benchPeer struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	addr string
}

func startPeer(ctx context.Context, random bool, delay time.Duration) (*benchPeer, error) {
	return startPeerWith(ctx, "--random="+strconv.FormatBool(random), "--delay="+delay.String())
}

func startPeerWith(ctx context.Context, args ...string) (*benchPeer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &benchPeer{cmd: exec.CommandContext(ctx, self, append([]string{"bench", "peer"}, args...)...)}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	addr, err := p.out.ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the carrier did not start: %w", err), p.cmd.Wait())
	}
	p.addr = strings.TrimSpace(addr)
	return p, nil
}

// counts asks what has come so far.
func (p *benchPeer) counts() (c smsc.Counts, err error) {
	if _, err := fmt.Fprintln(p.in, "counts"); err != nil {
		return c, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(line, &c)
}

// stop ends the carrier and returns what came to it.
func (p *benchPeer) stop() (c smsc.Counts, err error) {
	err = p.in.Close()
	if line, e := p.out.ReadBytes('\n'); e == nil {
		err = errors.Join(err, json.Unmarshal(line, &c))
	}
	return c, errors.Join(err, p.cmd.Wait())
}

// bareClient is the reference: a windowed client that stores nothing submits n parts and acknowledges their
// receipts. It returns the time from the first submit to the last receipt.
func bareClient(ctx context.Context, addr string, n int64, window int) (took time.Duration, err error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return 0, err
	}
	var came, refused atomic.Int64
	done := make(chan struct{}, 1)
	s, err := smpp.Dial(ctx, conn, smpp.Bind{SystemID: "bare"}, smpp.Config{Window: window}, smpp.Handler{
		Results: func(rs []smpp.Result) {
			for i := range rs {
				if rs[i].Outcome != smpp.Answered || rs[i].Status != smpp.OK {
					refused.Add(1)
				}
			}
		},
		Deliver: func(_ *smpp.DeliverSM, ack smpp.Ack) {
			_ = ack.Respond(smpp.OK, "") // a session that is gone ends the measurement below
			if came.Add(1) == n {
				done <- struct{}{}
			}
		},
	})
	if err != nil {
		return 0, errors.Join(err, conn.Close())
	}
	m := &smpp.SubmitSM{Message: smpp.Message{
		Source: smpp.Address{TON: 3, NPI: 1, Addr: "10690000"}, Destination: smpp.Address{TON: 1, NPI: 1}, RegisteredDelivery: 1,
		DataCoding: smpp.CodingUCS2, ShortMessage: make([]byte, 134),
	}}
	start := time.Now()
	for i := range n {
		m.Destination.Addr = fmt.Sprintf("8617405%06d", i%1_000_000)
		if err := s.Send(ctx, m, uint64(i), start.Add(time.Hour)); err != nil {
			return 0, err
		}
	}
	select {
	case <-done:
	case <-s.Done():
		return 0, fmt.Errorf("the carrier's session ended: %w", s.Err())
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	took = time.Since(start)
	if refused.Load() > 0 {
		return 0, fmt.Errorf("the carrier refused %d parts", refused.Load())
	}
	return took, s.Unbind(ctx)
}
