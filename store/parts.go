package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"

	"github.com/dulyhq/duly/outbox"
)

// leastApart is how much must have come back to be worth a transaction of its own. Tests make it less.
var leastApart = 50

// parts says whether what came back may be stored beside the claim, in a transaction of its own. What is stored twice by it must do no harm,
// for a step whose claim fails is answered with an error although what came back is durable, and comes again: an outcome that puts its
// message off or cancels it is not such, and a reply counts for the fences beside it.
func (st *Step) parts() bool {
	if st.Claim == nil || len(st.Tries) == 0 || len(st.Replies) > 0 || len(st.Outcomes)+len(st.Receipts) < leastApart {
		return false
	}
	return !slices.ContainsFunc(st.Outcomes, func(o Outcome) bool { return o.Again != nil || o.Event == outbox.EvCancel })
}

// errApart takes a claim back because what came back beside it was not stored.
var errApart = errors.New("store: what came back was not stored beside the claim")

// commitParts stores what came back and the claim by two connections side by side, so that two processes of the server share the work.
// The claim is committed when what came back is durable and not before: a message counts against its worker's window until its
// outcome is, and a claim that were durable alone would make room of what a crash leaves unknown. Where either is in
// anybody's way the rest of the step is stored in one transaction: all of it, or the claim alone.
func (s *Store) commitParts(ctx context.Context, st *Step) (StepResult, error) {
	back, rest := *st, *st
	back.Claim, back.Tries, back.Closings, back.PutOffs = nil, nil, nil, nil
	rest.Outcomes, rest.Receipts = nil, nil
	claim := rest // what is put off on the way is of this run
	var came StepResult
	res := StepResult{Permitted: make([]bool, len(st.Tries))}

	// The lock of the steps is asked for by one of the two after the other: if who wants to be alone came in between, the second would wait for that one,
	// that one for the first, and the first for the second.
	among, stored := make(chan struct{}), make(chan error, 1)
	go func() {
		var once sync.Once
		open := func() { once.Do(func() { close(among) }) }
		defer open()
		stored <- s.transaction(ctx, amongSteps, func(tx *sql.Tx, on direct) error {
			open()
			return (&commit{Store: s, ctx: ctx, tx: tx, on: on, st: &back, res: &came}).back()
		})
	}()
	<-among
	var first error
	wait := sync.OnceFunc(func() { first = <-stored })
	c := &commit{Store: s, ctx: ctx, st: &claim, res: &res}
	err := s.transaction(ctx, amongSteps, func(tx *sql.Tx, on direct) error {
		c.tx, c.on = tx, on
		err := c.hired()
		if err == nil {
			err = c.forth()
		}
		if wait(); err == nil && first != nil {
			err = errApart
		}
		return err
	})
	wait()
	switch {
	case first != nil:
		return s.commitWhole(ctx, st)
	case err != nil || res.ClaimLost:
		res, err = s.commitWhole(ctx, &rest)
		res.Adopted = came.Adopted
		return res, err
	}
	res.Adopted = came.Adopted
	s.grounds.learn(c.grounds)
	if s.witness != nil {
		s.note(st, &res)
	}
	return res, nil
}

// hired says that a worker was not taken for dead. The transaction beside this one renews its lease.
func (c *commit) hired() error {
	st, err := c.writes.in(c.ctx, c.tx, `SELECT EXISTS (SELECT 1 FROM worker WHERE id = ? AND lease_until >= ?)`)
	if err != nil {
		return err
	}
	var is bool
	if err := st.QueryRowContext(c.ctx, c.st.Worker, millis(c.st.WireAt)).Scan(&is); err != nil || is {
		return wrap(err)
	}
	return ErrLeaseLost
}
