package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// testTalk lets Duly agree to small plans and near promises by itself.
func testTalk() Talk {
	return Talk{Grace: 2, Authority: arrange.Authority{
		{By: arrange.Duly, From: 0, To: 90, Instalments: 6, Days: 14},
		{By: arrange.Staff, From: 0, To: 90, Instalments: 24, Days: 30, Waive: 500_000},
		{By: arrange.Second, From: 0, To: 3650, Instalments: 60, Days: 90, Waive: 1_000_000, Discount: 300_000},
	}}
}

// talker makes a house whose borrowers each answer their nth message by what the list says of it.
func talker(t *testing.T, replies map[int][]string) *house {
	t.Helper()
	by := map[string][]string{}
	for n, list := range replies {
		by[phoneOf(n)[1:]] = list
	}
	h := newHouse(t, smsc.Config{Behave: func(to, _ string, nth int) smsc.Behaviour {
		if list := by[strings.TrimPrefix(to, "+")]; nth <= len(list) {
			return smsc.Behaviour{Reply: list[nth-1]}
		}
		return smsc.Behaviour{}
	}})
	h.p.Talk = testTalk()
	return h
}

// texts are those that came to the handset of a borrower.
func (h *house) texts(n int) (out []string) {
	for _, a := range h.smsc.Arrivals() {
		if a.Destination == phoneOf(n)[1:] {
			out = append(out, a.Whole)
		}
	}
	return out
}

// TestWhatAReplySetsOff: the state, the answer, what waits for a person, and what is agreed, by what is said.
func TestWhatAReplySetsOff(t *testing.T) {
	t.Parallel()
	slow(t)
	for _, c := range []struct {
		reply  string
		states string // sorted
		answer string // a piece of the second text; empty: none came
		desk   string
		agreed string // kind and status
		cause  string
	}{
		{"退订", "stop", "已按您的要求停止", "", "", ""},
		{"你打错了,我不认识这个人", "wrong_person", "不再向本号码发送短信", "wrong_number", "", ""},
		{"这是我妈的手机,她走了", "death", "", "death", "", ""},
		{"请联系我的律师", "representation", "", "representation", "", ""},
		{"我不想活了", "danger", "", "danger", "", ""},
		{"我要投诉你们", "complaint", "您的投诉已收到", "complaint", "", ""},
		{"金额不对,我没欠这么多", "dispute", "我们的记录：尾号", "dispute", "", ""},
		{"已经还了", "paid_claim", "正在核对", "", "", ""},
		{"下周五发工资还500", "arrangement", "已记下：您10月2日还款500.00元", "", "promise live", "payday_gap"},
		{"25号一定还", "arrangement", "您9月25日还款1,240.00元", "", "promise live", ""},
		{"我会还的", "", "哪一天、多少金额", "", "", ""},
		{"12月20号还", "", "您的消息已收到", "promise", "", ""},
		{"失业了,实在没钱还", "hardship", "3期每期413.34元", "hardship", "plan offered plan offered", "job_loss"},
		{"可以分期吗", "", "3期每期413.34元", "", "plan offered plan offered", ""},
		{"住院做手术,没办法还", "vulnerable", "您的消息已收到", "vulnerable", "", "illness"},
		{"请问在哪里还款？", "", "您的消息已收到", "question", "", ""},
		{"下午3点后给我打电话吧", "", "给您回电", "call", "", ""},
		{"好的", "", "", "", "", ""},
		{"哈哈哈哈", "", "", "other", "", ""},
	} {
		t.Run(c.reply, func(t *testing.T) {
			t.Parallel()
			h := talker(t, map[int][]string{1: {c.reply}})
			h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
			h.plan()
			h.run()
			texts := h.texts(1)
			if c.answer == "" && len(texts) != 1 || c.answer != "" && (len(texts) != 2 || !strings.Contains(texts[1], c.answer)) {
				t.Errorf("texts %q, want an answer with %q", texts, c.answer)
			}
			if got := strings.Join(h.list(`SELECT DISTINCT kind FROM state WHERE gone_at = 0 ORDER BY kind`), " "); got != c.states {
				t.Errorf("states %q, want %q", got, c.states)
			}
			if got := strings.Join(h.list(`SELECT kind FROM desk WHERE open = 1`), " "); got != c.desk {
				t.Errorf("desk %q, want %q", got, c.desk)
			}
			if got := strings.Join(h.list(`SELECT kind || ' ' || status FROM arrangement ORDER BY id`), " "); got != c.agreed {
				t.Errorf("agreed %q, want %q", got, c.agreed)
			}
			if got := strings.Join(h.list(`SELECT cause FROM late_cause`), " "); got != c.cause {
				t.Errorf("cause %q, want %q", got, c.cause)
			}
			if n := h.count(`SELECT count(*) FROM unanswered`); n != 0 {
				t.Errorf("%d replies are unanswered", n)
			}
		})
	}
}

// list runs a query of one column of texts.
func (h *house) list(query string) (out []string) {
	h.t.Helper()
	db := h.db()
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			h.t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
	return out
}

