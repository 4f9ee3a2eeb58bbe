package dispatch

import (
	"errors"
	"strings"

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

// receiptCode is what a receipt says, for people. Most say the same as the one before. It is called by the session's reading goroutine alone,
// of which there is one at a time.
func (c *SMPP) receiptCode(s smpp.State, code string) string {
	if k := &c.said; k.text == "" || k.state != s || k.code != code {
		*k = said{s, strings.Clone(code), s.String() + " " + code}
	}
	return c.said.text
}

// said is what a receipt said.
type said struct {
	state smpp.State
	code  string
	text  string
}
