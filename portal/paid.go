package portal

import (
	"net/http"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/receive"
)

// paid asks whether somebody has paid already, and for nothing that they would have to prove.
func (p *Portal) paid(v *visit) error {
	return v.show(http.StatusOK, "paid", "我已经还款了", "I have already paid", nil)
}

func (p *Portal) saidPaid(v *visit) error {
	words := v.form("words", maxWords)
	if err := v.tell(receive.Paid, words, "我已经还款了", "I have already paid"); err != nil {
		return err
	}
	return v.answer("谢谢您告诉我们", "Thank you for telling us",
		[2]string{"我们先不再提醒您，等待款项入账。", "We send you no more reminders while we wait for the payment to arrive."},
		[2]string{"通常需要一到两个工作日。您不需要提供凭证；如果一直没有查到，我们的同事会与您联系。", "This usually takes one or two working days. You need to prove nothing; if it does not turn up, a colleague will get in touch."})
}

// tell stores what a person says, in their own words where there are any.
func (v *visit) tell(m receive.Meaning, words, zh, en string) error {
	said := engine.Said{Meaning: m, Text: v.say(zh, en), Own: words != ""}
	switch {
	case said.Text == "":
		said.Text = words
	case words != "":
		said.Text += v.say("：", ": ") + words
	}
	_, err := v.Desk.Say(v.r.Context(), v.guest, said, v.lang, v.at)
	return err
}
