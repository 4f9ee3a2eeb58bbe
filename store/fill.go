package store

import (
	"context"
	"database/sql"
	"errors"
)

// FillFinds goes through borrowers who came before they could be found by name and by the end of their phone: so many, from where it stopped
// last. done says that there are none left.
func (s *Store) FillFinds(ctx context.Context, most int) (done bool, err error) {
	var last, upto int64
	if err := s.read.QueryRowContext(ctx, `SELECT last, upto FROM find_fill WHERE id = 1`).Scan(&last, &upto); err != nil {
		return false, wrap(err)
	}
	if last >= upto {
		return true, nil
	}
	people, portfolios, to, err := s.unfound(ctx, last, upto, most)
	if err != nil {
		return false, err
	}
	if err := s.open(ctx, people, to, portfolios); err != nil {
		return false, err
	}
	next := upto
	if len(people) == most {
		next = int64(people[len(people)-1].ID)
	}
	return next == upto, s.update(ctx, func(tx *sql.Tx) error {
		for i := range people {
			p := &people[i]
			if h := s.keys.nameHash(p.Name); h != nil {
				if _, err := tx.ExecContext(ctx, `INSERT INTO find_key (kind, hash, borrower) VALUES ('name', ?, ?) ON CONFLICT DO NOTHING`, h, p.ID); err != nil {
					return wrap(err)
				}
			}
			if h := s.keys.tailHash(p.Phone); h != nil {
				if _, err := tx.ExecContext(ctx, `INSERT INTO find_tail (hash, borrower) VALUES (?, ?) ON CONFLICT DO NOTHING`, h, p.ID); err != nil {
					return wrap(err)
				}
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE find_fill SET last = ? WHERE id = 1 AND last < ?`, next, next)
		return wrap(err)
	})
}

// unfound are the next borrowers of before. Whoever was erased has no name and no phone any more, and gets no key again.
func (s *Store) unfound(ctx context.Context, last, upto int64, most int) (people []Hit, portfolios map[int64]string, facts []BorrowerFacts, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT b.id, b.ref, b.portfolio, b.fact, p.ref FROM borrower b JOIN portfolio p ON p.id = b.portfolio
		WHERE b.id > ? AND b.id <= ? ORDER BY b.id LIMIT ?`, last, upto, most)
	if err != nil {
		return nil, nil, nil, wrap(err)
	}
	defer func() { err = errors.Join(err, wrap(rows.Close())) }()
	portfolios = map[int64]string{}
	for rows.Next() {
		var h Hit
		var fact int64
		var ref string
		if err := rows.Scan(&h.ID, &h.Ref, &h.Portfolio, &fact, &ref); err != nil {
			return nil, nil, nil, wrap(err)
		}
		portfolios[h.Portfolio] = ref
		people, facts = append(people, h), append(facts, BorrowerFacts{ID: h.ID, Fact: fact, Ref: h.Ref})
	}
	return people, portfolios, facts, wrap(rows.Err())
}
