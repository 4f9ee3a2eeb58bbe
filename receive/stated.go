package receive

import (
	"strings"

	"github.com/dulyhq/duly/outbox"
)

// stated are the words that carriers' statements have for a fate, beside those of receipts.
var stated = map[string]string{
	"成功": "DELIVRD", "发送成功": "DELIVRD", "送达": "DELIVRD", "已送达": "DELIVRD", "SUCCESS": "DELIVRD", "DELIVERED_TO_HANDSET": "DELIVRD",
	"失败": "UNDELIV", "发送失败": "UNDELIV", "未送达": "UNDELIV", "FAILURE": "UNDELIV", "NOT_DELIVERED": "UNDELIV",
	"拒绝": "REJECTD", "过期": "EXPIRED", "超时": "EXPIRED",
	"未收到": "NOTRECV", "无记录": "NOTRECV", "NOT_RECEIVED": "NOTRECV", "NOT_FOUND": "NOTRECV",
}

// Stated reads what a carrier's statement says of a message: the words of receipts (see Fate), or those that carriers write for people in
// Chinese and English. A carrier that says that it never had a message says that it did not arrive. The event is 0 where the fate is
// still open, or the word is not known.
func Stated(word, err string) (outbox.Event, Cause) {
	w := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(word), " ", "_"))
	if s, ok := stated[w]; ok {
		w = s
	}
	if w == "NOTRECV" {
		return outbox.EvUndelivered, CarrierFailure
	}
	return Fate(w, err)
}
