package smpp

import (
	"context"
	"fmt"
	"time"
)

// keepLoop looks at the clock: answers that are late, requests that wait too long,
// a peer that says nothing.
func (s *Session) keepLoop() {
	every := s.cfg.ResponseTimeout
	if s.cfg.EnquireEvery > 0 {
		every = min(every, s.cfg.EnquireEvery)
	}
	ticker := time.NewTicker(max(time.Millisecond, min(every/4, time.Second/4)))
	defer ticker.Stop()
	reads, heard := s.reads.Load(), s.cfg.Now()
	for {
		select {
		case <-s.ending:
			return
		case <-ticker.C:
		}
		now := s.cfg.Now()
		if n := s.reads.Load(); n != reads {
			reads, heard = n, now
		}
		s.overdue(now)
		if s.cfg.EnquireEvery > 0 {
			s.enquire(now, now.Sub(heard))
		}
	}
}

// overdue ends the requests whose answer is late, and those that still wait to be
// written when they should have left.
func (s *Session) overdue(now time.Time) {
	s.mu.Lock()
	results := s.expire(func(at *slot) (Outcome, error) {
		switch {
		case at.state == slotWritten && now.After(at.due):
			return Unknown, ErrTimeout
		case at.state == slotQueued && !at.leaveBy.IsZero() && !now.Before(at.leaveBy):
			return NotWritten, ErrLeaveBy
		}
		return 0, nil
	})
	s.signalRoom()
	s.mu.Unlock()
	s.report(results)
}

// expire ends the requests for which verdict gives a reason. The caller holds the
// lock.
func (s *Session) expire(verdict func(*slot) (Outcome, error)) []Result {
	if s.inFlight == 0 {
		return nil
	}
	var results []Result
	for i := range s.slots {
		if s.slots[i].state == slotFree {
			continue
		}
		outcome, reason := verdict(&s.slots[i])
		if reason == nil {
			continue
		}
		if held, ok := s.release(s.slots[i].sequence); ok {
			results = append(results, Result{Tag: held.tag, Outcome: outcome, Err: reason})
		}
	}
	return results
}

// enquire asks a silent peer whether it lives, and ends the session when it does
// not say so in time (§4.11).
func (s *Session) enquire(now time.Time, silence time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
	case s.enquiry != 0:
		if now.Sub(s.asked) >= s.cfg.ResponseTimeout {
			s.failLocked(ErrEnquire)
		}
	case silence >= s.cfg.EnquireEvery:
		s.enquiry, s.asked = s.next(), now
		if s.w.pdu(Plain{CmdEnquireLink}, OK, s.enquiry, false) == nil {
			_ = s.posted() // a failure has ended the session
		}
	}
}

// fail ends the session for a reason; only the first one counts.
func (s *Session) fail(reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failLocked(reason)
}

func (s *Session) failLocked(reason error) {
	if s.err != nil {
		return
	}
	if s.hangUp != nil {
		reason = s.hangUp // the peer may close first once it has our last word
	}
	s.err = reason
	close(s.ending)
	s.wakeWriter()
	_ = s.conn.Close() // it ends a read and a write under way; there is no other use for its error
}

// bury waits for the session's end and reports what is left: what never reached
// the writer is not written, the rest is unknown.
func (s *Session) bury() {
	s.workers.Wait()
	s.mu.Lock()
	reason := s.err
	results := s.expire(func(at *slot) (Outcome, error) {
		if at.state == slotQueued {
			return NotWritten, reason
		}
		return Unknown, reason
	})
	s.mu.Unlock()
	s.report(results)
	if s.h.Down != nil {
		s.h.Down(reason)
	}
	close(s.done)
}

// Close ends the session at once, without an unbind, and waits for nothing: see
// Done. What was in flight is reported as after any loss.
func (s *Session) Close() { s.fail(ErrClosed) }

// Unbind takes no more requests, waits for the answers to those in flight, unbinds
// (§4.2) and waits for the end. When ctx ends first the session is closed, and the
// error is that of ctx. It is not to be called from a handler.
func (s *Session) Unbind(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	quiet := s.inFlight == 0
	sequence := s.next()
	s.mu.Unlock()
	if !quiet {
		select {
		case <-s.quiet:
		case <-s.ending:
		case <-ctx.Done():
		}
	}
	if ctx.Err() == nil && s.post(Plain{CmdUnbind}, OK, sequence, false) == nil {
		select {
		case <-s.done:
			return nil
		case <-ctx.Done():
		}
	}
	s.Close()
	<-s.done
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("smpp: unbind: %w", err)
	}
	return nil
}
