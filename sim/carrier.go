package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/dulyhq/duly/smsc"
)

// A carrier is a simulated one that can be switched off and on again at the same address, as a carrier that is
// out of reach.
type carrier struct {
	*smsc.Server
	address string
	stop    func() error // nil while it is off
}

func newCarrier(cfg smsc.Config) (*carrier, error) {
	server, err := smsc.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	c := &carrier{Server: server, address: "127.0.0.1:0"}
	return c, c.on()
}

// on takes binds. Only loopback is listened on.
func (c *carrier) on() error {
	l, err := net.Listen("tcp", c.address)
	if err != nil {
		return fmt.Errorf("sim: the carrier: %w", err)
	}
	c.address = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Serve(ctx, l) }()
	c.stop = func() error {
		cancel()
		return <-ended
	}
	return nil
}

// off refuses every connection until on is called.
func (c *carrier) off() error {
	if c.stop == nil {
		return nil
	}
	err := c.stop()
	c.stop = nil
	return err
}

func (c *carrier) close() error { return errors.Join(c.Close(), c.off()) }

// settle waits until nothing is on its way any more that would not need a client.
func (c *carrier) settle(ctx context.Context, most time.Duration) bool {
	deadline := time.After(most)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !c.Idle() {
		select {
		case <-ctx.Done():
			return false
		case <-deadline:
			return false
		case <-tick.C:
		}
	}
	return true
}
