package engine

import (
	"testing"
	"time"

	"github.com/dulyhq/duly/smsc"
)

// TestReceiptsOutOfOrder: receipts that come twice, in another order, late or before their response all find
// their message, and none is waited for in vain.
func TestReceiptsOutOfOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{IDs: smsc.Random, Seed: 3, Faults: smsc.Faults{
		EarlyReceipt: smsc.Whole / 4, DuplicateReceipt: smsc.Whole / 10, ReorderReceipt: smsc.Whole / 5,
		LateReceipt: smsc.Whole / 10, LateBy: 100 * time.Millisecond,
	}})
	const people = 500
	debts := make([]debt, people)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10000}
	}
	h.take(debts...)
	h.plan()
	if done := h.run(); done.Awaited != 0 {
		t.Errorf("%d parts are waited for in vain", done.Awaited)
	}
	h.want("delivered", people)
	if early := h.smsc.Counts(); early.Submits < 2*people {
		t.Fatalf("%+v", early)
	}
}
