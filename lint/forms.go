package lint

import "strings"

// forms returns the forms of an English term: a star after a word adds its regular verb forms, a tilde its plural.
// Others stand for themselves.
func forms(term string) []string {
	i := strings.IndexAny(term, "*~")
	if i < 0 || i == 0 {
		return []string{term}
	}
	from := strings.LastIndexByte(term[:i], ' ') + 1
	word := term[from:i]
	ends := inflected(word, term[i] == '*')
	out := make([]string, 0, len(ends))
	for _, w := range ends {
		out = append(out, forms(term[:from]+w+term[i+1:])...)
	}
	return out
}

func inflected(word string, verb bool) []string {
	last := word[len(word)-1]
	before := byte('a')
	if len(word) > 1 {
		before = word[len(word)-2]
	}
	vowel := func(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }
	s, ed, ing := word+"s", word+"ed", word+"ing"
	switch {
	case last == 'y' && !vowel(before):
		s, ed = word[:len(word)-1]+"ies", word[:len(word)-1]+"ied"
	case last == 'e':
		ed = word + "d"
		if before != 'e' {
			ing = word[:len(word)-1] + "ing"
		}
	case last == 's' || last == 'x' || last == 'z' || strings.HasSuffix(word, "ch") || strings.HasSuffix(word, "sh"):
		s = word + "es"
	}
	if !verb {
		return []string{word, s}
	}
	all := []string{word, s, ed, ing}
	if len(word) > 2 && !vowel(last) && vowel(before) && !vowel(word[len(word)-3]) && strings.IndexByte("wxy", last) < 0 {
		all = append(all, word+string(last)+"ed", word+string(last)+"ing") // stop: stopped, stopping
	}
	return all
}
