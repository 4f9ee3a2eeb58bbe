package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// An Erasing is what stands in the way of a person's erasure, and from when the keeping of their records counts.
type Erasing struct {
	Portfolios []int64
	Hold       bool     // a legal hold is on the person: nothing may go
	Open       []string // the lender's keys of loans that are not closed
	Waiting    int64    // messages that are not handed over yet, or whose outcome is not known
	Desk       int64    // what a person still has to look at
	Record     time.Time
	Contact    time.Time // of the last contact; zero: there was none
	Settled    time.Time // when the last loan was closed; zero: there is none
	Asked      time.Time // when it was asked for last; zero: never
	KeepUntil  time.Time // of that: until when records are kept
	Done       time.Time // when it was done; zero: not yet
}

// Erasing returns what is to be known before a person is erased at an instant.
func (s *Store) Erasing(ctx context.Context, p ledger.PersonID, now time.Time) (e Erasing, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		e, err = erasing(ctx, tx, p, now)
		return err
	})
	return e, err
}

func erasing(ctx context.Context, tx *sql.Tx, p ledger.PersonID, now time.Time) (e Erasing, err error) {
	if e.Portfolios, err = column[int64](ctx, tx, `SELECT DISTINCT portfolio FROM borrower WHERE person = ? ORDER BY 1`, p); err != nil {
		return e, err
	}
	if len(e.Portfolios) == 0 {
		return e, ErrNotFound
	}
	if e.Open, err = column[string](ctx, tx, `SELECT l.ref FROM loan l JOIN borrower b ON b.id = l.borrower JOIN loan_fact f ON f.loan = l.id
		WHERE b.person = ? AND f.known_at = (SELECT max(known_at) FROM loan_fact x WHERE x.loan = l.id) AND (f.closed_on = 0 OR f.closed_on > ?) ORDER BY 1`,
		p, int64(ledger.Day(now.UTC()))+1); err != nil {
		return e, err
	}
	var settled int64
	err = errors.Join(
		scan(ctx, tx, &e.Hold, `SELECT EXISTS (SELECT 1 FROM state WHERE person = ? AND kind = ? AND gone_at = 0 AND (until = 0 OR until > ?))`, p, HoldState, millis(now)),
		scan(ctx, tx, &e.Waiting, `SELECT count(*) FROM message_state WHERE person = ? AND state IN ('waiting', 'fenced', 'unknown')`, p),
		scan(ctx, tx, &e.Desk, `SELECT count(*) FROM desk WHERE person = ? AND open = 1`, p),
		scan(ctx, tx, (*msTime)(&e.Record), `SELECT coalesce(max(planned_on), 0) * 86400000 FROM message WHERE person = ?`, p),
		scan(ctx, tx, (*msTime)(&e.Contact), `SELECT coalesce(max(at), 0) FROM contact WHERE subject = CAST(? AS BIGINT) << 8`, p),
		scan(ctx, tx, &settled, `SELECT coalesce(max(f.closed_on), 0) FROM loan l JOIN borrower b ON b.id = l.borrower JOIN loan_fact f ON f.loan = l.id WHERE b.person = ?`, p),
	)
	if settled != 0 {
		e.Settled = ledger.Date(settled).At(0, 0, time.UTC)
	}
	if err != nil {
		return e, err
	}
	err = tx.QueryRowContext(ctx, `SELECT asked_at, keep_until, done_at FROM erasure WHERE person = ? ORDER BY id DESC LIMIT 1`, p).
		Scan((*msTime)(&e.Asked), (*msTime)(&e.KeepUntil), (*msTime)(&e.Done))
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return e, wrap(err)
}

func scan(ctx context.Context, tx *sql.Tx, to any, query string, args ...any) error {
	return wrap(tx.QueryRowContext(ctx, query, args...).Scan(to))
}

