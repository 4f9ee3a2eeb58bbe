package smsc

import (
	"bytes"
	"testing"
)

// FuzzFiles reads any text as a script, as a record and as a share: it ends, and nothing that is read is out of bounds.
func FuzzFiles(f *testing.F) {
	for _, s := range []string{"handsets:\n  - {number: \"8617405000001\", nth: 1, reply: x}\n", "{\"at\":\"2026-09-24T10:00:00Z\"}\n", "0.5", "12%", "-1", "", "{}\n{"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = ParseScript("s.yaml", text)
		_, _ = ReadRecord(bytes.NewReader(text))
		if s, err := ParseShare(string(text)); err == nil {
			if again, err := ParseShare(string(text)); err != nil || again != s {
				t.Errorf("%q is %v, then %v %v", text, s, again, err)
			}
		}
	})
}
