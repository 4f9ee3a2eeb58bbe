package hooks

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"syscall"

	"github.com/dulyhq/duly/words/fault"
)

// A Reach is how far an endpoint may lie from the open internet. The zero Reach is not at all: only public addresses over https.
type Reach uint8

// The reaches.
const (
	Public   Reach = iota
	Private        // also addresses of the lender's own network
	Loopback       // this machine alone, also over http
)

// ErrReach says that an endpoint lies where nothing may be sent to.
var ErrReach = errors.New("hooks: the address is not one that may be written to")

// special are blocks that are of no use on the open internet (IANA's special-purpose registries) beside those that netip names. What
// carries another address inside counts as special: it would be a way round.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // carriers' own
	netip.MustParsePrefix("192.0.0.0/24"),    // protocols
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, and broadcast
	netip.MustParsePrefix("::/96"),           // IPv4-compatible
	netip.MustParsePrefix("64:ff9b::/96"),    // NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"),  // the same, local
	netip.MustParsePrefix("100::/64"),        // discard
	netip.MustParsePrefix("2001::/23"),       // protocols, Teredo
	netip.MustParsePrefix("2001:db8::/32"),   // documentation
	netip.MustParsePrefix("2002::/16"),       // 6to4
	netip.MustParsePrefix("fec0::/10"),       // site-local, as it was
}

// Allows says whether an address lies within reach.
func (r Reach) Allows(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if r == Loopback {
		return a.IsLoopback()
	}
	if a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() || a.IsInterfaceLocalMulticast() {
		return false // link-local is where clouds keep their machines' own secrets
	}
	if a.IsPrivate() {
		return r == Private
	}
	for _, p := range special {
		if p.Contains(a) {
			return r == Private && p.Bits() == 10 && p.Addr().Is4() // 100.64.0.0/10 is used inside of networks
		}
	}
	return a.IsGlobalUnicast()
}

// CheckURL says what is wrong with an endpoint's address before anything is sent; what its name resolves to is looked at
// whenever it is dialled.
func (r Reach) CheckURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return wrong(fault.URLForm)
	case u.User != nil:
		return wrong(fault.URLPassword)
	case u.Fragment != "":
		return wrong(fault.URLFragment)
	case u.Scheme == "http" && r == Loopback, u.Scheme == "https":
	default:
		return wrong(fault.URLPlain)
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !r.Allows(a) {
		return fmt.Errorf("hooks: %w", fault.As(ErrReach, fault.URLReach, a))
	}
	return nil
}

func wrong(c fault.Code) error { return fmt.Errorf("hooks: %w", fault.Wrong(c)) }

// control looks at what is dialled, after every name has been resolved, so that no name leads elsewhere than it did before.
func (r Reach) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReach, err)
	}
	if !r.Allows(to.Addr()) {
		return fmt.Errorf("%w: its name leads to %s", ErrReach, to.Addr().Unmap())
	}
	return nil
}
