package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// TestStepWhole: what came back with a claim is stored whatever is in the way of the claim, and nothing of either where the worker is dead or
// what came back cannot be stored; on both databases.
func TestStepWhole(t *testing.T) {
	const n = 8
	all := inStep{fences: 2 * n, outcomes: n, receipts: n, permitted: n}
	for name, c := range map[string]struct {
		before func(*testing.T, *wholeCase) // what is in the way; nil: nothing
		want   inStep
		lost   bool  // the claim
		fails  error // what Commit returns; nil: nothing
	}{
		"nothing in the way": {want: all},
		"a receipt that is there": {before: func(t *testing.T, c *wholeCase) {
			c.exec(t, `INSERT INTO receipt (id, at, kind, code, cause) VALUES (?, 1, 'delivered', '', '')`, receiptID(c.first.Tries[3].Fence(), 1))
		}, want: all},
		"a receipt before its outcome": {before: func(t *testing.T, c *wholeCase) {
			c.next.Receipts = c.next.Receipts[1:]
			c.exec(t, `INSERT INTO orphan (carrier, carrier_id, at, kind, code, cause) VALUES ('main', 'id0', 1, 'delivered', '', '')`)
		}, want: inStep{fences: 2 * n, outcomes: n, receipts: n, permitted: n, adopted: 1}},
		"a slot that is taken": {before: func(t *testing.T, c *wholeCase) {
			c.exec(t, `INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode) VALUES (?, 1, ?, ?, 1, 0, 'sms', 1, 0, 0)`,
				c.next.Tries[2].Slots[0].subject(), millis(noon), int64(c.next.Tries[2].Day))
		}, want: inStep{fences: 2*n - 1, outcomes: n, receipts: n, permitted: n - 1}},
		"a claim that another has": {before: func(t *testing.T, c *wholeCase) {
			c.exec(t, `UPDATE batch SET next = ?`, c.next.Claim.From+1)
		}, want: inStep{fences: n, outcomes: n, receipts: n}, lost: true},
		"a database that is held": {before: func(t *testing.T, c *wholeCase) {
			if err := c.s.Hold(context.Background(), wire, HeldOther, "somebody"); err != nil {
				t.Fatal(err)
			}
		}, want: inStep{fences: n, outcomes: n, receipts: n}, lost: true},
		"a worker taken for dead": {before: func(t *testing.T, c *wholeCase) {
			c.exec(t, `UPDATE worker SET lease_until = ?`, millis(wire)-1)
		}, want: inStep{fences: n}, fails: ErrLeaseLost},
		"a worker taken for dead, of whose message it was said so": {before: func(t *testing.T, c *wholeCase) {
			c.exec(t, `UPDATE worker SET lease_until = ?`, millis(wire)-1)
			c.exec(t, `INSERT INTO outcome (fence, at, wire_at, kind, code, carrier, ids) VALUES (?, 1, 1, 'unknown', '', 'main', '')`, int64(c.first.Tries[1].Fence()))
		}, want: inStep{fences: n, outcomes: 1}, fails: ErrLeaseLost},
		"an outcome that is none": {before: func(_ *testing.T, c *wholeCase) { c.next.Outcomes[n-1].Event = 0 }, want: inStep{fences: n}, fails: errAny},
	} {
		t.Run(name, func(t *testing.T) {
			pc := newWhole(t, n)
			if c.before != nil {
				c.before(t, pc)
			}
			res, err := pc.s.Commit(context.Background(), pc.next)
			switch {
			case c.fails == nil && err != nil, c.fails != nil && err == nil, c.fails != nil && !errors.Is(c.fails, errAny) && !errors.Is(err, c.fails):
				t.Fatalf("Commit = %v, want %v", err, c.fails)
			case res.ClaimLost != c.lost:
				t.Errorf("claim lost %v, want %v", res.ClaimLost, c.lost)
			}
			got := pc.count(t)
			for _, ok := range res.Permitted {
				if ok && err == nil {
					got.permitted++
				}
			}
			if got.adopted = len(res.Adopted); got != c.want {
				t.Errorf("stored %+v, want %+v", got, c.want)
			}
		})
	}
}

// errAny stands for an error of no name.
var errAny = errors.New("any error")

type inStep struct{ fences, outcomes, receipts, permitted, adopted int }

// wholeCase is a worker that has handed n messages over, and the step in which their outcomes and receipts come with n more.
type wholeCase struct {
	s           *Store
	first, next *Step
}

func newWhole(t *testing.T, n int) *wholeCase {
	t.Helper()
	ctx := context.Background()
	c := &wholeCase{s: open(t)}
	p := planned(t, c.s, 2*n)
	worker, caps := hire(t, c.s), houseCaps(t, c.s)
	claimed := func() *Step {
		claim, err := c.s.Due(ctx, p.ID, noon, n, 0)
		if err != nil || len(claim.Messages) != n {
			t.Fatalf("Due = %d messages, %v", len(claim.Messages), err)
		}
		st := stepOf(worker, &claim)
		for _, m := range claim.Messages {
			st.Tries = append(st.Tries, tryOf(m, 1, caps))
		}
		return st
	}
	c.first = claimed()
	if _, err := c.s.Commit(ctx, c.first); err != nil {
		t.Fatal(err)
	}
	c.next = claimed()
	c.next.BackAt = noon.Add(time.Second)
	for i := range c.first.Tries {
		f, id := c.first.Tries[i].Fence(), "id"+string(rune('0'+i))
		c.next.Outcomes = append(c.next.Outcomes, Outcome{Fence: f, Event: outbox.EvAccept, Carrier: "main", IDs: id})
		c.next.Receipts = append(c.next.Receipts, Receipt{Fence: f, Part: 1, ID: id, From: "main", Event: outbox.EvDelivered})
	}
	return c
}

func (c *wholeCase) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := c.s.write.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}

func (c *wholeCase) count(t *testing.T) (n inStep) {
	t.Helper()
	if err := c.s.read.QueryRow(`SELECT (SELECT count(*) FROM fence), (SELECT count(*) FROM outcome), (SELECT count(*) FROM receipt)`).
		Scan(&n.fences, &n.outcomes, &n.receipts); err != nil {
		t.Fatal(err)
	}
	return n
}
