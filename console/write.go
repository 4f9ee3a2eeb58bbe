package console

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
)

// A writing is the page on which somebody writes to a borrower who has not written.
type writing struct {
	ID             int64
	Ref, Portfolio string
	Phone          string // masked
	Due            string // what is overdue now; empty: nothing
	Draft          string
	Preview        *preview
}

// write asks for the words.
func (c *Console) write(v *visit) error {
	k, err := v.known(access.Write)
	if err != nil {
		return err
	}
	return v.showWriting(http.StatusOK, &k, "", nil, "")
}

func (v *visit) showWriting(status int, k *engine.Known, draft string, p *preview, wrong string) error {
	w := writing{ID: int64(k.ID), Ref: k.Ref, Portfolio: k.Portfolio.Ref, Phone: k.Phone, Draft: draft, Preview: p}
	if err := v.overdue(k, &w); err != nil {
		return err
	}
	return v.showWith(status, "write", "写给 "+k.Ref, "Write to "+k.Ref, w, wrong)
}

// overdue fills in what a message would have to name.
func (v *visit) overdue(k *engine.Known, w *writing) error {
	err := v.Desk.With(func(e *engine.Engine) error {
		p, err := e.PreviewWriting(v.r.Context(), k.Portfolio, k.ID, ".", v.at)
		if err == nil && p.Due.Minor > 0 {
			w.Due = v.money(p.Due.Minor, p.Due.Currency)
		}
		return err
	})
	if errors.Is(err, engine.ErrNoAnswer) {
		return nil
	}
	return err
}

// written shows what would become of the words, or lets them go where they may. To the law it is a reminder: what binds one binds it.
func (c *Console) written(v *visit) error {
	k, err := v.known(access.Write)
	if err != nil {
		return err
	}
	text, sending := v.form("text", mostAnswer), v.form("do", 10) == "send"
	var p *engine.Preview
	sent := false
	err = c.Desk.With(func(e *engine.Engine) (err error) {
		if !sending {
			p, err = e.PreviewWriting(v.r.Context(), k.Portfolio, k.ID, text, v.at)
			return err
		}
		m, number, err := e.SendWriting(v.r.Context(), k.Portfolio, k.ID, text, v.as(k.Portfolio), v.at)
		p, sent = m, number != 0
		return err
	})
	switch {
	case errors.Is(err, engine.ErrNoAnswer) && text == "":
		return v.showWriting(http.StatusUnprocessableEntity, &k, text, nil, v.say("请先写下内容。", "Please write something first."))
	case errors.Is(err, engine.ErrNoAnswer):
		return v.showWriting(http.StatusUnprocessableEntity, &k, text, nil, v.say("此借款人没有未结清的贷款，无需去信。", "This borrower has no open loan, and there is nothing to write of."))
	case errors.Is(err, store.ErrWaitsAlready):
		return v.showWriting(http.StatusUnprocessableEntity, &k, text, nil, v.say("已有一条人工信息待发，请等其发出后再写。", "A message that somebody wrote to them waits to leave already. Let that one go first."))
	case err != nil:
		return err
	case sent:
		v.away("borrowers/" + strconv.FormatInt(int64(k.ID), 10) + "?done=written")
		return nil
	}
	status, wrong := http.StatusOK, ""
	if sending {
		status, wrong = http.StatusUnprocessableEntity, v.say("这段话不能发出，原因见下。", "This may not leave; why stands below.")
	}
	return v.showWriting(status, &k, text, v.preview(p), wrong)
}
