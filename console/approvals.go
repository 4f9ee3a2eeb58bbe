package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
	"github.com/dulyhq/duly/words/fault"
)

// An approving is the page of what waits for a second person.
type approving struct{ Lines []approvalLine }

type approvalLine struct {
	ID                          int64
	Kind, Ref, Portfolio, Total string
	Waived, Made, By            string
	Borrower                    int64
	Parts                       []string
	Own                         bool // the visitor asked for it: somebody else decides
}

// approvals lists it.
func (c *Console) approvals(v *visit) error { return v.approving(http.StatusOK, "") }

func (v *visit) approving(status int, wrong string) error {
	p := approving{}
	for _, h := range v.houses(access.Approve) {
		list, err := v.Gate.Store.OpenArrangements(v.r.Context(), h.Row())
		if err != nil {
			return err
		}
		for i := range list {
			a := &list[i]
			if a.Status != arrange.Proposed {
				continue
			}
			ref, err := v.Gate.Store.BorrowerRef(v.r.Context(), a.Borrower)
			if err != nil {
				return err
			}
			l := approvalLine{
				ID: a.ID, Kind: words.One(words.Agreed, string(a.Kind), v.lang), Ref: ref, Portfolio: h.Ref, Total: v.money(a.Total(), a.Currency), Made: v.minute(a.MadeAt), By: a.Source,
				Own: v.own(a),
			}
			if a.Waived > 0 {
				l.Waived = v.money(a.Waived, a.Currency)
			}
			if v.may(access.Borrowers, h) {
				l.Borrower = int64(a.Borrower)
			}
			for _, part := range a.Parts {
				l.Parts = append(l.Parts, v.dayOf(part.On)+"  "+v.money(part.Minor, a.Currency))
			}
			p.Lines = append(p.Lines, l)
		}
	}
	return v.showWith(status, "approvals", "待审批", "Approvals", p, wrong)
}

// own says whether the visitor asked for an arrangement, under whichever role.
func (v *visit) own(a *store.Arranged) bool {
	return strings.HasSuffix(a.Source, ":"+strconv.FormatInt(v.user.ID, 10))
}

// proposed returns what waits under the number of an address, where the visitor may decide.
func (v *visit) proposed() (store.Arranged, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return store.Arranged{}, errNowhere
	}
	a, err := v.Gate.Store.Arrangement(v.r.Context(), id)
	if err == nil && (!v.may(access.Approve, v.Desk.Portfolio(a.Portfolio)) || a.Status != arrange.Proposed) {
		err = errNowhere
	}
	return a, err
}

// approve lets an arrangement begin that somebody else asked for.
func (c *Console) approve(v *visit) error {
	a, err := v.proposed()
	if err != nil {
		return err
	}
	if v.own(&a) {
		return errDenied
	}
	err = c.Desk.With(func(e *engine.Engine) error { return e.Approve(v.r.Context(), a.ID, v.who(), v.at) })
	if errors.Is(err, engine.ErrMayNot) {
		return v.approving(http.StatusUnprocessableEntity, v.say("不能批准："+fault.Say(err, v.lang)+"。", "It cannot be approved: "+err.Error()+"."))
	}
	if err != nil {
		return err
	}
	v.away("approvals?done=approved")
	return nil
}

// refuse says no to one.
func (c *Console) refuse(v *visit) error {
	a, err := v.proposed()
	if err != nil {
		return err
	}
	if err := c.Gate.Store.Withdraw(v.r.Context(), a.ID, v.who(), "not approved", v.at); err != nil {
		return err
	}
	v.away("approvals?done=refused")
	return nil
}