// TestPromiseBeforeTheDay: who is reminded before the due day and says that they will pay in time is thanked by being let be; a later
// day is for a person.
func TestPromiseBeforeTheDay(t *testing.T) {
	t.Parallel()
	for reply, desk := range map[string]string{"明天还": "", "会还的": "", "10月3号还": "promise"} {
		h := talker(t, map[int][]string{1: {reply}})
		h.take(debt{n: 1, dueOn: day(thursday, -3), minor: 124000})
		h.plan()
		h.run()
		if got := strings.Join(h.list(`SELECT kind FROM desk WHERE open = 1`), " "); got != desk {
			t.Errorf("%q: desk %q, want %q", reply, got, desk)
		}
		if n := h.count(`SELECT count(*) FROM unanswered`) + h.count(`SELECT count(*) FROM arrangement`); n != 0 {
			t.Errorf("%q: %d unanswered or agreed", reply, n)
		}
	}
}

// TestOneConfirmation is invariant 3 for a stop: one confirmation, however often it is said, and it says nothing of a debt.
func TestOneConfirmation(t *testing.T) {
	t.Parallel()
	h := talker(t, map[int][]string{1: {"TD", "退订", "别再发了"}})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.run()
	texts := h.texts(1)
	if len(texts) != 2 || strings.ContainsAny(texts[1], "欠债还黄") || strings.Contains(texts[1], "1,240") {
		t.Errorf("texts: %q", texts)
	}
	if n := h.count(`SELECT count(*) FROM reply`); n != 2 {
		t.Errorf("%d replies", n)
	}
	h.at(thursday.AddDate(0, 0, 8))
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.run()
	if n := len(h.texts(1)); n != 2 {
		t.Errorf("%d texts after a stop", n)
	}
}

// TestConfirmationWaitsForMorning is invariant 1 for an answer: a stop at night is confirmed in the morning.
func TestConfirmationWaitsForMorning(t *testing.T) {
	t.Parallel()
	h := talker(t, nil)
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	h.say(1, "退订", time.Date(2026, 9, 24, 23, 0, 0, 0, shanghai))
	h.run()
	if n := len(h.texts(1)); n != 0 {
		t.Fatalf("%d texts at night", n)
	}
	h.at(time.Date(2026, 9, 25, 8, 5, 0, 0, shanghai))
	h.run()
	if texts := h.texts(1); len(texts) != 1 || !strings.Contains(texts[0], "已按您的要求停止") {
		t.Errorf("texts in the morning: %q", texts)
	}
}

// say brings a reply at a civil time.
func (h *house) say(n int, text string, at time.Time) {
	h.t.Helper()
	h.at(at)
	s := h.sender(h.t)
	st := s.newStep()
	st.Replies = []store.Reply{{Carrier: "main", Address: phoneOf(n), Text: text}}
	if err := s.read(context.Background(), st); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Store.Commit(context.Background(), st); err != nil {
		h.t.Fatal(err)
	}
}

// pay imports a payment at the civil time.
func (h *house) pay(n int, minor int64, on ledger.Date) {
	h.t.Helper()
	_, err := h.Store.Import(context.Background(), store.Import{Portfolio: h.p.row, Now: h.now()}, func(st *store.Stage) error {
		if err := st.File("payments", intake.Payments); err != nil {
			return err
		}
		return st.Row(&intake.Row{Kind: intake.Payments, File: "payments", Line: 2, Column: 1, Payment: ledger.PaymentRow{
			ID: fmt.Sprintf("H%d-%s", n, on), LoanID: loanOf(n), PaidOn: on, Amount: ledger.Money{Minor: minor, Currency: "CNY"},
		}})
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestPromiseRestsAndIsJudged: contact rests to the day and its grace, the day before says a word, and the payments decide.
func TestPromiseRestsAndIsJudged(t *testing.T) {
	t.Parallel()
	slow(t)
	for _, c := range []struct {
		name string
		paid int64
		on   int // days after Thursday
		want string
		more bool // reminders go on
	}{
		{"kept", 50000, 5, "kept", false},
		{"in the grace", 50000, 10, "late_kept", false},
		{"a part", 20000, 5, "part_kept", true},
		{"nothing", 0, 0, "broken", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := talker(t, map[int][]string{1: {"下周五发工资还500"}})
			d := debt{n: 1, dueOn: day(thursday, 3), minor: 124000}
			h.take(d)
			h.plan()
			h.run()
			var reminders []int
			for i := 1; i <= 16; i++ {
				before := len(h.texts(1))
				h.at(thursday.AddDate(0, 0, i))
				d := d
				if c.paid > 0 && i > c.on {
					h.pay(1, c.paid, day(thursday, -c.on))
				}
				h.take(d)
				h.plan()
				h.run()
				if len(h.texts(1)) > before {
					reminders = append(reminders, i)
				}
			}
			if got := h.list(`SELECT status FROM arrangement`); !slices.Equal(got, []string{c.want}) {
				t.Errorf("the promise is %v, want %s", got, c.want)
			}
			texts := h.texts(1)
			tomorrow := slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "就是明天") })
			if want := c.paid == 0 || c.on > 6; tomorrow != want && c.want != "part_kept" {
				t.Errorf("the day before said something: %v, want %v: %q", tomorrow, want, texts)
			}
			for _, i := range reminders {
				if i < 11 && i != 7 { // 2 October is day 8, and its grace ends with day 10
					t.Errorf("a text on day %d, while the promise was live: %q", i, texts)
				}
			}
			if more := slices.ContainsFunc(reminders, func(i int) bool { return i > 10 }); more != c.more && c.more {
				t.Errorf("reminders on days %v: %q", reminders, texts)
			}
		})
	}
}

