package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A pauseLine is something that a person has stopped.
type pauseLine struct {
	ID               int64
	What, Since, Who string
	Reason           string
	MayEnd           bool
}

// A stopping is the form that stops hand-over.
type stopping struct {
	Options []stopOption
}

type stopOption struct {
	Value, Name string
	of          store.Scope
}

// pauses are those that reach something which the visitor may see.
func (v *visit) pauses() (out []pauseLine, err error) {
	all, err := v.Gate.Store.Pauses(v.r.Context())
	if err != nil {
		return nil, err
	}
	for i := range all {
		p := &all[i]
		if !v.mayOf(access.Today, p.Scope, false) {
			continue
		}
		out = append(out, pauseLine{
			ID: p.ID, What: v.scope(p.Scope), Since: v.soon(p.At), Who: p.Who, Reason: p.Reason, MayEnd: v.mayOf(access.Release, p.Scope, true),
		})
	}
	return out, nil
}

// mayOf says whether the visitor may do something in what a scope reaches: in all of it, or in some.
func (v *visit) mayOf(p access.Permission, of store.Scope, all bool) bool {
	if of.Portfolio != "" {
		return v.user.Grants.May(p, of.Portfolio)
	}
	if all {
		return v.user.Grants.Everywhere(p)
	}
	return v.user.Grants.Anywhere(p)
}

// scope says what a pause reaches.
func (v *visit) scope(of store.Scope) string {
	var out []string
	for _, w := range []struct{ word, zh, en string }{
		{of.Portfolio, "资产组合 ", "portfolio "}, {of.Channel, "渠道 ", "channel "}, {of.Carrier, "通道 ", "carrier "}, {of.Strategy, "策略 ", "strategy "},
	} {
		if w.word != "" {
			out = append(out, v.say(w.zh, w.en)+w.word)
		}
	}
	return strings.Join(out, v.say("，", ", "))
}

// stopping is what the visitor may stop; nil: nothing.
func (v *visit) stopping() *stopping {
	list := v.stoppable()
	if len(list) == 0 {
		return nil
	}
	return &stopping{list}
}

// stoppable are the scopes that there are, each with a word of its own: a portfolio where the visitor may stop that, what several
// portfolios have in common where they may stop all.
func (v *visit) stoppable() (out []stopOption) {
	add := func(of store.Scope) {
		if o := (stopOption{of.String(), v.scope(of), of}); !slices.ContainsFunc(out, func(x stopOption) bool { return x.Value == o.Value }) {
			out = append(out, o)
		}
	}
	for _, h := range v.houses(access.Hold) {
		add(store.Scope{Portfolio: h.Ref})
	}
	everywhere := v.user.Grants.Everywhere(access.Hold)
	for _, of := range []func(*engine.Portfolio) store.Scope{
		func(*engine.Portfolio) store.Scope { return store.Scope{Channel: string(ledger.SMS)} },
		func(h *engine.Portfolio) store.Scope { return store.Scope{Carrier: h.Carrier} },
		func(h *engine.Portfolio) store.Scope { return store.Scope{Strategy: h.Strategy.ID} },
	} {
		for _, h := range v.Desk.Portfolios() {
			if everywhere {
				add(of(h))
			}
		}
	}
	return out
}

// hold stops hand-over of what was chosen.
func (c *Console) hold(v *visit) error {
	what, reason := v.form("what", 200), v.form("reason", 200)
	list := v.stoppable()
	i := slices.IndexFunc(list, func(o stopOption) bool { return o.Value == what })
	switch {
	case i < 0 && what != "":
		return errDenied
	case i < 0 || reason == "":
		return v.showToday(http.StatusUnprocessableEntity, v.say("请选择范围并写明原因。", "Please choose what to stop, and say why."))
	}
	if _, err := c.Gate.Store.StopSome(v.r.Context(), list[i].of, v.who(), reason, c.Gate.Wire()); err != nil {
		return err
	}
	v.away("today?done=held")
	return nil
}

// release lets something go on that was stopped.
func (c *Console) release(v *visit) error {
	id, err := strconv.ParseInt(v.form("id", 20), 10, 64)
	if err != nil {
		return errNowhere
	}
	all, err := c.Gate.Store.Pauses(v.r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(p store.Pause) bool { return p.ID == id })
	if i < 0 {
		return errNowhere
	}
	if !v.mayOf(access.Release, all[i].Scope, true) {
		return errDenied
	}
	if err := c.Gate.Store.GoOn(v.r.Context(), id, v.who(), c.Gate.Wire()); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	v.away("today?done=released")
	return nil
}
