package receive

import "slices"

// englishStop returns the words that ask to stop and how sure that is, or 0.
func (t folded) englishStop() (string, float64) {
	if t.words == 0 {
		return "", 0
	}
	if why, sure := t.shortStop(); sure > 0 {
		return why, sure
	}
	ours := 0
	for i, c := range t.clauses {
		if instructs(c.words) {
			ours++
			continue
		}
		if why := exact(c.words, i == 0 && len(t.clauses) == 1); why != "" && t.han == 0 {
			return why, surePhrase
		}
		for at := range c.words {
			if why := english(c.words, at); why != "" {
				return why, surePhrase
			}
		}
	}
	if ours > 0 && t.words <= 8 && t.han <= 8 {
		return "our own instruction, sent back", sureShort
	}
	if c := t.clauses[0].words; len(c) > 1 && c[0] == "stop" && opening[c[1]] {
		return "stop " + c[1], sureShort
	}
	return "", 0
}

// shortStop reads a reply of at most three words, in which doubt protects.
func (t folded) shortStop() (string, float64) {
	var all []string
	for _, c := range t.clauses {
		all = append(all, c.words...)
	}
	if spelt := join(all); len(all) > 2 && len(spelt) == len(all) && (spelt == "stop" || spelt == "end" || spelt == "quit") {
		return spelt, sureWord
	}
	if len(all) > 3 || t.han > 4 {
		return "", 0
	}
	for i, w := range all {
		w = squeezed(w)
		if !stopWords[w] && !strongWords[w] {
			continue
		}
		if len(all) == 1 && t.han == 0 {
			return w, sureWord
		}
		before, after := "", ""
		if i > 0 {
			before = all[i-1]
		}
		if i+1 < len(all) {
			after = all[i+1]
		}
		switch {
		case before == "dont" || before == "didnt" || before == "never" || before == "not" || compound[before] || notTexts[after]:
			return "", 0
		case w == "stop" || strongWords[w] || w == "td":
			return w, sureShort
		case t.han > 0:
			return "", 0
		}
		rest := slices.Concat(all[:i], all[i+1:])
		if !slices.ContainsFunc(rest, func(o string) bool { return !filler[o] && !texts[o] && !cancelled[o] && !stopWords[o] }) {
			return w, sureShort
		}
	}
	return "", 0
}

func join(list []string) string {
	s := ""
	for _, w := range list {
		if len(w) == 1 {
			s += w
		}
	}
	return s
}

// squeezed returns "stop" for "stopp" and "stooop", and other words as they are.
func squeezed(w string) string {
	const stop = "stop"
	if len(w) <= len(stop) || w == "stoop" {
		return w
	}
	at := 0
	for i := range len(w) {
		if at < len(stop) && w[i] == stop[at] {
			at++
		} else if at == 0 || w[i] != stop[at-1] {
			return w
		}
	}
	if at == len(stop) {
		return stop
	}
	return w
}

// instructs says that a clause tells how to stop rather than asks for it: our own tail quoted, or an advertisement's.
func instructs(c []string) bool {
	for i, w := range c {
		after := ""
		if i+1 < len(c) {
			after = c[i+1]
		}
		switch w {
		case "reply", "text", "send", "type", "respond", "rply", "with", "word":
			if (stopWords[after] || after == "stop2stop") && (i == 0 || !first[c[i-1]]) && after != "end" && (i+2 < len(c) || i > 1) {
				return true
			}
		case "to":
			if stopWords[after] || after == "opt" {
				for _, later := range c[i:] {
					if instructing[later] {
						return true
					}
				}
			}
		case "stop", "unsubscribe", "end", "cancel":
			if (after == "to" || after == "2") && i+2 < len(c) && (stopWords[c[i+2]] || c[i+2] == "opt") {
				return true
			}
		}
	}
	return false
}

