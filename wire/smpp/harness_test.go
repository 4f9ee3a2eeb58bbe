package smpp_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// clock is wire time, virtual in a bubble of synctest.
func clock() time.Time {
	return time.Now()
}

// results collects what a session reports.
type results struct {
	mu   sync.Mutex
	all  map[uint64]smpp.Result
	n    int
	more chan struct{}
}

func newResults() *results {
	return &results{all: map[uint64]smpp.Result{}, more: make(chan struct{}, 1)}
}

func (r *results) take(rs []smpp.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range rs {
		r.all[x.Tag] = x
		r.n++
	}
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// count returns how many results have come.
func (r *results) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n
}

// wait waits until n results have come and returns them by tag.
func (r *results) wait(t testing.TB, n int) map[uint64]smpp.Result {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		r.mu.Lock()
		if r.n >= n {
			defer r.mu.Unlock()
			if r.n != n || len(r.all) != n {
				t.Fatalf("%d results for %d tags, want %d", r.n, len(r.all), n)
			}
			return r.all
		}
		r.mu.Unlock()
		select {
		case <-r.more:
		case <-late:
			t.Fatalf("%d results, want %d", r.n, n)
		}
	}
}

func ctxFor(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// sockets returns the two ends of a TCP connection over the loopback.
func sockets(t testing.TB) (esme, smsc net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // A test's listener.
	esme, err = net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if smsc, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = esme.Close(), smsc.Close() })
	return esme, smsc
}

// pair returns two sessions that are bound to each other.
func pair(t testing.TB, cfg smpp.Config, esme, smsc smpp.Handler) (client, server *smpp.Session) {
	t.Helper()
	a, b := sockets(t)
	ready := make(chan error, 1)
	go func() {
		var err error
		server, err = smpp.Accept(ctxFor(t), b, "SMSC", cfg, func(*smpp.Bind) (smpp.Handler, smpp.Status) { return smsc, smpp.OK })
		ready <- err
	}()
	client, err := smpp.Dial(ctxFor(t), a, smpp.Bind{SystemID: "duly", Password: "secret"}, cfg, esme)
	if err = errors.Join(err, <-ready); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		server.Close()
		<-client.Done()
		<-server.Done()
	})
	return client, server
}

// rawPeer binds a client to a peer that the test writes by hand.
func rawPeer(t testing.TB, cfg smpp.Config, h smpp.Handler) (*smpp.Session, net.Conn, *bufio.Reader) {
	t.Helper()
	a, b := sockets(t)
	r := bufio.NewReaderSize(b, smpp.MaxLength)
	go func() {
		p, err := smpp.ReadPDU(r)
		if err == nil {
			put(t, b, smpp.PDU{Sequence: p.Sequence, Body: &smpp.BindResp{SystemID: "raw"}})
		}
	}()
	s, err := smpp.Dial(ctxFor(t), a, smpp.Bind{SystemID: "duly"}, cfg, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); <-s.Done() })
	return s, b, r
}

func put(t testing.TB, c net.Conn, p smpp.PDU) {
	t.Helper()
	octets, err := p.Append(nil)
	if err == nil {
		_, err = c.Write(octets)
	}
	if err != nil {
		t.Error(err)
	}
}

func get(t testing.TB, r *bufio.Reader) smpp.PDU {
	t.Helper()
	p, err := smpp.ReadPDU(r)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func submit(text string) *smpp.SubmitSM {
	return &smpp.SubmitSM{Message: smpp.Message{
		Source: smpp.Address{TON: 5, Addr: "LENDER"}, Destination: smpp.Address{TON: 1, NPI: 1, Addr: "8617405000000"},
		RegisteredDelivery: 1, ShortMessage: []byte(text),
	}}
}
