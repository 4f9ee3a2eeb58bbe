package engine

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
)

// TestParseBill: what the console and the command line take for a bill, and what they do not.
func TestParseBill(t *testing.T) {
	for _, c := range []struct {
		month, parts, total string
		currency            ledger.Currency
		want                measure.Bill
		err                 error
	}{
		{"2026-09", "1,204,833", "54,217.49", "CNY", measure.Bill{Carrier: "main", Month: "2026-09", Parts: 1204833, Minor: 5421749, Unit: "CNY"}, nil},
		{"2026-9", "1", "1.00", "CNY", measure.Bill{}, ErrBillMonth},
		{"2026-13", "1", "1.00", "CNY", measure.Bill{}, ErrBillMonth},
		{"2026-09", "-1", "1.00", "CNY", measure.Bill{}, ErrBillParts},
		{"2026-09", "", "1.00", "CNY", measure.Bill{}, ErrBillParts},
		{"2026-09", "1", "-1.00", "CNY", measure.Bill{}, ErrBillAmount},
		{"2026-09", "1", "1.001", "CNY", measure.Bill{}, ErrBillAmount},
		{"2026-09", "1", "1.00", "", measure.Bill{}, ErrBillAmount},
	} {
		b, err := ParseBill("main", c.month, c.parts, c.total, c.currency)
		if d := cmp.Diff(c.want, b); d != "" || !errors.Is(err, c.err) {
			t.Errorf("%+v: %v %s", c, err, d)
		}
	}
}
