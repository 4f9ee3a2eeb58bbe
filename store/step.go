package store

import (
	"context"
	"database/sql"
	"errors"
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
	Ground   string // JSON object: the documents and rules that decided; many tries have the same
	DPD      int
	About    []ledger.LoanID // the loans that the text is about
	Text     []byte
	CapSet   int64
	Epoch    int             // of the CapSet: how many things were counted
	Slots    []Slot          // those to reserve
	Moves    []Slot          // for a further try: the slots that the message has, which move to now if they are still the newest
	Loan     ledger.LoanID   // the loan that leads
	Others   []ledger.LoanID // further loans that the text is about
	Address  int64           // the address's number
	Notice   *Notice         // what is kept of a statutory notice; nil for any other message
	Lets     []PortalKey     // what in the text lets its reader in at the borrower's page; nil for most
	Offer    *Offer          // plans that the text offers; nil for any other message
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
	// Borrower is who said it at the borrower's page; 0 means that the sender is found by the address. A stop said there is
	// of every channel and address, because the page says so to who presses it.
	Borrower ledger.BorrowerID

	Amount  ledger.Money // what it says; zero: nothing
	On      ledger.Date  // the day that it says; zero: none
	Speaker Speaker      // who of those at the address is taken to speak; zero: nobody
	Effects
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
	Strategy   string // that judged the claim; empty: not known, so that a pause of any holds it
	Filed      int64  // the mark of what carriers had on file when it was judged: Mark.Registration
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
	NotNow    error    // why the claim was left alone for now: the database is held, or has no standby; nil: it was not

	reply int64    // the last one stored
	log   unsynced // what was stored may not be on the disk yet; nil: it is
	// grounds are those that the step used. They are learnt when they are durable: a number of one that was lost may be another's by then.
	grounds map[string]int64
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
	res, err := s.commitStep(ctx, st, false)
	if err == nil {
		s.grounds.learn(res.grounds)
		s.note(st, &res)
	}
	return res, err
}

// CommitSoon is Commit, but for this: nothing of the step may be acted upon, neither what it permits nor that it holds what came back,
// before durable has returned nil, which waits for the disk, and on PostgreSQL for its synchronous standbys. Other transactions go on
// meanwhile, and whatever is durable of them is so with all that was stored before them. durable is called once, by any goroutine. After an
// error of it nobody knows what is stored of the step and of those after it; on SQLite the database takes nothing more from this process.
func (s *Store) CommitSoon(ctx context.Context, st *Step) (res StepResult, durable func() error, err error) {
	res, err = s.commitStep(ctx, st, true)
	if err != nil {
		return res, nil, err
	}
	return res, func() error {
		if err := res.log.sync(); err != nil {
			return err
		}
		s.grounds.learn(res.grounds)
		s.note(st, &res)
		return nil
	}, nil
}

// commitStep stores a step. Where it comes back soon, what it stored is durable when the log of the result is synced.
func (s *Store) commitStep(ctx context.Context, st *Step, soon bool) (StepResult, error) {
	// A step is short: it is not cut off in the middle, which spares each statement a watch on ctx.
	if err := ctx.Err(); err != nil {
		return StepResult{}, err
	}
	ctx = context.WithoutCancel(ctx)
	var res StepResult
	var c *commit
	within := s.stepSoon
	if len(st.Replies) > 0 {
		within = func(ctx context.Context, soon bool, f func(*sql.Tx, direct) error) (unsynced, error) { // what replies set off is numbered and counted by one writer
			return s.transact(ctx, betweenSteps, soon, f)
		}
	}
	run := func(careful bool) error {
		log, err := within(ctx, soon, func(tx *sql.Tx, on direct) error {
			res = StepResult{Permitted: make([]bool, len(st.Tries))}
			run := *st // what is put off on the way is of this run
			c = &commit{Store: s, ctx: ctx, tx: tx, on: on, st: &run, res: &res, careful: careful}
			return c.run()
		})
		res.log = log
		return err
	}
	err := run(false)
	if inTheWay(err) {
		err = run(true)
	}
	if err == nil {
		res.grounds = c.grounds
	}
	if why := err; errors.Is(err, errClaimLost) || notNow(err) {
		if errors.Is(err, errGone) {
			if err := s.Hold(ctx, st.WireAt, HeldMissing, ""); err != nil {
				return res, err
			}
		}
		// What came back must not be lost with the claim.
		again := *st
		again.Claim = nil
		if res, err = s.commitStep(ctx, &again, soon); err == nil {
			res.ClaimLost, res.Permitted = true, make([]bool, len(st.Tries))
			if notNow(why) {
				res.NotNow = why
			}
		}
		return res, err
	}
	return res, err
}
