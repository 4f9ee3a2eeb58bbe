package engine

import (
	"errors"
	"testing"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// TestExportWhose: a file is asked for by the lender's key of a borrower. A number that two people share, or that was another's, names nobody.
func TestExportWhose(t *testing.T) {
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, -3), minor: 100, phone: phoneOf(7)}, debt{n: 2, dueOn: day(thursday, -3), minor: 100, phone: phoneOf(7)})
	for key, found := range map[string]bool{borrowerOf(1): true, borrowerOf(2): true, phoneOf(7): false, borrowerOf(3): false} {
		id, err := ExportWhose(t.Context(), h.Store, h.p.Row(), key)
		if found != (err == nil && id != 0) || !found && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %d, %v", key, id, err)
		}
	}
}
