package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A Document is a text that decided something: a strategy, a rulebook, a set of templates.
type Document struct {
	Kind   string
	Name   string
	Digest string // SHA-256, hex
	Body   []byte
}

// Edition keeps documents as they were when they decided, and returns the number of their combination. Equal
// documents give the same number again.
func (s *Store) Edition(ctx context.Context, portfolio int64, now time.Time, docs []Document) (int64, error) {
	digests := map[string]string{}
	for _, d := range docs {
		digests[d.Kind+"/"+d.Name] = d.Digest
	}
	combination, err := json.Marshal(digests) // sorted by key
	if err != nil {
		return 0, wrap(err)
	}
	var id int64
	err = s.update(ctx, func(tx *sql.Tx) error {
		for _, d := range docs {
			if _, err := tx.ExecContext(ctx, `INSERT INTO document (digest, kind, name, known_at, body) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT DO NOTHING`, d.Digest, d.Kind, d.Name, millis(now), d.Body); err != nil {
				return wrap(err)
			}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO edition (portfolio, known_at, digests) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			portfolio, millis(now), string(combination)); err != nil {
			return wrap(err)
		}
		return wrap(tx.QueryRowContext(ctx, `SELECT id FROM edition WHERE portfolio = ? AND digests = ?`,
			portfolio, string(combination)).Scan(&id))
	})
	return id, err
}

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
	err = s.update(ctx, func(tx *sql.Tx) error {
		for i := range p.Batches {
			n, err := saveBatch(ctx, tx, p, &p.Batches[i])
			if err != nil {
				return err
			}
			messages += n
		}
		if tasks, err = saveTasks(ctx, tx, p); err != nil {
			return err
		}
		return saveDecisions(ctx, tx, p)
	})
	return messages, tasks, err
}

func saveBatch(ctx context.Context, tx *sql.Tx, p *PlanPage, b *Batch) (int64, error) {
	var last sql.NullInt64
	from := outbox.FirstOf(p.At)
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
	if err := tx.QueryRowContext(ctx, `INSERT INTO batch (portfolio, edition, carrier, planned_at, not_before, not_after, first, count)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, p.Portfolio, p.Edition, b.Carrier, millis(p.At), millis(b.NotBefore), millis(b.NotAfter), first, len(b.Messages)).Scan(&batch); err != nil {
		return 0, wrap(err)
	}
	in := newBulk(ctx, tx, `INSERT INTO message (id, batch, person, portfolio, borrower, loan, stage, treatment, episode, planned_on) VALUES `,
		` ON CONFLICT DO NOTHING`, 10)
	for i, m := range b.Messages {
		if err := in.add(first+outbox.MessageID(i), batch, m.Person, p.Portfolio, m.Borrower, m.Loan, m.Stage, m.Treatment, m.Episode, p.On); err != nil {
			return 0, err
		}
	}
	err := in.close()
	return in.changed, err
}

func saveTasks(ctx context.Context, tx *sql.Tx, p *PlanPage) (int64, error) {
	in := newBulk(ctx, tx, `INSERT INTO task (portfolio, person, borrower, loan, kind, stage, treatment, episode, made_on, made_at) VALUES `,
		` ON CONFLICT DO NOTHING`, 10)
	for _, t := range p.Tasks {
		if err := in.add(p.Portfolio, t.Person, t.Borrower, t.Loan, t.Kind, t.Stage, t.Treatment, t.Episode, p.On, millis(p.At)); err != nil {
			return 0, err
		}
	}
	err := in.close()
	return in.changed, err
}

func saveDecisions(ctx context.Context, tx *sql.Tx, p *PlanPage) error {
	rulings, err := rulingIDs(ctx, tx, p.Rulings)
	if err != nil {
		return err
	}
	const columns = ` (portfolio, person, at, edition, ruling) VALUES `
	latest := newBulk(ctx, tx, `INSERT INTO decision`+columns, ` ON CONFLICT (portfolio, person) DO UPDATE SET at = excluded.at,
		edition = excluded.edition, ruling = excluded.ruling`, 5)
	before := newBulk(ctx, tx, `INSERT INTO decision_before`+columns, ` ON CONFLICT (portfolio, person, at) DO UPDATE SET
		edition = excluded.edition, ruling = excluded.ruling`, 5)
	at := millis(p.At)
	for _, d := range p.Decisions {
		in := latest
		if d.Before {
			in = before
		}
		if err := in.add(p.Portfolio, int64(d.Person), at, p.Edition, rulings[d.Ruling]); err != nil {
			return err
		}
	}
	return errors.Join(latest.close(), before.close(), saveHoldout(ctx, tx, p))
}

// rulingIDs returns the numbers of rulings, of which new ones are stored.
func rulingIDs(ctx context.Context, tx *sql.Tx, rulings []Ruling) ([]int64, error) {
	ids := make([]int64, len(rulings))
	for i, r := range rulings {
		if _, err := tx.ExecContext(ctx, `INSERT INTO ruling (action, stage, treatment, rule, reason) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, r.Action, r.Stage, r.Treatment, r.Rule, r.Reason); err != nil {
			return nil, wrap(err)
		}
		if err := tx.QueryRowContext(ctx, `SELECT id FROM ruling WHERE action = ? AND stage = ? AND treatment = ? AND rule = ? AND reason = ?`,
			r.Action, r.Stage, r.Treatment, r.Rule, r.Reason).Scan(&ids[i]); err != nil {
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

func saveHoldout(ctx context.Context, tx *sql.Tx, p *PlanPage) error {
	held := newBulk(ctx, tx, `INSERT INTO holdout (person, portfolio, held, at) VALUES `, ` ON CONFLICT DO NOTHING`, 4)
	for _, a := range p.Holdout {
		if err := held.add(a.Person, p.Portfolio, a.Held, millis(p.At)); err != nil {
			return err
		}
	}
	return held.close()
}
