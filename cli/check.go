package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/rulebooks"
	"github.com/dulyhq/duly/strategies"
	"github.com/dulyhq/duly/templates"
)

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, and the rulebooks, strategies and templates with their tests",
		Long: `Reads duly.yaml and every document that it names, holds the strategy against the rulebooks and the templates, and runs
the tests.yaml beside each document. Every mistake is named by file and line. Nothing is sent or stored.

With --against it judges the contacts again that were made on some days, those of people and agencies included, each on
what was known at its hour, under the rulebooks as they are now, and lists those that would have been refused, by rule.
So a change of a rulebook can be tried on the past before it goes live.`,
		Example: `  duly check
  duly check --config acme/duly.yaml
  duly check --now 2027-01-01T09:00:00+08:00   # what would be found then
  duly check --against 2026-09-01..2026-09-30
  duly check --against 2026-09-01..2026-09-30 --json`,
		Args: exactly(0, "check takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case f.against != "":
				return a.checkAgainst(c.Context(), f)
			case f.json || f.portfolio != "":
				return fail(Usage, "--json and --portfolio are for --against")
			}
			return a.check()
		},
	}
	c.Flags().StringVar(&f.against, "against", "", "judge the contacts of these days again: FROM..TO, both included")
	c.Flags().BoolVar(&f.json, "json", false, "with --against: one JSON object a line, person by person")
	c.Flags().StringVar(&f.portfolio, "portfolio", "", "with --against: id of the portfolio (default: all)")
	a.nowFlag(c)
	return c
}

// A checking is one run of the command.
type checking struct {
	a        *app
	w        *bufio.Writer
	c        *Config
	lang     tongue
	findings int
	before   int // findings when the document at hand began
}

func (k *checking) found(format string, args ...any) {
	k.findings++
	fmt.Fprintf(k.w, format+"\n", args...) //nolint:errcheck // a bufio.Writer keeps its error for Flush
}

// good says that the document at hand is right, if nothing was found in it.
func (k *checking) good(format string, args ...any) {
	if k.findings > k.before {
		return
	}
	fmt.Fprintf(k.w, "ok  "+format+"\n", args...) //nolint:errcheck // as above
}

func (a *app) check() error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	portfolios, err := c.compile(a.clock.time())
	if err != nil {
		return err
	}
	k := &checking{a: a, w: bufio.NewWriter(a.out), c: c, lang: lang}
	k.good("%s", c.File)
	for _, p := range portfolios {
		if err := k.portfolio(p); err != nil {
			return err
		}
	}
	if err := k.w.Flush(); err != nil {
		return err
	}
	if k.findings > 0 {
		return fail(Findings, "%s", both{count(k.findings, "finding", "findings"), grouped(k.findings) + "处问题"})
	}
	return nil
}

func (k *checking) portfolio(p *engine.Portfolio) error {
	for _, d := range p.Documents {
		var err error
		k.before = k.findings
		switch d.Kind {
		case "rulebook":
			err = k.rulebook(p, engine.Source{Name: d.Name, Body: d.Body})
		case "strategy":
			err = k.strategy(p, d.Name)
		}
		if err != nil {
			return err
		}
	}
	k.worth(p)
	k.before = k.findings
	k.notices(p)
	return k.templates(p)
}

func (k *checking) rulebook(p *engine.Portfolio, src engine.Source) error {
	book, err := law.Parse(src.Name, src.Body)
	if err != nil {
		return fail(Input, "%w", err)
	}
	name, tests, ok, err := k.tests(rulebooks.FS, src.Name)
	if err != nil {
		return err
	}
	if !ok {
		k.found(k.lang.say("%s: no tests.yaml beside it: nothing shows what it decides", "%s：旁边没有 tests.yaml，无法验证它如何判断"), src.Name)
		return nil
	}
	shelf, err := k.shelf(p)
	if err != nil {
		return err
	}
	failed, unreached, err := guard.RunTests(book, name, tests, shelf)
	if err != nil {
		return fail(Input, "%w", err)
	}
	for _, f := range failed {
		k.found("%s", f.In(string(k.lang)))
	}
	for _, id := range unreached {
		k.found(k.lang.say("%s: no case reaches rule %s", "%s：没有用例涉及规则 %s"), name, id)
	}
	k.good(k.lang.say("%s: %s", "%s：%s"), src.Name, k.lang.say(count(len(book.Rules), "rule", "rules"), grouped(len(book.Rules))+"条规则"))
	return nil
}

// worth says which rules the lender's own rulebooks have made bind or advise, which is no finding but has to be said,
// and which calendars the rules in force read and do not find.
func (k *checking) worth(p *engine.Portfolio) {
	for _, r := range p.Lawbook.Changed() {
		if r.BoundBy != "" {
			k.note(k.lang.say("rule %s binds, by rulebook %s", "规则 %s 由规则集 %s 设为强制"), r.ID, r.BoundBy)
		} else {
			k.note(k.lang.say("rule %s does not bind, by rulebook %s: %s", "规则 %s 由规则集 %s 设为不强制，理由：%s"), r.ID, r.AdvisedBy, r.Why)
		}
	}
	for _, l := range p.Lawbook.Lacks(ledger.Day(k.a.clock.time().In(p.Zone))) {
		if l.Rule.Kind == law.Days {
			k.found(k.lang.say("%s:%d: rule %s: %s, so that it holds contact", "%s:%d：规则 %s：%s，因此暂缓联系"), l.Rule.File, l.Rule.Line, l.Rule.ID, l.What.In(string(k.lang)))
		}
	}
}

