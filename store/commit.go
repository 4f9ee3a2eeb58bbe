package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"

	"github.com/dulyhq/duly/outbox"
)

// commit is one step in its transaction.
type commit struct {
	*Store
	ctx context.Context
	tx  *sql.Tx
	on  direct
	st  *Step
	res *StepResult
	// grounds are those that the step met first.
	grounds map[string]int64
	// careful says that rows may be in each other's way, or refused by a cap. Where it is false PostgreSQL takes them by COPY, all
	// or none, and SQLite does not give back which slots it took: where one is in the way the step is made anew with care.
	careful bool
	// again are tries that the carrier put off, and cancelled those that a stop kept back: see outcomes.
	again     []PutOff
	cancelled []Closing
}

// rows returns an insert of rows of so many columns, made when it is closed.
func (c *commit) rows(head, tail string, cols int) *rows {
	return &rows{c: c, head: head, tail: tail, cols: cols, values: spare.Get().(*values)}
}

// rows collects rows of one table.
type rows struct {
	*values
	c          *commit
	head, tail string
	cols       int
	taken      func(first int64) // nil where nothing is refused
	whole      bool              // fewer rows taken than there are is errSomeRefused
}

// spare are values to be used again.
var spare = sync.Pool{New: func() any { return new(values) }}

// errSomeRefused says that the database took some rows and passed over others.
var errSomeRefused = errors.New("store: a cap or another contact is in the way of a slot")

// close inserts what was collected.
func (r *rows) close() error {
	rows := int64(len(r.cells) / r.cols)
	n, err := r.c.on.put(r.c.ctx, r.head, r.tail, r.cols, r.values, r.taken)
	if err == nil && r.whole && n < rows {
		err = errSomeRefused
	}
	r.reset()
	spare.Put(r.values)
	r.values = nil
	return err
}

// unless returns what follows the rows of an insert where some may be there already.
func (c *commit) unless(conflict string) string {
	if c.fleet && !c.careful {
		return ""
	}
	return conflict
}

