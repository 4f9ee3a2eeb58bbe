package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// draftText begins a draft of a text from the one in force.
func (c *Console) draftText(v *visit) error {
	one, h, err := v.version(store.TemplateKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) {
		return errDenied
	}
	id, err := c.Gate.Store.BeginVersion(v.r.Context(), one.Lineage, one.Body, v.act())
	if err != nil {
		return err
	}
	v.away("templates/" + strconv.FormatInt(id, 10) + "?done=drafted")
	return nil
}

// saveText keeps a body, or with "check" only says what is wrong with it.
func (c *Console) saveText(v *visit) error {
	one, h, err := v.version(store.TemplateKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) {
		return errDenied
	}
	body := v.form("body", 4000)
	if v.form("do", 10) == "check" {
		return v.showText(http.StatusOK, body, "")
	}
	piece := compose.Piece{Text: string(one.Body)}
	err = c.Gate.Store.Redraft(v.r.Context(), one.ID, []byte(piece.WithBody(body)), v.act())
	return v.didText(one.ID, err, "saved")
}

func (v *visit) didText(id int64, err error, done string) error {
	return v.did(id, err, "templates/", done, v.showText)
}

// askText asks that compliance sign a text. One with something wrong in it is not asked for.
func (c *Console) askText(v *visit) error {
	one, h, err := v.version(store.TemplateKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) {
		return errDenied
	}
	if len(h.WithTemplate(one.Name, string(one.Body), ledger.Day(v.at.In(h.Zone))).Mistakes) > 0 {
		return v.showText(http.StatusUnprocessableEntity, "", v.say("文案尚有错误，改正后再提交。", "Something is wrong in the text. Mend it first."))
	}
	return v.didText(one.ID, c.Gate.Store.AskFor(v.r.Context(), one.ID, v.act()), "asked-text")
}

// withdrawText gives a version of one's own up.
func (c *Console) withdrawText(v *visit) error {
	one, h, err := v.version(store.TemplateKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) || !one.By(v.who()) {
		return errNowhere
	}
	return v.didText(one.ID, c.Gate.Store.GiveUp(v.r.Context(), one.ID, v.act()), "given-up")
}

// signText puts a text in force that somebody else asked for.
func (c *Console) signText(v *visit) error {
	one, h, err := v.version(store.TemplateKind)
	if err != nil {
		return err
	}
	if !v.may(access.Sign, h) {
		return errDenied
	}
	if one.State() == "asked" && len(h.WithTemplate(one.Name, string(one.Body), ledger.Day(v.at.In(h.Zone))).Mistakes) > 0 {
		return v.showText(http.StatusUnprocessableEntity, "", v.say("其他文件已有变化，这段文案现在有错误，不能签署。", "Other documents have changed since: something is wrong in this text now, and it is not signed."))
	}
	if err = c.Gate.Store.Activate(v.r.Context(), one.ID, v.act()); err == nil {
		err = c.renew(v)
	}
	return v.didText(one.ID, err, "signed")
}

// refuseText says no to a text that somebody else asked for.
func (c *Console) refuseText(v *visit) error {
	one, h, err := v.version(store.TemplateKind)
	if err != nil {
		return err
	}
	if !v.may(access.Sign, h) {
		return errDenied
	}
	if one.State() == "asked" && v.form("reason", 500) == "" {
		return v.showText(http.StatusUnprocessableEntity, "", v.say("请写明不签署的理由。", "Please say why it is refused."))
	}
	if one.State() != "asked" || one.By(v.who()) {
		err = store.ErrNotAsked
	} else {
		err = c.Gate.Store.GiveUp(v.r.Context(), one.ID, v.act())
	}
	return v.didText(one.ID, err, "given-up")
}

// backText puts the text in force again that was before.
func (c *Console) backText(v *visit) error {
	one, h, err := v.version(store.TemplateKind)
	if err != nil {
		return err
	}
	if !v.may(access.Sign, h) {
		return errDenied
	}
	if !one.InForce || v.form("reason", 500) == "" {
		return v.showText(http.StatusUnprocessableEntity, "", v.say("请写明回退的理由。", "Please say why you go back."))
	}
	was, wrong, err := c.goBack(v, one.ID, h.Zone, func(body []byte, on ledger.Date) engine.Checked { return h.WithTemplate(one.Name, string(body), on) })
	if wrong != "" {
		return v.showText(http.StatusUnprocessableEntity, "", wrong)
	}
	return v.didText(was.ID, err, "back")
}

// fileText notes what a carrier has on file of the text in force.
func (c *Console) fileText(v *visit) error {
	one, h, err := v.version(store.TemplateKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) && !v.may(access.Carriers, h) {
		return errDenied
	}
	name, lang, _ := strings.Cut(one.Name, ".")
	t := h.Templates.Pick(name, compose.Language(lang), "")
	state := v.form("state", 20)
	if _, known := fileWords[state]; !known || state == "other" || state == "none" || t == nil || !one.InForce {
		return v.showText(http.StatusUnprocessableEntity, "", v.say("请选择报备状态。", "Please choose what the carrier says."))
	}
	r := store.Registration{Portfolio: h.Row(), Carrier: h.Carrier, Name: one.Name, Digest: t.Digest, State: state, Number: v.form("number", 64)}
	err = c.Gate.Store.Register(v.r.Context(), r, v.act())
	if err == nil {
		err = c.renew(v)
	}
	return v.didText(one.ID, err, "filed")
}
