package store

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

var wire = time.Date(2026, 9, 24, 2, 0, 0, 0, time.UTC)

// planned stores n messages to as many persons, and returns the portfolio.
func planned(t testing.TB, s *Store, n int) Portfolio {
	t.Helper()
	ctx := context.Background()
	p, err := s.Portfolio(ctx, "bank", "cards")
	if err != nil {
		t.Fatal(err)
	}
	edition, err := s.Edition(ctx, p.ID, noon, []Document{{Kind: "strategy", Name: "s", Digest: "d", Body: []byte("x")}})
	if err != nil {
		t.Fatal(err)
	}
	page := &PlanPage{Portfolio: p.ID, Edition: edition, At: noon, On: ledger.Day(noon)}
	b := Batch{Carrier: "main", NotBefore: noon, NotAfter: noon.Add(24 * time.Hour)}
	ids := make([]int, n)
	for i := range n {
		ids[i] = i + 1
		b.Messages = append(b.Messages, Planned{Person: ledger.PersonID(i + 1), Borrower: 1, Loan: 1, Stage: "1-3", Treatment: 1, Episode: 1})
	}
	people, err := json.Marshal(ids)
	if err == nil {
		_, err = s.write.Exec(`INSERT INTO person (id) SELECT value FROM json_each(?)`, string(people))
	}
	if err != nil {
		t.Fatal(err)
	}
	page.Batches = []Batch{b}
	if got, _, err := s.SavePlan(ctx, page); err != nil || got != int64(n) {
		t.Fatalf("SavePlan = %d, %v", got, err)
	}
	return p
}