// note says what is no finding and should be known.
func (k *checking) note(format string, args ...any) {
	fmt.Fprintf(k.w, "    "+format+"\n", args...) //nolint:errcheck // as above
}

// shelf is what the tests of a portfolio's rulebooks may be judged with: those of the configuration, and those
// that ship. A document of the configuration takes the place of one that ships under the same id.
func (k *checking) shelf(p *engine.Portfolio) (*law.Shelf, error) {
	shelf, err := engine.ShippedShelf()
	if err != nil {
		return nil, err
	}
	own := p.Lawbook.Shelf()
	for _, b := range own.Books {
		shelf.InUse = append(shelf.InUse, b.ID)
		shelf.Books = slices.DeleteFunc(shelf.Books, func(s law.Rulebook) bool { return s.ID == b.ID })
	}
	shelf.Books = append(shelf.Books, own.Books...)
	maps.Copy(shelf.Calendars, own.Calendars)
	maps.Copy(shelf.Series, own.Series)
	return &shelf, nil
}

func (k *checking) strategy(p *engine.Portfolio, from string) error {
	name, tests, ok, err := k.tests(strategies.FS, from)
	if err != nil {
		return err
	}
	if !ok {
		k.found(k.lang.say("%s: no tests.yaml beside it: nothing shows what it decides", "%s：旁边没有 tests.yaml，无法验证它如何判断"), from)
	} else {
		failed, unreached, err := decide.RunTests(&p.Strategy, name, tests)
		if err != nil {
			return fail(Input, "%w", err)
		}
		for _, f := range failed {
			k.found("%s", f.In(string(k.lang)))
		}
		for _, t := range unreached {
			k.found(k.lang.say("%s: no case leads to treatment %s", "%s：没有用例执行措施 %s"), name, t)
		}
	}
	for _, f := range p.Breaches(ledger.Day(k.a.clock.time().In(p.Zone))) {
		k.found("%s", f.In(string(k.lang)))
	}
	k.good(k.lang.say("%s: %s, within the rulebooks", "%s：%s，未超出法规限制"), from,
		k.lang.say(count(len(p.Strategy.Stages), "stage", "stages"), grouped(len(p.Strategy.Stages))+"个阶段"))
	return nil
}

func (k *checking) templates(p *engine.Portfolio) error {
	for _, f := range p.Findings() {
		k.note("%s", f.In(string(k.lang)))
	}
	for lang, id := range p.Identity {
		if id.Signature == "" || id.Phone == "" || id.Verify == "" || id.StopWord == "" {
			k.found(k.lang.say("%s: portfolio %s has no signature, phone, verify or stop_word in %s; messages in that language are held", "%s：资产组合 %s 缺少 %s 的 signature、phone、verify 或 stop_word；该语言的信息暂不发送"), k.c.File, p.Ref, lang)
		}
	}
	set, all := "", k.c.Portfolios
	for i := range all {
		if all[i].ID != p.Ref {
			continue
		}
		ships := false
		if set, ships = all[i].shippedTexts(); !ships {
			k.good(k.lang.say("templates that compile: %d", "templates：%d条文案可编译"), len(p.Templates.All()))
			return nil
		}
	}
	tests, err := fs.ReadFile(templates.FS, path.Join(set, "tests.yaml"))
	if err != nil {
		return err
	}
	failed, err := compose.Test(p.Templates, "tests.yaml", tests)
	if err != nil {
		return err
	}
	for _, f := range failed {
		k.found("%s", f.In(string(k.lang)))
	}
	k.good(k.lang.say("templates: %d", "templates：%d条文案"), len(p.Templates.All()))
	return nil
}

// notices says which notices of the strategy are held for want of an approval, and what one has to name. That is no
// fault: whoever sends none of them need approve none.
func (k *checking) notices(p *engine.Portfolio) {
	for _, w := range p.Wanted(ledger.Day(k.a.clock.time().In(p.Zone))) {
		k.good(k.lang.say("held until approved: {template: %s, language: %s, text: %s}", "未经批准，暂不发送：{template: %s, language: %s, text: %s}"),
			w.Template, w.Language, w.Text)
	}
}

// tests reads the tests.yaml beside a document that ships, or beside one of the lender's own.
func (k *checking) tests(ships fs.FS, doc string) (name string, body []byte, ok bool, err error) {
	name = path.Join(path.Dir(filepath.ToSlash(doc)), "tests.yaml")
	if body, err = fs.ReadFile(ships, name); err == nil {
		return name, body, true, nil
	}
	file := filepath.FromSlash(name)
	if !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(k.c.File), file)
	}
	body, err = os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return name, nil, false, nil
	}
	return name, body, err == nil, err
}
