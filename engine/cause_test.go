package engine

import (
	"context"
	"strings"
	"testing"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// TestCauseSteers: whoever lost their work, and whose debit failed, is written to in softer words; of whom a person says that they do not want to
// pay, a letter comes sooner; and the cause stands in no text.
func TestCauseSteers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := talker(t, nil)
	for n := 1; n <= 4; n++ {
		h.take(debt{n: n, dueOn: day(thursday, 10), minor: 124000})
	}
	say := func(n int, c arrange.Cause, who, reasons string) {
		t.Helper()
		if err := h.Store.SetCause(ctx, must(h.Store.SpeakerOf(ctx, ledger.BorrowerID(n))), c, who, reasons, thursday.AddDate(0, 0, -1)); err != nil {
			t.Fatal(err)
		}
	}
	say(1, arrange.JobLoss, "staff:17", "")
	say(2, arrange.Forgot, "staff:17", "")
	say(3, arrange.Wilful, "supervisor:3", "says so in writing")
	h.plan()
	h.run()
	gentle, plain, wilful := h.texts(1), h.texts(2), h.texts(3)
	if len(gentle) != 1 || len(plain) != 1 || len(wilful) != 1 || gentle[0] == plain[0] || plain[0] != wilful[0] {
		t.Fatalf("texts:\n%q\n%q\n%q", gentle, plain, wilful)
	}
	for _, text := range append(gentle, wilful...) {
		if strings.Contains(text, "失业") || strings.Contains(text, "恶意") || strings.Contains(text, "拒不") {
			t.Errorf("a cause stands in a text: %s", text)
		}
	}
	x, err := h.Explain(ctx, borrowerOf(1), h.now())
	if err != nil || len(x) == 0 || x[0].Gently != "cause" {
		t.Errorf("explained: %+v, %v", x, err)
	}
	h.at(thursday.AddDate(0, 0, 11))
	h.take(debt{n: 9, dueOn: day(thursday, -30), minor: 5}) // so that the feed is fresh
	h.plan()
	if got := strings.Join(h.list(`SELECT b.ref || ' ' || t.kind FROM task t JOIN borrower b ON b.id = t.borrower ORDER BY t.id`), "; "); !strings.Contains(got, borrowerOf(3)+" letter") ||
		strings.Contains(got, borrowerOf(2)+" letter") {
		t.Errorf("tasks on day 21: %q", got)
	}
}

// TestAFailedDebitIsACause: a debit was announced, the feed has caught up with it, and nothing came.
func TestAFailedDebitIsACause(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := talker(t, nil)
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000}, debt{n: 2, dueOn: day(thursday, 3), minor: 124000})
	h.at(thursday.AddDate(0, 0, -2))
	_, err := h.Store.Import(ctx, store.Import{Portfolio: h.p.row, Now: h.now()}, func(st *store.Stage) error {
		if err := st.File("loans", intake.Loans); err != nil {
			return err
		}
		for n := 1; n <= 2; n++ {
			if err := st.Row(&intake.Row{Kind: intake.Loans, File: "loans", Line: n + 1, Column: 1, Loan: ledger.LoanRow{
				ID: loanOf(n), BorrowerID: borrowerOf(n), Product: "card", Currency: "CNY", Core: ledger.CoreFacts{DebitUntil: h.now().AddDate(0, 0, 1)}, CoreStated: true,
			}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h.at(thursday.AddDate(0, 0, 3))
	h.pay(2, 124000, day(thursday, 1))
	for range 2 {
		if _, err := h.JudgeAgreed(ctx, h.p, h.now()); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(h.list(`SELECT b.ref || ' ' || c.cause || ' ' || c.source FROM late_cause c JOIN borrower b ON b.id = c.borrower`), "; "); got != borrowerOf(1)+" payment_failed debit" {
		t.Errorf("causes: %q", got)
	}
}
