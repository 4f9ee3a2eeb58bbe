package forecast

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

var (
	shanghai = func() *time.Location {
		l, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			panic(err)
		}
		return l
	}()
	opening = ledger.NewDate(2026, 9, 24)
)

// A lender is a store with a book of made-up people, of whom every loan has paid its way so far or not.
type lender struct {
	t    *testing.T
	dir  string
	keys *store.Keys
}

func newLender(t *testing.T, people int) *lender {
	t.Helper()
	dir := t.TempDir()
	return newLenderAt(t, dir, dir, people)
}

func (l *lender) open(dir string) *store.Store {
	l.t.Helper()
	s, err := store.Open(context.Background(), dir, l.keys)
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// stage gives each person a loan of twelve weekly instalments, of which some are behind: most people pay a few days
// late, every fourth in time, every tenth stopped paying.
func stage(st *store.Stage, people int) error {
	cny := func(n int64) ledger.Money { return ledger.Money{Minor: n, Currency: "CNY"} }
	var rows []intake.Row
	add := func(kind intake.Kind, r intake.Row) { r.Kind = kind; rows = append(rows, r) }
	for n := range people {
		id := fmt.Sprintf("%05d", n)
		add(intake.Borrowers, intake.Row{Borrower: ledger.BorrowerRow{
			ID: "B" + id, Name: "黄淑芬", Phone: fmt.Sprintf("+8617405%06d", n), PhoneKind: ledger.PhoneMobile, Language: "zh", Zone: "Asia/Shanghai", Country: "CN",
		}})
		add(intake.Loans, intake.Row{Loan: ledger.LoanRow{ID: "C" + id, BorrowerID: "B" + id, Product: "card", Currency: "CNY", Principal: cny(120000)}})
		for i := range 12 {
			due := opening + ledger.Date(7*(i-6)-n%7)
			add(intake.Instalments, intake.Row{Instalment: ledger.InstalmentRow{
				LoanID: "C" + id, Number: i + 1, DueOn: due, Amount: cny(10000), Principal: cny(10000), Interest: cny(0), Fees: cny(0),
			}})
			late := ledger.Date(n % 4)
			if due+late <= opening && (n%10 != 0 || i < 4) {
				add(intake.Payments, intake.Row{Payment: ledger.PaymentRow{ID: fmt.Sprintf("P%s-%d", id, i), LoanID: "C" + id, PaidOn: due + late, Amount: cny(10000)}})
			}
		}
	}
	for _, kind := range []intake.Kind{intake.Borrowers, intake.Loans, intake.Instalments, intake.Payments} {
		if err := st.File(fmt.Sprint(kind), kind); err != nil {
			return err
		}
		for i := range rows {
			if rows[i].Kind != kind {
				continue
			}
			rows[i].File, rows[i].Line, rows[i].Column = fmt.Sprint(kind), i+2, 1
			if err := st.Row(&rows[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func portfolio(t *testing.T) *engine.Portfolio {
	t.Helper()
	strategy, _, err := engine.Shipped("strategy", "cn-default")
	if err != nil {
		t.Fatal(err)
	}
	book, tables, err := engine.Shipped("rulebook", "cn")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := engine.ShippedTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	id := engine.Identity{Creditor: "晨光银行", Signature: "晨光银行", Phone: "4008000000", Verify: "晨光银行App", Officer: "林经理", StopWord: "R"}
	p, err := engine.Compile(engine.Spec{
		Ref: "cards", Creditor: "bank", Zone: "Asia/Shanghai", Language: "zh", Party: "creditor", Strategy: strategy, Rulebooks: []engine.Source{book},
		Tables: tables, Templates: texts, LedgerMaxAge: 36 * time.Hour, Carrier: "main", Identity: map[compose.Language]engine.Identity{"zh": id, "en": id},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// try lives through days on a copy of the lender's store.
func (l *lender) try(days int, seed uint64, change func(*Book)) *Result {
	l.t.Helper()
	ctx := context.Background()
	own, dir := l.open(l.dir), l.t.TempDir()
	s, err := own.Copy(ctx, dir, 0)
	if err != nil {
		l.t.Fatal(err)
	}
	if err := own.Close(); err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	row, err := s.Portfolio(ctx, "bank", "cards")
	if err != nil {
		l.t.Fatal(err)
	}
	m, err := Learn(ctx, s, row.ID, opening, Defaults)
	if err != nil {
		l.t.Fatal(err)
	}
	b := Book{Portfolio: portfolio(l.t), Model: m}
	if change != nil {
		change(&b)
	}
	r, err := Run(ctx, Config{Store: s, Books: []Book{b}, From: opening + 1, Days: days, Seed: seed, Wire: time.Now})
	if err != nil {
		l.t.Fatal(err)
	}
	return r[0]
}

// gentle leaves out every other treatment.
func gentle(b *Book) {
	for i := range b.Portfolio.Strategy.Stages {
		st := &b.Portfolio.Strategy.Stages[i]
		kept := st.Treatments[:0:0]
		for j := range st.Treatments {
			if j%2 == 0 {
				kept = append(kept, st.Treatments[j])
			}
		}
		st.Treatments = kept
	}
}

// TestDays: the sums agree with each other, the same seed gives the same days, and another one other days.
func TestDays(t *testing.T) {
	l := newLender(t, 300)
	a, again, other := l.try(12, 1, nil), l.try(12, 1, nil), l.try(12, 2, nil)
	if !reflect.DeepEqual(a, again) {
		t.Errorf("the same seed gave\n%+v\nand\n%+v", a, again)
	}
	if reflect.DeepEqual(a.Days, other.Days) {
		t.Error("another seed gave the same days")
	}
	var persons, messages, byDay int64
	for n, k := range a.PerPerson {
		persons += k
		messages += int64(n) * k
	}
	for _, d := range a.Days {
		byDay += d.Messages
	}
	if persons != 300 || a.Persons != 300 || messages != a.Messages || byDay != a.Messages || a.Messages == 0 || a.Segments < a.Messages {
		t.Errorf("%d persons, %d messages by person, %d by day: %+v", persons, messages, byDay, a)
	}
	if a.Paid["CNY"] == 0 || a.Because["CNY"] == 0 || a.Because["CNY"] >= a.Paid["CNY"] || len(a.Holds) == 0 || a.Holds[nothingDue] != 0 {
		t.Errorf("%+v", a)
	}
}

// TestSameLuck: two strategies meet the same people with the same luck, so that without an effect of messages both see
// the same money, and with one the strategy that writes more sees more of it.
func TestSameLuck(t *testing.T) {
	l := newLender(t, 300)
	idle := func(b *Book) { b.Model.Lift, b.Model.Stop = 0, 0 }
	much, little := l.try(12, 5, idle), l.try(12, 5, func(b *Book) { idle(b); gentle(b) })
	if much.Messages <= little.Messages {
		t.Fatalf("%d and %d messages", much.Messages, little.Messages)
	}
	if !reflect.DeepEqual(much.Paid, little.Paid) || much.Cured != little.Cured || much.Because["CNY"] != 0 {
		t.Errorf("without an effect: %v and %v", much.Paid, little.Paid)
	}
	strong := func(b *Book) { b.Model.Lift, b.Model.Stop = 0.6, 0 }
	much, little = l.try(12, 5, strong), l.try(12, 5, func(b *Book) { strong(b); gentle(b) })
	if much.Because["CNY"] <= little.Because["CNY"] {
		t.Errorf("with a strong effect: %v and %v", much.Because, little.Because)
	}
}

// TestLearn: what borrowers do is counted by hand here.
func TestLearn(t *testing.T) {
	inst := func(n int, due ledger.Date) ledger.Instalment {
		return ledger.Instalment{Number: n, DueOn: due, Principal: 100}
	}
	pay := func(on ledger.Date, minor int64) ledger.Payment { return ledger.Payment{PaidOn: on, Minor: minor} }
	var c tally
	c.loan(
		[]ledger.Instalment{inst(1, 100), inst(2, 110), inst(3, 120), inst(4, 130), inst(5, 200)},
		[]ledger.Payment{pay(99, 100), pay(111, 60), pay(113, 40), pay(126, 150)}, 140)
	// The first in time; the second three days late; the third six; the fourth is half paid and ten days late.
	if c.due != 4 || c.inTime != 1 {
		t.Errorf("%+v", c)
	}
	if want := [len(spans)]int64{0, 1, 1}; c.met != want {
		t.Errorf("met %v, want %v", c.met, want)
	}
	// Days unmet: 3 + 6 + 9, of which the first of each, then two of each, then 3 and 4, then 2.
	if want := [len(spans)]int64{3, 6, 7, 2}; c.days != want {
		t.Errorf("days %v, want %v", c.days, want)
	}
	l := newLender(t, 120)
	s := l.open(l.dir)
	t.Cleanup(func() { _ = s.Close() })
	row, err := s.Portfolio(context.Background(), "bank", "cards")
	if err != nil {
		t.Fatal(err)
	}
	m, err := Learn(context.Background(), s, row.ID, opening, Defaults)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Learned || m.OnTime < 0.15 || m.OnTime > 0.3 || m.Asked || m.Lift != Defaults.Lift {
		t.Errorf("learned %+v", m)
	}
}
