package rulebooks_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/dulyhq/duly/receive"
)

// TestOptOutWords: whatever word a carrier, or the FCC, takes for an opt-out stops texts with Duly too, in any case
// and with courtesy around it, and the words that ask for texts or for help stop nothing.
func TestOptOutWords(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(string(read(t, "carriers-us/words.csv")))).ReadAll()
	if err != nil || len(rows) < 30 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		word, effect := row[1], row[2]
		for _, said := range []string{word, strings.ToLower(word), strings.ToUpper(word), " " + word + ". "} {
			if got := receive.Read(said, receive.Given{}).Meaning; got == receive.Stop != (effect == "stop") {
				t.Errorf("%s takes %q for %s; Duly reads %q as %s", row[0], word, effect, said, got)
			}
		}
	}
}