// exec runs one statement that is kept, and returns how many rows it changed.
func (c *commit) exec(query string, args ...any) (int64, error) {
	st, err := c.writes.in(c.ctx, c.tx, query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(c.ctx, args...)
	if err != nil {
		return 0, wrap(err)
	}
	n, err := res.RowsAffected()
	return n, wrap(err)
}

// run applies what came back before it permits anything, so that a stop in the step counts for its fences.
func (c *commit) run() error {
	if err := c.foretell(); err != nil {
		return err
	}
	back := []func() error{c.lease, c.replies, c.outcomes, c.unsent, c.adopt, c.receipts}
	if c.foretells() && len(c.st.Tries) <= mostUnread {
		// Outcomes follow what was foretold at once, so that the server has something to do while this process hears what it says of that.
		// Where the lease is lost they go with all the rest.
		back[0], back[1], back[2] = c.replies, c.outcomes, c.lease
	}
	for _, f := range back {
		if err := f(); err != nil {
			return err
		}
	}
	if c.st.Claim == nil {
		return nil
	}
	if err := c.safe(c.ctx, c.tx); err != nil {
		return err
	}
	if err := c.paused(); err != nil {
		return err
	}
	if err := c.filed(); err != nil {
		return err
	}
	if ok, err := c.take(); err != nil || !ok {
		c.res.ClaimLost = !ok
		return err
	}
	for _, f := range []func() error{c.permit, c.fences, c.notices, c.portalKeys, c.offers, c.putOffs, c.closings} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// lease renews the worker's lease, and refuses a worker that was taken for dead.
func (c *commit) lease() error {
	n, err := c.exec(renewLease, millis(c.st.LeaseUntil), c.st.Worker, millis(c.st.WireAt))
	if err != nil || n == 1 {
		return err
	}
	return ErrLeaseLost
}

const (
	renewLease = `UPDATE worker SET lease_until = ? WHERE id = ? AND lease_until >= ?`
	moveCursor = `UPDATE batch SET next = ?, holder = ?, held_until = ? WHERE id = ? AND next = ? AND count >= ?`
)

// mostUnread is how many tries a step may ask for in front of rows that are sent before the answer is read: with four persons read for each
// (see among) some 60 kB, which must lie in the sockets' buffers, or both sides would wait for the other to read.
const mostUnread = 500

// foretells says whether the small statements of a step are asked at its beginning. What a reply sets off is waited for first.
func (c *commit) foretells() bool { return c.fleet && len(c.st.Replies) == 0 }

// foretell names the small statements of a step, in the order in which it comes to them.
func (c *commit) foretell() error {
	if !c.foretells() {
		return nil
	}
	until := millis(c.st.LeaseUntil)
	list := []statement{say(renewLease, until, c.st.Worker, millis(c.st.WireAt)), say(someOrphans)}
	if cl := c.st.Claim; cl != nil {
		list = append(list, c.leaving(), say(noStandby), say(livePauses))
		if len(c.st.Tries) > 0 {
			list = append(list, say(lastFiled))
		}
		if cl.Batch != 0 {
			list = append(list, say(moveCursor, int64(cl.To), c.st.Worker, until, cl.Batch, int64(cl.From), int64(cl.To)))
		}
		if len(c.st.Tries) > 0 {
			list = append(list, c.askTurns(), say(countCounted))
		}
	}
	return c.on.foretell(c.ctx, list...)
}

// take moves the batch's cursor, or deletes the rows of put-off messages; false means that somebody else did.
func (c *commit) take() (bool, error) {
	cl := c.st.Claim
	if cl.Batch != 0 {
		n, err := c.exec(moveCursor, cl.To, c.st.Worker, millis(c.st.LeaseUntil), cl.Batch, cl.From, cl.To)
		return n == 1, err
	}
	ids := make([]outbox.MessageID, len(cl.Messages))
	for i, m := range cl.Messages {
		ids[i] = m.ID
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return false, wrap(err)
	}
	res, err := c.tx.ExecContext(c.ctx, `DELETE FROM requeue WHERE message IN (SELECT value FROM json_each(?))`, string(list))
	if err != nil {
		return false, wrap(err)
	}
	n, err := res.RowsAffected()
	if err != nil || n == int64(len(ids)) {
		return true, wrap(err)
	}
	// Some were taken by another worker: nothing of this step may stay, and the caller looks again.
	return false, errClaimLost
}

// errClaimLost rolls back a step whose put-off messages another worker has taken.
var errClaimLost = errors.New("store: another worker took the claim")

func (c *commit) fences() error {
	in := c.rows(`INSERT INTO fence (id, worker, at, wire_at, leave_by, not_after, minor, currency, parts, turn, reasons) VALUES `, "", 11)
	at, wireAt := millis(c.st.At), millis(c.st.WireAt)
	for i := range c.st.Tries {
		if !c.res.Permitted[i] {
			continue
		}
		t := &c.st.Tries[i]
		ground, err := c.ground(t.Ground)
		if err != nil {
			return err
		}
		in.int(int64(t.Fence())).int(c.st.Worker).int(at).int(wireAt).int(millis(t.LeaveBy)).int(millis(t.NotAfter)).int(t.Minor).
			text(string(t.Currency)).int(int64(t.Parts)).int(t.Turn).reasons(ground, t)
	}
	return errors.Join(in.close(), c.texts())
}

func (c *commit) putOffs() error {
	in := c.rows(`INSERT INTO requeue (message, not_before, not_after) VALUES `,
		` ON CONFLICT (message) DO UPDATE SET not_before = excluded.not_before`, 3)
	for _, p := range c.st.PutOffs {
		in.int(int64(p.Message)).int(millis(p.NotBefore)).int(millis(p.NotAfter))
	}
	return in.close()
}

func (c *commit) closings() error { return c.closed(c.st.Closings) }

func (c *commit) closed(list []Closing) error {
	in := c.rows(`INSERT INTO closed (message, at, state, rule, reason) VALUES `, ` ON CONFLICT DO NOTHING`, 5)
	for _, cl := range list {
		in.int(int64(cl.Message)).int(millis(c.st.At)).text(cl.State.String()).text(cl.Rule).text(cl.Reason)
	}
	return in.close()
}
