package store

// refs are what a second judgement needs beside the standings: turns by person, and the references of borrowers and loans. On PostgreSQL
// they are read by their own keys: a join of the four tables is planned for tables of any size, and read the whole of three of
// them for each claim where they were small.
type refs struct {
	turns           map[int64]int64
	borrowers, loan map[int64]string
}

// openNarrow is openAgain on PostgreSQL.
func (g *gather) openNarrow(more, join string) error {
	g.refs = &refs{}
	return openStream(g, &g.owing, `SELECT s.person, s.borrower, s.loan, s.as_of, s.packed`+more+` FROM standing s`+join+` WHERE s.portfolio = ?`,
		"s.person", " ORDER BY s.person, s.loan", []any{g.w.Portfolio}, func(r *owingRow) []any {
			return append([]any{number(&r.of), number(&r.loan.ID), number(&r.asOf), &r.packed}, g.some.fields(r)...)
		})
}

// fetch takes the results over that were asked for, and what the standings refer to.
func (g *gather) fetch() error {
	if err := g.pg.fetch(g.ctx); err != nil {
		return err
	}
	if g.refs != nil {
		if err := g.refer(); err != nil {
			return err
		}
	}
	for _, first := range g.opened {
		if err := first(); err != nil {
			return err
		}
	}
	return nil
}

func (g *gather) refer() error {
	page, ok := g.owing.pulled.(*pgPage)
	if !ok || len(page.cells) == 0 {
		return nil
	}
	var borrowers, loans []int64
	for page.at = 1; page.at*page.cols <= len(page.cells); page.at++ {
		r := page.row()
		borrowers, loans = append(borrowers, r.int(1)), append(loans, r.int(2))
	}
	page.at = 0
	b := pgBatch{c: page.c}
	ask := func(query, column string, ids []int64) *pgPage {
		var args values
		return b.open(query+among(column, ids, &args), &args)
	}
	persons := ask(`SELECT id, turn FROM person WHERE `, "id", g.persons)
	of := ask(`SELECT id, ref FROM borrower WHERE `, "id", borrowers)
	on := ask(`SELECT id, ref FROM loan WHERE `, "id", loans)
	if err := b.fetch(g.ctx); err != nil {
		return err
	}
	g.refs.turns = map[int64]int64{}
	for r := range persons.rows() {
		g.refs.turns[r.int(0)] = r.int(1)
	}
	g.refs.borrowers, g.refs.loan = of.texts(), on.texts()
	return nil
}

// texts returns a page of numbers and texts.
func (p *pgPage) texts() map[int64]string {
	out := make(map[int64]string, len(p.cells)/2)
	for r := range p.rows() {
		out[r.int(0)] = string(r.bytes(1))
	}
	return out
}

// rows yields the page's rows.
func (p *pgPage) rows() func(func(*pgRow) bool) {
	return func(yield func(*pgRow) bool) {
		for p.at = 1; p.cols > 0 && p.at*p.cols <= len(p.cells); p.at++ {
			if r := p.row(); !yield(&r) {
				return
			}
		}
	}
}

// complete gives a row what it refers to.
func (r *refs) complete(row *owingRow) {
	if r != nil {
		row.borrower.Ref, row.loan.Ref = r.borrowers[row.of], r.loan[int64(row.loan.ID)]
	}
}
