package engine

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// under prepares a portfolio with a rulebook more on the store of the house.
func (h *house) under(rules string) *Portfolio {
	h.t.Helper()
	spec := must(testSpec())
	if rules != "" {
		spec.Rulebooks = append(spec.Rulebooks[:1:1], Source{Name: "acme/rulebook.yaml", Body: []byte("id: acme\nversion: \"1\"\ntitle: {en: Ours, zh: 自定}\nrules:\n" + rules)})
	}
	p, err := Compile(spec)
	if err != nil {
		h.t.Fatal(err)
	}
	e := &Engine{Store: h.Store, Portfolios: []*Portfolio{p}, Wire: time.Now}
	if err := e.Prepare(context.Background(), h.now()); err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) replay(p *Portfolio, from, to time.Time) (judged int, out []Refusal) {
	h.t.Helper()
	judged, err := h.Replay(context.Background(), p, from, to, nil, func(r *Refusal) error {
		out = append(out, *r)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return judged, out
}

// TestReplay judges what was handed over again: under the rules that let it leave nothing would have been refused; under
// stricter ones it would, and only from the day on which they are in force.
func TestReplay(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000}, debt{n: 2, dueOn: day(thursday, 3), minor: 5000})
	h.plan()
	h.run()
	if got := len(h.smsc.Arrivals()); got != 2 {
		t.Fatalf("%d arrivals", got)
	}
	from, to := h.now().Add(-time.Hour), h.now().Add(time.Hour)
	if judged, refused := h.replay(h.under(""), from, to); judged != 2 || len(refused) != 0 {
		t.Errorf("under the same rules %d of %d would have been refused: %+v", len(refused), judged, refused)
	}
	if judged, _ := h.replay(h.under(""), to, to.Add(time.Hour)); judged != 0 {
		t.Errorf("%d contacts in an hour in which nothing was sent", judged)
	}
	const late = "  - {id: LATE, kind: hours, confidence: binding, house: true, title: {en: Late., zh: 晚。}, source: House rule, hours: 20:00-22:00%s}\n"
	judged, refused := h.replay(h.under(fmt.Sprintf(late, "")), from, to)
	if judged != 2 || len(refused) != 2 || refused[0].Verdict.Rule != "LATE" || refused[0].Message == 0 || !slices.Equal(refused[0].Loans, []string{loanOf(1)}) {
		t.Errorf("under stricter hours: %d, %+v", judged, refused)
	}
	if _, refused := h.replay(h.under(fmt.Sprintf(late, ", from: "+(ledger.Day(thursday)+1).String())), from, to); len(refused) != 0 {
		t.Errorf("a rule from tomorrow on holds what was sent today: %+v", refused)
	}
	both := fmt.Sprintf(late, "") + "  - {id: NONE, kind: bar, confidence: binding, house: true, title: {en: No texts., zh: 不发短信。}, source: House rule, channels: [sms]}\n"
	if _, refused := h.replay(h.under(both), from, to); len(refused) != 2 || refused[0].Verdict.Rule != "NONE" || refused[0].Verdict.Ruling != guard.Deny ||
		!slices.Equal(refused[0].Also, []string{"LATE"}) {
		t.Errorf("two rules: %+v", refused)
	}
}

// TestReplayPeople judges what people and agencies did, as soon as it is told: at its hour, with all that was done before,
// whenever somebody told of it.
func TestReplayPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	at := func(hour, minute int) time.Time { return ledger.Day(thursday).At(hour, minute, h.p.Zone) }
	h.at(at(20, 0))
	h.tell("borrower_id,loan_id,at,channel,result,by\n" +
		borrowerOf(1) + "," + loanOf(1) + ",2026-09-24 07:30,voice,unanswered,agency:north\n" +
		borrowerOf(1) + "," + loanOf(1) + ",2026-09-24 09:00,voice,conversation,creditor\n")
	judged, refused := h.replay(h.under(""), at(0, 0), at(23, 0))
	if judged != 2 || len(refused) != 2 {
		t.Fatalf("%d judged, %+v", judged, refused)
	}
	if r := refused[0]; r.Verdict.Rule != "CN-HOUSE-TIME-01" || r.Maker != store.ByAgency || r.Message != 0 {
		t.Errorf("a call before eight: %+v", r)
	}
	if r := refused[1]; r.Verdict.Rule != "CN-HOUSE-CAP-01" || r.Maker != store.ByCreditor {
		t.Errorf("a second call on the day: %+v", r)
	}
}
