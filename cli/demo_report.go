package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/dulyhq/duly/engine"
)

// reported prints the report with the stages side by side, which fits the demo's width; duly report prints the
// same with a line a stage.
func (d *demo) reported(ctx context.Context) error {
	r, err := makeReport(ctx, d.config, d.engine.Store, d.engine.Portfolios[0], span{})
	if err != nil {
		return err
	}
	d.head("The report, by stage", "分阶段报告")
	rows := slices.Clone(r.funnel.Rows)
	total := r.funnel.Total
	total.Stage = d.lang.say("all", "合计")
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
		cells := []string{"  " + d.lang.say(c.en, c.zh)}
		for i := range rows {
			cells = append(cells, strconv.FormatInt(c.of(&rows[i]), 10))
		}
		grid = append(grid, cells)
	}
	cost := []string{"  " + d.lang.say("cost", "费用") + " " + string(r.cost)}
	for i := range rows {
		cost = append(cost, r.price(rows[i].CostMicro))
	}
	d.grid(append(grid, cost))
	d.causes(r)
	return nil
}

// causes says why messages did not arrive and why people are held, over all stages.
func (d *demo) causes(r *funnelReport) {
	d.head("Why messages did not arrive", "未送达及未发出的原因")
	type key struct{ state, reason string }
	sums := map[key]int64{}
	for _, c := range r.funnel.Causes {
		sums[key{c.State, c.Reason}] += c.Number
	}
	for _, k := range byNumber(sums) {
		d.reasoned(r.portfolio, sums[k], d.lang.state(k.state), k.reason)
	}
	d.head("Persons held by their latest decision", "当前暂不联系的人数及原因")
	held := map[string]int64{}
	for _, h := range r.holds {
		held[h.Rule] += h.Persons
	}
	for _, rule := range byNumber(held) {
		d.reasoned(r.portfolio, held[rule], "", rule)
	}
}

// byNumber returns keys, the greatest number first.
func byNumber[K comparable](sums map[K]int64) []K {
	var keys []K
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y K) int {
		return cmp.Or(cmp.Compare(sums[y], sums[x]), cmp.Compare(fmt.Sprint(x), fmt.Sprint(y)))
	})
	return keys
}

// reasoned writes how many there are of something, and why.
func (d *demo) reasoned(p *engine.Portfolio, n int64, what, reason string) {
	var b bytes.Buffer
	inner := page{w: &b, lang: d.lang, zone: d.zone}
	if reason == "" {
		inner.line("%s", what)
	} else if what != "" {
		inner.reason(p, what+" · ", reason, reason)
	} else {
		inner.reason(p, "", reason, reason)
	}
	d.wrapped(fmt.Sprintf("  %6d  %s", n, b.String()))
}

// brief leaves out of an explanation what the demo has no room for: rules that passed, and all but the end of the
// working. It says how much that is.
func brief(x *engine.Explanation) (passed, lines int) {
	failed := x.Checked[:0:0]
	for _, c := range x.Checked {
		if c.Passed {
			passed++
		} else {
			failed = append(failed, c)
		}
	}
	x.Checked = failed
	const most = 2
	for i := range x.Loans {
		if l := &x.Loans[i]; len(l.Working) > most {
			lines += len(l.Working) - most
			l.Working = l.Working[len(l.Working)-most:]
		}
	}
	return passed, lines
}
