package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// ErrLeaseLost says that another worker may have taken this one for dead; it must stop.
var ErrLeaseLost = errors.New("store: this worker's lease has run out")

// A Try asks to permit one try at handing a message over.
type Try struct {
	Message  Waiting
	Turn     int64 // as read with the facts that it was judged on
	LeaveBy  time.Time
	NotAfter time.Time // civil end of the lawful window
	Day      ledger.Date
	Channel  ledger.Channel
	Minor    int64
	Currency ledger.Currency
	Parts    int
	Reasons  string // JSON
	Text     []byte
	CapSet   int64
	Epoch    int             // of the CapSet: how many things were counted
	Slots    []Slot          // those to reserve
	Moves    []Slot          // for a further try: the slots that the message has, which move to now if they are still the newest
	Loan     ledger.LoanID   // the loan that leads
	Others   []ledger.LoanID // further loans that the text is about
	Address  int64           // the address's number
	Notice   *Notice         // what is kept of a statutory notice; nil for any other message
}

// Fence returns the number that the try has when it is permitted.
func (t *Try) Fence() outbox.FenceID { return t.Message.ID.Fence(t.Message.Try) }

// A Closing ends a message that will not leave.
type Closing struct {
	Message outbox.MessageID
	State   outbox.State // Cancelled or Expired
	Rule    string
	Reason  string
}

// A PutOff lets a message wait for a later hour.
type PutOff struct {
	Message             outbox.MessageID
	NotBefore, NotAfter time.Time
}

// An Outcome is what became of a try.
type Outcome struct {
	Fence   outbox.FenceID
	Event   outbox.Event // EvAccept, EvRefuse, EvThrottle, EvLost, EvNotWritten or EvCancel
	Code    string       // the carrier's own code, for people
	Carrier string
	IDs     string  // the carrier's ids of the parts, in order, parted by spaces
	Again   *PutOff // for EvThrottle and EvNotWritten: when it may be tried again
	Rule    string  // for EvCancel
}

// A Receipt is a carrier's last word on one part.
type Receipt struct {
	Fence outbox.FenceID // 0 means that it matches nothing yet
	Part  int            // from 1
	ID    string         // the carrier's
	From  string         // the carrier
	Event outbox.Event   // EvDelivered or EvUndelivered
	Code  string
	Cause string
}

// A Reply is what somebody wrote back.
type Reply struct {
	Carrier    string
	Channel    ledger.Channel // empty means sms
	Address    string         // E.164 of the sender
	Text       string
	Meaning    string
	Confidence float64
	Language   string
	Suppress   string // the kind of suppression that it means; empty means none
}

// A Step is what one worker commits together: what came back, and what may leave next.
type Step struct {
	Worker     int64
	LeaseUntil time.Time // real: how long the worker may be silent
	At         time.Time // civil: when the tries were judged
	BackAt     time.Time // civil: when what came back is stored; zero means At
	WireAt     time.Time // real
	Outcomes   []Outcome
	Receipts   []Receipt
	Replies    []Reply
	Claim      *Claim
	Tries      []Try
	Closings   []Closing
	PutOffs    []PutOff
}

// A StepResult says what a step permitted.
type StepResult struct {
	ClaimLost bool   // somebody else took the claim: nothing of it was stored
	Permitted []bool // by try: only these may leave
	Refused   int    // tries that the facts of the minute or a cap refused; they wait to be judged again
	Recount   bool   // more is counted than the tries knew: their cap sets are to be read anew
	Stopped   []ledger.PersonID
	Adopted   []string // the carrier's ids of parts whose receipts had come before their outcomes
}

// back returns when what came back is stored.
func (st *Step) back() time.Time {
	if st.BackAt.IsZero() {
		return st.At
	}
	return st.BackAt
}

// Commit stores a step in one transaction. What it permits is durable when it returns.
func (s *Store) Commit(ctx context.Context, st *Step) (StepResult, error) {
	// A step is short: it is not cut off in the middle, which spares each statement a watch on ctx.
	if err := ctx.Err(); err != nil {
		return StepResult{}, err
	}
	ctx = context.WithoutCancel(ctx)
	boxes, err := s.sealTexts(st.Tries)
	if err != nil {
		return StepResult{}, err
	}
	var res StepResult
	err = s.step(ctx, func(tx *sql.Tx) error {
		res = StepResult{Permitted: make([]bool, len(st.Tries))}
		run := *st // what is put off on the way is of this run
		c := &commit{Store: s, ctx: ctx, tx: tx, st: &run, res: &res, boxes: boxes}
		return c.run()
	})
	if errors.Is(err, errClaimLost) {
		// What came back must not be lost with the claim.
		again := *st
		again.Claim = nil
		if res, err = s.Commit(ctx, &again); err == nil {
			res.ClaimLost, res.Permitted = true, make([]bool, len(st.Tries))
		}
	}
	return res, err
}