// TestPlanTakenUp: a plan that is offered is taken up by a reply, bars collection, and resumes it the day after it is broken.
func TestPlanTakenUp(t *testing.T) {
	t.Parallel()
	slow(t)
	h := talker(t, map[int][]string{1: {"可以分期吗", "分期3"}})
	d := debt{n: 1, dueOn: day(thursday, 3), minor: 124000}
	h.take(d)
	h.plan()
	h.run()
	texts := h.texts(1)
	if len(texts) != 3 || !strings.Contains(texts[2], "分期已生效：共1,240.00元，3期，每期413.34元") {
		t.Fatalf("texts: %q", texts)
	}
	if got := h.list(`SELECT kind || ' ' || status FROM arrangement ORDER BY id`); !slices.Equal(got, []string{"plan live", "plan lapsed"}) {
		t.Fatalf("arrangements: %v", got)
	}
	first := h.list(`SELECT CAST(due_on AS TEXT) FROM arrangement_part p JOIN arrangement a ON a.id = p.arrangement WHERE a.status = 'live' ORDER BY number`)[0]
	t.Log("the first instalment falls due on day", first)
	for i := 1; i <= 12; i++ {
		h.at(thursday.AddDate(0, 0, i))
		h.take(d)
		h.plan()
		h.run()
		live := h.count(`SELECT count(*) FROM arrangement WHERE status = 'live'`) == 1
		for _, s := range h.texts(1)[3:] {
			if live && !strings.Contains(s, "就是明天") {
				t.Errorf("day %d: %q while the plan is live", i, s)
			}
		}
	}
	if got := h.list(`SELECT status FROM arrangement WHERE status <> 'lapsed'`); !slices.Equal(got, []string{"broken"}) {
		t.Errorf("a plan of which nothing came is %v", got)
	}
	if last := h.texts(1)[len(h.texts(1))-1]; !strings.Contains(last, "应还1,240.00元") {
		t.Errorf("collection does not go on: %q", last)
	}
}

// TestChoice: what takes up an offer, and what only sounds like it.
func TestChoice(t *testing.T) {
	for text, want := range map[string]int{
		"分期3": 3, "分期 6": 6, "分3期": 3, "选3期": 3, "同意3期": 3, "同意分期12期": 12, "PLAN 3": 3, "plan3": 3, "ok plan 6.": 6, "我选6期吧": 6,
		"分期": 0, "3": 0, "分期1": 0, "可以分3期吗": 0, "3号还": 0, "plan to pay 3": 0, "不分3期": 0, "分期999": 0, "分期还500": 0, "": 0,
	} {
		if got := Choice(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// TestWrongNumberIsOfTheNumber: whoever has a number that is not the borrower's hears no more, and the borrower is found at the
// next number that the lender learns of; that one may be wrong too, and is told so once. No confirmation names a debt or a person.
func TestWrongNumberIsOfTheNumber(t *testing.T) {
	t.Parallel()
	wrong := "你打错了,我不认识这个人"
	h := talker(t, map[int][]string{1: {wrong, wrong}, 2: {wrong}})
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.run()
	h.at(thursday.AddDate(0, 0, 8))
	h.take(debt{n: 1, dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.run()
	if n := len(h.texts(1)); n != 2 {
		t.Fatalf("%d texts to a wrong number", n)
	}
	if e := h.only(borrowerOf(1)); !strings.Contains(fmt.Sprint(e), "CN-HOUSE-STOP-03") {
		t.Errorf("explained: %+v", e)
	}
	h.take(debt{n: 1, phone: phoneOf(2), dueOn: day(thursday, 3), minor: 124000})
	h.at(thursday.AddDate(0, 0, 9))
	h.take(debt{n: 1, phone: phoneOf(2), dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.run()
	if n := len(h.texts(1)); n != 2 {
		t.Errorf("%d texts to a wrong number after another is known", n)
	}
	texts := h.texts(2)
	if len(texts) != 2 || !strings.Contains(texts[1], "不再向本号码发送短信") {
		t.Fatalf("texts to the new number: %q", texts)
	}
	for _, text := range []string{h.texts(1)[1], texts[1]} {
		if strings.ContainsAny(text, "欠债还黄") || strings.Contains(text, "1,240") {
			t.Errorf("a confirmation names a debt or a person: %q", text)
		}
	}
	h.at(thursday.AddDate(0, 0, 16))
	h.take(debt{n: 1, phone: phoneOf(2), dueOn: day(thursday, 3), minor: 124000})
	h.plan()
	h.run()
	if n := len(h.texts(2)); n != 2 {
		t.Errorf("%d texts to the second wrong number", n)
	}
}
