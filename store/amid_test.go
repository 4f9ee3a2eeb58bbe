package store

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
)

// amid runs f while an import of the feeds is at its rows, and everything that it writes so far is not committed.
func amid(t *testing.T, s *Store, f func() error, feeds ...feed) {
	t.Helper()
	feeds = append(feeds, file("more.csv", loan("C0", "nobody"))) // a bad row, which is told when the borrowers are merged
	ran := false
	_, err := s.Import(context.Background(), Import{
		Portfolio: cards(t, s), Now: noon, Approve: func(Summary) error { return nil },
		Bad: func(intake.BadRow) error { ran = true; return f() },
	}, give(feeds))
	if err != nil || !ran {
		t.Fatalf("%v; something was done meanwhile: %v", err, ran)
	}
}

// TestStepsGoOnDuringAnImport: while an import is at its rows messages are fenced, a stop is stored and counts, caps are asked for, and workers
// come and go. What was judged before the import's commit is not fenced after it.
func TestStepsGoOnDuringAnImport(t *testing.T) {
	s := open(t)
	if !s.fleet {
		t.Skip("SQLite has one writer")
	}
	take(t, s, small()...)
	set := houseCaps(t, s)
	other := reopen(t, s)
	worker := hire(t, s)
	b1, t1 := turn(t, s, "B1")
	b2, t2 := turn(t, s, "B2")
	b3, t3 := turn(t, s, "B3")
	try := func(of, at int64, n outbox.MessageID) Try {
		tr := tryOf(Waiting{ID: outbox.FirstOf(noon) + n, Person: ledger.PersonID(of), Try: 1, Portfolio: 1}, 1, set)
		tr.Turn = at
		return tr
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // so that a lock that is not free is a failure and no standstill
	defer cancel()
	commit := func(st *Step) []bool {
		res, err := other.Commit(ctx, st)
		if err != nil {
			t.Fatal(err)
		}
		return res.Permitted
	}
	amid(t, s, func() error {
		st := stepOf(worker, &Claim{}, try(b1, t1, 1))
		if !commit(st)[0] {
			t.Error("a message that nothing speaks against was not fenced during the import")
		}
		stop := stepOf(worker, nil)
		stop.Replies = []Reply{{Carrier: "main", Address: "+8617405000002", Meaning: "stop", Suppress: "stop", Text: "退订"}}
		commit(stop)
		if commit(stepOf(worker, &Claim{}, try(b2, t2, 2)))[0] {
			t.Error("fenced after a stop that came during the import")
		}
		_, err := other.CapSet(ctx, "sms", []CapRow{{Per: PerPerson, N: 7, Days: 3}})
		if err != nil {
			return err
		}
		id, err := other.Hire(ctx, wire, wire.Add(time.Hour))
		if err != nil {
			return err
		}
		if _, err := other.Settle(ctx, noon, wire); err != nil {
			return err
		}
		return other.Dismiss(ctx, id, 0)
	}, file("borrowers.csv", person("B3", "赵敏", "+8617405000003", "")), file("payments.csv", paid("P9", "C3", "2026-09-04", 10_000)))
	if commit(stepOf(worker, &Claim{}, try(b3, t3, 3)))[0] {
		t.Error("fenced on what was known before the import, after its commit")
	}
	if n := list(t, s, `SELECT count(*) FROM state WHERE person = ? AND kind = 'stop'`, b2); n[0] != "1" {
		t.Errorf("%s stops", n[0])
	}
}

// TestImportAgainstFence: one connection imports something of a person while another fences a message to them that was judged before.
// Whichever is first, no such fence is committed after the import.
func TestImportAgainstFence(t *testing.T) {
	s := open(t)
	if !s.fleet {
		t.Skip("SQLite has one writer")
	}
	n := 40
	if testing.Short() {
		n = 8
	}
	var people, loans []intake.Row
	for i := range n {
		ref := fmt.Sprintf("B%05d", i)
		people = append(people, person(ref, "张三", fmt.Sprintf("+861740%07d", 5_000_000+i), ""))
		loans = append(loans, loan("C"+ref, ref))
	}
	take(t, s, file("b.csv", people...), file("l.csv", loans...))
	set := houseCaps(t, s)
	other := reopen(t, s)
	worker := hire(t, other)
	p := cards(t, s)
	fences := make([]outbox.FenceID, n)
	imported := make([]atomic.Bool, n)
	var took atomic.Int64 // by the import before
	race(t, n, func(r int) error {
		ref, begun := fmt.Sprintf("B%05d", r), time.Now()
		_, err := s.Import(context.Background(), Import{Portfolio: p, Now: noon}, give([]feed{file("p.csv", paid("P"+ref, "C"+ref, "2026-09-04", 10_000))}))
		imported[r].Store(true)
		took.Store(int64(time.Since(begun)))
		return err
	}, func(r int) error {
		who, at := turn(t, other, fmt.Sprintf("B%05d", r))
		late := imported[r].Load()
		time.Sleep(time.Duration(took.Load()) * time.Duration(r%8) / 6) // where in the import it falls; either order is right
		tr := tryOf(Waiting{ID: outbox.FirstOf(noon) + outbox.MessageID(r+1), Person: ledger.PersonID(who), Try: 1, Portfolio: 1}, 1, set)
		tr.Turn = at
		res, err := other.Commit(context.Background(), stepOf(worker, &Claim{}, tr))
		if err == nil && res.Permitted[0] && !late {
			fences[r] = tr.Fence()
		}
		return err
	})
	first := 0
	for r, f := range fences {
		if f == 0 {
			continue
		}
		first++
		for range list(t, s, `SELECT 1 FROM fence f, payment y JOIN loan l ON l.id = y.loan WHERE f.id = ? AND l.ref = ?
			AND pg_xact_commit_timestamp(f.xmin) > pg_xact_commit_timestamp(y.xmin)`, f, fmt.Sprintf("CB%05d", r)) {
			t.Errorf("round %d: the fence was committed after the import", r)
		}
	}
	t.Logf("the fence came first %d times of %d", first, n)
}

// TestImportWaitsForAStep: a step that has looked at the turns, and is held up before its commit, is waited for by an import that is at its
// end. Its fence is committed before the import, and not after it.
func TestImportWaitsForAStep(t *testing.T) {
	s := open(t)
	if !s.fleet {
		t.Skip("SQLite has one writer")
	}
	take(t, s, small()...)
	set := houseCaps(t, s)
	other := reopen(t, s)
	worker := hire(t, other)
	p := cards(t, s)
	b1, t1 := turn(t, s, "B1")
	ctx := context.Background()
	// A slot that is not committed holds the step up, after its look at the turns.
	way, err := s.write.BeginTx(ctx, nil)
	if err == nil {
		_, err = way.ExecContext(ctx, `INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode)
			VALUES (?, 1, ?, ?, ?, 1, 'sms', 1, 1, 1)`, b1<<8, millis(noon), int64(ledger.Day(noon)), set.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	waits := func(what string) bool {
		return list(t, s, `SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = ? AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`, what)[0] != "0"
	}
	stepped, imported := make(chan error, 1), make(chan error, 1)
	tr := tryOf(Waiting{ID: outbox.FirstOf(noon) + 1, Person: ledger.PersonID(b1), Try: 1, Portfolio: 1}, 1, set)
	tr.Turn = t1
	go func() { _, err := other.Commit(ctx, stepOf(worker, &Claim{}, tr)); stepped <- err }()
	for !waits("transactionid") {
		time.Sleep(time.Millisecond)
	}
	go func() {
		_, err := s.Import(ctx, Import{Portfolio: p, Now: noon}, give([]feed{file("p.csv", paid("P9", "C1", "2026-09-04", 10_000))}))
		imported <- err
	}()
	for over := false; !over && !waits("advisory"); {
		select {
		case err := <-imported:
			t.Errorf("the import did not wait: %v", err)
			imported <- err
			over = true
		case <-time.After(time.Millisecond):
		}
	}
	for _, err := range []error{way.Rollback(), <-stepped, <-imported} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if late := list(t, s, `SELECT count(*) FROM fence f, payment y WHERE y.known_at = (SELECT max(known_at) FROM payment)
		AND pg_xact_commit_timestamp(f.xmin) > pg_xact_commit_timestamp(y.xmin)`); late[0] != "0" {
		t.Error("the fence was committed after the import, on what was known before it")
	}
	if n := list(t, s, `SELECT count(*) FROM fence`); n[0] != "1" {
		t.Errorf("%s fences", n[0])
	}
}