// An Erased is how many rows of a table an erasure emptied, deleted or left.
type Erased struct {
	Table        string
	Goes, Stays  int64
	Later        int64 // go when the records need not be kept any more
	Why          string
	KeepsRecords bool // it is of the records that rules of law want kept
}

// records are what rules of record keeping are about: what was said, and to whom.
var records = map[string]bool{
	"sealed_text": true, "sealed_reply": true, "sealed_borrower": true, "sealed_state": true, "state": true,
	"event_out": true, "hook_event": true, "sealed_answer": true, "find_key": true, "find_tail": true,
}

// EraseCount counts what an erasure would do now; later says that records are still to be kept.
func (s *Store) EraseCount(ctx context.Context, p ledger.PersonID, now time.Time, later bool) (out []Erased, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		w := whose{person: p, now: millis(now)}
		out = nil
		for i := range traces {
			t := &traces[i]
			if t.of == "" {
				continue
			}
			one := Erased{Table: t.table, Why: t.why, KeepsRecords: records[t.table]}
			from, of := t.table, t.of
			if from == "sealed_text" {
				from, of = "fence", ofTexts+`fence.id >> 3)` // texts lie on sheets with those of others
			}
			cond, args := w.bind(of)
			var n int64
			if err := scan(ctx, tx, &n, `SELECT count(*) FROM `+from+` WHERE `+cond, args...); err != nil {
				return err
			}
			switch {
			case t.fate == stays:
				one.Stays = n
			case later && records[t.table]:
				one.Later = n
			default:
				one.Goes = n
			}
			if n > 0 {
				out = append(out, one)
			}
		}
		return nil
	})
	return out, err
}

// ErrNotNow says that a person may not be erased now.
var ErrNotNow = errors.New("store: this person may not be erased now: a legal hold, a loan that is open, or something under way")

// Erase erases a person: at once what no rule wants kept, and where keep is not zero the records later, when it is over. It looks again at what
// stands in the way, in the transaction that erases. What was done is audited, by number.
func (s *Store) Erase(ctx context.Context, p ledger.PersonID, keep time.Time, who string, now time.Time) error {
	later := keep.After(now)
	return s.update(ctx, func(tx *sql.Tx) error {
		e, err := erasing(ctx, tx, p, now)
		if err != nil {
			return err
		}
		if e.Hold || len(e.Open) > 0 || e.Waiting > 0 || e.Desk > 0 {
			return ErrNotNow
		}
		t := talk{ctx, tx}
		w := whose{person: p, now: millis(now)}
		for i := range traces {
			if records[traces[i].table] && later {
				continue
			}
			if err := s.wipe(&t, &traces[i], &w); err != nil {
				return err
			}
		}
		until, done, what := int64(0), millis(now), "erased"
		if later {
			until, done, what = millis(keep), 0, "erasure_begun"
		} else if err := wipeFacts(&t, p); err != nil {
			return err
		}
		if err := t.exec(`UPDATE erasure SET keep_until = ?, done_at = ? WHERE person = ? AND done_at = 0`, until, done, p); err != nil {
			return err
		}
		if e.Asked.IsZero() || !e.Done.IsZero() {
			if err := t.exec(`INSERT INTO erasure (person, asked_at, who, keep_until, done_at) VALUES (?, ?, ?, ?, ?)`, p, millis(now), who, until, done); err != nil {
				return err
			}
		}
		if err := t.turn(p); err != nil {
			return err
		}
		_, err = s.deed(ctx, tx, Deed{At: now, Who: who, What: what, Subject: "person " + PersonRef(p)})
		return err
	})
}

