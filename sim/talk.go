package sim

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/smsc"
)

// An Answer is a kind of text that answers what somebody wrote. The words by which it is known are those of the templates that ship,
// written here a second time on purpose.
type Answer string

// The answers. The zero value is a reminder.
const (
	AnswerNone       Answer = ""
	AnswerStop       Answer = "stop"
	AnswerWrong      Answer = "wrong_person"
	AnswerPaid       Answer = "paid"
	AnswerReceived   Answer = "received"
	AnswerComplaint  Answer = "complaint"
	AnswerWhen       Answer = "when"
	AnswerPromise    Answer = "promise"
	AnswerTomorrow   Answer = "tomorrow"
	AnswerOptions    Answer = "options"
	AnswerPlan       Answer = "plan"
	AnswerDispute    Answer = "dispute"
	AnswerCall       Answer = "call"
	offersAtTheMost         = 2
	answersADay             = 4 // three by themselves, and the confirmation of a stop
	promisesAtFirst         = 1 // of a number, those that are checked: later ones a person may have to decide on
	daysOfGrace             = 2 // of a promise, as duly.yaml has it
	keepingInHundred        = 60
	partlyInHundred         = 75 // added up
	takingInHundred         = 60
	talkingInHundred uint64 = 14 // of a hundred reminders, those that are answered in words
)

var answerWords = []struct {
	answer Answer
	words  string
}{
	{AnswerStop, "已按您的要求停止"},
	{AnswerWrong, "不再向本号码发送短信"},
	{AnswerPaid, "我们正在核对"},
	{AnswerReceived, "您的消息已收到"},
	{AnswerComplaint, "您的投诉已收到"},
	{AnswerWhen, "哪一天、多少金额"},
	{AnswerPromise, "已记下：您"},
	{AnswerTomorrow, "您约定"},
	{AnswerOptions, "可以分期："},
	{AnswerPlan, "分期已生效"},
	{AnswerDispute, "已收到您的异议"},
	{AnswerCall, "已安排专人给您回电"},
}

// answerIn says what a text answers.
func answerIn(text string) Answer {
	for _, a := range answerWords {
		if strings.Contains(text, a.words) {
			return a.answer
		}
	}
	return AnswerNone
}

// What people write, beside stops and what says little. A %d is a number of days or an amount.
var (
	promises   = []string{"%d天后还%d", "%d天后一定还%d元", "过%d天还%d块"}
	disputes   = []string{"金额不对，我没欠这么多", "这笔钱我不认，我没借过"}
	claims     = []string{"已经还了", "昨天就还过了，你们查一下"}
	plans      = []string{"可以分期吗", "能不能分几期还"}
	hardships  = []string{"失业了，现在实在没钱还", "生意不好，真的还不起"}
	questions  = []string{"请问在哪里还款？", "怎么还这么多？"}
	calls      = []string{"下午3点后给我打电话吧", "请明天上午给我打电话"}
	complaints = []string{"我要投诉你们"}
	wrongs     = []string{"你打错了，我不认识这个人"}
	acks       = []string{"好的", "收到，谢谢"}
)

// says is what somebody writes back to a reminder, by shares in a hundred of those who write.
func says(seed uint64, to string, nth int, text string) string {
	pick := func(of []string) string { return of[draw(uint64(len(of)), seed, "words", to, nth)] }
	switch r := draw(100, seed, "talk", to, nth); {
	case r < 34:
		minor := amountIn(text)
		if minor < 20_000 {
			return pick(acks)
		}
		yuan := minor / 100
		if draw(2, seed, "half", to, nth) == 0 {
			yuan /= 2
		}
		return fmt.Sprintf(pick(promises), 2+draw(4, seed, "days", to, nth), yuan)
	case r < 46:
		return pick(plans)
	case r < 54:
		return pick(hardships)
	case r < 62:
		return pick(claims)
	case r < 69:
		return pick(disputes)
	case r < 79:
		return pick(questions)
	case r < 84:
		return pick(calls)
	case r < 87:
		return pick(complaints)
	case r < 90:
		return pick(wrongs)
	}
	return pick(acks)
}

// replies is what somebody writes back to an answer: some take up a plan that is offered.
func replies(seed uint64, to string, nth int, text string) string {
	if answerIn(text) == AnswerOptions && draw(100, seed, "take", to, nth) < takingInHundred {
		return "分期3"
	}
	return ""
}

// A vow is what somebody has promised on a handset.
type vow struct {
	number  string
	message int // the place in the carrier's record of the text that was answered
	at      time.Time
	on      ledger.Date
	minor   int64
}

var (
	promised = regexp.MustCompile(`(\d+)天后(?:一定)?还(\d+)|过(\d+)天还(\d+)`)
	offered  = regexp.MustCompile(`3期每期([\d,]+\.\d\d)元（首期(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日`)
)

