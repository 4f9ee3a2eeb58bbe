package engine

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// An answer is what the recipe said about a person, with its reason.
type answer struct {
	Action, Stage, Treatment, Rule, Reason string
	From, To                               time.Time
}

// TestReplayGivesTheSameAnswer is invariant 9: every contact and every non-contact has its reason, and asked again
// for the same instant the answer is the one that was given then, whatever became known since.
func TestReplayGivesTheSameAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	var debts []debt
	for i := range 80 {
		d := debt{n: i + 1, dueOn: day(thursday, 2*i-6), minor: int64(50_000 + 100*i)}
		if i%5 == 4 {
			d.paid = d.minor
		}
		if i%7 == 3 {
			d.phone = phoneOf(i) // the one before is the same person
		}
		debts = append(debts, d)
	}
	h.take(debts...)
	first := h.answers()
	if len(first) < 60 {
		t.Fatalf("%d persons were judged", len(first))
	}
	kinds := map[string]int{}
	for person, a := range first {
		kinds[a.Action+" "+a.Rule]++
		if a.Rule == "" || a.Reason == "" {
			t.Errorf("%s: %+v has no reason", person, a)
		}
	}
	if len(kinds) < 4 {
		t.Fatalf("the debts are too much alike: %v", kinds)
	}
	h.plan()
	h.run()
	check := func(when string, at time.Time, want map[string]answer) {
		t.Helper()
		for person, was := range want {
			found, err := h.Explain(context.Background(), person, at)
			if err != nil || len(found) != 1 {
				t.Fatalf("%s: %d explanations, %v", person, len(found), err)
			}
			x := &found[0]
			now := answer{x.Action, x.Stage, x.Treatment, x.Rule, x.Reason, x.NotBefore, x.NotAfter}
			if d := cmp.Diff(was, now); d != "" {
				t.Errorf("%s, %s: the answer of %s is another now:\n%s", when, person, at, d)
			}
		}
	}
	check("after the messages have left", thursday, first)

	// Two days later some have paid, some owe more, and some have asked to be left alone.
	later := thursday.AddDate(0, 0, 2)
	h.at(later)
	var replies []store.Reply
	for i := range debts {
		switch i % 3 {
		case 0:
			debts[i].paid = debts[i].minor
		case 1:
			debts[i].minor *= 2
		default:
			replies = append(replies, store.Reply{Carrier: "main", Address: phoneOf(i + 1), Text: "退订", Meaning: "stop", Suppress: "stop"})
		}
	}
	h.take(debts...)
	st := h.sender(t).newStep()
	st.Replies = replies
	if _, err := h.Store.Commit(context.Background(), st); err != nil {
		t.Fatal(err)
	}
	second := h.answers()
	if cmp.Equal(first, second) {
		t.Fatal("nothing has changed")
	}
	check("after corrections, payments and stops", thursday, first)
	check("two days later", later, second)

	// A file of borrowers says nothing of payments: what is known of those is as old as before.
	last := thursday.AddDate(0, 0, 5)
	h.at(last)
	h.takeFiles(debts, intake.Borrowers)
	third := h.answers()
	stale := 0
	for _, a := range third {
		if a.Rule == "CN-HOUSE-AMOUNT-01" {
			stale++
		}
	}
	if stale == 0 {
		t.Error("nobody is held for an old payments feed")
	}
	check("five days later", last, third)
}

// answers judges everybody at the civil time, and stores nothing.
func (h *house) answers() map[string]answer {
	h.t.Helper()
	out := map[string]answer{}
	_, err := h.Plan(context.Background(), h.p, PlanOptions{Now: h.now(), DryRun: true, Each: func(d *store.Dossier, j *Judgement) error {
		var x Explanation
		x.judged(j, shanghai)
		out[store.PersonRef(d.Person)] = answer{x.Action, x.Stage, x.Treatment, x.Rule, x.Reason, x.NotBefore, x.NotAfter}
		return nil
	}})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}
