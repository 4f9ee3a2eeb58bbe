package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/sim/forecast"
	"github.com/dulyhq/duly/store"
)

type simulateFlags struct {
	days                         int
	strategy, against, portfolio string
	seed                         uint64
	lift, reply, stop            float64
	replies, stops               bool // --reply and --stop were given
	json                         bool
}

func (a *app) simulateCommand() *cobra.Command {
	var f simulateFlags
	c := &cobra.Command{
		Use:   "simulate",
		Short: "What a strategy would do with your book in the days to come, beside another one",
		Long: `Lets a copy of your book live through the days to come, once with each strategy: who would be contacted and how often,
who would be held and by which rule, what it would cost, how many replies would come. Nothing of yours is changed and
nobody is written to: the copy lies in a temporary folder (out of PostgreSQL without anybody's name or number), and the
carrier in it reaches nobody.

What is real: your loans and their history, your strategy, rulebooks and texts, and every decision, which is the one that
duly plan and duly run would make. What is a model: who pays, who answers and who says stop. How often instalments are
paid in time, and how soon a late one is paid, is learned from your ledger where it is long enough; answers are learned
from what was recorded. What a message adds to that is an assumption: --lift 0.05 says that of a hundred persons written
to, five pay within three days who would not have. Set it to what your own holdout shows. No loan is added and no term
changes. So contacts, holds and cost can be trusted as far as the model of payments can; what is recovered "because of
messages" is your assumption, multiplied out, and no evidence.

Both strategies meet the same people with the same luck, which --seed decides. docs/simulate.md says it all.`,
		Example: `  duly simulate --days 30
  duly simulate --strategy cn-default --against ./gentle.yaml
  duly simulate --days 90 --against ./gentle.yaml --json | jq 'select(.kind == "summary")'`,
		Args: exactly(0, "simulate takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			f.replies, f.stops = c.Flags().Changed("reply"), c.Flags().Changed("stop")
			return a.simulate(c.Context(), f)
		},
	}
	c.Flags().IntVar(&f.days, "days", 90, "civil days, 366 at most")
	c.Flags().StringVar(&f.strategy, "strategy", "", "id of a strategy that ships, or the path of one (default: the portfolio's)")
	c.Flags().StringVar(&f.against, "against", "", "another strategy, to stand beside it")
	c.Flags().StringVar(&f.portfolio, "portfolio", "", "id of the portfolio that the strategies are tried on (default: the only one)")
	c.Flags().Uint64Var(&f.seed, "seed", 1, "decides the luck; the same seed gives the same days")
	c.Flags().Float64Var(&f.lift, "lift", forecast.Defaults.Lift, "share of those written to who pay because of it, within three days")
	c.Flags().Float64Var(&f.reply, "reply", forecast.Defaults.Reply, "share of messages that are answered, where more is not recorded")
	c.Flags().Float64Var(&f.stop, "stop", forecast.Defaults.Stop, "share of messages that are answered with a stop, where more is not recorded")
	c.Flags().BoolVar(&f.json, "json", false, "JSON Lines: the model, a summary, holds, tasks, messages per person, and days, for each strategy")
	a.nowFlag(c)
	return c
}

func (f *simulateFlags) check() error {
	switch {
	case f.days < 1 || f.days > 366:
		return fail(Usage, "--days is a number from 1 to 366, not %d", f.days)
	case f.lift < 0 || f.lift > 1 || f.reply < 0 || f.reply > 1 || f.stop < 0 || f.stop > 1:
		return fail(Usage, "--lift, --reply and --stop are shares from 0 to 1")
	}
	return nil
}

// A tried is one strategy with what it came to.
type tried struct {
	name   string        // as it was asked for
	given  bool          // it was asked for by name; else it is what is in force in the portfolio
	text   engine.Source // in the place of a name, where there is one
	model  forecast.Model
	result *forecast.Result
	book   *engine.Portfolio
	copied *store.Store // of the lender's own; nil before it is made
}

// A simulation is what is tried on which portfolio, from which day on.
type simulation struct {
	app       *app
	cfg       *Config
	f         simulateFlags
	lang      tongue
	portfolio *Portfolio
	from      ledger.Date
	tries     []tried
}

func (a *app) simulate(ctx context.Context, f simulateFlags) (err error) {
	s := &simulation{app: a, f: f}
	if err := f.check(); err != nil {
		return err
	}
	if s.lang, err = a.tongue(); err != nil {
		return err
	}
	if s.cfg, err = a.loadConfig(); err != nil {
		return err
	}
	if err := s.choose(); err != nil {
		return err
	}
	folder, clear, err := scratch()
	if err != nil {
		return fail(Dependency, "no temporary folder can be made: %w", err)
	}
	defer func() { err = errors.Join(err, clear()) }()
	defer func() {
		for i := range s.tries {
			if s.tries[i].copied != nil {
				err = errors.Join(err, s.tries[i].copied.Close())
			}
		}
	}()
	if err := s.copies(ctx, folder); err != nil {
		return err
	}
	for i := range s.tries {
		if err := s.live(ctx, s.tries[i].copied, &s.tries[i]); err != nil {
			return err
		}
	}
	w := bufio.NewWriter(a.out)
	if f.json {
		err = s.writeJSON(w)
	} else {
		s.tell(&page{w: w, lang: s.lang, zone: s.portfolio.Zone})
	}
	return errors.Join(err, w.Flush())
}

