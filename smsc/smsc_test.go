package smsc

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// client is wire/smpp's side of a session, with everything that came by it.
type client struct {
	*smpp.Session
	t    *testing.T
	mu   sync.Mutex
	more chan struct{} // it is closed and made anew at each change

	results  []smpp.Result
	receipts []smpp.Receipt
	replies  []string
	down     error
	ack      func(*smpp.DeliverSM, smpp.Ack) bool // it answers itself when true
}

const from, to = "10690000", "8617405000001"

func start(t *testing.T, cfg Config) (*Server, string) {
	t.Helper()
	s, err := New(cfg)
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
	return s, addr.String()
}

func dial(t *testing.T, addr string, bind smpp.Bind, cfg smpp.Config) *client {
	t.Helper()
	c, err := tryDial(t, addr, bind, cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tryDial(t *testing.T, addr string, bind smpp.Bind, cfg smpp.Config, ack func(*smpp.DeliverSM, smpp.Ack) bool) (*client, error) {
	t.Helper()
	c := &client{t: t, more: make(chan struct{}), ack: ack}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if bind.SystemID == "" {
		bind.SystemID = "duly"
	}
	session, err := smpp.Dial(context.Background(), conn, bind, cfg, smpp.Handler{
		Results: c.took, Deliver: c.deliver, Down: c.ended,
	})
	if err != nil {
		return nil, err
	}
	c.Session = session
	t.Cleanup(func() { session.Close(); <-session.Done() })
	return c, nil
}

func (c *client) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	close(c.more)
	c.more = make(chan struct{})
}

func (c *client) took(results []smpp.Result) {
	c.change(func() { c.results = append(c.results, results...) })
}

func (c *client) deliver(d *smpp.DeliverSM, ack smpp.Ack) {
	if c.ack != nil && c.ack(d, ack) {
		return
	}
	c.change(func() {
		if !d.IsReceipt() {
			text, _, err := d.Text()
			if err != nil {
				c.t.Error(err)
			}
			c.replies = append(c.replies, text)
			return
		}
		r, err := d.Receipt()
		if err != nil {
			c.t.Error(err)
		}
		c.receipts = append(c.receipts, r)
	})
	_ = ack.Respond(smpp.OK, "")
}

func (c *client) ended(err error) { c.change(func() { c.down = err }) }

// wait waits until a condition holds, for 10 s at most.
func (c *client) wait(what string, holds func() bool) {
	c.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		c.mu.Lock()
		ok, more := holds(), c.more
		c.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-more:
		case <-deadline:
			c.t.Fatalf("waited in vain for %s: %d results, %d receipts, %d replies", what, len(c.results), len(c.receipts), len(c.replies))
		}
	}
}

func (c *client) waitResults(n int) {
	c.t.Helper()
	c.wait("results", func() bool { return len(c.results) >= n })
}

func (c *client) waitReceipts(n int) {
	c.t.Helper()
	c.wait("receipts", func() bool { return len(c.receipts) >= n })
}

// send submits a text to a number, in as many parts as it takes.
func (c *client) send(number, text string, change ...func(*smpp.Message)) {
	c.t.Helper()
	base := smpp.Message{Source: smpp.Address{Addr: from}, Destination: smpp.Address{TON: 1, NPI: 1, Addr: number}}
	for _, f := range change {
		f(&base)
	}
	parts, err := smpp.AppendParts(nil, base, text, 7)
	if err != nil {
		c.t.Fatal(err)
	}
	for i := range parts {
		if err := c.Send(context.Background(), &parts[i], uint64(i), time.Time{}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// settled waits until the simulator has nothing in flight.
func settled(t *testing.T, s *Server) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !s.Idle(); {
		if time.Now().After(deadline) {
			t.Fatalf("not idle: %+v", s.Counts())
		}
		time.Sleep(time.Millisecond)
	}
}
