package store

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
)

// drawChange draws rows of a small book that may say something new of borrowers, loans, instalments and payments. A
// borrower's phone says who they are, so that they may turn out to be another person; a loan may go to another borrower.
// Each book has phones of its own.
func drawChange(t *rapid.T, book int) []feed {
	ref := func(kind string, n int) string {
		return fmt.Sprintf("%s%d", kind, rapid.IntRange(1, n).Draw(t, kind))
	}
	var borrowers, loans, dues, payments []intake.Row
	for range rapid.IntRange(1, 3).Draw(t, "borrowers") {
		b := person(ref("B", 4), "王秀英", fmt.Sprintf("+8617405%05d%d", book, rapid.IntRange(1, 3).Draw(t, "phone")), "")
		b.Borrower.Region = rapid.SampledFrom([]string{"CN-ZJ", "CN-BJ"}).Draw(t, "region")
		b.Borrower.Age = rapid.IntRange(0, 90).Draw(t, "age")
		borrowers = append(borrowers, b)
	}
	for range rapid.IntRange(0, 2).Draw(t, "loans") {
		l := loan(ref("C", 5), ref("B", 4))
		l.Loan.Product = rapid.SampledFrom([]string{"card", "car"}).Draw(t, "product")
		if rapid.IntRange(0, 3).Draw(t, "closed") == 0 {
			l.Loan.ClosedOn = date("2026-08-01")
		}
		loans = append(loans, l)
	}
	for range rapid.IntRange(0, 3).Draw(t, "instalments") {
		on := date("2026-08-20") + ledger.Date(rapid.IntRange(0, 60).Draw(t, "due"))
		dues = append(dues, due(ref("C", 5), rapid.IntRange(1, 3).Draw(t, "number"), on.String(), 100))
	}
	for range rapid.IntRange(0, 2).Draw(t, "payments") {
		loan := ref("C", 5)
		payments = append(payments, paid(fmt.Sprintf("P%s-%d", loan, rapid.IntRange(1, 3).Draw(t, "key")), loan, "2026-08-01", 100))
	}
	var out []feed
	for _, rows := range [][]intake.Row{borrowers, loans, dues, payments} {
		if len(rows) > 0 {
			out = append(out, file(fmt.Sprintf("%d.csv", len(out)), rows...))
		}
	}
	return out
}

// wholeBook is every borrower and loan that a change may be about.
func wholeBook(book int) []feed {
	var borrowers, loans, dues []intake.Row
	for n := 1; n <= 5; n++ {
		if n <= 4 {
			borrowers = append(borrowers, person(fmt.Sprintf("B%d", n), "王秀英", fmt.Sprintf("+8617405%05d%d", book, 1+n%3), ""))
		}
		loans = append(loans, loan(fmt.Sprintf("C%d", n), fmt.Sprintf("B%d", 1+n%4)))
		for k := 1; k <= 3; k++ {
			dues = append(dues, due(fmt.Sprintf("C%d", n), k, (date("2026-08-27")+ledger.Date(n+20*k)).String(), 100))
		}
	}
	return []feed{file("b.csv", borrowers...), file("l.csv", loans...), file("i.csv", dues...)}
}

// TestPlanReads: whatever the lender said in whatever order, a plan looks at those who are late or have something due
// soon, and reads of them what stands in the ledger.
func TestPlanReads(t *testing.T) {
	slow(t)
	ctx := context.Background()
	looked, books := 0, 0
	s := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		books++
		p, err := s.Portfolio(ctx, "bank", fmt.Sprintf("book %d", books))
		if err != nil {
			rt.Fatal(err)
		}
		on := date("2026-09-19") // two loans are late, and the others fall due soon
		if _, err := s.Import(ctx, Import{Portfolio: p, Now: noon}, give(wholeBook(books))); err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			// An import that contradicts itself or names what is not there changes nothing.
			_, err := s.Import(ctx, Import{Portfolio: p, Now: noon}, give(drawChange(rt, books)))
			if err == nil && rapid.Bool().Draw(rt, "refresh between") {
				stale(rt, s, p, on)
			}
			againAsWhole(rt, s, p, on)
			on += ledger.Date(rapid.IntRange(-1, 6).Draw(rt, "days"))
			if _, err := s.Refresh(ctx, p.ID, on, assess.Terms{}); err != nil {
				rt.Fatal(err)
			}
			looked += plansAsAll(rt, s, p, on)
			againAsWhole(rt, s, p, on)
			if rapid.IntRange(0, 3).Draw(rt, "older") > 0 {
				continue
			}
			// A standing that an older version has made names neither borrower nor loan.
			if _, err := s.write.Exec(`UPDATE standing SET borrower_ref = '', loan_ref = '' WHERE portfolio = ? AND loan % 3 = ?`, p.ID, rapid.IntRange(0, 2).Draw(rt, "which")); err != nil {
				rt.Fatal(err)
			}
			againAsWhole(rt, s, p, on)
		}
	})
	if looked == 0 {
		t.Error("no plan ever looked at anybody")
	}
}

