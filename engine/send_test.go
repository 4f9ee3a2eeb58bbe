package engine

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

func (h *house) want(state string, n int64) {
	h.t.Helper()
	if got := h.states(); got[state] != n {
		h.t.Errorf("states %v, want %d %s", got, n, state)
	}
}

// TestTheAmountOfThisMinute is invariant 6: a payment between planning and hand-over shows in the text.
func TestTheAmountOfThisMinute(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000, paid: 50000})
	h.run()
	got := h.smsc.Arrivals()
	if len(got) != 1 || !strings.Contains(got[0].Whole, "740.00") || strings.Contains(got[0].Whole, "1,240.00") {
		t.Fatalf("arrivals %+v", got)
	}
}

// TestOneMessageOverAllLoans: a person with two loans gets one message with the sum; two people who share a phone
// never read each other's debt.
func TestOneMessageOverAllLoans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ second, want string }{{"黄淑芬", "150.00"}, {"李建国", "100.00"}} {
		h := newHouse(t, smsc.Config{})
		h.take(
			debt{n: 1, dueOn: day(thursday, 6), minor: 10000, phone: phoneOf(1)},
			debt{n: 2, dueOn: day(thursday, 4), minor: 5000, phone: phoneOf(1), name: c.second})
		h.plan()
		h.run()
		got := h.smsc.Arrivals()
		if len(got) != 1 || !strings.Contains(got[0].Whole, c.want+"元") {
			t.Fatalf("second borrower %s: arrivals %+v", c.second, got)
		}
	}
}

// TestPaidInBetween: who has paid everything since planning hears nothing.
func TestPaidInBetween(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000, paid: 124000})
	h.run()
	if got := h.smsc.Arrivals(); len(got) != 0 {
		t.Fatalf("arrivals %+v", got)
	}
	h.want("cancelled", 1)
}

// TestStaleLedger is invariant 6: an old payments feed holds contact.
func TestStaleLedger(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 2), minor: 124000})
	h.at(thursday.AddDate(0, 0, 4))
	if done := h.plan(); done.Messages != 0 || done.Held["CN-HOUSE-AMOUNT-01"] != 1 {
		t.Fatalf("planned %+v on a feed that is four days old", done)
	}
}

// TestStopInTheMiddle is invariant 3: nobody is fenced after the commit of their stop, and the stop of one
// person, heard in the middle of a run, keeps back what waits for them.
func TestStopInTheMiddle(t *testing.T) {
	t.Parallel()
	people := 3000
	if testing.Short() {
		people = 800
	}
	var sent atomic.Int64
	h := newHouse(t, smsc.Config{
		Faults: smsc.Faults{DelayResponse: 5 * time.Millisecond},
		Behave: func(to, text string, nth int) smsc.Behaviour {
			if sent.Add(1) <= 200 {
				return smsc.Behaviour{Reply: "退订"}
			}
			return smsc.Behaviour{}
		},
	})
	debts := make([]debt, people)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10000}
	}
	h.take(debts...)
	h.plan()
	o := h.options()
	h.runWith(o)
	// On a busy machine two replies may be further apart than a run waits for the next: what is still to come, another run takes in.
	for end := time.Now().Add(patience); !h.smsc.Idle() && time.Now().Before(end); {
		h.runWith(o)
	}
	// The next day everybody is due again at the next treatment; who said stop must not be written to.
	stops := h.count(`SELECT count(*) FROM state WHERE kind = 'stop'`)
	if stops != 200 {
		t.Fatalf("%d stops stored, want 200", stops)
	}
	h.at(thursday.AddDate(0, 0, 4))
	h.take(debts...)
	before := len(h.smsc.Arrivals())
	done := h.plan()
	h.run()
	after := len(h.smsc.Arrivals()) - before
	if want := people - 200; int(done.Messages) != want || after != want {
		t.Fatalf("planned %d and sent %d, want %d; held %v", done.Messages, after, want, done.Held)
	}
	if late := h.count(`SELECT count(*) FROM state s JOIN message m ON m.person = s.person JOIN fence f ON f.id >> 3 = m.id
		WHERE f.at > s.since`); late != 0 {
		t.Errorf("%d fences after a stop", late)
	}
}