// wipe does to the rows of one table what the erasure does.
func (s *Store) wipe(t *talk, tr *trace, w *whose) error {
	cond, args := w.bind(tr.of)
	switch tr.fate {
	case stays:
		return nil
	case goes:
		return t.exec(`DELETE FROM `+tr.table+` WHERE `+cond, args...)
	case empties:
	}
	switch tr.table {
	case "sealed_text":
		messages, err := column[outbox.MessageID](t.ctx, t.tx, `SELECT id FROM message WHERE person = ?`, w.person)
		for i := 0; err == nil && i < len(messages); i++ {
			err = s.keys.emptyTexts(t.ctx, t.tx, messages[i])
		}
		return err
	case "sealed_reply":
		return s.empty(t, `SELECT reply FROM sealed_reply WHERE `+cond, args, `UPDATE sealed_reply SET box = ? WHERE reply = ?`, "reply/")
	case "sealed_state":
		digests, err := column[[]byte](t.ctx, t.tx, `SELECT digest FROM sealed_state WHERE `+cond, args...)
		for _, d := range digests {
			var box []byte
			if box, err = s.keys.sealState(d, sealedState{}); err == nil {
				err = t.exec(`UPDATE sealed_state SET box = ? WHERE digest = ?`, box, d)
			}
			if err != nil {
				return err
			}
		}
		return err
	}
	return s.emptyNames(t, w.person)
}

// empty seals nothing in the place of texts.
func (s *Store) empty(t *talk, find string, args []any, put, aad string) error {
	ids, err := column[int64](t.ctx, t.tx, find, args...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		box, err := s.keys.sealBox(aad+strconv.FormatInt(id, 10), nil)
		if err == nil {
			err = t.exec(put, box, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// emptyNames seals nobody in the place of the borrower of each version.
func (s *Store) emptyNames(t *talk, p ledger.PersonID) error {
	type version struct {
		fact           int64
		portfolio, ref string
	}
	var all []version
	rows, err := t.tx.QueryContext(t.ctx, `SELECT f.id, p.ref, b.ref FROM borrower b JOIN portfolio p ON p.id = b.portfolio
		JOIN borrower_fact f ON f.borrower = b.id WHERE b.person = ?`, p)
	if err != nil {
		return wrap(err)
	}
	for rows.Next() && err == nil {
		var v version
		err = rows.Scan(&v.fact, &v.portfolio, &v.ref)
		all = append(all, v)
	}
	if err = errors.Join(wrap(err), wrap(rows.Err()), wrap(rows.Close())); err != nil {
		return err
	}
	for _, v := range all {
		box, err := s.keys.sealPerson(v.portfolio, v.ref, sealedPerson{})
		if err == nil {
			err = t.exec(`UPDATE sealed_borrower SET box = ? WHERE id = ?`, box, v.fact)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wipeFacts takes from the rows that stay what could tell who they are of. A version's digest goes, so that the same row is taken in anew
// if the lender sends it again; what a stop is known by stays: the keyed hashes of the person and of the numbers.
func wipeFacts(t *talk, p ledger.PersonID) error {
	return errors.Join(
		t.exec(`UPDATE borrower_fact SET digest = x'', age = 0, wish = '' WHERE borrower IN (SELECT id FROM borrower WHERE person = ?)`, p),
		t.exec(`UPDATE reply SET address = x'', sender = 0 WHERE person = ?`, p),
	)
}

// Erasures returns the persons whose records need not be kept any more at an instant, and are not erased yet.
func (s *Store) Erasures(ctx context.Context, now time.Time) (out []ledger.PersonID, err error) {
	err = s.view(ctx, func(tx *sql.Tx) error {
		out, err = column[ledger.PersonID](ctx, tx, `SELECT DISTINCT person FROM erasure WHERE done_at = 0 AND keep_until <= ? ORDER BY 1`, millis(now))
		return err
	})
	return out, err
}

// Erased returns when the erasure of a person was asked for last, and when it was done; zero: it was not.
func (s *Store) Erased(ctx context.Context, p ledger.PersonID) (asked, done time.Time, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT asked_at, done_at FROM erasure WHERE person = ? ORDER BY id DESC LIMIT 1`, p).
		Scan((*msTime)(&asked), (*msTime)(&done))
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return asked, done, wrap(err)
}
