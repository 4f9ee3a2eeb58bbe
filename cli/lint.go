package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
)

type lintFlags struct {
	rulebooks []string
	party     string
	step      string
	own       []string
	asJSON    bool
}

func (a *app) lintCommand() *cobra.Command {
	var f lintFlags
	c := &cobra.Command{
		Use:   "lint [FILES…|-]",
		Short: "Read texts for threats, shame, false law and what they must hold, and say a better wording",
		Long: `Reads texts in Chinese and English, a text a line, from files or from standard input, and names what a creditor may
not write: threats, insults, pretended authority, legal consequences that are untrue, telling others of the debt,
shaming, personal numbers, urging to borrow elsewhere, deception, selling; and what is better mended: punctuation,
length, tone. A file that ends in .yaml is a document of templates: each is read in every rendering that it has.

A true mention of credit reporting, of a claim in court under the contract, a promise to tell nobody and a warning
against fraud are lawful, and nothing is said of them. What announces a step as certain is for --next-step to back.

Without --rulebook the house's own wording rules judge. With one, or several, what their laws forbid and ask a reminder
to hold is judged too: who writes, how much, whom to call, how to stop. A rule whose text was not read is advisory
and gives warnings.

Exit status: 0 when nothing denies, 1 when a text has an error, 2 usage, 3 an input is wrong.`,
		Example: `  echo '再不还钱就告诉你单位' | duly lint
  duly lint --rulebook cn --lang zh templates/sms.zh.yaml
  duly lint --rulebook us --json < texts.txt
  echo '本次逾期将于10月20日报送征信系统。' | duly lint --next-step credit_report=2026-10-20`,
		RunE: func(_ *cobra.Command, files []string) error { return a.lint(&f, files) },
	}
	c.Flags().StringSliceVar(&f.rulebooks, "rulebook", nil, "id of a rulebook that ships, such as cn or us, or the path of one; may be given again")
	c.Flags().StringVar(&f.party, "party", "creditor", "who writes, to a rulebook: creditor or agency")
	c.Flags().StringVar(&f.step, "next-step", "", "the loan's authorised next step, KIND=DATE such as court=2026-10-20; or none")
	c.Flags().StringSliceVar(&f.own, "own", nil, "the creditor's own payee accounts and phone numbers, which may stand in a text")
	c.Flags().BoolVar(&f.asJSON, "json", false, "one JSON object for each line read, and for each template")
	return c
}

// A linting is one run of the command.
type linting struct {
	w      *bufio.Writer
	enc    *json.Encoder // nil when people read
	lang   tongue
	facts  lint.Facts
	books  []law.Rulebook
	party  string
	errors int
	others int
	texts  int
}

func (a *app) lint(f *lintFlags, files []string) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	k := &linting{w: bufio.NewWriter(a.out), lang: lang, party: f.party, facts: lint.Facts{StepsHidden: true, Own: f.own, On: ledger.Day(a.clock.time())}}
	if f.party != "creditor" && f.party != "agency" {
		return fail(Usage, "--party is creditor or agency, not %q", f.party)
	}
	if f.asJSON {
		k.enc = json.NewEncoder(k.w)
		k.enc.SetEscapeHTML(false)
		if a.lang == "" {
			k.lang = "en" // machines get the same answer everywhere
		}
	}
	if err := k.step(f.step); err != nil {
		return err
	}
	for _, name := range f.rulebooks {
		if err := k.rulebook(name); err != nil {
			return err
		}
	}
	if len(files) == 0 {
		files = []string{"-"}
	}
	for _, name := range files {
		if err := k.file(a.in, name); err != nil {
			return errors.Join(err, k.w.Flush())
		}
	}
	k.sum()
	if err := k.w.Flush(); err != nil {
		return err
	}
	if k.errors > 0 {
		return &Error{Class: Findings}
	}
	return nil
}

// step reads --next-step.
func (k *linting) step(s string) error {
	if s == "" {
		return nil
	}
	k.facts.StepsHidden = false
	if s == "none" {
		return nil
	}
	kind, on, dated := strings.Cut(s, "=")
	step := lint.Step{Kind: kind}
	known := slices.Contains(ledger.NextSteps, kind)
	if dated {
		var err error
		if step.On, err = ledger.ParseDate(on); err != nil {
			known = false
		}
	}
	if !known {
		return fail(Usage, "--next-step is none, or a step and its day such as court=2026-10-20, not %q; the steps are %s", s, strings.Join(ledger.NextSteps, ", "))
	}
	k.facts.Steps = []lint.Step{step}
	return nil
}

