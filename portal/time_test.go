package portal_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
)

// TestMoreTime: the days that the creditor's table lets Duly give hold at once, to the cent and the day; any other is for a person.
func TestMoreTime(t *testing.T) {
	h := newHouse(t)
	b := h.inside("B2")
	g := b.get("/later")
	for _, want := range []string{`value="2026-10-01"`, `value="2026-10-08"`, `value="2026-10-24"`, "More time to pay"} {
		if !strings.Contains(g.text, want) {
			t.Errorf("the page lacks %s: %s", want, words(g.text))
		}
	}
	if strings.Contains(g.text, `value="2026-11-23"`) {
		t.Error("a day beyond the creditor's table is offered")
	}
	if g := b.post("/later", "until", "2026-11-23"); strings.Contains(g.text, "You have time") || !strings.Contains(g.text, "for a colleague to decide") {
		t.Errorf("a day that was not offered: %s", words(g.text))
	}
	if g := b.post("/later", "until", "soon"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("no day: %d", g.code)
	}
	if g := b.post("/later", "until", "2026-10-08"); !strings.Contains(g.text, "You have time until 8 October 2026") {
		t.Errorf("a day that was offered: %s", words(g.text))
	}
	if s := h.states("B2"); !strings.Contains(s, "arrangement") {
		t.Errorf("states %q after an extension", s)
	}
	h.at(thursday.Add(time.Minute))
	if g := b.get("/data"); !strings.Contains(g.text, `"kind": "extension"`) || !strings.Contains(g.text, `"due_on": "2026-10-08"`) {
		t.Error("the copy of the data lacks the extension")
	}
	if g := h.inside("B4").get("/later"); strings.Contains(g.text, `name="until"`) {
		t.Error("time is offered to somebody who owes nothing yet")
	}
}

// TestPromiseInOneOfTwoCurrencies: whoever has loans in two says which a promise is about, and it is judged in that one.
func TestPromiseInOneOfTwoCurrencies(t *testing.T) {
	h := newHouse(t)
	h.take("loan_id,borrower_id,currency,product,annual_rate,penalty_multiplier\nU0009-900,B2,USD,consumer,0.1,1\n",
		"loan_id,number,due_on,amount,currency\nU0009-900,1,2026-09-21,75.00,USD\n")
	h.at(thursday.Add(time.Second))
	b := h.inside("B2")
	if g := b.get("/promise"); !strings.Contains(g.text, `value="USD"`) || !strings.Contains(g.text, `value="CNY"`) {
		t.Fatalf("no choice of currency: %s", words(g.text))
	}
	if g := b.post("/promise", "on", "2026-10-05", "amount", "75"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("a promise in no currency: %d", g.code)
	}
	if g := b.post("/promise", "on", "2026-10-05", "amount", "50", "currency", "EUR"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("a promise in a currency that is not owed: %d", g.code)
	}
	if g := b.post("/promise", "on", "2026-10-05", "amount", "50.25", "currency", "USD"); !strings.Contains(g.text, "We have noted it: 5 October 2026") {
		t.Errorf("a promise: %d %s", g.code, words(g.text))
	}
	h.at(thursday.Add(time.Minute))
	g := b.get("/data")
	if i := strings.Index(g.text, `"arrangement": [`); i < 0 || !strings.Contains(g.text[i:i+500], `"currency": "USD"`) || !strings.Contains(g.text[i:i+500], `"minor": 5025`) {
		t.Error("the promise is not of 50.25 dollars")
	}
}

// TestPlansInTwoCurrencies: whoever owes in two chooses a plan for each, and time in either; the one takes the place of none in the other.
func TestPlansInTwoCurrencies(t *testing.T) {
	h := newHouse(t)
	h.take("loan_id,borrower_id,currency,product,annual_rate,penalty_multiplier\nU0009-900,B2,USD,consumer,0.1,1\n",
		"loan_id,number,due_on,amount,currency\nU0009-900,1,2026-09-21,75.00,USD\n")
	h.at(thursday.Add(time.Second))
	b := h.inside("B2")
	g := b.get("/plan")
	for _, want := range []string{`value="3.CNY"`, `value="3.USD"`, `id="n3.USD"`} {
		if !strings.Contains(g.text, want) {
			t.Fatalf("the page lacks %s: %s", want, words(g.text))
		}
	}
	if g := b.get("/later"); !strings.Contains(g.text, `value="2026-10-08.USD"`) || !strings.Contains(g.text, `value="2026-10-08.CNY"`) {
		t.Fatalf("no time in both: %s", words(g.text))
	}
	if g := b.post("/plan", "parts", "3.EUR"); strings.Contains(g.text, "The plan holds") {
		t.Errorf("a plan in a currency that is not owed: %s", words(g.text))
	}
	if g := b.post("/plan", "parts", "3.USD"); !strings.Contains(g.text, "The plan holds: 3") {
		t.Errorf("a plan in dollars: %s", words(g.text))
	}
	h.at(thursday.Add(time.Minute))
	if g := b.post("/later", "until", "2026-10-08.CNY"); !strings.Contains(g.text, "You have time until 8 October 2026") {
		t.Errorf("time in yuan beside it: %s", words(g.text))
	}
	if got := h.open(); !strings.Contains(got, "plan USD live") || !strings.Contains(got, "extension CNY live") {
		t.Errorf("live: %s", got)
	}
}

// open are the arrangements that have not ended.
func (h *house) open() string {
	h.t.Helper()
	list, err := h.store.OpenArrangements(context.Background(), h.row.ID)
	must(h.t, err)
	got := ""
	for i := range list {
		got += string(list[i].Kind) + " " + string(list[i].Currency) + " " + string(list[i].Status) + "; "
	}
	return got
}

// TestConfirmedChoices: where the lender confirms what is chosen, it waits for that, and the page says so.
func TestConfirmedChoices(t *testing.T) {
	h := newHouse(t)
	p := *h.engine.Portfolios[0]
	p.Talk.Confirm = true
	h.engine.Portfolios[0] = &p
	must(t, h.engine.Prepare(context.Background(), thursday))
	b := h.inside("B2")
	if g := b.get("/plan"); !strings.Contains(g.text, "when a colleague has confirmed") || strings.Contains(g.text, "hold at once") {
		t.Errorf("the page: %s", words(g.text))
	}
	if g := b.get("/later"); !strings.Contains(g.text, "when a colleague has confirmed") || strings.Contains(g.text, "at once") {
		t.Errorf("the page: %s", words(g.text))
	}
	if g := b.post("/plan", "parts", "3"); strings.Contains(g.text, "The plan holds") || !strings.Contains(g.text, "for a colleague to decide") {
		t.Errorf("chosen: %s", words(g.text))
	}
	if s, got := h.states("B2"), h.open(); strings.Contains(s, "arrangement") || got != "plan CNY proposed; " {
		t.Errorf("states %q, %q before it is confirmed", s, got)
	}
	h.at(thursday.Add(time.Hour))
	list, err := h.store.OpenArrangements(context.Background(), h.row.ID)
	must(t, err)
	must(t, h.engine.Confirm(context.Background(), list[0].ID, ledger.Money{}, "core", *h.civil.Load()))
	if s, got := h.states("B2"), h.open(); !strings.Contains(s, "arrangement") || got != "plan CNY live; " {
		t.Errorf("states %q, %q after it was confirmed", s, got)
	}
}
