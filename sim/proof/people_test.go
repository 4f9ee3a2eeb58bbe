package proof

import (
	"testing"
	"time"
)

// TestOnePerson: without an identity number Duly was told of two persons where it was told of two numbers. What bars contact
// with the one, and what they consent to, says nothing of the other until the numbers agree; with an identity number it does.
func TestOnePerson(t *testing.T) {
	at := time.Date(2028, 2, 25, 8, 0, 0, 0, time.UTC)
	h := &human{}
	first, second, third := &account{human: h, number: "+8617405000001"}, &account{human: h, number: "+8617405000001"}, &account{human: h, number: "+8617405000002"}
	h.accounts = []*account{first, second, third}
	h.bars = []*bar{{account: second, kind: "dispute"}}
	h.consents = []consent{{third, at, true}, {first, at.Add(-time.Hour), true}, {second, at.Add(-2 * time.Hour), false}}

	check := func(what string, a *account, accounts int, barred string, agreed bool) {
		t.Helper()
		one := h.one(a)
		if len(one) != accounts || h.barred(one, at) != barred || h.agreed(one) != agreed {
			t.Errorf("%s: %d accounts, barred by %q, agreed %v; want %d, %q, %v", what, len(one), h.barred(one, at), h.agreed(one), accounts, barred, agreed)
		}
	}
	check("the one of the first number", first, 2, "dispute", true)
	check("the one of the other number", third, 1, "", true)
	h.consents = append(h.consents, consent{second, at.Add(time.Hour), false})
	check("the one of the first number, who withdrew", first, 2, "dispute", false)
	check("the one of the other number, who did not", third, 1, "", true)
	third.number = first.number
	check("since the numbers agree", third, 3, "dispute", false)
	third.number, h.identity = "+8617405000002", "known"
	check("with an identity number", third, 3, "dispute", false)
}
