package receive

import "strings"

// Where said keeps the first phrase of each kind that a reply holds.
const (
	deceasedAt = iota
	dangerAt
	wrongAt
	representationAt
	vulnerableAt
	complaintAt
	disputeAt
	hintsAt   // from here on nothing is decided
	abuseHint = iota - 1
	paidHint
	promiseHint
	hardshipHint
	planHint
	questionHint
	callHint
	ackHint
	illHint
	stopHint
	stopVeto
	phraseKinds
)

// A phrase is words that decide a meaning by themselves.
type phrase struct {
	kind   int
	parts  [][]string // one after another; each holds what may stand there, and nil is a gap of up to three words or eight characters
	unless []string   // in Chinese, what takes it back in the same clause; in English, words
}

// phraseBook finds phrases by what they begin with: Chinese ones by their first character, English ones by their first word.
type phraseBook struct {
	chinese map[rune][]phrase
	english map[string][]phrase
}

// read adds a table: on each line phrases with " / " between them, words one after another, a|b for either, … for a gap,
// and after " ! " what takes all of the line back.
func (b *phraseBook) read(kind int, table string) {
	for line := range strings.Lines(table) {
		line, unless, _ := strings.Cut(strings.TrimSpace(line), " ! ")
		if line == "" {
			continue
		}
		for one := range strings.SplitSeq(line, " / ") {
			p := phrase{kind: kind, unless: strings.Fields(unless)}
			for word := range strings.FieldsSeq(one) {
				if word == "…" {
					p.parts = append(p.parts, nil)
				} else {
					p.parts = append(p.parts, strings.Split(word, "|"))
				}
			}
			b.add(p)
		}
	}
}

func (b *phraseBook) add(p phrase) {
	chinese := map[rune]bool{}
	for _, w := range p.parts[0] {
		r := []rune(w)[0]
		switch {
		case r < firstHan:
			b.english[w] = append(b.english[w], p)
		case !chinese[r]:
			chinese[r] = true
			b.chinese[r] = append(b.chinese[r], p)
		}
	}
}

var book = func() phraseBook {
	b := phraseBook{map[rune][]phrase{}, map[string][]phrase{}}
	for kind, tables := range phraseTables {
		for _, table := range tables {
			b.read(kind, table)
		}
	}
	return b
}()

// spoken holds of each kind the first phrase of a reply.
type spoken [phraseKinds]string

// phrases looks for them.
func (t *folded) phrases() (said spoken) {
	for _, c := range t.clauses {
		if t.han > 0 {
			for i, r := range c.run {
				for _, p := range book.chinese[r] {
					if said[p.kind] == "" {
						if n := inRun(c.run[i:], p.parts); n > 0 && !hasAny(c.run, p.unless...) {
							said[p.kind] = c.run[i : i+n]
						}
					}
				}
			}
		}
		for i, w := range c.words {
			for _, p := range book.english[w] {
				if said[p.kind] == "" {
					if n := inWords(c.words[i:], p.parts); n > 0 && !anyWord(c.words, p.unless) {
						said[p.kind] = strings.Join(c.words[i:i+n], " ")
					}
				}
			}
		}
	}
	return said
}

// inRun returns how many bytes of s, from its start, the parts take, or 0.
func inRun(s string, parts [][]string) int {
	at := 0
	for k := 0; k < len(parts); k++ {
		if parts[k] != nil {
			w := prefix(s[at:], parts[k])
			if w == "" {
				return 0
			}
			at += len(w)
			continue
		}
		k++
		found := false
		const gap = 8 * 3 // bytes of eight Chinese characters
		for skipped := 0; skipped <= gap && at <= len(s); skipped++ {
			if w := prefix(s[at:], parts[k]); w != "" {
				at, found = at+len(w), true
				break
			}
			at++
		}
		if !found {
			return 0
		}
	}
	return at
}

// inWords returns how many words from the first the parts take, or 0.
func inWords(c []string, parts [][]string) int {
	at := 0
	for k := 0; k < len(parts); k++ {
		gap := 0
		if parts[k] == nil {
			gap = 3
			k++
		}
		for !oneOfWords(follow(c, at), parts[k]) {
			if gap == 0 || at >= len(c) {
				return 0
			}
			gap--
			at++
		}
		at++
	}
	return at
}

func oneOfWords(w string, list []string) bool {
	for _, one := range list {
		if w == one {
			return true
		}
	}
	return false
}

func anyWord(c, list []string) bool {
	for _, w := range list {
		if oneOfWords(w, c) {
			return true
		}
	}
	return false
}
