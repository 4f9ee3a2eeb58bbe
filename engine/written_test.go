package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
)

// asked makes a house of which borrower 1 has written something that waits for a person, as item 1.
func asked(t *testing.T, reply string) *house {
	t.Helper()
	h := talker(t, map[int][]string{1: {reply}})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.run()
	h.at(thursday.Add(time.Hour))
	return h
}

// TestAPersonAnswers: what a person writes is shown as it would leave, is handed over like every message, once, and closes the item.
func TestAPersonAnswers(t *testing.T) {
	ctx := context.Background()
	h := asked(t, "请问在哪里还款？")
	text := "您好，可在手机银行“还款”页面办理。如有疑问请致电4008000000。"
	v, err := h.PreviewAnswer(ctx, 1, text, h.now())
	if err != nil || !v.May || v.Segments != 1 || !strings.HasPrefix(v.Text, "【") || !strings.HasSuffix(v.Text, text) {
		t.Fatalf("preview %+v, %v", v, err)
	}
	if n := h.count(`SELECT count(*) FROM answer_text`); n != 0 {
		t.Errorf("a preview stored %d answers", n)
	}
	before := len(h.texts(1))
	v, id, err := h.SendAnswer(ctx, 1, text, "staff:17", false, h.now())
	if err != nil || id == 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	h.run()
	texts := h.texts(1)
	if len(texts) != before+1 || texts[len(texts)-1] != v.Text {
		t.Errorf("texts %q, want %q at the end", texts, v.Text)
	}
	if got := h.list(`SELECT kind FROM desk WHERE open = 1`); len(got) != 0 {
		t.Errorf("still waits: %v", got)
	}
	if _, _, err := h.SendAnswer(ctx, 1, text, "staff:17", false, h.now()); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("a closed item was answered: %v", err)
	}
	if got := h.list(`SELECT who || ' ' || what FROM audit WHERE what = 'answered'`); len(got) != 1 || got[0] != "staff:17 answered" {
		t.Errorf("audit: %v", got)
	}
	if n := h.count(`SELECT count(*) FROM sealed_answer WHERE box LIKE '%4008000000%'`); n != 0 {
		t.Error("the words are not sealed")
	}
}

// TestAnotherAmount: whoever writes an amount that is not the one overdue is told, and may have meant it; a number to call is none.
func TestAnotherAmount(t *testing.T) {
	h := asked(t, "请问在哪里还款？")
	for text, told := range map[string]bool{
		"您目前应还1,500.00元，可在手机银行办理。": true, "您目前应还1,240.00元，可在手机银行办理。": false, "您好，请致电4008000000。": false,
		"您目前应还1,240.00元，周五前请还5,000元。": true, "您好，可在手机银行“还款”页面办理。": false,
	} {
		v, err := h.PreviewAnswer(context.Background(), 1, text, h.now())
		if err != nil {
			t.Fatal(err)
		}
		warned := slices.ContainsFunc(v.Findings, func(f lint.Finding) bool { return strings.Contains(f.Message.EN, "nothing checks it again") })
		if warned != told || !v.May {
			t.Errorf("%q: told %v, may %v: %+v", text, warned, v.May, v.Findings)
		}
	}
}

// TestWhatAPersonMayNotWrite: threats, too many words, and anything after a stop.
func TestWhatAPersonMayNotWrite(t *testing.T) {
	ctx := context.Background()
	h := asked(t, "请问在哪里还款？")
	for text, want := range map[string]string{
		"再不还款我们就上门找你家人，让你在单位丢人。":        "duly:wording",
		strings.Repeat("请尽快与我们联系。", 60): "duly:form",
	} {
		v, id, err := h.SendAnswer(ctx, 1, text, "staff:17", false, h.now())
		if err != nil || v.May || id != 0 || !strings.HasPrefix(v.Rule, want) && !strings.HasPrefix(v.Rule, "CN-") {
			t.Errorf("%.20s…: %+v, %v; want it refused by %s", text, v, err, want)
		}
	}
	h.say(1, "退订", thursday.Add(2*time.Hour))
	v, id, err := h.SendAnswer(ctx, 1, "您好，可在手机银行办理还款。", "staff:17", false, h.now())
	if err != nil || v.May || id != 0 || v.Rule != answerState {
		t.Errorf("after a stop: %+v, %v", v, err)
	}
	if n := h.count(`SELECT count(*) FROM answer_text`); n != 0 {
		t.Errorf("%d answers were stored", n)
	}
}

// TestAnOldAmountDoesNotLeave is invariant 6 for what a person writes: where it names what is overdue and a payment comes before it leaves, it
// comes back to the desk.
func TestAnOldAmountDoesNotLeave(t *testing.T) {
	ctx := context.Background()
	h := asked(t, "请问一共欠多少？")
	night := time.Date(2026, 9, 24, 23, 0, 0, 0, shanghai)
	h.at(night)
	v, id, err := h.SendAnswer(ctx, 1, "您好，截至今日待还1,240.00元，请放心。如有疑问请致电4008000000。", "staff:17", false, night)
	if err != nil || id == 0 || !v.Names || !v.NotBefore.After(night) {
		t.Fatalf("%+v, %v", v, err)
	}
	before := len(h.texts(1))
	h.run()
	h.at(time.Date(2026, 9, 25, 8, 30, 0, 0, shanghai))
	h.pay(1, 40000, ledger.Day(h.now()))
	h.run()
	if texts := h.texts(1); len(texts) != before {
		t.Fatalf("it left: %q", texts[before:])
	}
	if _, err := h.JudgeAgreed(ctx, h.p, h.now()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // once, however often it is looked at
		if _, err := h.JudgeAgreed(ctx, h.p, h.now()); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(h.list(`SELECT kind FROM desk WHERE open = 1`), " "); got != "not_answered" {
		t.Errorf("at the desk: %q", got)
	}
}

// TestNames: an amount is found in a text however its digits are grouped, and not in another number.
func TestNames(t *testing.T) {
	due := ledger.Money{Minor: 124000, Currency: "CNY"}
	for text, want := range map[string]bool{
		"待还1,240.00元": true, "待还1240元": true, "待还 1240.00 元。": true, "您待还1240": true, "1240.50": false, "11240.00": false, "12400": false, "1240.001": false,
		"0.1240": false, "没有金额": false, "先还500，共1240": true,
	} {
		if got := names(text, due); got != want {
			t.Errorf("names(%q) = %v", text, got)
		}
	}
	if names("0", ledger.Money{}) {
		t.Error("nothing is named")
	}
}
