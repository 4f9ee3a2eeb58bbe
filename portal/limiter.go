package portal

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// A limiter counts wrong keys by where they come from, so that codes cannot be tried one after another. It forgets what is
// old, and holds no more than maxSources: past that the oldest goes first.
type limiter struct {
	mu   sync.Mutex
	from map[netip.Prefix]*tries
}

type tries struct {
	since time.Time
	n     int
}

// Twenty wrong keys in ten minutes: a whole office may type wrongly at once, and still of 28⁸ codes nobody finds one so.
const (
	wrongMost   = 20
	wrongWithin = 10 * time.Minute
	maxSources  = 50_000
)

func newLimiter() *limiter { return &limiter{from: map[netip.Prefix]*tries{}} }

// full says that no more keys are looked at from there for now.
func (l *limiter) full(from netip.Prefix, at time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.from[from]
	return t != nil && at.Sub(t.since) < wrongWithin && t.n >= wrongMost
}

// wrong counts one.
func (l *limiter) wrong(from netip.Prefix, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.from[from]
	if t == nil || at.Sub(t.since) >= wrongWithin {
		if len(l.from) >= maxSources {
			l.sweep(at)
		}
		t = &tries{since: at}
		l.from[from] = t
	}
	t.n++
}

// sweep forgets what is old; where that is nothing, all of it.
func (l *limiter) sweep(at time.Time) {
	for k, t := range l.from {
		if at.Sub(t.since) >= wrongWithin {
			delete(l.from, k)
		}
	}
	if len(l.from) >= maxSources {
		clear(l.from)
	}
}

// source returns where a request comes from: an address, or of IPv6 the network that one subscriber has.
func (p *Portal) source(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if p.Proxied {
		// The last one is what our own proxy has seen; those before it are what the client says.
		if list := r.Header.Values("X-Forwarded-For"); len(list) > 0 {
			all := strings.Split(list[len(list)-1], ",")
			host = strings.TrimSpace(all[len(all)-1])
		}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	prefix, _ := a.Prefix(bits)
	return prefix
}
