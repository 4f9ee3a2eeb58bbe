package smsc

import (
	"strconv"

	"github.com/dulyhq/duly/wire/smpp"
)

// number is an address in eight octets without a pointer, so that a million of them cost the collector
// nothing: 1 and then the digits, where an address is at most 18 digits, else a place in the table of names
// with the top bit set. The zero value is no address.
type number uint64

const (
	named     number = 1 << 63
	mostPlain        = 18
)

// names keeps what is not worth a pointer in every arrival: addresses that are no plain number, and the
// sources that a bind sends from.
type names struct {
	list []string
	at   map[string]uint32
}

func (n *names) place(s string) uint32 {
	if i, ok := n.at[s]; ok {
		return i
	}
	if n.at == nil {
		n.at = map[string]uint32{}
	}
	s = string(append([]byte(nil), s...)) // its own memory, not a whole PDU's
	i := uint32(len(n.list))
	n.list = append(n.list, s)
	n.at[s] = i
	return i
}

func (n *names) number(s string) number {
	if s == "" {
		return 0
	}
	if len(s) > mostPlain {
		return named | number(n.place(s))
	}
	v := number(1)
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return named | number(n.place(s))
		}
		v = v*10 + number(d)
	}
	return v
}

func (n *names) text(v number) string {
	switch {
	case v == 0:
		return ""
	case v&named != 0:
		return n.list[v&^named]
	}
	return strconv.FormatUint(uint64(v), 10)[1:]
}

// sources are the addresses that messages come from; there are few of them.
type sources struct {
	list []smpp.Address
	at   map[smpp.Address]uint32
	last uint32
}

func (s *sources) place(a smpp.Address) uint32 {
	if int(s.last) < len(s.list) && s.list[s.last] == a {
		return s.last
	}
	i, ok := s.at[a]
	if !ok {
		if s.at == nil {
			s.at = map[smpp.Address]uint32{}
		}
		a.Addr = string(append([]byte(nil), a.Addr...))
		i = uint32(len(s.list))
		s.list = append(s.list, a)
		s.at[a] = i
	}
	s.last = i
	return i
}
