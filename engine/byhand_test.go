package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

const handWords = "尊敬的客户，您有1,240.00元尚未还清，如有困难请与我们商量，致电4008000000。拒收请回复R"

// handHouse is a house of which borrower 1 owes and has not written, and nothing was planned.
func handHouse(t *testing.T, replies map[int][]string) *house {
	t.Helper()
	h := talker(t, replies)
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	return h
}

func (h *house) borrower1() ledger.BorrowerID {
	return ledger.BorrowerID(h.count(`SELECT min(id) FROM borrower`))
}

// TestWrittenByHand is invariant 2 for what a person writes unasked: it is shown as it would leave, leaves once, and counts: the reminder that would have
// come is held by the cap, and so is another word by hand.
func TestWrittenByHand(t *testing.T) {
	ctx := context.Background()
	h := handHouse(t, nil)
	b := h.borrower1()
	v, err := h.PreviewWriting(ctx, h.p, b, handWords, h.now())
	if err != nil || !v.May || !v.Names || !strings.HasPrefix(v.Text, "【") {
		t.Fatalf("preview %+v, %v", v, err)
	}
	if n := h.count(`SELECT count(*) FROM answer_text`); n != 0 {
		t.Errorf("a preview stored %d texts", n)
	}
	if _, id, err := h.SendWriting(ctx, h.p, b, handWords, "staff:17", h.now()); err != nil || id == 0 {
		t.Fatal(id, err)
	}
	if _, _, err := h.SendWriting(ctx, h.p, b, handWords, "staff:17", h.now()); !errors.Is(err, store.ErrWaitsAlready) {
		t.Errorf("pressed twice: %v", err)
	}
	h.run()
	if texts := h.texts(1); len(texts) != 1 || texts[0] != v.Text {
		t.Fatalf("texts %q, want %q", texts, v.Text)
	}
	if got := h.list(`SELECT who || ' ' || subject FROM audit WHERE what = 'written'`); len(got) != 1 || !strings.HasPrefix(got[0], "staff:17 borrower ") {
		t.Errorf("audit: %v", got)
	}
	if n := h.count(`SELECT count(*) FROM sealed_answer WHERE box LIKE '%4008000000%'`); n != 0 {
		t.Error("the words are not sealed")
	}
	h.at(thursday.Add(time.Hour))
	h.plan()
	h.run()
	if texts := h.texts(1); len(texts) != 1 {
		t.Errorf("the cap did not count it: %q", texts)
	}
	v, err = h.PreviewWriting(ctx, h.p, b, handWords, h.now())
	if err != nil || v.NotBefore.Day() == h.now().Day() && v.May {
		t.Errorf("another today: %+v, %v", v, err)
	}
}

// TestWhatMayNotBeWrittenByHand is invariant 3 for what a person writes unasked: nothing after a stop, none while an arrangement lives, nobody who owes nothing,
// and no threat; nothing of it is stored.
func TestWhatMayNotBeWrittenByHand(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		text, rule string
		before     func(h *house)
	}{
		"a threat":         {"您有1,240.00元未还，再不还款我们就上门找你家人，让你在单位丢人。致电4008000000，拒收请回复R", "CN-", func(*house) {}},
		"nothing is owed":  {handWords, "duly:nothing_owed", func(h *house) { h.pay(1, 124000, ledger.Day(h.now())) }},
		"a stop":           {handWords, "duly:answer_state", func(h *house) { h.say(1, "退订", h.now().Add(-time.Minute)) }},
		"an arrangement":   {handWords, "CN-", func(h *house) { h.agreed(t) }},
		"another sum too":  {strings.Replace(handWords, "尚未还清", "尚未还清，周五前请还5,000元", 1), "duly:form", func(*house) {}},
		"what lacks a way": {"您有钱未还。", "CN-", func(*house) {}},
	} {
		h := handHouse(t, nil)
		c.before(h)
		v, id, err := h.SendWriting(ctx, h.p, h.borrower1(), c.text, "staff:17", h.now())
		if err != nil || v.May || id != 0 || !strings.HasPrefix(v.Rule, c.rule) {
			t.Errorf("%s: %d, %v, rule %q: %s", name, id, err, v.Rule, v.Reason)
		}
		if n := h.count(`SELECT count(*) FROM answer_text`); n != 0 {
			t.Errorf("%s: %d are stored", name, n)
		}
	}
}

// agreed lets an arrangement of borrower 1's begin.
func (h *house) agreed(t *testing.T) {
	t.Helper()
	o := &Proposal{Kind: "plan", Instalments: 3, Who: "staff:17"}
	if got, err := h.Propose(context.Background(), h.p, h.borrower1(), o, h.now()); err != nil || got.ID == 0 {
		t.Fatalf("%+v %v", got, err)
	}
}

// TestAnOldAmountByHand is invariant 6: what a person wrote and what waits for the morning does not leave where the amount in it has changed, and comes to
// the desk, once.
func TestAnOldAmountByHand(t *testing.T) {
	ctx := context.Background()
	h := handHouse(t, nil)
	night := time.Date(2026, 9, 24, 23, 0, 0, 0, shanghai)
	h.at(night)
	v, id, err := h.SendWriting(ctx, h.p, h.borrower1(), handWords, "staff:17", night)
	if err != nil || id == 0 || !v.NotBefore.After(night) {
		t.Fatalf("%+v, %v", v, err)
	}
	h.run()
	h.at(time.Date(2026, 9, 25, 8, 30, 0, 0, shanghai))
	h.pay(1, 40000, ledger.Day(h.now()))
	h.run()
	if texts := h.texts(1); len(texts) != 0 {
		t.Fatalf("an old amount left: %q", texts)
	}
	for range 2 { // once, however often it is looked at
		if _, err := h.JudgeAgreed(ctx, h.p, h.now()); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(h.list(`SELECT kind FROM desk WHERE open = 1`), " "); got != "not_written" {
		t.Errorf("at the desk: %q", got)
	}
}