// exact reads a clause that is a stop word and courtesy, and nothing else.
func exact(c []string, whole bool) string {
	found := ""
	for i, w := range c {
		w = squeezed(w)
		switch {
		case w == "stop" || strongWords[w] || whole && (stopWords[w] && w != "remove" || w == "discontinue" || w == "cease"):
			if i > 0 && (c[i-1] == "will" || first[c[i-1]] || c[i-1] == "to" && i == 1) && w != "stop" || i > 0 && first[c[i-1]] {
				return ""
			}
			found = w
		case w == "opt" && i+1 < len(c) && c[i+1] == "out":
			found = "opt out"
		case w == "out" && i > 0 && c[i-1] == "opt":
		case !filler[w]:
			return ""
		}
	}
	return found
}

// english reads a phrase that begins at a word and asks to stop; "" when none does.
func english(c []string, at int) string {
	w := squeezed(c[at])
	switch {
	case strongWords[w]:
		if !negated(c, at) {
			return w
		}
	case w == "opt":
		return optOut(c, at)
	case w == "stop" || w == "quit" || w == "cease" || w == "discontinue":
		return stopTexting(c, at, w)
	case prevents[w] || w == "no" && follow(c, at+1) == "longer":
		return dontText(c, at)
	case w == "no" && follow(c, at+1) == "more":
		n := after(c, at+2, determiner)
		if o := follow(c, n); texts[o] || texting[o] {
			return "no more " + o
		} else if o == "" && (texts[c[n-1]] || len(c) == 2) {
			return "no more"
		}
	case w == "remove" || w == "take" || w == "delete" || w == "lose":
		return removeMe(c, at)
	case w == "leave" && follow(c, at+1) == "me" && follow(c, after(c, at+2, curses)) == "alone" && !negated(c, at):
		return "leave me alone"
	case w == "revoke" || w == "withdraw":
		if n := after(c, at+1, owners); follow(c, n) == "consent" && !negated(c, at) {
			return w + " consent"
		}
	case w == "cancel" || w == "end":
		n := after(c, at+1, determiner)
		if o := follow(c, n); n > at+1 && texts[c[n-1]] && o == "" || plurals[o] {
			if !negated(c, at) {
				return w + " texts"
			}
		}
	}
	return ""
}

// follow returns the word at i, or "" beyond the end.
func follow(c []string, i int) string {
	if i < len(c) {
		return c[i]
	}
	return ""
}

// after returns the index of the first word from i that is not in the set, at most six on.
func after(c []string, i int, w words) int {
	for n := 0; n < 6 && i < len(c) && w[c[i]]; n++ {
		i++
	}
	return i
}

// negated says that what stands before a word takes it back: "do not stop", "I am not going to unsubscribe". After
// "you" and in questions ("why don't you stop", "if you don't stop") it takes nothing back.
func negated(c []string, at int) bool {
	for i := at - 1; i >= 0 && i >= at-5; i-- {
		switch c[i] {
		case "dont", "never", "not", "without", "didnt", "mustnt":
			return (i == 0 || c[i-1] != "you" && c[i-1] != "they" && c[i-1] != "why") && follow(c, i+1) != "you"
		case "ever", "please", "going", "to", "want", "wish", "need", "you", "just", "really":
		default:
			return false
		}
	}
	return false
}

// optOut reads "opt out" and "opt me out".
func optOut(c []string, at int) string {
	n := at + 1
	if w := follow(c, n); w == "me" || w == "us" {
		n++
	}
	if follow(c, n) != "out" || negated(c, at) {
		return ""
	}
	if follow(c, n+1) == "of" {
		if o := follow(c, after(c, n+2, determiner)); o != "" && !texts[o] {
			return ""
		}
	}
	return "opt out"
}

