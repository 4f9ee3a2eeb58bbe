package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/words"
)

// known writes what bars contact or permits it: each state with who says so and the rule that gives it a meaning, then
// consents and duties.
func (p *page) known(portfolio *engine.Portfolio, x *engine.Explanation) {
	for i := range x.States {
		s := &x.States[i]
		p.line("  %s", p.state(s))
		if why := p.why(s); why != "" {
			p.line("      %s", why)
		}
		if s.Rule != x.Rule {
			p.reason(portfolio, "      ", s.Rule, "")
		}
	}
	if len(x.Consents)+len(x.Duties) > 0 {
		p.head("Consents, and what was done for the law", "同意与已履行的法定义务")
	}
	for _, c := range x.Consents {
		word := p.lang.say("consent given", "同意")
		switch {
		case c.Withdrawn:
			word = p.lang.say("consent withdrawn", "撤回同意")
		case c.Written:
			word = p.lang.say("consent given in writing", "书面同意")
		}
		p.line("  %s  %s  %s%s", p.time(c.At), p.lang.channel(c.Channel), word, p.until(c.Until))
	}
	for _, d := range x.Duties {
		p.line("  %s  %s", p.time(d.At), strings.TrimSpace(d.Duty+"  "+d.Loan+"  "+p.lang.channel(d.How)))
	}
}

// calls writes the contacts that people made.
func (p *page) calls(x *engine.Explanation) {
	if len(x.Calls) > 0 {
		p.head("Contacts by people", "人工联系")
	}
	for _, c := range x.Calls {
		by := p.lang.say("by the creditor", "债权人")
		if c.By == "agency" {
			by = p.lang.say("by an agency", "受托机构")
		}
		result := p.lang.say(c.Result, map[string]string{"attempt": "已尝试", "conversation": "已通话", "unanswered": "未接通"}[c.Result])
		p.line("  %s  %s  %s%s%s", p.time(c.At), p.lang.channel(c.Channel), result, p.lang.say(", ", "，"), by)
	}
}

// state is one state in a line: what, since and until when, and how far it goes.
func (p *page) state(s *engine.ExplainedState) string {
	text := p.lang.condition(s.Kind)
	if !s.Since.IsZero() {
		text = fmt.Sprintf(p.lang.say("in force since %s: %s", "自 %s 起：%s"), p.time(s.Since), text)
	}
	var of []string
	for _, w := range []string{s.Loan, p.lang.channel(s.Channel), s.Region} {
		if w != "" {
			of = append(of, w)
		}
	}
	if s.Address {
		of = append(of, p.lang.say("one number", "单个号码"))
	}
	if len(of) > 0 {
		text += fmt.Sprintf(p.lang.say(" (%s)", "（%s）"), strings.Join(of, p.lang.say(", ", "、")))
	}
	return text + p.until(s.Until)
}

func (p *page) until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return fmt.Sprintf(p.lang.say(", until %s", "，至 %s"), p.time(t))
}

// why is who says so, and why.
func (p *page) why(s *engine.ExplainedState) string {
	owner, cause := s.Owner, s.Cause
	if owner == "borrower" {
		owner = p.lang.say("the borrower", "借款人")
	}
	if what, n, ok := strings.Cut(cause, " "); ok {
		cause = map[string]string{"reply": p.lang.say("reply ", "回复 "), "import": p.lang.say("import ", "导入 ")}[what] + n
	}
	var parts []string
	for _, w := range []struct{ text, en, zh string }{
		{s.Reason, "%s", "%s"}, {s.Note, "%s", "%s"}, {owner, "said by %s", "来源：%s"}, {cause, "%s", "%s"},
	} {
		if w.text != "" {
			parts = append(parts, fmt.Sprintf(p.lang.say(w.en, w.zh), w.text))
		}
	}
	if s.ReviewOn != 0 {
		parts = append(parts, fmt.Sprintf(p.lang.say("to be looked at on %s", "复核日 %s"), s.ReviewOn))
	}
	return strings.Join(parts, p.lang.say("; ", "；"))
}

// evidence writes what is kept of a statutory notice.
func (p *page) evidence(e *engine.Evidence) {
	p.line(p.lang.say("      notice: text %s… (SHA-256), words %s… approved by %s on %s, to a %s number", "      通知：文本摘要 %s…（SHA-256），模板 %s… 由 %s 于 %s 批准，号码类型 %s"),
		e.TextDigest[:16], e.TemplateDigest[:16], e.ApprovedBy, e.ApprovedOn, e.Address)
}

var channelWords = words.Channels

// channel is the word for a channel.
func (l tongue) channel(ch string) string {
	if w := channelWords[ch]; w != "" {
		return l.say(ch, w)
	}
	return ch
}

// number is what a provider found about a number.
func number(status string, lang tongue) string {
	if status == "unknown" {
		return lang.say("number unknown: no provider has looked", "号码状态未知：尚未核验")
	}
	return lang.say("number "+status, "号码状态 "+status)
}
