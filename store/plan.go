package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A Planned is one intent to store.
type Planned struct {
	Person    ledger.PersonID
	Borrower  ledger.BorrowerID
	Loan      ledger.LoanID // the loan that leads
	Stage     string
	Treatment int
	Episode   ledger.Date
}

// A Batch is messages of one window, in the order of persons.
type Batch struct {
	Carrier   string
	NotBefore time.Time
	NotAfter  time.Time // from here on they are stale
	Urgent    bool      // they are not to wait behind routine
	Messages  []Planned
}

// A Task is work for a person.
type Task struct {
	Planned
	Kind string // "call", "visit", "letter", "review"
}

// PersonDecision is a decision about one person, stored because it differs from the last.
type PersonDecision struct {
	Person ledger.PersonID
	Ruling int  // index into PlanPage.Rulings
	Before bool // a decision of a later instant is stored already
}

// A PlanPage is a bounded piece of a plan, stored in one transaction.
type PlanPage struct {
	Portfolio int64
	Edition   int64
	At        time.Time
	On        ledger.Date
	Batches   []Batch
	Tasks     []Task
	Rulings   []Ruling // those that the decisions give, each once
	Decisions []PersonDecision
	Holdout   []Assigned // assignments made now
}

// An Assigned is a person's place in or out of the holdout, drawn once.
type Assigned struct {
	Person ledger.PersonID
	Held   bool
}

// SavePlan stores a page of a plan. An intent that exists is not stored again, so that a plan made twice is the
// same plan. It returns how many messages and tasks were new.
func (s *Store) SavePlan(ctx context.Context, p *PlanPage) (messages, tasks int64, err error) {
	if err := s.MakeMonth(ctx, monthOf(p.On)); err != nil {
		return 0, 0, err
	}
	err = s.update(ctx, func(tx *sql.Tx) error {
		w := planWriter{ctx: ctx, tx: tx, kept: s.writes, p: p, portfolio: p.Portfolio, edition: p.Edition, at: millis(p.At), on: int64(p.On)}
		for i := range p.Batches {
			n, err := w.batch(&p.Batches[i])
			if err != nil {
				return err
			}
			messages += n
		}
		if tasks, err = w.tasks(); err != nil {
			return err
		}
		return w.decisions()
	})
	return messages, tasks, err
}

// A planWriter stores a page. What stands in every row of it is boxed for the driver once.
type planWriter struct {
	ctx  context.Context
	tx   *sql.Tx
	kept *statements
	p    *PlanPage

	portfolio, edition, at, on any
}

// bulk is newBulk with statements that are kept: parsing one of a hundred rows costs as much as running it.
func (w *planWriter) bulk(head, tail string, cols int) *bulk {
	b := newBulk(w.ctx, w.tx, head, tail, cols)
	b.kept = w.kept
	return b
}

