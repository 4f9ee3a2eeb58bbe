package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// A rolling is a small world in which everything that a report counts happens at random.
type rolling struct {
	*Store
	t       *testing.T
	r       *rand.Rand
	p       Portfolio
	edition int64
	set     CapSet
	worker  int64
	at      time.Time // civil
	wire    time.Time
	open    []Waiting // fenced, without an outcome
	took    []outbox.FenceID
	paid    int
	replies int64
}

func newRolling(t *testing.T, seed uint64) *rolling {
	t.Helper()
	s, ctx := open(t), context.Background()
	take(t, s, small()...)
	w := &rolling{Store: s, t: t, r: rand.New(rand.NewPCG(seed, 1)), p: cards(t, s), at: noon, wire: wire}
	var err error
	if w.edition, err = s.Edition(ctx, w.p.ID, noon, nil); err != nil {
		t.Fatal(err)
	}
	if w.set, err = s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 5, Days: 1}}); err != nil {
		t.Fatal(err)
	}
	w.worker = hire(t, s)
	return w
}

func (w *rolling) ask(all bool) RollAsk {
	return RollAsk{Civil: w.at, Wire: w.wire, All: all, Zone: func(int64) *time.Location { return shanghai }}
}

func (w *rolling) exec(query string, args ...any) {
	w.t.Helper()
	change(w.t, w.Store, query, args...)
}

// step lets something happen.
func (w *rolling) step() {
	w.t.Helper()
	w.at, w.wire = w.at.Add(time.Duration(1+w.r.IntN(30))*time.Hour), w.wire.Add(time.Second)
	switch w.r.IntN(11) {
	case 0, 1:
		w.plan()
	case 2, 3:
		w.fence()
	case 4, 5:
		w.back()
	case 6:
		w.reply()
	case 7:
		w.pay()
	case 8:
		w.desk()
	case 9:
		w.say()
	default:
		w.agree()
	}
}

func (w *rolling) plan() {
	page := &PlanPage{Portfolio: w.p.ID, Edition: w.edition, At: w.at, On: ledger.Day(w.at)}
	b := Batch{Carrier: []string{"main", "other"}[w.r.IntN(2)], NotBefore: w.at, NotAfter: w.at.Add(240 * time.Hour)}
	for i := range 3 {
		if w.r.IntN(3) > 0 {
			b.Messages = append(b.Messages, Planned{
				Person: ledger.PersonID(i + 1), Borrower: ledger.BorrowerID(i + 1), Loan: ledger.LoanID(i + 1), Stage: []string{"1-3", "4-7"}[w.r.IntN(2)],
				Treatment: 1 + w.r.IntN(2), Episode: ledger.Day(noon),
			})
		}
	}
	if page.Batches = []Batch{b}; len(b.Messages) == 0 {
		return
	}
	if _, _, err := w.SavePlan(context.Background(), page); err != nil {
		w.t.Fatal(err)
	}
}

func (w *rolling) fence() {
	ctx := context.Background()
	claim, err := w.Due(ctx, w.p.ID, w.at, 1+w.r.IntN(3), 0)
	if err != nil || len(claim.Messages) == 0 {
		if err != nil {
			w.t.Fatal(err)
		}
		return
	}
	st := stepOf(w.worker, &claim)
	st.At = w.at
	for _, m := range claim.Messages {
		if w.r.IntN(5) == 0 {
			st.Closings = append(st.Closings, Closing{Message: m.ID, State: outbox.Cancelled, Rule: "duly:paid", Reason: "duly:paid"})
			continue
		}
		var seq, turn int64
		if err := w.read.QueryRow(`SELECT coalesce(max(seq), 0) + 1, (SELECT turn FROM person WHERE id = ?) FROM contact WHERE subject = ?`, m.Person, int64(m.Person)<<8).Scan(&seq, &turn); err != nil {
			w.t.Fatal(err)
		}
		try := tryOf(m, seq, w.set)
		try.Day, try.NotAfter, try.Turn, try.Parts = ledger.Day(w.at), w.at.Add(time.Hour), turn, 1+w.r.IntN(2)
		st.Tries = append(st.Tries, try)
	}
	res, err := w.Commit(ctx, st)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, ok := range res.Permitted {
		if ok {
			w.open = append(w.open, st.Tries[i].Message)
		}
	}
}

