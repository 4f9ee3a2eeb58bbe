package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
)

// An Event is something that the lender's own systems are told. It holds numbers and keys of the lender's, amounts and days: never a
// name, an address or a word of anybody's.
type Event struct {
	ID        int64
	UID       string // the same at every try to deliver it, and of no other event of any database
	Of        string // "agreed", "state", "lifted", "desk", "closed" or "task"
	At        time.Time
	Portfolio string // ref; empty where nobody is known by the address
	Person    ledger.PersonID
	Borrowers []string // the lender's keys: of the one it is of, else all of the person's

	Agreed  *Arranged // as it stands now; of "agreed" Status is what it became then
	Again   bool      // of "agreed": it was live before
	By      string    // a role or a number of staff, "payments", "borrower", "duly"
	State   string    // the kind of a state
	Reply   int64     // by which it came to be; 0: by none
	Desk    int64     // the item at the desk; 0: it is none
	Task    string    // the kind of the item or task
	DueAt   time.Time // of an item: by when
	Urgent  bool
	Outcome string // of a closed item
	Cause   string // of a closed item: what was wrong
	Loan    string // of a task: the lender's key
}

// Events returns what happened from an instant on and before another, zero for any, in the order in which it was stored.
func (s *Store) Events(ctx context.Context, from, to time.Time, each func(*Event) error) error {
	last := int64(1) << 62
	if !to.IsZero() {
		last = millis(to)
	}
	return s.view(ctx, func(tx *sql.Tx) error {
		heads, err := eventHeads(ctx, tx, `of <> 'task' AND at >= ? AND at < ? ORDER BY id`, millis(from), last)
		if err != nil {
			return err
		}
		tasks, err := taskHeads(ctx, tx, millis(from), last)
		if err != nil {
			return err
		}
		for len(heads)+len(tasks) > 0 {
			next, rest := &heads, &tasks
			if len(*next) == 0 || len(*rest) > 0 && (*rest)[0].At.Before((*next)[0].At) {
				next = rest
			}
			one := (*next)[0]
			*next = (*next)[1:]
			if err := one.fill(ctx, tx); err != nil {
				return err
			}
			if err := each(&one.Event); err != nil {
				return err
			}
		}
		return nil
	})
}

// An eventHead is an event before what it says is read.
type eventHead struct {
	Event
	row       int64
	portfolio int64
	borrower  int64
}

func eventHeads(ctx context.Context, tx *sql.Tx, where string, args ...any) (out []eventHead, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, uid, of, row_id, at, portfolio, person, borrower FROM event_out WHERE `+where, args...)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var h eventHead
		if err := rows.Scan(&h.ID, &h.UID, &h.Of, &h.row, (*msTime)(&h.At), &h.portfolio, &h.Person, &h.borrower); err != nil {
			return nil, wrap(err)
		}
		out = append(out, h)
	}
	return out, wrap(rows.Err())
}

// taskHeads are the tasks that plans made, which are events whether anybody listened or not.
func taskHeads(ctx context.Context, tx *sql.Tx, from, to int64) (out []eventHead, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, coalesce((SELECT uid FROM event_out e WHERE e.of = 'task' AND e.row_id = task.id), 'task-' || id), made_at, portfolio, person, borrower
		FROM task WHERE made_at >= ? AND made_at < ? ORDER BY made_at, id`, from, to)
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		h := eventHead{Event: Event{Of: "task"}}
		if err := rows.Scan(&h.row, &h.UID, (*msTime)(&h.At), &h.portfolio, &h.Person, &h.borrower); err != nil {
			return nil, wrap(err)
		}
		out = append(out, h)
	}
	return out, wrap(rows.Err())
}

// fill reads what an event says.
func (h *eventHead) fill(ctx context.Context, tx *sql.Tx) (err error) {
	if h.portfolio != 0 {
		if err := tx.QueryRowContext(ctx, `SELECT ref FROM portfolio WHERE id = ?`, h.portfolio).Scan(&h.Portfolio); err != nil {
			return wrap(err)
		}
	}
	switch {
	case h.borrower != 0:
		h.Borrowers, err = column[string](ctx, tx, `SELECT ref FROM borrower WHERE id = ?`, h.borrower)
	case h.Person != 0:
		h.Borrowers, err = column[string](ctx, tx, `SELECT ref FROM borrower WHERE person = ? AND portfolio = ? ORDER BY id`, h.Person, h.portfolio)
	}
	if err != nil {
		return err
	}
	switch h.Of {
	case "agreed":
		return h.agreed(ctx, tx)
	case "state", "lifted":
		var cause, owner, lifted string
		err = tx.QueryRowContext(ctx, `SELECT kind, cause, owner, lifted_by FROM state WHERE id = ?`, h.row).Scan(&h.State, &cause, &owner, &lifted)
		h.Reply, _ = strconv.ParseInt(strings.TrimPrefix(cause, "reply "), 10, 64)
		if h.By = owner; h.Of == "lifted" {
			h.By = lifted
		}
	case "desk":
		h.Desk = h.row
		err = tx.QueryRowContext(ctx, `SELECT kind, reply, due_at, urgent FROM desk WHERE id = ?`, h.row).Scan(&h.Task, &h.Reply, (*msTime)(&h.DueAt), &h.Urgent)
	case "closed":
		err = tx.QueryRowContext(ctx, `SELECT d.id, d.kind, d.reply, d.due_at, d.urgent, e.who, e.word,
				coalesce((SELECT word FROM desk_event x WHERE x.desk = d.id AND x.what = 'root_cause' ORDER BY id DESC LIMIT 1), '')
			FROM desk_event e JOIN desk d ON d.id = e.desk WHERE e.id = ?`, h.row).
			Scan(&h.Desk, &h.Task, &h.Reply, (*msTime)(&h.DueAt), &h.Urgent, &h.By, &h.Outcome, &h.Cause)
	case "task":
		err = tx.QueryRowContext(ctx, `SELECT t.kind, l.ref FROM task t JOIN loan l ON l.id = t.loan WHERE t.id = ?`, h.row).Scan(&h.Task, &h.Loan)
	default:
		return fmt.Errorf("store: no event is of %q", h.Of)
	}
	return wrap(err)
}

func (h *eventHead) agreed(ctx context.Context, tx *sql.Tx) error {
	var id, minor int64
	var status arrange.Status
	var on ledger.Date
	err := tx.QueryRowContext(ctx, `SELECT e.arrangement, e.status, e.minor, e.decided_on, e.who,
			EXISTS (SELECT 1 FROM arrangement_event x WHERE x.arrangement = e.arrangement AND x.id < e.id AND x.status = 'live')
		FROM arrangement_event e WHERE e.id = ?`, h.row).Scan(&id, &status, &minor, &on, &h.By, &h.Again)
	if err != nil {
		return wrap(err)
	}
	list, err := arrangements(ctx, tx, `WHERE a.id = ?`, id)
	if err != nil || len(list) == 0 {
		return err
	}
	h.Agreed = &list[0]
	h.Agreed.Status, h.Agreed.Paid, h.Agreed.Decided = status, minor, on
	return nil
}
