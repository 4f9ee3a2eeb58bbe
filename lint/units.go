package lint

import (
	"unicode"
	"unicode/utf8"

	"github.com/dulyhq/duly/compose"
)

// maxRead is how many characters of a text are read; a message of ten segments has fewer than 1,600.
const maxRead = 8000

// A unit is one Chinese character, one Latin word, or one number.
type unit struct {
	word       int32 // its number in the vocabulary; 0 means that no term has it
	other      int32 // what else it may stand for: a look-alike, or a syllable for a character; 0 means nothing
	start, end int32 // code points of the text
	before     gap   // the strongest mark between it and the unit before
	script     script
}

// A gap is what stands between two units, from nothing to the end of a sentence.
type gap uint8

const (
	joined gap = iota // nothing, or what hides a word: a space, a dot or a star between its characters
	listed            // 、 and "and" signs: the sentence goes on
	paused            // a comma or a colon
	ended             // the sentence is over
)

type script uint8

const (
	han script = iota + 1
	latin
	digits
	bracket
)

// A reading is a text taken apart.
type reading struct {
	lex   *lexicon
	runes []rune
	seen  []rune  // the characters that can be seen, as the rules read them
	place []int32 // where each of those stands in the text
	units []unit
	hans  int // Chinese characters
	words int // Latin words
}

// language is Chinese when any Chinese character stands in the text, for then marks and widths are Chinese.
func (t *reading) language() compose.Language {
	if t.hans > 0 {
		return compose.Chinese
	}
	return compose.English
}

// read takes a text apart. Full-width forms become half-width, capitals small, traditional characters
// simplified; marks that nobody sees vanish.
func (l *lexicon) read(text string) *reading {
	t := &reading{lex: l, runes: make([]rune, 0, len(text)/2+8)}
	for len(text) > 0 && len(t.runes) < maxRead {
		r, n := utf8.DecodeRuneInString(text)
		t.runes, text = append(t.runes, r), text[n:]
	}
	t.units = make([]unit, 0, len(t.runes))
	t.seen, t.place = make([]rune, 0, len(t.runes)), make([]int32, 0, len(t.runes))
	for i, c := range t.runes {
		if c = fold(c); c != hidden {
			t.seen, t.place = append(t.seen, c), append(t.place, int32(i))
		}
	}
	r := reader{t: t, lex: l}
	for r.at < len(r.t.seen) {
		r.one()
	}
	r.spelled()
	return t
}

// A reader walks over the characters of a text.
type reader struct {
	t      *reading
	lex    *lexicon
	at     int
	before gap
	word   []byte // of the word being read, reused
}

func (r *reader) peek(at int) rune {
	if at < 0 || at >= len(r.t.seen) {
		return 0
	}
	return r.t.seen[at]
}

// one reads the next unit or mark.
func (r *reader) one() {
	c := r.t.seen[r.at]
	switch {
	case isHan(c):
		r.t.hans++
		r.add(r.lex.hanWord(c), r.lex.alike[c], r.at, r.at+1, han)
		r.at++
	case isLetter(c) || isDigit(c) || (c == '@' || c == '$') && isLetter(r.peek(r.at+1)):
		r.latin()
	case c == '[' || c == ']':
		r.add(r.lex.hanWord(c), 0, r.at, r.at+1, bracket)
		r.at++
	default:
		r.mark(c)
		r.at++
	}
}

func (r *reader) add(word, other int32, from, to int, s script) {
	r.t.units = append(r.t.units, unit{word, other, r.t.place[from], r.t.place[to-1] + 1, r.before, s})
	r.before = joined
}

// mark notes what parts the next unit from the last.
func (r *reader) mark(c rune) {
	g := joined
	switch c {
	case '。', '!', '?', ';', '…', '\n', '\r':
		g = ended
	case ',', ':', '|', '—', '–':
		g = paused
	case '、', '/', '&', '+':
		g = listed
	case '.':
		switch next, prev := r.peek(r.at+1), r.peek(r.at-1); {
		case isHan(next) && isHan(prev):
			g = listed // 法.院 hides a word; a sentence may end here as well
		case !isLetter(next) && !isDigit(next):
			g = ended
		}
	case '-':
		if r.peek(r.at-1) == ' ' || r.peek(r.at-1) == '-' {
			g = paused
		}
	}
	r.before = max(r.before, g)
}

