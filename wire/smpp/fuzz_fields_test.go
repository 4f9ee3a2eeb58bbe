package smpp_test

import (
	"bufio"
	"bytes"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// FuzzFields reads any octets as a time, a state, a header and a PDU of a stream: each ends, and a header that is read says a length that may be.
func FuzzFields(f *testing.F) {
	for _, s := range []string{"260924100000032+", "000007000000000R", "", "DELIVRD", "\x00\x00\x00\x10\x80\x00\x00\x15\x00\x00\x00\x00\x00\x00\x00\x01", "\xff\xff\xff\xff"} {
		f.Add([]byte(s))
	}
	reference := time.Date(2026, 9, 24, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, b []byte) {
		if at, err := smpp.ParseTime(string(b), reference); err != nil && !at.IsZero() {
			t.Errorf("%q is refused and is %v", b, at)
		}
		_, _ = smpp.ParseState(string(b))
		if _, err := smpp.ParseHeader(b); err == nil && len(b) < 16 {
			t.Errorf("%x has a header", b)
		}
		_, _ = smpp.ReadPDU(bufio.NewReaderSize(bytes.NewReader(b), smpp.MaxLength))
	})
}
