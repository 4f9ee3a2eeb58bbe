package cli

import (
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/measure"
)

// extractTable writes a supervisor's extract for people, question by question: as one table it would be wider than any screen.
func extractTable(p *page, of *engine.Portfolio, s *measure.Sheet) {
	say := func(word string) string { return of.Say("extract", word, string(p.lang)) }
	heads, all := measure.ByQuestion(s)
	head := []string{""}
	for i := range heads {
		head = append(head, p.lang.say(heads[i].EN, heads[i].ZH))
	}
	grid := [][]string{head}
	for i := range all {
		for _, r := range all[i].Rows {
			name := "    " + say(r.Of)
			if r.Of == "" {
				name = "    " + p.lang.say("all", "合计")
			}
			cells := []string{name}
			for j, c := range r.Numbers {
				if c.None {
					cells = append(cells, "")
				} else {
					cells = append(cells, sheetCell(p.lang, of, &heads[j], c))
				}
			}
			grid = append(grid, cells)
		}
	}
	above := breakNames(grid)
	lines := aligned(grid)
	p.line("%s", lines[0])
	at := 1
	for i := range all {
		a := &all[i]
		p.line("")
		p.wrapped("  " + say(a.Question))
		p.extractNote("    ", a.Rules, say(a.Proof))
		for _, r := range a.Rows {
			for _, piece := range above[at] {
				p.line("%s", piece)
			}
			p.line("%s", lines[at])
			if r.Source != "" {
				p.wrapped("        " + r.Rules + " " + say(r.Source))
			} else {
				p.extractNote("        ", r.Rules, "")
			}
			at++
		}
	}
}

// breakNames leaves of each row's name what has room beside its numbers, and returns the lines that come before it, such as most of a
// rule in words.
func breakNames(grid [][]string) (above [][]string) {
	room := pageWidth
	for i := 1; i < len(grid[0]); i++ {
		wide := 0
		for _, cells := range grid {
			wide = max(wide, runewidth.StringWidth(cells[i]))
		}
		room -= 2 + wide
	}
	above = make([][]string, len(grid))
	for i, cells := range grid {
		pieces := broken(cells[0], room)
		above[i], cells[0] = pieces[:len(pieces)-1], pieces[len(pieces)-1]
	}
	return above
}

// extractNote says which rules something answers and how it is proven.
func (p *page) extractNote(indent, rules, proof string) {
	var said []string
	if rules != "" {
		said = append(said, p.lang.say("answers ", "对应规则 ")+rules)
	}
	if proof != "" {
		said = append(said, proof)
	}
	if len(said) > 0 {
		p.wrapped(indent + strings.Join(said, p.lang.say("; ", "；")))
	}
}
