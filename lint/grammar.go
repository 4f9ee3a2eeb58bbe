package lint

import (
	"fmt"
	"strings"
)

// The words of a language stand in a file of lines:
//
//	class NAME: TERM, TERM        terms that patterns name as @NAME; + before the name adds to one that there is
//	shadow: TERM, TERM            terms that hide those inside them: 滚动 is no 滚
//	CODE [OPTIONS]: PATTERN       a finding
//	context NAME: PATTERN         the light in which a sentence stands
//
// An indented line goes on with the one before; # begins a comment. In English a star after a word adds its
// regular forms (threaten*: threatens, threatened, threatening) and a tilde its plural. A pattern is elements in
// order: @CLASS or literal terms (a|b, with + for a space), which stand side by side, or with ".." between them up
// to a few units of the same clause, or with "..." up to more units of the same sentence; "..-NAME" forbids a term
// of that class between. Options are parted by spaces:
//
//	!neg            counts when negated too
//	unless=A,B      not in a sentence of these contexts; only=A only in one
//	step=KIND       backed by a next step of that kind
//	known           counts only where the loan's next step is known
//	barred          counts only where a suit is time-barred
//	as=NAME         which better wording is offered (say.go)

// near and far are the gaps that ".." and "..." allow, in units.
type reach struct{ near, far int }

var (
	chineseReach = reach{near: 7, far: 24}
	englishReach = reach{near: 4, far: 14}
)

// A pattern is a sequence of terms.
type pattern struct {
	code    Code
	context context // of a context pattern
	elems   []elem
	options options
	line    string // as written, for tests
}

type elem struct {
	class  class
	gap    int   // how many units may stand before it
	cross  gap   // the strongest mark that may
	except class // none of which may stand there
}

type options struct {
	negated bool // counts when negated
	unless  contexts
	only    contexts
	step    string
	known   bool
	barred  bool
	as      string
}

// compile reads the words of both languages. They ship in the binary, so a mistake in them is a panic, and the
// first test to run finds it.
func compile(chinese, english string) *lexicon {
	l := &lexicon{
		hans: map[rune]int32{}, latins: map[string]int32{}, alike: map[rune]int32{}, syllables: map[string]int32{},
		contracted: map[string]int32{}, edges: make(map[edge]int32, 16384), ends: [][]class{nil}, classes: map[string]class{}, members: map[class][]string{}, words: 1, number: 1,
	}
	l.neg, l.negNear, l.block, l.suppose = l.class("neg"), l.class("negnear"), l.class("block"), l.class("suppose")
	l.asks = [2]int32{l.hanNumber('吗'), l.hanNumber('么')}
	for short, long := range map[string]string{"m": "am", "re": "are", "ll": "will", "ve": "have", "d": "would"} {
		l.contracted[short] = l.latinNumber(long)
	}
	for _, err := range []error{l.file("zh.words", chinese, chineseReach), l.file("en.words", english, englishReach)} {
		if err != nil {
			panic("lint: " + err.Error())
		}
	}
	l.starts = make([]bool, l.words+1)
	for e := range l.edges {
		if e.node == 0 {
			l.starts[e.word] = true
		}
	}
	return l
}

// file reads the words of one language.
func (l *lexicon) file(name, text string, r reach) error {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line, n := strings.TrimSpace(lines[i]), i+1
		if line == "" || line[0] == '#' {
			continue
		}
		for i+1 < len(lines) && lines[i+1] != "" && (lines[i+1][0] == ' ' || lines[i+1][0] == '\t') {
			i++
			line += " " + strings.TrimSpace(lines[i])
		}
		if err := l.line(line, r); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	return nil
}

