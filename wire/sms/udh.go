package sms

import "fmt"

// Information elements of the user data header (3GPP TS 23.040 §9.2.3.24).
const (
	concat8  = 0x00 // concatenation with an 8-bit reference, §9.2.3.24.1
	concat16 = 0x08 // concatenation with a 16-bit reference, §9.2.3.24.8
)

// UDHLength is the length in octets of the header that UDH writes.
const UDHLength = 6

// UDH returns the user data header of part seq (from 1) of total, with an 8-bit
// reference (3GPP TS 23.040 §9.2.3.24.1).
func UDH(ref, total, seq byte) []byte {
	return []byte{UDHLength - 1, concat8, 3, ref, total, seq}
}

// Concat says which part of a longer message a message is. The zero value is a
// message on its own.
type Concat struct {
	Ref   uint16 // Ref is the same in all parts of a message from one sender.
	Total byte   // Total is the number of parts; 0 is a message on its own.
	Seq   byte   // Seq is the number of this part, from 1.
}

// ParseUDH reads the user data header at the start of b and returns what it says
// of concatenation, and the user data after it. Other elements are skipped. A
// header that is longer than b, an element that is longer than the header, and a
// part number outside 1..total are errors; the standard would have the receiver
// ignore the last, and so may the caller, for the rest is returned with it.
func ParseUDH(b []byte) (Concat, []byte, error) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return Concat{}, nil, fmt.Errorf("sms: user data header is longer than the %d octets of user data", len(b))
	}
	header, rest := b[1:1+int(b[0])], b[1+int(b[0]):]
	var c Concat
	for len(header) > 0 {
		if len(header) < 2 || len(header) < 2+int(header[1]) {
			return Concat{}, rest, fmt.Errorf("sms: the user data header ends inside an element")
		}
		id, v := header[0], header[2:2+int(header[1])]
		header = header[2+len(v):]
		switch {
		case id == concat8 && len(v) == 3:
			c = Concat{Ref: uint16(v[0]), Total: v[1], Seq: v[2]}
		case id == concat16 && len(v) == 4:
			c = Concat{Ref: uint16(v[0])<<8 | uint16(v[1]), Total: v[2], Seq: v[3]}
		case id == concat8 || id == concat16:
			return Concat{}, rest, fmt.Errorf("sms: concatenation element of %d octets", len(v))
		default:
			continue
		}
		if c.Seq == 0 || c.Seq > c.Total {
			return Concat{}, rest, fmt.Errorf("sms: part %d of %d", c.Seq, c.Total)
		}
	}
	return c, rest, nil
}
