package sim

import (
	"context"
	"fmt"
	"testing"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
)

// TestStrangersDoNotVisit: of many who were shown a code, those who wrote back that they are somebody else do not follow it: it opens nothing for
// them any more.
func TestStrangersDoNotVisit(t *testing.T) {
	w := &World{clock: NewClock(at(18, 10, 0)), core: &core{}, crowd: &crowd{
		answered: map[ledger.Date]int{}, stopped: map[ledger.Date]int{}, stops: map[string]int{}, said: map[string]int{}, saidOn: map[saying]int{}, others: map[string]bool{},
	}}
	for i := range 200 {
		to := fmt.Sprintf("8617405%06d", i)
		w.crowd.heard(smsc.Event{Kind: smsc.Shown, Number: to, Civil: at(18, 10, 0), Text: fmt.Sprintf("（码Q87ZD%03d）", i)})
		if i%2 == 0 {
			w.crowd.heard(smsc.Event{Kind: smsc.Replied, Number: to, Civil: at(18, 10, 1), Text: wrongs[0]})
		}
	}
	went := 0
	w.lender.Visit = func(_ context.Context, code, _ string) (string, error) {
		var n int
		if _, err := fmt.Sscanf(code, "Q87ZD%03d", &n); err != nil || n%2 == 0 {
			t.Errorf("%s: somebody else goes to the page, %v", code, err)
		}
		went++
		return "", nil
	}
	if err := w.visits(t.Context()); err != nil || went == 0 || w.visited != went {
		t.Errorf("%d went to the page: %v", went, err)
	}
}
