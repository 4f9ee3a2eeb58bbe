package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
)

const pageBorrowers = `borrower_id,name,phone,country,timezone,language,identity,birth_date,preferred_hours
B1,测试甲,+8617405310001,CN,Asia/Shanghai,zh,110101190001010015,1990-03-07,09:00-12:00
B2,测试乙,+8617405310002,CN,Asia/Shanghai,en,P1234567,,
B3,测试丙,+8617405310003,CN,Asia/Shanghai,zh,,1988-11-30,
B4,测试丁,+8617405310004,CN,Asia/Shanghai,zh,,,
`

const pageLoans = `loan_id,borrower_id,currency
C1,B1,CNY
C2,B2,CNY
C3,B3,CNY
C4,B4,CNY
`

// atPage opens a store with borrowers who have keys, and returns the number of each.
func atPage(t testing.TB) (*Store, map[string]ledger.BorrowerID) {
	t.Helper()
	s := open(t)
	if _, bad := takeText(t, s, noon, nil, pageBorrowers, pageLoans); bad != "" {
		t.Fatal(bad)
	}
	out := map[string]ledger.BorrowerID{}
	for _, ref := range []string{"B1", "B2", "B3", "B4"} {
		var id ledger.BorrowerID
		if err := s.read.QueryRow(`SELECT id FROM borrower WHERE ref = ?`, ref).Scan(&id); err != nil {
			t.Fatal(err)
		}
		out[ref] = id
	}
	return s, out
}

