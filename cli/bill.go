package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/store"
)

// billCommand keeps what a carrier asks for, so that it can be held against what was handed over.
func (a *app) billCommand() *cobra.Command {
	var parts int64
	var total, currency, by, flag string
	c := &cobra.Command{
		Use:   "bill CARRIER MONTH",
		Short: "Keep what a carrier asks for a month, to hold it against what was handed over",
		Long: `Keeps the parts and the total of a carrier's bill for a month, such as 2026-09. What was said of the month before is kept, and
counts no more. duly report bill shows the difference.`,
		Example: `  duly bill main 2026-09 --parts 1204833 --total 54217.49
  duly report bill`,
		Args: exactly(2, "bill takes a carrier and a month, such as: duly bill main 2026-09 --parts 1204833 --total 54217.49"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := staff(by); err != nil {
				return err
			}
			lang, err := tongueOf(flag)
			if err != nil {
				return err
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			k := cfg.Carrier(args[0])
			if k == nil {
				return fail(Usage, "%s has no carrier %q", cfg.File, args[0])
			}
			month, err := time.Parse("2006-01", args[1])
			if err != nil {
				return fail(Usage, "a month is written as 2026-09, not %q", args[1])
			}
			cur := k.Cost.Currency
			if currency != "" {
				cur = ledger.Currency(currency)
			}
			m, err := ledger.ParseMoney(total, cur)
			if err != nil || m.Minor < 0 || parts < 0 {
				return fail(Usage, "--parts and --total are what the bill says, such as 1204833 and 54217.49, and %q is no amount in %q; --currency says it where the carrier's cost does not", total, string(cur))
			}
			err = cfg.withStore(c.Context(), func(s *store.Store) error {
				return a.keepBill(c.Context(), s, measure.Bill{Carrier: args[0], Month: month.Format("2006-01"), Parts: parts, Minor: m.Minor, Unit: string(cur)}, by)
			})
			if err == nil {
				_, err = fmt.Fprintf(a.out, lang.say("kept: %s %s, %s parts, %s\n", "已登记：%s %s，%s条，%s\n"), args[0], args[1], grouped(int(parts)), lang.money(m.Minor, cur))
			}
			return err
		},
	}
	c.Flags().Int64Var(&parts, "parts", 0, "how many parts the bill counts")
	c.Flags().StringVar(&total, "total", "", "what it asks for, such as 54217.49")
	c.Flags().StringVar(&currency, "currency", "", "its currency (default: that of the carrier's cost)")
	byWhom(c, &by)
	a.langFlag(c, &flag)
	a.nowFlag(c)
	return c
}

func (a *app) keepBill(ctx context.Context, s *store.Store, b measure.Bill, by string) error {
	return s.AddBill(ctx, b, a.clock.time(), by)
}