// TestStopBeforeItsFence: a stop that arrives while the message waits in the same run wins.
func TestStopBeforeItsFence(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 10000})
	h.plan()
	claim, err := h.Store.Due(context.Background(), h.p.row.ID, h.now(), 10, 0)
	if err != nil || len(claim.Messages) != 1 {
		t.Fatalf("claim %+v, %v", claim, err)
	}
	s := h.sender(t)
	// The worker has read the facts and judged; before it commits, the stop is committed by another worker.
	st := s.newStep()
	msgs, err := s.judge(context.Background(), st, 10, nil)
	if err != nil || len(msgs) != 1 {
		t.Fatalf("judged %d messages, %v", len(msgs), err)
	}
	other := h.sender(t).newStep()
	other.Replies = []store.Reply{{Carrier: "main", Address: phoneOf(1), Text: "T", Meaning: "stop", Suppress: "stop"}}
	if _, err := h.Store.Commit(context.Background(), other); err != nil {
		t.Fatal(err)
	}
	res, err := h.Store.Commit(context.Background(), st)
	if err != nil {
		t.Fatal(err)
	}
	if res.Permitted[0] {
		t.Fatal("a message was permitted after the stop")
	}
	h.run()
	h.want("cancelled", 1)
	if n := len(h.smsc.Arrivals()); n != 0 {
		t.Fatalf("%d arrivals after a stop", n)
	}
}

// TestLateJob is invariants 1 and 11: what could not leave in its hour waits for the next lawful window, and
// expires when that comes too late.
func TestLateJob(t *testing.T) {
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 6), minor: 10000})
	h.plan()
	for _, at := range []time.Time{thursday.Add(12*time.Hour + time.Millisecond), thursday.Add(20 * time.Hour), thursday.Add(21*time.Hour + 59*time.Minute)} {
		h.at(at)
		h.run()
		if n := len(h.smsc.Arrivals()); n != 0 {
			t.Fatalf("%d messages left at %s", n, at)
		}
		h.want("waiting", 1)
	}
	h.at(thursday.Add(24 * time.Hour))
	h.run()
	h.want("delivered", 1)

	h.take(debt{n: 2, dueOn: day(h.now(), 6), minor: 10000})
	h.plan()
	h.at(thursday.Add(24*time.Hour + DefaultStaleAfter))
	h.run()
	h.want("expired", 1)
	if n := len(h.smsc.Arrivals()); n != 1 {
		t.Fatalf("%d arrivals, want the first one only", n)
	}
}

// TestThrottled: a carrier that asks for patience gets the message again under a new fence and the same slot.
func TestThrottled(t *testing.T) {
	h := newHouse(t, smsc.Config{Seed: 7, Faults: smsc.Faults{Throttle: smsc.Whole / 5}})
	const people = 300
	debts := make([]debt, people)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10000}
	}
	h.take(debts...)
	h.plan()
	h.run()
	states := h.states()
	t.Log(states)
	if states["delivered"]+states["unknown"]+states["accepted"] != people {
		t.Errorf("states %v", states)
	}
	if n := h.count(`SELECT count(*) FROM outcome WHERE kind = 'throttled'`); n == 0 {
		t.Error("nothing was throttled; the test shows nothing")
	}
	if n := h.count(`SELECT count(*) FROM contact`); n != people {
		t.Errorf("%d slots for %d people", n, people)
	}
	seen := map[string]int{}
	for _, a := range h.smsc.Arrivals() {
		if a.Complete() {
			seen[a.Destination]++
		}
	}
	for to, n := range seen {
		if n > 1 {
			t.Errorf("%s has the message %d times", to, n)
		}
	}
}

