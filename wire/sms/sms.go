// Package sms turns text into the octets of short messages and back: the GSM
// default alphabet with its extension table (3GPP TS 23.038 §6.2.1), UCS-2, and
// the splitting of long texts (3GPP TS 23.040 §9.2.3.24).
//
// It is pure: no I/O, no clock, no state.
package sms

import "unicode/utf8"

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
	units, segments, ok := measureGSM(text)
	if ok {
		return GSM7, units, segments
	}
	units, segments = measureUCS(text)
	return UCS2, units, segments
}

// measureGSM counts septets and segments; ok is false when a character of text
// is in neither table.
func measureGSM(text string) (septets, segments int, ok bool) {
	parts, room := 1, gsmPart
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		cost := septetsOf(r)
		if cost == 0 {
			return 0, 0, false
		}
		septets += cost
		if room < cost { // an escape pair stays in one part
			parts, room = parts+1, gsmPart
		}
		room -= cost
	}
	if septets <= gsmAlone {
		return septets, 1, true
	}
	return septets, parts, true
}

// measureUCS counts UTF-16 units and segments.
func measureUCS(text string) (units, segments int) {
	parts, room := 1, ucsPart
	for _, r := range text {
		cost := 1
		if r > 0xFFFF {
			cost = 2
		}
		units += cost
		if room < cost { // a surrogate pair stays in one part
			parts, room = parts+1, ucsPart
		}
		room -= cost
	}
	if units <= ucsAlone {
		return units, 1
	}
	return units, parts
}