// comeIn makes a code for a borrower and begins a session with it.
func comeIn(t testing.TB, s *Store, b ledger.BorrowerID, code, cookie string) Guest {
	t.Helper()
	ctx := context.Background()
	k := PortalKey{Way: PortalCode, Secret: code, Borrower: b, EndsAt: noon.Add(14 * 24 * time.Hour)}
	if err := s.LetIn(ctx, cards(t, s).ID, k, noon); err != nil {
		t.Fatal(err)
	}
	g, err := s.PortalEntry(ctx, PortalCode, code, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.StartPortalSession(ctx, g.Key, cookie, noon, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestSecondStep tells by what a borrower may prove who they are, and how it may be written.
func TestSecondStep(t *testing.T) {
	s, of := atPage(t)
	ctx := context.Background()
	for i, c := range []struct {
		borrower string
		kind     ProofKind
		value    string
		right    bool
	}{
		{"B1", Identity6, "010015", true},
		{"B1", Identity6, " 010015 ", true},
		{"B1", Identity6, "110101", false},
		{"B1", Identity4, "0015", false}, // six are asked for
		{"B1", BirthDate, "1990-03-07", true},
		{"B1", BirthDate, "1990-07-03", false},
		{"B2", Identity4, "4567", true},
		{"B2", Identity4, "P1234567", false},
		{"B2", BirthDate, "1990-03-07", false}, // another's
		{"B3", BirthDate, "1988-11-30", true},
		{"B3", Identity6, "010015", false},
		{"B4", Identity6, "", false},
		{"B4", BirthDate, "", false},
	} {
		cookie := string(rune('a' + i))
		g := comeIn(t, s, of[c.borrower], "code"+cookie, cookie)
		p, err := s.ProvePortal(ctx, &g, cookie, cookie+"2", []Answer{{c.kind, c.value}}, noon, noon.Add(time.Hour))
		if err != nil || p.Right != c.right {
			t.Errorf("%s %s %q: %+v, %v; want right %t", c.borrower, c.kind, c.value, p, err, c.right)
		}
		_, before := s.PortalSession(ctx, cookie, noon)
		after, err := s.PortalSession(ctx, cookie+"2", noon)
		if c.right && (!errors.Is(before, ErrNotFound) || err != nil || !after.ProvedAt.Equal(noon)) {
			t.Errorf("%s %s: the first session is %v, the second proved at %v, %v", c.borrower, c.kind, before, after.ProvedAt, err)
		}
		if !c.right && (before != nil || !errors.Is(err, ErrNotFound)) {
			t.Errorf("%s %s: after a wrong answer the first session is %v and the second %v", c.borrower, c.kind, before, err)
		}
	}
	for ref, want := range map[string]int{"B1": 2, "B2": 1, "B3": 1, "B4": 0} {
		if kinds, err := s.ProofKinds(ctx, of[ref]); err != nil || len(kinds) != want {
			t.Errorf("%s proves themselves by %v, %v; want %d", ref, kinds, err, want)
		}
	}
}

// TestGuessing counts wrong answers: many at once have no more tries than one after the other, a lock holds for every key of
// the borrower and ends by itself, and a right answer in the lock is not looked at.
func TestGuessing(t *testing.T) {
	s, of := atPage(t)
	ctx := context.Background()
	g := comeIn(t, s, of["B3"], "one", "c1")
	var mu sync.Mutex
	looked := 0
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			p, err := s.ProvePortal(ctx, &g, "c1", "c2", []Answer{{BirthDate, "1970-01-01"}}, noon, noon.Add(time.Hour))
			mu.Lock()
			defer mu.Unlock()
			if err != nil || p.Right {
				t.Errorf("%+v, %v", p, err)
			}
			looked++
		})
	}
	wg.Wait()
	var wrong int
	if err := s.read.QueryRow(`SELECT count(*) FROM portal_event WHERE what = 'wrong'`).Scan(&wrong); err != nil || wrong != PortalTries {
		t.Errorf("%d of %d answers were looked at (%v), and not %d", wrong, looked, err, PortalTries)
	}
	other := comeIn(t, s, of["B3"], "two", "c3")
	right := []Answer{{BirthDate, "1988-11-30"}}
	p, err := s.ProvePortal(ctx, &other, "c3", "c4", right, noon.Add(time.Hour), noon.Add(2*time.Hour))
	if err != nil || p.Right || !p.LockedUntil.Equal(noon.Add(PortalLock)) {
		t.Errorf("a right answer with another key during the lock: %+v, %v", p, err)
	}
	if p, err := s.PortalLocked(ctx, &other, noon); err != nil || p.Left != 0 || p.LockedUntil.IsZero() {
		t.Errorf("locked: %+v, %v", p, err)
	}
	p, err = s.ProvePortal(ctx, &other, "c3", "c4", right, noon.Add(PortalLock), noon.Add(PortalLock+time.Hour))
	if err != nil || !p.Right {
		t.Errorf("a right answer after the lock: %+v, %v", p, err)
	}
	// A right answer gives all tries back, but a key that was guessed at too often is spent.
	at := noon.Add(PortalLock)
	for range keyTries - PortalTries {
		p, err = s.ProvePortal(ctx, &g, "c1", "c9", []Answer{{BirthDate, "1970-01-01"}}, at, at.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if !p.LockedUntil.IsZero() {
			at = p.LockedUntil
		}
	}
	if p, err = s.ProvePortal(ctx, &g, "c1", "c9", right, at.Add(PortalLock), at.Add(PortalLock)); err != nil || p.Right || !p.Spent {
		t.Errorf("the right answer with a spent key: %+v, %v", p, err)
	}
}

// TestKeysOfThePage tells what lets nobody in: an unknown secret, one of another way, one that is over, an ended session.
func TestKeysOfThePage(t *testing.T) {
	s, of := atPage(t)
	ctx := context.Background()
	g := comeIn(t, s, of["B1"], "mmmm2222", "cookie")
	ends := noon.Add(14 * 24 * time.Hour)
	for what, err := range map[string]error{
		"unknown":     second(s.PortalEntry(ctx, PortalCode, "mmmm2223", noon)),
		"another way": second(s.PortalEntry(ctx, PortalLink, "mmmm2222", noon)),
		"over":        second(s.PortalEntry(ctx, PortalCode, "mmmm2222", ends)),
		"no cookie":   second(s.PortalSession(ctx, "", noon)),
		"another":     second(s.PortalSession(ctx, "cookiE", noon)),
		"session over": second(s.PortalSession(ctx, "cookie",
			noon.Add(time.Hour))),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got, err := s.PortalSession(ctx, "cookie", noon); err != nil || got.Borrower != g.Borrower || got.Ref != "B1" || !got.ProvedAt.IsZero() {
		t.Errorf("the session is %+v, %v", got, err)
	}
	if err := s.EndPortalSession(ctx, "cookie"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PortalSession(ctx, "cookie", noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("a session that was ended: %v", err)
	}
	// The secret is nowhere in the database.
	var n int
	if err := s.read.QueryRow(`SELECT count(*) FROM portal_key WHERE hash = ?`, []byte("mmmm2222")).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d keys lie open, %v", n, err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestKeyOfAMessage: the key that a text holds comes to be with its fence, and not without it.
func TestKeyOfAMessage(t *testing.T) {
	s := open(t)
	p := planned(t, s, 2)
	ctx := context.Background()
	for _, q := range []string{
		`INSERT INTO borrower (id, portfolio, ref, person, fact) VALUES (1, 1, 'B1', 1, 1)`,
		`INSERT INTO source (id, portfolio, known_at, as_of, mode, summary) VALUES (1, 1, 1, 1, 'delta', '')`,
		`INSERT INTO borrower_fact (id, borrower, known_at, source, digest, language, zone, country, region, locality, age, phone_kind, address)
			VALUES (1, 1, 1, 1, x'00', 'zh', '', '', '', '', 0, 0, 0)`,
	} {
		if _, err := s.write.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	capset, worker := houseCaps(t, s), hire(t, s)
	claim, err := s.Due(ctx, p.ID, noon, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	tries := []Try{tryOf(claim.Messages[0], 1, capset), tryOf(claim.Messages[1], 1, capset)}
	tries[1].Turn = 7 // judged on other facts: it may not leave
	for i := range tries {
		tries[i].Lets = []PortalKey{{Way: PortalLink, Secret: []string{"goes", "stays"}[i], Borrower: 1, EndsAt: noon.Add(time.Hour)}}
	}
	res, err := s.Commit(ctx, stepOf(worker, &claim, tries...))
	if err != nil || !res.Permitted[0] || res.Permitted[1] {
		t.Fatalf("%+v, %v", res, err)
	}
	g, err := s.PortalEntry(ctx, PortalLink, "goes", noon)
	if err != nil || g.Fence != tries[0].Fence() || g.Borrower != 1 {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := s.PortalEntry(ctx, PortalLink, "stays", noon); !errors.Is(err, ErrNotFound) {
		t.Errorf("the key of a text that did not leave: %v", err)
	}
}

// TestSaidAtThePage: a word at the page acts as a reply does, in its transaction, on the person and on no other.
func TestSaidAtThePage(t *testing.T) {
	s, of := atPage(t)
	ctx := context.Background()
	_, before := turn(t, s, "B1")
	stopped, err := s.SayAtPage(ctx, []Reply{{Carrier: "page", Borrower: of["B1"], Channel: ledger.App, Text: "停止", Meaning: "stop", Confidence: 1, Language: "zh", Suppress: "stop"}}, noon)
	if err != nil || len(stopped) != 1 {
		t.Fatalf("%v, %v", stopped, err)
	}
	if _, after := turn(t, s, "B1"); after <= before {
		t.Error("the turn of the person did not move on")
	}
	d := dossierOf(t, s, "B1")
	if len(d.States) != 1 || d.States[0].Kind != "stop" || d.States[0].Channel != "" || d.States[0].Address != 0 {
		t.Errorf("states %+v", d.States)
	}
	if _, err := s.SayAtPage(ctx, []Reply{{Carrier: "page", Borrower: of["B2"], Channel: ledger.App, Meaning: "wrong_person", Suppress: "wrong_person"}}, noon); err != nil {
		t.Fatal(err)
	}
	if d := dossierOf(t, s, "B2"); len(d.States) != 1 || d.States[0].Address == 0 || d.States[0].Address != d.Borrowers[0].Address {
		t.Errorf("not me is of %+v", d.States)
	}
	if d := dossierOf(t, s, "B3"); len(d.States) != 0 {
		t.Errorf("somebody else has %+v", d.States)
	}
	if _, err := s.SayAtPage(ctx, []Reply{{Borrower: 999, Meaning: "stop", Suppress: "stop"}}, noon); err == nil {
		t.Error("a word of nobody's was stored")
	}
}

// TestChoice: what a borrower chose holds over the lender's files until they say something new.
func TestChoice(t *testing.T) {
	s, of := atPage(t)
	ctx := context.Background()
	want := ledger.Wish{Open: 18 * 60, Close: 20 * 60, Channel: ledger.SMS}
	check := func(when, language string, w ledger.Wish) {
		t.Helper()
		if b := dossierOf(t, s, "B1").Borrowers[0]; b.Wish != w || b.Language != language {
			t.Errorf("%s: %q %+v, want %q %+v", when, b.Language, b.Wish, language, w)
		}
	}
	check("before", "zh", ledger.Wish{Open: 9 * 60, Close: 12 * 60})
	if err := s.Choose(ctx, of["B1"], Choice{Wish: want, Language: "en"}, noon); err != nil {
		t.Fatal(err)
	}
	check("chosen", "en", want)
	if got, err := s.Recipients(ctx, "cards", dossierOf(t, s, "B1").Borrowers); err != nil || got[of["B1"]].Name != "测试甲" {
		t.Errorf("the sealed row of the new version: %+v, %v", got, err)
	}
	sum, _ := takeText(t, s, noon.Add(time.Hour), nil, pageBorrowers)
	check("the same file again", "en", want)
	if sum.Borrowers.Changed != 0 {
		t.Errorf("the same file changed %d borrowers", sum.Borrowers.Changed)
	}
	moved := `borrower_id,name,phone,country,timezone,language,identity,birth_date,preferred_hours
B1,测试甲,+8617405310009,CN,Asia/Shanghai,zh,110101190001010015,1990-03-07,09:00-12:00
`
	takeText(t, s, noon.Add(2*time.Hour), nil, moved)
	check("another phone", "en", want)
	if err := s.Choose(ctx, of["B1"], Choice{Wish: ledger.Wish{Days: 2}}, noon); err != nil {
		t.Fatal(err)
	}
	check("chosen again, at an earlier hour by a clock that is slow", "en", ledger.Wish{Days: 2})
	takeText(t, s, noon.Add(3*time.Hour), nil, `borrower_id,name,phone,country,timezone,language,identity,birth_date,preferred_hours
B1,测试甲,+8617405310009,CN,Asia/Shanghai,zh,110101190001010015,1990-03-07,14:00-16:00
`)
	check("the file says something new", "en", ledger.Wish{Open: 14 * 60, Close: 16 * 60})
}

// TestProofsComeLater: a book that was imported before there were proofs learns them from the same rows.
func TestProofsComeLater(t *testing.T) {
	s, of := atPage(t)
	if _, err := s.write.Exec(`DELETE FROM proof`); err != nil {
		t.Fatal(err)
	}
	sum, _ := takeText(t, s, noon.Add(time.Hour), nil, pageBorrowers)
	if kinds, err := s.ProofKinds(context.Background(), of["B1"]); err != nil || len(kinds) != 2 || sum.Borrowers.Changed != 0 {
		t.Errorf("%v, %v, %+v", kinds, err, sum.Borrowers)
	}
}