func hire(t testing.TB, s *Store) int64 {
	t.Helper()
	id, err := s.Hire(context.Background(), wire, wire.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func houseCaps(t testing.TB, s *Store) CapSet {
	t.Helper()
	set, err := s.CapSet(context.Background(), ledger.SMS, []CapRow{{Per: PerPerson, N: 1, Days: 1}, {Per: PerPerson, N: 3, Window: 7 * 24 * time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func stepOf(worker int64, c *Claim, tries ...Try) *Step {
	return &Step{Worker: worker, LeaseUntil: wire.Add(time.Hour), At: noon, WireAt: wire, Claim: c, Tries: tries}
}

func tryOf(m Waiting, seq int64, capset CapSet) Try {
	return Try{
		Message: m, Turn: 1, LeaveBy: wire.Add(10 * time.Second), NotAfter: noon.Add(time.Hour), Day: ledger.Day(noon), Channel: ledger.SMS, Minor: 100, Currency: "CNY",
		Parts: 1, Ground: "{}", Text: []byte("text"), CapSet: capset.ID, Epoch: capset.Epoch,
		Slots: []Slot{{Of: int64(m.Person), Seq: seq}},
	}
}

// TestCapAtItsEdge is invariant 2: workers of several processes, each of which has read the same facts, reach
// for the last slot of the day of the same persons, and each person gets exactly one.
func TestCapAtItsEdge(t *testing.T) {
	const people, workers = 50, 8
	s := open(t)
	p := planned(t, s, people)
	capset := houseCaps(t, s)
	claim, err := s.Due(context.Background(), p.ID, noon, people, 0)
	if err != nil || len(claim.Messages) != people {
		t.Fatalf("Due = %d messages, %v", len(claim.Messages), err)
	}
	var mu sync.Mutex
	permitted := map[ledger.PersonID]int{}
	var wg sync.WaitGroup
	for w := range workers {
		other := reopen(t, s)
		wg.Go(func() {
			worker := hire(t, other)
			for _, m := range claim.Messages {
				// Each worker comes with a message of its own, as if two portfolios had planned the same person.
				m.ID += outbox.MessageID(1000 * (w + 1))
				res, err := other.Commit(context.Background(), stepOf(worker, &Claim{Batch: 0}, tryOf(m, 1, capset)))
				if err != nil {
					t.Error(err)
					return
				}
				if res.Permitted[0] {
					mu.Lock()
					permitted[m.Person]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for i := range people {
		if n := permitted[ledger.PersonID(i+1)]; n != 1 {
			t.Errorf("person %d: %d permitted, want 1", i+1, n)
		}
	}
}

// reopen opens the same folder again, as another process does.
func reopen(t testing.TB, s *Store) *Store {
	t.Helper()
	other, err := Open(context.Background(), s.place, s.keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	return other
}

// TestCapsAreExact holds the database's trigger against a plain count: over any sequence of hours a slot is
// given exactly when one more is within every cap.
func TestCapsAreExact(t *testing.T) {
	s := open(t)
	planned(t, s, 1)
	worker := hire(t, s)
	person := ledger.PersonID(1)
	rapid.Check(t, func(rt *rapid.T) {
		person++
		perDay, perWeek := rapid.IntRange(1, 3).Draw(rt, "a day"), rapid.IntRange(1, 5).Draw(rt, "in 7 days")
		capset, err := s.CapSet(context.Background(), ledger.SMS, []CapRow{
			{Per: PerPerson, N: perDay, Days: 1}, {Per: PerPerson, N: perWeek, Window: 7 * 24 * time.Hour},
		})
		if err != nil {
			rt.Fatal(err)
		}
		var given []time.Time
		at := noon
		for i := range rapid.IntRange(1, 40).Draw(rt, "tries") {
			at = at.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "hours")) * time.Hour)
			m := Waiting{ID: outbox.FirstOf(at) + outbox.MessageID(int64(person)*100+int64(i)), Person: person, Try: 1, Portfolio: 1, NotAfter: at.Add(time.Hour)}
			tr := tryOf(m, int64(len(given)+1), capset)
			tr.Day = ledger.Day(at.In(shanghai))
			tr.Turn = 0 // a person whom nothing is known of has no turn yet
			st := stepOf(worker, &Claim{}, tr)
			st.At = at
			res, err := s.Commit(context.Background(), st)
			if err != nil {
				rt.Fatal(err)
			}
			day, week := 0, 0
			for _, g := range given {
				if ledger.Day(g.In(shanghai)) == tr.Day {
					day++
				}
				if at.Sub(g) < 7*24*time.Hour {
					week++
				}
			}
			if want := day < perDay && week < perWeek; res.Permitted[0] != want {
				rt.Fatalf("try %d at %s: permitted %v, want %v (%d that day, %d in 7 days)", i, at, res.Permitted[0], want, day, week)
			}
			if res.Permitted[0] {
				given = append(given, at)
			}
		}
	})
}

// TestNoCapsNoContact is invariant 12: a cap set that the database does not know permits nothing.
func TestNoCapsNoContact(t *testing.T) {
	s := open(t)
	p := planned(t, s, 1)
	claim, err := s.Due(context.Background(), p.ID, noon, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Commit(context.Background(), stepOf(hire(t, s), &claim, tryOf(claim.Messages[0], 1, CapSet{ID: 99, Epoch: 1})))
	if err != nil || res.Permitted[0] {
		t.Fatalf("Commit = %+v, %v", res, err)
	}
	if _, err := s.CapSet(context.Background(), ledger.SMS, nil); err == nil {
		t.Fatal("an empty set of caps was taken")
	}
}

// TestTurn: facts that changed since they were judged refuse the fence, and the message waits to be judged again.
func TestTurn(t *testing.T) {
	s := open(t)
	p := planned(t, s, 2)
	ctx := context.Background()
	claim, err := s.Due(ctx, p.ID, noon, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.Exec(`UPDATE person SET turn = turn + 1 WHERE id = 1`); err != nil {
		t.Fatal(err)
	}
	capset := houseCaps(t, s)
	res, err := s.Commit(ctx, stepOf(hire(t, s), &claim, tryOf(claim.Messages[0], 1, capset), tryOf(claim.Messages[1], 1, capset)))
	if err != nil || res.Permitted[0] || !res.Permitted[1] || res.Refused != 1 {
		t.Fatalf("Commit = %+v, %v", res, err)
	}
	again, err := s.Due(ctx, p.ID, noon, 2, 0)
	if err != nil || len(again.Messages) != 1 || again.Messages[0].Person != 1 {
		t.Fatalf("Due = %+v, %v", again, err)
	}
	// Its slot was not taken: the retry takes number 1.
	tr := tryOf(again.Messages[0], 1, capset)
	tr.Turn = 2
	res, err = s.Commit(ctx, stepOf(hire(t, s), &again, tr))
	if err != nil || !res.Permitted[0] {
		t.Fatalf("Commit = %+v, %v", res, err)
	}
}

// TestClaimOnce: of two workers that looked at the same messages one takes them, and what came back to the
// other is stored all the same.
func TestClaimOnce(t *testing.T) {
	s := open(t)
	p := planned(t, s, 3)
	ctx := context.Background()
	capset := houseCaps(t, s)
	for round := range 2 { // first a batch's cursor, then messages that were put off
		a, err := s.Due(ctx, p.ID, noon, 3, 0)
		if err != nil || len(a.Messages) == 0 {
			t.Fatalf("round %d: Due = %+v, %v", round, a, err)
		}
		b := a
		first := stepOf(hire(t, s), &a)
		for _, m := range a.Messages {
			first.PutOffs = append(first.PutOffs, PutOff{Message: m.ID, NotBefore: noon.Add(time.Duration(round) * time.Hour), NotAfter: m.NotAfter})
		}
		if res, err := s.Commit(ctx, first); err != nil || res.ClaimLost {
			t.Fatalf("Commit = %+v, %v", res, err)
		}
		if round == 1 {
			break
		}
		second := stepOf(hire(t, s), &b, tryOf(b.Messages[0], 1, capset))
		second.Replies = []Reply{{Carrier: "main", Address: "+8617405000001", Text: "hello", Meaning: "other"}}
		res, err := s.Commit(ctx, second)
		if err != nil || !res.ClaimLost || res.Permitted[0] {
			t.Fatalf("Commit = %+v, %v", res, err)
		}
		var replies int
		if err := s.read.QueryRow(`SELECT count(*) FROM reply`).Scan(&replies); err != nil || replies != 1 {
			t.Fatalf("%d replies, %v", replies, err)
		}
	}
}

// TestDeadWorker: what a dead worker had fenced is unknown, once, and late word still makes it known.
func TestDeadWorker(t *testing.T) {
	s := open(t)
	p := planned(t, s, 1)
	ctx := context.Background()
	claim, err := s.Due(ctx, p.ID, noon, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	worker := hire(t, s)
	tr := tryOf(claim.Messages[0], 1, houseCaps(t, s))
	st := stepOf(worker, &claim, tr)
	st.LeaseUntil = wire.Add(5 * time.Second)
	if res, err := s.Commit(ctx, st); err != nil || !res.Permitted[0] {
		t.Fatalf("Commit = %+v, %v", res, err)
	}
	for _, want := range []struct {
		after   time.Duration
		unknown int64
		pending int64
	}{{time.Second, 0, 0}, {6 * time.Second, 0, 1}, {11 * time.Second, 1, 0}, {12 * time.Second, 0, 0}} {
		done, err := s.Settle(ctx, noon, wire.Add(want.after))
		if err != nil || done.Unknown != want.unknown || done.Pending != want.pending {
			t.Fatalf("after %s: %+v, %v", want.after, done, err)
		}
	}
	// The worker that was taken for dead may not go on.
	late := &Step{Worker: worker, LeaseUntil: wire.Add(time.Hour), At: noon, WireAt: wire.Add(12 * time.Second)}
	if _, err := s.Commit(ctx, late); !errors.Is(err, ErrLeaseLost) {
		t.Fatalf("Commit = %v, want ErrLeaseLost", err)
	}
	known := &Step{
		Worker: hire(t, s), LeaseUntil: wire.Add(time.Hour), At: noon, WireAt: wire,
		Outcomes: []Outcome{{Fence: tr.Fence(), Event: outbox.EvAccept, Carrier: "main", IDs: "abc"}},
	}
	if _, err := s.Commit(ctx, known); err != nil {
		t.Fatal(err)
	}
	var kind string
	if err := s.read.QueryRow(`SELECT kind FROM outcome WHERE fence = ?`, tr.Fence()).Scan(&kind); err != nil || kind != "accepted" {
		t.Fatalf("outcome %q, %v", kind, err)
	}
}

// TestStopAfterItsContact is invariants 3 and 9: the books never show a contact after a stop that was stored later, also
// where the clock of the worker that stored it is behind.
func TestStopAfterItsContact(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	var person int64
	if err := s.read.QueryRow(`SELECT person FROM borrower WHERE ref = 'B1'`).Scan(&person); err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.Exec(`INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode)
		VALUES (?, 1, ?, 1, 1, 1, 'sms', 1, 1, 1)`, person<<8, noon.UnixMilli()); err != nil {
		t.Fatal(err)
	}
	st := stepOf(hire(t, s), nil)
	st.At = noon.Add(-time.Hour)
	st.BackAt = noon.Add(-time.Second)
	st.Replies = []Reply{{Carrier: "main", Address: "+8617405000001", Text: "T", Meaning: "stop", Suppress: "stop"}}
	if _, err := s.Commit(context.Background(), st); err != nil {
		t.Fatal(err)
	}
	var since int64
	if err := s.read.QueryRow(`SELECT since FROM state WHERE person = ?`, person).Scan(&since); err != nil || since <= noon.UnixMilli() {
		t.Errorf("the stop is since %d, %v; the contact before it was at %d", since, err, noon.UnixMilli())
	}
}

// TestReceipts: receipts come twice, before their response, and for each part; a final word stays.
func TestReceipts(t *testing.T) {
	s := open(t)
	p := planned(t, s, 1)
	ctx := context.Background()
	claim, err := s.Due(ctx, p.ID, noon, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	worker := hire(t, s)
	tr := tryOf(claim.Messages[0], 1, houseCaps(t, s))
	tr.Parts = 2
	if _, err := s.Commit(ctx, stepOf(worker, &claim, tr)); err != nil {
		t.Fatal(err)
	}
	step := func(st Step) {
		t.Helper()
		st.Worker, st.LeaseUntil, st.At, st.WireAt = worker, wire.Add(time.Hour), noon, wire
		if _, err := s.Commit(ctx, &st); err != nil {
			t.Fatal(err)
		}
	}
	state := func(want string) {
		t.Helper()
		var got string
		if err := s.read.QueryRow(`SELECT state FROM message_state`).Scan(&got); err != nil || got != want {
			t.Fatalf("state %q, want %q (%v)", got, want, err)
		}
	}
	early := Receipt{ID: "b", From: "main", Event: outbox.EvDelivered, Code: "DELIVRD"}
	step(Step{Receipts: []Receipt{early, early}})
	state("fenced")
	step(Step{Outcomes: []Outcome{{Fence: tr.Fence(), Event: outbox.EvAccept, Carrier: "main", IDs: "a b"}}})
	state("accepted") // the outcome has found the receipt of its second part
	if done, err := s.Settle(ctx, noon, wire); err != nil || done.Matched != 0 {
		t.Fatalf("Settle = %+v, %v", done, err)
	}
	step(Step{Receipts: []Receipt{{Fence: tr.Fence(), Part: 1, ID: "a", From: "main", Event: outbox.EvDelivered}}})
	state("delivered")
	step(Step{Receipts: []Receipt{{Fence: tr.Fence(), Part: 1, ID: "a", From: "main", Event: outbox.EvUndelivered}}})
	state("delivered")
}

// TestStateMachineInTheDatabase: the database refuses what outbox.Next refuses.
func TestStateMachineInTheDatabase(t *testing.T) {
	s := open(t)
	for _, q := range []string{
		`INSERT INTO outcome VALUES (8, 0, 0, 'maybe', '', '', '')`,
		`INSERT INTO closed VALUES (1, 0, 'delivered', '', '')`,
	} {
		if _, err := s.write.Exec(q); err == nil {
			t.Errorf("%s was taken", q)
		}
	}
	if _, err := s.write.Exec(`INSERT INTO outcome VALUES (8, 0, 0, 'accepted', '', '', '')`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.Exec(`UPDATE outcome SET kind = 'refused' WHERE fence = 8`); err == nil {
		t.Error("a known outcome was changed")
	}
}
