package sms_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/wire/sms"
)

func TestMeasure(t *testing.T) {
	for _, c := range []struct {
		name, text      string
		alphabet        sms.Alphabet
		units, segments int
	}{
		{"empty is one message", "", sms.GSM7, 0, 1},
		{"plain", "hello", sms.GSM7, 5, 1},
		{"160 septets alone", strings.Repeat("a", 160), sms.GSM7, 160, 1},
		{"161 septets", strings.Repeat("a", 161), sms.GSM7, 161, 2},
		{"306 septets", strings.Repeat("a", 306), sms.GSM7, 306, 2},
		{"307 septets", strings.Repeat("a", 307), sms.GSM7, 307, 3},
		{"80 euros alone", strings.Repeat("€", 80), sms.GSM7, 160, 1},
		{"escape pairs are not split: 76 to a part", strings.Repeat("€", 153), sms.GSM7, 306, 3},
		{"the whole basic table", "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ÄÖÑÜ§¿äöñüà¡¤", sms.GSM7, 45, 1},
		{"the extension table", "^{}\\[~]|€\f", sms.GSM7, 20, 1},
		{"a small cedilla is not in the table", "ç", sms.UCS2, 1, 1},
		{"a backtick is not in the table", "`", sms.UCS2, 1, 1},
		{"70 units alone", strings.Repeat("您", 70), sms.UCS2, 70, 1},
		{"71 units", strings.Repeat("您", 71), sms.UCS2, 71, 2},
		{"134 units", strings.Repeat("您", 134), sms.UCS2, 134, 2},
		{"135 units", strings.Repeat("您", 135), sms.UCS2, 135, 3},
		{"35 pairs alone", strings.Repeat("😀", 35), sms.UCS2, 70, 1},
		{"surrogate pairs are not split: 33 to a part", strings.Repeat("😀", 67), sms.UCS2, 134, 3},
		{"NUL is not in the table", "\x00", sms.UCS2, 1, 1},
		{"a bad octet counts as U+FFFD", "\xff", sms.UCS2, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, units, segments := sms.Measure(c.text)
			if a != c.alphabet || units != c.units || segments != c.segments {
				t.Errorf("Measure = %v, %d, %d; want %v, %d, %d", a, units, segments, c.alphabet, c.units, c.segments)
			}
		})
	}
}

// TestStandard holds the tables against code points copied from 3GPP TS 23.038
// §6.2.1, apart from the tables in the code.
func TestStandard(t *testing.T) {
	for octets, text := range map[string]string{
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09": "@£$¥èéùìòÇ",
		"\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13": "\nØø\rÅåΔ_ΦΓ",
		"\x14\x15\x16\x17\x18\x19\x1a\x1c\x1d\x1e": "ΛΩΠΨΣΘΞÆæß",
		"\x1f\x20\x24\x40\x5b\x5c\x5d\x5e\x5f\x60": "É ¤¡ÄÖÑÜ§¿",
		"\x7b\x7c\x7d\x7e\x7f":                     "äöñüà",
		"\x1b\x0a\x1b\x14\x1b\x28\x1b\x29\x1b\x2f": "\f^{}\\",
		"\x1b\x3c\x1b\x3d\x1b\x3e\x1b\x40\x1b\x65": "[~]|€",
	} {
		a, parts, err := sms.Split(text)
		if err != nil || a != sms.GSM7 || len(parts) != 1 || string(parts[0]) != octets {
			t.Errorf("Split(%q) = %v, %x, %v; want %x", text, a, parts, err, octets)
		}
		if got, err := sms.Decode(sms.GSM7, []byte(octets)); err != nil || got != text {
			t.Errorf("Decode(%x) = %q, %v; want %q", octets, got, err, text)
		}
	}
	ascii := 0
	for r := rune(0x20); r < 0x7F; r++ { // these stand at their ASCII places
		if strings.ContainsRune("$@[\\]^_`{|}~", r) {
			continue
		}
		_, parts, _ := sms.Split(string(r))
		if string(parts[0]) != string(r) {
			t.Errorf("%q is encoded as %x", r, parts[0])
		}
		ascii++
	}
	if ascii != 83 {
		t.Errorf("%d characters at their ASCII places, want 83", ascii)
	}
}

