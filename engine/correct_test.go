package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// TestAPersonPutsItRight: a misread reply is corrected, what waits is closed, and an arrangement beyond the table needs two people.
func TestAPersonPutsItRight(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t, smsc.Config{})
	h.p.Talk = testTalk()
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000}, debt{n: 2, dueOn: day(thursday, 3), minor: 124000})
	h.say(1, "失业了,实在没钱还", thursday)
	if err := h.Correct(ctx, 1, receive.Question, "staff:7", thursday.Add(time.Minute)); !errors.Is(err, ErrMayNot) {
		t.Errorf("whoever may not lift hardship corrected it away: %v", err)
	}
	if err := h.Correct(ctx, 1, receive.Dispute, "supervisor:3", thursday.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(h.list(`SELECT kind FROM state WHERE gone_at = 0`), " "); got != "dispute" {
		t.Errorf("states %q", got)
	}
	items, err := h.Store.AtDesk(ctx, false)
	if err != nil || len(items) != 1 || items[0].Kind != "dispute" || items[0].Meaning != "dispute" {
		t.Fatalf("at the desk: %+v, %v", items, err)
	}
	if err := h.Store.CloseDesk(ctx, items[0].ID, store.Closure{Who: "staff:7", Outcome: "explained", RootCause: "billing", Lift: true}, thursday.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n := h.count(`SELECT count(*) FROM state WHERE gone_at = 0`); n != 0 {
		t.Errorf("%d states hold after the answer", n)
	}
	if list, err := h.Store.Corrections(ctx); err != nil || len(list) != 1 || list[0].Was != "hardship" || list[0].Meaning != "dispute" || list[0].Text == "" {
		t.Errorf("corrections %+v, %v", list, err)
	}
	found, err := h.Store.Find(ctx, borrowerOf(2))
	if err != nil {
		t.Fatal(err)
	}
	who := found[slices.IndexFunc(found, func(f store.Found) bool { return f.Kind == "borrower" })]
	propose := func(n int) Proposed {
		done, err := h.Propose(ctx, h.p, ledger.BorrowerID(who.ID), &Proposal{Kind: arrange.Plan, Instalments: n, Who: "staff:7"}, thursday)
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	if done := propose(61); done.ID != 0 || done.Ruling.Rule != "CN-HARD-01" {
		t.Errorf("sixty-one instalments for a card: %+v", done)
	}
	done := propose(36)
	if done.Status != arrange.Proposed {
		t.Fatalf("thirty-six: %+v", done)
	}
	if err := h.Approve(ctx, done.ID, "staff:7", thursday); !errors.Is(err, ErrMayNot) {
		t.Errorf("one person agreed to what needs two: %v", err)
	}
	if err := h.Approve(ctx, done.ID, "supervisor:3", thursday); err != nil {
		t.Fatal(err)
	}
	if got := h.list(`SELECT kind FROM state WHERE gone_at = 0`); !slices.Equal(got, []string{"arrangement"}) {
		t.Errorf("states %v", got)
	}
	sp, err := h.Store.SpeakerOf(ctx, ledger.BorrowerID(who.ID))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Store.SetCause(ctx, sp, arrange.Wilful, "supervisor:3", "", thursday); err == nil {
		t.Error("wilful was said without reasons")
	}
	if err := h.Store.SetCause(ctx, sp, arrange.Wilful, "supervisor:3", "says so in writing", thursday); err != nil {
		t.Error(err)
	}
	r, err := h.Store.Talk(ctx, h.p.Row(), time.Time{}, time.Time{}, thursday.AddDate(0, 1, 0))
	if err != nil || r.Replies != 1 || r.Unanswered != 0 || len(r.Counts) < 4 {
		t.Errorf("report %+v, %v", r, err)
	}
	if x, err := h.Explain(ctx, borrowerOf(2), thursday.Add(time.Hour)); err != nil || len(x[0].Agreed) != 1 || len(x[0].Causes) != 1 {
		t.Errorf("explained %+v, %v", x, err)
	}
	if err := h.Store.Withdraw(ctx, done.ID, "staff:7", "paid in cash", thursday); err != nil || h.count(`SELECT count(*) FROM state WHERE gone_at = 0`) != 0 {
		t.Errorf("withdrawn: %v", err)
	}
}
