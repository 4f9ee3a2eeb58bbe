package console

import (
	"net/http"
	"strconv"

	"github.com/dulyhq/duly/access"
)

// A deeds is the page of who did what, the newest first.
type deeds struct {
	Lines []deedLine
	Next  int64 // the number from which on older ones are; 0: there are none
	Seal  string
}

type deedLine struct {
	ID                           int64
	When, Who, What, Of, Subject string
	Reason                       string
}

// deedsAtOnce is how many a page has.
const deedsAtOnce = 100

// audit shows it. Who may read it in one portfolio only sees what belongs to that.
func (c *Console) audit(v *visit) error {
	before, _ := strconv.ParseInt(v.r.URL.Query().Get("before"), 10, 64)
	list, err := c.Gate.Store.Deeds(v.r.Context(), before, deedsAtOnce)
	if err != nil {
		return err
	}
	p := deeds{}
	for i := range list {
		d := &list[i]
		h := c.Desk.Portfolio(d.Portfolio)
		if !v.user.Grants.Everywhere(access.Audit) && !v.may(access.Audit, h) {
			continue
		}
		l := deedLine{ID: d.ID, When: v.minute(d.At), Who: whoWords(d.Who, v.lang), What: d.What, Subject: subjectWords(d, v.lang), Reason: d.Reason}
		if w, ok := deedWords[d.What]; ok {
			l.What = v.say(w[0], w[1])
		}
		if h != nil {
			l.Of = h.Ref
		}
		p.Lines = append(p.Lines, l)
	}
	if len(list) == deedsAtOnce {
		p.Next = list[len(list)-1].ID
	}
	last, err := c.Gate.Store.LastSeal(v.r.Context())
	if err != nil {
		return err
	}
	if last.Note != "" {
		p.Seal = v.minute(last.At)
	}
	return v.show(http.StatusOK, "audit", "操作记录", "Audit", p)
}
