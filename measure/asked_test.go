package measure_test

import (
	"slices"
	"testing"

	"github.com/dulyhq/duly/measure"
)

// TestByQuestion: nothing of an extract is lost when it is read by its questions, and what all rows of one share stands once.
func TestByQuestion(t *testing.T) {
	s := measure.Regulator(&measure.Supervised{
		Messages: []measure.Line{{Stage: "1-3", State: "delivered", N: 4}, {Stage: "4-7", State: "delivered", N: 6}},
		Rules:    map[string]string{"caps": "A-CAP-01 A-CAP-02", "stop dispute": "A-STOP-04", "stop complaint": "A-STOP-08"},
		Order:    []string{"1-3", "4-7"}, Counted: true,
		Books: []measure.SupervisedBook{{ID: "law", Rules: []measure.SupervisedRule{{ID: "A-CAP-01", Held: 1}, {ID: "A-STOP-04"}}}},
		Desk:  []measure.Handled{{Kind: "dispute", Number: 3, Open: 1}, {Kind: "complaint", Number: 2}},
	})
	heads, all := measure.ByQuestion(&s)
	if len(heads) < 2 || heads[0].Name != "number" || heads[1].Name != "share" || heads[len(heads)-1].Name == "amount" {
		t.Errorf("columns without a number are shown: %+v", heads)
	}
	rows, said := 0, map[string]measure.Asked{}
	for _, a := range all {
		said[a.Question] = a
		for _, r := range a.Rows {
			rows++
			if len(r.Numbers) != len(heads) || !slices.ContainsFunc(s.Rows, func(from []measure.Cell) bool {
				return from[0].Word == a.Question && from[1].Word == r.Of && from[2] == r.Numbers[0] && from[9].Word == a.Proof+r.Source && from[8].Word == a.Rules+r.Rules
			}) {
				t.Errorf("nothing of the sheet is %s %+v", a.Question, r)
			}
		}
	}
	if rows != len(s.Rows) {
		t.Errorf("%d rows of %d", rows, len(s.Rows))
	}
	if a := said["contacts_stage"]; len(a.Rows) != 2 || a.Rules != "A-CAP-01 A-CAP-02" || a.Rows[0].Rules != "" {
		t.Errorf("the stages do not share their rules: %+v", a)
	}
	if a := said["handled_open"]; len(a.Rows) != 2 || a.Rows[0].Of != "complaint" || a.Rows[1].Of != "dispute" {
		t.Errorf("what is still open does not stand together: %+v", a)
	}
	if a := said["book law"]; len(a.Rows) != 2 || a.Rows[0].Rules != "A-CAP-01" || a.Rows[1].Source != "source A-STOP-04" || a.Proof != "" {
		t.Errorf("a rulebook's rules do not stand together, each with its source: %+v", a)
	}
	if len(said) != len(all) {
		t.Errorf("%d questions, of which %d differ", len(all), len(said))
	}
}
