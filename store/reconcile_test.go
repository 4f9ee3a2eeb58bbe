package store

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// lostMessages hands n messages over of which no answer comes, and returns their numbers.
func lostMessages(t *testing.T, s *Store, n, parts int) []outbox.MessageID {
	t.Helper()
	ctx := context.Background()
	take(t, s, small()...)
	p := cards(t, s)
	edition, err := s.Edition(ctx, p.ID, noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := Batch{Carrier: "main", NotBefore: noon, NotAfter: noon.Add(24 * time.Hour)}
	for i := range n {
		who := i + 1
		b.Messages = append(b.Messages, Planned{Person: ledger.PersonID(who), Borrower: ledger.BorrowerID(who), Loan: ledger.LoanID(who), Stage: "1-3", Treatment: 1, Episode: 1})
	}
	if _, _, err := s.SavePlan(ctx, &PlanPage{Portfolio: p.ID, Edition: edition, At: noon, On: ledger.Day(noon), Batches: []Batch{b}}); err != nil {
		t.Fatal(err)
	}
	claim, err := s.Due(ctx, p.ID, noon, n, 0)
	if err != nil || len(claim.Messages) != n {
		t.Fatalf("%d messages are due, %v", len(claim.Messages), err)
	}
	worker := hire(t, s)
	set, err := s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 1, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	st, back := stepOf(worker, &claim), stepOf(worker, nil)
	st.At, back.At = noon, noon
	var ids []outbox.MessageID
	for _, m := range claim.Messages {
		try := tryOf(m, 1, set)
		try.Parts = parts
		if err := s.read.QueryRow(`SELECT turn FROM person WHERE id = ?`, m.Person).Scan(&try.Turn); err != nil {
			t.Fatal(err)
		}
		st.Tries = append(st.Tries, try)
		back.Outcomes = append(back.Outcomes, Outcome{Fence: m.ID.Fence(1), Event: outbox.EvLost, Code: "smpp: session lost"})
		ids = append(ids, m.ID)
	}
	if res, err := s.Commit(ctx, st); err != nil || slices.Contains(res.Permitted, false) {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := s.Commit(ctx, back); err != nil {
		t.Fatal(err)
	}
	return ids
}

// standsAs is where a message stands, and why.
func standsAs(t *testing.T, s *Store, id outbox.MessageID) string {
	t.Helper()
	return list(t, s, `SELECT v.state || ' ' || `+whyColumn+` FROM message_state v WHERE v.id = ?`, int64(id))[0]
}

// TestReconcile: a person's word moves what nobody knows, the latest word counts, one that is taken back leaves it unknown, and the
// carrier's own late word beats any of it. Each act is in the audit once.
func TestReconcile(t *testing.T) {
	s, ctx := open(t), context.Background()
	ids := lostMessages(t, s, 3, 1)
	hours, err := s.UnsureHours(ctx, nil)
	if err != nil || len(hours) != 1 || hours[0].Number != 3 || !hours[0].Hour.Equal(noon.Truncate(time.Hour)) {
		t.Fatalf("%+v, %v", hours, err)
	}
	by := Act{Who: "administrator:1", At: noon.Add(time.Hour), Real: noon.Add(time.Hour), Reason: "the carrier's answer of today"}
	say := func(want int, words ...Word) {
		t.Helper()
		if n, err := s.Reconcile(ctx, nil, words, "by number", by); err != nil || n != want {
			t.Fatalf("%d changed, not %d: %v", n, want, err)
		}
	}
	say(2, Word{ID: ids[0], Said: SaidArrived}, Word{ID: ids[1], Said: SaidNotArrived, Cause: "absent"})
	say(0, Word{ID: ids[0], Said: SaidArrived}, Word{ID: ids[2], Said: SaidOpen}) // nothing new
	if got := standsAs(t, s, ids[0]) + ", " + standsAs(t, s, ids[1]) + ", " + standsAs(t, s, ids[2]); got != "delivered duly:reconciled, undelivered absent, unknown smpp: session lost" {
		t.Errorf("they are %s", got)
	}
	say(1, Word{ID: ids[1], Said: SaidOpen})
	if got := standsAs(t, s, ids[1]); got != "unknown smpp: session lost" {
		t.Errorf("taken back it is %s", got)
	}
	if m, err := s.Unknown(ctx, hours[0].Portfolio, 10); err != nil || len(m) != 2 {
		t.Errorf("%d are unknown, %v", len(m), err)
	}
	if got := list(t, s, `SELECT count(*) || ' ' || min(who) FROM audit WHERE what = 'reconciled'`)[0]; got != "2 administrator:1" {
		t.Errorf("the audit holds %s", got)
	}
	// A receipt that comes late says what happened.
	back := stepOf(hire(t, s), nil)
	back.Receipts = []Receipt{{Fence: ids[0].Fence(1), Part: 1, ID: "x", From: "main", Event: outbox.EvUndelivered, Code: "EXPIRED", Cause: "absent"}}
	if _, err := s.Commit(ctx, back); err != nil {
		t.Fatal(err)
	}
	if got := standsAs(t, s, ids[0]); got != "undelivered absent" {
		t.Errorf("after the carrier's own word it is %s", got)
	}
	say(0, Word{ID: ids[0], Said: SaidOpen})
	if open, err := s.Unsure(ctx, UnsureAsk{}); err != nil || len(open) != 2 || len(open[1].Address) == 0 {
		t.Errorf("%+v, %v", open, err)
	}
	// Nobody says anything of what is known, and nothing that was said is changed.
	for _, q := range []string{
		`UPDATE reconciled SET word = 'open'`, `UPDATE outcome SET kind = 'accepted' WHERE fence = 0 OR kind = 'unknown'`,
		`INSERT INTO reconciled (audit, fence, at, word) SELECT 1, fence, 1, 'arrived' FROM outcome WHERE kind = 'accepted'`,
	} {
		if _, err := s.write.Exec(q); (err != nil) != !strings.HasPrefix(q, "UPDATE outcome") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

// TestSaidOfAPart: where receipts tell of one part of two, a person's word holds for the whole, and is taken back as any other.
func TestSaidOfAPart(t *testing.T) {
	s, ctx := open(t), context.Background()
	id := lostMessages(t, s, 1, 2)[0]
	back := stepOf(hire(t, s), nil)
	back.Receipts = []Receipt{{Fence: id.Fence(1), Part: 1, ID: "x", From: "main", Event: outbox.EvDelivered, Code: "DELIVRD"}}
	if _, err := s.Commit(ctx, back); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ said, stands string }{{SaidArrived, "delivered duly:reconciled"}, {SaidOpen, "unknown smpp: session lost"}} {
		n, err := s.Reconcile(ctx, nil, []Word{{ID: id, Said: c.said}}, "one", Act{Who: "administrator:1", At: noon, Real: noon, Reason: "r"})
		if got := standsAs(t, s, id); err != nil || n != 1 || got != c.stands {
			t.Errorf("%s: %d changed, it is %s, %v", c.said, n, got, err)
		}
	}
}

// TestTakenAgain: a step whose message did not arrive may be taken once more where a person lets it, its contact counts against caps as before,
// what was decided before that word is explained as it was decided, and the word can be taken back.
func TestTakenAgain(t *testing.T) {
	s, ctx := open(t), context.Background()
	id := lostMessages(t, s, 1, 1)[0]
	contact := func() string {
		return list(t, s, `SELECT count(*) || ' ' || min(c.seq) || ' ' || (min(c.episode) = min(m.episode)) || ' ' || (SELECT turn FROM person WHERE id = 1)
			FROM contact c JOIN message m ON m.id = c.message WHERE c.subject = 1 << 8`)[0]
	}
	flags := strings.NewReplacer("true", "1", "false", "0")
	before := flags.Replace(contact())
	at := noon.Add(2 * time.Hour)
	said := func(w Word, at time.Time) {
		t.Helper()
		if n, err := s.Reconcile(ctx, nil, []Word{w}, "one", Act{Who: "administrator:1", At: at, Real: at, Reason: "r"}); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	}
	said(Word{ID: id, Said: SaidNotArrived, Again: true}, at)
	if got := flags.Replace(contact()); got == before || !strings.HasPrefix(got, "1 1 0 ") {
		t.Errorf("the contact was %s and is %s", before, got)
	}
	touches := func(at time.Time) int {
		t.Helper()
		p, err := s.Past(ctx, cards(t, s), 1, at)
		if err != nil || len(p.Contacts) != 1 {
			t.Fatalf("%+v, %v", p, err)
		}
		return len(p.Touches)
	}
	if touches(at.Add(-time.Minute)) != 1 || touches(at.Add(time.Minute)) != 0 {
		t.Error("what counted then is not what is said to have counted")
	}
	said(Word{ID: id, Said: SaidOpen}, at.Add(time.Hour))
	if got := flags.Replace(contact()); !strings.HasPrefix(got, "1 1 1 ") {
		t.Errorf("taken back it is %s", got)
	}
	if touches(at.Add(time.Minute)) != 0 || touches(at.Add(2*time.Hour)) != 1 {
		t.Error("what counted in between is not what is said to have counted")
	}
}

// TestTakenBackOfAnotherPerson: a borrower has turned out to be another person since their step was let be taken once more. That it is taken
// back counts for who they are now.
func TestTakenBackOfAnotherPerson(t *testing.T) {
	s, ctx := open(t), context.Background()
	id := lostMessages(t, s, 1, 1)[0]
	say := func(w Word) {
		t.Helper()
		at := noon.Add(time.Hour)
		if n, err := s.Reconcile(ctx, nil, []Word{w}, "one", Act{Who: "administrator:1", At: at, Real: at, Reason: "r"}); err != nil || n != 1 {
			t.Errorf("%s: %d changed, %v", w.Said, n, err)
		}
	}
	say(Word{ID: id, Said: SaidNotArrived, Again: true})
	if sum := take(t, s, file("borrowers.csv", person("B1", "王秀英", "+8617405000002", ""))); sum.Moved != 1 {
		t.Fatalf("%+v", sum)
	}
	say(Word{ID: id, Said: SaidOpen})
	for _, got := range list(t, s, `SELECT (c.subject >> 8) || ' ' || c.episode FROM contact c WHERE c.message <> 0 ORDER BY 1`) {
		if got[1:] != " 1" {
			t.Errorf("person and episode: %s", got)
		}
	}
}
