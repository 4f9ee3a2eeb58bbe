package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// rounds is how often two connections race; fewer in short tests.
func rounds() int {
	if testing.Short() {
		return 50
	}
	return 1000
}

// race runs two things at once, so often, and waits for both each time.
func race(t *testing.T, n int, one, two func(round int) error) {
	t.Helper()
	for r := range n {
		var wg sync.WaitGroup
		start := make(chan struct{})
		for _, f := range []func(int) error{one, two} {
			wg.Go(func() {
				<-start
				if err := f(r); err != nil {
					t.Errorf("round %d: %v", r, err)
				}
			})
		}
		close(start)
		wg.Wait()
		if t.Failed() {
			return
		}
	}
}

// TestStopAgainstFence is invariant 3 among many writers: one connection stores a person's stop while another fences a
// message to them and to nine more. Whichever comes first, no fence is committed after the stop: where the database
// knows when each was committed, it is asked.
func TestStopAgainstFence(t *testing.T) {
	const crowd = 10
	n := rounds()
	s := open(t)
	var people []intake.Row
	for i := range n * crowd {
		people = append(people, person(fmt.Sprintf("B%05d", i), "张三", fmt.Sprintf("+861740%07d", 5_000_000+i), ""))
	}
	take(t, s, file("b.csv", people...))
	var persons []ledger.PersonID
	var turns []int64
	for _, ref := range list(t, s, `SELECT b.person || ' ' || p.turn FROM borrower b JOIN person p ON p.id = b.person ORDER BY b.ref`) {
		var id, turn int64
		if _, err := fmt.Sscan(ref, &id, &turn); err != nil {
			t.Fatal(err)
		}
		persons, turns = append(persons, ledger.PersonID(id)), append(turns, turn)
	}
	set := houseCaps(t, s)
	other := reopen(t, s)
	here, there := hire(t, s), hire(t, other)
	ctx := context.Background()
	stopped := make([]atomic.Bool, n)
	fences := make([]outbox.FenceID, n)
	race(t, n, func(r int) error {
		st := stepOf(here, nil)
		st.Replies = []Reply{{Carrier: "main", Address: people[r*crowd+crowd/2].Borrower.Phone, Meaning: "stop", Suppress: "stop", Text: "退订"}}
		_, err := s.Commit(ctx, st)
		stopped[r].Store(true)
		return err
	}, func(r int) error {
		var tries []Try
		for i := range crowd {
			at := r*crowd + i
			tr := tryOf(Waiting{ID: outbox.FirstOf(noon) + outbox.MessageID(at+1), Person: persons[at], Try: 1, Portfolio: 1}, 1, set)
			tr.Turn = turns[at]
			tries = append(tries, tr)
		}
		late := stopped[r].Load()
		res, err := other.Commit(ctx, stepOf(there, &Claim{}, tries...))
		if err != nil {
			return err
		}
		if res.Permitted[crowd/2] {
			if late {
				return fmt.Errorf("fenced after the stop was stored")
			}
			fences[r] = tries[crowd/2].Fence()
		}
		for i, ok := range res.Permitted {
			if i != crowd/2 && !ok {
				return fmt.Errorf("somebody else's message was refused")
			}
		}
		return nil
	})
	first := 0
	for r, f := range fences {
		if f == 0 {
			continue
		}
		first++
		if s.fleet {
			for range list(t, s, `SELECT 1 FROM fence f, state x WHERE f.id = ? AND x.person = ? AND x.kind = 'stop'
				AND pg_xact_commit_timestamp(f.xmin) > pg_xact_commit_timestamp(x.xmin)`, f, persons[r*crowd+crowd/2]) {
				t.Errorf("round %d: the fence was committed after the stop", r)
			}
		}
	}
	if stops := list(t, s, `SELECT count(*) FROM state WHERE kind = 'stop'`); stops[0] != fmt.Sprint(n) && !t.Failed() {
		t.Errorf("%s stops of %d", stops, n)
	}
	t.Logf("the fence came first %d times of %d", first, n)
}

// TestMoveAgainstSlot is invariant 2 among many writers: a message that was throttled yesterday takes its slot of a shared
// address along to today, while another connection takes the address's next slot, which yesterday's left room for. One
// of the two leaves today, never both and never none.
func TestMoveAgainstSlot(t *testing.T) {
	n := rounds()
	s := open(t)
	planned(t, s, 1)
	ctx := context.Background()
	set, err := s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 9, Days: 1}, {Per: PerAddress, N: 1, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	other := reopen(t, s)
	here, there := hire(t, s), hire(t, other)
	yesterday := noon.AddDate(0, 0, -1)
	message := func(r, of int) Waiting {
		return Waiting{ID: outbox.FirstOf(noon) + outbox.MessageID(10*(r+1)+of), Person: ledger.PersonID(1_000_000 + 10*r + of), Try: 2 - of, Portfolio: 1}
	}
	slots := func(m Waiting, r int, seq int64) []Slot {
		return []Slot{{Of: int64(m.Person), Seq: 1}, {Counted: Counted(PerAddress), Of: int64(r + 1), Seq: seq}}
	}
	for r := range n {
		m := message(r, 0)
		for _, slot := range slots(m, r, 1) {
			if _, err := s.write.Exec(`INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode)
				VALUES (?, ?, ?, ?, ?, ?, 'sms', 1, 1, 1)`, slot.subject(), slot.Seq, millis(yesterday), ledger.Day(yesterday), set.ID, m.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	var moved, taken atomic.Int64
	left := make([]atomic.Int64, n)
	try := func(s *Store, worker int64, tr Try, r int, count *atomic.Int64) error {
		tr.Turn = 0
		res, err := s.Commit(ctx, stepOf(worker, &Claim{}, tr))
		if err == nil && res.Permitted[0] {
			left[r].Add(1)
			count.Add(1)
		}
		return err
	}
	race(t, n, func(r int) error {
		tr := tryOf(message(r, 0), 1, set)
		tr.Slots, tr.Moves = nil, slots(tr.Message, r, 1)
		return try(s, here, tr, r, &moved)
	}, func(r int) error {
		tr := tryOf(message(r, 1), 1, set)
		tr.Slots = slots(tr.Message, r, 2)
		return try(other, there, tr, r, &taken)
	})
	for r := range left {
		if got := left[r].Load(); got != 1 && !t.Failed() {
			t.Errorf("round %d: %d messages left for one address on one day", r, got)
		}
	}
	t.Logf("the slot moved %d times of %d, and was followed %d times", moved.Load(), n, taken.Load())
}
