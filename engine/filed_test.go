package engine

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// TestFiledTexts: what a carrier has on file of a text holds what would leave in it, or does not: of this wording and at this carrier only,
// and what is missing or not decided yet only where registered texts alone may leave.
func TestFiledTexts(t *testing.T) {
	t.Parallel()
	plain := must(Compile(must(testSpec())))
	text := plain.Templates.Pick("slip_first", compose.Chinese, "")
	inFile := *text
	inFile.Carriers = map[string]compose.Registration{"main": {Signature: "晨光银行", ID: "T-1"}}
	for _, c := range []struct {
		name     string
		text     *compose.Template
		at       filedText
		word     string
		asks     bool // the carrier takes registered texts only
		rule     string
		checked  bool
		ofFiling string
	}{
		{name: "nothing on file", text: text},
		{name: "refused", text: text, at: filedText{"main", text.Digest}, word: Refused, rule: TextRefused, ofFiling: Refused},
		{name: "refused, in another wording", text: text, at: filedText{"main", "0123"}, word: Refused},
		{name: "refused elsewhere", text: text, at: filedText{"second", text.Digest}, word: Refused},
		{name: "pending", text: text, at: filedText{"main", text.Digest}, word: Pending, ofFiling: Pending},
		{name: "registered", text: text, at: filedText{"main", text.Digest}, word: Registered, ofFiling: Registered},
		{name: "asked for, and nothing on file", text: text, asks: true, rule: TextUnregistered},
		{name: "asked for, and pending", text: text, at: filedText{"main", text.Digest}, word: Pending, asks: true, rule: TextUnregistered, ofFiling: Pending},
		{name: "asked for, and refused", text: text, at: filedText{"main", text.Digest}, word: Refused, asks: true, rule: TextRefused, ofFiling: Refused},
		{name: "asked for, and registered", text: text, at: filedText{"main", text.Digest}, word: Registered, asks: true, ofFiling: Registered},
		{name: "asked for, and registered elsewhere", text: text, at: filedText{"second", text.Digest}, word: Registered, asks: true, rule: TextUnregistered},
		{name: "asked for, and registered by the text's file", text: &inFile, asks: true, ofFiling: Registered},
		{name: "registered by its file, and refused since", text: &inFile, at: filedText{"main", text.Digest}, word: Refused, rule: TextRefused, ofFiling: Refused},
	} {
		p := plain.filedAs(filing{words: map[filedText]string{c.at: c.word}})
		p.Carrier, p.RegisteredOnly = "main", c.asks
		if got := p.Filed(c.text, "main"); got != c.ofFiling {
			t.Errorf("%s: on file is %q", c.name, got)
		}
		if got := p.Bars(c.text); got != c.rule {
			t.Errorf("%s: barred by %q, not %q", c.name, got, c.rule)
		}
		if c.text != text {
			continue // the portfolio's own text is the other
		}
		crowd := newCrowd(t)
		crowd.p = p
		d := crowd.add(ledger.Day(thursday)-3, 74_000)
		for _, explain := range []bool{false, true} {
			j, err := Judge(p, d, thursday, explain)
			if err != nil {
				t.Fatal(err)
			}
			if held := j.Action == Hold; held != (c.rule != "") || held && (j.Rule != c.rule || j.Source == "" || j.Reason == "" || j.Verdict.Ruling != guard.Wait) {
				t.Errorf("%s: %v by %s: %s", c.name, j.Action, j.Rule, j.Reason)
			}
			if named := slices.ContainsFunc(j.Verdict.Checked, func(k guard.Checked) bool { return k.Rule == c.rule && !k.Passed }); explain && c.rule != "" && !named {
				t.Errorf("%s: the rules asked do not name it", c.name)
			}
		}
	}
}

// file notes what a carrier says of a text of the house's portfolio.
func (h *house) file(carrier, name, state string) {
	h.t.Helper()
	text, lang, _ := strings.Cut(name, ".")
	t := h.Books()[0].Templates.Pick(text, compose.Language(lang), "")
	if t == nil {
		h.t.Fatalf("there is no text %s", name)
	}
	r := store.Registration{Portfolio: h.p.row.ID, Carrier: carrier, Name: name, Digest: t.Digest, State: state}
	if err := h.Store.Register(context.Background(), r, store.Act{Who: "staff:3", At: h.now(), Real: h.now()}); err != nil {
		h.t.Fatal(err)
	}
}

