package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// grounds are the numbers of the grounds of fences, as far as they are known to be stored.
type grounds struct {
	mu sync.Mutex
	of map[string]int64
}

func (g *grounds) learn(more map[string]int64) {
	if len(more) == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of == nil {
		g.of = map[string]int64{}
	}
	for said, id := range more {
		g.of[said] = id
	}
}

func (g *grounds) number(said string) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.of[said]
}

// ground returns the number of a ground, of which a new one is stored.
func (c *commit) ground(said string) (int64, error) {
	if id := c.grounds[said]; id != 0 {
		return id, nil
	}
	id := c.Store.grounds.number(said)
	if id == 0 {
		var err error
		if id, err = groundID(c.ctx, c.tx, said); err != nil {
			return 0, err
		}
	}
	if c.grounds == nil {
		c.grounds = map[string]int64{}
	}
	c.grounds[said] = id
	return id, nil
}

func groundID(ctx context.Context, tx *sql.Tx, said string) (id int64, err error) {
	const find = `SELECT id FROM ground WHERE said = ?`
	if err = tx.QueryRowContext(ctx, find, said).Scan(&id); !errors.Is(err, sql.ErrNoRows) {
		return id, wrap(err)
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO ground (said) VALUES (?) ON CONFLICT DO NOTHING RETURNING id`, said).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.QueryRowContext(ctx, find, said).Scan(&id) // it was another's
	}
	return id, wrap(err)
}

// reasons appends what a fence keeps of why: its ground's number, the days past due and the loans.
func (v *values) reasons(ground int64, t *Try) {
	from := len(v.bytes)
	b := strconv.AppendInt(v.bytes, ground, 10)
	b = strconv.AppendInt(append(b, ' '), int64(t.DPD), 10)
	for _, l := range t.About {
		b = strconv.AppendInt(append(b, ' '), int64(l), 10)
	}
	v.bytes = b
	v.cells = append(v.cells, cell{kind: cellText, from: int32(from), to: int32(len(b))})
}

// why returns a fence's reasons as JSON.
func (s *Store) why(ctx context.Context, reasons string, parts int) (string, error) {
	if strings.HasPrefix(reasons, "{") {
		return reasons, nil // of a fence from before grounds had numbers
	}
	words := strings.Fields(reasons)
	if len(words) < 2 {
		return "", fmt.Errorf("store: a fence's reasons %q cannot be read", reasons)
	}
	id, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil {
		return "", fmt.Errorf("store: a fence's reasons: %w", err)
	}
	var said string
	if err := s.read.QueryRowContext(ctx, `SELECT said FROM ground WHERE id = ?`, id).Scan(&said); err != nil {
		return "", fmt.Errorf("store: the ground of a fence: %w", err)
	}
	more := fmt.Sprintf(`"dpd":%s,"segments":%d,"loans":[%s]}`, words[1], parts, strings.Join(words[2:], ","))
	if head := strings.TrimSuffix(said, "}"); head != "{" {
		return head + "," + more, nil
	}
	return "{" + more, nil
}
