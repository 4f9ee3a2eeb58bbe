package cli

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/store"
)

type reportFlags struct {
	name, from, to, format, portfolio string
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report [NAME]",
		Short: "What was planned, sent, delivered, answered and paid, by stage, and what was held and why",
		Long: `Counts the messages planned in a span of days by what became of them, stage by stage, with causes and cost, and the
persons who are held, by rule. The states always sum to what was planned. This is the report called funnel, and the
one that is meant where none is named.

Paid counts the messages whose loan was paid on within seven days and before the next message about it; it is what happened
after, not proof of what caused it. What is new is folded into sums first, and the report reads the sums.

The report called replies tells what people wrote and how each reply was answered, that none is unanswered, what was agreed and
kept, what waits for a person, why payments are late, and how many were reminded although their money had come.

Made of sums, and to be had as Parquet too: treatments (recovery by stage and treatment), nth (effect by nth contact), promises (kept and
broken), complaints (and stops, in 10,000 sent, by month), holds (by rule), bill (cost against what carriers asked for: duly bill),
and of the loans themselves, as the ledger is known now: recovery (roll-in, cure and payments by month), cures (by stage), rates (the
matrix of roll rates, month over month), cohorts-late and cohorts-opened (by month of first lateness, and of disbursement).

The report called regulator is what supervisors ask lenders for: contacts by stage, channel and hour, inside and outside the lawful hours, caps
reached, complaints, stops and disputes with the time to effect and of handling, what was agreed, contacts to third parties, each with the
rules that it answers. Name the days, a year at most. --format signed writes it with the audit's last checkpoint under the audit's key,
one portfolio at a time, so that a supervisor checks it with keys/audit.pub and without Duly.

The report called unknown lists every message of which nobody can tell whether it arrived: it is not sent again by
itself, and waits for a receipt or a person.`,
		Example: `  duly report
  duly report --from 2026-09-17 --to 2026-10-01 --format csv
  duly report replies
  duly report rates --format parquet > rates.parquet
  duly report regulator --from 2026-09-01 --to 2026-09-30 --format signed --portfolio cards > extract.txt
  duly report unknown`,
		Args: func(_ *cobra.Command, args []string) error {
			names := append([]string{"funnel", "replies", "unknown"}, engine.SheetNames()...)
			if len(args) > 1 || len(args) == 1 && !slices.Contains(names, args[0]) {
				return fail(Usage, "report takes one name: %s", strings.Join(names, ", "))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				f.name = args[0]
			}
			return a.withEngine(c.Context(), func(cfg *Config, e *engine.Engine) error { return a.report(c.Context(), cfg, e, f) })
		},
	}
	c.Flags().StringVar(&f.from, "from", "", "first day of planning (default: the beginning)")
	c.Flags().StringVar(&f.to, "to", "", "last day of planning (default: the end)")
	c.Flags().StringVar(&f.format, "format", "table", "table, json or csv; parquet for what is made of sums; signed for regulator")
	c.Flags().StringVar(&f.portfolio, "portfolio", "", "id of the portfolio (default: all)")
	a.nowFlag(c)
	return c
}

// A span is the days of a report in the creditor's zone.
type span struct {
	from, to time.Time
	zone     *time.Location
}

// days are the first and the last day; zero ones mean without end.
func (s span) days() (from, to ledger.Date) {
	if !s.from.IsZero() {
		from = ledger.Day(s.from.In(s.zone))
	}
	if !s.to.IsZero() {
		to = ledger.Day(s.to.In(s.zone)) - 1
	}
	return from, to
}

func (f *reportFlags) span(zone *time.Location) (s span, err error) {
	for _, x := range []struct {
		text string
		at   *time.Time
		add  ledger.Date
	}{{f.from, &s.from, 0}, {f.to, &s.to, 1}} {
		if x.text == "" {
			continue
		}
		d, err := ledger.ParseDate(x.text)
		if err != nil {
			return s, fail(Usage, "--from and --to: %w", err)
		}
		*x.at = (d + x.add).At(0, 0, zone)
	}
	if !s.from.IsZero() && !s.to.IsZero() && !s.from.Before(s.to) {
		return s, fail(Usage, "--from %s is after --to %s", f.from, f.to)
	}
	return s, nil
}

