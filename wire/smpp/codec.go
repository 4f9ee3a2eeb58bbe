package smpp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// ErrMalformed is the class of every error of Decode: the octets are not a PDU of
// SMPP 3.4.
var ErrMalformed = errors.New("smpp: malformed PDU")

// reader takes fields from a PDU's body in order. After the first error every
// take returns a zero value and err keeps that first error, so that a decoder
// reads as the specification's table does.
type reader struct {
	s   string
	at  int
	err error
}

func (r *reader) fail(field, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: octet %d of the body, %s: %s", ErrMalformed, r.at, field, fmt.Sprintf(format, args...))
	}
}

// octets takes the next n octets.
func (r *reader) octets(field string, n int) string {
	if r.err != nil {
		return ""
	}
	if len(r.s)-r.at < n {
		r.fail(field, "wants %d octets, %d are left", n, len(r.s)-r.at)
		return ""
	}
	v := r.s[r.at : r.at+n]
	r.at += n
	return v
}

func (r *reader) u8(field string) uint8 {
	v := r.octets(field, 1)
	if v == "" {
		return 0
	}
	return v[0]
}

func (r *reader) u16(field string) uint16 {
	v := r.octets(field, 2)
	if v == "" {
		return 0
	}
	return uint16(v[0])<<8 | uint16(v[1])
}

func (r *reader) u32(field string) uint32 {
	return uint32(r.u16(field))<<16 | uint32(r.u16(field))
}

// cstring takes a C-Octet String of at most size octets, its NUL included (§3.1).
func (r *reader) cstring(field string, size int) string {
	if r.err != nil {
		return ""
	}
	n := strings.IndexByte(r.s[r.at:], 0)
	if n < 0 {
		r.fail(field, "no NUL ends it")
		return ""
	}
	if n+1 > size {
		r.fail(field, "%d octets, at most %d are allowed", n+1, size)
		return ""
	}
	v := r.s[r.at : r.at+n]
	r.at += n + 1
	return v
}

// date takes a time, which is empty or 16 characters (§7.1.1).
func (r *reader) date(field string) string {
	v := r.cstring(field, timeLength+1)
	if r.err == nil && len(v) != 0 && len(v) != timeLength {
		r.fail(field, "%d characters, a time has 0 or %d", len(v), timeLength)
		return ""
	}
	return v
}

// message takes sm_length and short_message (§5.2.21, §5.2.22).
func (r *reader) message() []byte {
	n := int(r.u8("sm_length"))
	if r.err == nil && n > MaxShortMessage {
		r.fail("sm_length", "%d, at most %d are allowed", n, MaxShortMessage)
	}
	if v := r.octets("short_message", n); v != "" {
		return []byte(v)
	}
	return nil
}

// writer appends the fields of a body. After the first error err keeps it, and
// what was appended is of no use.
type writer struct {
	b   []byte
	err error
}

func (w *writer) fail(field, format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("smpp: cannot encode %s: %s", field, fmt.Sprintf(format, args...))
	}
}

func (w *writer) u8(v uint8)   { w.b = append(w.b, v) }
func (w *writer) u16(v uint16) { w.b = binary.BigEndian.AppendUint16(w.b, v) }
func (w *writer) u32(v uint32) { w.b = binary.BigEndian.AppendUint32(w.b, v) }

func (w *writer) cstring(field, v string, size int) {
	if len(v)+1 > size {
		w.fail(field, "%d octets, at most %d are allowed", len(v)+1, size)
	}
	if strings.IndexByte(v, 0) >= 0 {
		w.fail(field, "it holds a NUL")
	}
	w.b = append(append(w.b, v...), 0)
}

func (w *writer) date(field, v string) {
	if len(v) != 0 && len(v) != timeLength {
		w.fail(field, "%d characters, a time has 0 or %d", len(v), timeLength)
	}
	w.cstring(field, v, timeLength+1)
}

func (w *writer) message(v []byte) {
	if len(v) > MaxShortMessage {
		w.fail("short_message", "%d octets, at most %d are allowed", len(v), MaxShortMessage)
	}
	w.u8(uint8(len(v)))
	w.b = append(w.b, v...)
}
