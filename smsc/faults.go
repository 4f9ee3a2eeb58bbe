package smsc

import (
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// Faults are what the carrier does wrong. The zero value does nothing wrong. Shares are drawn with the
// server's seed in the order of arrival, so that one bind meets the same faults in each run.
type Faults struct {
	// DropResponse is the share of submits that are taken, recorded and receipted, but never answered.
	DropResponse Share
	// DelayResponse is the wire time by which every answer is late. The submit is recorded at once.
	DelayResponse time.Duration
	// SlowAccept is the wire time that each submit holds up the reading of the next one.
	SlowAccept time.Duration
	// Hang takes nothing at all: the carrier stops reading and answering what binds send, their
	// enquire_link too. What waits in the sockets is taken when it ends.
	Hang bool

	// ThrottleRate is the number of submits a second above which the answer is ESME_RTHROTTLED; 0 is no limit.
	ThrottleRate int
	// Throttle is the share of submits that are answered with ESME_RTHROTTLED.
	Throttle Share
	// Refuse are shares of submits that are answered with a status.
	Refuse []Refusal

	// DuplicateReceipt is the share of receipts that come twice.
	DuplicateReceipt Share
	// ReorderReceipt is the share of receipts that change places with the next one.
	ReorderReceipt Share
	// EarlyReceipt is the share of submits whose receipt comes at once and before the answer. Of a
	// concatenated message it is the answer to the last part that comes after.
	EarlyReceipt Share
	// LostReceipt is the share of receipts that never come.
	LostReceipt Share
	// LateReceipt is the share of receipts that come LateBy later, in wire time.
	LateReceipt Share
	LateBy      time.Duration

	// DisconnectEvery ends the connection at every nth submit of all binds: it is taken and recorded, and
	// neither it nor what else waits to be written is answered. 0 is never.
	DisconnectEvery int
	// Disconnect is the share of submits at which the same happens.
	Disconnect Share
	// IgnoreEnquire leaves enquire_link without an answer.
	IgnoreEnquire bool
}

// Refusal is a share of submits and the status that refuses them.
type Refusal struct {
	Status smpp.Status
	Share  Share
}

// SetFaults changes the faults for what comes from now on.
func (s *Server) SetFaults(f Faults) {
	f.Refuse = append([]Refusal(nil), f.Refuse...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setFaults(&f)
}

// setFaults changes the faults and wakes what they held up. The caller holds the lock.
func (s *Server) setFaults(f *Faults) {
	s.faults.Store(f)
	close(s.changed)
	s.changed = make(chan struct{})
}

// Faults returns the faults in force.
func (s *Server) Faults() Faults { return *s.faults.Load() }

// draw says whether a share is hit. The caller holds the lock.
func (s *Server) draw(share Share) bool {
	return share > 0 && Share(s.random.Uint64N(uint64(Whole))) < share
}

// judge answers a submit as the faults have it. The caller holds the lock.
func (s *Server) judge(f *Faults, wire time.Time) smpp.Status {
	if f.ThrottleRate > 0 && !s.bucket.take(f.ThrottleRate, wire) || s.draw(f.Throttle) {
		s.counts.Throttled++
		return smpp.Throttled
	}
	for _, r := range f.Refuse {
		if s.draw(r.Share) {
			return r.Status
		}
	}
	return smpp.OK
}

// bucket permits a number of submits a second, with a tenth of a second's worth at once.
type bucket struct {
	last   time.Time
	tokens float64
}

func (b *bucket) take(rate int, now time.Time) bool {
	most := max(1, float64(rate)/10)
	if b.last.IsZero() {
		b.tokens = most
	} else {
		b.tokens = min(most, b.tokens+now.Sub(b.last).Seconds()*float64(rate))
	}
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// hold keeps a bind's reading back while the faults say so, and returns the faults that then hold; false
// when the session or the server has ended meanwhile.
func (s *Server) hold(session *smpp.Session) (*Faults, bool) {
	if d := s.faults.Load().SlowAccept; d > 0 {
		select {
		case <-time.After(d):
		case <-s.closing:
			return nil, false
		}
	}
	for {
		s.mu.Lock()
		f, changed := s.faults.Load(), s.changed
		s.mu.Unlock()
		if !f.Hang {
			return f, true
		}
		select {
		case <-changed:
		case <-s.closing:
			return nil, false
		case <-time.After(100 * time.Millisecond):
			if session.Err() != nil {
				return nil, false
			}
		}
	}
}
