package portal

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
)

// A plan is one that may be chosen.
type plan struct {
	Value string // what the form sends: the number of parts, and the currency where there are several
	Parts int
	Lines []part // a day and its amount each
	Total string
	of    ledger.Currency
}

// A planForm is the plans, and whether the lender confirms what is chosen.
type planForm struct {
	Plans   []plan
	Confirm bool
}

func (v *visit) plans() (f planForm, err error) {
	offers, err := v.Desk.Offers(v.r.Context(), v.guest, v.at)
	for _, o := range offers {
		p := plan{Value: choiceOf(itoa(len(o.Parts)), o.Currency, offers), Parts: len(o.Parts), of: o.Currency}
		total := int64(0)
		for _, x := range o.Parts {
			p.Lines = append(p.Lines, part{v.day(x.On), v.money(x.Minor, o.Currency)})
			total += x.Minor
		}
		p.Total = v.money(total, o.Currency)
		f.Plans = append(f.Plans, p)
	}
	f.Confirm = v.confirms()
	return f, err
}

// confirms says whether the lender confirms what is chosen before it begins.
func (v *visit) confirms() bool {
	p := v.Desk.Portfolio(v.guest.Portfolio)
	return p != nil && p.Talk.Confirm
}

// choiceOf is what a form sends for a choice: with its currency where there are choices in several.
func choiceOf(value string, c ledger.Currency, offers []engine.Offer) string {
	for _, o := range offers {
		if o.Currency != offers[0].Currency {
			return value + "." + string(c)
		}
	}
	return value
}

// plan shows the plans that fit and that Duly may agree to at once; for any other it leads to a person.
func (p *Portal) plan(v *visit) error {
	f, err := v.plans()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "plan", "分期还款", "Pay in instalments", f)
}

func (p *Portal) planned(v *visit) error {
	f, err := v.plans()
	if err != nil {
		return err
	}
	chosen := v.form("parts", 10)
	said := engine.Said{Meaning: receive.PlanRequest, Text: v.say("我想分期还款", "I want to pay in instalments")}
	for _, o := range f.Plans {
		if o.Value == chosen {
			said.Parts, said.Currency = o.Parts, o.of
			said.Text += v.say("，分"+itoa(o.Parts)+"期，合计 ", ", "+itoa(o.Parts)+" of them, together ") + o.Total
		}
	}
	if said.Parts == 0 && chosen == "" && len(f.Plans) > 0 {
		return v.showWith(http.StatusUnprocessableEntity, "plan", "分期还款", "Pay in instalments", f, v.say("请选择一种。", "Please choose one."))
	}
	number, _, _ := strings.Cut(chosen, ".")
	n, _ := strconv.Atoi(number)
	return v.agreed(said, [2]string{
		"分期已经生效，共" + itoa(n) + "期。按约定还款期间，我们不再催收。",
		"The plan holds: " + itoa(n) + " instalments. As long as it is kept we ask for nothing more.",
	})
}
