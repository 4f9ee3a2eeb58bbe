package assess

import "github.com/dulyhq/duly/ledger"

// Holds says whether the standing is exact on a day.
func (s Standing) Holds(on ledger.Date) bool {
	return s.AsOf != 0 && on >= s.AsOf && (s.ChangesOn == 0 || on < s.ChangesOn)
}

// Add adds what is due on another loan of the same currency.
func (d *Due) Add(o Due) {
	d.Total += o.Total
	d.Principal += o.Principal
	d.Interest += o.Interest
	d.Penalty += o.Penalty
	d.Fees += o.Fees
}
