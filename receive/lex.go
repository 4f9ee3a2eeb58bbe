package receive

import (
	"unicode"
	"unicode/utf8"
)

// maxTokens is how many tokens of a reply are looked at for amounts, dates and the model.
const maxTokens = 400

// A token is a Chinese character, a word, a number or a sign of a reply.
type token struct {
	hundredths int64 // of a number; -1 when it is too long to be an amount or a day
	from, to   int32 // in lexed.text
	char       rune  // of han and sign
	kind       tokenKind
	digits     uint8 // of a number, before its point; a leading zero counts
	glued      bool  // nothing stands between it and the token before
}

type tokenKind uint8

const (
	han tokenKind = iota
	word
	number
	sign
)

// lexed is a reply as tokens, with the amounts and days that it says.
type lexed struct {
	text   string // folded, apostrophes left out
	tokens []token
	marks  []mark
	room   struct { // an ordinary reply stands here, so that reading it takes one allocation
		tokens [72]token
		marks  [6]mark
	}
}

// lex takes a reply apart. Unlike fold it keeps numbers whole ("1,240.50") and signs.
func lex(text string) *lexed {
	l := new(lexed)
	l.tokens, l.marks = l.room.tokens[:0], l.room.marks[:0]
	var start [256]byte
	out := start[:0]
	var last tokenKind
	open := false // the last token may grow
	glued := false
	read := 0
	for _, r := range text {
		if read++; read > maxRead || len(l.tokens) >= maxTokens {
			break
		}
		r = foldRune(r)
		if r == 0 || r == '\'' {
			continue
		}
		kind, space := kindOf(r)
		if space {
			open, glued = false, false
			out = append(out, ' ')
			continue
		}
		from := int32(len(out))
		out = utf8.AppendRune(out, r)
		if open && kind == last && (kind == word || kind == number) {
			l.tokens[len(l.tokens)-1].to = int32(len(out))
		} else {
			l.tokens = append(l.tokens, token{kind: kind, from: from, to: int32(len(out)), char: r, glued: glued})
		}
		open, glued, last = true, true, kind
	}
	l.text = string(out)
	l.numbers()
	return l
}

func kindOf(r rune) (kind tokenKind, space bool) {
	switch {
	case r < 0x80:
		switch {
		case r >= 'a' && r <= 'z':
			return word, false
		case r >= '0' && r <= '9':
			return number, false
		}
		return sign, r <= ' '
	case r >= 0x4E00 && r <= 0x9FFF || unicode.Is(unicode.Han, r):
		return han, false
	case unicode.IsLetter(r):
		return word, false
	case unicode.IsSpace(r):
		return sign, true
	}
	return sign, false
}

// numbers joins "1,240.50" into one token and reads the values.
func (l *lexed) numbers() {
	out := l.tokens[:0]
	for i := 0; i < len(l.tokens); i++ {
		t := l.tokens[i]
		if t.kind == number {
			t.digits = uint8(min(t.to-t.from, 99))
			for i+2 < len(l.tokens) {
				mark, next := l.tokens[i+1], l.tokens[i+2]
				if !mark.glued || !next.glued || next.kind != number || mark.kind != sign {
					break
				}
				size := next.to - next.from
				if mark.char == ',' && size == 3 {
					t.digits += uint8(size)
				} else if mark.char != '.' || size > 2 || i+4 < len(l.tokens) && l.tokens[i+3].char == '.' && l.tokens[i+4].kind == number && l.tokens[i+3].glued {
					break
				}
				t.to = next.to
				i += 2
				if mark.char == '.' {
					break
				}
			}
			t.hundredths = value(l.text[t.from:t.to])
		}
		out = append(out, t)
	}
	l.tokens = out
}

// value reads digits with group separators and up to two decimals, in hundredths; -1 when there are too many digits.
func value(b string) int64 {
	if len(b) > 14 {
		return -1
	}
	v, decimals := int64(0), -1
	for _, c := range []byte(b) {
		switch {
		case c == '.':
			decimals = 0
		case c >= '0' && c <= '9':
			v = v*10 + int64(c-'0')
			if decimals >= 0 {
				decimals++
			}
		}
	}
	for ; decimals < 2; decimals++ {
		v *= 10
		if decimals < 0 {
			decimals = 0
		}
	}
	return v
}

// at returns the token at i; beyond the ends it is a sign without a character.
func (l *lexed) at(i int) token {
	if i < 0 || i >= len(l.tokens) {
		return token{kind: sign}
	}
	return l.tokens[i]
}

// char returns the Chinese character or sign at i, or 0.
func (l *lexed) char(i int) rune {
	if t := l.at(i); t.kind == han || t.kind == sign {
		return t.char
	}
	return 0
}

// word returns the word at i, or "".
func (l *lexed) word(i int) string {
	if t := l.at(i); t.kind == word {
		return l.text[t.from:t.to]
	}
	return ""
}

// isWord says that the word at i is one of a set.
func (l *lexed) isWord(i int, w words) bool {
	t := l.at(i)
	return t.kind == word && w[l.text[t.from:t.to]]
}

// hanAt says that Chinese text stands at i.
func (l *lexed) hanAt(i int, s string) bool {
	for _, r := range s {
		if t := l.at(i); t.kind != han || t.char != r {
			return false
		}
		i++
	}
	return true
}

// oneOf returns how many tokens the longest of the Chinese texts that stands at i takes, or 0.
func (l *lexed) oneOf(i int, list ...string) int {
	best := 0
	for _, s := range list {
		if n := utf8.RuneCountInString(s); n > best && l.hanAt(i, s) {
			best = n
		}
	}
	return best
}

// whole returns a plain whole number at i, in digits or Chinese or English words, and the index after it; -1 when there is none.
func (l *lexed) whole(i int) (int, int) {
	t := l.at(i)
	switch t.kind {
	case number:
		if t.hundredths >= 0 && t.hundredths%100 == 0 && t.hundredths < 1e10 {
			return int(t.hundredths / 100), i + 1
		}
	case han:
		if v, next := l.chineseNumber(i); next > i && v%100 == 0 && v < 1e10 {
			return int(v / 100), next
		}
	case word:
		if v, next := l.englishNumber(i); next > i && v < 1e8 {
			return int(v), next
		}
	case sign:
	}
	return -1, i
}