// planned is plan by the portfolio as it is now.
func (h *house) planned() Planned {
	h.t.Helper()
	if err := h.Renew(context.Background(), h.now()); err != nil {
		h.t.Fatal(err)
	}
	h.p = h.Books()[0]
	return h.plan()
}

// TestRefusedBetweenPlanAndFence: a text that the carrier refuses after the plan leaves no more, and the messages wait; when the carrier
// takes it after all they leave, each once. What is planned meanwhile is held by the same rule, and explained by it, as of then.
func TestRefusedBetweenPlanAndFence(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 50_000}, debt{n: 2, dueOn: day(thursday, 3), minor: 60_000})
	if done := h.plan(); done.Messages != 2 {
		t.Fatalf("planned %+v", done)
	}
	h.file("main", "slip_first.zh", Refused)
	h.run()
	if n := len(h.smsc.Arrivals()); n != 0 {
		t.Fatalf("%d arrived in words that the carrier refused", n)
	}
	h.want("waiting", 2)
	if x := h.only("B00001"); x.Rule != TextRefused || x.Source == "" || x.Action != "hold" {
		t.Errorf("explained by %s: %s", x.Rule, x.Reason)
	}
	h.take(debt{n: 3, dueOn: day(thursday, 3), minor: 70_000})
	if done := h.planned(); done.Messages != 0 || done.Held[TextRefused] != 3 {
		t.Errorf("while it is refused: planned %+v", done)
	}
	refusedAt := h.now()
	h.at(thursday.Add(time.Hour))
	h.file("main", "slip_first.zh", Registered)
	if done := h.planned(); done.Messages != 1 {
		t.Errorf("when it is registered: planned %+v", done)
	}
	h.run()
	if n := len(h.smsc.Arrivals()); n != 3 {
		t.Errorf("%d arrived, of 3", n)
	}
	x, err := h.Explain(context.Background(), "B00003", refusedAt.Add(time.Minute))
	if err != nil || len(x) != 1 || x[0].Rule != TextRefused {
		t.Errorf("of the time of the refusal: %+v, %v", x, err)
	}
}

// TestRefusedWhileJudged: a claim that was judged before a carrier's refusal is not fenced after it, in no process, and what it was made
// of is judged anew.
func TestRefusedWhileJudged(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 50_000})
	h.plan()
	s := h.sender(t)
	ready, err := s.prepare(ctx, 10, nil)
	if err != nil || len(ready.st.Tries) != 1 {
		t.Fatalf("judged: %d tries, %v", len(ready.st.Tries), err)
	}
	h.file("main", "slip_first.zh", Refused)
	if did, err := s.commit(ctx, ready); err != nil || !did.Lost || did.Left != 0 {
		t.Errorf("what was judged before the refusal: %+v, %v", did, err)
	}
	if n := h.count(`SELECT count(*) FROM fence`); n != 0 {
		t.Errorf("%d fences", n)
	}
	h.file("main", "slip_first.zh", Pending)
	if err := s.renew(ctx, true); err != nil { // as a step does after a claim was lost
		t.Fatal(err)
	}
	if ready, err = s.prepare(ctx, 10, nil); err != nil {
		t.Fatal(err)
	}
	if did, err := s.commit(ctx, ready); err != nil || did.Lost || h.count(`SELECT count(*) FROM fence`) != 1 {
		t.Errorf("when the carrier takes it after all: %+v, %v, %d fences", did, err, h.count(`SELECT count(*) FROM fence`))
	}
	if err := s.Finish(ctx); err != nil {
		t.Fatal(err)
	}
}

// TestRefusedToTheEnd: a message whose text stays refused ends with its time, by that rule and nothing else.
func TestRefusedToTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 50_000})
	h.plan()
	h.file("main", "slip_first.zh", Refused)
	h.run()
	h.at(thursday.Add(30*time.Hour - 5*time.Minute))
	h.run()
	h.at(thursday.Add(40 * time.Hour))
	h.run()
	if n := len(h.smsc.Arrivals()); n != 0 {
		t.Errorf("%d arrived", n)
	}
	if got := h.states(); got["waiting"] != 0 || got["cancelled"]+got["expired"] != 1 {
		t.Errorf("%v", got)
	}
}
