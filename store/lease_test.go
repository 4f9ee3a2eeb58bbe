package store

import (
	"context"
	"testing"
	"time"

	"github.com/dulyhq/duly/outbox"
)

// TestBatchesAreLeased gives workers different messages to judge: what one looks at no other does while its lease lasts, the largest
// batch is cut where nothing else is left, and what a silent worker held is free again. Whatever is cut, each message is in one place.
func TestBatchesAreLeased(t *testing.T) {
	s := open(t)
	p := planned(t, s, 6*leastShare)
	ctx, now := context.Background(), wire
	at := noon
	due := func(worker int64, taken *Claim) Claim {
		t.Helper()
		c, err := s.DueFor(ctx, Holder{Worker: worker, Now: now, Until: now.Add(5 * time.Second)}, p.ID, at, 100, taken)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	one := due(1, nil)
	if len(one.Messages) != 100 || due(1, nil).Messages[0].ID != one.Messages[0].ID {
		t.Fatalf("one worker alone has %d messages", len(one.Messages))
	}
	two := due(2, nil)
	if len(two.Messages) != 100 || two.Batch == one.Batch || two.Messages[0].ID != one.Messages[0].ID+3*leastShare {
		t.Fatalf("the second worker has %d messages, from %v", len(two.Messages), two.Messages[0].ID)
	}
	three := due(3, nil) // of one half
	if len(three.Messages) != 100 || three.Batch == one.Batch || three.Batch == two.Batch {
		t.Fatalf("the third worker has %d messages of batch %d", len(three.Messages), three.Batch)
	}
	four := due(4, nil) // of the other; what is left is too small to be cut
	if five := due(5, nil); len(four.Messages) != 100 || len(five.Messages) != 0 {
		t.Fatalf("the fourth has %d messages, the fifth %d", len(four.Messages), len(five.Messages))
	}
	if next := due(1, &one); next.Batch != one.Batch || next.From != one.To {
		t.Errorf("while its claim is committed the first looks at %+v", next)
	}
	now = now.Add(5*time.Second + time.Millisecond)
	seen, worker := map[outbox.MessageID]bool{}, hire(t, s)
	for range 60 {
		c := due(worker, nil)
		st := stepOf(worker, &c)
		st.LeaseUntil = now.Add(5 * time.Second)
		for _, m := range c.Messages {
			if seen[m.ID] {
				t.Fatalf("%v comes twice", m.ID)
			}
			seen[m.ID] = true
			st.Closings = append(st.Closings, Closing{Message: m.ID, State: outbox.Cancelled, Rule: "test", Reason: "test"})
		}
		if res, err := s.Commit(ctx, st); err != nil || res.ClaimLost {
			t.Fatal(res, err)
		}
		now = now.Add(10 * time.Second)
	}
	if len(seen) != 6*leastShare || len(due(worker, nil).Messages) > 0 {
		t.Errorf("%d of %d came", len(seen), 6*leastShare)
	}
	if n := list(t, s, `SELECT sum(count) FROM batch`); len(n) != 1 || n[0] != "6000" {
		t.Errorf("the batches hold %v", n)
	}
}

// TestCutClaimIsLost takes away what a worker has judged beyond the cut: its claim is lost, and it looks again.
func TestCutClaimIsLost(t *testing.T) {
	s := open(t)
	p := planned(t, s, 2*leastShare)
	ctx, now, at := context.Background(), wire, noon
	h := Holder{Worker: hire(t, s), Now: now, Until: now.Add(5 * time.Second)}
	all, err := s.DueFor(ctx, h, p.ID, at, 2*leastShare, nil)
	if err != nil || len(all.Messages) != 2*leastShare {
		t.Fatal(len(all.Messages), err)
	}
	other, err := s.DueFor(ctx, Holder{Worker: h.Worker + 1, Now: now, Until: h.Until}, p.ID, at, 10, nil)
	if err != nil || len(other.Messages) != 10 {
		t.Fatal(len(other.Messages), err)
	}
	if res, err := s.Commit(ctx, stepOf(h.Worker, &all)); err != nil || !res.ClaimLost {
		t.Errorf("%+v, %v", res, err)
	}
}

// TestUrgentComesFirst puts one batch that cannot wait behind a thousand messages, some of which were put off.
func TestUrgentComesFirst(t *testing.T) {
	s := open(t)
	p := planned(t, s, 50)
	ctx, now, at := context.Background(), wire, noon
	h := Holder{Worker: hire(t, s), Now: now, Until: now.Add(5 * time.Second)}
	first, err := s.DueFor(ctx, h, p.ID, at, 10, nil)
	if err != nil {
		t.Fatal(err)
	}
	st := stepOf(h.Worker, &first)
	for _, m := range first.Messages {
		st.PutOffs = append(st.PutOffs, PutOff{Message: m.ID, NotBefore: at, NotAfter: m.NotAfter})
	}
	if _, err := s.Commit(ctx, st); err != nil {
		t.Fatal(err)
	}
	change(t, s, `UPDATE batch SET count = count - 5`)
	change(t, s, `INSERT INTO batch (portfolio, edition, carrier, planned_at, not_before, not_after, first, count, urgency)
		SELECT portfolio, edition, carrier, planned_at, not_before, not_after, first + count, 5, 1 FROM batch`)
	if urgent, err := s.Urgent(ctx, at); err != nil || !urgent[p.ID] {
		t.Errorf("%v, %v", urgent, err)
	}
	var order []int
	for range 4 {
		c, err := s.DueFor(ctx, h, p.ID, at, 20, nil)
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, len(c.Messages))
		st := stepOf(h.Worker, &c)
		st.LeaseUntil = h.Until
		if res, err := s.Commit(ctx, st); err != nil || res.ClaimLost {
			t.Fatal(res, err)
		}
	}
	if order[0] != 5 || order[1] != 10 || order[2] != 20 || order[3] != 15 {
		t.Errorf("the urgent five, the ten put off, the rest: %v", order)
	}
}

func change(t *testing.T, s *Store, query string, args ...any) {
	t.Helper()
	if _, err := s.write.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}
