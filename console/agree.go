package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words"
	"github.com/dulyhq/duly/words/fault"
)

// kindsToAgree are what somebody at the console may ask for.
var kindsToAgree = []arrange.Kind{arrange.Plan, arrange.Promise, arrange.Extension, arrange.Settlement, arrange.Waiver}

func (v *visit) kinds() (out []kindOption) {
	for _, k := range kindsToAgree {
		out = append(out, kindOption{Kind: string(k), Name: words.One(words.Agreed, string(k), v.lang)})
	}
	return out
}

// agree asks for an arrangement with a borrower: it holds at once where the creditor's table lets the desk agree, waits for a second
// person beyond it, and is refused, with the reason, where the law, the table or the borrower's means say no.
func (c *Console) agree(v *visit) error {
	k, err := v.known(access.Agree)
	if err != nil {
		return err
	}
	o, wrong, err := v.proposal(&k)
	if err != nil {
		return err
	}
	if wrong != "" {
		return v.sheet(http.StatusUnprocessableEntity, &k, nil, wrong)
	}
	var got engine.Proposed
	err = c.Desk.With(func(e *engine.Engine) (err error) {
		for _, p := range e.Portfolios {
			if p.Row() == k.Portfolio.Row() {
				got, err = e.Propose(v.r.Context(), p, k.ID, o, v.at)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if got.ID == 0 {
		return v.sheet(http.StatusUnprocessableEntity, &k, nil, v.say("不能这样约定：", "This cannot be agreed: ")+v.ruling(&k, &got.Ruling))
	}
	to := "borrowers/" + strconv.FormatInt(int64(k.ID), 10)
	if got.Status == arrange.Proposed {
		v.away(to + "?done=proposed")
	} else {
		v.away(to + "?done=agreed")
	}
	return nil
}

func (v *visit) ruling(k *engine.Known, r *arrange.Ruling) string {
	why, _ := v.rule(k.Portfolio, r.Rule)
	if why == r.Rule {
		why = fault.Sentences(r.Reasons, v.lang)
	} else if len(r.Reasons) > 0 && v.lang == "en" {
		why += " " + fault.Sentences(r.Reasons, v.lang)
	} else if len(r.Reasons) > 0 {
		why = strings.TrimSuffix(why, "。") + "。" + fault.Sentences(r.Reasons, v.lang)
	}
	return why + " (" + r.Rule + ")"
}

// proposal reads the form; what is wrong with it is said.
func (v *visit) proposal(k *engine.Known) (o *engine.Proposal, wrong string, err error) {
	o = &engine.Proposal{Kind: arrange.Kind(v.form("kind", 20)), Who: v.who(), Instalments: 1}
	if !slices.Contains(kindsToAgree, o.Kind) {
		return nil, v.say("请选择约定的种类。", "Please choose what to agree."), nil
	}
	cur, err := v.Gate.Store.CurrencyOf(v.r.Context(), k.ID)
	if err != nil {
		return nil, "", err
	}
	if s := v.form("on", 10); s != "" {
		if o.On, err = ledger.ParseDate(s); err != nil {
			return nil, v.say("日期须写成 2026-10-15 这样。", "A day is written as 2026-10-15."), nil
		}
	}
	if s := v.form("instalments", 3); s != "" && o.Kind == arrange.Plan {
		if o.Instalments, err = strconv.Atoi(s); err != nil || o.Instalments < 2 || o.Instalments > 60 {
			return nil, v.say("分期须为2至60期。", "A plan has 2 to 60 instalments."), nil
		}
	}
	for _, f := range []struct {
		name string
		to   *int64
	}{{"amount", &o.Minor}, {"waived", &o.Waived}} {
		s := strings.ReplaceAll(v.form(f.name, 20), ",", "")
		if s == "" {
			continue
		}
		m, err := ledger.ParseMoney(s, cur)
		if err != nil || m.Minor < 0 {
			return nil, v.say("金额须写成 1240.00 这样。", "An amount is written as 1240.00."), nil
		}
		*f.to = m.Minor
	}
	return o, "", nil
}
