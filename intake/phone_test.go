package intake

import (
	"fmt"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"github.com/dulyhq/duly/ledger"
)

func TestPhones(t *testing.T) {
	for _, c := range []struct {
		given, country, want string
		kind                 ledger.PhoneKind
	}{
		{"+8617405000001", "", "+8617405000001", ledger.PhoneMobile},
		{"17405000001", "CN", "+8617405000001", ledger.PhoneMobile},
		{"0086 174-0500-0001", "CN", "+8617405000001", ledger.PhoneMobile},
		{"１７４０５０００００１", "CN", "+8617405000001", ledger.PhoneMobile},
		{"17405000001", "", "17405000001", ledger.PhoneInvalid},
		{"010-55550100", "CN", "+861055550100", ledger.PhoneFixed},
		{"12800000000", "CN", "12800000000", ledger.PhoneInvalid},
		{"无", "CN", "无", ledger.PhoneInvalid},
		{"", "CN", "", ledger.PhoneUnknown},
		{"(202) 555-0123", "US", "+12025550123", ledger.PhoneMobile},
		{"+447700900123", "", "+447700900123", ledger.PhoneInvalid}, // reserved for drama: the plan assigns it to nobody
	} {
		if got, kind := normalise(c.given, c.country); got != c.want || kind != c.kind {
			t.Errorf("%q in %q: %q %d, want %q %d", c.given, c.country, got, kind, c.want, c.kind)
		}
	}
}

// The short way for mainland mobiles agrees with the library on every range of five digits.
func TestMobileCNAgreesWithTheLibrary(t *testing.T) {
	step := 1
	if testing.Short() { // under the race detector, which has nothing to find here
		step = 97
	}
	for p := 10000; p < 20000; p += step {
		s := fmt.Sprintf("%d123456", p)
		n, err := phonenumbers.Parse("+86"+s, "")
		mobile := err == nil && phonenumbers.IsValidNumber(n) && phonenumbers.GetNumberType(n) == phonenumbers.MOBILE
		if isMobileCN(s) && !mobile {
			t.Errorf("%d: the library does not call it a mobile", p)
		}
		if !isMobileCN(s) && mobile {
			t.Logf("%d is left to the library", p)
		}
	}
}

func BenchmarkPhone(b *testing.B) {
	for _, given := range []string{"+8617405000001", "+861055550100"} {
		b.Run(given, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				normalise(given, "CN")
			}
		})
	}
}
