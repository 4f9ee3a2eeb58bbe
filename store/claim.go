package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A Waiting is a message that nobody has handed over.
type Waiting struct {
	ID        outbox.MessageID
	Batch     int64
	Try       int // the number that the next fence takes, from 1
	Person    ledger.PersonID
	Portfolio int64
	Borrower  ledger.BorrowerID
	Loan      ledger.LoanID
	Stage     string
	Treatment int
	Episode   ledger.Date
	Edition   int64
	Carrier   string
	NotAfter  time.Time
}

// A Claim is a span of messages that a worker has looked at and may take: from a batch, by moving its cursor,
// or from those put off, by deleting their rows. Both happen in the transaction that commits the fences.
type Claim struct {
	Batch    int64 // 0 means a claim of put-off messages
	From, To int   // the cursor's move
	Messages []Waiting
}

// Due returns the next messages whose hour has come at now, of one portfolio and at most limit of them,
// put-off ones first; skip passes over so many open batches, so that workers side by side do not all reach for
// the same. An empty claim means that nothing is due.
func (s *Store) Due(ctx context.Context, portfolio int64, now time.Time, limit, skip int) (Claim, error) {
	return s.DueAfter(ctx, portfolio, now, limit, skip, nil)
}

// DueAfter is Due as if a claim of a batch were taken already, which may be being committed meanwhile; nil is
// none. If that claim is lost, so is the one that is returned.
func (s *Store) DueAfter(ctx context.Context, portfolio int64, now time.Time, limit, skip int, taken *Claim) (Claim, error) {
	var c Claim
	err := s.look(ctx, func(tx *sql.Tx, on direct) error {
		if err := s.dueAgain(ctx, tx, on, &c, anybody, portfolio, now, limit); err != nil || len(c.Messages) > 0 {
			return err
		}
		if skip > 0 {
			if err := s.dueBatch(ctx, on, &c, portfolio, now, limit, skip, taken); err != nil || c.Batch != 0 {
				return err
			}
		}
		return s.dueBatch(ctx, on, &c, portfolio, now, limit, 0, taken)
	})
	return c, err
}

const waitingColumns = `m.id, m.batch, m.person, m.portfolio, m.borrower, m.loan, m.stage, m.treatment, m.episode, b.edition, b.carrier`

func (w *Waiting) fields() []any {
	return []any{&w.ID, &w.Batch, &w.Person, &w.Portfolio, &w.Borrower, &w.Loan, &w.Stage, &w.Treatment, &w.Episode, &w.Edition, &w.Carrier}
}

func somePutOff(now time.Time) statement {
	return say(`SELECT 1 FROM requeue WHERE not_before <= ? LIMIT 1`, millis(now))
}

func (s *Store) dueAgain(ctx context.Context, tx *sql.Tx, on direct, c *Claim, h Holder, portfolio int64, now time.Time, limit int) error {
	// Mostly nothing was put off, and to find that out by the join below costs more than reading a message.
	some := false
	early := somePutOff(now)
	if err := on.ask(ctx, early.query, early.args, func(row) error { some = true; return nil }); err != nil || !some {
		return err
	}
	cond, args := h.free("q")
	st, err := s.reads.in(ctx, tx, putOff(cond))
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, append(append([]any{millis(now), millis(now), portfolio}, args...), limit)...)
	if err != nil {
		return wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var w Waiting
		if err := rows.Scan(append(w.fields(), (*msTime)(&w.NotAfter), &w.Try)...); err != nil {
			return wrap(err)
		}
		c.Messages = append(c.Messages, w)
	}
	return wrap(rows.Err())
}

// putOff reads what was put off and is due, under one more condition. See atMost.
func putOff(cond string) string {
	return `SELECT ` + waitingColumns + `, q.not_after,
		(SELECT count(*) FROM fence f WHERE f.id BETWEEN m.id<<3 AND m.id<<3|7) + 1
		FROM requeue q JOIN message m ON m.id = q.message JOIN batch b ON b.id = m.batch
		WHERE q.not_before <= ? AND q.not_after > ? AND m.portfolio = ?` + cond + ` ORDER BY b.urgency DESC, q.not_before, q.message` + atMost
}

// atMost is LIMIT ? for a statement that is kept and runs often. SQLite looks at a bare bound limit when it plans, so that each run with
// a limit bound anew reads the statement's text and plans again, which takes longer than most of them; it does not look into a CAST.
const atMost = ` LIMIT CAST(? AS BIGINT)`

