package smpp

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Outcome is what is known of a request when its result is reported. The zero
// value is Unknown, the one that forbids to try again.
type Outcome uint8

const (
	// Unknown says that the request was written, at least in part, and no answer came. It may
	// have been carried out.
	Unknown Outcome = iota
	// Answered says that the peer's answer is in the result's Status.
	Answered
	// NotWritten says that no octet of the request has left. It may be tried again.
	NotWritten
)

// String returns "unknown", "answered" or "not written".
func (o Outcome) String() string {
	switch o {
	case Unknown:
		return "unknown"
	case Answered:
		return "answered"
	case NotWritten:
		return "not written"
	}
	return "no outcome"
}

// The reasons in Result.Err, and of a session's end. A lost connection has
// ErrLost with the network's error.
var (
	ErrLeaveBy  = errors.New("smpp: not written by its hour")
	ErrVetoed   = errors.New("smpp: stopped before it was written")
	ErrTimeout  = errors.New("smpp: no answer in time")
	ErrLost     = errors.New("smpp: session lost")
	ErrEnquire  = errors.New("smpp: enquire_link was not answered")
	ErrStalled  = errors.New("smpp: peer does not read")
	ErrUnbound  = errors.New("smpp: session unbound")
	ErrClosed   = errors.New("smpp: session closed")
	ErrBindLate = errors.New("smpp: no bind in time")
)

// Result is the end of one request. Every request that Send or TrySend took has
// exactly one.
type Result struct {
	Tag       uint64 // Tag is the one given to Send.
	Outcome   Outcome
	Status    Status // Status means something when Outcome is Answered.
	MessageID string // MessageID is from a submit_sm_resp or data_sm_resp.
	Body      Body   // Body is the response to other requests; nil for those and where it was bare.
	Err       error  // Err says why, unless Outcome is Answered.
}

// Config tunes a session. The zero value is usable.
type Config struct {
	// Window is the most requests without an answer; 100 when 0 (§2.9).
	Window int
	// EnquireEvery is the silence of the peer after which it is asked whether it
	// lives (§4.11); 30 s when 0, never when negative.
	EnquireEvery time.Duration
	// ResponseTimeout is how long an answer may take, that to enquire_link and bind
	// too; 30 s when 0.
	ResponseTimeout time.Duration
	// WriteTimeout is how long the peer may take no octet before the session is
	// given up; 30 s when 0.
	WriteTimeout time.Duration
	// Now is the wire clock; the system's when nil.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	if c.Window <= 0 {
		c.Window = 100
	}
	if c.EnquireEvery == 0 {
		c.EnquireEvery = 30 * time.Second
	}
	if c.ResponseTimeout <= 0 {
		c.ResponseTimeout = 30 * time.Second
	}
	if c.WriteTimeout <= 0 {
		c.WriteTimeout = 30 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now //nolint:forbidigo // Wire time is real, and this is the package's one clock.
	}
	return c
}

// Handler is what a session calls. A nil function is a peer's request refused, or
// a report that nobody wants. No function may block for long or wait for the
// session: Deliver, Submit and Request hold up its reading, Veto its writing. They
// may be called before Dial or Accept has returned.
type Handler struct {
	// Results reports requests that ended. Calls do not overlap; the slice is the
	// session's own and valid during the call. It may call TrySend, not Send.
	Results func([]Result)
	// Deliver takes a deliver_sm. It keeps the message as it likes; the Ack may be
	// answered later, from anywhere, in any order, once.
	Deliver func(*DeliverSM, Ack)
	// Submit takes a submit_sm, as Deliver does.
	Submit func(*SubmitSM, Ack)
	// Request takes every other request that is not the session's own affair.
	Request func(Body, Ack)
	// Veto is asked at the last moment before a request is written; true stops it,
	// which is then NotWritten with ErrVetoed. It may be asked more than once.
	Veto func(tag uint64) bool
	// Down reports the end of the session, once, after the last Results.
	Down func(error)
}

// Session is one bound connection of either side. Its methods may be called from
// any goroutine.
//
// It trusts the count of octets that conn.Write returns with an error, as a TCP
// socket keeps it. crypto/tls keeps it too, but cannot go on after a write that ran
// into leaveBy: over TLS such a write ends the session.
type Session struct {
	conn   net.Conn
	br     *bufio.Reader
	r      reader // r is the reading goroutine's.
	cfg    Config
	h      Handler
	bind   Bind
	server bool
	// serverID is what the SMSC called itself in its answer to the bind, on the client's side.
	serverID string

	mu       sync.Mutex
	w        writer  // w holds the octets that wait for the writer.
	queue    []entry // queue says which requests they are.
	slots    []slot  // slots are the requests in flight; sequence & mask is the place.
	mask     uint32
	sequence uint32 // sequence is the last one used.
	window   int
	inFlight int
	waiters  int   // waiters are the callers that Send keeps waiting.
	idle     bool  // idle says that the writer waits for wake.
	closing  bool  // closing refuses new requests.
	hangUp   error // hangUp ends the session for this reason when all octets are written.
	err      error // err is why the session ended; nil while it lives.
	enquiry  uint32
	asked    time.Time

	reportMu sync.Mutex
	wake     chan struct{}
	room     chan struct{}
	quiet    chan struct{} // quiet is signalled when closing and nothing is in flight.
	ending   chan struct{}
	done     chan struct{}
	workers  sync.WaitGroup
	reads    atomic.Uint64 // reads counts what was read, as a sign of life.
	strays   atomic.Uint64
	throttle atomic.Uint64
}

type slotState uint8

const (
	slotFree slotState = iota
	slotQueued
	slotWritten // handed to the socket, or about to be: no longer certain not to leave
)