func (a *app) report(ctx context.Context, cfg *Config, e *engine.Engine, f reportFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	sheet := slices.Contains(engine.SheetNames(), f.name)
	if f.format == "signed" && f.name != engine.ExtractName {
		return fail(Usage, "--format signed is for the report %s", engine.ExtractName)
	}
	if f.format != "signed" && f.format != "table" && f.format != "json" && f.format != "csv" && (f.format != "parquet" || !sheet) {
		return fail(Usage, "--format is table, json or csv, and parquet for %s; not %q", strings.Join(engine.SheetNames(), ", "), f.format)
	}
	if f.portfolio != "" {
		if _, err := cfg.Portfolio(f.portfolio); err != nil {
			return err
		}
	}
	if err := e.Roll(ctx, a.clock.time()); err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	if sheet {
		return errors.Join(a.reportSheet(ctx, cfg, e, f, lang, w), w.Flush())
	}
	for _, p := range e.Portfolios {
		if f.portfolio != "" && p.Ref != f.portfolio {
			continue
		}
		s, err := f.span(p.Zone)
		if err != nil {
			return err
		}
		s.zone = p.Zone
		if f.name == "replies" {
			if err := a.reportReplies(ctx, e, p, s, f.format, &page{w: w, lang: lang, zone: p.Zone}); err != nil {
				return err
			}
			continue
		}
		if f.name == "unknown" {
			if err := reportUnknown(ctx, e, p, s, f.format, &page{w: w, lang: lang, zone: p.Zone}); err != nil {
				return err
			}
			continue
		}
		r, err := makeReport(ctx, cfg, e.Store, p, s)
		if err != nil {
			return err
		}
		switch f.format {
		case "json":
			err = r.json(w)
		case "csv":
			err = r.csv(w)
		default:
			r.table(&page{w: w, lang: lang, zone: p.Zone}, s)
		}
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

// A funnelReport is the funnel of one portfolio with what is held.
type funnelReport struct {
	portfolio *engine.Portfolio
	currency  ledger.Currency // of nothing, where nothing was paid
	cost      ledger.Currency
	funnel    measure.Funnel
	holds     []store.Held
}

func makeReport(ctx context.Context, cfg *Config, s *store.Store, p *engine.Portfolio, sp span) (*funnelReport, error) {
	holds, err := s.Holds(ctx, p.Row(), sp.to)
	if err != nil {
		return nil, err
	}
	r := &funnelReport{portfolio: p, holds: holds}
	var tariff int64
	first, last := sp.days()
	tariff, r.cost = cfg.partCost(p.Carrier)
	if own, err := cfg.Portfolio(p.Ref); err == nil {
		r.currency = own.Currency
	}
	r.funnel, err = engine.Funnel(ctx, s, p, first, last, tariff)
	return r, err
}

// paid is what was paid, one amount of each currency; none is nothing in the portfolio's own.
func (r *funnelReport) paid(row *measure.Row) []ledger.Money {
	if len(row.Money) == 0 {
		return []ledger.Money{{Currency: r.currency}}
	}
	return row.Money
}

func (r *funnelReport) price(micro int64) string {
	return ledger.Money{Minor: (micro + 500_000) / 1_000_000, Currency: r.cost}.Decimal()
}

// columns are the funnel's, with their heads in English and Chinese.
var columns = []struct {
	name, en, zh string
	of           func(*measure.Row) int64
}{
	{"planned", "planned", "计划", func(r *measure.Row) int64 { return r.Planned }},
	{"waiting", "waiting", "待发", func(r *measure.Row) int64 { return r.Waiting + r.OnItsWay }},
	{"cancelled", "cancelled", "取消", func(r *measure.Row) int64 { return r.Cancelled }},
	{"expired", "expired", "过时", func(r *measure.Row) int64 { return r.Expired }},
	{"refused", "refused", "拒收", func(r *measure.Row) int64 { return r.Refused }},
	{"sent", "sent", "发出", func(r *measure.Row) int64 { return r.Sent }},
	{"delivered", "delivered", "送达", func(r *measure.Row) int64 { return r.Delivered }},
	{"undelivered", "failed", "失败", func(r *measure.Row) int64 { return r.Undelivered }},
	{"accepted", "no receipt", "无回执", func(r *measure.Row) int64 { return r.Accepted }},
	{"unknown", "unknown", "未知", func(r *measure.Row) int64 { return r.Unknown }},
	{"replied", "replied", "回复", func(r *measure.Row) int64 { return r.Replied }},
	{"stopped", "stopped", "退订", func(r *measure.Row) int64 { return r.Stopped }},
	{"paid", "paid", "还款", func(r *measure.Row) int64 { return r.Paid }},
	{"parts", "segments", "计费段数", func(r *measure.Row) int64 { return r.Parts }},
}

func (r *funnelReport) fields(row *measure.Row) []string {
	cells := []string{intake.Inert(r.portfolio.Ref), intake.Inert(row.Stage)}
	for _, c := range columns {
		cells = append(cells, strconv.FormatInt(c.of(row), 10))
	}
	amounts, currencies := measure.Cells(r.paid(row))
	return append(cells, amounts, currencies, r.price(row.CostMicro), string(r.cost))
}

// csv writes one row a stage, for a spreadsheet.
func (r *funnelReport) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	head := []string{"portfolio", "stage"}
	for _, c := range columns {
		head = append(head, c.name)
	}
	if err := out.Write(append(head, "paid_amount", "currency", "cost", "cost_currency")); err != nil {
		return err
	}
	for i := range r.funnel.Rows {
		if err := out.Write(r.fields(&r.funnel.Rows[i])); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// json writes one object a stage, then one a cause and one a hold.
func (r *funnelReport) json(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range r.funnel.Rows {
		row := &r.funnel.Rows[i]
		o := map[string]any{"kind": "stage", "portfolio": r.portfolio.Ref, "stage": row.Stage}
		for _, c := range columns {
			o[c.name] = c.of(row)
		}
		var paid []map[string]any
		for _, m := range r.paid(row) {
			paid = append(paid, map[string]any{"amount": m.Decimal(), "currency": m.Currency})
		}
		if o["paid_amounts"] = paid; len(paid) == 1 { // what is of several currencies is no amount
			o["paid_amount"] = paid[0]
		}
		o["cost"] = map[string]any{"amount": r.price(row.CostMicro), "currency": r.cost}
		if err := enc.Encode(o); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	for _, c := range r.funnel.Causes {
		if err := enc.Encode(map[string]any{"kind": "cause", "portfolio": r.portfolio.Ref, "stage": c.Stage, "state": c.State, "reason": c.Reason, "messages": c.Number}); err != nil {
			return err
		}
	}
	for _, h := range r.holds {
		if err := enc.Encode(map[string]any{"kind": "hold", "portfolio": r.portfolio.Ref, "stage": h.Stage, "rule": h.Rule, "persons": h.Persons}); err != nil {
			return err
		}
	}
	return nil
}
