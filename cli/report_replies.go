package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"strconv"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// talkLine is one count of the report called replies.
type talkLine struct {
	Portfolio string          `json:"portfolio"`
	What      string          `json:"what"`
	Name      string          `json:"name"`
	State     string          `json:"state,omitempty"`
	Number    int64           `json:"number"`
	Agreed    string          `json:"agreed,omitempty"`
	Paid      string          `json:"paid,omitempty"`
	Currency  ledger.Currency `json:"currency,omitempty"`
}

// reportReplies tells what people wrote and what came of it, what was agreed and kept, what waits, and that nothing is unanswered.
func (a *app) reportReplies(ctx context.Context, e *engine.Engine, portfolio *engine.Portfolio, s span, format string, p *page) error {
	r, err := e.Store.Talk(ctx, portfolio.Row(), s.from, s.to, a.clock.time())
	if err != nil {
		return err
	}
	lines := talkLines(portfolio.Ref, &r)
	switch format {
	case "json":
		enc := json.NewEncoder(p.w)
		for _, l := range lines {
			if err := enc.Encode(l); err != nil {
				return err
			}
		}
		return nil
	case "csv":
		out := csv.NewWriter(p.w)
		if err := out.Write([]string{"portfolio", "what", "name", "state", "number", "agreed", "paid", "currency"}); err != nil {
			return err
		}
		for _, l := range lines {
			if err := out.Write([]string{l.Portfolio, l.What, l.Name, l.State, strconv.FormatInt(l.Number, 10), l.Agreed, l.Paid, string(l.Currency)}); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	}
	p.line(p.lang.say("%s: what people wrote %s", "%s：%s来信"), portfolio.Ref, p.days(s))
	p.talk(&r)
	return nil
}

func talkLines(ref string, r *store.TalkReport) (out []talkLine) {
	for _, c := range r.Counts {
		l := talkLine{Portfolio: ref, What: c.What, Name: c.Name, State: c.State, Number: c.Number}
		if c.What == "arrangement" {
			cur := ledger.Currency(c.Unit)
			l.Currency, l.Agreed, l.Paid = cur, ledger.Money{Minor: c.Minor, Currency: cur}.Decimal(), ledger.Money{Minor: c.Paid, Currency: cur}.Decimal()
		}
		out = append(out, l)
	}
	return append(out, talkLine{Portfolio: ref, What: "unanswered", Number: r.Unanswered}, talkLine{Portfolio: ref, What: "overdue", Number: r.Overdue},
		talkLine{Portfolio: ref, What: "paid_but_chased", Number: r.Chased}, talkLine{Portfolio: ref, What: "reminders", Number: r.Reminders},
		talkLine{Portfolio: ref, What: "opened", Number: r.Opened}, talkLine{Portfolio: ref, What: "let_in", Number: r.LetIn})
}

// talk writes the report for people.
func (p *page) talk(r *store.TalkReport) {
	states := []struct{ name, en, zh string }{
		{"answered", "by text", "自动答复"}, {"person", "by people", "人工办结"}, {"waiting", "waiting", "待办"}, {"noted", "noted", "知悉"}, {"unanswered", "unanswered", "未答复"},
	}
	heads := []string{"  "}
	for _, s := range states {
		heads = append(heads, p.lang.say(s.en, s.zh))
	}
	rows := [][]string{append(heads, p.lang.say("all", "合计"))}
	sums := map[string]map[string]int64{}
	var names []string
	for _, c := range r.Counts {
		if c.What != "meaning" {
			continue
		}
		if sums[c.Name] == nil {
			sums[c.Name] = map[string]int64{}
			names = append(names, c.Name)
		}
		sums[c.Name][c.State] += c.Number
	}
	for _, n := range names {
		row, all := []string{"  " + p.lang.condition(n)}, int64(0)
		for _, s := range states {
			row = append(row, grouped(int(sums[n][s.name])))
			all += sums[n][s.name]
		}
		rows = append(rows, append(row, grouped(int(all))))
	}
	p.grid(rows)
	p.line(p.lang.say("  %s; unanswered %s; at the desk past its day %s", "  共%s；未答复%s条；超期待办%s项"), p.lang.say(count(int(r.Replies), "reply", "replies"), grouped(int(r.Replies))+"条回复"), grouped(int(r.Unanswered)), grouped(int(r.Overdue)))
	p.agreements(r)
	var causes []string
	for _, c := range r.Counts {
		if c.What == "cause" {
			causes = append(causes, p.lang.cause(c.Name)+" "+grouped(int(c.Number)))
		}
	}
	if len(causes) > 0 {
		p.head("Why payments are late, as far as was said", "还款延迟的原因（据来信）")
		for _, c := range causes {
			p.line("  %s", c)
		}
	}
	p.line(p.lang.say("\n  reminded although the money had come, as the feed told later: %s of %s", "\n  提醒时款项其实已到（事后得知）：%s / %s"), grouped(int(r.Chased)), grouped(int(r.Reminders)))
	if r.LetIn > 0 {
		p.line(p.lang.say("  the page was opened from %s of %s messages that let their reader in", "  短信带入自助页面：%s / %s 条已打开"), grouped(int(r.Opened)), grouped(int(r.LetIn)))
	}
}

// agreements tells what was agreed and what became of it.
func (p *page) agreements(r *store.TalkReport) {
	rows := [][]string{{"  ", "", p.lang.say("number", "数量"), p.lang.say("agreed", "约定金额"), p.lang.say("came", "到账")}}
	for _, c := range r.Counts {
		if c.What == "arrangement" {
			cur := ledger.Currency(c.Unit)
			rows = append(rows, []string{"  " + p.lang.agreed(c.Name), p.lang.agreed(c.State), grouped(int(c.Number)), p.lang.money(c.Minor, cur), p.lang.money(c.Paid, cur)})
		}
	}
	if len(rows) > 1 {
		p.head("Promises and plans", "承诺与分期")
		p.grid(rows)
	}
}

// causeWords are why payments are late, in Chinese.
var causeWords = words.Causes

func (t tongue) cause(name string) string {
	if zh := causeWords[name]; t == "zh" && zh != "" {
		return zh
	}
	return name
}
