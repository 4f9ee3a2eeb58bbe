package cli

import (
	"testing"

	"github.com/dulyhq/duly/store"
)

// TestRowsAreCountedInWords: one row is no "1 rows", in either language.
func TestRowsAreCountedInWords(t *testing.T) {
	for n, want := range map[int64][2]string{0: {"0 rows", "0条记录"}, 1: {"1 row", "1条记录"}, 1234: {"1,234 rows", "1,234条记录"}} {
		if en, zh := rowsOf("en", n), rowsOf("zh", n); en != want[0] || zh != want[1] {
			t.Errorf("%d is %q and %q", n, en, zh)
		}
	}
	if got := keyWords("en", &store.SealKey{InUse: true}, 1); got != "in use, seals 1 row" {
		t.Error(got)
	}
}
