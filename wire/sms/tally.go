package sms

import "unicode/utf8"

// A Tally is what the characters of a text come to. Texts can be counted apart and their tallies added: a text
// that is put together from pieces is measured without reading it again. The zero value is the empty text's.
type Tally struct {
	units   int // UTF-16 units
	septets int // of the GSM alphabet with its extension table, as far as it has the characters
	foreign int // characters that the GSM alphabet lacks
	pairs   int // characters of two UTF-16 units, which stay in one part; the GSM alphabet has none of them
}

// asciiSeptets is septetsOf for the characters that take one octet.
var asciiSeptets = func() (costs [utf8.RuneSelf]uint8) {
	for r := range costs {
		costs[r] = uint8(septetsOf(rune(r)))
	}
	return costs
}()

// Count counts the characters of a text. Invalid UTF-8 counts as U+FFFD, one for each bad octet.
func Count[T string | []byte](text T) Tally {
	units, septets, foreign, pairs := 0, 0, 0, 0
	for i := 0; i < len(text); units++ {
		c := text[i]
		if c < utf8.RuneSelf {
			cost := int(asciiSeptets[c])
			septets += cost
			if cost == 0 {
				foreign++
			}
			i++
			continue
		}
		// What most Chinese characters are: three octets from U+3000 on, and no surrogate (Unicode table 3-7). The GSM
		// alphabet has none of them.
		if c > 0xE2 && c < 0xF0 && c != 0xED && i+2 < len(text) && text[i+1]&0xC0 == 0x80 && text[i+2]&0xC0 == 0x80 {
			foreign++
			i += 3
			continue
		}
		var few [utf8.UTFMax]byte
		r, size := utf8.DecodeRune(few[:copy(few[:], text[i:])])
		i += size
		cost := septetsOf(r)
		septets += cost
		if cost == 0 {
			foreign++
		}
		if r > 0xFFFF {
			units++
			pairs++
		}
	}
	return Tally{units, septets, foreign, pairs}
}

// Plain is the tally of letters A to Z, digits, spaces and such signs as both alphabets have in one unit, and of
// Chinese characters, when it is known how many there are.
func Plain(plain, chinese int) Tally {
	return Tally{units: plain + chinese, septets: plain, foreign: chinese}
}

// Add adds the tally of a text that follows.
func (t *Tally) Add(o Tally) {
	t.units += o.units
	t.septets += o.septets
	t.foreign += o.foreign
	t.pairs += o.pairs
}

// Measure says of the counted text what the function Measure says. It is false where the number of segments
// depends on which characters lie where two parts meet: several parts, and characters that may not be split.
func (t Tally) Measure() (a Alphabet, units, segments int, ok bool) {
	alone, part, whole := ucsAlone, ucsPart, t.pairs
	a, units = UCS2, t.units
	if t.foreign == 0 {
		a, units, alone, part = GSM7, t.septets, gsmAlone, gsmPart
		whole = t.septets - t.units // escape pairs: every character is one unit here
	}
	if units <= alone {
		return a, units, 1, true
	}
	return a, units, (units + part - 1) / part, whole == 0
}
