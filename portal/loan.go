package portal

import (
	"net/http"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
)

// A home is the page that stands in the middle: what is owed now, and what can be done.
type home struct {
	Hello   string
	AsOf    string
	Totals  []string // of what is overdue, by currency
	Loans   []owed
	Bars    []string
	Payable bool
	Feed    string
}

// An owed is one loan.
type owed struct {
	Ref, Product string
	Overdue      bool
	Total        string
	Parts        []part
	PerDay       string
	Since        string // the oldest unpaid due date
	Days         int
	Next, NextOn string
	Debit        string // a debit is under way until then
	Differs      bool
	Closed       bool
	Broken       bool
	Step, StepOn string
}

// A part is one part of a sum.
type part struct{ Name, Amount string }

// loan shows what is owed, with its parts.
func (p *Portal) loan(v *visit) error {
	held, err := v.view()
	if err != nil {
		return err
	}
	h := home{Hello: v.hello(held), AsOf: v.minute(held.At), Bars: v.bars(held)}
	if pay := p.Houses[held.Portfolio]; len(pay.Links) > 0 || pay.QR != "" || pay.Bank != nil {
		h.Payable = true
	}
	if !held.Feed.IsZero() {
		h.Feed = v.minute(held.Feed.In(held.Zone))
	}
	totals := map[ledger.Currency]int64{}
	var order []ledger.Currency
	for i := range held.Loans {
		l := &held.Loans[i]
		h.Loans = append(h.Loans, v.owed(l, held.Today))
		if due := l.Position.Due.Total; due > 0 {
			if totals[l.Currency] == 0 {
				order = append(order, l.Currency)
			}
			totals[l.Currency] += due
		}
	}
	for _, c := range order {
		h.Totals = append(h.Totals, v.money(totals[c], c))
	}
	return v.show(http.StatusOK, "loan", "我的借款", "My loan", h)
}

// view reads what the guest may see.
func (v *visit) view() (*engine.View, error) { return v.Desk.View(v.r.Context(), v.guest, v.at) }

// hello addresses the person as a message does: by surname and title only.
func (v *visit) hello(held *engine.View) string {
	surname := compose.Surname(held.Name, compose.Language(v.lang))
	switch {
	case surname == "" && v.lang == "en":
		return "Hello"
	case surname == "":
		return "您好"
	case v.lang == "en" && held.Title == "":
		return "Hello"
	case v.lang == "en":
		return "Hello " + held.Title + " " + surname
	case held.Title == "":
		return "您好"
	}
	return surname + held.Title + "，您好"
}

func (v *visit) owed(l *engine.ViewLoan, today ledger.Date) owed {
	pos := &l.Position
	o := owed{
		Ref: l.Ref, Product: v.product(l.Product), Overdue: pos.Due.Total > 0, Days: pos.DPD, Differs: l.Differs, Closed: l.Closed,
		Broken: pos.Broken || l.Working == nil, Total: v.money(pos.Due.Total, l.Currency), Parts: v.parts(pos.Due, l.Currency),
	}
	if pos.PerDay > 0 {
		o.PerDay = v.money(pos.PerDay, l.Currency)
	}
	if pos.OldestUnpaid != 0 {
		o.Since = v.day(pos.OldestUnpaid)
	}
	if pos.NextDueOn != 0 {
		o.Next, o.NextOn = v.money(pos.NextDue, l.Currency), v.day(pos.NextDueOn)
	}
	if !l.Debit.IsZero() {
		o.Debit = v.minute(l.Debit)
	}
	if l.Step != "" && l.StepOn >= today {
		o.Step, o.StepOn = compose.StepWords(l.Step, compose.Language(v.lang)), v.day(l.StepOn)
	}
	return o
}

// parts are those of a sum that are not zero.
func (v *visit) parts(d assess.Due, c ledger.Currency) (out []part) {
	for _, x := range []struct {
		zh, en string
		minor  int64
	}{
		{"本金", "Principal", d.Principal},
		{"利息", "Interest", d.Interest},
		{"罚息", "Penalty interest", d.Penalty},
		{"费用", "Fees", d.Fees},
	} {
		if x.minor != 0 {
			out = append(out, part{v.say(x.zh, x.en), v.money(x.minor, c)})
		}
	}
	return out
}

// bars say why we do not write at present.
func (v *visit) bars(held *engine.View) (out []string) {
	for _, b := range held.Bars {
		words, ok := resting[b.Kind]
		if !ok {
			words = [2]string{"目前有一项情况正在由专人处理，期间我们不发送提醒。", "A person is looking into something about your loan; until then we send no reminders."}
		}
		s := v.say(words[0], words[1])
		if !b.Until.IsZero() && b.Until.Sub(held.At) < 400*24*time.Hour {
			s += v.say("至"+v.minute(b.Until)+"。", " Until "+v.minute(b.Until)+".")
		}
		out = append(out, s)
	}
	return out
}

// resting are the words for what rests contact.
var resting = map[string][2]string{
	"stop":           {"您已要求停止，我们不再向您发送提醒。", "You asked us to stop, and we send you no reminders."},
	"dispute":        {"您提出的异议正在处理，答复之前我们不发送提醒。", "What you disputed is being looked into; until you have an answer we send no reminders."},
	"paid_claim":     {"您已告知还款，我们正在等待入账，期间不发送提醒。", "You told us that you have paid. Until it has arrived we send no reminders."},
	"hardship":       {"您告诉我们还款有困难，我们的同事会与您商量。", "You told us that paying is difficult; a colleague will talk it over with you."},
	"arrangement":    {"您与我们有约定，按约定履行期间不发送催款提醒。", "You have an arrangement with us; as long as it is kept we do not ask for more."},
	"promise":        {"您告知了还款日期，到期之前我们不再提醒。", "You told us when you will pay; until then we do not remind you."},
	"complaint":      {"您的投诉正在处理，期间我们不发送提醒。", "Your complaint is being looked into; until then we send no reminders."},
	"vulnerable":     {"由专人负责与您联系，系统不会自动发送提醒。", "A person looks after you; nothing is sent to you automatically."},
	"danger":         {"由专人负责与您联系，系统不会自动发送提醒。", "A person looks after you; nothing is sent to you automatically."},
	"representation": {"您已委托代理人，我们不直接联系您。", "Somebody represents you, and we do not contact you directly."},
	"wrong_person":   {"有人告知您留存的号码不是您本人在使用，我们已不再向该号码发送信息。", "We were told that the number we have for you is somebody else's, and do not write to it any more."},
	"disaster":       {"您所在地区受灾，期间我们不发送提醒。", "There was a disaster where you live; for now we send no reminders."},
	"bankruptcy":     {"破产程序期间我们不发送提醒。", "During bankruptcy we send no reminders."},
}