func (l *lexicon) line(line string, r reach) error {
	head, body, ok := strings.Cut(line, ": ")
	if !ok {
		return fmt.Errorf("%q: no colon with a space after it", line)
	}
	words := strings.Fields(head)
	switch words[0] {
	case "shadow":
		return l.terms(shadow, body, r)
	case "alike", "syllables":
		return l.hide(words[0], body)
	case "class":
		if len(words) != 2 || strings.HasPrefix(words[1], "+") != (len(l.members[l.classes[strings.TrimPrefix(words[1], "+")]]) > 0) {
			return fmt.Errorf("%q: a class needs a new name, or + and one that there is", head)
		}
		return l.terms(l.class(strings.TrimPrefix(words[1], "+")), body, r)
	case "context":
		p, err := l.pattern(body, r)
		if err == nil {
			p.context, err = contextNamed(words[1])
			l.contexts = append(l.contexts, p)
		}
		return err
	}
	p, err := l.pattern(body, r)
	if err != nil {
		return err
	}
	p.code, p.line = Code(words[0]), line
	if err := p.options.read(words[1:]); err != nil {
		return err
	}
	l.patterns = append(l.patterns, p)
	return nil
}

// hide reads pairs such as 珐法 or yuan院.
func (l *lexicon) hide(kind, body string) error {
	for _, pair := range strings.Fields(body) {
		r := []rune(pair)
		to := l.hanNumber(r[len(r)-1])
		if from := string(r[:len(r)-1]); kind == "alike" {
			l.alike[r[0]] = to
		} else {
			l.syllables[from] = to
		}
	}
	return nil
}

// terms adds terms: in Chinese parted by spaces, in English by commas.
func (l *lexicon) terms(c class, body string, r reach) error {
	list := strings.Fields(body)
	if r == englishReach {
		list = strings.Split(body, ",")
	}
	for _, term := range list {
		if term = strings.TrimSpace(term); term == "" {
			return fmt.Errorf("an empty term in %.40q", body)
		}
		for _, form := range forms(term) {
			l.add(c, form)
			l.members[c] = append(l.members[c], form)
		}
	}
	return nil
}

// pattern reads the elements of a pattern.
func (l *lexicon) pattern(body string, r reach) (pattern, error) {
	p := pattern{}
	next := elem{}
	for _, token := range strings.Fields(body) {
		if strings.HasPrefix(token, "..") {
			dots, except, _ := strings.Cut(token, "-")
			next.gap, next.cross = r.near, listed
			if dots == "..." {
				next.gap, next.cross = r.far, paused
			}
			if except != "" {
				if next.except = l.classes[except]; next.except == 0 {
					return p, fmt.Errorf("no class %q", except)
				}
			}
			continue
		}
		var err error
		if next.class, err = l.union(token); err != nil {
			return p, err
		}
		p.elems, next = append(p.elems, next), elem{}
	}
	if len(p.elems) == 0 || next.gap > 0 {
		return p, fmt.Errorf("%q: a pattern begins and ends with a term", body)
	}
	return p, nil
}

// union returns the class of an element: a named one, or one made of literal terms and named ones (@now|将|会).
func (l *lexicon) union(token string) (class, error) {
	parts := strings.Split(token, "|")
	if len(parts) > 1 || token[0] != '@' {
		if c := l.classes["="+token]; c != 0 {
			return c, nil
		}
	}
	c := class(0)
	for _, part := range parts {
		var terms []string
		if name, ok := strings.CutPrefix(part, "@"); ok {
			named := l.classes[name]
			if named == 0 {
				return 0, fmt.Errorf("no class %q", name)
			}
			if len(parts) == 1 {
				return named, nil
			}
			terms = l.members[named]
		} else {
			terms = forms(strings.ReplaceAll(part, "+", " "))
		}
		if c == 0 {
			c = l.class("=" + token)
		}
		for _, term := range terms {
			l.add(c, term)
		}
	}
	return c, nil
}

// read reads the options of a rule.
func (o *options) read(words []string) error {
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		var err error
		switch name {
		case "!neg":
			o.negated = true
		case "unless":
			o.unless, err = contextsNamed(value)
		case "only":
			o.only, err = contextsNamed(value)
		case "step":
			o.step = value
		case "known":
			o.known = true
		case "barred":
			o.barred = true
		case "as":
			o.as = value
		default:
			err = fmt.Errorf("no option %q", w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
