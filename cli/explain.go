package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
)

type explainFlags struct {
	at, lang string
	json     bool
}

func (a *app) explainCommand() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain PERSON|BORROWER|LOAN|MESSAGE",
		Short: "Say why somebody was or was not contacted",
		Long: `Tells for a person (p12), borrower, loan, message (m202609-1f) or phone (+86…) what was known at an instant, which
stage and rules applied, with their sources, what was sent, and what came back. A person who was not contacted is
explained from the same facts. Names and numbers are masked.`,
		Example: `  duly explain B00001
  duly explain C00001 --at 2026-09-24T10:00:00+08:00
  duly explain p12 --json`,
		Args: exactly(1, "explain takes one reference, such as: duly explain B00001"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.explain(c.Context(), e, args[0], f) })
		},
	}
	c.Flags().StringVar(&f.at, "at", "", "the instant whose knowledge counts, such as 2026-09-24T10:00:00+08:00 (default: now)")
	a.langFlag(c, &f.lang)
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line")
	a.nowFlag(c)
	return c
}

func (a *app) explain(ctx context.Context, e *engine.Engine, ref string, f explainFlags) error {
	lang, err := tongueOf(f.lang)
	if err != nil {
		return err
	}
	at := a.clock.time()
	if f.at != "" {
		if at, err = time.Parse(time.RFC3339, f.at); err != nil {
			return fail(Usage, "--at: %q is not a time such as 2026-09-24T10:00:00+08:00", f.at)
		}
	}
	found, err := e.Explain(ctx, ref, at)
	if errors.Is(err, store.ErrNotFound) {
		return fail(Findings, "nothing is known by the reference %q; give a person (p12), borrower, loan, message (m202609-1f) or phone (+86…)", ref)
	}
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range found {
		if f.json {
			if err := enc.Encode(&found[i]); err != nil {
				return err
			}
			continue
		}
		printExplanation(w, e, &found[i], lang)
	}
	return w.Flush()
}

// A page is text for people; its writer keeps the first error.
type page struct {
	w    io.Writer
	lang tongue
	zone *time.Location
}

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(p.w, format+"\n", args...) //nolint:errcheck // the writer is buffered and keeps its error for Flush
}

func (p *page) head(en, zh string) { p.line("\n%s", p.lang.say(en, zh)) }

func (p *page) time(t time.Time) string { return t.In(p.zone).Format("2006-01-02 15:04") }

// printExplanation writes an explanation for people.
func printExplanation(w io.Writer, e *engine.Engine, x *engine.Explanation, lang tongue) {
	p := &page{w, lang, x.At.Location()}
	var portfolio *engine.Portfolio
	for _, q := range e.Portfolios {
		if q.Ref == x.Portfolio {
			portfolio = q
		}
	}
	p.line("%s · %s · %s", x.Person, x.Portfolio, p.time(x.At))
	if x.KnownAt.After(x.At) {
		p.line(lang.say("  Nothing was known then; this is judged on the facts as first imported, at %s.", "  当时尚无数据，以下按 %s 首次导入的数据判断。"), p.time(x.KnownAt))
	}
	for _, b := range x.Borrowers {
		p.line("  %s  %s  %s  %s  %s", b.Borrower, b.Name, b.Phone, b.Region, b.Zone)
	}
	p.loans(x)
	p.decision(portfolio, x)
	p.history(portfolio, x)
}

func (p *page) loans(x *engine.Explanation) {
	p.head("What is owed", "欠款情况")
	for i := range x.Loans {
		l := &x.Loans[i]
		if l.DPD > 0 || l.Oldest != 0 {
			p.line(p.lang.say("  %s  %d days past due, %s %s", "  %s  逾期%d天，%s %s"), l.Loan, l.DPD, l.Due, l.Currency)
		} else {
			p.line(p.lang.say("  %s  current; next due on %s", "  %s  正常，下次到期 %s"), l.Loan, orDash(l.NextOn))
		}
		for _, line := range l.Working {
			p.line("      %s", line.Text(string(p.lang), ledger.Currency(l.Currency)))
		}
	}
}

