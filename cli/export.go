package cli

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
)

type exportFlags struct {
	portfolio, reason, by, format string
}

func (a *app) exportCommand() *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:   "export",
		Short: "Take personal data out, by two people's word",
		Long: `Takes a borrower's whole file out, as they get it from their own page, or that of everybody of a portfolio. One person asks and says why; another
lets it happen within seven days; then whoever asked fetches it within a day, once. The audit names both, and the database itself refuses one
hand. The console does the same.`,
		Example: `  duly export ask B00017 --reason "the court asks" --by compliance:2
  duly export allow 1 --by approver:3
  duly export fetch 1 --by compliance:2 > B00017.json`,
		Args: exactly(0, "export needs one of its commands, such as: duly export ask B00017"),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	sub := func(use, short, example string, args cobra.PositionalArgs, run func(context.Context, *engine.Engine, tongue, []string) error) *cobra.Command {
		s := &cobra.Command{Use: use, Short: short, Example: "  duly export " + example, Args: args, RunE: func(c *cobra.Command, args []string) error {
			lang, err := a.tongue()
			if err != nil {
				return err
			}
			return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return run(c.Context(), e, lang, args) })
		}}
		a.nowFlag(s)
		c.AddCommand(s)
		return s
	}
	by := func(s *cobra.Command, who string) {
		s.Flags().StringVar(&f.by, "by", "", who+": a role or a number of staff, such as compliance:2")
	}
	ask := sub("ask [BORROWER]", "Ask for a borrower's file, or with --portfolio alone for everybody's", `ask --portfolio cards --format csv --reason "the year's audit" --by compliance:2`,
		atMost(1, "export ask takes one borrower"), func(ctx context.Context, e *engine.Engine, lang tongue, args []string) error {
			return a.exportAsk(ctx, e, lang, args, f)
		})
	by(ask, "who asks")
	ask.Flags().StringVar(&f.reason, "reason", "", "why it is needed; it lies sealed with the audit")
	ask.Flags().StringVar(&f.portfolio, "portfolio", "", "of which portfolio; without a borrower: everybody of it")
	ask.Flags().StringVar(&f.format, "format", "json", "json: the whole file; csv: a line for each loan")
	for _, d := range []struct {
		use, short, needs string
		allow             bool
	}{
		{"allow", "Let an export happen that somebody else asked for", "export allow needs one number, as duly export list shows it", true},
		{"refuse", "Refuse an export that somebody asked for", "export refuse needs one number, as duly export list shows it", false},
	} {
		by(sub(d.use+" N", d.short, d.use+" 1 --by approver:3", exactly(1, d.needs),
			func(ctx context.Context, e *engine.Engine, lang tongue, args []string) error {
				return a.exportDecide(ctx, e, lang, args[0], f.by, d.allow)
			}), "who lets it happen or refuses it")
	}
	by(sub("fetch N", "Write the file to standard output, once", "fetch 1 --by compliance:2 > file.json", exactly(1, "export fetch needs one number, as duly export list shows it"),
		func(ctx context.Context, e *engine.Engine, _ tongue, args []string) error {
			return a.exportFetch(ctx, e, args[0], f.by)
		}), "who asked for it")
	sub("list", "What was asked for, one JSON object a line", "list", exactly(0, "export list takes no arguments"), func(ctx context.Context, e *engine.Engine, _ tongue, _ []string) error {
		return a.exportList(ctx, e)
	})
	return c
}

// leastExportReason is how much a reason says at least, in characters.
const leastExportReason = 4

