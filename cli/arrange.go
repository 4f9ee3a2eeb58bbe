package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

type arrangeFlags struct {
	by, kind, on, amount, waive, income, protected, every, reason, steps string
	instalments, payDay                                                  int
	json                                                                 bool
}

func (a *app) arrangeCommand() *cobra.Command {
	var f arrangeFlags
	c := &cobra.Command{
		Use:   "arrange [BORROWER]",
		Short: "What was agreed: list it, or agree to a promise, a later day, a plan, a waiver or a settlement",
		Long: `Without a borrower it lists what is live, offered or waits for an approval. With one it asks for an arrangement: within what
the creditor's authority table (talk.authority in duly.yaml) lets staff agree to it is live at once; beyond that it waits for a second
person; where the law, the table or the borrower's stated means say no it is refused, with the reason.

A plan's instalments are exact to the smallest unit and sum to what they cover. Equal ones are each rounded up and the last is what is
left; stepped ones (--steps 1,1,2,2) are rounded down one after the other. They fall on the borrower's own pay day where --pay-day
or --every says it. While an arrangement is live nothing is collected; a broken one ends that rest on the day after.`,
		Example: `  duly arrange
  duly arrange B00017 --kind plan --instalments 6 --pay-day 10 --income 5000 --protected 3800 --by staff:17
  duly arrange B00017 --kind promise --on 2026-10-05 --amount 500 --by staff:17
  duly arrange B00017 --kind waiver --waive 35.50 --by staff:17
  duly arrange approve 12 --by supervisor:3
  duly arrange confirm 12 --by core
  duly arrange withdraw 12 --by staff:17 --reason "paid in cash"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fail(Usage, "arrange takes one borrower")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error {
				if len(args) == 0 {
					return a.arrangements(c.Context(), e, f)
				}
				return a.arrange(c.Context(), e, args[0], f)
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.kind, "kind", "plan", "promise, extension, plan, waiver or settlement")
	fl.StringVar(&f.on, "on", "", "the day, or the earliest first day of a plan (default: in three days)")
	fl.StringVar(&f.amount, "amount", "", "of a promise (default: all that is overdue)")
	fl.StringVar(&f.waive, "waive", "", "what the creditor does without")
	fl.IntVar(&f.instalments, "instalments", 3, "of a plan")
	fl.StringVar(&f.steps, "steps", "", "weights of a stepped plan, such as 1,1,2,2, in the place of --instalments")
	fl.StringVar(&f.income, "income", "", "what the borrower says comes in a cycle")
	fl.StringVar(&f.protected, "protected", "", "what has to be left of it for living")
	fl.IntVar(&f.payDay, "pay-day", 0, "day of the month on which it comes")
	fl.StringVar(&f.every, "every", "monthly", "monthly, fortnightly or weekly")
	fl.BoolVar(&f.json, "json", false, "one JSON object a line")
	by := func(c *cobra.Command) {
		c.Flags().StringVar(&f.by, "by", "", "who does it: a role or a number of staff, such as staff:17")
		a.nowFlag(c)
	}
	by(c)
	approve := &cobra.Command{Use: "approve NUMBER", Short: "A second person lets an arrangement begin", Example: "  duly arrange approve 12 --by supervisor:3", Args: exactly(1, "approve takes the number of an arrangement"), RunE: func(c *cobra.Command, args []string) error {
		return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.approve(c.Context(), e, args[0], f) })
	}}
	withdraw := &cobra.Command{Use: "withdraw NUMBER", Short: "End an arrangement, or refuse one that waits", Example: "  duly arrange withdraw 12 --by staff:17 --reason \"paid in cash\"", Args: exactly(1, "withdraw takes the number of an arrangement"), RunE: func(c *cobra.Command, args []string) error {
		return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.withdraw(c.Context(), e, args[0], f) })
	}}
	by(approve)
	by(withdraw)
	confirm := a.confirmCommand(&f)
	by(confirm)
	withdraw.Flags().StringVar(&f.reason, "reason", "taken back", "why, in a few words: never a name")
	c.AddCommand(approve, withdraw, confirm)
	return c
}

// arrangedLine is an arrangement for machines.
type arrangedLine struct {
	Number   int64           `json:"number,omitempty"`
	Kind     string          `json:"kind"`
	Status   string          `json:"status"`
	Borrower string          `json:"borrower,omitempty"`
	Total    string          `json:"total"`
	Paid     string          `json:"paid,omitempty"`
	Waived   string          `json:"waived"`
	Currency ledger.Currency `json:"currency"`
	MadeOn   ledger.Date     `json:"made_on"`
	Parts    []arrangedPart  `json:"parts"`
	Source   string          `json:"source,omitempty"`
	Rule     string          `json:"rule,omitempty"`
	Reasons  []string        `json:"reasons,omitempty"`
}

type arrangedPart struct {
	On     ledger.Date `json:"on"`
	Amount string      `json:"amount"`
}

func arrangedOf(a *store.Agreed, status string) arrangedLine {
	money := func(n int64) string { return ledger.Money{Minor: n, Currency: a.Currency}.Decimal() }
	l := arrangedLine{Kind: string(a.Kind), Status: status, Total: money(a.Total()), Waived: money(a.Waived), Currency: a.Currency, MadeOn: a.MadeOn, Parts: []arrangedPart{}}
	for _, p := range a.Parts {
		l.Parts = append(l.Parts, arrangedPart{p.On, money(p.Minor)})
	}
	return l
}

func (a *app) arrangements(ctx context.Context, e *engine.Engine, f arrangeFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	p := &page{w: w, lang: lang, zone: zoneOf(e)}
	rows := [][]string{{"", lang.say("kind", "种类"), lang.say("status", "状态"), lang.say("borrower", "借款人"), lang.say("total", "金额"), lang.say("next day", "下一日期"), lang.say("by", "来源")}}
	enc := json.NewEncoder(w)
	today := ledger.Day(a.clock.time().In(p.zone))
	for _, port := range e.Portfolios {
		list, err := e.Store.OpenArrangements(ctx, port.Row())
		if err != nil {
			return err
		}
		for i := range list {
			x := &list[i]
			ref, err := e.Store.BorrowerRef(ctx, x.Borrower)
			if err != nil {
				return err
			}
			if f.json {
				l := arrangedOf(&x.Agreed, string(x.Status))
				l.Number, l.Borrower, l.Source = x.ID, ref, x.Source
				if err := enc.Encode(l); err != nil {
					return err
				}
				continue
			}
			next := ""
			for _, part := range x.Parts {
				if part.On >= today {
					next = part.On.String()
					break
				}
			}
			rows = append(rows, []string{strconv.FormatInt(x.ID, 10), lang.agreed(string(x.Kind)), lang.agreed(string(x.Status)), ref, lang.money(x.Total(), x.Currency), next, x.Source})
		}
	}
	switch {
	case f.json:
	case len(rows) == 1:
		p.line("%s", lang.say("nothing is agreed or offered", "没有生效或待确认的约定"))
	default:
		p.grid(rows)
	}
	return w.Flush()
}

// proposal reads the flags.
func (f *arrangeFlags) proposal(cur ledger.Currency) (o engine.Proposal, err error) {
	o.Kind, o.Instalments, o.Who = arrange.Kind(f.kind), f.instalments, f.by
	known := false
	for _, k := range arrange.Kinds() {
		known = known || k == o.Kind
	}
	if !known {
		return o, fail(Usage, "--kind is promise, extension, plan, waiver or settlement, not %q", f.kind)
	}
	if f.on != "" {
		if o.On, err = ledger.ParseDate(f.on); err != nil {
			return o, fail(Usage, "--on: %w", err)
		}
	}
	for _, m := range []struct {
		name, text string
		to         *int64
	}{{"--amount", f.amount, &o.Minor}, {"--waive", f.waive, &o.Waived}, {"--income", f.income, &o.Means.Income}, {"--protected", f.protected, &o.Means.Protected}} {
		if m.text == "" {
			continue
		}
		money, err := ledger.ParseMoney(m.text, cur)
		if err != nil || money.Minor < 0 {
			return o, fail(Usage, "%s: %q is not an amount such as 1240.00", m.name, m.text)
		}
		*m.to = money.Minor
	}
	switch c := arrange.Cycle(f.every); c {
	case arrange.Monthly, arrange.Fortnightly, arrange.Weekly:
		o.Income = arrange.Income{Every: c, Day: f.payDay, Next: o.On}
	default:
		return o, fail(Usage, "--every is monthly, fortnightly or weekly, not %q", f.every)
	}
	if f.payDay < 0 || f.payDay > 31 {
		return o, fail(Usage, "--pay-day is a day of the month")
	}
	for _, s := range strings.FieldsFunc(f.steps, func(r rune) bool { return r == ',' }) {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return o, fail(Usage, "--steps is a list of weights such as 1,1,2,2")
		}
		o.Weights = append(o.Weights, n)
	}
	if len(o.Weights) > 0 {
		o.Instalments = len(o.Weights)
	}
	return o, nil
}

func (a *app) arrange(ctx context.Context, e *engine.Engine, ref string, f arrangeFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	if err := staff(f.by); err != nil {
		return err
	}
	port, id, err := borrowerOf(ctx, e, ref)
	if err != nil {
		return err
	}
	cur, err := e.Store.CurrencyOf(ctx, id)
	if err != nil {
		return err
	}
	o, err := f.proposal(cur)
	if err != nil {
		return err
	}
	done, err := e.Propose(ctx, port, id, &o, a.clock.time())
	if errors.Is(err, store.ErrNotFound) {
		return fail(Findings, "the borrower %s has no open loan", ref)
	}
	if err != nil {
		return err
	}
	p := &page{w: a.out, lang: lang, zone: port.Zone}
	status := string(done.Status)
	if done.ID == 0 {
		status = "refused"
	}
	if f.json {
		l := arrangedOf(&done.Agreed, status)
		l.Number, l.Borrower, l.Rule = done.ID, ref, done.Ruling.Rule
		for _, why := range done.Ruling.Reasons {
			l.Reasons = append(l.Reasons, why.String())
		}
		if err := json.NewEncoder(a.out).Encode(l); err != nil {
			return err
		}
	} else if done.ID != 0 {
		p.line("%d  %s  %s  %s", done.ID, lang.agreed(string(o.Kind)), lang.agreed(status), lang.money(done.Agreed.Total(), done.Agreed.Currency))
		for _, part := range done.Agreed.Parts {
			p.line("    %s  %s", part.On, lang.money(part.Minor, done.Agreed.Currency))
		}
		for _, why := range done.Ruling.Reasons {
			p.wrapped("    " + why.In(string(lang)))
		}
	}
	if done.ID == 0 {
		return fail(Findings, "refused by %s: %s", done.Ruling.Rule, sentences(done.Ruling.Reasons))
	}
	return nil
}

func (a *app) approve(ctx context.Context, e *engine.Engine, number string, f arrangeFlags) error {
	if err := staff(f.by); err != nil {
		return err
	}
	id, err := numberOf(number, "an arrangement")
	if err != nil {
		return err
	}
	switch err := e.Approve(ctx, id, f.by, a.clock.time()); {
	case errors.Is(err, store.ErrNotFound):
		return fail(Findings, "no arrangement has the number %d", id)
	case errors.Is(err, engine.ErrMayNot):
		return fail(Findings, "%w", err)
	default:
		return err
	}
}

func (a *app) withdraw(ctx context.Context, e *engine.Engine, number string, f arrangeFlags) error {
	if err := staff(f.by); err != nil {
		return err
	}
	id, err := numberOf(number, "an arrangement")
	if err != nil {
		return err
	}
	err = e.Store.Withdraw(ctx, id, f.by, f.reason, a.clock.time())
	if errors.Is(err, store.ErrNotFound) {
		return fail(Findings, "no open arrangement has the number %d", id)
	}
	return err
}

// agreedWords are kinds and statuses of arrangements in Chinese.
var agreedWords = words.Agreed

func (t tongue) agreed(word string) string {
	if zh := agreedWords[word]; t == "zh" && zh != "" {
		return zh
	}
	return strings.ReplaceAll(word, "_", " ")
}
