package portal

import (
	"net/http"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
)

// A promiseForm is the page on which somebody says when they will pay.
type promiseForm struct {
	Amount, On string
	Chosen     ledger.Currency
	Owed       []owedIn // what is overdue, where it is in more than one currency
}

// An owedIn is what is overdue in one currency.
type owedIn struct {
	Currency ledger.Currency
	Total    string
}

// promise asks for a day, for an amount where it is less than all, and for the currency where there are loans in several.
func (p *Portal) promise(v *visit) error {
	held, err := v.view()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "promise", "告诉我们哪天还", "Say when you will pay", promiseForm{Owed: v.owedIn(held)})
}

// owedIn returns what is overdue by currency; nothing where there is but one.
func (v *visit) owedIn(held *engine.View) []owedIn {
	sums := map[ledger.Currency]int64{}
	var order []ledger.Currency
	for i := range held.Loans {
		l := &held.Loans[i]
		if due := l.Position.Due.Total; due > 0 {
			if sums[l.Currency] == 0 {
				order = append(order, l.Currency)
			}
			sums[l.Currency] += due
		}
	}
	if len(order) < 2 {
		return nil
	}
	out := make([]owedIn, 0, len(order))
	for _, c := range order {
		out = append(out, owedIn{c, v.money(sums[c], c)})
	}
	return out
}

// currency returns what a promise is in: what was chosen of several, else that of what is overdue, else of the first loan.
func (f *promiseForm) currency(held *engine.View) ledger.Currency {
	for _, o := range f.Owed {
		if o.Currency == f.Chosen {
			return o.Currency
		}
	}
	if len(f.Owed) > 0 || len(held.Loans) == 0 {
		return ""
	}
	for i := range held.Loans {
		if held.Loans[i].Position.Due.Total > 0 {
			return held.Loans[i].Currency
		}
	}
	return held.Loans[0].Currency
}

func (p *Portal) promised(v *visit) error {
	held, err := v.view()
	if err != nil {
		return err
	}
	f := promiseForm{Amount: v.form("amount", 20), On: v.form("on", 20), Chosen: ledger.Currency(v.form("currency", 3)), Owed: v.owedIn(held)}
	on, wrong := ledger.Date(0), ""
	if day, err := time.Parse(time.DateOnly, birth(f.On)); err == nil {
		on = ledger.Day(day)
	}
	said := engine.Said{Meaning: receive.Promise, On: on, Currency: f.currency(held)}
	if said.Currency == "" && len(f.Owed) > 0 {
		wrong = v.say("请选择您要还的是哪一种货币的借款。", "Please choose in which currency the loan is that you will pay.")
	}
	if f.Amount != "" && said.Currency != "" {
		m, err := ledger.ParseMoney(plainAmount(f.Amount), said.Currency)
		if said.Minor = m.Minor; err != nil || m.Minor <= 0 {
			wrong = v.say("金额请写成数字，例如 500 或 500.00。", "Please write the amount in figures, such as 500 or 500.00.")
		}
	}
	if on < held.Today || on > held.Today+366 {
		wrong = v.say("请写一个今天或以后的日期，例如 2026-10-15。", "Please write a day that is today or later, such as 2026-10-15.")
	}
	if wrong != "" {
		return v.showWith(http.StatusUnprocessableEntity, "promise", "告诉我们哪天还", "Say when you will pay", f, wrong)
	}
	said.Text = v.say("我会在"+v.day(on)+"还款 ", "I will pay on "+v.day(on)+" ") + f.Amount
	if len(f.Owed) > 0 {
		said.Text += " " + string(said.Currency)
	}
	return v.agreed(said, [2]string{
		"我们记下了：" + v.day(on) + "。到那天之前不再提醒您，只在前一天发一条短信。",
		"We have noted it: " + v.day(on) + ". Until then we send no reminders, but for one the day before.",
	})
}

// agreed says something that may be agreed to, and tells whether it was.
func (v *visit) agreed(said engine.Said, yes [2]string) error {
	agreed, err := v.Desk.Say(v.r.Context(), v.guest, said, v.lang, v.at)
	if err != nil {
		return err
	}
	if agreed {
		return v.answer("谢谢您告诉我们", "Thank you for telling us", yes,
			[2]string{"如果情况有变，请随时告诉我们，可以再商量。", "If anything changes, tell us at any time, and we find another way."})
	}
	return v.answer("谢谢您告诉我们", "Thank you for telling us",
		[2]string{"这件事需要由同事来定，系统不能自动答应。会有同事看到并答复您。", "This is for a colleague to decide; a machine may not agree to it. One will read it and answer you."},
		[2]string{"在那之前您不需要做任何事。", "Until then you need do nothing."})
}

// plainAmount reads an amount as people type it: 1,200.50元.
func plainAmount(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r >= 0xff10 && r <= 0xff19 {
			r -= 0xfee0
		}
		if r >= '0' && r <= '9' || r == '.' {
			out = append(out, r)
		}
	}
	return string(out)
}
