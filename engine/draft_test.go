package engine

import (
	"strings"
	"testing"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
)

// TestDraftTooLongAndWrong: a draft of a text that is too long is told so, and at once what is wrong with its words, in the order in which it
// stands, in both languages; and what would be better as well.
func TestDraftTooLongAndWrong(t *testing.T) {
	h := handHouse(t, nil)
	was, found := h.p.Piece("slip_first.zh")
	if !found {
		t.Fatal("there is no such text")
	}
	on := ledger.Day(h.now())
	long := strings.Repeat("我们一直在这里，随时愿意与您商量办法。", 20)
	threat := strings.Replace(was.Body(), "如需帮助", "再不还款我们就上门找你家人，让你在单位丢人！！！"+long+"如需帮助", 1)
	if threat == was.Body() {
		t.Fatalf("the text has changed: %s", threat)
	}
	c := h.p.WithTemplate("slip_first.zh", was.WithBody(threat), on)
	if c.Portfolio != nil {
		t.Error("what is wrong can be used")
	}
	var zh, en string
	line := 0
	for i, m := range c.Mistakes {
		zh += m.Says("zh") + "\n"
		en += m.Says("en") + "\n"
		if m.Line != 0 && m.Line < line || m.Line == 0 && i < len(c.Mistakes)-1 {
			t.Errorf("mistake %d, of line %d, follows line %d", i, m.Line, line)
		}
		line = m.Line
	}
	for _, want := range []string{"max_segments", "threat"} {
		if !strings.Contains(en, want) {
			t.Errorf("nothing says %s:\n%s", want, en)
		}
	}
	if !strings.Contains(zh, "段") || !strings.Contains(zh, "上门") {
		t.Errorf("in Chinese it is:\n%s", zh)
	}
	better := false
	for i := range c.Found {
		better = better || c.Found[i].Code == lint.Marks
	}
	if !better {
		t.Errorf("what would be better is not told: %v", c.Found)
	}
	if c = h.p.WithTemplate("slip_first.zh", was.WithBody(was.Body()+long), on); len(c.Mistakes) != 1 || !strings.Contains(c.Mistakes[0].Says("en"), "max_segments") {
		t.Errorf("one that is only too long: %v", c.Mistakes)
	}
	if c = h.p.WithTemplate("slip_first.zh", was.WithBody(strings.Replace(was.Body(), "{due.total}", "{due.totl}", 1)), on); len(c.Mistakes) != 1 {
		t.Errorf("one whose body cannot be read: %v", c.Mistakes)
	}
}
