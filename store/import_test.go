package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
)

var (
	shanghai = time.FixedZone("CST", 8*3600)
	noon     = time.Date(2026, 9, 24, 12, 0, 0, 0, shanghai)
)

// A feed is one file as its rows.
type feed struct {
	name string
	kind intake.Kind
	rows []intake.Row
}

func date(s string) ledger.Date {
	d, err := ledger.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func cny(minor int64) ledger.Money { return ledger.Money{Minor: minor, Currency: "CNY"} }

func person(ref, name, phone, identity string) intake.Row {
	kind := ledger.PhoneMobile
	if phone == "" {
		kind = ledger.PhoneUnknown
	}
	return intake.Row{Kind: intake.Borrowers, Borrower: ledger.BorrowerRow{
		ID: ref, Name: name, Phone: phone, PhoneKind: kind, Identity: identity, Language: "zh", Zone: "Asia/Shanghai", Country: "CN",
	}}
}

func loan(ref, borrower string) intake.Row {
	return intake.Row{Kind: intake.Loans, Loan: ledger.LoanRow{
		ID: ref, BorrowerID: borrower, Product: "card", Currency: "CNY", Principal: cny(2_000_000), AnnualRate: 150_000, PenaltyMultiplier: 1_500_000,
	}}
}

func due(loan string, number int, on string, minor int64) intake.Row {
	return intake.Row{Kind: intake.Instalments, Instalment: ledger.InstalmentRow{
		LoanID: loan, Number: number, DueOn: date(on), Amount: cny(minor), Principal: cny(minor), Interest: cny(0), Fees: cny(0),
	}}
}

func paid(id, loan, on string, minor int64) intake.Row {
	return intake.Row{Kind: intake.Payments, Payment: ledger.PaymentRow{ID: id, LoanID: loan, PaidOn: date(on), Amount: cny(minor)}}
}

func file(name string, rows ...intake.Row) feed { return feed{name, rows[0].Kind, rows} }

// give hands the feeds to a stage as intake does.
func give(feeds []feed) func(*Stage) error {
	return func(st *Stage) error {
		for _, f := range feeds {
			if err := st.File(f.name, f.kind); err != nil {
				return err
			}
			for i := range f.rows {
				r := f.rows[i]
				r.File, r.Line, r.Column = f.name, i+2, 1
				if err := st.Row(&r); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func cards(t testing.TB, s *Store) Portfolio {
	t.Helper()
	p, err := s.Portfolio(context.Background(), "bank", "cards")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func take(t testing.TB, s *Store, feeds ...feed) Summary {
	t.Helper()
	sum, err := s.Import(context.Background(), Import{Portfolio: cards(t, s), Now: noon}, give(feeds))
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// facts returns everything that holds now, one line a fact, by the lender's keys.
func facts(t testing.TB, s *Store) []string {
	t.Helper()
	ctx := context.Background()
	var out []string
	add := func(query string, n int) {
		rows, err := s.read.QueryContext(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			vals, dest := make([]any, n), make([]any, n)
			for i := range vals {
				dest[i] = &vals[i]
			}
			if err := rows.Scan(dest...); err != nil {
				t.Fatal(err)
			}
			for i, v := range vals {
				if box, ok := v.([]byte); ok { // a sealed borrower follows its key
					p, err := s.keys.openPerson("cards", vals[i-1].(string), box)
					if err != nil {
						t.Fatal(err)
					}
					vals[i] = fmt.Sprint(p)
				}
			}
			out = append(out, fmt.Sprintln(vals...))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	add(`SELECT 'borrower', b.ref, x.box, f.country, f.phone_kind, (SELECT min(o.ref) FROM borrower o WHERE o.person = b.person)
		FROM borrower b JOIN borrower_fact f ON f.id = b.fact JOIN sealed_borrower x ON x.id = f.id`, 6)
	add(`SELECT 'loan', l.ref, b.ref, f.product, f.annual_rate, f.closed_on FROM loan l JOIN borrower b ON b.id = l.borrower JOIN `+joinLoanFact, 6)
	add(`SELECT 'instalment', l.ref, i.number, i.due_on, i.principal FROM instalment i JOIN loan l ON l.id = i.loan
		WHERE i.known_at = (SELECT max(known_at) FROM instalment WHERE loan = i.loan AND number = i.number)`, 5)
	add(`SELECT 'payment', l.ref, p.key, p.paid_on, p.minor FROM payment p JOIN loan l ON l.id = p.loan
		WHERE p.minor <> 0 AND p.known_at = (SELECT max(known_at) FROM payment WHERE loan = p.loan AND key = p.key)`, 5)
	slices.Sort(out)
	return out
}

// versions counts the rows of every table of facts.
func versions(t testing.TB, s *Store) string {
	t.Helper()
	var out string
	for _, table := range []string{"person", "person_key", "address", "borrower", "borrower_fact", "sealed_borrower", "loan", "loan_fact", "instalment", "payment", "standing"} {
		var n int
		if err := s.read.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out += fmt.Sprintf("%s %d\n", table, n)
	}
	return out
}

func turn(t testing.TB, s *Store, borrower string) (person, turn int64) {
	t.Helper()
	if err := s.read.QueryRow(`SELECT p.id, p.turn FROM borrower b JOIN person p ON p.id = b.person WHERE b.ref = ?`, borrower).Scan(&person, &turn); err != nil {
		t.Fatal(err)
	}
	return person, turn
}

func small() []feed {
	return []feed{
		file("payments.csv", paid("P1", "C1", "2026-09-02", 50_000), paid("P2", "C2", "2026-09-03", 100_000)),
		file("loans.csv", loan("C1", "B1"), loan("C2", "B2"), loan("C3", "B3")),
		file("instalments.csv", due("C1", 4, "2026-08-11", 100_000), due("C1", 5, "2026-09-11", 100_000), due("C2", 4, "2026-09-01", 100_000), due("C3", 1, "2026-09-20", 70_000)),
		file("borrowers.csv", person("B1", "王秀英", "+8617405000001", ""), person("B2", "李建国", "+8617405000002", ""), person("B3", "赵敏", "", "")),
	}
}

func TestImportFirstAndAgain(t *testing.T) {
	s := open(t)
	sum := take(t, s, small()...)
	want := Summary{
		Feed:   true,
		Source: 1, KnownAt: noon.UTC(), AsOf: noon.UTC(),
		Borrowers: Tally{Stated: 3, Added: 3}, Loans: Tally{Stated: 3, Added: 3},
		Instalments: Tally{Stated: 4, Added: 4}, Payments: Tally{Stated: 2, Added: 2}, Persons: 3,
	}
	if d := cmp.Diff(want, sum); d != "" {
		t.Errorf("first import (-want +got):\n%s", d)
	}
	was, held := facts(t, s), versions(t, s)
	_, turnWas := turn(t, s, "B1")
	again := take(t, s, small()...)
	if again.Changes() || !again.KnownAt.After(sum.KnownAt) {
		t.Errorf("a second import says %+v", again)
	}
	if d := cmp.Diff(was, facts(t, s)); d != "" {
		t.Errorf("a second import changed facts:\n%s", d)
	}
	if d := cmp.Diff(held, versions(t, s)); d != "" {
		t.Errorf("a second import added rows:\n%s", d)
	}
	if _, turn := turn(t, s, "B1"); turn != turnWas {
		t.Errorf("a second import moved the turn from %d to %d", turnWas, turn)
	}
}

func TestImportCorrects(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	if _, err := s.Refresh(context.Background(), 1, date("2026-09-24"), assess.Terms{}); err != nil {
		t.Fatal(err)
	}
	_, t1 := turn(t, s, "B1")
	_, t2 := turn(t, s, "B2")
	sum := take(t, s,
		file("i.csv", due("C1", 4, "2026-08-11", 90_000), due("C2", 4, "2026-09-01", 100_000)),
		file("p.csv", paid("P1", "C1", "2026-09-02", 60_000), paid("P3", "C1", "2026-09-05", -10_000)))
	if sum.Instalments != (Tally{Stated: 2, Changed: 1, Same: 1}) || sum.Payments != (Tally{Stated: 2, Added: 1, Changed: 1}) {
		t.Errorf("summary %+v", sum)
	}
	if _, got := turn(t, s, "B1"); got != t1+1 {
		t.Errorf("the turn of a changed person went from %d to %d", t1, got)
	}
	if _, got := turn(t, s, "B2"); got != t2 {
		t.Errorf("the turn of an unchanged person went from %d to %d", t2, got)
	}
	h, err := s.History(context.Background(), 1, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]ledger.Payment{{PaidOn: date("2026-09-02"), Minor: 60_000}, {PaidOn: date("2026-09-05"), Minor: -10_000}}, h.Facts.Payments); d != "" {
		t.Error(d)
	}
	before, err := s.History(context.Background(), 1, noon)
	if err != nil || len(before.Facts.Payments) != 1 || before.Facts.Payments[0].Minor != 50_000 || before.Facts.Instalments[0].Principal != 100_000 {
		t.Errorf("as known before the correction: %+v, %v", before, err)
	}
	if _, err := s.History(context.Background(), 1, noon.Add(-time.Hour)); !errors.Is(err, ErrNotFound) {
		t.Errorf("before the first import: %v", err)
	}
	if n, err := s.Refresh(context.Background(), 1, date("2026-09-24"), assess.Terms{}); err != nil || n != 1 {
		t.Errorf("Refresh = %d, %v; want the one loan touched", n, err)
	}
}

func TestPaymentsWithoutKeys(t *testing.T) {
	s := open(t)
	take(t, s, small()[1:]...)
	take(t, s, file("a.csv", paid("", "C1", "2026-09-02", 500), paid("", "C1", "2026-09-02", 500), paid("", "C1", "2026-09-03", 700)))
	sum := take(t, s, file("b.csv", paid("", "C1", "2026-09-02", 500), paid("", "C1", "2026-09-02", 500)))
	if sum.Changes() {
		t.Errorf("the same multiset changed %+v", sum)
	}
	sum = take(t, s, file("c.csv", paid("", "C1", "2026-09-02", 900)))
	if sum.Payments.Changed != 1 || sum.Withdrawn != 1 {
		t.Errorf("summary %+v", sum)
	}
	h, err := s.History(context.Background(), 1, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	want := []ledger.Payment{{PaidOn: date("2026-09-02"), Minor: 900}, {PaidOn: date("2026-09-03"), Minor: 700}}
	if d := cmp.Diff(want, h.Facts.Payments); d != "" {
		t.Error(d)
	}
	sum = take(t, s, file("d.csv", paid("K1", "C1", "2026-09-02", 100)))
	if sum.Mixed != 1 {
		t.Errorf("a day with both kinds of payment is not said: %+v", sum)
	}
}

func TestPaymentMovesToAnotherLoan(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	sum := take(t, s, file("p.csv", paid("P1", "C2", "2026-09-02", 50_000)))
	if sum.Withdrawn != 1 || sum.Payments.Added != 1 {
		t.Errorf("summary %+v", sum)
	}
	got := strings.Join(facts(t, s), "")
	if strings.Contains(got, "payment C1") || strings.Count(got, "payment C2") != 2 {
		t.Errorf("facts:\n%s", got)
	}
	sum = take(t, s, file("p.csv", paid("P1", "C1", "2026-09-02", 50_000)))
	if sum.Withdrawn != 1 || sum.Payments.Changed != 1 {
		t.Errorf("back again: %+v", sum)
	}
}

func bads(t testing.TB, s *Store, feeds ...feed) (string, error) {
	t.Helper()
	var out []string
	_, err := s.Import(context.Background(), Import{Portfolio: cards(t, s), Now: noon, Bad: func(b intake.BadRow) error {
		out = append(out, b.String())
		return nil
	}}, give(feeds))
	return strings.Join(out, "\n"), err
}

func TestImportBadRows(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	was := versions(t, s)
	back := paid("P9", "C1", "2026-09-10", -100)
	back.Payment.Reverses = "P7"
	dollars := due("C1", 7, "2026-11-11", 100)
	dollars.Instalment.Amount.Currency = "USD"
	usd := loan("C2", "B2")
	usd.Loan.Currency = "USD"
	got, err := bads(t, s,
		file("borrowers.csv", person("B7", "孙丽", "+8617405000007", ""), person("B7", "孙莉", "+8617405000007", "")),
		file("loans.csv", loan("C9", "B99"), usd, loan("C8", "B1")),
		file("instalments.csv", due("C99", 1, "2026-09-01", 100), dollars, due("C1", 8, "2026-12-11", 1), due("C1", 8, "2026-12-11", 2)),
		file("payments.csv", back, paid("P10", "C1", "2026-09-01", 5), paid("P10", "C2", "2026-09-01", 5)),
		file("cash1.csv", paid("", "C3", "2026-09-01", 5)), file("cash2.csv", paid("", "C3", "2026-09-01", 6)))
	if !errors.Is(err, ErrBadRows) {
		t.Errorf("err = %v", err)
	}
	want := `borrowers.csv:2:1: borrower_id: borrower B7 is stated differently at borrowers.csv:3
borrowers.csv:3:1: borrower_id: borrower B7 is stated differently at borrowers.csv:2
loans.csv:2:1: borrower_id: borrower B99 is not known: it is neither in the ledger nor a good row of this import
loans.csv:3:1: currency: the loan is in CNY so far and cannot become one in USD; give it a new loan_id
instalments.csv:2:1: loan_id: loan C99 is not known: it is neither in the ledger nor a good row of this import
instalments.csv:3:1: amount: is in USD, but the loan is in CNY
instalments.csv:4:1: number: instalment 8 of loan C1 is stated differently at instalments.csv:5
instalments.csv:5:1: number: instalment 8 of loan C1 is stated differently at instalments.csv:4
payments.csv:3:1: payment_id: payment P10 is stated differently at payments.csv:4
payments.csv:4:1: payment_id: payment P10 is stated differently at payments.csv:3
payments.csv:2:1: reverses: payment P7 is not one of loan C1
cash1.csv:2:1: paid_on: the files state different payments of loan C3 on this day; without a payment_id one file has to state all of a loan and day
cash2.csv:2:1: paid_on: the files state different payments of loan C3 on this day; without a payment_id one file has to state all of a loan and day`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("bad rows (-want +got):\n%s", d)
	}
	if d := cmp.Diff(was, versions(t, s)); d != "" {
		t.Errorf("a refused import left a trace:\n%s", d)
	}
}

func TestImportSkipsBadRows(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	sum, err := s.Import(context.Background(), Import{Portfolio: cards(t, s), Now: noon, Approve: func(Summary) error { return nil }}, give([]feed{
		file("loans.csv", loan("C9", "B99"), loan("C8", "B1")),
		file("instalments.csv", due("C9", 1, "2026-09-01", 100), due("C8", 1, "2026-09-01", 100)),
	}))
	if err != nil || sum.Bad != 2 || sum.Loans != (Tally{Stated: 2, Added: 1, Bad: 1}) || sum.Instalments != (Tally{Stated: 2, Added: 1, Bad: 1}) {
		t.Errorf("Import = %+v, %v", sum, err)
	}
}

func TestSnapshotCloses(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	o := Import{Portfolio: cards(t, s), Now: noon.Add(time.Hour), Snapshot: true}
	if _, err := s.Import(context.Background(), o, give([]feed{file("p.csv", paid("P5", "C1", "2026-09-02", 1))})); !errors.Is(err, ErrNoLoans) {
		t.Errorf("a snapshot without loans: %v", err)
	}
	sum, err := s.Import(context.Background(), o, give([]feed{file("loans.csv", loan("C1", "B1"))}))
	if err != nil || sum.Closed != 2 || sum.OpenLoans != 3 {
		t.Fatalf("snapshot = %+v, %v", sum, err)
	}
	var closed int
	q := `SELECT count(*) FROM standing WHERE closed_on = ? AND as_of = 0`
	if err := s.read.QueryRow(q, int64(date("2026-09-24"))).Scan(&closed); err != nil || closed != 2 {
		t.Errorf("%d standings closed, %v", closed, err)
	}
	sum, err = s.Import(context.Background(), o, give([]feed{file("loans.csv", loan("C1", "B1"))}))
	if err != nil || sum.Changes() {
		t.Errorf("the same snapshot again = %+v, %v", sum, err)
	}
	sum = take(t, s, file("loans.csv", loan("C2", "B2")))
	if sum.Loans.Changed != 1 {
		t.Errorf("a closed loan that appears again = %+v", sum)
	}
	if err := s.read.QueryRow(`SELECT count(*) FROM standing WHERE closed_on = 0`).Scan(&closed); err != nil || closed != 2 {
		t.Errorf("%d loans open, %v", closed, err)
	}
}

// TestMoverKeepsStop: a borrower who turns out to be another person takes their stop along.
func TestMoverKeepsStop(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	old, _ := turn(t, s, "B1")
	other, otherTurn := turn(t, s, "B2")
	if err := s.update(context.Background(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO state (person, borrower, portfolio, region, loan, address, channel, kind, since, until, owner, review_on, digest,
			cause, known_at) VALUES (?, 0, 0, '', 0, 0, 'sms', 'stop', 1, 0, 'borrower', 0, x'', 'reply 1', 1)`, old)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	sum := take(t, s, file("b.csv", person("B1", "王秀英", "+8617405000002", "")))
	if sum.Moved != 1 {
		t.Errorf("summary %+v", sum)
	}
	if now, turnNow := turn(t, s, "B1"); now != other || turnNow != otherTurn+1 {
		t.Errorf("B1 is person %d at turn %d; want %d at %d", now, turnNow, other, otherTurn+1)
	}
	for _, p := range []int64{old, other} {
		var n int
		if err := s.read.QueryRow(`SELECT count(*) FROM state WHERE person = ? AND kind = 'stop' AND gone_at = 0`, p).Scan(&n); err != nil || n != 1 {
			t.Errorf("person %d has %d stops, %v", p, n, err)
		}
	}
	var n int
	if err := s.read.QueryRow(`SELECT count(*) FROM standing WHERE person = ?`, other).Scan(&n); err != nil || n != 2 {
		t.Errorf("the person has %d standings, %v", n, err)
	}
}

// TestMoverKeepsContacts is invariant 2: a borrower who turns out to be another person has been written to as often as
// before. The contacts of both are counted in the order of time, once each, however often the same news comes.
func TestMoverKeepsContacts(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	old, _ := turn(t, s, "B1")
	other, _ := turn(t, s, "B2")
	contact := func(tx *sql.Tx, person, seq, hour, day, message int64) error {
		_, err := tx.Exec(`INSERT INTO contact (subject, seq, at, day, capset, message, channel, portfolio, treatment, episode)
			VALUES (?, ?, ?, ?, 1, ?, 'sms', 1, 1, 1)`, person<<8, seq, hour, day, message)
		return err
	}
	if err := s.update(context.Background(), func(tx *sql.Tx) error {
		return errors.Join(contact(tx, old, 1, 10, 1, 101), contact(tx, old, 2, 30, 3, 102), contact(tx, other, 1, 20, 4, 201), contact(tx, other, 2, 40, 4, 202))
	}); err != nil {
		t.Fatal(err)
	}
	counted := func(person int64) string {
		return strings.Join(list(t, s, `SELECT seq || ':' || message || '@' || at || '/' || day FROM contact WHERE subject = ? ORDER BY seq`, person<<8), " ")
	}
	const both = "1:101@10/1 2:201@20/4 3:102@30/4 4:202@40/4"
	take(t, s, file("b.csv", person("B1", "王秀英", "+8617405000002", "")))
	if got := counted(other); got != both {
		t.Errorf("the person whom B1 turned out to be has %s, want %s", got, both)
	}
	if got := counted(old); got != "1:101@10/1 2:102@30/3" {
		t.Errorf("the person whom B1 was taken for has %s", got)
	}
	take(t, s, file("b.csv", person("B1", "王秀英", "+8617405000009", "110109"))) // somebody of their own
	take(t, s, file("b.csv", person("B1", "王秀英", "+8617405000002", "110109")))
	if got := counted(other); got != both {
		t.Errorf("after further moves: %s, want %s", got, both)
	}
	if now, _ := turn(t, s, "B1"); counted(now) != both {
		t.Errorf("B1, now person %d, has %s", now, counted(now))
	}
}

func TestWhoIsWho(t *testing.T) {
	s := open(t)
	take(t, s, file("b.csv",
		person("A", "甲", "+8617405000011", ""), person("B", "乙", "+8617405000011", ""),
		person("C", "丙", "+8617405000012", "110101"), person("D", "丁", "+8617405000012", "110102"), person("E", "戊", "", "110101")))
	who := func(ref string) int64 { p, _ := turn(t, s, ref); return p }
	if who("A") != who("B") || who("C") == who("D") || who("C") != who("E") {
		t.Errorf("A %d B %d C %d D %d E %d", who("A"), who("B"), who("C"), who("D"), who("E"))
	}
	c, d := who("C"), who("D")
	take(t, s, file("b.csv", person("C", "丙", "+8617405000013", ""), person("D", "丁", "+8617405000013", "")))
	if who("C") != c || who("D") != d {
		t.Error("rows without an identity number moved people who have one")
	}
	a := who("A")
	take(t, s, file("b.csv", person("A", "甲", "+8617405000011", "110103")))
	take(t, s, file("b.csv", person("B", "乙", "+8617405000011", "110104")))
	if who("A") != a || who("B") == a {
		t.Errorf("a second identity number on a shared phone: A %d B %d, were %d", who("A"), who("B"), a)
	}
	take(t, s, file("b.csv", person("A", "甲", "+8617405000019", "110103")))
	if who("A") != a {
		t.Error("a new phone made a new person")
	}
}

func TestDryRunAndErrorsLeaveNothing(t *testing.T) {
	s := open(t)
	p := cards(t, s)
	was := versions(t, s)
	sum, err := s.Import(context.Background(), Import{Portfolio: p, Now: noon, DryRun: true}, give(small()))
	if err != nil || sum.Loans.Added != 3 || !sum.DryRun || sum.Source != 0 {
		t.Errorf("dry run = %+v, %v", sum, err)
	}
	broken := errors.New("the disk is gone")
	_, err = s.Import(context.Background(), Import{Portfolio: p, Now: noon}, func(st *Stage) error {
		if err := give(small())(st); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("err = %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = s.Import(ctx, Import{Portfolio: p, Now: noon, Approve: func(Summary) error { cancel(); return nil }}, give(small()))
	if err == nil {
		t.Error("a cancelled import was committed")
	}
	if d := cmp.Diff(was, versions(t, s)); d != "" {
		t.Errorf("something was left:\n%s", d)
	}
	if sum := take(t, s, small()...); sum.Source != 1 {
		t.Errorf("the next import = %+v", sum)
	}
}

// TestNothingPersonalInClear is invariant 10: the files of the database hold no name, number or title in clear.
func TestNothingPersonalInClear(t *testing.T) {
	s := open(t)
	b := person("B1", "欧阳菲菲", "+8617405009999", "110101199003071234")
	b.Borrower.Title = "女士们"
	take(t, s, file("b.csv", b))
	for name, text := range kept(t, s) {
		for _, clear := range []string{"欧阳", "菲菲", "17405009999", "199003071234", "女士们"} {
			if strings.Contains(text, clear) || strings.Contains(text, hex.EncodeToString([]byte(clear))) {
				t.Errorf("%s holds %q in clear", name, clear)
			}
		}
	}
}

// kept returns everything that a store keeps, by file or by table.
func kept(t testing.TB, s *Store) map[string]string {
	t.Helper()
	out := map[string]string{}
	if s.fleet {
		for _, table := range list(t, s, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`) {
			out[table] = strings.Join(list(t, s, `SELECT CAST(t AS TEXT) FROM `+table+` t`), "\n")
		}
		if !strings.Contains(out["sealed_borrower"], `\\x`) {
			t.Fatalf("no box is seen: %q", out["sealed_borrower"])
		}
		return out
	}
	if _, err := s.write.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(s.place, "duly.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[f] = string(text)
	}
	return out
}

// TestOtherTermsMakeStandingsAnew: where the terms or the law's ceilings have changed, no standing made before holds.
func TestOtherTermsMakeStandingsAnew(t *testing.T) {
	s := open(t)
	take(t, s, small()...)
	on := date("2026-09-24")
	refresh := func(version string) int {
		n, err := s.Refresh(context.Background(), 1, on, assess.Terms{Version: func(ledger.Date) string { return version }})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	all := refresh("a")
	if again := refresh("a"); all == 0 || again != 0 {
		t.Errorf("%d standings, then %d under the same terms", all, again)
	}
	if other := refresh("b"); other != all {
		t.Errorf("%d of %d standings under other terms", other, all)
	}
}
