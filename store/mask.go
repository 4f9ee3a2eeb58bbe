package store

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/wire/sms"
)

// What masked names are made of. Surnames are usual ones, so that a text reads and measures as that of a person's own name.
var (
	maskSurnames = [...]rune{'王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴'}
	maskGiven    = [...]rune{'甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸', '子', '丑', '寅', '卯', '辰', '巳'}
)

// maskName returns a made-up name in the place of one: as long, of the same kinds of letters, with a surname of the same length, the same for
// the same name, and another for another as a rule, because two names at one number are two people. Nobody without these keys can tell whose
// place it takes.
func (k *Keys) maskName(name string) string {
	sum := k.hash("mask", name)
	compound := utf8.RuneCountInString(compose.Surname(name, compose.Chinese)) == 2
	var b strings.Builder
	for i, r := range []rune(name) {
		n := int(sum[i%len(sum)])
		switch {
		case unicode.Is(unicode.Han, r) && compound && i < 2:
			r = [...]rune{'欧', '阳'}[i]
		case unicode.Is(unicode.Han, r) && i == 0:
			r = maskSurnames[n%len(maskSurnames)]
		case unicode.Is(unicode.Han, r):
			r = maskGiven[n%len(maskGiven)]
		case 'a' <= r && r <= 'z':
			r = rune('a' + n%26)
		case 'A' <= r && r <= 'Z':
			r = rune('A' + n%26)
		case unicode.IsDigit(r):
			r = rune('0' + n%10)
		case unicode.IsLetter(r):
			r = maskLetter(r, n)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// maskLetter takes the place of a letter outside ASCII: one of a script of its kind, which needs the same alphabet of a text message.
func maskLetter(r rune, n int) rune {
	alphabet, _, _ := sms.Measure(string(r))
	switch latin := unicode.Is(unicode.Latin, r); {
	case latin && alphabet == sms.GSM7:
		return 'é'
	case latin:
		return 'ő'
	case alphabet == sms.GSM7:
		return 'Δ'
	}
	return rune('а' + n%32) // Cyrillic
}

// maskPhone is the number that takes an address's place: of no country (ITU-T E.164 keeps 999 free), and the same wherever the address is.
func maskPhone(address int64) string { return fmt.Sprintf("+999%011d", address) }
