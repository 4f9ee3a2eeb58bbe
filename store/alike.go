package store

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// Many columns of rows that are stored together have one value in all of them: the hour of a claim, its worker, the word of an outcome.
// Such a value is bound once a statement and not once a row.

const (
	// leastAlike is from how many rows on it is looked for.
	leastAlike = 10
	// mostSames is how many sets of such columns have statements of their own, for one table: each is to be kept.
	mostSames = 4
)

// likeSQL is the text of an insert of rows of which the columns in same have one value in all.
type likeSQL struct {
	bulkSQL
	same uint64
}

// text writes it: the values of the columns in same come first, and then those of each row.
func (b likeSQL) text() string {
	if b.same == 0 {
		return b.head + tuples(b.rows, b.cols) + b.tail
	}
	var once []string
	for i := range b.cols {
		if b.same>>i&1 == 1 {
			once = append(once, "?"+strconv.Itoa(len(once)+1))
		}
	}
	next := len(once)
	var text strings.Builder
	text.WriteString(b.head)
	for r := range b.rows {
		for i, at := 0, 0; i < b.cols; i++ {
			switch {
			case i > 0:
				text.WriteByte(',')
			case r > 0:
				text.WriteString(",(")
			default:
				text.WriteByte('(')
			}
			if b.same>>i&1 == 1 {
				text.WriteString(once[at])
				at++
				continue
			}
			next++
			text.WriteByte('?')
			text.WriteString(strconv.Itoa(next))
		}
		text.WriteByte(')')
	}
	text.WriteString(b.tail)
	return text.String()
}

// alike returns columns that have one value in all rows: those of a set that was met before, or all of them while there are few sets.
func (c *lite) alike(head string, cols int, cells []cell, room []byte) uint64 {
	same := uint64(1)<<cols - 1
	for at := cols; at < len(cells) && same != 0; at += cols {
		for i := range cols {
			if same>>i&1 == 1 && !cells[i].equal(&cells[at+i], room) {
				same &^= 1 << i
			}
		}
	}
	met := c.sames[head]
	if slices.Contains(met, same) {
		return same
	}
	if len(met) < mostSames {
		c.sames[head] = append(met, same)
		return same
	}
	var best uint64
	for _, m := range met {
		if m&^same == 0 && m > best {
			best = m
		}
	}
	return best
}

// equal says whether two cells hold the same.
func (c *cell) equal(o *cell, room []byte) bool {
	return c.kind == o.kind && c.n == o.n && (c.kind == cellInt || bytes.Equal(room[c.from:c.to], room[o.from:o.to]))
}

// onceEach returns the cells to be bound where some columns are bound once. They stay until the next call.
func (c *lite) onceEach(same uint64, cols int, cells []cell) []cell {
	out := c.cells[:0]
	for i := range cols {
		if same>>i&1 == 1 {
			out = append(out, cells[i])
		}
	}
	for at := 0; at < len(cells); at += cols {
		for i := range cols {
			if same>>i&1 == 0 {
				out = append(out, cells[at+i])
			}
		}
	}
	c.cells = out
	return out
}