// TestVirtualTimeNeedsASimulator: a carrier that does not prove to be one is not used under a virtual clock.
func TestVirtualTimeNeedsASimulator(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 10000})
	h.plan()
	o := h.options()
	o.Carriers[0].Simulator = "SOMEBODY-ELSE"
	if _, err := h.Run(context.Background(), o); !errors.Is(err, dispatch.ErrNotSimulator) {
		t.Fatalf("Run = %v", err)
	}
	if n := len(h.smsc.Arrivals()); n != 0 {
		t.Fatalf("%d arrivals", n)
	}
}

// TestCarrierDown: with no carrier nothing is fenced, and the run says so.
func TestCarrierDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 10000})
	h.plan()
	o := h.options()
	o.Carriers[0].Address, o.Patience = "127.0.0.1:1", 300*time.Millisecond
	if _, err := h.Run(context.Background(), o); !errors.Is(err, ErrCarrierDown) {
		t.Fatalf("Run = %v", err)
	}
	if n := h.count(`SELECT count(*) FROM fence`); n != 0 {
		t.Fatalf("%d fences with no carrier", n)
	}
}

// TestTwoRunsAtOnce: two processes' worth of workers side by side send every message once, and no cap breaks.
func TestTwoRunsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{IDs: smsc.Random})
	people := 2000
	if testing.Short() {
		people = 500
	}
	debts := make([]debt, people)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10000}
	}
	h.take(debts...)
	h.plan()
	a, b := h.child(), h.child()
	if err := errors.Join(a.Start(), b.Start()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Wait(), b.Wait()); err != nil {
		t.Fatal(err)
	}
	h.want("delivered", int64(people))
	seen := map[string]int{}
	for _, m := range h.smsc.Arrivals() {
		seen[m.Destination]++
	}
	if len(seen) != people {
		t.Errorf("%d people were written to, of %d", len(seen), people)
	}
	for to, n := range seen {
		if n != 1 {
			t.Errorf("%s: %d times", to, n)
		}
	}
}

// db opens the house's database for reading.
func (h *house) db() *sql.DB {
	h.t.Helper()
	driver, name := "sqlite", "file:"+filepath.Join(h.dir, store.FileName)+"?_pragma=query_only(1)"
	if store.IsURL(h.place) {
		driver, name = "pgx", h.place
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		h.t.Fatal(err)
	}
	return db
}

// count runs a query that counts, on the house's database.
func (h *house) count(query string) int {
	h.t.Helper()
	db := h.db()
	defer func() { _ = db.Close() }()
	var n int
	if err := db.QueryRow(query).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) sender(t testing.TB) *Sender {
	t.Helper()
	r, err := h.newRunning(h.options().Carriers[0], h.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.s.Hire(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.s.batch = 100
	return r.s
}

func (s *Sender) newStep() *store.Step {
	now := s.e.Wire()
	return &store.Step{Worker: s.worker, At: s.now(), WireAt: now, LeaseUntil: now.Add(s.e.lease())}
}

// TestOnlyTheirOwnNumber is invariant 7: a text goes to the number that the ledger gives as the borrower's own at that
// minute. A number that was corrected since planning gets nothing, and neither does one that is no mobile.
func TestOnlyTheirOwnNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	debts := make([]debt, 40)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: int64(10_000 + i)}
	}
	h.take(debts...)
	h.plan()
	for i := range debts[:20] {
		debts[i].phone = phoneOf(1000 + i)
	}
	h.take(debts...)
	h.run()
	got := map[string]string{}
	for _, a := range h.smsc.Arrivals() {
		got[a.Destination] = a.Whole
	}
	if len(got) != len(debts) {
		t.Errorf("%d numbers were written to, want %d", len(got), len(debts))
	}
	for i, d := range debts {
		own := cmp.Or(d.phone, phoneOf(d.n))
		if text := got[strings.TrimPrefix(own, "+")]; !strings.Contains(text, ledger.Money{Minor: d.minor, Currency: "CNY"}.Grouped()) {
			t.Errorf("borrower %d: their number got %q", i+1, text)
		}
	}
}
