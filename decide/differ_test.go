package decide_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/strategies"
)

// TestDifferences: what a change of the document changes is said, and nothing else; a comment changes nothing.
func TestDifferences(t *testing.T) {
	doc, err := strategies.FS.ReadFile("cn-default/strategy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	was, err := decide.ParseStrategy("a", doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{"# The default", "# A default", ""},
		{"hours: 10:00-11:30", "hours: 15:00-16:30", "prefer hours 10:00–11:30 → 15:00–16:30"},
		{"  spacing: 3\n\nafter", "  spacing: 4\n\nafter", "prefer spacing 3 → 4"},
		{"weekdays: [mon, tue, wed, thu, fri] #", "weekdays: [mon, tue, wed, thu] #", "prefer weekdays mon, tue, wed, thu, fri → mon, tue, wed, thu"},
		{"percent: \"0\"", "percent: \"2.5\"\n  salt: a", "prefer holdout  → 2.5%"},
		{"        template: week_one\n\n", "        template: firm_1\n\n", "treatment week_one template week_one → firm_1"},
		{"        every: 7\n        channel: sms\n        template: named_officer", "        every: 10\n        channel: sms\n        template: named_officer", "treatment named_officer every 7 → 10"},
	} {
		text := strings.Replace(string(doc), c.from, c.to, 1)
		if text == string(doc) {
			t.Errorf("the document does not hold %q", c.from)
			continue
		}
		is, err := decide.ParseStrategy("b", []byte(text))
		if err != nil {
			t.Fatalf("%s: %v", c.to, err)
		}
		var got []string
		for _, d := range was.Differences(&is) {
			got = append(got, fmt.Sprintf("%s %s %s → %s", d.Where, d.What, d.Was, d.Is))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%q: %s, want %s", c.to, strings.Join(got, "; "), c.want)
		}
	}
}
