package console

import (
	"net/http"
	"strconv"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A searching is the page that finds borrowers. What was searched for is never in an address.
type searching struct {
	Asked bool
	Hits  []hitLine
}

type hitLine struct {
	ID                              int64
	Ref, Name, Phone, Portfolio, By string
}

// borrowers asks whom to find.
func (c *Console) borrowers(v *visit) error {
	return v.show(http.StatusOK, "borrowers", "借款人", "Borrowers", searching{})
}

// foundBy says what a search matched.
var foundBy = map[string][2]string{
	"borrower": {"借款人编号", "borrower"}, "loan": {"借据号", "loan"}, "person": {"个人编号", "person"}, "message": {"信息编号", "message"},
	"phone": {"手机号", "phone"}, "tail": {"手机号后四位", "end of the phone"}, "name": {"姓名", "name"},
}

// find finds them.
func (c *Console) find(v *visit) error {
	s := searching{Asked: true}
	text := v.form("q", 100)
	var found []engine.Known
	if store.IsTail(text) {
		// It shows people whom nobody has named: that somebody looked is kept first, without what for.
		if err := c.Gate.Store.Record(v.r.Context(), store.Deed{At: c.Gate.Wire(), Who: v.who(), What: "looked_by_tail", Subject: "borrowers"}); err != nil {
			return err
		}
	}
	err := c.Desk.With(func(e *engine.Engine) (err error) {
		found, err = e.Search(v.r.Context(), text, v.houses(access.Borrowers))
		return err
	})
	if err != nil {
		return err
	}
	for i := range found {
		k := &found[i]
		by := foundBy[k.By]
		s.Hits = append(s.Hits, hitLine{int64(k.ID), k.Ref, k.Name, k.Phone, k.Portfolio.Ref, v.say(by[0], by[1])})
	}
	return v.show(http.StatusOK, "borrowers", "借款人", "Borrowers", s)
}

// known returns the borrower of an address, where the visitor may do something with them.
func (v *visit) known(p access.Permission) (k engine.Known, err error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return k, errNowhere
	}
	err = v.Desk.With(func(e *engine.Engine) (err error) {
		k, err = e.Known(v.r.Context(), ledger.BorrowerID(id), v.houses(p))
		return err
	})
	return k, err
}
