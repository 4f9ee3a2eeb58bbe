package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A Choice is when, how and in which language a borrower wants to be written to.
type Choice struct {
	Wish     ledger.Wish
	Language string // "zh" or "en"; empty leaves what is known
}

// Choose keeps what a borrower chose at the page: a new version of their row, which the lender's files do not undo unless
// they say something new.
func (s *Store) Choose(ctx context.Context, b ledger.BorrowerID, c Choice, at time.Time) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		var fact, known int64
		var wish, language string
		if err := tx.QueryRowContext(ctx, `SELECT f.id, f.known_at, f.wish, f.language FROM borrower b JOIN borrower_fact f ON f.id = b.fact WHERE b.id = ?`,
			b).Scan(&fact, &known, &wish, &language); err != nil {
			return wrap(err)
		}
		now, lang := max(millis(at), known+1), cmp.Or(c.Language, language)
		// What the file said is what it said before the first choice.
		fileWish, fileLanguage := wish, language
		err := tx.QueryRowContext(ctx, `SELECT file_wish, file_language FROM own_wish WHERE borrower = ? ORDER BY known_at DESC LIMIT 1`, b).Scan(&fileWish, &fileLanguage)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return wrap(err)
		}
		for _, step := range []struct {
			query string
			args  []any
		}{
			{
				`INSERT INTO own_wish (borrower, known_at, wish, language, file_wish, file_language) VALUES (?, ?, ?, ?, ?, ?)`,
				[]any{b, now, wishText(c.Wish), lang, fileWish, fileLanguage},
			},
			{`INSERT INTO borrower_fact (id, borrower, known_at, source, digest, language, zone, country, region, locality, age, phone_kind, address, wish)
				SELECT (SELECT max(id) + 1 FROM borrower_fact), borrower, ?, source, digest, ?, zone, country, region, locality, age, phone_kind, address, ?
				FROM borrower_fact WHERE id = ?`, []any{now, lang, wishText(c.Wish), fact}},
			{`INSERT INTO sealed_borrower (id, box) SELECT (SELECT max(id) FROM borrower_fact WHERE borrower = ?), box FROM sealed_borrower WHERE id = ?`, []any{b, fact}},
			{`UPDATE borrower SET fact = (SELECT max(id) FROM borrower_fact WHERE borrower = ?) WHERE id = ?`, []any{b, b}},
			{`UPDATE person SET turn = turn + 1 WHERE id = (SELECT person FROM borrower WHERE id = ?)`, []any{b}},
			{anew + `WHERE loan IN (SELECT id FROM loan WHERE borrower = ?)`, []any{b}},
		} {
			if _, err := tx.ExecContext(ctx, step.query, step.args...); err != nil {
				return wrap(err)
			}
		}
		return nil
	})
}

// chosen puts what borrowers chose at the page in the place of what the file says, unless the file says something new.
func (m *merge) chosen() {
	if !m.any(`own_wish`) {
		return
	}
	m.exec(`UPDATE in_borrower SET
			wish = CASE WHEN in_borrower.wished = 1 AND in_borrower.wish <> o.file_wish THEN in_borrower.wish ELSE o.wish END, wished = 1,
			language = CASE WHEN in_borrower.language <> o.file_language THEN in_borrower.language ELSE o.language END
		FROM own_wish o JOIN borrower b ON b.id = o.borrower
		WHERE b.portfolio = ? AND b.ref = in_borrower.ref AND o.known_at = (SELECT max(known_at) FROM own_wish w WHERE w.borrower = o.borrower)`, m.o.Portfolio.ID)
}