// commit is one step in its transaction.
type commit struct {
	*Store
	ctx   context.Context
	tx    *sql.Tx
	st    *Step
	res   *StepResult
	boxes [][]byte
}

// bulk returns an insert whose statements are kept.
func (c *commit) bulk(head, tail string, cols int) *bulk {
	b := newBulk(c.ctx, c.tx, head, tail, cols)
	b.kept, b.copies = c.writes, c.fleet && tail == ""
	return b
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
	for _, f := range []func() error{c.lease, c.replies, c.outcomes, c.receipts} {
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
	if ok, err := c.take(); err != nil || !ok {
		c.res.ClaimLost = !ok
		return err
	}
	for _, f := range []func() error{c.permit, c.fences, c.notices, c.putOffs, c.closings} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// lease renews the worker's lease, and refuses a worker that was taken for dead.
func (c *commit) lease() error {
	n, err := c.exec(`UPDATE worker SET lease_until = ? WHERE id = ? AND lease_until >= ?`,
		millis(c.st.LeaseUntil), c.st.Worker, millis(c.st.WireAt))
	if err != nil || n == 1 {
		return err
	}
	return ErrLeaseLost
}

// take moves the batch's cursor, or deletes the rows of put-off messages; false means that somebody else did.
func (c *commit) take() (bool, error) {
	cl := c.st.Claim
	if cl.Batch != 0 {
		n, err := c.exec(`UPDATE batch SET next = ? WHERE id = ? AND next = ?`, cl.To, cl.Batch, cl.From)
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

// permit checks turns and reserves slots; only a try all of whose slots RETURNING gives back may leave.
func (c *commit) permit() error {
	if len(c.st.Tries) == 0 {
		return nil
	}
	fits, err := c.fits()
	if err != nil {
		return err
	}
	owner := map[int64]int{}
	in := c.bulk(`INSERT OR IGNORE INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode, loan, others,
		address) VALUES `, ` RETURNING subject`, 13)
	granted := make([]int, len(c.st.Tries))
	in.returned = func(row []int64) { granted[owner[row[0]]]++ }
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		if !fits[i] || !own(owner, i, t) {
			granted[i] = -1
			continue
		}
		for _, s := range t.Slots {
			if err := in.add(s.subject(), s.Seq, millis(c.st.At), t.Day, t.CapSet, t.Message.ID, t.Channel, t.Message.Portfolio,
				t.Message.Treatment, t.Message.Episode, t.Loan, loanList(t.Others), t.Address); err != nil {
				return err
			}
		}
	}
	if err := in.close(); err != nil {
		return err
	}
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		ok := granted[i] == len(t.Slots)
		if ok && len(t.Moves) > 0 {
			if ok, err = c.move(t); err != nil {
				return err
			}
		}
		if ok {
			c.res.Permitted[i] = true
			continue
		}
		if err := c.refuse(t, granted[i] > 0); err != nil {
			return err
		}
	}
	return nil
}

// fits says which tries were judged on facts that still hold, and count all that is counted. A set that is not of
// caps permits no try that asks for nothing.
func (c *commit) fits() ([]bool, error) {
	turns, err := c.turns()
	if err != nil {
		return nil, err
	}
	st, err := c.writes.in(c.ctx, c.tx, `SELECT count(*) FROM counted`)
	if err != nil {
		return nil, err
	}
	var epoch int
	if err := st.QueryRowContext(c.ctx).Scan(&epoch); err != nil {
		return nil, wrap(err)
	}
	out := make([]bool, len(c.st.Tries))
	for i := range c.st.Tries {
		t := &c.st.Tries[i]
		c.res.Recount = c.res.Recount || t.Epoch != epoch
		out[i] = turns[t.Message.Person] == t.Turn && t.Epoch == epoch && len(t.Slots)+len(t.Moves) > 0
	}
	return out, nil
}

// own notes whose the subjects of a try are; false means that another try of the step reaches for one of them. That one is
// judged again when this one has counted: a slot given and taken back in between would leave a gap.
func own(owner map[int64]int, i int, t *Try) bool {
	all := [2][]Slot{t.Slots, t.Moves}
	for _, slots := range all {
		for _, s := range slots {
			if _, taken := owner[s.subject()]; taken {
				return false
			}
		}
	}
	for _, slots := range all {
		for _, s := range slots {
			owner[s.subject()] = i
		}
	}
	return true
}

func loanList(loans []ledger.LoanID) string {
	if len(loans) == 0 {
		return ""
	}
	words := make([]string, len(loans))
	for i, l := range loans {
		words[i] = strconv.FormatInt(int64(l), 10)
	}
	return strings.Join(words, " ")
}

// holding returns what holds the rows of a query until the commit, on PostgreSQL: a stop that another worker commits is seen,
// or waits. SQLite's one writer needs none.
func (c *commit) holding(clause string) string {
	if c.fleet {
		return clause
	}
	return ""
}

// turns reads the turns of the persons of the tries, and holds them.
func (c *commit) turns() (map[ledger.PersonID]int64, error) {
	ids := make([]ledger.PersonID, len(c.st.Tries))
	for i := range c.st.Tries {
		ids[i] = c.st.Tries[i].Message.Person
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, wrap(err)
	}
	st, err := c.writes.in(c.ctx, c.tx, `SELECT id, turn FROM person WHERE id IN (SELECT value FROM json_each(?))`+c.holding(" ORDER BY id FOR SHARE"))
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(c.ctx, string(list))
	if err != nil {
		return nil, wrap(err)
	}
	defer func() { _ = rows.Close() }()
	turns := make(map[ledger.PersonID]int64, len(ids))
	for rows.Next() {
		var p ledger.PersonID
		var turn int64
		if err := rows.Scan(&p, &turn); err != nil {
			return nil, wrap(err)
		}
		turns[p] = turn
	}
	return turns, wrap(rows.Err())
}

// move takes the message's slots along to the hour of a further try. Moving the newest slot to a later hour
// cannot break a cap that it kept, and caps count from the hour at which the message really may leave. Where one of
// them is not the newest any more, none moves. Each slot is held before it is asked whether it is the newest: who adds
// the next one holds it too.
func (c *commit) move(t *Try) (bool, error) {
	for _, s := range t.Moves {
		var mine, newest bool
		err := c.tx.QueryRowContext(c.ctx, `SELECT at <= ? FROM contact WHERE subject = ? AND seq = ? AND message = ?`+c.holding(" FOR UPDATE"),
			millis(c.st.At), s.subject(), s.Seq, t.Message.ID).Scan(&mine)
		if err == nil && mine {
			err = c.tx.QueryRowContext(c.ctx, `SELECT NOT EXISTS (SELECT 1 FROM contact WHERE subject = ? AND seq > ?)`, s.subject(), s.Seq).Scan(&newest)
		}
		if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		if err != nil || !newest {
			return false, wrap(err)
		}
	}
	for _, s := range t.Moves {
		if _, err := c.exec(`UPDATE contact SET at = ?, day = max(day, ?), treatment = ?, episode = ?, loan = ?, others = ?, address = ? WHERE subject = ? AND seq = ?`,
			millis(c.st.At), t.Day, t.Message.Treatment, t.Message.Episode, t.Loan, loanList(t.Others), t.Address, s.subject(), s.Seq); err != nil {
			return false, err
		}
	}
	return true, nil
}

// refuse lets a try that may not leave be judged again at once, and frees slots that it got in part.
func (c *commit) refuse(t *Try, some bool) error {
	c.res.Refused++
	c.st.PutOffs = append(c.st.PutOffs, PutOff{Message: t.Message.ID, NotBefore: c.st.At, NotAfter: t.Message.NotAfter})
	if !some {
		return nil
	}
	for _, s := range t.Slots {
		if _, err := c.tx.ExecContext(c.ctx, `DELETE FROM contact WHERE subject = ? AND seq = ? AND message = ?`,
			s.subject(), s.Seq, t.Message.ID); err != nil {
			return wrap(err)
		}
	}
	return nil
}

func (c *commit) fences() error {
	in := c.bulk(`INSERT INTO fence (id, worker, at, wire_at, leave_by, not_after, minor, currency, parts, turn, reasons) VALUES `, "", 11)
	texts := c.bulk(`INSERT INTO sealed_text (fence, box) VALUES `, "", 2)
	for i := range c.st.Tries {
		if !c.res.Permitted[i] {
			continue
		}
		t := &c.st.Tries[i]
		if err := in.add(t.Fence(), c.st.Worker, millis(c.st.At), millis(c.st.WireAt), millis(t.LeaveBy), millis(t.NotAfter), t.Minor,
			t.Currency, t.Parts, t.Turn, t.Reasons); err != nil {
			return err
		}
		if err := texts.add(t.Fence(), c.boxes[i]); err != nil {
			return err
		}
	}
	return errors.Join(in.close(), texts.close())
}

func (c *commit) putOffs() error {
	in := c.bulk(`INSERT INTO requeue (message, not_before, not_after) VALUES `,
		` ON CONFLICT (message) DO UPDATE SET not_before = excluded.not_before`, 3)
	for _, p := range c.st.PutOffs {
		if err := in.add(p.Message, millis(p.NotBefore), millis(p.NotAfter)); err != nil {
			return err
		}
	}
	return in.close()
}

func (c *commit) closings() error { return c.closed(c.st.Closings) }

func (c *commit) closed(list []Closing) error {
	in := c.bulk(`INSERT INTO closed (message, at, state, rule, reason) VALUES `, ` ON CONFLICT DO NOTHING`, 5)
	for _, cl := range list {
		if err := in.add(cl.Message, millis(c.st.At), cl.State.String(), cl.Rule, cl.Reason); err != nil {
			return err
		}
	}
	return in.close()
}
