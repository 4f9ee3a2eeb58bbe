package store

import (
	"context"
	"database/sql"
	"slices"
)

// FillRolled adds sums as folding would have left them, for benchmarks: a hundred million messages need not be there for a page to read
// what they came to.
func (s *Store) FillRolled(ctx context.Context, sums []Rolled) error {
	for part := range slices.Chunk(sums, 5000) {
		t := tally{}
		for i := range part {
			if rolledByMonth[part[i].What] {
				t.both(part[i].Roll, part[i].Sums)
			} else {
				t.add(part[i].Roll, part[i].Sums)
			}
		}
		if err := s.transaction(ctx, anyone, func(tx *sql.Tx, _ direct) error { return addSums(ctx, tx, t) }); err != nil {
			return err
		}
	}
	return nil
}
