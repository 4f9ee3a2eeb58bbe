package lint

import (
	_ "embed" // the words
	"strings"
	"unicode/utf8"
)

//go:embed zh.words
var chineseWords string

//go:embed en.words
var englishWords string

// A class is a set of terms that patterns name, by its number; 0 is none.
type class uint16

// shadow is the class of terms that stand for themselves alone: no term that lies inside one of them counts.
const shadow class = 1

// A lexicon is a trie of terms over units, and the patterns over their classes.
type lexicon struct {
	hans       map[rune]int32   // characters
	latins     map[string]int32 // words
	number     int32            // stands for every number
	alike      map[rune]int32   // characters that pass for others
	syllables  map[string]int32 // and syllables
	asks       [2]int32         // 吗 and 么
	contracted map[string]int32 // what an apostrophe and letters stand for
	edges      map[edge]int32
	ends       [][]class // by node: the classes whose terms end here
	starts     []bool    // by word: some term begins with it
	classes    map[string]class
	members    map[class][]string // the terms of named classes
	neg        class              // what denies
	negNear    class              // what denies the word right after it
	block      class              // what stops a denial
	suppose    class              // what supposes
	patterns   []pattern
	contexts   []pattern // those that only tell in which light a sentence stands
	words      int32
}

type edge struct{ node, word int32 }

func (l *lexicon) hanWord(r rune) int32 { return l.hans[r] }

// latinWord returns the number of a word, and of what it may hide. A word with figures or signs in it is also
// looked for with the letters that they look like.
func (l *lexicon) latinWord(word []byte, odd bool) (known, other int32) {
	known, other = l.latins[string(word)], l.syllables[string(word)]
	if known != 0 || !odd {
		return known, other
	}
	plain := make([]byte, 0, len(word))
	for _, c := range word {
		if i := strings.IndexByte("01345$@!7", c); i >= 0 {
			c = "oieassait"[i]
		}
		plain = append(plain, c)
	}
	return l.latins[string(plain)], other
}

// number gives a word its number, a new one if need be.
func (l *lexicon) hanNumber(r rune) int32 {
	n, ok := l.hans[r]
	if !ok {
		l.words++
		n = l.words
		l.hans[r] = n
	}
	return n
}

func (l *lexicon) latinNumber(word string) int32 {
	n, ok := l.latins[word]
	if !ok {
		l.words++
		n = l.words
		l.latins[word] = n
	}
	return n
}

// class returns the number of a class by its name, a new one if need be.
func (l *lexicon) class(name string) class {
	c, ok := l.classes[name]
	if !ok {
		c = class(len(l.classes) + 2)
		l.classes[name] = c
	}
	return c
}

// add adds a term to a class: characters, words parted by spaces, and # for any number.
func (l *lexicon) add(c class, term string) {
	node := int32(0)
	step := func(word int32) {
		next, ok := l.edges[edge{node, word}]
		if !ok {
			next = int32(len(l.ends))
			l.ends = append(l.ends, nil)
			l.edges[edge{node, word}] = next
		}
		node = next
	}
	for term != "" {
		r, n := utf8.DecodeRuneInString(term)
		switch {
		case r == ' ':
		case r == '#':
			step(l.number)
		case isHan(r) || r == '[' || r == ']':
			step(l.hanNumber(fold(r)))
		default:
			end := strings.IndexFunc(term, func(r rune) bool { return r == ' ' || r == '#' || isHan(r) })
			if end < 0 {
				end = len(term)
			}
			step(l.latinNumber(term[:end]))
			n = end
		}
		term = term[n:]
	}
	for _, one := range l.ends[node] {
		if one == c {
			return
		}
	}
	l.ends[node] = append(l.ends[node], c)
}

// A hit is a term found: units [from, to).
type hit struct{ from, to int32 }

// hits are the terms found, by class and in the order of their places.
type hits struct {
	all   []hit
	begin []int32 // by class: where its hits begin in all; those of the next class follow
}

func (h *hits) of(c class) []hit { return h.all[h.begin[c]:h.begin[c+1]] }

// scan finds the terms of a text, by class. Terms inside a longer shadow do not count.
func (l *lexicon) scan(u []unit) hits {
	s := scanner{l: l, u: u, found: make([]occurrence, 0, 4*len(u))}
	for i := range u {
		if l.starts[u[i].word] || u[i].other != 0 {
			s.from = i
			s.walk(0, i, false)
		}
	}
	h := hits{begin: make([]int32, len(l.classes)+3)}
	kept := s.found[:0]
	for _, o := range s.found {
		if !shadowed(o.hit, s.shadows) {
			kept = append(kept, o)
			for _, c := range l.ends[o.node] {
				h.begin[c+1]++
			}
		}
	}
	for c := 1; c < len(h.begin); c++ {
		h.begin[c] += h.begin[c-1]
	}
	h.all = make([]hit, h.begin[len(h.begin)-1])
	fill := append([]int32(nil), h.begin...)
	for _, o := range kept {
		for _, c := range l.ends[o.node] {
			h.all[fill[c]] = o.hit
			fill[c]++
		}
	}
	return h
}

// shadowed says that a term overlaps a longer one that stands for itself, or one as long that begins before it.
func shadowed(one hit, shadows []hit) bool {
	for _, s := range shadows {
		if n, m := one.to-one.from, s.to-s.from; one.from < s.to && s.from < one.to && (n < m || n == m && s.from < one.from) {
			return true
		}
	}
	return false
}

// An occurrence is a term found, by its node.
type occurrence struct {
	hit
	node int32
}

type scanner struct {
	l       *lexicon
	u       []unit
	found   []occurrence
	shadows []hit
	from    int
}

// walk follows the trie from a node with the unit at i. A term must not hide more than it shows: one that is
// written with look-alikes has another character as itself.
func (s *scanner) walk(node int32, i int, hiding bool) {
	if classes := s.l.ends[node]; len(classes) > 0 {
		h := hit{int32(s.from), int32(i)}
		s.found = append(s.found, occurrence{h, node})
		for _, c := range classes {
			if c == shadow {
				s.shadows = append(s.shadows, h)
			}
		}
	}
	if i >= len(s.u) || i > s.from && s.u[i].before > listed {
		return
	}
	u := &s.u[i]
	if u.word != 0 {
		if next, ok := s.l.edges[edge{node, u.word}]; ok {
			s.walk(next, i+1, hiding)
		}
	}
	if u.other != 0 && !hiding && s.neighbour(i) {
		if next, ok := s.l.edges[edge{node, u.other}]; ok {
			s.walk(next, i+1, true)
		}
	}
}

// neighbour says that a Chinese character that some term has stands beside the unit.
func (s *scanner) neighbour(i int) bool {
	return i > 0 && s.u[i-1].script == han || i+1 < len(s.u) && s.u[i+1].script == han
}
