package portal

import (
	"net/http"
	"strconv"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/receive"
)

// A plan is one that may be chosen.
type plan struct {
	Parts int
	Lines []part // a day and its amount each
	Total string
}

func (v *visit) plans() (out []plan, err error) {
	offers, currency, err := v.Desk.Offers(v.r.Context(), v.guest, v.at)
	for _, o := range offers {
		p := plan{Parts: len(o)}
		total := int64(0)
		for _, x := range o {
			p.Lines = append(p.Lines, part{v.day(x.On), v.money(x.Minor, currency)})
			total += x.Minor
		}
		p.Total = v.money(total, currency)
		out = append(out, p)
	}
	return out, err
}

// plan shows the plans that fit and that Duly may agree to at once; for any other it leads to a person.
func (p *Portal) plan(v *visit) error {
	list, err := v.plans()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "plan", "分期还款", "Pay in instalments", list)
}

func (p *Portal) planned(v *visit) error {
	list, err := v.plans()
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(v.form("parts", 3))
	said := engine.Said{Meaning: receive.PlanRequest, Text: v.say("我想分期还款", "I want to pay in instalments")}
	for _, o := range list {
		if o.Parts == n {
			said.Parts = n
			said.Text += v.say("，分"+itoa(n)+"期", ", "+itoa(n)+" of them")
		}
	}
	if said.Parts == 0 && v.form("parts", 3) == "" && len(list) > 0 {
		return v.showWith(http.StatusUnprocessableEntity, "plan", "分期还款", "Pay in instalments", list, v.say("请选择一种。", "Please choose one."))
	}
	return v.agreed(said, [2]string{
		"分期已经生效，共" + itoa(n) + "期。按约定还款期间，我们不再催收。",
		"The plan holds: " + itoa(n) + " instalments. As long as it is kept we ask for nothing more.",
	})
}
