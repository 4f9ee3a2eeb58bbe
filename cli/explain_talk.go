package cli

import (
	"strings"

	"github.com/dulyhq/duly/engine"
)

// talked tells what was agreed, what waits for a person and why payments are late.
func (p *page) talked(x *engine.Explanation) {
	if len(x.Agreed) > 0 {
		p.head("Promises and plans", "承诺与分期")
	}
	for i := range x.Agreed {
		a := &x.Agreed[i]
		p.line("  %s  %s  %s  %s", p.time(a.MadeAt), p.lang.agreed(a.Kind), p.lang.agreed(a.Status), p.amount(a.Total, a.Currency))
		var parts []string
		for _, part := range a.Parts {
			parts = append(parts, part.On.String()+" "+part.Amount)
		}
		p.wrapped("      " + strings.Join(parts, p.lang.say(", ", "、")))
		if a.Decided != 0 {
			p.line(p.lang.say("      %s had come; %s", "      到账 %s；%s"), p.amount(a.Paid, a.Currency), a.Reason)
		}
	}
	if len(x.Desk) > 0 {
		p.head("What waits for a person", "人工事项")
	}
	for _, d := range x.Desk {
		state := p.lang.say("due ", "期限 ") + p.time(d.DueAt)
		if !d.Open {
			state = p.lang.say("done: ", "已结：") + strings.TrimSpace(d.Outcome+" "+d.By)
		}
		p.line("  %s  %s  %s", p.time(d.OpenedAt), p.lang.errand(d.Kind), state)
	}
	if len(x.Causes) > 0 {
		p.head("Why the payment is late", "还款延迟的原因")
	}
	for _, c := range x.Causes {
		p.line("  %s  %s (%s)", p.time(c.At), p.lang.cause(c.Cause), c.Source)
	}
}
