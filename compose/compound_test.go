package compose

import "testing"

// TestEveryCompoundSurname: each of them is found in a name of three and of four characters.
func TestEveryCompoundSurname(t *testing.T) {
	if len(compound) < 90 {
		t.Fatalf("only %d", len(compound))
	}
	for s := range compound {
		for _, given := range []string{"明", "晓明"} {
			if got := Surname(s+given, Chinese); got != s {
				t.Errorf("%s%s: %q", s, given, got)
			}
		}
	}
	for name, want := range map[string]string{"王晓明": "王", "王明": "王", "西子明": "西", "阿依古丽": "", "㐀晓明": "㐀"} {
		if got := Surname(name, Chinese); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
