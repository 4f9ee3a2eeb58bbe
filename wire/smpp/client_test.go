package smpp_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// TestReconnect: the client comes back after a refusal and after a loss, reports
// each, and unbinds at the end.
func TestReconnect(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	servers := make(chan *smpp.Session)
	go func() {
		for turn := 0; ; turn++ {
			conn, err := l.Accept()
			if err != nil {
				close(servers)
				return
			}
			s, err := smpp.Accept(context.Background(), conn, "SMSC", smpp.Config{}, func(*smpp.Bind) (smpp.Handler, smpp.Status) {
				if turn == 0 {
					return smpp.Handler{}, smpp.BindFailed
				}
				return smpp.Handler{}, smpp.OK
			})
			if err == nil {
				servers <- s
			}
		}
	}()
	ups, downs, failed := make(chan *smpp.Session), make(chan error, 9), make(chan error, 9)
	c := smpp.Client{
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
		},
		Bind:     smpp.Bind{SystemID: "duly"},
		Handler:  smpp.Handler{Down: func(err error) { downs <- err }},
		Up:       func(s *smpp.Session) { ups <- s },
		Failed:   func(err error, pause time.Duration) { failed <- err },
		MinPause: time.Millisecond, MaxPause: 4 * time.Millisecond,
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()

	var refused *smpp.BindError
	if err := <-failed; !errors.As(err, &refused) || refused.Status != smpp.BindFailed {
		t.Errorf("first: %v", err)
	}
	for range 3 {
		server := <-servers
		<-ups
		server.Close()
		if err := <-downs; !errors.Is(err, smpp.ErrLost) {
			t.Errorf("down: %v", err)
		}
	}
	server, up := <-servers, <-ups
	if up.Err() != nil || up.Peer().As != smpp.CmdBindTransceiver {
		t.Errorf("%v %+v", up.Err(), up.Peer())
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("run: %v", err)
	}
	<-server.Done()
	if err := server.Err(); !errors.Is(err, smpp.ErrUnbound) {
		t.Errorf("server: %v", err)
	}
	if err := <-downs; !errors.Is(err, smpp.ErrUnbound) {
		t.Errorf("last down: %v", err)
	}
	_ = l.Close()
	<-servers
}
