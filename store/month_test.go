package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// sent plans messages of persons 1 to n on a day, hands them over, and stores receipts for all.
func sent(t *testing.T, s *Store, p Portfolio, edition int64, day time.Time, n int) []outbox.MessageID {
	t.Helper()
	ctx := context.Background()
	page := &PlanPage{Portfolio: p.ID, Edition: edition, At: day, On: ledger.Day(day)}
	b := Batch{Carrier: "main", NotBefore: day, NotAfter: day.Add(24 * time.Hour)}
	for i := range n {
		b.Messages = append(b.Messages, Planned{Person: ledger.PersonID(i + 1), Borrower: 1, Loan: 1, Stage: "1-3", Treatment: 1, Episode: ledger.Day(day)})
	}
	page.Batches = []Batch{b}
	if got, _, err := s.SavePlan(ctx, page); err != nil || got != int64(n) {
		t.Fatalf("planned %d, %v", got, err)
	}
	if got, _, err := s.SavePlan(ctx, page); err != nil || got != 0 {
		t.Fatalf("planned again %d, %v", got, err)
	}
	change(t, s, `UPDATE batch SET next = count, not_after = not_before WHERE next = 0 AND first + count - 1 IN (SELECT max(first + count - 1) FROM batch)`)
	claim, err := s.Due(ctx, p.ID, day, n, 0)
	if err != nil {
		t.Fatal(err)
	}
	worker := hire(t, s)
	set, err := s.CapSet(ctx, ledger.SMS, []CapRow{{Per: PerPerson, N: 1, Days: 1}})
	if err != nil {
		t.Fatal(err)
	}
	st := stepOf(worker, &claim)
	st.At = day
	for _, m := range claim.Messages {
		var seq int64
		if err := s.read.QueryRow(`SELECT coalesce(max(seq), 0) + 1 FROM contact WHERE subject = ?`, int64(m.Person)<<8).Scan(&seq); err != nil {
			t.Fatal(err)
		}
		try := tryOf(m, seq, set)
		try.Day, try.NotAfter = ledger.Day(day), day.Add(time.Hour)
		st.Tries = append(st.Tries, try)
	}
	res, err := s.Commit(ctx, st)
	if err != nil || slices.Contains(res.Permitted, false) || len(res.Permitted) != n {
		t.Fatalf("%+v, %v", res, err)
	}
	back := stepOf(worker, nil)
	back.At = day
	var ids []outbox.MessageID
	for i, m := range claim.Messages {
		f := m.ID.Fence(1)
		ids = append(ids, m.ID)
		id := fmt.Sprintf("%d", m.ID)
		back.Outcomes = append(back.Outcomes, Outcome{Fence: f, Event: outbox.EvAccept, Carrier: "main", IDs: id})
		if i%2 == 0 {
			back.Receipts = append(back.Receipts, Receipt{Fence: f, Part: 1, ID: id, From: "main", Event: outbox.EvDelivered})
		}
	}
	if _, err := s.Commit(ctx, back); err != nil {
		t.Fatal(err)
	}
	return ids
}

func months(t *testing.T, s *Store, now time.Time, keeps []Keep) (names []string) {
	t.Helper()
	due, err := s.DueMonths(context.Background(), now, keeps)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range due {
		names = append(names, m.Format("2006-01"))
	}
	return names
}

