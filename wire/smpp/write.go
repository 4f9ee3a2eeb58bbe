package smpp

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

// batch is what the writer is writing: the octets and the PDUs that they are.
type batch struct {
	octets  []byte
	entries []entry
	begun   int // begun is how many entries have left, the last perhaps in part.
	written int // written is how many octets have left.
}

// writeLoop writes what is queued, all of it at once: while one batch is on its way
// the next one grows, so that a busy session makes few system calls.
func (s *Session) writeLoop() {
	var b batch
	for {
		hangUp, ok := s.nextBatch(&b)
		if !ok {
			return
		}
		if err := s.write(&b); err != nil {
			s.abandon(&b, err)
			s.fail(err)
			return
		}
		if hangUp != nil {
			s.fail(hangUp)
			return
		}
	}
}

// nextBatch waits for octets and swaps them into b. From here on their requests are
// taken to be written unless b says otherwise. It returns false at the session's end.
func (s *Session) nextBatch(b *batch) (hangUp error, ok bool) {
	runtime.Gosched() // callers that are about to send fill the batch
	s.mu.Lock()
	for len(s.queue) == 0 && s.err == nil && s.hangUp == nil {
		s.idle = true
		s.mu.Unlock()
		<-s.wake
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, false
	}
	b.octets, s.w.b = s.w.b, b.octets[:0]
	b.entries, s.queue = s.queue, b.entries[:0]
	b.begun, b.written = 0, 0
	due := s.cfg.Now().Add(s.cfg.ResponseTimeout)
	for i := range b.entries {
		e := &b.entries[i]
		if e.sequence == 0 {
			continue
		}
		if at := &s.slots[e.sequence&s.mask]; at.sequence == e.sequence && at.state == slotQueued {
			at.state, at.due = slotWritten, due
		} else {
			e.sequence = gone // it was given up while it waited
		}
	}
	return s.hangUp, true
}

// gone marks an entry whose request has ended before it was written. No sequence
// number is as high (§5.1.4).
const gone = 1<<32 - 1

// write writes b. A request is looked at until its first octet has left: one whose
// time is over, or that is vetoed, is taken out. An error is the session's end.
func (s *Session) write(b *batch) error {
	progress := s.cfg.Now()
	for now := progress; ; now = s.cfg.Now() {
		until := s.judge(b, now)
		if b.written == len(b.octets) {
			return nil
		}
		if stall := progress.Add(s.cfg.WriteTimeout); until.IsZero() || stall.Before(until) {
			until = stall
		}
		if err := s.conn.SetWriteDeadline(until); err != nil {
			return fmt.Errorf("%w: %w", ErrLost, err)
		}
		n, err := s.conn.Write(b.octets[b.written:])
		b.advance(n)
		if n > 0 {
			progress = now
		}
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("%w: %w", ErrLost, err)
		case s.cfg.Now().Sub(progress) >= s.cfg.WriteTimeout:
			return ErrStalled
		}
	}
}

// advance counts n more octets as written.
func (b *batch) advance(n int) {
	b.written += n
	for b.begun < len(b.entries) && b.start(b.begun) < b.written {
		b.begun++
	}
}

func (b *batch) start(i int) int {
	if i == 0 {
		return 0
	}
	return b.entries[i-1].end
}

// judge takes the requests out of b that have not begun to leave and must not, and
// returns the earliest time at which another one must not; zero for never.
func (s *Session) judge(b *batch, now time.Time) (until time.Time) {
	var dropped []Result
	kept, from, to := b.begun, b.start(b.begun), b.start(b.begun)
	for _, e := range b.entries[b.begun:] {
		start, reason := from, error(nil)
		from = e.end
		switch {
		case e.sequence == gone:
			continue
		case e.sequence == 0:
		case !e.leaveBy.IsZero() && !now.Before(e.leaveBy):
			reason = ErrLeaveBy
		case s.h.Veto != nil && s.h.Veto(e.tag):
			reason = ErrVetoed
		case !e.leaveBy.IsZero() && (until.IsZero() || e.leaveBy.Before(until)):
			until = e.leaveBy
		}
		if reason != nil {
			dropped = append(dropped, s.giveUp(e.sequence, reason)...)
			continue
		}
		if to != start {
			copy(b.octets[to:], b.octets[start:e.end])
		}
		to += e.end - start
		e.end = to
		b.entries[kept] = e
		kept++
	}
	b.entries, b.octets = b.entries[:kept], b.octets[:to]
	s.report(dropped)
	return until
}

// giveUp ends a request of which nothing was written.
func (s *Session) giveUp(sequence uint32, reason error) []Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	held, ok := s.release(sequence)
	if !ok {
		return nil
	}
	s.signalRoom()
	return []Result{{Tag: held.tag, Outcome: NotWritten, Err: reason}}
}

// abandon reports the requests of b that had not begun to leave when writing failed.
// The others stay for bury, which calls them unknown.
func (s *Session) abandon(b *batch, reason error) {
	var results []Result
	for _, e := range b.entries[b.begun:] {
		if e.sequence != 0 {
			results = append(results, s.giveUp(e.sequence, reason)...)
		}
	}
	s.report(results)
}

// maxQueued is how many octets may wait for a peer that does not read.
const maxQueued = 8 << 20

// post queues a PDU that is not a request in flight: a response, or one of the
// session's own requests.
func (s *Session) post(body Body, status Status, sequence uint32, bare bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return ErrClosed
	}
	if err := s.w.pdu(body, status, sequence, bare); err != nil {
		return err
	}
	return s.posted()
}

// lastWord queues a PDU after which the session ends for a reason.
func (s *Session) lastWord(reason error, body Body, status Status, sequence uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && s.w.pdu(body, status, sequence, false) == nil {
		s.hangUp = reason
		_ = s.posted() // a failure has ended the session
	}
}

// posted queues what was just appended. The caller holds the lock.
func (s *Session) posted() error {
	s.queue = append(s.queue, entry{end: len(s.w.b)})
	s.wakeWriter()
	if len(s.w.b) > maxQueued {
		s.failLocked(ErrStalled)
		return ErrStalled
	}
	return nil
}
