package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

type explainFlags struct {
	at   string
	json bool
}

func (a *app) explainCommand() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain PERSON|BORROWER|LOAN|MESSAGE",
		Short: "Say why somebody was or was not contacted",
		Long: `Tells for a person (p12), borrower, loan, message (m202609-1f) or phone (+86…) what was known at an instant, which
stage and rules applied, with their sources, what was sent, and what came back. A person who was not contacted is
explained from the same facts. An instant of the past is judged by the strategy, rulebooks, templates and settings that
were in force then, as Duly read them; where they were not kept the answer says so. Names and numbers are masked.`,
		Example: `  duly explain B00001
  duly explain C00001 --at 2026-09-24T10:00:00+08:00
  duly explain p12 --json`,
		Args: exactly(1, "explain takes one reference, such as: duly explain B00001"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.explain(c.Context(), e, args[0], f) })
		},
	}
	c.Flags().StringVar(&f.at, "at", "", "the instant whose knowledge counts, such as 2026-09-24T10:00:00+08:00 (default: now)")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line")
	a.nowFlag(c)
	return c
}

func (a *app) explain(ctx context.Context, e *engine.Engine, ref string, f explainFlags) error {
	lang, err := a.tongue()
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
		asked := both{fmt.Sprintf("the reference %q", ref), fmt.Sprintf(" %q", ref)}
		if strings.HasPrefix(ref, "+") {
			asked = both{"that phone", "该手机号"} // errors end up in logs, and logs hold no numbers
		}
		return fail(Findings, "nothing is known by %s; give a person (p12), borrower, loan, message (m202609-1f) or phone (+86…)", asked)
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
		g := printExplanation(w, e, &found[i], lang)
		if f.at == "" {
			g.then(ref, &found[i])
		}
	}
	return w.Flush()
}

// printExplanation writes an explanation for people.
func printExplanation(w io.Writer, e *engine.Engine, x *engine.Explanation, lang tongue) *page {
	p := &page{w, lang, x.At.Location()}
	portfolio := x.By
	p.line("%s · %s · %s", x.Person, x.Portfolio, p.time(x.At))
	switch {
	case !x.Erased.IsZero():
		p.line(lang.say("  This person was erased on %s: names, numbers and texts are gone; days, amounts and decisions are kept.", "  此人已于 %s 删除：姓名、号码和文字内容已清除，日期、金额和决定保留。"), p.time(x.Erased))
	case !x.ErasureAsked.IsZero():
		p.line(lang.say("  The erasure of this person was asked for on %s; what the law wants kept goes when its time is over.", "  此人已于 %s 申请删除，依法须保留的记录到期后删除。"), p.time(x.ErasureAsked))
	}
	if x.KnownAt.After(x.At) {
		p.line(lang.say("  Nothing was known then; this is judged on the facts as first imported, at %s.", "  当时尚无数据，以下按 %s 首次导入的数据判断。"), p.time(x.KnownAt))
	}
	p.edition(e, x)
	for _, b := range x.Borrowers {
		p.line("  %s  %s  %s  %s  %s", b.Borrower, b.Name, b.Phone, strings.TrimSpace(b.Region+" "+b.Locality), b.Zone)
		p.line("      %s", number(b.Number, lang))
		if b.Asked != "" {
			p.line(lang.say("      asked for: %s", "      本人选择：%s"), b.Asked)
		}
	}
	p.loans(x)
	p.decision(portfolio, x)
	p.history(portfolio, x)
	return p
}

// edition says by which documents a past instant is judged, where they are not today's, and where they are but ought not to be.
func (p *page) edition(e *engine.Engine, x *engine.Explanation) {
	switch x.EditionNote {
	case engine.NotKept:
		p.line(p.lang.say("  The strategy, rulebooks, templates and settings of that time are not kept, or cannot be read any more; this is judged by today's.",
			"  当时的策略、法规、模板和设置未留存或已无法读取，以下按当前文件判断。"))
	case engine.FirstKept:
		p.line(p.lang.say("  The strategy, rulebooks, templates and settings of that time are not kept; this is judged by the first that are, of %s.",
			"  当时的策略、法规、模板和设置未留存，以下按 %s 首次留存的文件判断。"), p.time(x.EditionSince))
	default:
		if !slices.Contains(e.Portfolios, x.By) {
			p.line(p.lang.say("  Judged by the strategy, rulebooks, templates and settings in force since %s (edition %d); they have changed since.",
				"  按当时有效的策略、法规、模板和设置判断（第%[2]d版，自 %[1]s 起有效），此后已有变更。"), p.time(x.EditionSince), x.Edition)
		}
	}
}

// then says how to see the facts of a message's hand-over, where a message was asked for.
func (p *page) then(ref string, x *engine.Explanation) {
	for _, m := range x.Messages {
		if m.Message == ref && len(m.Tries) > 0 {
			p.line(p.lang.say("\n  The facts and rules above are today's. Those of its hand-over: duly explain %s --at %s",
				"\n  以上为当前的情况和规则。交付时的依据见 duly explain %s --at %s"), ref, m.Tries[len(m.Tries)-1].At.Format(time.RFC3339))
		}
	}
}

func (p *page) loans(x *engine.Explanation) {
	p.head("What is owed", "欠款情况")
	for i := range x.Loans {
		l := &x.Loans[i]
		if l.DPD > 0 || l.Oldest != 0 {
			p.line("  %s  %s%s%s", l.Loan, p.lang.say(count(l.DPD, "day past due", "days past due"), fmt.Sprintf("逾期%d天", l.DPD)), p.lang.say(", ", "，"), p.amount(l.Due, l.Currency))
		} else {
			p.line(p.lang.say("  %s  current; next due on %s", "  %s  正常，下次到期 %s"), l.Loan, orDash(l.NextOn))
		}
		for _, line := range l.Working {
			p.line("      %s", line.Text(string(p.lang), ledger.Currency(l.Currency)))
		}
	}
}