// latin reads a word or a number. Marks inside a number belong to it; an apostrophe inside a word parts what is
// short for "am", "are", "will", "have", "would" and "is" from it; "not" stays: dont, wont.
func (r *reader) latin() {
	from, letters, figures, odd := r.at, 0, 0, 0
	r.word = r.word[:0]
	short := ""
scan:
	for ; r.at < len(r.t.seen); r.at++ {
		c := r.t.seen[r.at]
		next := r.peek(r.at + 1)
		switch {
		case isLetter(c):
			letters++
			r.word = utf8.AppendRune(r.word, c)
		case isDigit(c):
			figures++
			r.word = append(r.word, byte(c))
		case c == '\'' && letters > 0 && isLetter(next):
			if s := r.shortened(r.at + 1); s != "" {
				short = s
				break scan
			}
		case letters == 0 && figures > 0 && isDigit(next) && (c == '.' || c == ',' || c == ':'):
		case (c == '@' || c == '$') && isLetter(next), c == '!' && r.hides(), c == '*' && letters > 0 && (isLetter(next) || next == '*'):
			odd++
			if c == '*' {
				c = '%' // in the words a star has a meaning of its own
			}
			r.word = append(r.word, byte(c))
		default:
			break scan
		}
	}
	if letters == 0 && odd == 0 {
		r.add(r.lex.number, 0, from, r.at, digits)
		return
	}
	r.t.words++
	word, other := r.lex.latinWord(r.word, figures+odd > 0)
	r.add(word, other, from, r.at, latin)
	if short != "" {
		r.at += len(short) + 1
		if w := r.lex.contracted[short]; w != 0 {
			r.add(w, 0, from, r.at, latin)
		}
	}
}

// hides says that the exclamation mark here stands for an i inside a word that some term has.
func (r *reader) hides() bool {
	word := append(r.word[:len(r.word):len(r.word)], '!')
	for at := r.at + 1; isLetter(r.peek(at)); at++ {
		word = utf8.AppendRune(word, r.peek(at))
	}
	known, _ := r.lex.latinWord(word, true)
	return len(r.word) > 0 && known != 0
}

// shortened returns what a word ends with after its apostrophe, when it is one of those that stand for a word.
func (r *reader) shortened(at int) string {
	var b [3]byte
	n := 0
	for ; isLetter(r.peek(at+n)) && n < len(b); n++ {
		b[n] = byte(r.peek(at + n))
	}
	switch s := string(b[:n]); s {
	case "m", "re", "ll", "ve", "d", "s":
		return s
	}
	return ""
}

// maxSpelled is how long a word may be that is written letter after letter.
const maxSpelled = 24

// spelled joins words that are hidden by writing letter after letter: p o l i c e, a.r.r.e.s.t.
func (r *reader) spelled() {
	u := r.t.units
	for i := 0; i+3 < len(u); i++ {
		n := 0
		r.word = r.word[:0]
		for n < maxSpelled && i+n < len(u) && u[i+n].script == latin && u[i+n].end == u[i+n].start+1 && (n == 0 || u[i+n].before < paused && u[i+n].start <= u[i+n-1].end+3) {
			r.word = utf8.AppendRune(r.word, fold(r.t.runes[u[i+n].start]))
			n++
		}
		if n < 4 {
			continue
		}
		if w, _ := r.lex.latinWord(r.word, false); w != 0 {
			u[i].word, u[i].end = w, u[i+n-1].end
			u = append(u[:i+1], u[i+n:]...)
		}
	}
	r.t.units = u
}

func isHan(r rune) bool { return r >= 0x3400 && r <= 0x9FFF || r == '〇' }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r > 0xBF && !isHan(r) && unicode.IsLetter(r)
}

// hidden stands for a character that nobody sees.
const hidden = rune(-1)

// fold returns the form of a character that the rules read.
func fold(r rune) rune {
	switch {
	case r < 0x80:
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == '`':
			return '\''
		}
		return r
	case r >= 0x3400 && r <= 0x9FFF:
		if s, ok := simplified[r]; ok {
			return s
		}
		return r
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
		return fold(r - 0xFEE0)
	case r >= 0x1D400 && r <= 0x1D6A3: // letters of mathematics, bold, slanted, written
		return 'a' + (r-0x1D400)%26
	case r >= 0x24B6 && r <= 0x24E9: // letters in circles
		return 'a' + (r-0x24B6)%26
	}
	if s, ok := looks[r]; ok {
		return s
	}
	if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) || r == 0xFE0F {
		return hidden
	}
	return unicode.ToLower(r)
}
