// Package smpp speaks the Short Message Peer-to-Peer protocol, version 3.4
// (issue 1.2): a codec for its PDUs, the texts of delivery receipts, a session for
// either side over a net.Conn, and a client that keeps a session up. It knows
// nothing of debt.
//
// What matters most here is to tell a request that may have left from one that
// has certainly not: see Outcome.
package smpp

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// HeaderLength is the length in octets of a PDU's header (SMPP 3.4 §3.2).
const HeaderLength = 16

// MaxLength is the longest PDU in octets that is read or written. The
// specification has no limit; only a message_payload of tens of kilobytes would
// pass this one.
const MaxLength = 64 << 10

// MaxShortMessage is the longest short_message in octets (§5.2.21).
const MaxShortMessage = 254

// ErrUnknownCommand is the error of Decode for a command_id that SMPP 3.4 does not
// have. It is answered with a generic_nack (§4.3).
var ErrUnknownCommand = errors.New("smpp: unknown command")

// ErrLength is the error of a command_length below HeaderLength or above
// MaxLength, or one that differs from the octets given. In a stream nothing after
// it can be read.
var ErrLength = errors.New("smpp: bad command_length")

// Header is a PDU's header without its length (§3.2).
type Header struct {
	Command  Command
	Status   Status // Status is 0 in a request.
	Sequence uint32 // Sequence is the same in a request and its response; 0 only in a generic_nack.
}

// Body is what follows the header: one type for each shape of PDU.
type Body interface {
	// Command is the command_id that goes with the body.
	Command() Command
	encode(w *writer)
	decode(r *reader)
}

// PDU is one protocol data unit.
type PDU struct {
	Status   Status
	Sequence uint32
	// Body is never nil in a PDU from Decode.
	Body Body
	// Bare says that the PDU is a response of a header alone although its command
	// has a body. SMPP 3.4 §4.4.2 has it so when the status is not 0, and some peers
	// do it always. Body then holds the zero value of its shape.
	Bare bool
}

// newBody returns an empty body of the shape that c has, or nil for a command that
// SMPP 3.4 does not have.
func newBody(c Command) Body {
	switch c {
	case CmdBindReceiver, CmdBindTransmitter, CmdBindTransceiver:
		return &Bind{As: c}
	case CmdBindReceiverResp, CmdBindTransmitterResp, CmdBindTransceiverResp:
		return &BindResp{As: c}
	case CmdSubmitSM:
		return new(SubmitSM)
	case CmdDeliverSM:
		return new(DeliverSM)
	case CmdSubmitSMResp, CmdDeliverSMResp, CmdDataSMResp:
		return &MessageResp{To: c}
	case CmdDataSM:
		return new(DataSM)
	case CmdSubmitMulti:
		return new(SubmitMulti)
	case CmdSubmitMultiResp:
		return new(SubmitMultiResp)
	case CmdQuerySM:
		return new(QuerySM)
	case CmdQuerySMResp:
		return new(QuerySMResp)
	case CmdCancelSM:
		return new(CancelSM)
	case CmdReplaceSM:
		return new(ReplaceSM)
	case CmdOutbind:
		return new(Outbind)
	case CmdAlertNotification:
		return new(AlertNotification)
	case CmdUnbind, CmdUnbindResp, CmdEnquireLink, CmdEnquireLinkResp, CmdGenericNack, CmdCancelSMResp, CmdReplaceSMResp:
		return Plain{c}
	}
	return nil
}

// ParseHeader reads the header of a frame, which must be one whole PDU. The error
// is ErrLength.
func ParseHeader(frame []byte) (Header, error) {
	if len(frame) < HeaderLength {
		return Header{}, fmt.Errorf("%w: %d octets are no header", ErrLength, len(frame))
	}
	if n := binary.BigEndian.Uint32(frame); n > MaxLength || int(n) != len(frame) {
		return Header{}, fmt.Errorf("%w: it says %d, the PDU has %d octets", ErrLength, n, len(frame))
	}
	return Header{
		Command:  Command(binary.BigEndian.Uint32(frame[4:])),
		Status:   Status(binary.BigEndian.Uint32(frame[8:])),
		Sequence: binary.BigEndian.Uint32(frame[12:]),
	}, nil
}

