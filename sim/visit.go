package sim

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/wire/smpp"
)

// A code is what the texts that ship tell people to type at the borrower's page; the words are those of the templates, written here a
// second time on purpose.
var toldCode = regexp.MustCompile(`（码([0-9A-Z]{8})）`)

// visitingInHundred is how many of a hundred reminders that lead to the page are followed there.
const visitingInHundred = 18

// A toldKey is a code that a handset has shown and whose owner will follow it.
type toldKey struct {
	number string
	code   string
}

// tell keeps the code of a text in mind, where its reader will follow it. It is called with the lock held.
func (c *crowd) tell(e *smsc.Event) {
	m := toldCode.FindStringSubmatch(e.Text)
	if m == nil || draw(100, c.seed, "visit", e.Number, e.Message) >= visitingInHundred {
		return
	}
	if _, ok := c.script[e.Number]; !ok { // the story has its own
		c.told = append(c.told, toldKey{e.Number, m[1]})
	}
}

// visits lets those who were told a code go to the page. What it says is owed must be what the core system says, to the cent.
func (w *World) visits(ctx context.Context) error {
	w.crowd.mu.Lock()
	// Whoever has said that they are somebody else does not follow a code, and it would open nothing: what we owe them is to be left alone.
	told := slices.DeleteFunc(w.crowd.told, func(k toldKey) bool { return w.crowd.others[k.number] })
	w.crowd.told = nil
	w.crowd.mu.Unlock()
	if w.lender.Visit == nil {
		return nil
	}
	now := w.clock.Now()
	for _, k := range told {
		page, err := w.lender.Visit(ctx, k.code, w.core.born[k.number])
		if err != nil {
			return fmt.Errorf("the borrower's page: %w", err)
		}
		w.visited++
		if owed := w.core.alone(k.number, now); owed > 0 && !strings.Contains(page, grouped(owed)) {
			w.examiner.note(WrongAmount, "%s at %s: the page does not say %s", k.number, now, decimal(owed))
		}
	}
	return nil
}

// alone is what is overdue of the owner of a number that is one borrower's with one loan; 0 where there are several, which a page
// shows one by one.
func (c *core) alone(number string, at time.Time) int64 {
	if len(c.byPhone[number]) != 1 {
		return 0
	}
	return c.late(number, at)
}

// grouped writes an amount of yuan as pages do.
func grouped(minor int64) string {
	whole, cents, _ := strings.Cut(decimal(minor), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + "." + cents
}

// twice goes through the texts that a handset got: the same words again, whatever the code in them, are the same text.
func (x *examiner) twice(arrivals []smsc.Arrival) {
	type text struct{ number, words string }
	seen := map[text]bool{}
	for i := range arrivals {
		a := &arrivals[i]
		if a.Status != smpp.OK || answerIn(a.Whole) != AnswerNone { // two who ask the same get the same answer twice, one asked once does not: see caps
			continue
		}
		k := text{a.Destination, toldCode.ReplaceAllString(a.Whole, "")}
		if seen[k] {
			x.note(Twice, "%s at %s", a.Destination, a.Civil)
		}
		seen[k] = true
	}
}

// birthdays gives the borrowers of a ledger that says nothing of it a day of birth, by which they can prove at the page who they are.
func (c *core) birthdays() {
	t := c.files["borrowers"]
	c.born = map[string]string{}
	for i, r := range t.rows {
		on := ledger.NewDate(1962, 1, 1) + ledger.Date(draw(40*365, c.seed, "born", r[0]))
		c.born[strings.TrimPrefix(r[2], "+")] = on.String()
		t.rows[i] = append(append([]string(nil), r...), on.String())
	}
	t.header = append(append([]string(nil), t.header...), "birth_date")
}

// Born is the day of birth that the core system states of a borrower, YYYY-MM-DD.
func (w *World) Born(borrower string) string { return w.core.born[w.core.phoneOf(borrower)] }
