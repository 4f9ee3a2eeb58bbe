package cli

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/store"
)

// billCommand keeps what a carrier asks for, so that it can be held against what was handed over.
func (a *app) billCommand() *cobra.Command {
	var parts int64
	var total, currency, by string
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
			lang, err := a.tongue()
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
			cur := k.Cost.Currency
			if currency != "" {
				cur = ledger.Currency(currency)
			}
			b, err := engine.ParseBill(args[0], args[1], strconv.FormatInt(parts, 10), total, cur)
			if errors.Is(err, engine.ErrBillMonth) {
				return fail(Usage, "a month is written as 2026-09, not %q", args[1])
			}
			if errors.Is(err, engine.ErrBillParts) {
				return fail(Usage, "--parts is how many parts the bill counts, such as 1204833, not %d", parts)
			}
			if err != nil {
				return fail(Usage, "--total is what the bill asks for, such as 54217.49, and %q is no amount in %q; --currency says it where the carrier's cost does not", total, string(cur))
			}
			err = cfg.withStore(c.Context(), func(s *store.Store) error {
				return a.keepBill(c.Context(), s, b, by)
			})
			if err != nil {
				return err
			}
			return a.told(lang, "kept: %s %s, %s parts, %s", "已登记：%s %s，%s段，%s", args[0], args[1], grouped(int(parts)), lang.money(b.Minor, cur))
		},
	}
	c.Flags().Int64Var(&parts, "parts", 0, "how many parts the bill counts")
	c.Flags().StringVar(&total, "total", "", "what it asks for, such as 54217.49")
	c.Flags().StringVar(&currency, "currency", "", "its currency (default: that of the carrier's cost)")
	byWhom(c, &by)
	a.nowFlag(c)
	return c
}

func (a *app) keepBill(ctx context.Context, s *store.Store, b measure.Bill, by string) error {
	return s.AddBill(ctx, b, a.clock.time(), by)
}
