package engine

import (
	"context"
	"testing"
	"time"

	"github.com/dulyhq/duly/store"
)

// TestReplyDeliveredTwice: a carrier delivers a reply again whose acknowledgement was lost with the process that stored it. It is stored once more,
// answered once, agreed to once and given to people once, and what it protects from stays in force.
func TestReplyDeliveredTwice(t *testing.T) {
	for _, c := range []struct {
		text                     string
		answers, states, waiting int // of both together
	}{
		{"退订", 1, 1, 0},
		{"我要投诉你们", 1, 1, 1},
		{"25号一定还", 1, 1, 0},
		{"可以分期吗", 1, 0, 0},
		{"这笔钱怎么算的？", 1, 0, 1},
	} {
		h := handHouse(t, nil)
		for i := range 3 { // and once more
			h.say(1, c.text, h.now().Add(time.Duration(min(i, 1))*5*time.Second))
		}
		if n := h.count(`SELECT count(*) FROM reply`); n != 3 {
			t.Errorf("%s: %d are stored", c.text, n)
		}
		for what, want := range map[string]int{
			`SELECT count(*) FROM answer`: c.answers, `SELECT count(*) FROM state WHERE gone_at = 0`: c.states,
			`SELECT count(*) FROM desk WHERE open = 1`: c.waiting, `SELECT count(*) FROM unanswered`: 0,
		} {
			if n := h.count(what); n != want {
				t.Errorf("%s: %s is %d, want %d", c.text, what, n, want)
			}
		}
	}
}

// TestSameWordsThatAreNoCopy: the same words are a reply of their own where time has passed, where they come from another number, where a person has lifted what
// the first began, where they choose anew after something was written, and where they speak of danger.
func TestSameWordsThatAreNoCopy(t *testing.T) {
	ctx := context.Background()
	h := handHouse(t, nil)
	h.take(debt{n: 2, dueOn: day(thursday, 3), minor: 124000})
	const words = "我要投诉你们"
	cases := func() int { return h.count(`SELECT count(*) FROM desk WHERE kind = 'complaint'`) }
	h.say(1, words, h.now())
	h.say(2, words, h.now())
	if n := cases(); n != 2 {
		t.Errorf("of two people there are %d complaints", n)
	}
	h.say(1, words, h.now().Add(store.CopyWithin+time.Second))
	if n := cases(); n != 3 {
		t.Errorf("after a while there are %d complaints", n)
	}
	item := h.count(`SELECT max(id) FROM desk`)
	if err := h.Store.CloseDesk(ctx, int64(item), store.Closure{Who: "staff:17", Outcome: "upheld", Lift: true}, h.now()); err != nil {
		t.Fatal(err)
	}
	h.say(1, words, h.now().Add(time.Second))
	if n := cases(); n != 4 {
		t.Errorf("after the first was lifted there are %d complaints", n)
	}
	for range 2 {
		h.say(2, "我不想活了", h.now())
	}
	if n := h.count(`SELECT count(*) FROM desk WHERE kind = 'danger'`); n != 2 {
		t.Errorf("words of danger are looked at %d times", n)
	}
}

// TestCopyReachesWhoCameSince is invariant 3 for a copy: a stop that comes once more protects also who has come to the number between the two, and is not confirmed again.
func TestCopyReachesWhoCameSince(t *testing.T) {
	h := handHouse(t, nil)
	other := debt{n: 2, dueOn: day(thursday, 3), minor: 124000, name: "李建国", identity: "X2"}
	h.take(other)
	h.say(1, "退订", h.now())
	other.phone = phoneOf(1)
	h.take(other)
	h.say(1, "退订", h.now().Add(5*time.Second))
	if n := h.count(`SELECT count(DISTINCT person) FROM state WHERE kind = 'stop' AND gone_at = 0`); n != 2 {
		t.Errorf("%d of the two people who have the number are protected", n)
	}
	if n := h.count(`SELECT count(*) FROM answer`); n != 1 {
		t.Errorf("the stop is confirmed %d times", n)
	}
}