// amount is a decimal amount of a currency as people read it.
func (p *page) amount(decimal, currency string) string {
	m, err := ledger.ParseMoney(decimal, ledger.Currency(currency))
	if err != nil {
		return decimal + " " + currency
	}
	return p.lang.money(m.Minor, m.Currency)
}

func orDash(d ledger.Date) string {
	if d == 0 {
		return "–"
	}
	return d.String()
}

func (p *page) decision(portfolio *engine.Portfolio, x *engine.Explanation) {
	p.head("What would be done at that minute", "此刻的判断")
	if x.Stage != "" {
		p.line(p.lang.say("  %s  %s / %s (%s)", "  %s  %s / %s（%s）"), p.lang.action(x.Action), p.lang.stage(x.Stage), x.Treatment, p.lang.tone(x.Tone))
		switch x.Gently {
		case "cause":
			p.line("%s", p.lang.say("      more gently than lateness alone would have it: for the cause of it", "      因延迟原因，比单看逾期天数更为温和"))
		case "kept":
			p.line("%s", p.lang.say("      more gently than lateness alone would have it: promises were kept", "      因履行承诺，比单看逾期天数更为温和"))
		}
	} else {
		p.line("  %s", p.lang.action(x.Action))
	}
	if x.Action == "contact" {
		p.line(p.lang.say("  from %s, until %s", "  %s 起，至 %s"), p.time(x.NotBefore), p.time(x.NotAfter))
	}
	p.reason(portfolio, "  ", x.Rule, x.Reason)
	if x.Action == "hold" && !x.NotBefore.IsZero() {
		p.line(p.lang.say("  asked again from %s", "  %s 起再次判断"), p.time(x.NotBefore))
	}
	p.known(portfolio, x)
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
		p.line("      %s%s", p.lang.source(portfolio, c.Rule, c.Source), p.aside(c))
	}
}

// aside is what has to be known of a rule beside its title: that it does not bind, or what it found.
func (p *page) aside(c guard.Checked) string {
	switch {
	case strings.HasPrefix(c.Detail, "advisory"):
		return p.lang.say(" · advisory: it does not decide", "（参考，不作为判断依据）")
	case !c.Passed && p.lang != "zh" && c.Detail != "":
		return " · " + c.Detail
	}
	return ""
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
	switch {
	case rule == "":
	case text == rule:
		p.line("%s%s", indent, rule)
	default:
		p.line(p.lang.say("%s%s: %s", "%s%s：%s"), indent, rule, text)
	}
}

func (p *page) history(portfolio *engine.Portfolio, x *engine.Explanation) {
	p.calls(x)
	if len(x.Decisions) > 0 {
		p.head("Decided so far", "历次判断")
	}
	for _, d := range x.Decisions {
		what := p.lang.action(d.Action)
		if d.Stage != "" {
			what += "  " + p.lang.stage(d.Stage) + " / " + d.Treatment
		}
		p.line("  %s  %s", p.time(d.At), what)
		p.reason(portfolio, "      ", d.Rule, d.Reason)
	}
	if len(x.Messages) > 0 {
		p.head("Messages", "短信")
	}
	for _, m := range x.Messages {
		p.line("  %s  %s  %s", m.Message, p.lang.stage(m.Stage), p.lang.state(m.State))
		p.reason(portfolio, "      ", m.Rule, m.Reason)
		for _, t := range m.Tries {
			p.try(&t)
		}
	}
	if len(x.Replies) > 0 {
		p.head("Replies", "回复")
	}
	for _, r := range x.Replies {
		p.line(p.lang.say("  %s  %s: “%s”", "  %s  %s：“%s”"), p.time(r.At), p.lang.condition(r.Meaning), r.Text)
	}
	p.talked(x)
}

func (p *page) try(t *engine.ExplainedTry) {
	amount := ""
	if t.Said {
		amount = p.lang.say(", ", "，") + p.amount(t.Amount, t.Currency)
	}
	p.line("%s", strings.TrimRight(fmt.Sprintf(p.lang.say("      %s  handed over to %s%s, %s: %s %s", "      %s  交付 %s%s，%s：%s %s"),
		p.time(t.At), t.Carrier, amount, p.lang.say(count(t.Parts, "part", "parts"), fmt.Sprintf("%d段", t.Parts)),
		p.lang.state(t.Outcome), p.code(t.Code)), " "))
	p.line("      “%s”", t.Text)
	if t.Notice != nil {
		p.evidence(t.Notice)
	}
	for _, s := range t.ByHand {
		again := ""
		if s.Again {
			again = p.lang.say("; the step may be taken once more", "；允许重新计划该步骤")
		}
		p.line(p.lang.say("      %s  said by %s: %s%s", "      %s  由 %s 认定：%s%s"), p.time(s.At), s.By, words.In(words.Said, s.Said, string(p.lang)), again)
	}
	for _, r := range t.Receipts {
		p.line("%s", strings.TrimRight(fmt.Sprintf(p.lang.say("      %s  receipt for part %d: %s (%s) %s", "      %s  第%d段回执：%s（%s）%s"),
			p.time(r.At), r.Part, p.lang.state(r.Kind), r.Code, receive.Cause(r.Cause).Remedy(string(p.lang))), " "))
	}
}

// code is what a carrier or its line said, with the words for it where there are some.
func (p *page) code(code string) string {
	if w, ok := ruleWords[code]; ok {
		return "· " + p.lang.say(w[0], w[1])
	}
	return code
}