// back stores outcomes and receipts, some of them late.
func (w *rolling) back() {
	st := stepOf(w.worker, nil)
	st.At = w.at
	var left []Waiting
	for _, m := range w.open {
		f := m.ID.Fence(m.Try)
		o := Outcome{Fence: f, Event: outbox.EvAccept, Carrier: "main", IDs: fmt.Sprint(m.ID, "a ", m.ID, "b")}
		switch w.r.IntN(8) {
		case 0:
			left = append(left, m)
			continue
		case 1:
			o.Event, o.Code, o.IDs = outbox.EvRefuse, "11", ""
		case 2:
			o.Event, o.Code, o.IDs = outbox.EvLost, "gone", ""
		default:
			w.took = append(w.took, f)
		}
		st.Outcomes = append(st.Outcomes, o)
	}
	w.open = left
	var waits []outbox.FenceID
	for _, f := range w.took {
		if w.r.IntN(2) == 0 {
			waits = append(waits, f)
			continue
		}
		part, bad := 1+w.r.IntN(2), w.r.IntN(4) == 0
		rc := Receipt{Fence: f, Part: part, ID: fmt.Sprint(f), From: "main", Event: outbox.EvDelivered}
		if bad {
			rc.Event, rc.Code, rc.Cause = outbox.EvUndelivered, "EXPIRED", "absent"
		}
		st.Receipts = append(st.Receipts, rc)
	}
	w.took = waits
	if _, err := w.Commit(context.Background(), st); err != nil {
		w.t.Fatal(err)
	}
}

func (w *rolling) reply() {
	meaning := []string{"stop", "complaint", "ack", "promise"}[w.r.IntN(4)]
	err := w.write.QueryRow(`INSERT INTO reply (at, carrier, person, address, meaning, confidence, language, handled, portfolio) VALUES (?, 'main', ?, ?, ?, 1, 'zh', ?, ?) RETURNING id`,
		millis(w.at), 1+w.r.IntN(3), []byte("a"), meaning, w.r.IntN(2), w.p.ID).Scan(&w.replies)
	if err != nil {
		w.t.Fatal(err)
	}
}

