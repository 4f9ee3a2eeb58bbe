package sms_test

import (
	"testing"

	"github.com/dulyhq/duly/wire/sms"
)

// FuzzParseUDH reads any octets as a user data header: what is left is the end of what was given, and a part lies within its total.
func FuzzParseUDH(f *testing.F) {
	for _, b := range [][]byte{{5, 0, 3, 7, 2, 1, 'x'}, {6, 8, 4, 0, 7, 2, 1}, {0}, {}, {255}, {5, 0, 3, 7, 2, 3}} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, rest, err := sms.ParseUDH(b)
		if len(rest) > len(b) || string(rest) != string(b[len(b)-len(rest):]) {
			t.Errorf("%x leaves %x", b, rest)
		}
		if err == nil && c.Total > 0 && (c.Seq < 1 || c.Seq > c.Total) {
			t.Errorf("%x: part %d of %d", b, c.Seq, c.Total)
		}
	})
}