// TestRetention keeps the outbox of each month for as long as it has to be kept, and no longer than is asked for: a month of which
// nothing is kept goes as a whole, and on PostgreSQL its parts with it; a legal hold keeps a person's, and only theirs, until it is
// lifted; what counts from the last contact stays with whoever was contacted since.
func TestRetention(t *testing.T) {
	s := open(t)
	p := planned(t, s, 4) // persons 1 to 4
	ctx := context.Background()
	edition, err := s.Edition(ctx, p.ID, noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	day := func(y int, m time.Month) time.Time { return time.Date(y, m, 10, 12, 0, 0, 0, time.UTC) }
	sent(t, s, p, edition, day(2030, 1), 4)
	sent(t, s, p, edition, day(2030, 2), 3)
	sent(t, s, p, edition, day(2030, 3), 1)
	parts := func() (n int) {
		if s.fleet {
			n = len(list(t, s, `SELECT relname FROM pg_class WHERE relname LIKE '%\_2030__' AND relkind = 'r'`))
		}
		return n
	}
	if n := parts(); s.fleet && n != 18 {
		t.Errorf("three months have %d parts", n)
	}
	count := func(y int, m time.Month) string {
		first := outbox.FirstOf(day(y, m))
		last := int64(first) | 1<<outbox.MonthBits - 1
		return list(t, s, `SELECT (SELECT count(*) FROM message WHERE id BETWEEN ? AND ?) || ' ' || (SELECT count(*) FROM fence WHERE id BETWEEN ? AND ?) || ' ' ||
			(SELECT count(*) FROM outcome WHERE fence BETWEEN ? AND ?) || ' ' || (SELECT count(*) FROM sealed_text WHERE fence BETWEEN ? AND ?) || ' ' ||
			(SELECT count(*) FROM receipt WHERE id BETWEEN ? AND ?)`, int64(first), last, int64(first)<<3, last<<3|7, int64(first)<<3, last<<3|7,
			int64(first)<<3, last<<3|7, int64(first)<<11, last<<11|2047)[0]
	}
	keeps := []Keep{{Portfolio: p.ID, Months: 36, After: "record"}}
	if due := months(t, s, day(2033, 1), keeps); slices.Contains(due, "2030-01") {
		t.Errorf("a month is due before its three years are over: %v", due)
	}
	if due := months(t, s, day(2033, 2), keeps); !slices.Contains(due, "2030-01") || slices.Contains(due, "2030-02") {
		t.Errorf("due are %v", due)
	}
	if due := months(t, s, day(2050, 1), nil); due != nil {
		t.Errorf("where nobody says for how long, all is kept, and not %v", due)
	}
	// Too soon: nothing goes, even where it is asked for.
	if r, err := s.Retain(ctx, day(2030, 2), day(2033, 2), keeps); err != nil || r.Gone != 0 || r.Kept != 3 {
		t.Errorf("%+v, %v", r, err)
	}
	// A hold of one person keeps theirs alone.
	change(t, s, `INSERT INTO state (person, borrower, portfolio, region, loan, address, channel, kind, since, until, owner, review_on, digest, cause, known_at)
		VALUES (2, 1, ?, '', 0, 0, '', 'legal_hold', 0, 0, 'legal:1', 0, ?, 'import 1', 1)`, p.ID, []byte{})
	if r, err := s.Retain(ctx, day(2030, 1), day(2033, 2), keeps); err != nil || r != (Retained{Gone: 3, Kept: 1}) {
		t.Errorf("%+v, %v", r, err)
	}
	if got := count(2030, 1); got != "1 1 1 1 0" {
		t.Errorf("of the held person are left %s", got)
	}
	change(t, s, `UPDATE state SET gone_at = 1, lifted_on = 1`)
	if r, err := s.Retain(ctx, day(2030, 1), day(2033, 2), keeps); err != nil || r.Gone != 1 || r.Kept != 0 || r.Dropped != s.fleet {
		t.Errorf("%+v, %v", r, err)
	}
	if got := count(2030, 1); got != "0 0 0 0 0" || s.fleet && parts() != 12 {
		t.Errorf("left %s, %d parts", got, parts())
	}
	if got := list(t, s, `SELECT messages FROM month`); !slices.Equal(got, []string{"4"}) && !slices.Equal(got, []string{"1"}) {
		t.Errorf("noted %v", got)
	}
	// From the last contact on: person 1 was contacted in March, the others in February.
	since := []Keep{{Portfolio: p.ID, Months: 36, After: "last_contact"}}
	if r, err := s.Retain(ctx, day(2030, 2), time.Date(2033, 3, 5, 0, 0, 0, 0, time.UTC), since); err != nil || r != (Retained{Gone: 2, Kept: 1}) {
		t.Errorf("%+v, %v", r, err)
	}
	// Another portfolio's messages, of which nobody says for how long, stay.
	if r, err := s.Retain(ctx, day(2030, 3), day(2050, 1), []Keep{{Portfolio: p.ID + 1, Months: 1, After: "record"}}); err != nil || r.Gone != 0 || r.Kept != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	// What was never handed over and waits is kept whatever its age.
	if got := list(t, s, `SELECT count(*) FROM message`); got[0] != "6" {
		t.Errorf("left %v", got)
	}
}

// TestMonthThatWasNotMade puts what no part was made for where it is found, and goes on.
func TestMonthThatWasNotMade(t *testing.T) {
	s := open(t)
	if !s.fleet {
		t.Skip("SQLite has no parts")
	}
	p := planned(t, s, 2)
	first := int64(outbox.FirstOf(time.Date(2031, 5, 1, 0, 0, 0, 0, time.UTC)))
	change(t, s, `INSERT INTO message (id, batch, person, portfolio, borrower, loan, stage, treatment, episode, planned_on) VALUES (?, 1, 1, ?, 1, 1, 's', 1, 1, 1)`, first+1, p.ID)
	if err := s.MakeMonth(context.Background(), time.Date(2031, 5, 7, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if got := list(t, s, `SELECT tableoid::regclass::text FROM message WHERE id = ?`, first+1); got[0] != "message_other" {
		t.Errorf("it lies in %v", got)
	}
	if got := list(t, s, `SELECT relname FROM pg_class WHERE relname LIKE 'message\_203105'`); len(got) > 0 {
		t.Errorf("made %v", got)
	}
}
