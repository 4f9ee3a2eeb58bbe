package measure

import (
	"slices"
	"strings"
)

// Columns of a supervisor's extract that its readers go by.
const (
	askedQuestion = 0
	askedOf       = 1
	askedNumbers  = 2 // the first number
	askedRules    = 8
	askedProof    = 9
)

// An Asked is one question of a supervisor's extract with what answers it, for a reader: in the sheet each row says all of it again.
type Asked struct {
	Question string
	Rules    string // which it answers, spaces between; empty: each row has its own
	Proof    string
	Rows     []AskedRow
}

// An AskedRow is what the question is of, with its numbers.
type AskedRow struct {
	Of      string // empty: of everything
	Rules   string // empty: the question's
	Source  string // the word of where its own rule stands; empty: it is not about one rule
	Numbers []Cell
}

// ByQuestion gathers an extract's rows by their question, and drops the columns of numbers in which no row has one. The sheet is one that
// Regulator made. A question stands where it is asked first.
func ByQuestion(s *Sheet) (heads []Column, out []Asked) {
	var shown []int
	for i := askedNumbers; i < askedRules; i++ {
		if slices.ContainsFunc(s.Rows, func(row []Cell) bool { return !row[i].None }) {
			shown = append(shown, i)
			heads = append(heads, s.Columns[i])
		}
	}
	for _, row := range s.Rows {
		question, proof, source := row[askedQuestion].Word, row[askedProof].Word, ""
		if strings.HasPrefix(proof, SourceWord) {
			proof, source = "", proof
		}
		at := slices.IndexFunc(out, func(a Asked) bool { return a.Question == question && a.Proof == proof })
		if at < 0 {
			at = len(out)
			out = append(out, Asked{Question: question, Proof: proof})
		}
		r := AskedRow{Of: row[askedOf].Word, Rules: row[askedRules].Word, Source: source}
		for _, i := range shown {
			r.Numbers = append(r.Numbers, row[i])
		}
		out[at].Rows = append(out[at].Rows, r)
	}
	for i := range out {
		out[i].share()
	}
	return heads, out
}

// share says the rules once where all rows have the same.
func (a *Asked) share() {
	first := a.Rows[0].Rules
	if a.Rows[0].Source != "" { // each is about its own
		return
	}
	if slices.ContainsFunc(a.Rows, func(r AskedRow) bool { return r.Rules != first }) {
		return
	}
	a.Rules = first
	for i := range a.Rows {
		a.Rows[i].Rules = ""
	}
}
