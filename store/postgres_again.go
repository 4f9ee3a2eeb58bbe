package store

// openNarrow is openAgain on PostgreSQL: turns and standings are read by their own keys, side by side. A join is planned for tables of
// any size, and read the whole of one for each claim where it was small.
func (g *gather) openNarrow(more, join string) error {
	if err := openStream(g, &g.turns, `SELECT id, turn FROM person WHERE id > 0`, "id", " ORDER BY id", nil,
		func(t *int64) []any { return []any{number(t)} }); err != nil {
		return err
	}
	return openStream(g, &g.owing, `SELECT s.person, `+againColumns+more+` FROM standing s`+join+` WHERE s.portfolio = ?`,
		"s.person", " ORDER BY s.person, s.loan", []any{g.w.Portfolio}, g.again)
}

// fetch takes the results over that were asked for.
func (g *gather) fetch() error {
	if err := g.pg.fetch(g.ctx); err != nil {
		return err
	}
	for _, first := range g.opened {
		if err := first(); err != nil {
			return err
		}
	}
	return nil
}
