package smpp

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// answer is a response as it was read, before its request is found.
type answer struct {
	header Header
	id     string
	body   Body
	err    error // err says that the body could not be read.
}

// readAhead is the most responses that are looked up under one lock.
const readAhead = 256

// readLoop takes PDUs from the peer until the session ends.
func (s *Session) readLoop() {
	answers := make([]answer, 0, readAhead)
	var results []Result
	for {
		frame, err := peekFrame(s.br)
		if err != nil {
			err = fmt.Errorf("%w: %w", ErrLost, err)
			if errors.Is(err, ErrLength) { // §4.3.1: the header cannot be trusted
				s.lastWord(err, Plain{CmdGenericNack}, InvalidCmdLength, 0)
				return
			}
			s.fail(err)
			return
		}
		answers = s.readFrame(frame, answers)
		if _, err := s.br.Discard(len(frame)); err != nil {
			s.fail(fmt.Errorf("%w: %w", ErrLost, err))
			return
		}
		if len(answers) == readAhead || !s.frameReady() {
			s.reads.Add(1)
			results = s.resolve(answers, results[:0])
			s.report(results)
			clear(answers)
			answers = answers[:0]
		}
	}
}

// frameReady reports whether a whole PDU is in the buffer.
func (s *Session) frameReady() bool {
	n := s.br.Buffered()
	if n < HeaderLength {
		return false
	}
	head, err := s.br.Peek(4)
	return err == nil && int64(n) >= int64(binary.BigEndian.Uint32(head))
}

// readFrame handles a request, or adds a response to answers.
func (s *Session) readFrame(frame []byte, answers []answer) []answer {
	h, err := ParseHeader(frame)
	if err != nil {
		return answers // not possible: peekFrame took its length from the header
	}
	if h.Command.IsResponse() {
		return append(answers, s.readAnswer(h, frame[HeaderLength:]))
	}
	s.request(h, frame[HeaderLength:])
	return answers
}

// readAnswer reads a response. The one to a message, which comes most, has no body
// of its own in the answer.
func (s *Session) readAnswer(h Header, octets []byte) answer {
	a := answer{header: h}
	if h.Command == CmdSubmitSMResp || h.Command == CmdDeliverSMResp || h.Command == CmdDataSMResp {
		if len(octets) > 0 {
			var m MessageResp
			s.r = reader{s: string(octets)}
			m.decode(&s.r)
			a.id, a.err = m.MessageID, s.r.err
		}
		return a
	}
	if a.body = newBody(h.Command); a.body != nil {
		_, a.err = s.r.body(a.body, octets)
	}
	return a
}