// slot is one request in flight.
type slot struct {
	sequence uint32
	state    slotState
	command  Command
	tag      uint64
	leaveBy  time.Time
	due      time.Time // due is when the answer is late; set with slotWritten.
}

// entry is one PDU in the queue; its octets begin where the last one ends.
type entry struct {
	end      int
	sequence uint32 // sequence is 0 for what is never taken back: responses.
	tag      uint64
	leaveBy  time.Time
}

func newSession(conn net.Conn, br *bufio.Reader, cfg Config, h Handler, b Bind, server bool) *Session {
	size := uint32(2)
	for size < 2*uint32(cfg.Window) {
		size *= 2
	}
	return &Session{
		conn: conn, br: br, cfg: cfg, h: h, bind: b, server: server,
		slots: make([]slot, size), mask: size - 1, sequence: 1, window: cfg.Window, // 1 was the bind
		wake: make(chan struct{}, 1), room: make(chan struct{}, 1), quiet: make(chan struct{}, 1),
		ending: make(chan struct{}), done: make(chan struct{}),
	}
}

func (s *Session) start() {
	s.workers.Go(s.readLoop)
	s.workers.Go(s.writeLoop)
	s.workers.Go(s.keepLoop)
	go s.bury()
}

// Peer returns the bind that opened the session.
func (s *Session) Peer() Bind { return s.bind }

// ServerID returns what the SMSC called itself in its answer to the bind (§4.1.2);
// empty on the SMSC's side.
func (s *Session) ServerID() string { return s.serverID }

// Done is closed when the session has ended and Down has returned.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err returns why the session ended, nil while it lives.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Free returns how many requests the window has room for now.
func (s *Session) Free() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(0, s.window-s.inFlight)
}

// SetWindow changes the window, within 1 and the one configured: a caller that is
// throttled may narrow it, and widen it again.
func (s *Session) SetWindow(n int) {
	s.mu.Lock()
	s.window = max(1, min(n, s.cfg.Window))
	s.signalRoom()
	s.mu.Unlock()
}

// Stats are a session's counts.
type Stats struct {
	InFlight  int    // InFlight requests have no result yet.
	Window    int    // Window is the one in force.
	Strays    uint64 // Strays are responses to nothing: late, doubled, or out of sequence.
	Throttled uint64 // Throttled are answers of ESME_RTHROTTLED and ESME_RMSGQFUL.
}

// Stats returns the counts so far.
func (s *Session) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{s.inFlight, s.window, s.strays.Load(), s.throttle.Load()}
}

// Send hands a request to the session, and waits while the window is full. Its
// result comes to Handler.Results with tag. leaveBy is the wire time at which it is
// given up if none of it is written (NotWritten, ErrLeaveBy); never when zero. It
// is not looked at while Send waits: that is what ctx is for. An error says that the
// request was not taken and will have no result. The body is not kept.
func (s *Session) Send(ctx context.Context, body Body, tag uint64, leaveBy time.Time) error {
	for {
		taken, err := s.take(body, tag, leaveBy, true)
		if taken || err != nil {
			return err
		}
		select {
		case <-s.room:
		case <-s.ending:
		case <-ctx.Done():
			err = ctx.Err()
		}
		s.mu.Lock()
		s.waiters--
		if err != nil {
			s.signalRoom() // the signal may have been meant for us
		}
		s.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// TrySend is Send that does not wait: it returns false when the window is full.
func (s *Session) TrySend(body Body, tag uint64, leaveBy time.Time) (bool, error) {
	return s.take(body, tag, leaveBy, false)
}

func (s *Session) take(body Body, tag uint64, leaveBy time.Time, wait bool) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || s.err != nil {
		if s.waiters > 0 {
			signal(s.room) // they are to hear of it too
		}
		return false, ErrClosed
	}
	if s.inFlight >= s.window {
		if wait {
			s.waiters++
		}
		return false, nil
	}
	sequence := s.next()
	if err := s.w.pdu(body, OK, sequence, false); err != nil {
		s.signalRoom()
		return false, err
	}
	s.slots[sequence&s.mask] = slot{
		sequence: sequence, state: slotQueued, command: body.Command(), tag: tag, leaveBy: leaveBy,
	}
	s.inFlight++
	s.queue = append(s.queue, entry{len(s.w.b), sequence, tag, leaveBy})
	s.wakeWriter()
	s.signalRoom()
	return true, nil
}

// next returns the next sequence_number, from 1 to 0x7FFFFFFF (§5.1.4), past those
// whose place is still taken. With at most half of the places taken there is one.
func (s *Session) next() uint32 {
	for {
		s.sequence++
		if s.sequence > 0x7FFFFFFF {
			s.sequence = 1
		}
		if s.slots[s.sequence&s.mask].state == slotFree {
			return s.sequence
		}
	}
}

// release frees the slot of a sequence and returns what it held; false when the
// request has ended already.
func (s *Session) release(sequence uint32) (slot, bool) {
	at := &s.slots[sequence&s.mask]
	if at.state == slotFree || at.sequence != sequence {
		return slot{}, false
	}
	held := *at
	*at = slot{}
	s.inFlight--
	if s.inFlight == 0 && s.closing {
		signal(s.quiet)
	}
	return held, true
}

// signalRoom wakes one waiting Send if there is room, which wakes the next.
func (s *Session) signalRoom() {
	if s.waiters > 0 && s.inFlight < s.window {
		signal(s.room)
	}
}

func (s *Session) wakeWriter() {
	if s.idle {
		s.idle = false
		signal(s.wake)
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (s *Session) report(results []Result) {
	if len(results) == 0 || s.h.Results == nil {
		return
	}
	s.reportMu.Lock()
	defer s.reportMu.Unlock()
	s.h.Results(results)
}
