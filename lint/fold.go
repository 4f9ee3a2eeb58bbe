package lint

import _ "embed" // the table of traditional characters

//go:embed traditional.txt
var traditional string

// simplified maps traditional characters to simplified ones: pairs of the common characters of Big5, as ICU's
// Traditional-Simplified transform has them, and what only the Cantonese or the polite write.
var simplified = func() map[rune]rune {
	m := make(map[rune]rune, 2000)
	var from rune
	for _, r := range traditional + "您你妳你她他係是佢他哋们嘅的唔不冇没畀给俾给搵找嚟来" {
		switch {
		case r == '\n':
		case from == 0:
			from = r
		default:
			m[from], from = r, 0
		}
	}
	return m
}()

// looks maps signs to what they look like or mean.
var looks = map[rune]rune{
	0x3000: ' ', 0xA0: ' ', '’': '\'', '‘': '\'', '´': '\'', '【': '[', '】': ']', '〔': '[', '〕': ']', '［': '[', '］': ']',
	'｡': '。', '．': '.', '‼': '!', '⁉': '!', '·': '.', '•': '.', '・': '.',
	'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'х': 'x', 'у': 'y', 'і': 'i', 'ѕ': 's', 'ј': 'j', // Cyrillic
	'ο': 'o', 'α': 'a', 'ε': 'e', 'ι': 'i', 'ν': 'v', 'ρ': 'p', // Greek
	'á': 'a', 'à': 'a', 'â': 'a', 'ä': 'a', 'é': 'e', 'è': 'e', 'ê': 'e', 'ë': 'e', 'í': 'i', 'ì': 'i', 'ï': 'i', 'ó': 'o', 'ò': 'o',
	'ö': 'o', 'ô': 'o', 'ú': 'u', 'ù': 'u', 'ü': 'u', 'ñ': 'n', 'ç': 'c',
}