// vowIn reads a promise out of what somebody wrote.
func vowIn(e *smsc.Event) (vow, bool) {
	m := promised.FindStringSubmatch(e.Text)
	if m == nil {
		return vow{}, false
	}
	days, _ := strconv.Atoi(m[1] + m[3])
	yuan, _ := strconv.ParseInt(m[2]+m[4], 10, 64)
	return vow{number: e.Number, message: e.Message, at: e.Civil, on: ledger.Day(e.Civil) + ledger.Date(days), minor: yuan * 100}, true
}

// talked lets the crowd keep in mind what was said. It is called with the lock held.
func (c *crowd) talked(e *smsc.Event) {
	c.said[e.Number]++
	c.saidOn[saying{e.Number, ledger.Day(e.Civil)}]++
	for _, d := range append(append([]string(nil), disputes...), complaints...) {
		if e.Text == d {
			c.rests = append(c.rests, vow{number: e.Number, message: e.Message, at: e.Civil, on: ledger.Day(e.Civil) + 15})
		}
	}
	if v, ok := vowIn(e); ok {
		c.vows = append(c.vows, v)
		share := draw(100, c.seed, "keep", e.Number, v.on)
		at := v.on.At(9, 0, e.Civil.Location())
		switch {
		case share < keepingInHundred:
			c.paid = append(c.paid, handsetPayment{e.Number, v.minor, at, false})
		case share < partlyInHundred:
			c.paid = append(c.paid, handsetPayment{e.Number, v.minor / 2, at, false})
		}
	}
	if e.Text == "分期3" {
		c.taken++
		if o := offered.FindStringSubmatch(c.offers[e.Number]); o != nil && draw(100, c.seed, "plan", e.Number) < keepingInHundred {
			m, err := ledger.ParseMoney(strings.ReplaceAll(o[1], ",", ""), "CNY")
			month, _ := strconv.Atoi(o[3])
			day, _ := strconv.Atoi(o[4])
			if err == nil {
				at := time.Date(e.Civil.Year(), time.Month(month), day, 9, 0, 0, 0, e.Civil.Location())
				c.paid = append(c.paid, handsetPayment{e.Number, m.Minor, at, false})
			}
		}
	}
}

// A saying is a number on a day.
type saying struct {
	number string
	on     ledger.Date
}

// answered looks at a text that answers: somebody wrote before it, it says no other amount than is owed or was promised, and
// one that may reach a stranger says none.
func (x *examiner) answered(a *smsc.Arrival, what Answer) {
	number := a.Destination
	if x.said[number] == 0 {
		x.note(Unasked, "%s at %s: %s", number, a.Civil, what)
	}
	if !a.Complete() {
		x.incomplete(a)
		return
	}
	said := amountIn(a.Whole)
	switch what {
	case AnswerStop, AnswerWrong, AnswerPaid, AnswerReceived, AnswerComplaint, AnswerCall:
		if strings.Contains(a.Whole, "元") || strings.ContainsAny(a.Whole, "欠债") {
			x.note(Unasked, "%s at %s: a confirmation speaks of a debt", number, a.Civil)
		}
	case AnswerOptions, AnswerDispute:
		if owed := x.core.late(number, a.Civil); said != owed {
			x.note(WrongAmount, "%s at %s: the answer says %s, overdue is %s", number, a.Civil, decimal(said), decimal(owed))
		}
	case AnswerPromise:
		if !x.vowed(number, a, said) {
			x.note(WrongAmount, "%s at %s: the answer says %s, which nobody promised", number, a.Civil, decimal(said))
		}
	case AnswerNone, AnswerWhen, AnswerTomorrow, AnswerPlan:
	}
}

// vowed says whether somebody promised an amount by then: what was said, or all that is owed where more was said.
func (x *examiner) vowed(number string, a *smsc.Arrival, said int64) bool {
	for _, v := range x.vows {
		if v.number == number && !v.at.After(a.Civil) && (v.minor == said || v.minor > said && x.core.late(number, v.at) == said) {
			return true
		}
	}
	return false
}

// resting looks for reminders to people whom contact was to leave alone: until the day that they promised, or after a dispute.
func (x *examiner) resting(a *smsc.Arrival) {
	first := map[string]int{}
	for _, v := range x.vows {
		if first[v.number]++; first[v.number] > promisesAtFirst || v.number != a.Destination || a.Sequence <= v.message {
			continue
		}
		if on := ledger.Day(a.Civil.In(x.core.zone)); on <= v.on+daysOfGrace && on >= ledger.Day(v.at.In(x.core.zone)) {
			if owedThen := x.core.late(v.number, v.at); owedThen > 0 {
				x.note(Rest, "%s at %s: a reminder, and payment was promised for %s", a.Destination, a.Civil, v.on)
			}
		}
	}
	for _, r := range x.rests {
		if r.number == a.Destination && a.Sequence > r.message && ledger.Day(a.Civil) < r.on {
			x.note(Rest, "%s at %s: a reminder after a dispute or a complaint", a.Destination, a.Civil)
		}
	}
}

// late is what is overdue on the loans of a number's owner at an instant.
func (c *core) late(number string, at time.Time) (sum int64) {
	on := ledger.Day(at.In(c.zone))
	for _, a := range c.byPhone[number] {
		sum += a.owes(on, at).total
	}
	return sum
}