func TestDecodeBad(t *testing.T) {
	for _, c := range []struct {
		name     string
		alphabet sms.Alphabet
		octets   string
		text     string
		bad      bool
	}{
		{"octet above 0x7f", sms.GSM7, "a\x80b", "a\uFFFDb", true},
		{"escape at the end", sms.GSM7, "a\x1b", "a\uFFFD", true},
		{"escape before a bad octet", sms.GSM7, "\x1b\xff", "\uFFFD\uFFFD", true},
		{"escape of no extension is the plain character", sms.GSM7, "\x1bA", "A", false},
		{"escape of an escape is a space", sms.GSM7, "\x1b\x1bA", " A", false},
		{"odd", sms.UCS2, "\x00a\x00", "a\uFFFD", true},
		{"lone low surrogate", sms.UCS2, "\xdc\x00\x00a", "\uFFFDa", true},
		{"lone high surrogate", sms.UCS2, "\xd8\x3d\x00a", "\uFFFDa", true},
		{"high surrogate at the end", sms.UCS2, "\xd8\x3d", "\uFFFD", true},
		{"pair", sms.UCS2, "\xd8\x3d\xde\x00", "😀", false},
		{"alphabet", sms.Alphabet(9), "a", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := sms.Decode(c.alphabet, []byte(c.octets))
			if text != c.text || (err != nil) != c.bad {
				t.Errorf("Decode = %q, %v; want %q, error %v", text, err, c.text, c.bad)
			}
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	if _, _, err := sms.Split(strings.Repeat("a", 153*255)); err != nil {
		t.Errorf("255 parts: %v", err)
	}
	if _, _, err := sms.Split(strings.Repeat("a", 153*255+1)); !errors.Is(err, sms.ErrTooLong) {
		t.Errorf("256 parts: %v", err)
	}
	for _, bad := range []string{"a\xff", "好\xff", "好\xe4\xbd", "好\xe4\xbda", "\xed\xa0\x80", "好\xe0\x80\x80", "好\xf4\x90\x80\x80", strings.Repeat("好", 80) + "\xe5\xa5"} {
		if _, _, err := sms.Split(bad); !errors.Is(err, sms.ErrNotText) {
			t.Errorf("bad UTF-8 %x: %v", bad, err)
		}
	}
	if a, parts, err := sms.Split(""); a != sms.GSM7 || len(parts) != 1 || len(parts[0]) != 0 || err != nil {
		t.Errorf("empty: %v %v %v", a, parts, err)
	}
}

var (
	gsmText = rapid.StringOf(rapid.SampledFrom([]rune("abc @£€{}~Δ\n")))
	anyText = rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("您好€{😀a")), rapid.Rune()))
)

// TestSplitAgrees: Measure and Split agree, no part is too long or begins
// mid-character, and the parts decode to the text.
func TestSplitAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.OneOf(gsmText, anyText).Draw(t, "base")
		text := strings.Repeat(base, rapid.IntRange(0, 60).Draw(t, "times"))
		a, units, segments := sms.Measure(text)
		got, parts, err := sms.Split(text)
		if segments > sms.MaxParts {
			if !errors.Is(err, sms.ErrTooLong) {
				t.Fatalf("%d segments: %v", segments, err)
			}
			return
		}
		if err != nil || got != a || len(parts) != segments {
			t.Fatalf("Measure %v %d, Split %v %d, %v", a, segments, got, len(parts), err)
		}
		limit, octets, back := 153, units, ""
		if a == sms.UCS2 {
			limit, octets = 134, 2*units
		}
		if segments == 1 {
			limit = octets
		}
		for _, p := range parts {
			if len(p) > limit {
				t.Fatalf("part of %d octets, limit %d", len(p), limit)
			}
			s, err := sms.Decode(a, p)
			if err != nil || !utf8.ValidString(s) {
				t.Fatalf("part %x: %v", p, err)
			}
			back, octets = back+s, octets-len(p)
		}
		if back != text || octets != 0 {
			t.Fatalf("%q came back as %q, %d octets over", text, back, octets)
		}
	})
}

func TestUDH(t *testing.T) {
	b := append(sms.UDH(0x2A, 3, 2), "rest"...)
	if want := []byte{5, 0, 3, 0x2A, 3, 2}; !bytes.Equal(b[:6], want) {
		t.Errorf("UDH = %x", b[:6])
	}
	c, rest, err := sms.ParseUDH(b)
	if err != nil || c != (sms.Concat{Ref: 0x2A, Total: 3, Seq: 2}) || string(rest) != "rest" {
		t.Errorf("ParseUDH = %+v, %q, %v", c, rest, err)
	}
	c, rest, err = sms.ParseUDH([]byte{10, 4, 2, 1, 2, 8, 4, 1, 2, 2, 1, 'x'})
	if err != nil || c != (sms.Concat{Ref: 0x102, Total: 2, Seq: 1}) || string(rest) != "x" {
		t.Errorf("16-bit reference after a port element = %+v, %q, %v", c, rest, err)
	}
	for _, bad := range [][]byte{{}, {5, 0, 3}, {1, 0}, {3, 0, 9, 1}, {5, 0, 3, 1, 2, 0}, {5, 0, 3, 1, 2, 3}, {4, 0, 2, 1, 1}} {
		if c, _, err := sms.ParseUDH(bad); err == nil || c != (sms.Concat{}) {
			t.Errorf("ParseUDH(%x) = %+v, %v", bad, c, err)
		}
	}
}

func TestMeasureAllocatesNothing(t *testing.T) {
	text := strings.Repeat("请联系我们 call us {1} ", 12)
	if n := testing.AllocsPerRun(100, func() { sms.Measure(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(true, []byte("\x1b\x65hello"))
	f.Add(false, []byte("\xd8\x3d\xde\x00"))
	f.Fuzz(func(t *testing.T, gsm bool, b []byte) {
		a := sms.UCS2
		if gsm {
			a = sms.GSM7
		}
		text, err := sms.Decode(a, b)
		if !utf8.ValidString(text) {
			t.Fatalf("Decode(%x) is not text: %q", b, text)
		}
		if _, rest, e := sms.ParseUDH(b); e == nil && len(rest) >= len(b) {
			t.Fatalf("ParseUDH(%x) took nothing", b)
		}
		if err != nil {
			return
		}
		if _, _, err := sms.Split(text); err != nil && !errors.Is(err, sms.ErrTooLong) {
			t.Fatalf("Split(%q): %v", text, err)
		}
	})
}

func BenchmarkMeasure(b *testing.B) {
	for name, text := range map[string]string{
		"gsm160": strings.Repeat("Pay by 12 May. ", 10),
		"ucs60":  strings.Repeat("您的账单已逾期请尽快", 6),
		"late":   strings.Repeat("a", 150) + "您",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sms.Measure(text)
			}
		})
	}
}