// resolve finds the requests of answers and appends their results.
func (s *Session) resolve(answers []answer, results []Result) []Result {
	if len(answers) == 0 {
		return results
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range answers {
		a := &answers[i]
		if s.own(a.header) {
			continue
		}
		at := &s.slots[a.header.Sequence&s.mask]
		matches := at.sequence == a.header.Sequence && at.state == slotWritten &&
			(a.header.Command == at.command.Response() || a.header.Command == CmdGenericNack)
		if !matches {
			s.strays.Add(1)
			continue
		}
		held, _ := s.release(a.header.Sequence)
		r := Result{Tag: held.tag, Outcome: Answered, Status: a.header.Status, MessageID: a.id, Body: a.body}
		if a.err != nil && a.header.Status == OK {
			// Taken by the peer, but as what cannot be read.
			r = Result{Tag: held.tag, Outcome: Unknown, Err: a.err}
		}
		if r.Status.Throttling() {
			s.throttle.Add(1)
		}
		results = append(results, r)
	}
	s.signalRoom()
	return results
}

// own takes the responses to the session's own requests. A generic_nack to
// enquire_link is a sign of life as well.
func (s *Session) own(h Header) bool {
	switch {
	case h.Command == CmdUnbindResp && s.closing:
		s.failLocked(ErrUnbound)
		return true
	case s.enquiry != 0 && h.Sequence == s.enquiry && (h.Command == CmdEnquireLinkResp || h.Command == CmdGenericNack):
		s.enquiry = 0
		return true
	}
	return false
}

// request handles a request of the peer.
func (s *Session) request(h Header, octets []byte) {
	ack := Ack{s, h.Sequence, h.Command}
	if h.Command == CmdEnquireLink { // §4.11.2
		_ = s.post(Plain{CmdEnquireLinkResp}, OK, h.Sequence, false)
		return
	}
	if h.Command == CmdUnbind { // §4.2.2
		s.peerUnbinds(h.Sequence)
		return
	}
	body := newBody(h.Command)
	if body == nil { // §4.3.1
		_ = s.post(Plain{CmdGenericNack}, InvalidCommand, h.Sequence, false)
		return
	}
	if _, err := s.r.body(body, octets); err != nil {
		_ = s.post(Plain{CmdGenericNack}, InvalidCmdLength, h.Sequence, false)
		return
	}
	s.dispatch(body, ack)
}

// dispatch hands a request to the handler, or refuses what the bind does not permit
// (§2.3, table 2-1) and what nobody handles.
func (s *Session) dispatch(body Body, ack Ack) {
	if _, bind := body.(*Bind); !bind && s.server && s.bind.As == CmdBindReceiver && ack.command != CmdDataSM {
		_ = ack.Respond(InvalidBindStatus, "")
		return
	}
	switch m := body.(type) {
	case *Bind:
		_ = ack.Respond(AlreadyBound, "")
		return
	case *DeliverSM:
		if s.h.Deliver != nil {
			s.h.Deliver(m, ack)
			return
		}
	case *SubmitSM:
		if s.h.Submit != nil {
			s.h.Submit(m, ack)
			return
		}
	default:
		if s.h.Request != nil {
			s.h.Request(m, ack)
			return
		}
	}
	_ = ack.Respond(InvalidBindStatus, "")
}

// peerUnbinds answers an unbind. What is queued is not written any more: the peer
// would not take it.
func (s *Session) peerUnbinds(sequence uint32) {
	s.mu.Lock()
	s.closing = true
	results := s.expire(func(at *slot) (Outcome, error) {
		if at.state == slotQueued {
			return NotWritten, ErrUnbound
		}
		return 0, nil
	})
	s.mu.Unlock()
	s.report(results)
	s.lastWord(ErrUnbound, Plain{CmdUnbindResp}, OK, sequence)
}

// Ack answers one request of the peer. It is answered once, at any time, from any
// goroutine; a request that is never answered is the peer's to time out.
type Ack struct {
	s        *Session
	sequence uint32
	command  Command
}

// Session returns the session that the request came by.
func (a Ack) Session() *Session { return a.s }

// Respond answers with a status and, to a submit_sm or data_sm, the message's id. A
// refusal of what is not a deliver_sm is a header alone (§4.4.2). The error is
// ErrClosed when the session has ended: the peer will ask again in another one.
func (a Ack) Respond(status Status, messageID string) error {
	c := a.command.Response()
	if a.command != CmdSubmitSM && a.command != CmdDeliverSM && a.command != CmdDataSM {
		body := newBody(c)
		if body == nil {
			return nil // outbind and alert_notification have no response
		}
		_, plain := body.(Plain)
		return a.s.post(body, status, a.sequence, !plain && status != OK)
	}
	s := a.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return ErrClosed
	}
	start := len(s.w.b)
	s.w.header(c, status, a.sequence)
	if status == OK || a.command == CmdDeliverSM {
		s.w.cstring("message_id", messageID, messageIDSize)
	}
	if err := s.w.end(start); err != nil {
		return err
	}
	return s.posted()
}

// Reply answers with a body, as a query_sm wants it.
func (a Ack) Reply(status Status, body Body) error {
	return a.s.post(body, status, a.sequence, false)
}
