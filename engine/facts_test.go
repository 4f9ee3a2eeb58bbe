package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// tell imports files as a lender gives them, at the civil time.
func (h *house) tell(texts ...string) {
	h.t.Helper()
	fault := func(b intake.BadRow) error { return fmt.Errorf("%s", b) }
	o := store.Import{Portfolio: h.p.row, Now: h.now(), AsOf: h.now().In(h.p.Zone), Bad: fault, MayLift: h.p.MayLift}
	_, err := h.Store.Import(context.Background(), o, func(st *store.Stage) error {
		for i, text := range texts {
			in := intake.Options{Currency: "CNY", Country: "CN", Zone: h.p.Zone, Bad: fault}
			if _, err := intake.Read(strings.NewReader(text), fmt.Sprintf("f%d.csv", i), in, st); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// only returns the one explanation of a borrower at the civil time.
func (h *house) only(borrower string) Explanation {
	h.t.Helper()
	x, err := h.Explain(context.Background(), borrower, h.now().Add(time.Second))
	if err != nil || len(x) != 1 {
		h.t.Fatalf("%d explanations, %v", len(x), err)
	}
	return x[0]
}

const (
	states   = "borrower_id,region,loan_id,phone,kind,from,until,reason,owner,lifted_on,lifted_by\n"
	contacts = "borrower_id,at,channel,result,by\n"
)

// TestWhatHoldsContact: each fact that practice and the law ask for holds the reminder, explain names the state and a rule of
// a rulebook that says what it means, and when the fact ends the reminder is planned.
func TestWhatHoldsContact(t *testing.T) {
	t.Parallel()
	slow(t)
	state := func(kind, reason string) [2]string {
		return [2]string{
			states + "B00001,,,," + kind + ",2026-09-20,," + reason + ",desk:4,,\n", states + "B00001,,,," + kind + ",2026-09-20,," + reason + ",desk:4,2026-09-24 09:59,compliance:17\n",
		}
	}
	loans := "loan_id,borrower_id,currency,product,principal,core_due,core_as_of,debit_pending_until\nC00001,B00001,CNY,card,1240.00,"
	numbers := "phone,status,checked_on,provider\n17405000001,"
	for kind, c := range map[string][2]string{
		"stop": state("stop", "said so"), "dispute": state("dispute", "fee"), "representation": state("representation", "lawyer"),
		"bankruptcy": state("bankruptcy", "court"), "death": state("death", "told"), "vulnerable": state("vulnerable", "illness"),
		"hardship": state("hardship", "job lost"), "minor": state("minor", "17 at origination"), "complaint": state("complaint", "regulator"),
		"protected": {
			states + "B00001,,,,protected,2026-09-20,2026-12-31,litigant,board:2,,\n", states + "B00001,,,,protected,2026-09-20,2026-09-21,litigant,board:2,,\n",
		},
		"disaster": {
			states + ",CN-ZJ,,,disaster,2026-09-20,,flood,board:2,,\n", states + ",CN-ZJ,,,disaster,2026-09-20,,flood,board:2,2026-09-24,compliance:1\n",
		},
		"number_dead":       {numbers + "dead,2026-09-20,checker\n", numbers + "ok,2026-09-21,checker\n"},
		"number_reassigned": {numbers + "reassigned,2026-09-20,checker\n", numbers + "ok,2026-09-21,checker\n"},
		"number_shared":     {numbers + "shared,2026-09-20,checker\n", numbers + "ok,2026-09-21,checker\n"},
		"debit_in_flight":   {loans + ",,2026-09-25\n", loans + ",,2026-09-22\n"},
		"core_differs":      {loans + "1240.01,2026-09-24 06:00,\n", loans + "1240.00,2026-09-24 06:00,\n"},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, smsc.Config{})
			h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
			h.tell(c[0])
			done := h.plan()
			if done.Messages != 0 {
				t.Fatalf("planned %+v", done)
			}
			x := h.only("B00001")
			if len(x.States) != 1 || x.States[0].Kind != kind || strings.HasPrefix(x.States[0].Rule, "duly:") || x.States[0].Source == "" {
				t.Fatalf("states %+v", x.States)
			}
			if x.Action != "hold" || strings.HasPrefix(x.Rule, "duly:") || strings.HasPrefix(x.Rule, "strategy:") || x.Source == "" || done.Held[x.Rule] != 1 {
				t.Errorf("%s by %s (%s): %s; held %v", x.Action, x.Rule, x.Source, x.Reason, done.Held)
			}
			h.tell(c[1])
			if done := h.plan(); done.Messages != 1 {
				t.Errorf("when it was over: planned %+v; %+v", done, h.only("B00001").Checked)
			}
		})
	}
}

// TestStateBetweenPlanAndFence: a state that is imported after planning keeps back what waits.
func TestStateBetweenPlanAndFence(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000}, debt{n: 2, dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.tell(states + "B00001,,,,representation,2026-09-24,,lawyer,desk:4,,\n")
	h.run()
	if got := h.smsc.Arrivals(); len(got) != 1 || got[0].Destination != "8617405000002" {
		t.Fatalf("arrivals %+v", got)
	}
	h.want("cancelled", 1)
}

// TestCallsCount: who was called today is not written to today, and the call is among what explain checks.
func TestCallsCount(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 9), minor: 124000}, debt{n: 2, dueOn: day(thursday, 9), minor: 124000})
	h.plan()
	h.tell(contacts + "B00001,2026-09-24 09:00,voice,conversation,agency:north\n")
	h.run()
	if got := h.smsc.Arrivals(); len(got) != 1 || got[0].Destination != "8617405000002" {
		t.Fatalf("arrivals %+v", got)
	}
}

