package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

type checkFlags struct {
	against, portfolio string
	json               bool
}

// againstLine is one contact that today's rules would have held.
type againstLine struct {
	At        time.Time `json:"at"`
	Portfolio string    `json:"portfolio"`
	Person    string    `json:"person"`
	Message   string    `json:"message"` // empty: people made the contact
	By        string    `json:"by"`
	Channel   string    `json:"channel"`
	Loans     []string  `json:"loans"`
	Ruling    string    `json:"ruling"`
	Rule      string    `json:"rule"`
	Source    string    `json:"source"`
	Reason    string    `json:"reason"`
	Also      []string  `json:"also"`
}

// A replaying is one run of duly check --against.
type replaying struct {
	*page
	f       *checkFlags
	judged  int
	refused int
	byRule  map[string]*heldBy
}

// A heldBy is what one rule would have held.
type heldBy struct {
	rule, title, source string
	number              int
	first               []string // lines of the first few
}

// shownEach is how many contacts are listed by rule; JSON has all of them.
const shownEach = 5

func (a *app) checkAgainst(ctx context.Context, f checkFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	from, to, err := againstDays(f.against)
	if err != nil {
		return err
	}
	return a.withEngine(ctx, func(cfg *Config, e *engine.Engine) error {
		w := bufio.NewWriter(a.out)
		r := &replaying{page: &page{w: w, lang: lang}, f: &f, byRule: map[string]*heldBy{}}
		for _, p := range e.Portfolios {
			if f.portfolio != "" && p.Ref != f.portfolio {
				continue
			}
			if err := a.replay(ctx, e, p, r, law.StartOf(from, p.Zone), law.StartOf(to+1, p.Zone)); err != nil {
				return errors.Join(err, w.Flush())
			}
		}
		if f.portfolio != "" {
			if _, err := cfg.Portfolio(f.portfolio); err != nil {
				return err
			}
		}
		if !f.json {
			r.sum(f.against)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if r.refused > 0 {
			return fail(Findings, "%s", both{count(r.refused, "contact would have been refused", "contacts would have been refused"), "按规则应拒绝" + grouped(r.refused) + "次联系"})
		}
		return nil
	})
}

// againstDays reads FROM..TO, both days included.
func againstDays(s string) (from, to ledger.Date, err error) {
	a, b, ok := strings.Cut(s, "..")
	if !ok {
		return 0, 0, fail(Usage, "--against takes two days such as 2026-09-01..2026-09-30, not %q", s)
	}
	if from, err = ledger.ParseDate(a); err == nil {
		to, err = ledger.ParseDate(b)
	}
	switch {
	case err != nil:
		return 0, 0, fail(Usage, "--against: %w", err)
	case to < from:
		return 0, 0, fail(Usage, "--against ends before it begins: %s", s)
	}
	return from, to, nil
}

func (a *app) replay(ctx context.Context, e *engine.Engine, p *engine.Portfolio, r *replaying, from, to time.Time) error {
	total, err := e.Store.CountMade(ctx, p.Row(), from, to)
	if err != nil {
		return err
	}
	step, done := a.counting(total, r.lang.say("judging ", "复核 "))
	defer done()
	judged, err := e.Replay(ctx, p, from, to, step, func(x *engine.Refusal) error { return r.held(p, x) })
	r.judged += judged
	return err
}

var makers = map[store.Maker]string{store.ByPortfolio: "duly", store.ByCreditor: "creditor", store.ByAgency: "agency"}

func (r *replaying) held(p *engine.Portfolio, x *engine.Refusal) error {
	r.refused++
	v := &x.Verdict
	line := againstLine{
		At: x.At, Portfolio: p.Ref, Person: store.PersonRef(x.Person), By: makers[x.Maker], Channel: string(x.Channel), Loans: x.Loans,
		Ruling: v.Ruling.String(), Rule: v.Rule, Source: r.lang.source(p, v.Rule, v.Source), Reason: v.Reason, Also: x.Also,
	}
	if x.Message != 0 {
		line.Message = x.Message.String()
	} else if x.Maker == store.ByPortfolio {
		line.By = p.Party
	}
	if r.f.json {
		line.Loans, line.Also = append([]string{}, line.Loans...), append([]string{}, line.Also...)
		return json.NewEncoder(r.w).Encode(line)
	}
	h := r.byRule[v.Rule]
	if h == nil {
		h = &heldBy{rule: v.Rule, title: cmp.Or(p.Title(v.Rule, string(r.lang)), r.lang.rule(v.Rule), v.Reason), source: line.Source}
		r.byRule[v.Rule] = h
	}
	h.number++
	if len(h.first) < shownEach {
		text := x.At.Format("2006-01-02 15:04") + "  " + line.Person + "  " + line.Channel
		for _, more := range []string{line.Message, strings.Join(line.Loans, " "), r.also(line.Also)} {
			if more != "" {
				text += "  " + more
			}
		}
		h.first = append(h.first, text)
	}
	return nil
}

func (r *replaying) also(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return r.lang.say("also ", "另有 ") + strings.Join(ids, " ")
}

// sum tells how many contacts were judged and what each rule would have held, the most first.
func (r *replaying) sum(days string) {
	r.line(r.lang.say("%s: %d contacts judged under today's rulebooks, %d would have been refused", "%s：按现行规则复核%d次联系，其中%d次应当不予联系"),
		days, r.judged, r.refused)
	var all []*heldBy
	for _, h := range r.byRule {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b *heldBy) int { return cmp.Or(b.number-a.number, strings.Compare(a.rule, b.rule)) })
	for _, h := range all {
		r.line("\n%6d  %s  %s", h.number, h.rule, h.title)
		r.line("        %s", h.source)
		for _, l := range h.first {
			r.line("        %s", l)
		}
		if more := h.number - len(h.first); more > 0 {
			r.line(r.lang.say("        and %d more; --json lists all of them", "        另有%d次；--json 列出全部"), more)
		}
	}
}
