package receive

import (
	"testing"

	"github.com/dulyhq/duly/outbox"
)

// TestStated: what a statement says for people means what a receipt would have said; a word that nobody knows leaves the fate open.
func TestStated(t *testing.T) {
	for _, c := range []struct {
		word, err string
		event     outbox.Event
		cause     Cause
	}{
		{"DELIVRD", "000", outbox.EvDelivered, NoCause},
		{"delivered", "", outbox.EvDelivered, NoCause},
		{" 发送成功 ", "", outbox.EvDelivered, NoCause},
		{"not delivered", "27", outbox.EvUndelivered, Absent},
		{"失败", "1", outbox.EvUndelivered, InvalidNumber},
		{"失败", "", outbox.EvUndelivered, Undeliverable},
		{"过期", "", outbox.EvUndelivered, TimedOut},
		{"not received", "", outbox.EvUndelivered, CarrierFailure},
		{"ENROUTE", "", 0, NoCause},
		{"maybe", "", 0, Unexplained},
		{"", "", 0, Unexplained},
	} {
		if e, cause := Stated(c.word, c.err); e != c.event || cause != c.cause {
			t.Errorf("%q %q: %d %q", c.word, c.err, e, cause)
		}
	}
}
