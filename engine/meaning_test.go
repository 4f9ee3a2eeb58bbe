package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dulyhq/duly/smsc"
)

// TestMeaningsThatBar is invariant 3 for what is said in words: a reply that names a wrong person, a representative, a death or
// danger to life bars contact as a stop does, and one that only sounds like it does not.
func TestMeaningsThatBar(t *testing.T) {
	t.Parallel()
	said := []struct{ reply, state string }{
		{"不要再发了", "stop"},
		{"你打错了,我不认识这个人", "wrong_person"},
		{"请联系我的律师", "representation"},
		{"这是我妈的手机,她走了", "death"},
		{"我不想活了", "danger"},
		{"下周五发工资还500", ""},
		{"我在停车,等会还", ""},
		{"", ""},
	}
	replies := map[string]string{}
	debts := make([]debt, len(said))
	for i, s := range said {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: 10000}
		replies[phoneOf(i + 1)[1:]] = s.reply
	}
	h := newHouse(t, smsc.Config{
		Behave: func(to, _ string, nth int) smsc.Behaviour {
			if nth > 1 {
				return smsc.Behaviour{}
			}
			return smsc.Behaviour{Reply: replies[strings.TrimPrefix(to, "+")]}
		},
	})
	h.take(debts...)
	h.plan()
	h.run()
	for i, s := range said {
		var states []string
		for _, kind := range []string{"stop", "wrong_person", "representation", "death", "danger", "dispute", "complaint"} {
			if h.count(fmt.Sprintf(`SELECT count(*) FROM state s JOIN borrower b ON b.person = s.person WHERE s.kind = '%s' AND b.ref = '%s'`, kind, borrowerOf(i+1))) > 0 {
				states = append(states, kind)
			}
		}
		if s.state == "" && len(states) > 0 || s.state != "" && !slices.Equal(states, []string{s.state}) {
			t.Errorf("%q leaves the states %v, want %q", s.reply, states, s.state)
		}
	}
	h.at(thursday.AddDate(0, 0, 4))
	h.take(debts...)
	before := len(h.smsc.Arrivals())
	h.plan()
	h.run()
	for _, a := range h.smsc.Arrivals()[before:] {
		if i := slices.IndexFunc(debts, func(d debt) bool { return phoneOf(d.n)[1:] == strings.TrimPrefix(a.Destination, "+") }); i < 0 || said[i].state != "" {
			t.Errorf("a message left to one who had said something that bars it: %d", i)
		}
	}
	if len(h.smsc.Arrivals()) == before {
		t.Error("those who had said nothing that bars it got no message")
	}
}