// stopTexting reads "stop texting me" and "stop these messages".
func stopTexting(c []string, at int, w string) string {
	if negated(c, at) || at > 0 && first[c[at-1]] || at > 1 && first[c[at-2]] && auxiliary[c[at-1]] || at == 1 && (c[0] == "to" || c[0] == "2") {
		return ""
	}
	next := follow(c, at+1)
	if next == "please" {
		at++
		next = follow(c, at+1)
	}
	if w == "cease" && next == "and" {
		return "cease and desist"
	}
	if texting[next] {
		if who := follow(c, at+2); (next == "calling" || next == "phoning" || next == "ringing") && who != "" && !filler[who] && !toMe[who] && !texts[who] {
			return ""
		}
		if next != "sending" && next != "writing" && next != "annoying" {
			return w + " " + next
		}
		for i := at + 2; i < len(c) && i < at+8; i++ {
			if texts[c[i]] || sent[c[i]] {
				return w + " " + next
			}
		}
		if len(c) == at+2 {
			return w + " " + next
		}
		return ""
	}
	n := after(c, at+1, determiner)
	if o := follow(c, n); texts[o] {
		return w + " " + o
	} else if o == "" && n > at+1 && texts[c[n-1]] {
		return w + " " + c[n-1]
	}
	return ""
}

// dontText reads "do not text me", "never contact me again", "I don't want these messages".
func dontText(c []string, at int) string {
	i := at + 1
	for adverbs[follow(c, i)] {
		i++
	}
	verb := follow(c, i)
	if wanting[verb] {
		n := after(c, i+1, determiner)
		o := follow(c, n)
		switch {
		case o == "contacted" || o == "texted" || o == "messaged" || o == "reminded" || o == "bothered" || o == "disturbed" || o == "called":
			return "dont " + verb + " " + o
		case (texts[o] || o == "" && texts[c[n-1]]) && (n-i > 1 || verb == "consent"):
			return "dont " + verb + " " + c[min(n, len(c)-1)]
		}
		return ""
	}
	if !sends[verb] {
		return ""
	}
	from := max(0, at-4)
	if c[at] == "mustnt" || slices.ContainsFunc(c[from:at], func(w string) bool { return asked[w] }) {
		from = at
	}
	for b := from; b < at; b++ {
		if first[c[b]] || c[b] == "you" && b == at-1 || c[b] == "why" || c[b] == "if" {
			return ""
		}
	}
	return dontSend(c, i, verb)
}

// dontSend reads what follows the verb of a prohibition.
func dontSend(c []string, i int, verb string) string {
	if and := follow(c, i+1); (and == "or" || and == "and") && sends[follow(c, i+2)] {
		i += 2
	}
	next := follow(c, i+1)
	if verb == "send" {
		for n := i + 1; n < len(c) && n < i+6; n++ {
			if texts[c[n]] {
				return "dont send " + c[n]
			}
		}
		return ""
	}
	if next != "" && !toMe[next] {
		return ""
	}
	for n := i + 1; n < len(c); n++ {
		w, then := c[n], follow(c, n+1)
		if w == "again" || w == "anymore" || w == "at" && (then == "all" || then == "this") || w == "on" && then == "this" {
			break
		}
		if inTime[w] {
			return ""
		}
	}
	if next == "" && verb != "text" && verb != "contact" {
		return ""
	}
	return "dont " + verb + " me"
}

// removeMe reads "remove me from your list", "take my number off", "lose my number".
func removeMe(c []string, at int) string {
	if negated(c, at) {
		return ""
	}
	n := at + 1
	switch {
	case follow(c, n) == "me" || follow(c, n) == "us":
		n++
	case (follow(c, n) == "my" || follow(c, n) == "this") && numbers[follow(c, n+1)]:
		n += 2
		if c[at] == "lose" || c[at] == "delete" && follow(c, n) == "" {
			return c[at] + " my number"
		}
	default:
		return ""
	}
	switch follow(c, n) {
	case "":
		if c[at] == "remove" {
			return "remove me"
		}
	case "from", "off":
		for i := n; i < len(c) && i < n+6; i++ {
			if texts[c[i]] || lists[c[i]] || c[i] == "off" && i+1 == len(c) {
				return c[at] + " me"
			}
		}
	}
	return ""
}
