package lint

import (
	"slices"
	"sort"
)

// maxElems bounds a pattern.
const maxElems = 6

// A match is a pattern found: the terms of its elements, in order.
type match struct {
	at [maxElems]hit
	n  int
}

func (m *match) first() hit { return m.at[0] }
func (m *match) last() hit  { return m.at[m.n-1] }

// A search looks for patterns in one text.
type search struct {
	t     *reading
	h     hits
	sent  []int32    // the sentence of each unit
	light []contexts // of each sentence
}

func (t *reading) search() *search {
	s := &search{t: t, h: t.lex.scan(t.units), sent: make([]int32, len(t.units))}
	n := int32(0)
	for i := range t.units {
		if t.units[i].before == ended && i > 0 {
			n++
		}
		s.sent[i] = n
	}
	s.light = make([]contexts, n+1)
	for i := range t.lex.contexts {
		p := &t.lex.contexts[i]
		s.each(p, func(m *match) bool {
			s.light[s.sent[m.first().from]] |= 1 << p.context
			return true
		})
	}
	return s
}

// each calls f for the matches of a pattern. Where f says that one counts, the next begins after it.
func (s *search) each(p *pattern, f func(*match) bool) {
	for i := range p.elems {
		if len(s.h.of(p.elems[i].class)) == 0 {
			return
		}
	}
	past := int32(0)
	m := match{n: len(p.elems)}
	for _, first := range s.h.of(p.elems[0].class) {
		if first.from < past {
			continue
		}
		m.at[0] = first
		if s.rest(p, &m, 1, f) {
			past = m.last().to
		}
	}
}

// rest finds the elements from k on.
func (s *search) rest(p *pattern, m *match, k int, f func(*match) bool) bool {
	if k == len(p.elems) {
		return f(m)
	}
	e, from := &p.elems[k], m.at[k-1].to
	list := s.h.of(e.class)
	i := sort.Search(len(list), func(i int) bool { return list[i].from >= from })
	for ; i < len(list) && int(list[i].from-from) <= e.gap; i++ {
		if s.parted(from, list[i].from, max(e.cross, listed)) {
			return false
		}
		if e.except != 0 && s.within(e.except, from, list[i].from) {
			continue
		}
		m.at[k] = list[i]
		if s.rest(p, m, k+1, f) {
			return true
		}
	}
	return false
}

// parted says that a stronger mark than that stands before one of the units (from, to].
func (s *search) parted(from, to int32, than gap) bool {
	for i := from; i <= to && int(i) < len(s.t.units); i++ {
		if s.t.units[i].before > than {
			return true
		}
	}
	return false
}

// within says that a term of the class begins and ends in units [from, to).
func (s *search) within(c class, from, to int32) bool {
	list := s.h.of(c)
	i := sort.Search(len(list), func(i int) bool { return list[i].from >= from })
	for ; i < len(list) && list[i].from < to; i++ {
		if list[i].to <= to {
			return true
		}
	}
	return false
}

// How far a negation reaches, in units, before what it negates.
const (
	chineseNegation = 9
	englishNegation = 7
)

// asks says that the clause of a unit ends as a question does in Chinese: "can't you …?" denies nothing.
func (s *search) asks(at int32) bool {
	for int(at)+1 < len(s.t.units) && s.t.units[at+1].before <= listed {
		at++
	}
	return s.t.units[at].word != 0 && (s.t.units[at].word == s.t.lex.asks[0] || s.t.units[at].word == s.t.lex.asks[1])
}

// negated says that the match is denied, forbidden or promised not to happen. A negation counts when it stands in
// the same clause, a little before, or between the match's own terms; not when a payment or a "then" stands
// between: in "if you do not pay, we call your boss" it denies the payment.
func (s *search) negated(m *match) bool {
	first := m.first().from
	if s.asks(m.last().to - 1) {
		return false
	}
	reach := int32(englishNegation)
	if s.t.units[first].script != latin {
		reach = chineseNegation
	}
	for _, n := range s.h.of(s.t.lex.neg) {
		if n.to <= first && first-n.to <= reach && !s.parted(n.to, first, listed) && !s.within(s.t.lex.block, n.to, first) {
			return true
		}
	}
	for _, n := range s.h.of(s.t.lex.negNear) {
		if n.to == first && !s.parted(first, first, joined) {
			return true
		}
	}
	for k := 1; k < m.n; k++ {
		if s.within(s.t.lex.neg, m.at[k-1].to, m.at[k].from) && !s.within(s.t.lex.block, m.at[k-1].to, m.at[k].from) {
			return true
		}
	}
	return false
}

// supposed says that the match itself is a supposition: in "if your account is frozen, call your bank" nobody says
// that it will be.
func (s *search) supposed(m *match) bool {
	first := m.first().from
	for _, n := range s.h.of(s.t.lex.suppose) {
		if n.to <= first && first-n.to <= 4 && !s.parted(n.to, first, listed) && !s.within(s.t.lex.block, n.to, first) &&
			!s.within(s.t.lex.neg, n.to, first) && !s.within(s.t.lex.negNear, n.to, first) {
			return true
		}
	}
	return false
}

// usual is the light in which words of a code are harmless, whatever the pattern.
var usual = map[Code]contexts{
	Threat: 1<<warn | 1<<rights, Insult: 1<<warn | 1<<rights, Shaming: 1<<warn | 1<<rights, FalseAuthority: 1<<warn | 1<<rights,
	FalseLegal: 1<<warn | 1<<rights, ThirdPerson: 1<<warn | 1<<rights | 1<<permit, Borrowing: 1 << warn, Deception: 1 << warn, Upsell: 1 << warn,
	Tone: 1<<warn | 1<<rights,
}

// wording finds what the patterns say.
func (t *reading) wording(f *Facts) []Finding {
	if len(t.units) == 0 {
		return nil
	}
	var found []Finding
	s := t.search()
	for i := range t.lex.patterns {
		p := &t.lex.patterns[i]
		o := &p.options
		if o.known && f.StepsHidden || o.barred && !f.TimeBarred {
			continue
		}
		s.each(p, func(m *match) bool {
			light := s.light[s.sent[m.first().from]]
			if light&(usual[p.code]|o.unless) != 0 || light&o.only != o.only || !o.negated && s.negated(m) {
				return false
			}
			if (p.code == FalseLegal || p.code == Deception || p.code == FalseAuthority) && s.supposed(m) {
				return false
			}
			if o.step != "" && !o.barred && len(f.Steps) > 0 && f.backs(o.step, s.sentence(m), light&(1<<urgent) != 0) {
				return false
			}
			from, to := t.units[m.first().from].start, t.units[m.last().to-1].end
			found = append(found, Finding{Code: p.code, Start: int(from), End: int(to), Suggestion: o.as})
			return true
		})
	}
	graver := func(f Finding) bool { return f.Code != Tone }
	if slices.ContainsFunc(found, graver) { // whoever mends a threat need not hear of its tone
		found = slices.DeleteFunc(found, func(f Finding) bool { return !graver(f) })
	}
	return found
}

// sentence returns the sentence in which a match stands, as the rules read it.
func (s *search) sentence(m *match) string {
	n := s.sent[m.first().from]
	from, _ := slices.BinarySearch(s.sent, n)
	to, _ := slices.BinarySearch(s.sent, n+1)
	return folded(string(s.t.runes[s.t.units[from].start:s.t.units[to-1].end]))
}