// say lets a person say something of messages of which nobody knows, while they are counted.
func (w *rolling) say() {
	list, err := w.Unsure(context.Background(), UnsureAsk{})
	if err != nil {
		w.t.Fatal(err)
	}
	var words []Word
	for i := range list {
		// What is said later than sums are counted is in them no more.
		if w.r.IntN(2) == 0 && w.at.Sub(list[i].At) < 30*24*time.Hour {
			said := []string{SaidArrived, SaidNotArrived, SaidNotArrived, SaidOpen}[w.r.IntN(4)]
			words = append(words, Word{ID: list[i].ID, Said: said, Again: said == SaidNotArrived && w.r.IntN(2) == 0})
		}
	}
	if _, err := w.Reconcile(context.Background(), nil, words, "some", Act{Who: "staff:1", At: w.at, Real: w.at}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *rolling) pay() {
	w.paid++
	on := ledger.Day(w.at) - ledger.Date(w.r.IntN(5))
	row := paid(fmt.Sprint("R", w.paid), fmt.Sprint("C", 1+w.r.IntN(3)), on.String(), int64(100+w.r.IntN(900)))
	if _, err := w.Import(context.Background(), Import{Portfolio: w.p, Now: w.at}, give([]feed{file("payments.csv", row)})); err != nil {
		w.t.Fatal(err)
	}
}

func (w *rolling) desk() {
	if w.replies == 0 {
		return
	}
	reply := 1 + w.r.Int64N(w.replies)
	switch w.r.IntN(3) {
	case 0:
		w.exec(`INSERT INTO desk (kind, reply, person, portfolio, borrower, opened_at, due_at, urgent, hours) VALUES ('complaint', ?, 1, ?, 1, ?, ?, 0, '')`, reply, w.p.ID, millis(w.at), millis(w.at))
	case 1:
		w.exec(`UPDATE desk SET open = 0 WHERE reply = ?`, reply)
		w.exec(`INSERT INTO desk_event (desk, at, who, what, word) SELECT id, ?, 'staff:1', 'closed', 'done' FROM desk WHERE reply = ?`, millis(w.at), reply)
	default:
		w.exec(`INSERT INTO correction (reply, at, who, meaning) VALUES (?, ?, 'staff:1', 'complaint')`, reply, millis(w.at))
	}
}

func (w *rolling) agree() {
	var id int64
	err := w.write.QueryRow(`INSERT INTO arrangement (kind, person, portfolio, borrower, currency, due, minor, waived, made_at, made_on, grace, resumes, source, status)
		VALUES ('promise', 1, ?, 1, 'CNY', 1000, 1000, 0, ?, ?, 1, 0, 'page', 'live') RETURNING id`, w.p.ID, millis(w.at), ledger.Day(w.at)).Scan(&id)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, of := range []int64{id, 1 + w.r.Int64N(id)} {
		status := []string{"live", "kept", "broken"}[w.r.IntN(3)]
		w.exec(`UPDATE arrangement SET status = ? WHERE id = ?`, status, of)
		w.exec(`INSERT INTO arrangement_event (arrangement, at, status, minor, decided_on, who, reason) VALUES (?, ?, ?, ?, 0, 'payments', 'r')`, of, millis(w.at), status, w.r.IntN(1000))
	}
}

// fold folds some of what is due, and is killed at a random place: between two pieces, or between counting one and storing it. Now and
// then another process folds in the middle.
func (w *rolling) fold() {
	w.t.Helper()
	ctx, kill := context.WithCancel(context.Background())
	defer kill()
	f := folding{Store: w.Store, ctx: ctx, ask: w.ask(w.r.IntN(3) == 0)}
	if err := f.marks(); err != nil {
		w.t.Fatal(err)
	}
	due, err := f.due()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range due {
		switch w.r.IntN(6) {
		case 0:
			kill()
			if _, err := f.look(p); !errors.Is(err, context.Canceled) {
				w.t.Fatal(err)
			}
			return
		case 1: // somebody else was faster: what this one does of the piece changes nothing
			if _, _, err := w.Roll(context.Background(), w.ask(true)); err != nil {
				w.t.Fatal(err)
			}
		case 2:
			return
		}
		if _, err := f.look(p); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *rolling) sums() []string {
	return list(w.t, w.Store, `SELECT what || ' ' || day || ' ' || stage || ' ' || name || ' ' || carrier || ' ' || state || ' ' || reason || ' ' || unit || ': ' || n || ' ' || parts || ' ' || replied || ' '
		|| stopped || ' ' || complained || ' ' || paid || ' ' || chased || ' ' || minor || ' ' || came FROM roll_sum
		WHERE n <> 0 OR parts <> 0 OR replied <> 0 OR paid <> 0 OR minor <> 0 OR came <> 0 ORDER BY 1`)
}

// TestRollIsARecount: whatever happens in whatever order, and however often the fold stops or two fold at once, the sums are those of
// counting everything anew, and the messages of each state those that the outbox says.
func TestRollIsARecount(t *testing.T) {
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newRolling(t, seed)
			for range 120 {
				w.step()
				if w.r.IntN(3) == 0 {
					w.fold()
				}
			}
			ctx := context.Background()
			w.wire = w.wire.Add(time.Minute)
			if _, _, err := w.Roll(ctx, w.ask(true)); err != nil {
				t.Fatal(err)
			}
			got := w.sums()
			for _, table := range []string{"roll_sum", "roll_piece", "roll_cursor"} {
				w.exec(`DELETE FROM ` + table)
			}
			if _, _, err := w.Roll(ctx, w.ask(true)); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(w.sums(), got); d != "" || len(got) < 20 {
				t.Errorf("counted anew (-) and folded (+), %d sums:\n%s", len(got), d)
			}
			w.against()
		})
	}
}

