package console

import (
	"net/http"
	"strconv"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// askStrategy asks that a draft be put in force. One with something wrong in it is not asked for.
func (c *Console) askStrategy(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) {
		return errDenied
	}
	if len(h.WithStrategy(one.Body, ledger.Day(v.at.In(h.Zone))).Mistakes) > 0 {
		return v.showStrategy(http.StatusUnprocessableEntity, "", v.say("草稿尚有错误，改正后再提交。", "Something is wrong in the draft. Mend it first."))
	}
	if v.form("reason", 500) == "" {
		return v.showStrategy(http.StatusUnprocessableEntity, "", v.say("请写明改了什么、为什么。", "Please say what changes, and why."))
	}
	return v.did(one.ID, c.Gate.Store.AskFor(v.r.Context(), one.ID, v.act()), "strategies/", "asked", v.showStrategy)
}

// did answers for something that was to be done with a version.
func (v *visit) did(id int64, err error, page, done string, again func(int, string, string) error) error {
	if said, known := v.refusal(err); known {
		return again(http.StatusConflict, "", said)
	}
	if err != nil {
		return err
	}
	v.away(page + strconv.FormatInt(id, 10) + "?done=" + done)
	return nil
}

// withdrawStrategy gives a version of one's own up.
func (c *Console) withdrawStrategy(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) || !one.By(v.who()) {
		return errNowhere
	}
	return v.did(one.ID, c.Gate.Store.GiveUp(v.r.Context(), one.ID, v.act()), "strategies/", "given-up", v.showStrategy)
}

// activateStrategy puts a version in force that somebody else asked for.
func (c *Console) activateStrategy(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	if !v.may(access.Activate, h) {
		return errDenied
	}
	if one.State() == "asked" && len(h.WithStrategy(one.Body, ledger.Day(v.at.In(h.Zone))).Mistakes) > 0 {
		return v.showStrategy(http.StatusUnprocessableEntity, "", v.say("其他文件已有变化，这个版本现在有错误，不能启用。", "Other documents have changed since: something is wrong in this version now, and it is not put in force."))
	}
	if err = c.Gate.Store.Activate(v.r.Context(), one.ID, v.act()); err == nil {
		err = c.renew(v)
	}
	return v.did(one.ID, err, "strategies/", "activated", v.showStrategy)
}

// renew lets this process run at once by what has just come into force; others do within a second.
func (c *Console) renew(v *visit) error { return c.Desk.Renew(v.r.Context(), v.at) }

// refuseStrategy says no to a version that somebody else asked for.
func (c *Console) refuseStrategy(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	if !v.may(access.Activate, h) {
		return errDenied
	}
	if one.State() == "asked" && v.form("reason", 500) == "" {
		return v.showStrategy(http.StatusUnprocessableEntity, "", v.say("请写明不启用的理由。", "Please say why it is refused."))
	}
	if one.State() != "asked" || one.By(v.who()) {
		err = store.ErrNotAsked
	} else {
		err = c.Gate.Store.GiveUp(v.r.Context(), one.ID, v.act())
	}
	return v.did(one.ID, err, "strategies/", "given-up", v.showStrategy)
}

// backStrategy puts the version in force again that was before.
func (c *Console) backStrategy(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	if !v.may(access.Activate, h) {
		return errDenied
	}
	if !one.InForce {
		return v.showStrategy(http.StatusConflict, "", v.say("生效版本已经变化。", "Another version is in force by now."))
	}
	if v.form("reason", 500) == "" {
		return v.showStrategy(http.StatusUnprocessableEntity, "", v.say("请写明回退的理由。", "Please say why you go back."))
	}
	was, wrong, err := c.goBack(v, one.ID, h.Zone, h.WithStrategy)
	if wrong != "" {
		return v.showStrategy(http.StatusUnprocessableEntity, "", wrong)
	}
	return v.did(was.ID, err, "strategies/", "back", v.showStrategy)
}

// goBack puts the version before one in force again, unless something is wrong in it by now: other documents may have changed since it was
// in force.
func (c *Console) goBack(v *visit, from int64, zone *time.Location, read func([]byte, ledger.Date) engine.Checked) (was store.Version, wrong string, err error) {
	ctx := v.r.Context()
	if was, err = c.Gate.Store.Former(ctx, from); err != nil {
		return was, "", err
	}
	if found := read(was.Body, ledger.Day(v.at.In(zone))).Mistakes; len(found) > 0 {
		return was, v.say("其他文件已有变化，上一个版本现在有错误，不能重新启用：", "Other documents have changed since: something is wrong in the version before, and it is not put in force again: ") + found[0].Says(v.lang), nil
	}
	if was, err = c.Gate.Store.GoBack(ctx, from, v.act()); err == nil {
		err = c.renew(v)
	}
	return was, "", err
}

// A trying is the page of how a version would have real borrowers.
type trying struct {
	strategyHead
	Looked, Others int
	Whole          bool
	Lines          []tryLine
	Mistakes       bool
}

type strategyHead struct {
	ID, Number int64
	Portfolio  string
}

type tryLine struct {
	Borrower       int64
	Ref, Name      string
	DPD            int
	Now, Then      string
	NowWhy, ThenWh string
	Other          bool
}

// previewed is how many borrowers a preview shows.
const previewed = 40

// tryStrategy shows what borrowers would get next under a version, beside the one in force.
func (c *Console) tryStrategy(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	if !v.may(access.Borrowers, h) {
		return errNowhere
	}
	p := trying{strategyHead: strategyHead{one.ID, one.Number, h.Ref}}
	checked := h.WithStrategy(one.Body, ledger.Day(v.at.In(h.Zone)))
	if p.Mistakes = checked.Portfolio == nil; !p.Mistakes {
		err := c.Desk.With(func(e *engine.Engine) error {
			own := e.Mine(h)
			got, err := e.CompareWith(v.r.Context(), own, checked.Portfolio, v.at, previewed)
			p.Looked, p.Others, p.Whole = got.Looked, got.Others, got.Whole
			for i := range got.Lines {
				l := &got.Lines[i]
				t := tryLine{Borrower: int64(l.ID), Ref: l.Ref, Name: l.Name, DPD: l.DPD, Other: l.Other()}
				t.Now, t.NowWhy = v.outlook(own, &l.Now)
				t.Then, t.ThenWh = v.outlook(checked.Portfolio, &l.Then)
				p.Lines = append(p.Lines, t)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, "strategy_try", "对真实借款人试算", "Tried on real borrowers", p)
}

// outlook says what somebody would get next, and why.
func (v *visit) outlook(p *engine.Portfolio, o *engine.Outlook) (what, why string) {
	switch o.Action {
	case engine.Contact:
		what = v.soon(o.At) + " " + v.channel(string(o.Channel), "") + " · " + o.Treatment
	case engine.Work:
		return v.channel(string(o.Channel), o.Task) + " · " + o.Treatment, v.say("策略在此交由人工处理。", "The strategy asks for a person's work here.")
	case engine.Hold:
		what = v.say("暂不联系", "held")
	}
	if why, _ = v.rule(p, o.Rule); v.lang == "en" && o.Reason != "" {
		why = o.Reason
	}
	return what, why
}
