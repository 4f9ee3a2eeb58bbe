package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// TestErase: a person is not erased while a loan is open or a legal hold holds; then at once what no rule wants kept, and what was said when
// five years are over; what is left tells nobody's name, reports stay as they were, and the stop holds when the person borrows again.
func TestErase(t *testing.T) {
	t.Parallel()
	slow(t)
	ctx := context.Background()
	h := talker(t, map[int][]string{1: {"不好意思忘了,退订"}})
	owed := debt{n: 1, dueOn: day(thursday, 3), minor: 124000}
	h.take(owed, debt{n: 2, dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.run()
	const p = ledger.PersonID(1)
	key := store.PortalKey{Way: store.PortalCode, Secret: "22334455", Borrower: 1, EndsAt: h.now().AddDate(0, 0, 14)}
	if err := h.Store.LetIn(ctx, h.p.row.ID, key, h.now()); err != nil {
		t.Fatal(err)
	}
	refused := func(why string) {
		t.Helper()
		if x, err := h.Erase(ctx, p, "staff:1", h.now()); !errors.Is(err, ErrRefused) || !strings.Contains(strings.Join(x.Refused, "; "), why) {
			t.Fatalf("not refused for %q: %+v, %v", why, x, err)
		}
		if err := h.Store.Erase(ctx, p, time.Time{}, "staff:1", h.now()); !errors.Is(err, store.ErrNotNow) {
			t.Fatalf("the store erases all the same: %v", err)
		}
	}
	refused("loan C00001 is not closed")
	h.at(thursday.AddDate(0, 0, 8))
	owed.paid, owed.closedOn = owed.minor, day(thursday, -5)
	h.take(owed, debt{n: 2, dueOn: day(thursday, 3), minor: 124000})
	h.tell("borrower_id,kind,from,reason,owner\nB00001,legal_hold,2026-09-25,suit,legal:1\n")
	refused("legal hold")
	h.at(thursday.AddDate(0, 0, 9))
	h.tell("borrower_id,kind,from,reason,owner,lifted_on,lifted_by\nB00001,legal_hold,2026-09-25,suit,legal:1,2026-10-03,compliance:1\n")

	funnel := h.states()
	x, err := h.Erase(ctx, p, "compliance:2", h.now())
	if err != nil || x.KeepUntil.IsZero() || !strings.Contains(x.KeptBy, "60 months") {
		t.Fatalf("Erase = %+v, %v", x, err)
	}
	if n := h.count(`SELECT (SELECT count(*) FROM portal_key) + (SELECT count(*) FROM late_cause)`); n != 0 {
		t.Errorf("%d rows are left that no rule wants kept", n)
	}
	if e := h.only(borrowerOf(1)); e.ErasureAsked.IsZero() || !e.Erased.IsZero() || len(e.Replies) != 1 || e.Replies[0].Text == "" {
		t.Errorf("records are not kept: %+v", e)
	}
	n := &Nightly{Engine: h.Engine, Civil: h.now, PlanAt: 6 * time.Hour}
	h.at(x.KeepUntil.Add(-25 * time.Hour))
	h.nightly(n)
	if asked, done, err := h.Store.Erased(ctx, p); err != nil || asked.IsZero() || !done.IsZero() {
		t.Fatalf("erased before five years are over: %v, %v", done, err)
	}
	h.at(x.KeepUntil.Add(25 * time.Hour))
	h.nightly(n)
	e := h.only(borrowerOf(1))
	if e.Erased.IsZero() || len(e.Replies) != 1 || e.Replies[0].Text != "" || len(e.Messages) == 0 || e.Messages[0].Tries[0].Text != "" || strings.Contains(e.Borrowers[0].Name, "黄") {
		t.Errorf("after five years: %+v", e)
	}
	if other := h.only(borrowerOf(2)); other.Messages[0].Tries[0].Text == "" || !strings.Contains(other.Borrowers[0].Name, "黄") {
		t.Errorf("another person is erased with them: %+v", other)
	}
	if now := h.states(); len(now) != len(funnel) || now["delivered"] != funnel["delivered"] {
		t.Errorf("what became of messages was %v, and is %v", funnel, now)
	}
	if got := h.list(`SELECT what || ' ' || subject || ' ' || who FROM audit WHERE what LIKE 'eras%' ORDER BY id`); strings.Join(got, "; ") !=
		"erasure_begun person p1 compliance:2; erased person p1 duly" {
		t.Errorf("audit: %q", got)
	}

	before := len(h.texts(1))
	back := debt{n: 1, dueOn: ledger.Day(h.now()) - 3, minor: 300000}
	h.take(back, debt{n: 2, dueOn: day(thursday, 3), minor: 124000})
	if e := h.only(borrowerOf(1)); !strings.Contains(e.Borrowers[0].Name, "黄") || e.Rule != "CN-HOUSE-STOP-01" {
		t.Errorf("the person who is back is not known, or may be written to: %s, %+v", e.Rule, e.Borrowers)
	}
	h.plan()
	h.run()
	if n := len(h.texts(1)); n != before {
		t.Errorf("%d texts after a stop that was never lifted", n-before)
	}
}