// TestRollSpans: any span of days has the same sums whether it is read by months and days or by days alone.
func TestRollSpans(t *testing.T) {
	w := newRolling(t, 2)
	for range 150 {
		w.step()
	}
	ctx := context.Background()
	if _, _, err := w.Roll(ctx, w.ask(true)); err != nil {
		t.Fatal(err)
	}
	first, last, months := ledger.Day(noon), ledger.Day(w.at), 0
	for range 60 {
		from, to := first+ledger.Date(w.r.IntN(int(last-first)))-3, first+ledger.Date(w.r.IntN(int(last-first)))+3
		if w.r.IntN(6) == 0 {
			from = 0
		}
		if w.r.IntN(6) == 0 {
			to = 0
		}
		if w.r.IntN(4) == 0 && to != 0 { // the last day of a month
			to = ledger.Date(nextMonth(to)) - 1
		}
		for _, what := range []string{"message", "nth", "reply", "sent"} {
			all, err := w.Rolled(ctx, w.p.ID, what, from, to, false)
			if err != nil {
				t.Fatal(err)
			}
			days, err := w.Rolled(ctx, w.p.ID, what, from, to, true)
			if err != nil {
				t.Fatal(err)
			}
			got, want := tally{}, tally{}
			for _, r := range all {
				got.add(r.Roll, r.Sums)
			}
			for _, r := range days {
				r.Day = 0
				want.add(r.Roll, r.Sums)
			}
			if d := cmp.Diff(want.list(), got.list()); d != "" {
				t.Fatalf("%s from %s to %s:\n%s", what, from, to, d)
			}
		}
		if rollSpans("message", from, to, false)[0].what != "message" {
			months++
		}
	}
	if months < 20 {
		t.Errorf("only %d spans were read by months", months)
	}
}

// against holds the sums to what the outbox says.
func (w *rolling) against() {
	w.t.Helper()
	ctx := context.Background()
	counts, err := w.Counts(ctx, w.p.ID, time.Time{}, time.Time{})
	if err != nil {
		w.t.Fatal(err)
	}
	rolled, err := w.Rolled(ctx, w.p.ID, "message", 0, 0, false)
	if err != nil {
		w.t.Fatal(err)
	}
	sum := map[Count]int64{}
	followed := Sums{}
	for _, r := range rolled {
		sum[Count{Stage: r.Stage, State: r.State, Reason: r.Reason}] += r.N<<20 + r.Parts
		followed.add(r.Sums, 1)
	}
	for _, c := range counts {
		k := Count{Stage: c.Stage, State: c.State, Reason: c.Reason}
		if sum[k] != c.Number<<20+c.Parts {
			w.t.Errorf("%+v: rolled %d and %d parts", c, sum[k]>>20, sum[k]&(1<<20-1))
		}
		delete(sum, k)
	}
	if len(sum) > 0 {
		w.t.Errorf("sums of what is not there: %v", sum)
	}
	if followed.Replied == 0 || followed.Paid == 0 {
		w.t.Errorf("nothing followed: %+v", followed)
	}
}

// TestRollSeals: what a month gave to the sums stays when its messages are given up, and what comes later adds nothing to it.
func TestRollSeals(t *testing.T) {
	w := newRolling(t, 3)
	ctx := context.Background()
	for range 60 {
		w.step()
	}
	roll := func() {
		t.Helper()
		if _, _, err := w.Roll(ctx, w.ask(true)); err != nil {
			t.Fatal(err)
		}
	}
	roll()
	for m := noon; m.Before(w.at.AddDate(0, 1, 0)); m = m.AddDate(0, 1, 0) {
		if err := w.SealRolled(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	got := w.sums()
	for _, table := range []string{"receipt", "outcome", "sealed_text", "fence", "closed", "message"} {
		w.exec(`DELETE FROM ` + table)
	}
	w.reply()
	w.exec(`DELETE FROM reply WHERE id = (SELECT max(id) FROM reply)`)
	roll()
	if d := cmp.Diff(got, w.sums()); d != "" || len(got) < 10 {
		t.Errorf("before (-) and after (+):\n%s", d)
	}
}
