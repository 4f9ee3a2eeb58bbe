package law

import "github.com/dulyhq/duly/ledger"

// An Age is what a limitation looks at. A zero day is one that is not known.
type Age struct {
	LastDue     ledger.Date // the last due date of the debt, all instalments of it
	LastPayment ledger.Date // the last payment or acknowledgement
	Barred      bool        // the state time_barred is recorded of the loan
}
