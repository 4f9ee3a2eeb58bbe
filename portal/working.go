package portal

import (
	"fmt"
	"net/http"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// A sum is the working of one loan.
type sum struct {
	Ref, Product string
	Lines        []sumLine
	Unsplit      bool
	Joint        bool
	Broken       bool
}

// A sumLine is one line of it.
type sumLine struct {
	On, What, Amount, Balance string
	Total                     bool
}

// working shows how the amounts come about, line by line, so that a person can check them with a pencil.
func (p *Portal) working(v *visit) error {
	held, err := v.view()
	if err != nil {
		return err
	}
	var sums []sum
	for i := range held.Loans {
		sums = append(sums, v.sum(&held.Loans[i]))
	}
	return v.show(http.StatusOK, "working", "金额是怎么算出来的", "How the amount comes about", sums)
}

// maxLines is how many lines of one loan are shown, the latest; the download has all of them.
const maxLines = 60

func (v *visit) sum(l *engine.ViewLoan) sum {
	s := sum{Ref: l.Ref, Product: v.product(l.Product), Broken: l.Working == nil}
	for i := range l.Working {
		x := &l.Working[i]
		s.Unsplit = s.Unsplit || x.Unsplit
		s.Joint = s.Joint || x.Kind == assess.LinePenalty && x.Days > 0 && x.JointlyRounded()
		if i < len(l.Working)-maxLines {
			continue
		}
		s.Lines = append(s.Lines, sumLine{
			On: v.day(x.On), What: v.line(x, l.Currency), Amount: v.money(x.Minor, l.Currency), Balance: v.money(x.Balance, l.Currency),
			Total: x.Kind == assess.LineTotal,
		})
	}
	return s
}

// line says in a few words what a line is.
func (v *visit) line(l *assess.Line, c ledger.Currency) string {
	towards := func(zh, en string) string {
		if l.Number == 0 {
			return ""
		}
		return fmt.Sprintf(v.say(zh, en), l.Number)
	}
	switch l.Kind {
	case assess.LineDue:
		s := fmt.Sprintf(v.say("第%d期到期", "Instalment %d falls due"), l.Number)
		if l.Ahead > 0 {
			s += fmt.Sprintf(v.say("，此前已提前还%s", "; %s of it was paid ahead"), v.money(l.Ahead, c))
		}
		return s
	case assess.LinePaid:
		return fmt.Sprintf(v.say("还款，用于第%d期", "You paid, towards instalment %d"), l.Number)
	case assess.LineReversed:
		return v.say("还款被退回", "A payment was taken back") + towards("，涉及第%d期", ", from instalment %d")
	case assess.LinePenalty:
		if l.Days == 0 {
			return v.say("罚息取整", "Penalty interest, rounding")
		}
		rate := law.Percent(l.Rate)
		s := fmt.Sprintf(v.say("第%d期罚息：%s × 年利率%s × %d天/%d天", "Penalty interest on instalment %d: %s × %s a year × %d/%d days"),
			l.Number, v.money(l.Base, c), rate, l.Days, l.DayCount)
		if l.Capped {
			s += v.say("（已按法定上限计）", " (at the most that the law allows)")
		}
		return s
	case assess.LineCredit:
		return v.say("提前还款", "You paid ahead") + towards("，用于第%d期", ", towards instalment %d")
	case assess.LineTotal:
		if l.Minor == 0 {
			return v.say("没有逾期款项", "Nothing is overdue")
		}
		return v.say("逾期未还合计", "Overdue in all")
	}
	return string(l.Kind)
}
