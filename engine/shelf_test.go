package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// putInForce is what two people do: one writes and asks, the other puts it in force.
func (h *house) putInForce(of store.Lineage, body string, at time.Time) {
	h.t.Helper()
	ctx := context.Background()
	act := func(who string) store.Act { return store.Act{Who: who, At: at, Real: at} }
	id, err := h.Store.BeginVersion(ctx, of, []byte(body), act("staff:7"))
	if err == nil {
		err = h.Store.AskFor(ctx, id, act("staff:7"))
	}
	if err == nil {
		err = h.Store.Activate(ctx, id, act("staff:8"))
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// inForce is the version of a lineage that counts.
func (h *house) inForce(of store.Lineage) int64 {
	h.t.Helper()
	all, err := h.Store.Versions(context.Background(), of)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range all {
		if all[i].InForce {
			return all[i].ID
		}
	}
	h.t.Fatalf("nothing of %v is in force", of)
	return 0
}

// piece is a text of the test portfolio's templates.
func (h *house) piece(name string) compose.Piece {
	h.t.Helper()
	for _, doc := range must(testSpec()).Templates {
		for _, p := range must(compose.Pieces(doc.Name, doc.Body)) {
			if compose.Of(p.Name, p.Language) == name {
				return p
			}
		}
	}
	h.t.Fatalf("there is no text %s", name)
	return compose.Piece{}
}

// TestVersionsWhileRunning: a text that two people put in force is what leaves at the next step of a process that runs, without a
// restart; the explanation of each instant goes by what was in force then; and going back is an edition of its own.
func TestVersionsWhileRunning(t *testing.T) {
	slow(t)
	ctx := context.Background()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 50_000})
	if done := h.plan(); done.Messages != 1 {
		t.Fatalf("planned %+v", done)
	}
	desk := h.Desk()
	was := desk.Portfolios()[0]
	p := h.piece("slip_first.zh")
	body := strings.Replace(p.Body(), "也许一时忘了", "或许一时忘记了", 1)
	of := store.Lineage{Portfolio: was.row.ID, Kind: store.TemplateKind, Name: "slip_first.zh"}
	later := thursday.Add(time.Hour)
	h.putInForce(of, p.WithBody(body), later)
	h.at(later)
	h.run()
	came := h.smsc.Arrivals()
	if len(came) != 1 || !strings.Contains(came[0].Text, "或许一时忘记了") {
		t.Fatalf("what arrived: %+v", came)
	}
	is := desk.Portfolios()[0]
	if is == was || is.edition == was.edition {
		t.Error("the desk shows what is not in force any more")
	}
	edition := func(at time.Time) int64 {
		t.Helper()
		found, err := h.Explain(ctx, borrowerOf(1), at)
		if err != nil || len(found) != 1 || found[0].EditionNote != "" {
			t.Fatalf("%d explanations, %v", len(found), err)
		}
		return found[0].Edition
	}
	if first, second := edition(thursday), edition(later.Add(time.Minute)); first != was.edition || second != is.edition {
		t.Errorf("explained by editions %d and %d, and in force were %d and %d", first, second, was.edition, is.edition)
	}
	back := later.Add(time.Hour)
	if _, err := h.Store.GoBack(ctx, h.inForce(of), store.Act{Who: "staff:7", At: back, Real: back}); err != nil {
		t.Fatal(err)
	}
	h.at(back)
	if err := h.Renew(ctx, back); err != nil {
		t.Fatal(err)
	}
	again := desk.Portfolios()[0]
	if again.edition <= is.edition || again.Templates.Pick("slip_first", "zh", "").Digest != was.Templates.Pick("slip_first", "zh", "").Digest {
		t.Errorf("after going back edition %d holds, after %d", again.edition, is.edition)
	}
	if got := edition(back); got != again.edition {
		t.Errorf("explained by edition %d, and in force is %d", got, again.edition)
	}
	// A process that starts now runs the same.
	h.p = testPortfolio(t)
	h.Portfolios = []*Portfolio{h.p}
	if err := h.Prepare(ctx, back); err != nil || h.p.edition != again.edition {
		t.Errorf("a new process runs edition %d, %v", h.p.edition, err)
	}
}

// TestWhatCannotRunWaits: what was put in force and does not go with the rest of the documents lets nothing leave; what is the matter is
// said, and when it is put right the message leaves.
func TestWhatCannotRunWaits(t *testing.T) {
	slow(t)
	ctx := context.Background()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 50_000})
	h.plan()
	of := store.Lineage{Portfolio: h.p.row.ID, Kind: store.StrategyKind}
	h.putInForce(of, strings.Replace(string(h.p.spec.Strategy.Body), "template: slip_first\n", "template: of_nobody\n", 1), thursday)
	o := h.options()
	o.Patience = time.Second
	if _, err := h.Run(ctx, o); !errors.Is(err, ErrDocument) || !strings.Contains(err.Error(), "of_nobody") {
		t.Errorf("a run under it: %v", err)
	}
	if n := len(h.smsc.Arrivals()); n != 0 {
		t.Fatalf("%d messages left", n)
	}
	// A process that starts under it starts: what people write is stored, and they can go back. It plans nothing and hands nothing over.
	h.p = testPortfolio(t)
	h.Portfolios = []*Portfolio{h.p}
	if err := h.Prepare(ctx, thursday); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Plan(ctx, h.p, PlanOptions{Now: thursday}); !errors.Is(err, ErrDocument) {
		t.Errorf("a plan under it: %v", err)
	}
	if _, err := h.Run(ctx, o); !errors.Is(err, ErrDocument) {
		t.Errorf("a run of a new process: %v", err)
	}
	if n := len(h.smsc.Arrivals()); n != 0 {
		t.Fatalf("%d messages left", n)
	}
	if _, err := h.Store.GoBack(ctx, h.inForce(of), store.Act{Who: "staff:8", At: thursday, Real: thursday}); err != nil {
		t.Fatal(err)
	}
	h.run()
	if n := len(h.smsc.Arrivals()); n != 1 {
		t.Errorf("%d messages arrived", n)
	}
}
