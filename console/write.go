package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
)

// A writing is the page on which somebody writes to a borrower who has not written.
type writing struct {
	ID             int64
	Ref, Portfolio string
	Phone          string // masked
	Due            string // what is overdue now; empty: nothing
	Must           string // what it has to hold, as a text in their language may say it; empty: nothing is overdue
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
	if v.form("do", 10) == "begin" {
		w.Draft = strings.TrimSpace(w.Must + " " + draft)
	}
	return v.showWith(status, "write", "写给 "+k.Ref, "Write to "+k.Ref, w, wrong)
}

// must is what the law wants of a text by hand: how much is overdue, whom to call and how to stop such texts, in the borrower's language.
func must(p *engine.Preview, id engine.Identity) string {
	sum := string(compose.AppendMoney(nil, p.Due.Minor, p.Due.Currency, p.Language))
	if p.Language == compose.Chinese {
		return "您有" + sum + "已逾期，如有困难请与我们商量，致电" + id.Phone + "。拒收请回复" + id.StopWord
	}
	return sum + " is overdue. If that is difficult, please call us on " + id.Phone + ". Reply " + id.StopWord + " to opt out."
}

// overdue fills in what a message would have to name.
func (v *visit) overdue(k *engine.Known, w *writing) error {
	err := v.Desk.With(func(e *engine.Engine) error {
		p, err := e.PreviewWriting(v.r.Context(), k.Portfolio, k.ID, ".", v.at)
		if err == nil && p.Due.Minor > 0 {
			w.Due = v.money(p.Due.Minor, p.Due.Currency)
			w.Must = must(p, k.Portfolio.Identity[p.Language])
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
	if v.form("do", 10) == "begin" {
		return v.showWriting(http.StatusOK, &k, text, nil, "")
	}
	live := !sending && v.form("live", 1) != ""
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
	case live && errors.Is(err, engine.ErrNoAnswer):
		return v.showLive(nil)
	case live && err == nil:
		return v.showLive(v.preview(p))
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
