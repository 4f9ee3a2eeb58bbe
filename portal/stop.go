package portal

import (
	"net/http"

	"github.com/dulyhq/duly/receive"
)

// stop asks once whether reminders shall stop, and says how far that goes.
func (p *Portal) stop(v *visit) error {
	return v.show(http.StatusOK, "stop", "不再接收提醒", "Stop the reminders", nil)
}

func (p *Portal) stopped(v *visit) error {
	if err := v.tell(receive.Stop, "", "不再接收提醒", "Stop the reminders"); err != nil {
		return err
	}
	return v.answer("已经停止", "It is done",
		[2]string{"从现在起，我们不再向您发送提醒，短信、电话、邮件都不再发。", "From now on we send you no reminders: no texts, no calls, no e-mails."},
		[2]string{"法律要求必须告知您的事项，仍可能以信函寄送。", "What the law obliges us to tell you may still come, by letter."},
		[2]string{"停止提醒不改变借款本身。需要时，您随时可以找我们。", "Your loan stays as it is. Whenever you want to talk to us, you can."})
}
