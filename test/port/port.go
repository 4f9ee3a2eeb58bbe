// Package port reserves ports of the loopback for servers that must be told theirs before they start. Only tests import it.
//
// A port that was free a moment ago is not free when the server comes: the system gives it to the next connection or listener that
// asks for any. A reserved port stays bound, without listening, with SO_REUSEADDR on it: the system then gives it to nobody who asks for
// any, and a server that asks for this one with SO_REUSEADDR too, as Go's and nearly all others do, gets it.
package port

import (
	"errors"
	"net"
	"strconv"
	"syscall"
	"testing"
)

// Reserve returns a port of 127.0.0.1 that is its caller's until release is called.
func Reserve() (port int, release func() error, err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return 0, nil, err
	}
	syscall.CloseOnExec(fd)
	release = func() error { return syscall.Close(fd) }
	err = errors.Join(
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1),
		syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}),
	)
	if err != nil {
		return 0, nil, errors.Join(err, release())
	}
	at, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, nil, errors.Join(err, release())
	}
	return at.(*syscall.SockaddrInet4).Port, release, nil
}

// Of returns a port that is t's until t ends.
func Of(t testing.TB) int {
	t.Helper()
	port, release, err := Reserve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := release(); err != nil {
			t.Error(err)
		}
	})
	return port
}

// Address returns 127.0.0.1 with a port that is t's until t ends.
func Address(t testing.TB) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(Of(t)))
}
