package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/dulyhq/duly/ledger"
)

// A trait is what many borrowers and their loans have in common: the texts that a packed standing names by a number.
type trait struct {
	language, zone, country, region, locality, wish, product string
	currency                                                 ledger.Currency
}

const traitColumns = `language, zone, country, region, locality, wish, product, currency`

func (t *trait) fields() []any {
	return []any{&t.language, &t.zone, &t.country, &t.region, &t.locality, &t.wish, &t.product, &t.currency}
}

func (t *trait) values() []any {
	return []any{t.language, t.zone, t.country, t.region, t.locality, t.wish, t.product, string(t.currency)}
}

// traitID returns the number of a trait, of which a new one is stored. known is what the caller knows of them, and
// learns.
func traitID(ctx context.Context, tx *sql.Tx, t trait, known map[trait]int64) (int64, error) {
	if id, ok := known[t]; ok {
		return id, nil
	}
	var id int64
	find := func() error {
		return tx.QueryRowContext(ctx, `SELECT id FROM trait WHERE (`+traitColumns+`) = (?, ?, ?, ?, ?, ?, ?, ?)`, t.values()...).Scan(&id)
	}
	err := find()
	if errors.Is(err, sql.ErrNoRows) {
		if _, err = tx.ExecContext(ctx, `INSERT OR IGNORE INTO trait (`+traitColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, t.values()...); err == nil {
			err = find() // it may be another's
		}
	}
	if err != nil {
		return 0, wrap(err)
	}
	known[t] = id
	return id, nil
}

// A likeness is a trait as dossiers have it.
type likeness struct {
	borrower BorrowerFacts // what is of a trait in it
	loan     LoanStanding  // the same
}

// likes remembers the traits: none is ever changed or taken away.
type likes struct {
	mu   sync.Mutex
	read map[int64]*likeness
}

func (l *likes) all(ctx context.Context, tx *sql.Tx) (map[int64]*likeness, error) {
	l.mu.Lock()
	read := l.read
	l.mu.Unlock()
	if read != nil {
		return read, nil
	}
	return l.anew(ctx, tx)
}

// anew reads the traits again.
func (l *likes) anew(ctx context.Context, tx *sql.Tx) (map[int64]*likeness, error) {
	read, err := traits(ctx, tx)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.read = read
	l.mu.Unlock()
	return read, nil
}

// traits returns every trait by its number.
func traits(ctx context.Context, tx *sql.Tx) (map[int64]*likeness, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, `+traitColumns+` FROM trait`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	all := map[int64]*likeness{}
	for rows.Next() {
		var id int64
		var t trait
		if err := rows.Scan(append([]any{&id}, t.fields()...)...); err != nil {
			return nil, wrap(err)
		}
		wish, err := parseWish(t.wish)
		if err != nil {
			return nil, err
		}
		all[id] = &likeness{
			BorrowerFacts{Language: t.language, Zone: t.zone, Country: t.country, Region: t.region, Locality: t.locality, Wish: wish},
			LoanStanding{Product: t.product, Currency: t.currency},
		}
	}
	return all, wrap(rows.Err())
}
