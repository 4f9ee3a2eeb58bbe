package cli

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// rowRetention reads after how long rows of a kind are given up.
func rowRetention(v document.Value) map[store.RowKind]int {
	names := make([]string, 0, len(store.RowKinds))
	for _, k := range store.RowKinds {
		names = append(names, string(k))
	}
	if !v.Given() || !v.Keys(names...) {
		return nil
	}
	out := map[store.RowKind]int{}
	for _, name := range v.Names() {
		k := v.Key(name)
		m := retentionForm.FindStringSubmatch(k.Text())
		if m == nil {
			k.Wrong(fault.RetentionKind, strconv.Quote(k.Text()))
			continue
		}
		n, _ := strconv.Atoi(m[1])
		if m[2] == "y" {
			n *= 12
		}
		if slices.Contains(store.RowKinds, store.RowKind(name)) {
			out[store.RowKind(name)] = n
		}
	}
	return out
}

func (a *app) retainCommand() *cobra.Command {
	var by string
	var dry, asJSON bool
	c := &cobra.Command{
		Use:   "retain",
		Short: "Give up what nobody has to keep any more, as retention in duly.yaml says",
		Long: `Gives up the words of replies, past decisions, and what happened at the borrower's page, each after the time that retention in
duly.yaml names, and not before every binding rule of the portfolio's rulebooks lets it go. A kind that is not named is kept. Nothing
goes of somebody under a legal hold. duly serve does the same once a day; messages go by serve.retention. The audit keeps who had it
done and how many rows went.`,
		Example: "  duly retain --dry-run\n  duly retain --by dpo:3",
		Args:    exactly(0, "retain takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			lang, err := a.tongue()
			if err != nil {
				return err
			}
			if !dry {
				if err := staff(by); err != nil {
					return err
				}
			}
			return a.withEngine(c.Context(), func(cfg *Config, e *engine.Engine) error {
				return a.retain(c.Context(), cfg, e, lang, by, dry, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "count what would go, and give nothing up")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	c.Flags().StringVar(&by, "by", "", "who has it done: a role or a number of staff, such as dpo:3")
	return c
}

// rowWords are the kinds of rows in words.
var rowWords = map[store.RowKind][2]string{
	store.ReplyWords: {"words of replies", "来信原文"},
	store.Decisions:  {"past decisions", "历次判断"},
	store.PageVisits: {"codes and links that have run out, and visits by them", "过期的查询码与链接及其访问记录"},
}

// A retainLine is what became of a kind in a portfolio.
type retainLine struct {
	Portfolio string `json:"portfolio"`
	Kind      string `json:"kind"`
	Months    int    `json:"months"`
	Rows      int64  `json:"rows"`
	DryRun    bool   `json:"dry_run"`
}

func (a *app) retain(ctx context.Context, cfg *Config, e *engine.Engine, lang tongue, by string, dry, asJSON bool) error {
	if len(cfg.Serve.Retention.Rows) == 0 {
		return fail(Input, "%s names nothing under retention, so that everything is kept", cfg.File)
	}
	gone, err := e.RetainRows(ctx, cfg.Serve.Retention, by, dry, a.clock.time())
	if err != nil {
		return err
	}
	g := &page{w: a.out, lang: lang, zone: time.Local}
	enc := json.NewEncoder(a.out)
	for _, one := range gone {
		if asJSON {
			if err := enc.Encode(retainLine{one.Portfolio, string(one.Kind), one.Months, one.Rows, dry}); err != nil {
				return err
			}
			continue
		}
		words := rowWords[one.Kind]
		say := lang.say("%s: %s %s given up", "%s：已删除 %s 条 %s")
		if dry {
			say = lang.say("%s: %s %s would be given up", "%s：将删除 %s 条 %s")
		}
		where := one.Portfolio
		if where == "" {
			where = lang.say("numbers that are no borrower's", "不属于任何借款人的号码")
		}
		g.line(say, where, grouped(int(one.Rows)), lang.say(words[0], words[1]))
	}
	return nil
}