// Decode reads one whole PDU and keeps nothing of frame. What it returns encodes
// to the same octets. The errors are ErrLength, ErrUnknownCommand and ErrMalformed.
func Decode(frame []byte) (PDU, error) {
	h, err := ParseHeader(frame)
	if err != nil {
		return PDU{}, err
	}
	p := PDU{Status: h.Status, Sequence: h.Sequence, Body: newBody(h.Command)}
	if p.Body == nil {
		return PDU{}, fmt.Errorf("%w: 0x%08x", ErrUnknownCommand, uint32(h.Command))
	}
	p.Bare, err = new(reader).body(p.Body, frame[HeaderLength:])
	if err != nil {
		return PDU{}, fmt.Errorf("%s: %w", h.Command, err)
	}
	return p, nil
}

// body fills b from the octets after a header. r may be used again.
func (r *reader) body(b Body, octets []byte) (bare bool, err error) {
	if _, plain := b.(Plain); len(octets) == 0 && !plain && b.Command().IsResponse() {
		return true, nil
	}
	*r = reader{s: string(octets)} // one copy, which every string of the body shares
	b.decode(r)
	if r.err == nil && r.at < len(r.s) {
		r.fail("end", "%d octets are left over", len(r.s)-r.at)
	}
	return false, r.err
}

// Append appends the PDU's octets to dst. On an error dst is returned as it was.
func (p PDU) Append(dst []byte) ([]byte, error) {
	w := writer{b: dst}
	err := w.pdu(p.Body, p.Status, p.Sequence, p.Bare)
	return w.b, err
}

// pdu appends a whole PDU. On an error the octets are as they were, and w may be
// used again.
func (w *writer) pdu(body Body, status Status, sequence uint32, bare bool) error {
	start := len(w.b)
	w.header(body.Command(), status, sequence)
	if !bare {
		body.encode(w)
	}
	return w.end(start)
}

func (w *writer) header(c Command, status Status, sequence uint32) {
	w.u32(0)
	w.u32(uint32(c))
	w.u32(uint32(status))
	w.u32(sequence)
}

// end puts the length into the PDU that began at start, or takes the PDU back.
func (w *writer) end(start int) error {
	n := len(w.b) - start
	if n > MaxLength {
		w.fail("command_length", "%d octets, at most %d are allowed", n, MaxLength)
	}
	if err := w.err; err != nil {
		w.b, w.err = w.b[:start], nil
		return err
	}
	binary.BigEndian.PutUint32(w.b[start:], uint32(n))
	return nil
}

// ReadPDU reads one PDU from a stream. At the stream's end it returns io.EOF, and
// io.ErrUnexpectedEOF inside a PDU. After ErrLength the stream is of no more use;
// after another error of Decode it stands before the next PDU. The buffer of r must
// be MaxLength at least.
func ReadPDU(r *bufio.Reader) (PDU, error) {
	frame, err := peekFrame(r)
	if err != nil {
		return PDU{}, err
	}
	p, err := Decode(frame)
	if _, e := r.Discard(len(frame)); e != nil && err == nil {
		err = e
	}
	return p, err
}

// peekFrame returns the next PDU's octets without taking them from r.
func peekFrame(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(4)
	if err != nil {
		if len(head) > 0 && errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	n := binary.BigEndian.Uint32(head)
	if n < HeaderLength || n > MaxLength {
		return nil, fmt.Errorf("%w: %d octets", ErrLength, n)
	}
	frame, err := r.Peek(int(n))
	if err != nil && errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return frame, err
}
