package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// A RowKind is a kind of rows that go when nobody has to keep them any more, beside messages, which go by months (Retain).
type RowKind string

// The kinds.
const (
	ReplyWords RowKind = "replies"   // what people wrote; that somebody wrote, when, and what it was read as stays
	Decisions  RowKind = "decisions" // why somebody was or was not contacted, but for the present decision
	PageVisits RowKind = "page"      // codes and links that have run out, and what happened at the page by them
)

// RowKinds are all of them.
var RowKinds = []RowKind{ReplyWords, Decisions, PageVisits}

// A keeping is where the rows of a kind lie: their key in a, b and c, their person, portfolio and time; and what deletes one by its key.
type keeping struct {
	rows   string
	delete []deletion
}

// A deletion is a statement and how many columns of the key it takes.
type deletion struct {
	query string
	takes int
}

var rowKinds = map[RowKind]keeping{
	ReplyWords: {
		rows: `SELECT y.id AS a, 0 AS b, 0 AS c, y.person, y.portfolio, y.at FROM sealed_reply s JOIN reply y ON y.id = s.reply
			WHERE NOT EXISTS (SELECT 1 FROM desk d WHERE d.reply = y.id AND d.open = 1)`,
		delete: []deletion{{`DELETE FROM sealed_reply WHERE reply = ?`, 1}},
	},
	Decisions: {
		rows:   `SELECT d.portfolio AS a, d.person AS b, d.at AS c, d.person, d.portfolio, d.at FROM decision_before d`,
		delete: []deletion{{`DELETE FROM decision_before WHERE portfolio = ? AND person = ? AND at = ?`, 3}},
	},
	PageVisits: {
		rows: `SELECT k.id AS a, 0 AS b, 0 AS c, b.person, k.portfolio, k.ends_at AS at FROM portal_key k JOIN borrower b ON b.id = k.borrower`,
		delete: []deletion{
			{`DELETE FROM portal_session WHERE portal_key = ?`, 1}, {`DELETE FROM portal_event WHERE portal_key = ?`, 1}, {`DELETE FROM portal_key WHERE id = ?`, 1},
		},
	},
}

// unkept returns the condition that nobody has to keep a row r: it is older than each of the keeps of its portfolio says, and its person is under no
// legal hold. A portfolio without a Keep keeps everything.
func unkept(portfolio int64, now time.Time, keeps []Keep) (string, []any) {
	cond := `r.portfolio = ? AND NOT EXISTS (SELECT 1 FROM state h WHERE h.person = r.person AND h.kind = ? AND h.gone_at = 0 AND (h.until = 0 OR h.until > ?))`
	args := []any{portfolio, HoldState, millis(now)}
	none := true
	for _, k := range keeps {
		if k.Portfolio != portfolio {
			continue
		}
		none = false
		since := now.UTC().AddDate(0, -k.Months, 0)
		cond += ` AND r.at < ?` // whatever it counts from, the record itself is never younger
		args = append(args, millis(since))
		switch k.After {
		case "last_contact":
			cond += ` AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.subject = r.person << 8 AND c.at > ?)`
			args = append(args, millis(since))
		case "settled":
			cond += ` AND NOT EXISTS (SELECT 1 FROM standing l WHERE l.person = r.person AND l.portfolio = r.portfolio AND (l.closed_on = 0 OR l.closed_on > ?))`
			args = append(args, int64(ledger.Day(since)))
		}
	}
	if none {
		cond += ` AND 1 = 0`
	}
	return cond, args
}

// RowsToGo counts the rows of a kind in a portfolio that nobody has to keep at now.
func (s *Store) RowsToGo(ctx context.Context, kind RowKind, portfolio int64, now time.Time, keeps []Keep) (n int64, err error) {
	cond, args := unkept(portfolio, now, keeps)
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM (`+rowKinds[kind].rows+`) r WHERE `+cond, args...).Scan(&n)
	return n, wrap(err)
}

// RetainRows gives them up, some thousands in a transaction, and keeps in the audit who had it done and how many went. It returns how many.
func (s *Store) RetainRows(ctx context.Context, kind RowKind, portfolio int64, now time.Time, keeps []Keep, who string) (gone int64, err error) {
	cond, args := unkept(portfolio, now, keeps)
	for n := int64(deletedAtOnce); n == deletedAtOnce && err == nil; gone += n {
		err = s.update(ctx, func(tx *sql.Tx) error {
			n = 0
			rows, err := tx.QueryContext(ctx, `SELECT r.a, r.b, r.c FROM (`+rowKinds[kind].rows+`) r WHERE `+cond+` ORDER BY r.a, r.b, r.c LIMIT ?`,
				append(append([]any{}, args...), deletedAtOnce)...)
			if err != nil {
				return wrap(err)
			}
			doomed, err := triples(rows)
			if err != nil || len(doomed) == 0 {
				return err
			}
			for _, d := range doomed {
				for _, q := range rowKinds[kind].delete {
					if _, err := tx.ExecContext(ctx, q.query, d[:q.takes]...); err != nil {
						return wrap(err)
					}
				}
			}
			n = int64(len(doomed))
			_, err = s.deed(ctx, tx, Deed{At: now, Who: who, What: "retained", Portfolio: portfolio, Subject: fmt.Sprintf("%s %d", kind, n)})
			return err
		})
		if err != nil {
			return gone, err
		}
	}
	return gone, err
}

func triples(rows *sql.Rows) (out [][]any, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var a, b, c int64
		if err := rows.Scan(&a, &b, &c); err != nil {
			return nil, wrap(err)
		}
		out = append(out, []any{a, b, c})
	}
	return out, wrap(rows.Err())
}