// read returns the dossiers, without what a plan does not read.
func read(t *rapid.T, s *Store, w Within) (out []Dossier) {
	err := s.Dossiers(context.Background(), w, func(d *Dossier) error {
		own := *d.Clone()
		own.Turn = 0
		for i := range own.Borrowers {
			own.Borrowers[i].Ref = ""
		}
		for i := range own.Loans {
			own.Loans[i].Ref = ""
		}
		out = append(out, own)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// plansAsAll compares what a plan reads with what stands of everybody, and returns how many it looks at.
func plansAsAll(t *rapid.T, s *Store, p Portfolio, on ledger.Date) int {
	const ahead = 3
	var want []Dossier
	for _, d := range read(t, s, Within{Portfolio: p.ID, On: on, All: true}) {
		covered := false
		for i := range d.Loans {
			st := &d.Loans[i].Standing
			covered = covered || st.OldestUnpaid != 0 || st.NextDueOn != 0 && st.NextDueOn <= on+ahead
			if !st.Holds(on) {
				t.Fatalf("a standing that was made anew does not hold on %s: %+v", on, st)
			}
		}
		if covered {
			want = append(want, d)
		}
	}
	got := read(t, s, Within{Portfolio: p.ID, On: on, Ahead: ahead})
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Dossier{}), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("on %s a plan reads (+) otherwise than stands there (-):\n%s", on, diff)
	}
	return len(got)
}

// againAsWhole: what is read to judge somebody a second time is all that stands of them, whether or not something was learnt
// since the standings were made and whoever else is asked for. Judging is a function of it, so the verdict is the same.
func againAsWhole(t *rapid.T, s *Store, p Portfolio, on ledger.Date) {
	ctx := context.Background()
	var all []ledger.PersonID
	if err := s.Dossiers(ctx, Within{Portfolio: p.ID, On: on, All: true}, func(d *Dossier) error {
		all = append(all, d.Person)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w := Within{Portfolio: p.ID, On: on, Persons: []ledger.PersonID{}}
	for _, who := range all {
		if rapid.Bool().Draw(t, "asked for") {
			w.Persons = append(w.Persons, who)
		}
	}
	if rapid.Bool().Draw(t, "far apart") {
		w.Persons = append(w.Persons, 1<<40)
	}
	whole := func() (out []*Dossier) {
		if err := s.Dossiers(ctx, w, func(d *Dossier) error {
			out = append(out, d.Clone())
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := whole()
	w.Again = true
	if diff := cmp.Diff(want, whole(), cmpopts.IgnoreUnexported(Dossier{}), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("on %s what is read again (+) is not what stands there (-):\n%s", on, diff)
	}
}

// stale checks that a plan that comes between an import and the next refresh meets everybody who has a standing to
// be made anew, and takes none of those for one that holds.
func stale(t *rapid.T, s *Store, p Portfolio, on ledger.Date) {
	met := map[ledger.PersonID]int{}
	for _, d := range read(t, s, Within{Portfolio: p.ID, On: on, Ahead: 3}) {
		for i := range d.Loans {
			if d.Loans[i].Stale {
				met[d.Person]++
			}
		}
	}
	for _, d := range read(t, s, Within{Portfolio: p.ID, On: on, All: true}) {
		n := 0
		for i := range d.Loans {
			if d.Loans[i].Standing.AsOf == 0 {
				n++
			}
		}
		if n > met[d.Person] {
			t.Fatalf("person %d has %d standings to be made anew, and the plan meets %d", d.Person, n, met[d.Person])
		}
	}
}

// TestLeftBehind: when the loan that was due first goes to somebody else, its old person is looked at later.
func TestLeftBehind(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	p := cards(t, s)
	take(t, s, wholeBook(1)...)
	on := date("2026-09-15") // C1 falls due on the 17th, C5 of the same borrower on the 21st
	persons := func() (out []ledger.PersonID) {
		t.Helper()
		if _, err := s.Refresh(ctx, p.ID, on, assess.Terms{}); err != nil {
			t.Fatal(err)
		}
		if err := s.Dossiers(ctx, Within{Portfolio: p.ID, On: on, Ahead: 2}, func(d *Dossier) error {
			out = append(out, d.Person)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	before, _ := turn(t, s, "B2")
	after, _ := turn(t, s, "B3")
	if got := persons(); !cmp.Equal(got, []ledger.PersonID{ledger.PersonID(before)}) {
		t.Fatalf("looked at %v, want person %d", got, before)
	}
	take(t, s, file("l.csv", loan("C1", "B3")))
	if got := persons(); !cmp.Equal(got, []ledger.PersonID{ledger.PersonID(after)}) {
		t.Errorf("looked at %v, want person %d", got, after)
	}
}

// TestStandingRefs: a standing that is made names its borrower and its loan, and the migration that brought these columns filled them for
// those that were there.
func TestStandingRefs(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	p := cards(t, s)
	if _, err := s.Import(ctx, Import{Portfolio: p, Now: noon}, give(wholeBook(1))); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Refresh(ctx, p.ID, date("2026-09-19"), assess.Terms{}); err != nil {
		t.Fatal(err)
	}
	const right = `SELECT count(*) FROM standing s JOIN borrower b ON b.id = s.borrower JOIN loan l ON l.id = s.loan WHERE s.borrower_ref = b.ref AND s.loan_ref = l.ref`
	if n := list(t, s, right)[0]; n != "5" {
		t.Errorf("of 5 standings %s name their borrower and loan", n)
	}
	engine := "sqlite"
	if s.fleet {
		engine = "postgres"
	}
	text, err := schema.ReadFile("schema/" + engine + "/0051_standing_ref.sql")
	if err != nil {
		t.Fatal(err)
	}
	fill := regexp.MustCompile(`(?m)^UPDATE .*;$`).FindString(string(text))
	for _, q := range []string{`UPDATE standing SET borrower_ref = '', loan_ref = ''`, fill} {
		if _, err := s.write.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if n := list(t, s, right)[0]; n != "5" {
		t.Errorf("of 5 standings of before %s name their borrower and loan", n)
	}
}
