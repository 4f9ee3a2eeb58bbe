package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/dulyhq/duly/ledger"
)

// table writes the report for people: the stages side by side, and without the rows that are empty, so that it fits
// a screen.
func (r *funnelReport) table(p *page, s span) {
	p.line(p.lang.say("%s: messages planned %s", "%s：%s计划的短信"), r.portfolio.Ref, p.days(s))
	if r.funnel.Total.Planned == 0 {
		p.line(p.lang.say("  none", "  无"))
	} else {
		r.stages(p)
	}
	r.causes(p)
}

// days says which days a span holds.
func (p *page) days(s span) string {
	day := func(at int, from bool) string {
		t := s.from
		if !from {
			t = s.to
		}
		return (ledger.Day(t.In(p.zone)) + ledger.Date(at)).String()
	}
	switch {
	case s.from.IsZero() && s.to.IsZero():
		return p.lang.say("so far", "迄今")
	case s.from.IsZero():
		return fmt.Sprintf(p.lang.say("until %s", "截至 %s "), day(-1, false))
	case s.to.IsZero():
		return fmt.Sprintf(p.lang.say("since %s", "自 %s 起"), day(0, true))
	}
	return fmt.Sprintf(p.lang.say("from %s to %s", "%s 至 %s "), day(0, true), day(-1, false))
}

// stages writes the funnel, a column a stage.
func (r *funnelReport) stages(p *page) {
	rows := slices.Clone(r.funnel.Rows)
	for i := range rows {
		rows[i].Stage = p.lang.stage(rows[i].Stage)
	}
	total := r.funnel.Total
	total.Stage = p.lang.say("all", "合计")
	rows = append(rows, total)
	heads := []string{"  "}
	for i := range rows {
		heads = append(heads, rows[i].Stage)
	}
	grid := [][]string{heads}
	for _, c := range columns {
		if c.of(&total) == 0 {
			continue
		}
		cells := []string{"  " + p.lang.say(c.en, c.zh)}
		for i := range rows {
			cells = append(cells, grouped(int(c.of(&rows[i]))))
		}
		grid = append(grid, cells)
	}
	cost := []string{"  " + p.lang.say("cost", "费用") + " " + string(r.cost)}
	for i := range rows {
		cost = append(cost, r.price(rows[i].CostMicro))
	}
	p.grid(append(grid, cost))
	p.line("")
	for _, m := range r.paid(&r.funnel.Total) {
		p.line(p.lang.say("  paid within seven days of the latest message: %s", "  最近一条短信后七日内还款：%s"), p.lang.money(m.Minor, m.Currency))
	}
}

// causes says why messages did not arrive and why people are held, over all stages.
func (r *funnelReport) causes(p *page) {
	type key struct{ state, reason string }
	sums := map[key]int64{}
	for _, c := range r.funnel.Causes {
		sums[key{c.State, c.Reason}] += c.Number
	}
	if len(sums) > 0 {
		p.head("Why messages did not arrive", "未送达及未发出的原因")
	}
	for _, k := range byNumber(sums) {
		p.reasoned(r, sums[k], p.lang.state(k.state), k.reason)
	}
	held := map[string]int64{}
	for _, h := range r.holds {
		held[h.Rule] += h.Persons
	}
	if len(held) > 0 {
		p.head("Persons held by their latest decision", "当前暂不联系的人数及原因")
	}
	for _, rule := range byNumber(held) {
		p.reasoned(r, held[rule], "", rule)
	}
}

// byNumber returns keys, the greatest number first.
func byNumber[K comparable](sums map[K]int64) []K {
	return sortedFunc(sums, func(x, y K) int {
		return cmp.Or(cmp.Compare(sums[y], sums[x]), cmp.Compare(fmt.Sprint(x), fmt.Sprint(y)))
	})
}

// reasoned writes how many there are of something, and why.
func (p *page) reasoned(r *funnelReport, n int64, what, reason string) {
	var b bytes.Buffer
	inner := page{w: &b, lang: p.lang, zone: p.zone}
	switch {
	case reason == "":
		inner.line("%s", what)
	case what != "":
		inner.reason(r.portfolio, what+" · ", reason, reason)
	default:
		inner.reason(r.portfolio, "", reason, reason)
	}
	p.wrapped(fmt.Sprintf("  %s  %s", padded(grouped(int(n)), 7), b.String()))
}
