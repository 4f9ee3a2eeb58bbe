package cli

import (
	"context"
	"time"

	"github.com/dulyhq/duly/engine"
)

// reported prints the report with the stages side by side, which fits the demo's width; duly report prints the
// same with a line a stage.
func (d *demo) reported(ctx context.Context) error {
	if err := d.engine.Roll(ctx, d.after()); err != nil {
		return err
	}
	r, err := makeReport(ctx, d.config, d.engine.Store, d.engine.Portfolios[0], span{})
	if err != nil {
		return err
	}
	d.head("The report, by stage", "分阶段报告")
	r.stages(d.page)
	r.causes(d.page)
	said, err := d.engine.Store.Talk(ctx, d.engine.Portfolios[0].Row(), time.Time{}, time.Time{}, d.world.Clock().Now())
	if err != nil {
		return err
	}
	d.head("What people wrote, and how it was answered", "借款人来信及答复情况")
	d.talk(&said)
	return nil
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
