package portal

import (
	"net/http"

	"github.com/dulyhq/duly/receive"
)

// A disputeForm is the page on which somebody says that something is wrong.
type disputeForm struct{ Loans []owed }

func (v *visit) disputeForm() (*disputeForm, error) {
	held, err := v.view()
	if err != nil {
		return nil, err
	}
	f := &disputeForm{}
	for i := range held.Loans {
		f.Loans = append(f.Loans, v.owed(&held.Loans[i], held.Today))
	}
	return f, nil
}

// dispute asks what is wrong.
func (p *Portal) dispute(v *visit) error {
	f, err := v.disputeForm()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "dispute", "我认为有误", "Something is wrong", f)
}

// whatIsWrong are the things that may be ticked.
var whatIsWrong = map[string][2]string{
	"amount": {"金额不对", "The amount is wrong"}, "paid": {"我的还款没有算进去", "A payment of mine is missing"}, "fees": {"罚息或费用不对", "Penalty interest or fees are wrong"},
	"notmine": {"这不是我的借款", "This is not my loan"}, "other": {"其他问题", "Something else"},
}

func (p *Portal) disputed(v *visit) error {
	f, err := v.disputeForm()
	if err != nil {
		return err
	}
	what, ok := whatIsWrong[v.form("what", 20)]
	if !ok {
		return v.showWith(http.StatusUnprocessableEntity, "dispute", "我认为有误", "Something is wrong", f, v.say("请选择是哪里有误。", "Please say what is wrong."))
	}
	said := v.say(what[0], what[1])
	for _, l := range f.Loans {
		if l.Ref == v.form("loan", 100) {
			said += " (" + l.Ref + ")"
		}
	}
	if words := v.form("words", maxWords); words != "" {
		said += v.say("：", ": ") + words
	}
	if err := v.tell(receive.Dispute, said, "我认为有误", "Something is wrong"); err != nil {
		return err
	}
	return v.answer("您的异议已记录", "We have noted what you say is wrong",
		[2]string{"在给您答复之前，我们不再发送提醒。", "Until you have an answer we send you no reminders."},
		[2]string{"由人工核对，不是系统自动处理。我们会说明金额的来历，并书面答复您。", "A person checks it, not a machine. You will get a statement of how the amount comes about, and an answer in writing."})
}
