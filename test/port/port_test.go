package port_test

import (
	"net"
	"testing"

	"github.com/dulyhq/duly/test/port"
)

// TestReserved: nobody who asks for any port is given a reserved one, neither to listen on nor to call from, and who asks for it gets it,
// again and again.
func TestReserved(t *testing.T) {
	at := port.Address(t)
	_, reserved, err := net.SplitHostPort(at)
	if err != nil {
		t.Fatal(err)
	}
	mine := map[string]string{}
	for range 2000 { // held together, so that the system goes through many of the ports that it has
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() //nolint:errcheck // A test's listener.
		mine[l.Addr().String()] = "listener"
	}
	for range 3 {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			c, err := net.Dial("tcp", at)
			if err != nil {
				t.Fatal(err)
			}
			mine[c.LocalAddr().String()] = "caller"
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if who := mine[at]; who != "" {
		t.Errorf("the reserved port %s was given to a %s", reserved, who)
	}
}
