package smsc

import (
	"crypto/subtle"
	"encoding/binary"
	"net"
	"sync/atomic"

	"github.com/dulyhq/duly/wire/smpp"
)

// bind is one session of a client.
type bind struct {
	server  *Server
	account *account
	session *smpp.Session // nil until the bind is answered
	number  uint32
	sends   bool // it may take deliver_sm
	cut     bool // the faults ended it
	down    bool
	up      bool // it counts among those that are up
}

// account is what all binds of one system_id share: the receipts and replies for it.
type account struct {
	systemID string
	binds    []*bind // those that can receive and are up
	turn     int
	queue    queue
	held     item // a receipt that changes places with the next one
	holds    bool
}

// admit judges a bind.
func (b *bind) admit(ask *smpp.Bind) (smpp.Handler, smpp.Status) {
	s := b.server
	if s.cfg.Password != "" && subtle.ConstantTimeCompare([]byte(s.cfg.Password), []byte(ask.Password)) == 0 {
		return smpp.Handler{}, smpp.InvalidPassword
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.cfg.Sessions > 0 && s.counts.Up >= s.cfg.Sessions {
		return smpp.Handler{}, smpp.BindFailed
	}
	b.up = true
	s.counts.Up++
	s.counts.MostUp = max(s.counts.MostUp, s.counts.Up)
	b.number = uint32(len(s.binds))
	s.binds = append(s.binds, b)
	s.counts.Binds++
	b.account = s.accounts[ask.SystemID]
	if b.account == nil {
		b.account = &account{systemID: ask.SystemID}
		s.accounts[ask.SystemID] = b.account
	}
	b.sends = ask.Command() != smpp.CmdBindTransmitter
	return smpp.Handler{
		Submit: b.submit, Results: b.results, Down: b.ended,
		Request: func(_ smpp.Body, ack smpp.Ack) { _ = ack.Respond(smpp.InvalidCommand, "") }, // the peer has gone
	}, smpp.OK
}

// over counts the bind out, once. The caller holds the lock.
func (b *bind) over() {
	if b.up {
		b.up = false
		b.server.counts.Up--
	}
}

// attach makes the session known, once, by whoever has it first. The caller holds the lock.
func (b *bind) attach(session *smpp.Session) {
	if b.session != nil {
		return
	}
	b.session = session
	if b.sends && !b.down {
		b.account.binds = append(b.account.binds, b)
		b.server.drain(b.account)
	}
}

// ended takes the bind out of use.
func (b *bind) ended(error) {
	s := b.server
	s.mu.Lock()
	defer s.mu.Unlock()
	b.down = true
	b.over()
	left := b.account.binds[:0]
	for _, other := range b.account.binds {
		if other != b {
			left = append(left, other)
		}
	}
	b.account.binds = left
	s.drain(b.account)
}

// muffled is a connection that leaves enquire_link_resp unwritten while the faults have it so. A session
// writes whole PDUs, of which a broken write is the last.
type muffled struct {
	net.Conn
	faults *atomic.Pointer[Faults]
}

// Write writes b without the answers to enquire_link.
func (m *muffled) Write(b []byte) (int, error) {
	if !m.faults.Load().IgnoreEnquire {
		return m.Conn.Write(b)
	}
	kept := make([]byte, 0, len(b))
	for rest := b; len(rest) >= smpp.HeaderLength; {
		n := int(binary.BigEndian.Uint32(rest))
		if n < smpp.HeaderLength || n > len(rest) {
			kept = append(kept, rest...) // the end of a PDU that was begun before the fault
			break
		}
		if smpp.Command(binary.BigEndian.Uint32(rest[4:])) != smpp.CmdEnquireLinkResp {
			kept = append(kept, rest[:n]...)
		}
		rest = rest[n:]
	}
	n, err := m.Conn.Write(kept)
	if err != nil {
		return min(n, len(b)), err
	}
	return len(b), nil
}
