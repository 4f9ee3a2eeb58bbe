package console

import (
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/measure"
)

// An askedGroup is one question of the supervisor's extract: said once, with the rules that it answers and how it is proven.
type askedGroup struct {
	Question, Proof, Rules string
	Across                 int // columns of the table
	Rows                   []askedRow
}

type askedRow struct {
	Of, Rules, Source string
	Cells             []sheetCell
}

// askedOf puts an extract's questions. As one table it would be wider than a screen, and say each rule in every row.
func (b *sheetBook) askedOf(v *visit, h *engine.Portfolio, s *measure.Sheet) {
	heads, all := measure.ByQuestion(s)
	for i := range heads {
		b.Heads = append(b.Heads, sheetHead{v.say(heads[i].ZH, heads[i].EN), true})
	}
	say := func(word string) string { return h.Say("extract", word, v.lang) }
	for i := range all {
		a := &all[i]
		g := askedGroup{Question: say(a.Question), Rules: a.Rules, Proof: say(a.Proof), Across: len(heads) + 1}
		for _, r := range a.Rows {
			row := askedRow{Of: say(r.Of), Rules: r.Rules, Source: say(r.Source)}
			if r.Of == "" {
				row.Of = v.say("合计", "all")
			}
			for j, c := range r.Numbers {
				cell := sheetCell{Num: true}
				if !c.None {
					cell.Text = v.sheetText(h, &heads[j], c)
				}
				row.Cells = append(row.Cells, cell)
			}
			g.Rows = append(g.Rows, row)
		}
		b.Asked = append(b.Asked, g)
	}
}
