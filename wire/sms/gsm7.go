package sms

// escape introduces a character of the extension table (3GPP TS 23.038 §6.2.1.1).
const escape = 0x1B

// basic is the GSM default alphabet: the character of each septet (3GPP TS
// 23.038 §6.2.1). Septet 0x1B is the escape and stands here as U+0000, which the
// alphabet does not have.
var basic = [128]rune{
	'@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
	'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', 0, 'Æ', 'æ', 'ß', 'É',
	' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
	'¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
	'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
	'¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
}

// extension is the extension table: the characters that follow an escape (3GPP
// TS 23.038 §6.2.1.1). A septet that is not here stands for itself.
var extension = map[byte]rune{
	0x0A: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2F: '\\',
	0x3C: '[', 0x3D: '~', 0x3E: ']', 0x40: '|', 0x65: '€',
}

// table covers every character of the alphabet but the euro sign: the highest is
// the omega, U+03A9.
const table = 0x3AA

// codes maps a character to its septet, with escaped set for those of the
// extension table and present for every character that the alphabet has.
var codes = invert()

const (
	present = 0x100
	escaped = 0x200
)

const (
	euro     = '€'
	euroCode = 0x65 | present | escaped
)

func invert() (c [table]uint16) {
	for septet, r := range basic {
		if septet != escape {
			c[r] = uint16(septet) | present
		}
	}
	for septet, r := range extension {
		if r < table {
			c[r] = uint16(septet) | present | escaped
		}
	}
	return c
}

// code returns the entry of codes for r, or 0 when the alphabet lacks it.
func code(r rune) uint16 {
	if r < table {
		return codes[r]
	}
	if r == euro {
		return euroCode
	}
	return 0
}

// septetsOf returns how many septets r takes: 1, 2, or 0 when the alphabet
// lacks it.
func septetsOf(r rune) int {
	c := code(r)
	return int(c>>8&1) + int(c>>9&1)
}

// appendGSM appends the septets of r, which the alphabet must have.
func appendGSM(b []byte, r rune) []byte {
	c := code(r)
	if c&escaped != 0 {
		b = append(b, escape)
	}
	return append(b, byte(c))
}
