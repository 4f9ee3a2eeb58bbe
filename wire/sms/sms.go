// Package sms turns text into the octets of short messages and back: the GSM
// default alphabet with its extension table (3GPP TS 23.038 §6.2.1), UCS-2, and
// the splitting of long texts (3GPP TS 23.040 §9.2.3.24).
//
// It is pure: no I/O, no clock, no state.
package sms

// Alphabet is the character set that a message is sent in. The zero value is
// UCS2, which can carry every text.
type Alphabet uint8

const (
	// UCS2 is UTF-16BE, two octets a unit (SMPP data_coding 8).
	UCS2 Alphabet = iota
	// GSM7 is the GSM default alphabet with its extension table, one septet an
	// octet as SMPP data_coding 0 carries it.
	GSM7
)

// String returns "ucs2" or "gsm7", and "unknown" for other values.
func (a Alphabet) String() string {
	switch a {
	case UCS2:
		return "ucs2"
	case GSM7:
		return "gsm7"
	}
	return "unknown"
}

// The units that fit in a message alone and in one part of several, where six
// octets of header take their room (3GPP TS 23.040 §9.2.3.24.1).
const (
	gsmAlone, gsmPart = 160, 153
	ucsAlone, ucsPart = 70, 67
)

// MaxParts is the largest number of parts that the concatenation header can
// count.
const MaxParts = 255

// Measure says how text would be sent: in which alphabet, with how many units
// (septets in GSM7, UTF-16 units in UCS2), in how many segments. It agrees with
// Split, and does not allocate. An empty text is GSM7 with 0 units and 1 segment:
// a message without text is still a message. Invalid UTF-8 counts as U+FFFD,
// which Split refuses. Segments may exceed MaxParts, which Split refuses too.
func Measure(text string) (a Alphabet, units, segments int) {
	a, units, segments, ok := Count(text).Measure()
	if !ok {
		segments = parts(a, text)
	}
	return a, units, segments
}

// parts counts the parts of a text that does not fit alone, in which a pair, of septets or of units, is never split.
func parts(a Alphabet, text string) int {
	n, size := 1, ucsPart
	if a == GSM7 {
		size = gsmPart
	}
	room := size
	for _, r := range text {
		cost := 1
		if a == GSM7 {
			cost = septetsOf(r)
		} else if r > 0xFFFF {
			cost = 2
		}
		if room < cost {
			n, room = n+1, size
		}
		room -= cost
	}
	return n
}
