package console

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
)

// A billPage is where somebody enters what carriers ask for, beside what was handed over. A bill knows of no portfolio: it is for who may see
// the carriers of all.
type billPage struct {
	Carriers []string
	Heads    []sheetHead
	Rows     [][]sheetCell
	Filled   map[string]string // what was typed, where something is wrong with it
}

// bills shows them.
func (c *Console) bills(v *visit) error {
	if !v.user.Grants.Everywhere(access.Carriers) {
		return errDenied
	}
	return v.showBills(http.StatusOK, "")
}

// billCarriers are those that portfolios use.
func (v *visit) billCarriers() (out []string) {
	for _, h := range v.Desk.Portfolios() {
		if !slices.Contains(out, h.Carrier) {
			out = append(out, h.Carrier)
		}
	}
	return out
}

func (v *visit) showBills(status int, wrong string) error {
	p := billPage{Carriers: v.billCarriers()}
	if wrong != "" {
		p.Filled = map[string]string{}
		for _, name := range []string{"carrier", "month", "parts", "total", "currency"} {
			p.Filled[name] = v.form(name, 40)
		}
	}
	s, err := v.Desk.Bills(v.r.Context(), v.Gate.Store, engine.SheetAsk{Cost: v.Cost})
	if err != nil {
		return err
	}
	b := v.sheetBook(v.Desk.Portfolios()[0], &s)
	slices.Reverse(b.Rows) // the latest month first
	p.Heads, p.Rows = b.Heads, b.Rows
	return v.showWith(status, "bills", "通道账单", "Carriers' bills", p, wrong)
}

// billed keeps what a carrier asks for a month, as duly bill does.
func (c *Console) billed(v *visit) error {
	if !v.user.Grants.Everywhere(access.Carriers) {
		return errDenied
	}
	carrier := v.form("carrier", 100)
	if !slices.Contains(v.billCarriers(), carrier) {
		return v.showBills(http.StatusUnprocessableEntity, v.say("请选择通道。", "Please choose a carrier."))
	}
	var known ledger.Currency
	if c.Cost != nil {
		_, known = c.Cost(carrier)
	}
	currency := ledger.Currency(strings.ToUpper(cmp.Or(v.form("currency", 3), string(known))))
	b, err := engine.ParseBill(carrier, v.form("month", 7), v.form("parts", 20), v.form("total", 30), currency)
	switch {
	case errors.Is(err, engine.ErrBillMonth):
		return v.showBills(http.StatusUnprocessableEntity, v.say("月份的格式为 2026-09。", "A month is written as 2026-09."))
	case errors.Is(err, engine.ErrBillParts):
		return v.showBills(http.StatusUnprocessableEntity, v.say("计费段数须为整数，例如 1204833。", "The segments are a whole number, such as 1204833."))
	case err != nil:
		return v.showBills(http.StatusUnprocessableEntity, v.say("金额须为该币种的金额，例如 54217.49；未配置单价的通道须填写币种。", "The total is an amount such as 54217.49, in a currency that has to be said where the carrier has no price."))
	}
	if err := c.Gate.Store.AddBill(context.WithoutCancel(v.r.Context()), b, v.Gate.Wire(), v.who()); err != nil {
		return err
	}
	v.away("carriers/bills?done=bill")
	return nil
}