func orDash(d ledger.Date) string {
	if d == 0 {
		return "–"
	}
	return d.String()
}

func (p *page) decision(portfolio *engine.Portfolio, x *engine.Explanation) {
	p.head("What would be done at that minute", "此刻的判断")
	verb := map[string]string{
		"contact": p.lang.say("contact", "联系"), "task": p.lang.say("a person's task", "转人工"), "hold": p.lang.say("hold", "暂不联系"),
	}[x.Action]
	if x.Stage != "" {
		p.line("  %s  %s / %s (%s)", verb, x.Stage, x.Treatment, x.Tone)
	} else {
		p.line("  %s", verb)
	}
	if x.Action == "contact" {
		p.line(p.lang.say("  from %s, until %s", "  %s 起，至 %s"), p.time(x.NotBefore), p.time(x.NotAfter))
	}
	p.reason(portfolio, "  ", x.Rule, x.Reason)
	for _, s := range x.States {
		p.line(p.lang.say("  in force since %s: %s", "  自 %s 起：%s"), p.time(s.Since), s.Kind)
	}
	if len(x.Checked) == 0 {
		return
	}
	p.head("Rules asked", "核对的规则")
	for _, c := range x.Checked {
		mark := "✓"
		if !c.Passed {
			mark = "✗"
		}
		title := c.Detail
		if portfolio != nil && portfolio.Title(c.Rule, string(p.lang)) != "" {
			title = portfolio.Title(c.Rule, string(p.lang))
		}
		p.line("  %s %-20s %s", mark, c.Rule, title)
		p.line("      %s", c.Source)
	}
}

// reason writes what decided, in the language, with the rule's id.
func (p *page) reason(portfolio *engine.Portfolio, indent, rule, fallback string) {
	text := fallback
	if w, ok := ruleWords[rule]; ok {
		text = p.lang.say(w[0], w[1])
	} else if portfolio != nil {
		if t := portfolio.Title(rule, string(p.lang)); t != "" {
			text = t
		}
	}
	if remedy := receive.Cause(rule).Remedy(string(p.lang)); remedy != "" {
		text = remedy
	}
	if rule == "" {
		return
	}
	if text == rule {
		p.line("%s%s", indent, rule)
		return
	}
	p.line("%s%s: %s", indent, rule, text)
}

func (p *page) history(portfolio *engine.Portfolio, x *engine.Explanation) {
	if len(x.Decisions) > 0 {
		p.head("Decided so far", "历次判断")
	}
	for _, d := range x.Decisions {
		p.line("  %s  %s %s", p.time(d.At), d.Action, strings.TrimSpace(d.Stage+" "+d.Treatment))
		p.reason(portfolio, "      ", d.Rule, d.Reason)
	}
	if len(x.Messages) > 0 {
		p.head("Messages", "短信")
	}
	for _, m := range x.Messages {
		p.line("  %s  %s  %s", m.Message, m.Stage, p.lang.state(m.State))
		p.reason(portfolio, "      ", m.Rule, m.Reason)
		for _, t := range m.Tries {
			p.try(&t)
		}
	}
	if len(x.Replies) > 0 {
		p.head("Replies", "回复")
	}
	for _, r := range x.Replies {
		p.line("  %s  [%s] %s", p.time(r.At), r.Meaning, r.Text)
	}
}

func (p *page) try(t *engine.ExplainedTry) {
	p.line(p.lang.say("      %s  handed over to %s, %s %s, %d parts: %s %s", "      %s  交付 %s，%s %s，%d 段：%s %s"),
		p.time(t.At), t.Carrier, t.Amount, t.Currency, t.Parts, p.lang.state(t.Outcome), t.Code)
	p.line("      “%s”", t.Text)
	for _, r := range t.Receipts {
		p.line(p.lang.say("      %s  receipt for part %d: %s (%s) %s", "      %s  第%d段回执：%s (%s) %s"), p.time(r.At), r.Part, p.lang.state(r.Kind), r.Code, r.Cause)
	}
}