func (w *planWriter) batch(b *Batch) (int64, error) {
	ctx, tx, p := w.ctx, w.tx, w.p
	var last sql.NullInt64
	from := outbox.FirstOf(monthOf(p.On)) // of the day, so that what is planned twice on it is found in one part
	to := outbox.FirstOf(from.Month().AddDate(0, 1, 0))
	if err := tx.QueryRowContext(ctx, `SELECT max(first + count - 1) FROM batch WHERE first >= ? AND first < ?`,
		from, to).Scan(&last); err != nil {
		return 0, wrap(err)
	}
	first := from + 1
	if last.Valid {
		first = outbox.MessageID(last.Int64) + 1
	}
	if first+outbox.MessageID(len(b.Messages)) >= to {
		return 0, fmt.Errorf("store: the numbers of %s are used up", from.Month().Format("2006-01"))
	}
	var batch int64
	if err := tx.QueryRowContext(ctx, `INSERT INTO batch (portfolio, edition, carrier, planned_at, not_before, not_after, first, count, urgency)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, p.Portfolio, p.Edition, b.Carrier, millis(p.At), millis(b.NotBefore), millis(b.NotAfter), first, len(b.Messages), b.Urgent).Scan(&batch); err != nil {
		return 0, wrap(err)
	}
	in := w.bulk(`INSERT INTO message (id, batch, person, portfolio, borrower, loan, stage, treatment, episode, planned_on) VALUES `,
		` ON CONFLICT DO NOTHING`, 10)
	boxed := any(batch)
	for i := range b.Messages {
		m := &b.Messages[i]
		if err := in.add(int64(first)+int64(i), boxed, int64(m.Person), w.portfolio, int64(m.Borrower), int64(m.Loan), m.Stage, int64(m.Treatment),
			int64(m.Episode), w.on); err != nil {
			return 0, err
		}
	}
	err := in.close()
	return in.changed, err
}

func (w *planWriter) tasks() (int64, error) {
	if len(w.p.Tasks) == 0 {
		return 0, nil
	}
	var heard bool
	var last int64
	if err := w.tx.QueryRowContext(w.ctx, `SELECT EXISTS (SELECT 1 FROM hook), coalesce((SELECT max(id) FROM task), 0)`).Scan(&heard, &last); err != nil {
		return 0, wrap(err)
	}
	in := w.bulk(`INSERT INTO task (portfolio, person, borrower, loan, kind, stage, treatment, episode, made_on, made_at) VALUES `,
		` ON CONFLICT DO NOTHING`, 10)
	for i := range w.p.Tasks {
		t := &w.p.Tasks[i]
		if err := in.add(w.portfolio, int64(t.Person), int64(t.Borrower), int64(t.Loan), t.Kind, t.Stage, int64(t.Treatment), int64(t.Episode),
			w.on, w.at); err != nil {
			return 0, err
		}
	}
	err := in.close()
	if err == nil && heard && in.changed > 0 { // no trigger does it: a book of millions where nobody listens is not to pay for it
		_, err = w.tx.ExecContext(w.ctx, `INSERT INTO event_out (of, row_id, at, portfolio, person, borrower)
			SELECT 'task', id, made_at, portfolio, person, borrower FROM task WHERE id > ? ORDER BY id`, last)
	}
	return in.changed, wrap(err)
}

func (w *planWriter) decisions() error {
	ids, err := rulingIDs(w.ctx, w.tx, w.p.Rulings)
	if err != nil {
		return err
	}
	rulings := make([]any, len(ids))
	for i, id := range ids {
		rulings[i] = id
	}
	const columns = ` (portfolio, person, at, edition, ruling) VALUES `
	latest := w.bulk(`INSERT INTO decision`+columns, ` ON CONFLICT (portfolio, person) DO UPDATE SET at = excluded.at,
		edition = excluded.edition, ruling = excluded.ruling`, 5)
	before := w.bulk(`INSERT INTO decision_before`+columns, ` ON CONFLICT (portfolio, person, at) DO UPDATE SET
		edition = excluded.edition, ruling = excluded.ruling`, 5)
	for _, d := range w.p.Decisions {
		in := latest
		if d.Before {
			in = before
		}
		if err := in.add(w.portfolio, int64(d.Person), w.at, w.edition, rulings[d.Ruling]); err != nil {
			return err
		}
	}
	return errors.Join(latest.close(), before.close(), w.holdout())
}

// rulingIDs returns the numbers of rulings, of which new ones are stored.
func rulingIDs(ctx context.Context, tx *sql.Tx, rulings []Ruling) ([]int64, error) {
	ids := make([]int64, len(rulings))
	for i, r := range rulings {
		args := []any{r.Action, r.Stage, r.Treatment, r.Rule, r.Reason}
		find := func() error {
			return tx.QueryRowContext(ctx, `SELECT id FROM ruling WHERE action = ? AND stage = ? AND treatment = ? AND rule = ? AND reason = ?`,
				args...).Scan(&ids[i])
		}
		err := find()
		if errors.Is(err, sql.ErrNoRows) {
			if _, err = tx.ExecContext(ctx, `INSERT OR IGNORE INTO ruling (action, stage, treatment, rule, reason) VALUES (?, ?, ?, ?, ?)`,
				args...); err == nil {
				err = find()
			}
		}
		if err != nil {
			return nil, wrap(err)
		}
	}
	return ids, nil
}

// rulings returns every ruling by its number.
func rulings(ctx context.Context, tx *sql.Tx) (map[int64]Ruling, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, action, stage, treatment, rule, reason FROM ruling`)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	all := map[int64]Ruling{}
	for rows.Next() {
		var id int64
		var r Ruling
		if err := rows.Scan(&id, &r.Action, &r.Stage, &r.Treatment, &r.Rule, &r.Reason); err != nil {
			return nil, wrap(err)
		}
		all[id] = r
	}
	return all, wrap(rows.Err())
}

func (w *planWriter) holdout() error {
	held := w.bulk(`INSERT INTO holdout (person, portfolio, held, at) VALUES `, ` ON CONFLICT DO NOTHING`, 4)
	for _, a := range w.p.Holdout {
		if err := held.add(int64(a.Person), w.portfolio, a.Held, w.at); err != nil {
			return err
		}
	}
	return held.close()
}
