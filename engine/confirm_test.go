package engine

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/ledger"
)

// TestConfirm: the lender's system books a plan as the ledger has it at that moment, or hears why not.
func TestConfirm(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := talker(t, nil)
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 120000})
	b, err := h.Store.SpeakerOf(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	plan := func(n int) Proposed {
		t.Helper()
		return must(h.Propose(ctx, h.p, b.Borrower, &Proposal{Kind: arrange.Plan, Instalments: n, Who: "staff:17"}, h.now()))
	}
	cny := func(minor int64) ledger.Money { return ledger.Money{Minor: minor, Currency: "CNY"} }
	beyond := plan(36)
	if beyond.Status != arrange.Proposed {
		t.Fatalf("36 instalments are %s: %v", beyond.Status, beyond.Ruling)
	}
	if err := h.Confirm(ctx, beyond.ID, ledger.Money{}, "staff:17", h.now()); !errors.Is(err, ErrMayNot) {
		t.Errorf("who proposed it confirmed it: %v", err)
	}
	if err := h.Confirm(ctx, beyond.ID, cny(119999), "core", h.now()); !errors.Is(err, ErrMayNot) || !strings.Contains(err.Error(), "1200.00") {
		t.Errorf("another total was confirmed: %v", err)
	}
	// A payment comes before the lender's system has booked it: the last instalments shrink, and all sums up.
	h.at(thursday.AddDate(0, 0, 1))
	h.pay(1, 50000, day(thursday, -1))
	if err := h.Confirm(ctx, beyond.ID, cny(70000), "core", h.now()); err != nil {
		t.Fatal(err)
	}
	a := must(h.Store.Arrangement(ctx, beyond.ID))
	if a.Status != arrange.Live || a.Total() != 70000 || a.Due != 70000 || len(a.Parts) != 21 {
		t.Errorf("it is %s over %d of %d in %d parts", a.Status, a.Total(), a.Due, len(a.Parts))
	}
	// It is booked again, and a payment towards it changes nothing of that; a new debt does.
	h.at(thursday.AddDate(0, 0, 4))
	h.pay(1, 4000, day(thursday, -4))
	if err := h.Confirm(ctx, beyond.ID, cny(70000), "core", h.now()); err != nil {
		t.Errorf("after a payment: %v", err)
	}
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 150000})
	if err := h.Confirm(ctx, beyond.ID, ledger.Money{}, "core", h.now()); !errors.Is(err, ErrMayNot) || !strings.Contains(err.Error(), "propose it anew") {
		t.Errorf("although more is owed: %v", err)
	}
}
