package sms_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/wire/sms"
)

// The alphabet as a person would write it down (3GPP TS 23.038 §6.2.1).
const (
	single = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	double = "^{}\\[~]|€\f"
)

// slow measures character by character, with nothing of the code that it is held against.
func slow(text string) (a sms.Alphabet, units, segments int) {
	alone, part := 160, 153
	a = sms.GSM7
	for _, r := range text {
		if !strings.ContainsRune(single+double, r) {
			a, alone, part = sms.UCS2, 70, 67
		}
	}
	segments, room := 1, part
	for _, r := range text {
		cost := 1
		if a == sms.UCS2 && r > 0xFFFF || a == sms.GSM7 && strings.ContainsRune(double, r) {
			cost = 2
		}
		units += cost
		if room < cost {
			segments, room = segments+1, part
		}
		room -= cost
	}
	if units <= alone {
		segments = 1
	}
	return a, units, segments
}

// TestTally: pieces that are counted apart and added measure as the whole does, read character by character.
func TestTally(t *testing.T) {
	piece := rapid.OneOf(
		rapid.StringOfN(rapid.SampledFrom([]rune("abc 1,€{您元😀¥`\n")), 0, 90, -1),
		rapid.StringOfN(rapid.SampledFrom([]rune("abc 1,€{[")), 0, 200, -1),
		rapid.StringOfN(rapid.SampledFrom([]rune("您的还款。😀")), 0, 90, -1),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(piece, 0, 5).Draw(t, "pieces")
		var sum sms.Tally
		for i, p := range pieces {
			if i%2 == 0 {
				sum.Add(sms.Count(p))
			} else {
				sum.Add(sms.Count([]byte(p)))
			}
		}
		whole := strings.Join(pieces, "")
		if sum != sms.Count(whole) {
			t.Fatalf("%q: pieces %+v, whole %+v", pieces, sum, sms.Count(whole))
		}
		a, units, segments := slow(whole)
		if x, y, z := sms.Measure(whole); x != a || y != units || z != segments {
			t.Fatalf("%q: Measure says %v, %d, %d and not %v, %d, %d", whole, x, y, z, a, units, segments)
		}
		if x, y, z, ok := sum.Measure(); ok && (x != a || y != units || z != segments) {
			t.Fatalf("%q: its tally says %v, %d, %d and not %v, %d, %d", whole, x, y, z, a, units, segments)
		}
	})
}

// TestCountOctets: whatever octets come, they are counted as Go reads them.
func TestCountOctets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{0xE0, 0xE1, 0xED, 0xA0, 0x80, 0xBF, 0xF0, 0xC3}))).Draw(t, "octets")
		if got, want := sms.Count(b), sms.Count(string([]rune(string(b)))); got != want {
			t.Fatalf("%x: %+v, want %+v", b, got, want)
		}
	})
}