func (s *Store) dueBatch(ctx context.Context, on direct, c *Claim, portfolio int64, now time.Time, limit, skip int, taken *Claim) error {
	var first, count int64
	w := Waiting{Portfolio: portfolio}
	var args values
	args.int(millis(now)).int(millis(now)).int(portfolio).int(int64(skip))
	err := on.ask(ctx, `SELECT id, first, count, next, not_after, edition, carrier FROM batch
		WHERE next < count AND not_before <= ? AND not_after > ? AND portfolio = ? ORDER BY urgency DESC, not_before, id LIMIT 1 OFFSET ?`, &args, func(r row) error {
		c.Batch, first, count, c.From, w.NotAfter = r.int(0), r.int(1), r.int(2), int(r.int(3)), instant(r.int(4))
		w.Edition, w.Carrier = r.int(5), string(r.bytes(6))
		return nil
	})
	if err != nil || c.Batch == 0 {
		return err
	}
	if taken != nil && taken.Batch == c.Batch {
		if c.From = max(c.From, taken.To); c.From >= int(count) {
			*c = Claim{}
			return s.dueBatch(ctx, on, c, portfolio, now, limit, skip+1, nil)
		}
	}
	return readBatch(ctx, on, c, w, first, count, limit)
}

// readBatch reads the messages of a claim from its cursor on. w is what all have in common.
func readBatch(ctx context.Context, on direct, c *Claim, w Waiting, first, count int64, limit int) error {
	w.Try = 1 // the stage is that of the message before
	c.To = min(c.From+limit, int(count))
	var args values
	args.int(first + int64(c.From)).int(first + int64(c.To) - 1)
	c.Messages = make([]Waiting, 0, c.To-c.From)
	return on.ask(ctx, `SELECT id, batch, person, borrower, loan, stage, treatment, episode FROM message WHERE id BETWEEN ? AND ? ORDER BY id`, &args, func(r row) error {
		if b := r.bytes(5); string(b) != w.Stage {
			w.Stage = string(b)
		}
		w.ID, w.Batch, w.Person = outbox.MessageID(r.int(0)), r.int(1), ledger.PersonID(r.int(2))
		w.Borrower, w.Loan, w.Treatment, w.Episode = ledger.BorrowerID(r.int(3)), ledger.LoanID(r.int(4)), int(r.int(6)), ledger.Date(r.int(7))
		c.Messages = append(c.Messages, w)
		return nil
	})
}

// NextDue returns when the next message of the portfolio may be handed over, zero when none waits.
func (s *Store) NextDue(ctx context.Context, portfolio int64) (time.Time, error) {
	var ms sql.NullInt64
	err := s.read.QueryRowContext(ctx, `SELECT min(t) FROM (
		SELECT min(not_before) AS t FROM batch WHERE next < count AND portfolio = ?
		UNION ALL SELECT min(q.not_before) FROM requeue q CROSS JOIN message m WHERE m.id = q.message AND m.portfolio = ?) d`,
		portfolio, portfolio).Scan(&ms)
	return instant(ms.Int64), wrap(err)
}

// A Recipient is what compose and dispatch need of a borrower, opened from its seal. It is the only way from
// the store to a number, and it leads to a borrower's own.
type Recipient struct {
	Name  string
	Phone string // E.164
	Title string
	// Proves says that something is known by which they can prove at the borrower's page who they are; see Provers.
	Proves bool
}

// Recipients opens the sealed rows of the facts asked for.
func (s *Store) Recipients(ctx context.Context, portfolio string, borrowers []BorrowerFacts) (map[ledger.BorrowerID]Recipient, error) {
	byFact := make(map[int64]*BorrowerFacts, len(borrowers))
	facts := make([]int64, len(borrowers))
	for i := range borrowers {
		facts[i] = borrowers[i].Fact
		byFact[facts[i]] = &borrowers[i]
	}
	out := make(map[ledger.BorrowerID]Recipient, len(borrowers))
	var args values
	query := `SELECT id, box FROM sealed_borrower WHERE ` + among("id", facts, &args)
	var open opener
	err := s.glance(ctx, func(on direct) error {
		return on.ask(ctx, query, &args, func(r row) error {
			b := byFact[r.int(0)]
			if b == nil {
				return nil // one between them
			}
			p, err := open.person(s.keys, portfolio, b.Ref, r.bytes(1))
			out[b.ID] = Recipient{Name: p.Name, Phone: p.Phone, Title: p.Title}
			return err
		})
	})
	return out, err
}
