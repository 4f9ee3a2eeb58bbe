package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
)

type runFlags struct {
	linger, patience time.Duration
	noPlan           bool
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Plan, hand over what is due, take in what comes back; ends when nothing due is left",
		Long: `Plans, then hands over every message whose hour has come: each is judged again on the facts of the minute, permitted
by a durable fence, and written to its carrier. Receipts and replies are stored before the carrier is thanked for
them. A message is never handed over twice: what was on its way when a process died is unknown, and waits for a
receipt or a person.

The command ends when nothing due is left and no receipt came for --linger. It may be killed at any time and started
again, and several may run side by side. Virtual time (--now) is refused unless every carrier is a simulator.`,
		Example: `  duly run
  duly smsc & duly run --now 2026-09-24T10:00:00+08:00 --linger 2s`,
		Args: exactly(0, "run takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withEngine(c.Context(), func(cfg *Config, e *engine.Engine) error { return a.run(c.Context(), cfg, e, f) })
		},
	}
	spanFlag(c, &f.linger, "linger", 10*time.Second, "how long to wait for receipts after the last one")
	spanFlag(c, &f.patience, "patience", 30*time.Second, "how long a carrier may be out of reach while messages are due")
	c.Flags().BoolVar(&f.noPlan, "no-plan", false, "hand over only what is planned already")
	a.nowFlag(c)
	return c
}

func (a *app) run(ctx context.Context, cfg *Config, e *engine.Engine, f runFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	carriers, err := cfg.carriers(a.clock.virtual(), a.clock.read)
	if err != nil {
		return err
	}
	if err := cfg.openHooks(e); err != nil {
		return err
	}
	for _, p := range e.Portfolios {
		if f.noPlan {
			break
		}
		done, err := e.Plan(ctx, p, engine.PlanOptions{Now: a.clock.time()})
		if err != nil {
			return err
		}
		printPlanned(a.out, p, done, engine.PlanOptions{Now: a.clock.time()}, lang)
	}
	o := engine.RunOptions{Civil: a.clock.time, Carriers: carriers, Linger: max(f.linger, time.Millisecond), Patience: f.patience}
	if terminal(a.err) {
		o.Progress = progressLine(a.err, a.clock.read, lang)
	}
	defer collectSeldom()()
	done, err := e.Run(ctx, o)
	if o.Progress != nil {
		fmt.Fprint(a.err, "\r\033[K") //nolint:errcheck // a progress line that cannot be shown is no matter
	}
	g := &page{w: a.out, lang: lang, zone: time.Local}
	g.line(lang.say("handed over %d; stored %d outcomes, receipts and replies; %d parts without a receipt",
		"交付%d条；记录应答、回执和回复%d条；%d段尚无回执"), done.Left, done.Back, done.Awaited)
	if err := remains(ctx, e, g); err != nil {
		return err
	}
	if err := tellHooks(ctx, e, g); err != nil {
		return err
	}
	switch {
	case errors.Is(err, dispatch.ErrNotSimulator):
		return fail(Findings, "%w", err)
	case errors.Is(err, store.ErrHeld), errors.Is(err, store.ErrUnproven):
		return fail(Findings, "%w; duly release tells what is known of it", err)
	case errors.Is(err, engine.ErrCarrierDown):
		return fail(Dependency, "%w; start it, or mend its address in %s, and run again", err, cfg.File)
	}
	return err
}

// remains says what waits for a receipt or a person, so that nothing unknown is silent.
func remains(ctx context.Context, e *engine.Engine, g *page) error {
	for _, p := range e.Portfolios {
		states, err := e.States(ctx, p)
		if err != nil {
			return err
		}
		var words []string
		for _, s := range states {
			words = append(words, fmt.Sprintf("%s %d", s.State, s.Number))
			if g.lang == "zh" {
				words[len(words)-1] = fmt.Sprintf("%s %d", shortStates[s.State], s.Number)
			}
		}
		if len(words) == 0 {
			words = []string{g.lang.say("no messages yet", "尚无短信")}
		}
		g.line(g.lang.say("%s: %s", "%s：%s"), p.Ref, strings.Join(words, g.lang.say(", ", "，")))
		if err := unknownOnes(ctx, e, p, g); err != nil {
			return err
		}
	}
	return nil
}

// unknownOnes lists the latest messages of which nobody can tell whether they arrived, and says where the others are.
func unknownOnes(ctx context.Context, e *engine.Engine, p *engine.Portfolio, g *page) error {
	const most = 10
	unknown, err := e.Store.Unknown(ctx, p.Row(), most+1)
	if err != nil || len(unknown) == 0 {
		return err
	}
	g.line("%s", g.lang.say("  unknown: they may have arrived, and are not sent again", "  结果未知：可能已送达，不会重发"))
	for _, m := range unknown[:min(most, len(unknown))] {
		g.reason(p, "    "+m.ID.String()+"  ", m.Code, m.Code)
	}
	if len(unknown) > most {
		g.line("%s", g.lang.say("    … duly report unknown lists all", "    …… 全部清单见 duly report unknown"))
	}
	return nil
}

// shortStates are the words for states in a list.
var shortStates = map[string]string{
	"waiting": "待发", "fenced": "交付中", "accepted": "无回执", "unknown": "未知", "delivered": "送达", "undelivered": "失败",
	"refused": "拒收", "cancelled": "取消", "expired": "过时",
}

// progressLine returns a reporter that writes one line over and over, a few times a second.
func progressLine(w io.Writer, read func() time.Time, lang tongue) func(engine.Progress) {
	var last time.Time
	return func(p engine.Progress) {
		now := read()
		if now.Sub(last) < 200*time.Millisecond {
			return
		}
		last = now
		fmt.Fprintf(w, "\r\033[K"+lang.say("handed over %d, on their way %d, waiting for %d receipts", "已交付 %d，途中 %d，待回执 %d"), p.Left, p.Flying, p.Awaited) //nolint:errcheck // a progress line that cannot be shown is no matter
	}
}

// virtual says that civil time was given and not read.
func (c *clock) virtual() bool { return !c.now.IsZero() }
