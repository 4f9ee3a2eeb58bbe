package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

type importFlags struct {
	mapping, control, asOf, skipBad, portfolio, by string
	delta, snapshot, dryRun, yes, json             bool
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import FILES…",
		Short: "Take in a lender's ledger, or what is new in it",
		Long: `Reads borrowers, loans, instalments and payments, or a flat list of overdue loans; and states, consents, contacts of
people, number checks and duties. What a file is comes from its header (docs/formats/ledger.md). All the files of one command go in together or not at all, in any order.

A row that says what is known already changes nothing, so a file may be imported twice. One that says something
else is a correction; what was known before stays on record. A delta, which is the default, adds and corrects; a
snapshot also closes the loans of the portfolio that it does not name. A flat list that is all that is overdue today is a
snapshot: as a delta it leaves those open that have paid since and are listed no more, and the import warns of them.

Every bad row is reported as file:line:column: reason. Nothing is imported then, unless --skip-bad names a file to
put them in, which can be mended and imported later.`,
		Example: `  duly import borrowers.csv loans.csv instalments.csv payments.csv
  duly import overdue.csv --snapshot --map bank.yaml --as-of 2026-09-24T06:00:00+08:00
  duly import *.csv --snapshot --dry-run`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fail(Usage, "import needs files, such as: duly import loans.csv payments.csv")
			}
			return nil
		},
		RunE: func(c *cobra.Command, files []string) error { return a.importFiles(c.Context(), f, files) },
	}
	fs := c.Flags()
	fs.StringVar(&f.mapping, "map", "", "mapping file: the lender's own column names and formats")
	fs.StringVar(&f.control, "control", "", "file of control totals that the import has to tie to")
	fs.StringVar(&f.asOf, "as-of", "", "up to when the files state the ledger, such as 2026-09-24T06:00:00+08:00 (default: now)")
	fs.BoolVar(&f.delta, "delta", false, "add and correct (the default)")
	fs.BoolVar(&f.snapshot, "snapshot", false, "also close the loans that the files do not name")
	fs.BoolVar(&f.dryRun, "dry-run", false, "do everything but keep nothing")
	fs.StringVar(&f.skipBad, "skip-bad", "", "import the good rows, and put the bad ones into this file")
	byWhom(c, &f.by)
	fs.StringVar(&f.portfolio, "portfolio", "", "id of the portfolio, where there are several")
	fs.BoolVar(&f.yes, "yes", false, "close as many loans as the snapshot asks for")
	fs.BoolVar(&f.json, "json", false, "the summary as one JSON object")
	a.nowFlag(c)
	return c
}

// An importing is one run of the command.
type importing struct {
	a         *app
	flags     importFlags
	config    *Config
	portfolio *Portfolio
	files     []string
	mapping   *intake.Mapping
	control   intake.Control
	asOf      time.Time
	lang      tongue
	messages  io.Writer         // standard error, above the progress bar
	law       *engine.Portfolio // with its documents; nil until somebody lifts a state

	read []intake.Summary
	sum  store.Summary
}

func (a *app) importFiles(ctx context.Context, f importFlags, files []string) error {
	i := &importing{a: a, flags: f, files: files, messages: a.err}
	if err := i.prepare(); err != nil {
		return err
	}
	terms, err := i.config.terms(i.portfolio)
	if err != nil {
		return err
	}
	return i.config.withStore(ctx, func(s *store.Store) error {
		p, err := s.Portfolio(ctx, i.config.Creditor.ID, i.portfolio.ID)
		if err != nil {
			return err
		}
		err = i.run(ctx, s, p)
		if errors.Is(err, engine.ErrClosesMany) && i.ask() {
			i.flags.yes = true
			err = i.run(ctx, s, p)
		}
		if err != nil {
			return i.explain(err)
		}
		fresh := 0
		day := ledger.Day(a.clock.time().In(i.portfolio.Zone))
		if !f.dryRun {
			if fresh, err = s.Refresh(ctx, p.ID, day, terms); err != nil {
				return fail(Dependency, "the files are imported, but the loans could not all be assessed; duly plan makes up for it: %w", err)
			}
		}
		return i.report(fresh, day)
	})
}

// prepare reads the configuration and what the flags name.
func (i *importing) prepare() (err error) {
	f := &i.flags
	if i.lang, err = i.a.tongue(); err != nil {
		return err
	}
	if err := staff(f.by); err != nil {
		return err
	}
	if f.snapshot && f.delta {
		return fail(Usage, "an import is either a --delta or a --snapshot")
	}
	if f.snapshot && f.skipBad != "" {
		return fail(Usage, "--snapshot and --skip-bad do not go together: a loan left out as bad would be closed")
	}
	if i.config, err = i.a.loadConfig(); err != nil {
		return err
	}
	if i.portfolio, err = i.config.Portfolio(f.portfolio); err != nil {
		return err
	}
	now := i.a.clock.time()
	i.asOf = now
	if f.asOf != "" {
		if i.asOf, err = time.Parse(time.RFC3339, f.asOf); err != nil {
			return fail(Usage, "--as-of %q is not a time such as 2026-09-24T06:00:00+08:00", f.asOf)
		}
		if i.asOf.After(now) {
			return fail(Usage, "--as-of %s is later than now, %s; nobody knows the payments of a time to come", f.asOf, now.Format(time.RFC3339))
		}
	}
	if f.mapping != "" {
		if i.mapping, err = readDocument(f.mapping, i.lang.say("the mapping", "映射文件"), i.lang, intake.ReadMapping); err != nil {
			return err
		}
	}
	if f.control != "" {
		if i.control, err = readDocument(f.control, i.lang.say("the control totals", "控制总数文件"), i.lang, intake.ReadControl); err != nil {
			return err
		}
	}
	for _, name := range i.files {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			return fail(Input, "%s is a folder; name its files, such as %s", name, filepath.Join(name, "*.csv"))
		}
	}
	return nil
}

