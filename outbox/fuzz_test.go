package outbox

import "testing"

// FuzzParseMessageID reads numbers of messages: what is read is written as something that is read as the same.
func FuzzParseMessageID(f *testing.F) {
	for _, s := range []string{"m202609-1", "m202609-1f", "m000000-0", "m202613-1", "", "x", "m202609-ffffffffffffffff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseMessageID(s)
		if err != nil {
			return
		}
		if again, err := ParseMessageID(id.String()); err != nil || again != id {
			t.Errorf("%q: %v, then %v %v", s, id, again, err)
		}
	})
}
