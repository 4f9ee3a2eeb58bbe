package engine

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// The tests of this file pin what the proof (package sim/proof) found.

// TestValidityEndsInTime is invariant 1: a message that is written as late as its fence permits is still not valid
// beyond the lawful window. The validity counts from when the carrier has it.
func TestValidityEndsInTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 10000})
	h.plan()
	s := h.sender(t)
	st := s.newStep()
	msgs, err := s.judge(context.Background(), st, 10, nil)
	if err != nil || len(msgs) != 1 {
		t.Fatalf("judged %d messages, %v", len(msgs), err)
	}
	last := st.At.Add(msgs[0].LeaveBy.Sub(st.WireAt)).Add(msgs[0].Valid)
	if ends := st.Tries[0].NotAfter; last.After(ends) {
		t.Errorf("written at the last moment the message is valid until %s, and the window ends at %s", last, ends)
	}
}

// TestPlannedTwiceAtOnce is invariant 5: of two plans that were made side by side the second adds no message, and
// leaves a batch of numbers that nobody has, which a run passes over.
func TestPlannedTwiceAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 10000})
	var pages []*store.PlanPage
	for range 2 {
		_, err := h.Pages(context.Background(), h.p, PlanOptions{Now: h.now()}, func(p *store.PlanPage) error {
			pages = append(pages, p)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	planned := int64(0)
	for _, p := range pages {
		n, _, err := h.Store.SavePlan(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		planned += n
	}
	h.run()
	h.run()
	h.want("delivered", 1)
	if planned != 1 || len(h.smsc.Arrivals()) != 1 {
		t.Errorf("%d messages planned, %d arrived", planned, len(h.smsc.Arrivals()))
	}
}

// TestAnotherDay is invariant 1: a borrower whose day is not the creditor's, with a loan that changes between the two,
// is judged on their own day, at planning and at hand-over, and the run goes on.
func TestAnotherDay(t *testing.T) {
	t.Parallel()
	// On the Line Islands it is the 25th while the creditor has the 24th: what was due on the 24th is late.
	h := newHouse(t, smsc.Config{})
	h.p.Strategy.Stages = slices.Clone(h.p.Strategy.Stages) // the portfolio of the tests is compiled once
	for i := range h.p.Strategy.Stages {
		h.p.Strategy.Stages[i].Treatments = slices.Clone(h.p.Strategy.Stages[i].Treatments)
		for j := range h.p.Strategy.Stages[i].Treatments {
			h.p.Strategy.Stages[i].Treatments[j].Tones = nil
		}
	}
	h.at(thursday.Add(13 * time.Hour))
	h.take(debt{n: 1, dueOn: day(thursday, 0), minor: 10000, zone: "Pacific/Kiritimati"})
	if done := h.plan(); done.Messages != 1 {
		t.Errorf("ahead: planned %+v", done)
	}

	// In New York it is still the 24th while the creditor has the 25th: what is due on the 24th is not late.
	h = newHouse(t, smsc.Config{})
	h.at(thursday.Add(12 * time.Hour))
	h.take(debt{n: 1, dueOn: day(thursday, 0), minor: 10000, zone: "America/New_York"})
	if done := h.plan(); done.Messages != 1 {
		t.Errorf("behind: planned %+v", done)
	}
	h.at(thursday.Add(21*time.Hour + 30*time.Minute))
	h.run()
	if got := h.smsc.Arrivals(); len(got) != 1 || !strings.Contains(got[0].Whole, "9月24日应还100.00元") {
		t.Errorf("behind: arrivals %+v", got)
	}
}

// TestCoreSaysOtherwiseAbroad is invariant 6: what the core system says is held against our total also for a borrower whose day is
// not the creditor's, and of whom nobody has made a standing since it said so.
func TestCoreSaysOtherwiseAbroad(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.at(thursday.Add(12 * time.Hour))
	h.take(debt{n: 1, dueOn: day(thursday, 0), minor: 124000, zone: "America/New_York"})
	if done := h.plan(); done.Messages != 1 {
		t.Fatalf("planned %+v", done)
	}
	h.tell("loan_id,borrower_id,currency,product,principal,core_due,core_as_of\nC00001,B00001,CNY,card,1240.00,1240.01,2026-09-24 06:00\n")
	h.at(thursday.Add(21*time.Hour + 30*time.Minute)) // 07:30 on the 25th in Shanghai, 19:30 on the 24th in New York
	h.run()
	if got := h.smsc.Arrivals(); len(got) != 0 {
		t.Errorf("arrivals %+v", got)
	}
	h.want("cancelled", 1)
}

// TestTwoZonesOnePhone is invariant 6: of two people whom a shared phone makes one person, each owes by the day where
// they are.
func TestTwoZonesOnePhone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.p.Strategy.Prefer.Open, h.p.Strategy.Prefer.Close, h.p.Strategy.Prefer.NeverTo = 0, 24*60, 0
	h.at(thursday.Add(10*time.Hour + 30*time.Minute)) // 20:30 on the 24th in Shanghai, 08:30 in New York
	h.take(
		debt{n: 1, dueOn: day(thursday, -30), minor: 10000, phone: phoneOf(1)},
		debt{n: 2, dueOn: day(thursday, 6), minor: 10000, rate: 365_000, phone: phoneOf(1), name: "李建国", zone: "America/New_York"})
	h.plan()
	h.at(thursday.Add(23*time.Hour + 30*time.Minute)) // 09:30 on the 25th in Shanghai, 21:30 on the 24th in New York
	h.run()
	// Six nights of a tenth of a per cent and 360 days: 100.00 and six times 0.10139.
	if got := h.smsc.Arrivals(); len(got) != 1 || !strings.Contains(got[0].Whole, "100.61元") {
		t.Errorf("arrivals %+v", got)
	}
}

// TestReplayOverRetry is invariant 9: what was known between two tries of a message is that it had been tried, also
// after the second try.
func TestReplayOverRetry(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 6), minor: 10000})
	h.plan()
	s := h.sender(t)
	st := s.newStep()
	if msgs, err := s.judge(ctx, st, 10, nil); err != nil || len(msgs) != 1 {
		t.Fatalf("judged %d messages, %v", len(msgs), err)
	}
	if _, err := h.Store.Commit(ctx, st); err != nil {
		t.Fatal(err)
	}
	again := store.PutOff{Message: st.Tries[0].Message.ID, NotBefore: h.now(), NotAfter: st.Tries[0].Message.NotAfter}
	back := s.newStep()
	back.Outcomes = []store.Outcome{{Fence: st.Tries[0].Fence(), Event: outbox.EvThrottle, Carrier: "main", Again: &again}}
	if _, err := h.Store.Commit(ctx, back); err != nil {
		t.Fatal(err)
	}
	explain := func() string {
		t.Helper()
		x, err := h.Explain(ctx, "B00001", thursday.Add(30*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return x[0].Action + " " + x[0].Rule + " " + x[0].Reason
	}
	was := explain()
	h.at(thursday.Add(time.Hour))
	h.run()
	h.want("delivered", 1)
	if is := explain(); is != was {
		t.Errorf("half an hour after the first try: %s; asked again after the second: %s", was, is)
	}
}