// rulebook adds what a rulebook says of reminders by text.
func (k *linting) rulebook(name string) error {
	src, _, err := engine.Shipped("rulebook", name)
	if strings.ContainsAny(name, `/\.`) || errors.Is(err, fs.ErrNotExist) {
		src.Name = name
		src.Body, err = os.ReadFile(name)
	}
	if err != nil {
		return fail(Usage, "no rulebook called %q ships with Duly, and no file has that name", name)
	}
	b, err := law.Parse(src.Name, src.Body)
	if err != nil {
		return fail(Input, "%w", err)
	}
	k.books = append(k.books, b)
	return nil
}

// factsOf is what texts of a purpose are judged by.
func (k *linting) factsOf(purpose law.Purpose) lint.Facts {
	f := k.facts
	for i := range k.books {
		f.Rules = append(f.Rules, engine.BookRules(&k.books[i], ledger.SMS, k.party, purpose, k.facts.On)...)
	}
	return f
}

// file reads a file of texts or of templates, or standard input.
func (k *linting) file(in io.Reader, name string) error {
	if name == "-" {
		return k.lines(in, k.lang.say("stdin", "标准输入"))
	}
	f, err := os.Open(name)
	if err != nil {
		return fail(Input, "%w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		return k.templates(f, name)
	}
	return k.lines(f, name)
}

func (k *linting) lines(in io.Reader, name string) error {
	n, facts := 0, k.factsOf(law.Reminder)
	return eachLine(in, func(text string) error {
		n++
		if !utf8.ValidString(text) {
			return fail(Input, "%s:%d: the line is not UTF-8", name, n)
		}
		var found []lint.Finding
		if strings.TrimSpace(text) != "" {
			found = engine.Linter().Text(text, facts)
		}
		return k.show(place{file: name, line: n}, text, found)
	})
}

func (k *linting) templates(in io.Reader, name string) error {
	doc, err := io.ReadAll(in)
	if err != nil {
		return fail(Input, "%w", err)
	}
	set, wrong := compose.Read(name, doc)
	if set == nil {
		return fail(Input, "%w", wrong)
	}
	for _, t := range set.All() {
		f := k.factsOf(engine.WordsOf(t.Class))
		f.StepsHidden = false // a template announces a step only through its variable
		_, places := engine.Linter().Read(t, compose.Vars{}, f)
		if wrong != nil && len(places) == 0 {
			continue // it may be the one that is wrong, and nothing here says that it is well
		}
		if err := k.template(t, places); err != nil {
			return err
		}
	}
	if wrong != nil {
		return fail(Input, "%w", wrong)
	}
	return nil
}

// template shows what was found in a template: in each rendering in which something was, or in one where nothing was.
func (k *linting) template(t *compose.Template, places []lint.Place) error {
	at := place{file: t.File, line: t.Line, template: t}
	if len(places) == 0 {
		v := compose.Longest(t.Language)
		text, err := t.Render(nil, &v)
		if err != nil {
			return fail(Input, "%w", err)
		}
		return k.show(at, string(text), nil)
	}
	for len(places) > 0 {
		n := 1
		for n < len(places) && places[n].Text == places[0].Text && k.enc != nil {
			n++
		}
		var found []lint.Finding
		for _, p := range places[:n] {
			found = append(found, p.Finding)
		}
		at.line, at.column = places[0].Line, places[0].Col
		if err := k.show(at, places[0].Text, found); err != nil {
			return err
		}
		places = places[n:]
	}
	return nil
}

// sum ends what people read.
func (k *linting) sum() {
	if k.enc != nil {
		return
	}
	fmt.Fprintln(k.w, k.lang.say( //nolint:errcheck // a bufio.Writer keeps its error for Flush
		fmt.Sprintf("texts: %d; errors: %d; other findings: %d", k.texts, k.errors, k.others),
		fmt.Sprintf("文本：%d；错误：%d；其他：%d", k.texts, k.errors, k.others)))
}
