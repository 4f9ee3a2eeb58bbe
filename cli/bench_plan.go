package cli

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
)

func (a *app) benchPlanCommand() *cobra.Command {
	b := &bench{app: a}
	book := benchBook{days: []int{3, 1, 6, 9, 12, 15, 2, 20, 27, 5, 40, 55, 75, 120}}
	dir := ""
	c := &cobra.Command{
		Use:   "plan",
		Short: "Plan a made-up book, beside the bare SQL statement on the same file",
		Long: `Fills a store by imports, as a lender's files would, then plans it on a copy and, on the same copy and in the same
run, executes one INSERT … SELECT that ages, filters and renders the same loans. Every third loan or so is late;
see --late. With --dir the filled store is kept there and used again.`,
		Example: `  duly bench plan
  duly bench plan --loans 10000 --repeat 1 --json`,
		Args: exactly(0, "bench plan takes no arguments; see duly bench plan --help"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(b.bounds("loans", book.loans, 20_000_000), b.bounds("late", book.late+1, 101)); err != nil {
				return err
			}
			return b.plan(c.Context(), dir, book)
		},
	}
	b.flags(c)
	c.Flags().Int64Var(&book.loans, "loans", 1_000_000, "how many loans, each of a person")
	c.Flags().Int64Var(&book.late, "late", 30, "how many of a hundred loans are late")
	c.Flags().StringVar(&dir, "dir", "", "a folder to keep the filled store in (default: a temporary one)")
	return c
}

func (b *bench) plan(ctx context.Context, dir string, book benchBook) error {
	return folder(dir, func(tmp string) (err error) {
		filled := filepath.Join(tmp, "full")
		if dir != "" {
			filled = filepath.Join(dir, "plan")
		}
		full, err := b.place(ctx, filled, nil)
		if err != nil {
			return err
		}
		one := full
		defer func() { err = errors.Join(err, b.drop(ctx, one, full)) }()
		if err := b.fill(ctx, full, book); err != nil {
			return err
		}
		var runs []map[string]float64
		for n := range b.repeat {
			b.say("planning: %d of %d", n+1, b.repeat)
			if one, err = b.place(ctx, filepath.Join(tmp, "one"), &full); err != nil {
				return err
			}
			r, err := b.planOnce(ctx, one)
			if err != nil {
				return err
			}
			runs = append(runs, r)
		}
		return b.report("plan", []string{
			"persons", "messages", "tasks", "plan_s", "bare_rows", "bare_s", "ratio_to_bare", "plan_cpu_s", "bare_cpu_s", "persons_per_s", "loans_per_s", "peak_rss_mb",
		}, withRate(runs, float64(book.loans)))
	})
}

func withRate(runs []map[string]float64, loans float64) []map[string]float64 {
	for _, r := range runs {
		r["loans_per_s"] = loans / r["plan_s"]
	}
	return runs
}

// planOnce measures the bare statement and the plan, on the same file.
func (b *bench) planOnce(ctx context.Context, at benchPlace) (r map[string]float64, err error) {
	e, p, err := openBench(ctx, at, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.Store.Close()) }()
	row, err := e.Store.Portfolio(ctx, p.Creditor, p.Ref)
	if err != nil {
		return nil, err
	}
	before := cpuTime()
	rows, bare, err := e.Store.Reference(ctx, row.ID, ledger.Day(benchNow), 3, time.Now)
	if err != nil {
		return nil, err
	}
	bareCPU := cpuTime() - before
	forgetPeak()
	var done engine.Planned
	before = cpuTime()
	start := time.Now()
	err = b.profiled(func() error {
		done, err = e.Plan(ctx, p, engine.PlanOptions{Now: benchNow})
		return err
	})
	took, planCPU := time.Since(start).Seconds(), cpuTime()-before
	if err != nil {
		return nil, err
	}
	return map[string]float64{
		"persons": float64(done.Persons), "messages": float64(done.Messages), "tasks": float64(done.Tasks), "plan_s": took,
		"bare_rows": float64(rows), "bare_s": bare.Seconds(), "ratio_to_bare": took / bare.Seconds(),
		"persons_per_s": float64(done.Persons) / took, "peak_rss_mb": peakMB(),
		"plan_cpu_s": planCPU.Seconds(), "bare_cpu_s": bareCPU.Seconds(),
	}, nil
}
