package console

import (
	"net/http"
	"unicode/utf8"

	"github.com/dulyhq/duly/access"
)

// leastReason is how much a reason says at least, in characters: "x" is none.
const leastReason = 4

// unmask shows who a borrower is, this once, to somebody who says why; that and who asked is in the audit before it is shown.
func (c *Console) unmask(v *visit) error {
	k, err := v.known(access.Unmask)
	if err != nil {
		return err
	}
	reason := v.form("reason", 200)
	if utf8.RuneCountInString(reason) < leastReason {
		return v.sheet(http.StatusUnprocessableEntity, &k, nil, v.say("请写明查看原因（至少4个字）。", "Please say why you need to see it."))
	}
	r, err := c.Gate.Store.Unmask(v.r.Context(), k.ID, v.who(), reason, c.Gate.Wire())
	if err != nil {
		return err
	}
	return v.sheet(http.StatusOK, &k, &clear{r.Name, r.Phone}, "")
}
