package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

type planFlags struct {
	portfolio    string
	dryRun, json bool
}

func (a *app) planCommand() *cobra.Command {
	var f planFlags
	c := &cobra.Command{
		Use:   "plan",
		Short: "Decide who is contacted next, how and when, and who is not and why",
		Long: `Works out for every person who is late, or soon due, the next step by the strategy, judges it by the rulebooks, and
stores the messages and tasks that come of it. Nothing leaves before duly run, which judges each message again.

With --dry-run nothing is stored; with --json every person is explained, one JSON object a line.`,
		Example: `  duly plan
  duly plan --dry-run --json | jq 'select(.action == "contact")'
  duly plan --now 2026-09-24T10:00:00+08:00 --dry-run`,
		Args: exactly(0, "plan takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withEngine(c.Context(), func(cfg *Config, e *engine.Engine) error { return a.plan(c.Context(), cfg, e, f) })
		},
	}
	c.Flags().StringVar(&f.portfolio, "portfolio", "", "id of the portfolio (default: all)")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "store nothing")
	c.Flags().BoolVar(&f.json, "json", false, "explain every person, one JSON object a line, in the order of persons")
	a.nowFlag(c)
	return c
}

// planLine is one person's answer, as DESIGN section 6 has it. For a hold the times say when it may be asked
// again; null means when the facts have changed.
type planLine struct {
	Person    string     `json:"person"`
	Borrower  string     `json:"borrower"`
	Loans     []string   `json:"loans"`
	Action    string     `json:"action"`
	Channel   *string    `json:"channel"`
	Template  *string    `json:"template"`
	Task      string     `json:"task,omitempty"`
	Stage     *string    `json:"stage"`
	NotBefore *time.Time `json:"not_before"`
	NotAfter  *time.Time `json:"not_after"`
	Rule      string     `json:"rule"`
	Source    string     `json:"source,omitempty"`
	Reason    string     `json:"reason"`
}

func (a *app) plan(ctx context.Context, cfg *Config, e *engine.Engine, f planFlags) error {
	if f.portfolio != "" {
		if _, err := cfg.Portfolio(f.portfolio); err != nil {
			return err
		}
	}
	if !f.dryRun {
		// What is planned in virtual time would leave in real time.
		if _, err := cfg.carriers(a.clock.virtual(), a.clock.read); err != nil {
			return err
		}
	}
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(a.out, 1<<16)
	for _, p := range e.Portfolios {
		if f.portfolio != "" && p.Ref != f.portfolio {
			continue
		}
		o := engine.PlanOptions{Now: a.clock.time(), DryRun: f.dryRun}
		if f.json {
			enc := json.NewEncoder(w)
			enc.SetEscapeHTML(false)
			o.Each = func(d *store.Dossier, j *engine.Judgement) error { return enc.Encode(lineOf(p, d, j)) }
		}
		done, err := e.Plan(ctx, p, o)
		if err != nil {
			return err
		}
		if !f.json {
			printPlanned(w, p, done, o, lang)
		}
	}
	return w.Flush()
}

func lineOf(p *engine.Portfolio, d *store.Dossier, j *engine.Judgement) planLine {
	l := planLine{Person: store.PersonRef(d.Person), Loans: []string{}, Action: "hold", Rule: j.Rule, Source: j.Source, Reason: j.Reason}
	if len(d.Borrowers) > 0 {
		l.Borrower = d.Borrowers[j.Borrower].Ref
	}
	if t := j.Intent.Treatment; t != nil {
		channel, stage := string(t.Channel), j.Intent.Stage.Name
		l.Channel, l.Stage, l.Task = &channel, &stage, t.Task
		if t.Template != "" {
			l.Template = &t.Template
		}
		for _, i := range j.Intent.Loans {
			l.Loans = append(l.Loans, d.Loans[i].Ref)
		}
	} else {
		for i := range d.Loans {
			l.Loans = append(l.Loans, d.Loans[i].Ref)
		}
	}
	times := func(from, to time.Time) {
		from, to = from.In(p.Zone), to.In(p.Zone)
		l.NotBefore = &from
		if !to.IsZero() {
			l.NotAfter = &to
		}
	}
	switch {
	case j.Action == engine.Contact && d.Waiting:
		l.Rule, l.Reason = "duly:waiting", "A message to this person is planned and has not left."
	case j.Action == engine.Contact:
		l.Action = "contact"
		times(j.NotBefore, j.NotAfter)
	case j.Action == engine.Work:
		l.Action = "contact"
		times(j.NotBefore, time.Time{})
	case !j.HoldUntil.IsZero():
		times(j.HoldUntil, time.Time{})
	}
	return l
}

func printPlanned(w io.Writer, p *engine.Portfolio, done engine.Planned, o engine.PlanOptions, lang tongue) {
	g := &page{w: w, lang: lang, zone: p.Zone}
	stored := lang.say("stored", "已保存")
	if o.DryRun {
		stored = lang.say("dry run, nothing stored", "试算，不保存")
	}
	g.line(lang.say("%s on %s (%s)", "%s %s（%s）"), p.Ref, ledger.Day(o.Now.In(p.Zone)), stored)
	for _, r := range []struct {
		n      int64
		en, zh string
	}{
		{done.Persons, "persons looked at", "人已核查"},
		{done.Messages, "new messages", "条新短信"},
		{done.Tasks, "new tasks for people", "项人工任务"},
		{done.Waiting, "have a message that has not left yet", "人已有待发短信"},
	} {
		g.line("%10d  %s", r.n, lang.say(r.en, r.zh))
	}
	rules := make([]string, 0, len(done.Held))
	for r := range done.Held {
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(x, y string) int { return cmp.Or(int(done.Held[y]-done.Held[x]), strings.Compare(x, y)) })
	for _, r := range rules {
		g.reason(p, fmt.Sprintf(lang.say("%10d  held: ", "%10d  人暂不联系："), done.Held[r]), r, r)
	}
}