// TestBorrowersChoice: hours, days and channel that a borrower asked for beat the strategy's, within the law.
func TestBorrowersChoice(t *testing.T) {
	t.Parallel()
	const head = "borrower_id,name,phone,timezone,country,region,preferred_hours,preferred_days,preferred_channel\n"
	slot := func(wish string, back int) *Judgement {
		t.Helper()
		h := newHouse(t, smsc.Config{})
		h.take(debt{n: 1, dueOn: day(thursday, back), minor: 124000})
		h.tell(head + "B00001,黄淑芬,+8617405000001,Asia/Shanghai,CN,CN-ZJ," + wish + "\n")
		var out Judgement
		if _, err := h.Plan(context.Background(), h.p, PlanOptions{Now: h.now(), DryRun: true, Each: func(_ *store.Dossier, j *Judgement) error {
			out = *j
			return nil
		}}); err != nil {
			t.Fatal(err)
		}
		return &out
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 9, day, hour, minute, 0, 0, shanghai) }
	if j := slot("20:00-21:00,,", 9); j.Action != Contact || !j.NotBefore.Equal(at(24, 20, 0)) || !j.NotAfter.Equal(at(24, 21, 0)) {
		t.Errorf("in the evening: %+v until %s, %s %s", j.NotBefore, j.NotAfter, j.Rule, j.Reason)
	}
	if j := slot("12:30-13:30,,", 9); !j.NotBefore.Equal(at(24, 12, 30)) { // the strategy never writes at lunch
		t.Errorf("at lunch: %s, %s %s", j.NotBefore, j.Rule, j.Reason)
	}
	if j := slot("05:00-07:00,,", 9); j.Action != Hold { // the law begins at eight
		t.Errorf("before the lawful hours: %+v", j)
	}
	if j := slot(",sat,", 9); j.Action != Hold || !j.HoldUntil.IsZero() && j.HoldUntil.Weekday() != time.Saturday {
		t.Errorf("on Saturdays: %v %s until %s", j.Action, j.Reason, j.HoldUntil)
	}
	// On day 15 the strategy has a call for who stays silent and a text for who answers; the text is the only one that fits.
	if j := slot(",,sms", 15); j.Intent.Treatment == nil || j.Intent.Treatment.Medium() != "voice" {
		t.Errorf("a channel that nothing goes over changes nothing: %+v", j.Intent.Treatment)
	}
}

// TestUnknownState: a state that no rulebook of the place knows holds contact and says so.
func TestUnknownState(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	h.tell(states + "B00001,,,,abducted_by_aliens,2026-09-20,,seen,desk:4,,\n")
	if done := h.plan(); done.Messages != 0 || done.Held[guard.NoState] != 1 {
		t.Errorf("planned %+v", done)
	}
}

// TestSomebodyElseMayNotLift: a rule says who may lift a state, and the import refuses another's word.
func TestSomebodyElseMayNotLift(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	some := false
	for _, b := range h.p.Lawbook.Books() {
		for _, r := range b.Rules {
			if len(r.LiftedBy) == 0 || len(r.States) == 0 {
				continue
			}
			some = true
			if why := h.p.MayLift(r.States[0], "janitor:3"); !strings.Contains(why.In("zh"), r.ID) || !strings.Contains(why.In("en"), r.ID) {
				t.Errorf("a janitor may lift %s", r.States[0])
			}
		}
	}
	if !some {
		t.Skip("no rule of the rulebook says who may lift a state")
	}
}
