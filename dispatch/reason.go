package dispatch

import (
	"errors"

	"github.com/dulyhq/duly/wire/smpp"
)

// reasons are why a request of SMPP had no answer or was not written, those that say more before those that say less.
var reasons = []error{
	smpp.ErrVetoed, smpp.ErrLeaveBy, smpp.ErrTimeout, smpp.ErrEnquire, smpp.ErrStalled, smpp.ErrBindLate, smpp.ErrUnbound, smpp.ErrLost, smpp.ErrClosed,
}

// reasonOf says in a few words, the same each time, why a try has no answer: outcomes are counted by it, and the
// network's own words hold ports that are never the same.
func reasonOf(err error) string {
	for _, r := range reasons {
		if errors.Is(err, r) {
			return r.Error()
		}
	}
	if err == nil {
		return ""
	}
	return err.Error()
}
