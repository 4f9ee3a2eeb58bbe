package sms

import "unicode/utf8"

// A Tally is what the characters of a text come to. Texts can be counted apart and their tallies added: a text
// that is put together from pieces is measured without reading it again. The zero value is the empty text's.
type Tally struct {
	units   int // UTF-16 units
	septets int // of the GSM alphabet with its extension table, as far as it has the characters
	foreign int // characters that the GSM alphabet lacks
	escapes int // characters of its extension table: two septets, which stay in one part
	pairs   int // characters of two UTF-16 units, which stay in one part
}

// Count counts the characters of a text. Invalid UTF-8 counts as U+FFFD, one for each bad octet.
func Count[T string | []byte](text T) Tally {
	var t Tally
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			t.one(rune(c))
			i++
			continue
		}
		// What most Chinese characters are: three octets, neither overlong nor a surrogate (Unicode table 3-7).
		if c > 0xE0 && c < 0xF0 && c != 0xED && i+2 < len(text) && text[i+1]&0xC0 == 0x80 && text[i+2]&0xC0 == 0x80 {
			t.one(rune(c&0x0F)<<12 | rune(text[i+1]&0x3F)<<6 | rune(text[i+2]&0x3F))
			i += 3
			continue
		}
		var few [utf8.UTFMax]byte
		r, size := utf8.DecodeRune(few[:copy(few[:], text[i:])])
		t.one(r)
		i += size
	}
	return t
}

// one counts a character.
func (t *Tally) one(r rune) {
	c := code(r)
	present, escaped := int(c>>8&1), int(c>>9&1)
	t.units++
	t.septets += present + escaped
	t.escapes += escaped
	t.foreign += 1 - present
	if r > 0xFFFF {
		t.units++
		t.pairs++
	}
}

// Add adds the tally of a text that follows.
func (t *Tally) Add(o Tally) {
	t.units += o.units
	t.septets += o.septets
	t.foreign += o.foreign
	t.escapes += o.escapes
	t.pairs += o.pairs
}

// Measure says of the counted text what the function Measure says. It is false where the number of segments
// depends on which characters lie where two parts meet: several parts, and characters that may not be split.
func (t Tally) Measure() (a Alphabet, units, segments int, ok bool) {
	alone, part, whole := ucsAlone, ucsPart, t.pairs
	a, units = UCS2, t.units
	if t.foreign == 0 {
		a, units, alone, part, whole = GSM7, t.septets, gsmAlone, gsmPart, t.escapes
	}
	if units <= alone {
		return a, units, 1, true
	}
	return a, units, (units + part - 1) / part, whole == 0
}