// choose finds the portfolio and the strategies.
func (s *simulation) choose() error {
	switch {
	case s.f.portfolio != "":
		p, err := s.cfg.Portfolio(s.f.portfolio)
		if err != nil {
			return err
		}
		s.portfolio = p
	case len(s.cfg.Portfolios) == 1:
		s.portfolio = &s.cfg.Portfolios[0]
	default:
		return fail(Usage, "the configuration has %d portfolios; say with --portfolio which one the strategies are tried on", len(s.cfg.Portfolios))
	}
	s.tries = []tried{{name: cmp.Or(s.f.strategy, s.portfolio.Strategy), given: s.f.strategy != ""}}
	if s.f.against != "" {
		s.tries = append(s.tries, tried{name: s.f.against, given: true})
	}
	return nil
}

// copies makes a copy of the lender's store for each strategy, and finds the first day.
func (s *simulation) copies(ctx context.Context, folder string) error {
	return s.cfg.withStore(ctx, func(own *store.Store) error {
		if err := s.begin(ctx, own); err != nil {
			return err
		}
		for i := range s.tries {
			dir := filepath.Join(folder, fmt.Sprint(i))
			if err := os.Mkdir(dir, 0o700); err != nil {
				return fail(Dependency, "a copy of the store cannot be made: %w", err)
			}
			copied, err := own.Copy(ctx, dir, 0)
			if err != nil {
				return fail(Dependency, "a copy of the store cannot be made: %w", err)
			}
			s.tries[i].copied = copied
		}
		return nil
	})
}

// begin finds the first day: the one after that up to which the payments reach, or that of --now.
func (s *simulation) begin(ctx context.Context, own *store.Store) error {
	var feed time.Time
	for i := range s.cfg.Portfolios {
		row, err := own.Known(ctx, s.cfg.Portfolios[i].ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		at, err := own.Feed(ctx, row.ID)
		if err != nil {
			return err
		}
		if at.After(feed) {
			feed = at
		}
	}
	if feed.IsZero() {
		return fail(Input, "there is no book to simulate: no payments were imported yet; duly import takes them in")
	}
	s.from = ledger.Day(feed.In(s.portfolio.Zone)) + 1
	if s.app.clock.virtual() {
		s.from = ledger.Day(s.app.clock.time().In(s.portfolio.Zone))
	}
	return nil
}

// live tries one strategy on its copy.
func (s *simulation) live(ctx context.Context, copied *store.Store, t *tried) error {
	books, err := s.books(ctx, copied, t)
	if err == nil {
		var results []*forecast.Result
		results, err = forecast.Run(ctx, forecast.Config{
			Store: copied, Books: books, From: s.from, Days: s.f.days, Seed: s.f.seed, Wire: s.app.clock.read, Progress: s.progress(t),
		})
		for i := range results {
			if results[i].Portfolio == s.portfolio.ID {
				t.result, t.model, t.book = results[i], books[i].Model, books[i].Portfolio
			}
		}
	}
	return err
}

// books compiles every portfolio, the one that is tried under the strategy asked for, and learns what its borrowers do.
func (s *simulation) books(ctx context.Context, copied *store.Store, t *tried) ([]forecast.Book, error) {
	var out []forecast.Book
	for i := range s.cfg.Portfolios {
		p := s.cfg.Portfolios[i]
		spec, err := s.cfg.spec(&p, s.from.At(0, 0, p.Zone))
		if err != nil {
			return nil, err
		}
		row, err := copied.Portfolio(ctx, spec.Creditor, spec.Ref)
		if err != nil {
			return nil, err
		}
		if spec, err = engine.Active(ctx, copied, row.ID, spec); err != nil {
			return nil, err
		}
		if p.ID == s.portfolio.ID && t.text.Body != nil {
			spec.Strategy = t.text
		} else if p.ID == s.portfolio.ID && t.given {
			if spec.Strategy, _, err = s.cfg.document("strategy", t.name); err != nil {
				return nil, err
			}
		}
		compiled, err := engine.Compile(spec)
		if err != nil {
			return nil, fail(Input, "portfolio %s: %w", p.ID, err)
		}
		assumed := forecast.Defaults
		assumed.Lift = s.f.lift
		m, err := forecast.Learn(ctx, copied, row.ID, s.from, assumed)
		if err != nil {
			return nil, err
		}
		if s.f.replies {
			m.Reply, m.Asked = s.f.reply, false
		}
		if s.f.stops {
			m.Stop, m.Asked = s.f.stop, false
		}
		out = append(out, forecast.Book{Portfolio: compiled, Model: m})
	}
	return out, nil
}

// progress tells on a terminal how far the days are.
func (s *simulation) progress(t *tried) func(int) {
	if !terminal(s.app.err) {
		return nil
	}
	return func(day int) {
		fmt.Fprintf(s.app.err, "\r\033[K%s", fmt.Sprintf(s.lang.say("%s: day %d of %d", "%s：第%d天，共%d天"), t.name, day+1, s.f.days)) //nolint:errcheck // a line that cannot be shown is no matter
		if day == s.f.days-1 {
			fmt.Fprint(s.app.err, "\r\033[K") //nolint:errcheck // as above
		}
	}
}