// readDocument reads a file with a parser of its own.
func readDocument[T any](path, what string, lang tongue, parse func(string, []byte) (T, error)) (v T, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return v, fail(Input, lang.say("%s cannot be read: %s: %w", "%s无法读取：%s：%w"), what, path, bare(err))
	}
	if v, err = parse(path, text); err != nil {
		return v, &Error{Class: Input, Sentence: what + lang.say(" cannot be used:\n", "不能使用：\n") + fault.Say(err, string(lang)), Detail: err}
	}
	return v, nil
}

// run imports once. Nothing is kept when it returns an error.
func (i *importing) run(ctx context.Context, s *store.Store, p store.Portfolio) error {
	bar, done := i.a.bar(i.size(), i.lang)
	defer done()
	i.messages = bar.messages
	t := engine.TakeIn{
		Into: p, Zone: i.portfolio.Zone, Currency: i.portfolio.Currency, Mapping: i.mapping, Control: i.control, Now: i.a.clock.time(), AsOf: i.asOf,
		Snapshot: i.flags.snapshot, DryRun: i.flags.dryRun, SkipBad: i.flags.skipBad != "", Yes: i.flags.yes, By: i.flags.by, MayLift: i.mayLift,
		Bad: i.badRow, Progress: bar.add, Skipped: i.putBadRows,
	}
	for _, name := range i.files {
		t.Files = append(t.Files, engine.TakeInFile{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(name) }})
	}
	took, err := t.Run(ctx, s)
	i.sum, i.read = took.Sum, took.Read
	if err == nil {
		bar.finished()
	}
	return err
}

// bare takes the operation and the path off an error of a file, where the sentence names the file already.
func bare(err error) error {
	var of *os.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

func (i *importing) size() (total int64) {
	for _, name := range i.files {
		if info, err := os.Stat(name); err == nil {
			total += info.Size()
		}
	}
	return total
}

func (i *importing) options() intake.Options {
	return intake.Options{Mapping: i.mapping, Currency: i.portfolio.Currency, Bad: i.badRow, Zone: i.portfolio.Zone}
}

// mayLift asks the portfolio's rulebooks who may lift a state. They are read when the first row needs them.
func (i *importing) mayLift(kind, by string) fault.Reason {
	if i.law == nil {
		spec, err := i.config.spec(i.portfolio, i.a.clock.time())
		if err == nil {
			i.law, err = engine.Compile(spec)
		}
		if err != nil {
			return fault.Of(fault.LiftUnsaid, kind)
		}
	}
	return i.law.MayLift(kind, by)
}

func (i *importing) badRow(b intake.BadRow) error {
	_, err := fmt.Fprintln(i.messages, b.In(string(i.lang)))
	return err
}

func (i *importing) badRows() int {
	return (&engine.Taken{Sum: i.sum, Read: i.read}).BadRows()
}

// explain gives an error of the import its class and sentence.
func (i *importing) explain(err error) error {
	var own *Error
	var header intake.FileErrors
	var open *engine.OpenError
	var control *engine.ControlError
	switch {
	case errors.As(err, &own):
		return err
	case errors.As(err, &header):
		return &Error{Class: Input, Sentence: i.lang.say("a file cannot be read, so nothing was imported:\n", "有文件无法读取，尚未导入：\n") + header.In(string(i.lang)), Detail: err}
	case errors.Is(err, store.ErrNoLoans):
		return fail(Input, "%s", i.lang.say("a snapshot has to hold the loans: without them every loan would be closed; import a delta, or add the loans file",
			"全量导入须包含贷款文件，否则全部贷款都会被结清；请按增量导入，或加上贷款文件"))
	case errors.As(err, &open):
		return fail(Input, "%s cannot be read: %w", open.Name, bare(open.Err))
	case errors.Is(err, engine.ErrBadRows):
		bad := i.badRows()
		return fail(Input, "%s", i.lang.say(
			count(bad, "row is bad", "rows are bad")+"; nothing was imported. Mend "+them(bad)+", or name a file with --skip-bad to import the others",
			grouped(bad)+"行有错误，尚未导入。请改正后重试，或用 --skip-bad 指定存放错误行的文件并导入其余各行"))
	case errors.As(err, &control):
		return &Error{Class: Input, Sentence: i.lang.say("the control totals do not tie, so nothing was imported:\n", "与控制总数不符，尚未导入：\n") + fault.Say(control, string(i.lang)), Detail: err}
	case errors.Is(err, engine.ErrClosesMany):
		return fail(Findings, "%s, so nothing was imported; say --yes if that is right", i.closing())
	case errors.Is(err, context.Canceled):
		return fail(Dependency, "interrupted; nothing was imported")
	}
	return fail(Dependency, "nothing was imported: %w", err)
}

func (i *importing) closing() string {
	return fmt.Sprintf(i.lang.say("the snapshot would close %s of %s open loans", "全量导入会结清%s笔贷款，未结清的共%s笔"), grouped(i.sum.Closed), grouped(i.sum.OpenLoans))
}
