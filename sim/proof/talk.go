package proof

import (
	"slices"
	"strings"
	"time"
)

// answerWords are the words by which a text is known that answers what somebody wrote, in both languages and by what it is: those of
// the templates that ship, written here a second time on purpose. The words of the proof's own reminders have none of them.
var answerWords = []struct{ what, zh, en string }{
	{"stop", "已按您的要求停止", "As you asked, we have stopped"},
	{"wrong_person", "不再向本号码发送短信", "We will send no more texts"},
	{"paid", "我们正在核对", "We are checking and will not remind you"},
	{"received", "您的消息已收到", "We have your message"},
	{"complaint", "您的投诉已收到", "We have your complaint"},
	{"when", "哪一天、多少金额", "Which day, and how much"},
	{"promise", "已记下：您", "Noted: you pay"},
	{"tomorrow", "您约定", "your agreed payment of"},
	{"options", "可以分期：", "which can be spread"},
	{"plan", "分期已生效", "Your plan is set"},
	{"dispute", "已收到您的异议", "We have your objection"},
	{"call", "已安排专人给您回电", "A person will call you"},
}

// talked counts, by number, what was written from it and answered.
type talked struct {
	wrote, answers, tomorrows, confirmed map[string]int
	confirmable                          map[string]int             // stops from it that stopped something anew, each of which is confirmed once
	stoppers                             map[string]map[*human]bool // who has written a stop from it
}

func newTalked() talked {
	return talked{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]map[*human]bool{}}
}

// answerIn says what a text answers; "" for a reminder.
func answerIn(text string) string {
	for _, a := range answerWords {
		if strings.Contains(text, a.zh) || strings.Contains(text, a.en) {
			return a.what
		}
	}
	return ""
}

// ofDebt are the answers that speak of a debt.
var ofDebt = map[string]bool{"promise": true, "tomorrow": true, "options": true, "plan": true, "dispute": true}

// silencing are states in which nobody is told of a debt, even where they wrote first.
var silencing = map[string]bool{"representation": true, "bankruptcy": true, "death": true, "wrong_person": true}

// talk is what somebody writes who does not ask to be left alone.
func (w *world) talk(h *human) string {
	words := []string{"OK", "后天还100", "3天后还清", "可以分期吗", "分期3", "已经还了", "请问在哪里还款？", "我要投诉你们", "下午给我打电话吧", "失业了，实在没钱还", "哈哈"}
	if h.place.land.Language != "zh" {
		words = []string{"OK", "I will pay 100 tomorrow", "I'll pay it in 3 days", "can I pay in instalments?", "PLAN 3", "already paid", "how do I pay?", "I want to make a complaint about you", "please call me in the afternoon", "I lost my job and cannot pay", "haha"}
	}
	return words[w.rng.IntN(len(words))]
}

func isComplaint(text string) bool {
	return text == "我要投诉你们" || text == "I want to make a complaint about you"
}

// answered looks at a text that answers: it comes to a number from which somebody of the portfolio wrote, in hours that are lawful
// where they are, no more often than they wrote, and after a stop there is its confirmation and nothing else.
func (x *examiner) answered(a *Arrival, what string, first bool) {
	h := a.handing
	switch {
	case h.book == nil:
		x.note(Person, "an answer names no portfolio")
		return
	case len(h.whom) == 0:
		x.note(Person, "%s, an answer, came to a number that nobody of the portfolio had", a.fence.Message())
		return
	}
	lawful, barred, stopped := false, true, true
	for i := range h.whom {
		d := &h.whom[i]
		lawful = lawful || d.human.within(a.Clock, a.Until)
		barred = barred && silencing[d.barred]
		stopped = stopped && slices.ContainsFunc(d.one, func(o *account) bool { return o.stop != 0 && h.tick > o.stop })
	}
	if !lawful {
		x.note(Hours, "%s, an answer, came at %s", a.fence.Message(), a.Clock)
	}
	if stopped && what != "stop" {
		x.note(Stops, "%s answers %s after a stop", a.fence.Message(), what)
	}
	if barred && ofDebt[what] {
		x.note(Stops, "%s speaks of a debt to somebody whom the state %q silences", a.fence.Message(), h.whom[0].barred)
	}
	if what == "stop" && strings.ContainsAny(a.Text, "欠债") {
		x.note(Person, "%s confirms a stop and speaks of a debt", a.fence.Message())
	}
	if !first {
		return
	}
	x.message[a.fence.Message()] = a
	x.w.stats.Answers++
	if x.w.answers[a.Number]++; what != "tomorrow" && x.w.answers[a.Number]-x.w.tomorrows[a.Number] > x.w.wrote[a.Number] {
		x.note(Once, "%s is answer %d to %s, from where %d replies came", a.fence.Message(), x.w.answers[a.Number], "a number", x.w.wrote[a.Number])
	}
	switch what {
	case "tomorrow":
		x.w.tomorrows[a.Number]++
	case "stop":
		if x.w.confirmed[a.Number]++; x.w.confirmed[a.Number] > x.w.confirmable[a.Number] {
			x.note(Stops, "%s confirms a stop for the %dth time", a.fence.Message(), x.w.confirmed[a.Number])
		}
	}
}

// within says whether a text may come to the human at an instant, and be valid until another.
func (h *human) within(at, until time.Time) bool {
	law := &h.place.Law
	for _, z := range h.wherever() {
		local := at.In(z)
		minute := local.Hour()*60 + local.Minute()
		y, m, d := local.Date()
		closes := time.Date(y, m, d, law.Close/60, law.Close%60, 0, 0, z)
		if minute < law.Open || minute >= law.Close || law.NoSundays && local.Weekday() == time.Sunday || until.After(closes) {
			return false
		}
	}
	return true
}
