package receive

import (
	"testing"

	"github.com/dulyhq/duly/outbox"
)

func TestFate(t *testing.T) {
	for _, c := range []struct {
		stat, err string
		event     outbox.Event
		cause     Cause
	}{
		{"DELIVRD", "000", outbox.EvDelivered, NoCause},
		{"DELIVRD", "012", outbox.EvDelivered, NoCause}, // an error code beside DELIVRD changes nothing
		{"delivrd", "", outbox.EvDelivered, NoCause},
		{"2", "", outbox.EvDelivered, NoCause},
		{"ENROUTE", "000", 0, NoCause},
		{"1", "", 0, NoCause},
		{"ACCEPTD", "000", 0, NoCause},
		{"6", "", 0, NoCause},
		{"0", "", 0, NoCause},
		{"EXPIRED", "000", outbox.EvUndelivered, TimedOut},
		{"3", "027", outbox.EvUndelivered, Absent},
		{"DELETED", "001", outbox.EvUndelivered, Removed},
		{"4", "", outbox.EvUndelivered, Removed},
		{"UNDELIV", "001", outbox.EvUndelivered, InvalidNumber},
		{"UNDELIV", "27", outbox.EvUndelivered, Absent},
		{"UNDELIV", "013", outbox.EvUndelivered, Blocked},
		{"UNDELIV", "032", outbox.EvUndelivered, HandsetFull},
		{"UNDELIV", "034", outbox.EvUndelivered, CarrierFailure},
		{"UNDELIV", "000", outbox.EvUndelivered, Undeliverable},
		{"UNDELIV", "21b", outbox.EvUndelivered, Undeliverable},
		{"5", "", outbox.EvUndelivered, Undeliverable},
		{"REJECTD", "", outbox.EvUndelivered, Rejected},
		{"8", "13", outbox.EvUndelivered, Blocked},
		{"UNKNOWN", "000", 0, Unexplained},
		{"7", "", 0, Unexplained},
		{"BADSTAT", "000", 0, Unexplained},
		{"", "", 0, Unexplained},
		{"-1", "", 0, Unexplained},
		{"9", "", 0, Unexplained},
	} {
		event, cause := Fate(c.stat, c.err)
		if event != c.event || cause != c.cause {
			t.Errorf("Fate(%q, %q) = %d, %q; want %d, %q", c.stat, c.err, event, cause, c.event, c.cause)
		}
	}
}

func TestRemedy(t *testing.T) {
	for cause := range remedies {
		if cause.Remedy("zh") == "" || cause.Remedy("en") == "" {
			t.Errorf("%s has no remedy in both languages", cause)
		}
	}
	if NoCause.Remedy("zh") != "" {
		t.Error("a message that arrived needs no remedy")
	}
}
