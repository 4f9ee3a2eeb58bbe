package sms

import (
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrTooLong says that a text needs more than MaxParts parts.
var ErrTooLong = errors.New("sms: text needs more than 255 parts")

// ErrNotText says that a text to send is not valid UTF-8.
var ErrNotText = errors.New("sms: text is not valid UTF-8")

// Split returns the alphabet of text and the encoded user data of its parts,
// without headers: one part when it fits alone, else parts that leave room for
// UDH. An escape pair and a surrogate pair are never split. An empty text is one
// empty part. The errors are ErrTooLong and ErrNotText.
func Split(text string) (Alphabet, [][]byte, error) {
	a, units, segments := Measure(text)
	if segments == 1 && a == UCS2 {
		one := make([]byte, 2*units)
		if !encodeUCS(one, text) {
			return UCS2, nil, ErrNotText
		}
		return UCS2, [][]byte{one}, nil
	}
	if !utf8.ValidString(text) {
		return UCS2, nil, ErrNotText
	}
	if segments > MaxParts {
		return a, nil, fmt.Errorf("%w: %d", ErrTooLong, segments)
	}
	octets, room := units, gsmPart
	if a == UCS2 {
		octets, room = 2*units, 2*ucsPart
	}
	if segments == 1 {
		room = octets
	}
	// One array holds all parts: it never grows, for octets is exact.
	all := make([]byte, 0, octets)
	parts := make([][]byte, 0, segments)
	start := 0
	for _, r := range text {
		before := len(all)
		if a == GSM7 {
			all = appendGSM(all, r)
		} else {
			all = appendUCS(all, r)
		}
		if len(all)-start > room {
			parts = append(parts, all[start:before:before])
			start = before
		}
	}
	return a, append(parts, all[start:]), nil
}

// encodeUCS writes text as UTF-16BE to b, which has room for it as Count counted it, and says whether all of it is valid UTF-8. Most
// messages are one part of Chinese characters: these are read here as in Count.
func encodeUCS(b []byte, text string) bool {
	at := 0
	for i := 0; i < len(text); at += 2 {
		c := text[i]
		if c < utf8.RuneSelf {
			b[at], b[at+1] = 0, c
			i++
			continue
		}
		if c > 0xE2 && c < 0xF0 && c != 0xED && i+2 < len(text) && text[i+1]&0xC0 == 0x80 && text[i+2]&0xC0 == 0x80 {
			b[at], b[at+1] = c<<4|text[i+1]>>2&0x0F, text[i+1]<<6|text[i+2]&0x3F
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			return false
		}
		i += size
		if r > 0xFFFF {
			hi, lo := utf16.EncodeRune(r)
			b[at], b[at+1] = byte(hi>>8), byte(hi)
			at += 2
			r = lo
		}
		b[at], b[at+1] = byte(r>>8), byte(r)
	}
	return true
}

// appendUCS appends r as UTF-16BE, a surrogate pair above U+FFFF.
func appendUCS(b []byte, r rune) []byte {
	if r > 0xFFFF {
		hi, lo := utf16.EncodeRune(r)
		return append(b, byte(hi>>8), byte(hi), byte(lo>>8), byte(lo))
	}
	return append(b, byte(r>>8), byte(r))
}

// Decode returns the text of encoded user data without its header: septets one
// an octet, or UTF-16BE. On an error the text is still what could be read, with
// U+FFFD in the bad places, because a reply that asks us to stop must not be lost
// for one bad octet. An escaped septet outside the extension table is read as
// the character of the default alphabet (3GPP TS 23.038 §6.2.1.1).
func Decode(a Alphabet, b []byte) (string, error) {
	switch a {
	case GSM7:
		return decodeGSM(b)
	case UCS2:
		return decodeUCS(b)
	}
	return "", fmt.Errorf("sms: alphabet %d is not known", a)
}

func decodeGSM(b []byte) (string, error) {
	var err error
	text := make([]byte, 0, len(b)+8)
	for i := 0; i < len(b); i++ {
		c := b[i]
		r := utf8.RuneError
		switch {
		case c > 0x7F:
			err = errors.Join(err, fmt.Errorf("sms: octet %d is 0x%02x, not a septet", i, c))
		case c != escape:
			r = basic[c]
		case i+1 == len(b):
			err = errors.Join(err, errors.New("sms: the last septet is an escape"))
		default:
			r = escapedRune(b[i+1])
			if r != utf8.RuneError {
				i++
			}
		}
		text = utf8.AppendRune(text, r)
	}
	return string(text), err
}

// escapedRune is what c means after an escape. A further escape is reserved for
// tables to come and shown as a space. An octet above 0x7F is RuneError: it is
// reported in its own place.
func escapedRune(c byte) rune {
	if r, ok := extension[c]; ok {
		return r
	}
	if c == escape {
		return ' '
	}
	if c > 0x7F {
		return utf8.RuneError
	}
	return basic[c]
}

func decodeUCS(b []byte) (string, error) {
	var err error
	text := make([]byte, 0, len(b)*3/2)
	for i := 0; i+1 < len(b); i += 2 {
		r := rune(b[i])<<8 | rune(b[i+1])
		if utf16.IsSurrogate(r) {
			pair := utf8.RuneError
			if i+3 < len(b) {
				pair = utf16.DecodeRune(r, rune(b[i+2])<<8|rune(b[i+3]))
			}
			if pair == utf8.RuneError {
				err = errors.Join(err, fmt.Errorf("sms: half a surrogate pair at octet %d", i))
			} else {
				i += 2
			}
			r = pair
		}
		text = utf8.AppendRune(text, r)
	}
	if len(b)%2 != 0 {
		err = errors.Join(err, fmt.Errorf("sms: %d octets of UCS-2, an odd number", len(b)))
		text = utf8.AppendRune(text, utf8.RuneError)
	}
	return string(text), err
}
