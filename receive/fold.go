package receive

import (
	"strings"
	"unicode"
)

// maxRead is how many characters of a reply are read; a text message of ten segments has fewer.
const maxRead = 1000

// folded is a reply in the form that the rules read.
type folded struct {
	clauses []clause
	words   int    // Latin words
	han     int    // Chinese characters
	whole   string // all clauses' runs without anything between them
}

// clause is a stretch without punctuation.
type clause struct {
	words []string // Latin words and numbers, small letters, without apostrophes; "do not" is "dont"
	run   string   // the clause without spaces
}

// oneWord writes what Taiwan and Hong Kong call a text as the mainland does.
var oneWord = strings.NewReplacer("短讯", "短信", "简讯", "短信", "讯息", "信息")

func sameWord(s string) string {
	if strings.Contains(s, "讯") {
		return oneWord.Replace(s)
	}
	return s
}

// fold takes a reply apart: full-width forms become half-width, capitals small, traditional characters
// simplified; marks that nobody sees vanish; punctuation parts clauses; other signs part words.
func fold(text string) folded {
	var t folded
	var c clause
	var word, run, whole strings.Builder
	endWord := func() {
		if word.Len() > 0 {
			c.words = appendWord(c.words, word.String())
			t.words++
			word.Reset()
		}
	}
	endClause := func() {
		endWord()
		if run.Len() > 0 {
			c.run = sameWord(run.String())
			t.clauses = append(t.clauses, c)
			c = clause{}
			run.Reset()
		}
	}
	read := 0
	for _, r := range text {
		if read++; read > maxRead {
			break
		}
		switch r = foldRune(r); {
		case r == 0 || r == '\'':
		case r == '\n' || strings.ContainsRune(".,!?;:…。、~|()\"", r):
			endClause()
		case r >= firstHan && r <= lastHan || r > lastHan && unicode.Is(unicode.Han, r):
			endWord()
			t.han++
			run.WriteRune(r)
			whole.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word.WriteRune(r)
			run.WriteRune(r)
			whole.WriteRune(r)
		default:
			endWord()
		}
	}
	endClause()
	t.whole = sameWord(whole.String())
	return t
}

// appendWord appends a word in one spelling for all: "do not" becomes "dont" and "should not" "mustnt", which may
// forbid, the other negations "didnt", which only deny, and short forms are written out.
func appendWord(words []string, w string) []string {
	if last := len(words) - 1; w == "not" && last >= 0 {
		switch words[last] {
		case "do":
			words[last] = "dont"
			return words
		case "must", "should", "may":
			words[last] = "mustnt"
			return words
		case "does", "did", "will", "could", "would", "can":
			words[last] = "didnt"
			return words
		}
	}
	switch w {
	case "dnt", "donot":
		w = "dont"
	case "shouldnt":
		w = "mustnt"
	case "wont", "doesnt", "cannot", "cant", "couldnt", "wouldnt", "wasnt", "isnt", "arent", "havent", "hasnt":
		w = "didnt"
	case "plz", "pls", "plse", "pleas":
		w = "please"
	case "u", "ya", "yall":
		w = "you"
	case "msg", "message", "mesage", "massage", "txt", "sms":
		w = "text"
	case "msgs", "txts", "smses", "massages", "messages", "smss":
		w = "texts"
	case "txting", "msging", "massaging", "messaging", "smsing":
		w = "texting"
	}
	return append(words, w)
}

// foldRune returns the form of a character that the rules read, or 0 for one that is not seen.
func foldRune(r rune) rune {
	switch {
	case r < 0x80:
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		} else if r == '`' {
			r = '\''
		}
		return r
	case r >= firstHan && r <= lastHan:
		if s := simplified[r-firstHan]; s != 0 {
			return rune(s)
		}
		return r
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
		return foldRune(r - 0xFEE0)
	case r == 0x3000: // ideographic space
		return ' '
	case r == '’' || r == '‘' || r == '´':
		return '\''
	case r == '“' || r == '”' || r == '「' || r == '」' || r == '【' || r == '】':
		return '|'
	case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r): // zero-width signs, variation selectors
		return 0
	}
	return unicode.ToLower(r)
}

// language guesses what a reply is written in. A code such as TD belongs to no language.
func (t folded) language() string {
	if t.han > 0 {
		return "zh"
	}
	for _, c := range t.clauses {
		for _, w := range c.words {
			if len(w) > 2 && w[0] >= 'a' && w[0] <= 'z' {
				return "en"
			}
		}
	}
	return ""
}
