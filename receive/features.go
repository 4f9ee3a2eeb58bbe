package receive

// Features of a reply are the one- to three-grams of its tokens, pairs with one token between, and of longer words
// the first and last three letters and the four-grams, so that a misspelt word is still half known. Amounts and days that are said stand as
// one token each, other numbers too: 还500 and 还1200 are the same words.

// Hashes of tokens that are classes.
const (
	hashStart   = 0x51ed270b
	hashEnd     = 0x9e3779b1
	hashMoney   = 0x7f4a7c15
	hashDay     = 0x2545f491
	hashPast    = 0x6c62272e
	hashNumber  = 0x1b873593
	hashUnknown = 0x4cf5ad43 // a word that no training text has twice: most often a name
	hashAsk     = 0x3c6ef372
	hashPause   = 0x165667b1
)

const (
	saltTwo   = 0xb5297a4d
	saltThree = 0x68e31da4
	saltSkip  = 0x1b56c4e9
	saltPart  = 0x94d049bb
	saltSaid  = 0xd6e8feb8
	saltHead  = 0x2c1b3c6d
	saltTail  = 0x7a3d9e51
)

// mix joins hashes (the finisher of MurmurHash3, public domain).
func mix(a, b uint32) uint32 {
	h := a*0x85ebca6b ^ (b + 0x9e3779b9 + a<<6 + a>>2)
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}

func hashText(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return mix(h, uint32(len(s)))
}

// A feature is a hash and the tokens that it stands for.
type feature struct {
	hash     uint32
	from, to int32 // in lexed.tokens
}

// An item is a token or a mark as the model sees it.
type item struct {
	hash     uint32
	from, to int32
	word     bool
}

// items returns what the model sees of a reply, with a start and an end.
func (l *lexed) items(out []item) []item {
	out = append(out, item{hash: hashStart})
	marked := 0
	for i := 0; i < len(l.tokens); {
		if marked < len(l.marks) && l.marks[marked].from == i {
			m := l.marks[marked]
			h := uint32(hashDay)
			switch {
			case m.money:
				h = hashMoney
			case m.when.past:
				h = hashPast
			}
			out = append(out, item{h, int32(m.from), int32(m.to), false})
			i, marked = m.to, marked+1
			continue
		}
		t := l.tokens[i]
		it := item{from: int32(i), to: int32(i + 1)}
		switch t.kind {
		case han:
			it.hash = mix(uint32(t.char), 1)
		case word:
			it.hash, it.word = hashText(l.text[t.from:t.to]), true
		case number:
			it.hash = hashNumber
		case sign:
			switch t.char {
			case '?':
				it.hash = hashAsk
			case ',', '.', ';', ':', '!', '。', '、', '…', '~':
				it.hash = hashPause
			default:
				if t.char < 0x2000 || t.char >= 0xFE00 && t.char < 0xFE10 {
					i++
					continue
				}
				it.hash = mix(uint32(t.char), 2) // 👍
			}
		}
		if it.hash != hashPause || out[len(out)-1].hash != hashPause {
			out = append(out, it)
		}
		i++
	}
	for len(out) > 1 && out[len(out)-1].hash == hashPause {
		out = out[:len(out)-1]
	}
	return append(out, item{hash: hashEnd, from: int32(len(l.tokens)), to: int32(len(l.tokens))})
}

// features returns the features of items; known says of a word whether the model knows it. Each kind of phrase that is
// said is one too, alone and with each other kind.
func (l *lexed) features(items []item, said *spoken, known func(uint32) bool, out []feature) []feature {
	for i := range said {
		if said[i] == "" {
			continue
		}
		h := mix(uint32(i), saltSaid)
		out = append(out, feature{hash: h})
		for j := range i {
			if said[j] != "" {
				out = append(out, feature{hash: mix(h, uint32(j))})
			}
		}
	}
	for i := range items {
		if it := &items[i]; it.word {
			if w := l.word(int(it.from)); len(w) >= 5 {
				for k := 0; k+4 <= len(w); k++ {
					out = append(out, feature{mix(hashText(w[k:k+4]), saltPart), it.from, it.to})
				}
			}
			if w := l.word(int(it.from)); len(w) >= 4 {
				out = append(out, feature{mix(hashText(w[:3]), saltHead), it.from, it.to}, feature{mix(hashText(w[len(w)-3:]), saltTail), it.from, it.to})
			}
			if !known(it.hash) {
				it.hash = hashUnknown
			}
		}
	}
	for i, a := range items {
		out = append(out, feature{a.hash, a.from, a.to})
		if i+1 >= len(items) {
			break
		}
		b := items[i+1]
		two := mix(mix(a.hash, b.hash), saltTwo)
		out = append(out, feature{two, a.from, b.to})
		if i+2 < len(items) {
			c := items[i+2]
			out = append(out, feature{mix(mix(two, c.hash), saltThree), a.from, c.to}, feature{mix(mix(a.hash, c.hash), saltSkip), a.from, c.to})
		}
	}
	return out
}
