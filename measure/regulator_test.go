package measure

import (
	"strconv"
	"strings"
	"testing"
)

// TestRegulator: contacts are what a carrier took or may have, shares are of all, what was never agreed is not granted, amounts of two currencies stand apart, and
// without days nothing is said of hours.
func TestRegulator(t *testing.T) {
	s := &Supervised{
		Messages: []Line{{Stage: "1-3", State: "delivered", N: 3}, {Stage: "4-7", State: "unknown", N: 1}, {Stage: "4-7", State: "refused", N: 5}, {Stage: "answer", State: "delivered", N: 7}},
		Replies:  []Line{{Name: "stop", N: 2}},
		Agreed:   []Line{{Name: "waiver", State: "live", Unit: "CNY", N: 1, Minor: 100}, {Name: "waiver", State: "kept", Unit: "USD", N: 1, Minor: 50}, {Name: "plan", State: "refused", Unit: "CNY", N: 9, Minor: 900}},
		Rules:    map[string]string{"hours": "H-1"},
		Books:    []SupervisedBook{{ID: "law", Rules: []SupervisedRule{{ID: "H-1", Held: 2}, {ID: "H-2", Judged: 4, Known: true}}}},
	}
	said := func() string {
		var b strings.Builder
		for _, row := range Regulator(s).Rows {
			b.WriteString(row[0].Word + " " + row[1].Word + " ")
			for _, c := range row[2:8] {
				if c.None {
					b.WriteString("- ")
					continue
				}
				b.WriteString(strings.TrimSpace(c.Unit+" "+strconv.FormatInt(c.N, 10)) + " ")
			}
			b.WriteString(row[8].Word + "\n")
		}
		return b.String()
	}
	text := said()
	for _, want := range []string{
		"contacts  4 - - - - ", "contacts_stage 1-3 3 7500 - - - ", "contacts_stage 4-7 1 2500 - - - ", "hours_not_counted  - - - - - - H-1", "said stop 2 ", "said complaint 0 ",
		"granted waiver 1 - - - CNY 100 ", "granted waiver 1 - - - USD 50 ", "third_party  0 ", "unknown  1 ", "capped  0 ", "complaints_per  0 ", "book law H-1 2 - - - - - H-1", "book law H-2 0 - - - - 4 H-2",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "plan") || strings.Contains(text, "answer") || strings.Contains(text, "outside") {
		t.Errorf("it says too much:\n%s", text)
	}
	s.Counted, s.Hours = true, []Line{{Name: "09:00", Carrier: "sms", N: 3}, {Name: "21:00", Carrier: "app", N: 1, Came: 1}}
	s.StopSeconds, s.Stops, s.Desk = 1, 2, []Handled{{Kind: "dispute", Number: 4, Open: 1, Late: 2, Mean: 5, Most: 9}}
	text = said()
	for _, want := range []string{
		"contacts_hour 09:00 3 7500 ", "contacts_channel app 1 2500 ", "inside  3 7500 - - - - H-1", "outside  1 2500 - - - - H-1", "stop_effect  2 - - 1 ", "handled dispute 4 - 5 9 ", "handled_open dispute 1 2500 ",
		"handled_late dispute 2 5000 ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