func (a *app) exportAsk(ctx context.Context, e *engine.Engine, lang tongue, args []string, f exportFlags) error {
	if err := staff(f.by); err != nil {
		return err
	}
	if utf8.RuneCountInString(f.reason) < leastExportReason {
		return fail(Usage, "--reason says why it is needed, in a few words at least")
	}
	if f.format != "json" && f.format != "csv" {
		return fail(Usage, "--format is json or csv")
	}
	books := e.Books()
	at := slices.IndexFunc(books, func(p *engine.Portfolio) bool { return p.Ref == f.portfolio })
	if f.portfolio == "" && len(books) == 1 {
		at = 0
	}
	if at < 0 {
		return fail(Usage, "--portfolio names one of the configuration's portfolios")
	}
	if len(args) == 0 && f.portfolio == "" {
		return fail(Usage, "name a borrower, or with --portfolio everybody of one")
	}
	x := store.ExportAsk{Portfolio: books[at].Row(), Format: f.format, Who: f.by, At: a.clock.time(), Reason: f.reason}
	if len(args) == 1 {
		var err error
		if x.Borrower, err = engine.ExportWhose(ctx, e.Store, x.Portfolio, args[0]); errors.Is(err, store.ErrNotFound) {
			return fail(Findings, "there is no such borrower in portfolio %s", books[at].Ref)
		}
		if err != nil {
			return err
		}
	}
	id, err := e.Store.AskExport(ctx, x, a.clock.read())
	if err != nil {
		return err
	}
	return a.told(lang, "%d waits for a second person: duly export allow %d --by …", "第%d号申请待他人同意：duly export allow %d --by …", id, id)
}

func (a *app) exportDecide(ctx context.Context, e *engine.Engine, lang tongue, arg, by string, allow bool) error {
	id, err := exportNumber(arg, by)
	if err == nil {
		err = e.Store.DecideExport(ctx, id, allow, by, a.clock.time(), a.clock.read())
	}
	if err != nil {
		return exportFault(err)
	}
	if allow {
		return a.told(lang, "%d may be fetched once, within a day, by who asked for it", "第%d号申请已同意，申请人可在一天内导出一次", id)
	}
	return a.told(lang, "%d is refused", "第%d号申请已拒绝", id)
}

func (a *app) exportFetch(ctx context.Context, e *engine.Engine, arg, by string) error {
	id, err := exportNumber(arg, by)
	if err != nil {
		return err
	}
	x, err := e.Store.FetchExport(ctx, id, by, a.clock.time(), a.clock.read())
	if err != nil {
		return exportFault(err)
	}
	d := e.Desk()
	p := d.Portfolio(x.Portfolio)
	if p == nil {
		return fail(Input, "its portfolio is not in the configuration any more")
	}
	return d.Takeout(ctx, &x, p.Identity[compose.Language(p.Language)].Creditor, a.clock.time(), a.out)
}

func exportNumber(arg, by string) (int64, error) {
	if err := staff(by); err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return 0, fail(Usage, "%q is no number; duly export list shows them", arg)
	}
	return id, nil
}

func exportFault(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fail(Findings, "there is no such export; duly export list shows them")
	case errors.Is(err, store.ErrOwnExport), errors.Is(err, store.ErrNotAsker), errors.Is(err, store.ErrExportOver), errors.Is(err, store.ErrUndecided):
		return fail(Findings, "%w", err)
	}
	return err
}

// An exportLine is an export as duly export list has it. The reason is for the console and the audit.
type exportLine struct {
	ID        int64      `json:"id"`
	Portfolio string     `json:"portfolio"`
	Borrower  string     `json:"borrower"` // the lender's key; empty: everybody
	Format    string     `json:"format"`
	By        string     `json:"by"`
	At        time.Time  `json:"asked_at"`
	State     string     `json:"state"`
	Second    string     `json:"decided_by"`
	Decided   *time.Time `json:"decided_at"`
	Fetched   *time.Time `json:"fetched_at"`
}

func (a *app) exportList(ctx context.Context, e *engine.Engine) error {
	enc := json.NewEncoder(a.out)
	for _, p := range e.Books() {
		list, err := e.Store.Exports(ctx, p.Row())
		if err != nil {
			return err
		}
		for i := range list {
			x := &list[i]
			l := exportLine{x.ID, p.Ref, "", x.Format, x.Who, x.At, x.State(a.clock.time()), x.DecidedBy, timeOrNone(x.DecidedAt), timeOrNone(x.FetchedAt)}
			if x.Borrower != 0 {
				if l.Borrower, err = e.Store.BorrowerRef(ctx, x.Borrower); err != nil {
					return err
				}
			}
			if err := enc.Encode(l); err != nil {
				return err
			}
		}
	}
	return nil
}
