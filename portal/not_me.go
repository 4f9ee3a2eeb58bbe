package portal

import (
	"net/http"

	"github.com/dulyhq/duly/receive"
)

// notMe is for whoever holds a phone or a message that was meant for somebody else. It tells them nothing of whom.
func (p *Portal) notMe(v *visit) error {
	return v.show(http.StatusOK, "not_me", "我不是收信人", "This was not meant for me", nil)
}

// saidNotMe makes the address dead for this borrower, and ends the visit and the key that opened it: what comes next is nobody else's, and
// nobody tries the second step with it.
func (p *Portal) saidNotMe(v *visit) error {
	if err := v.tell(receive.WrongPerson, "", "我不是收信人", "This was not meant for me"); err != nil {
		return err
	}
	if err := v.Desk.Store().EndPortalKey(v.r.Context(), v.guest.Key, v.at); err != nil {
		return err
	}
	if err := v.end(); err != nil {
		return err
	}
	return v.answer("谢谢您告诉我们", "Thank you for telling us",
		[2]string{"我们不会再为此事向这个号码发送信息。", "We will not write to this number about this again."},
		[2]string{"抱歉打扰您了。您可以删除这条短信。", "We are sorry to have disturbed you. You may delete the message."})
}
