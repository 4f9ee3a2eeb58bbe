package cli

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

type eventsFlags struct {
	from, to, format, hook, by string
	json                       bool
}

func (a *app) eventsCommand() *cobra.Command {
	var f eventsFlags
	c := &cobra.Command{
		Use:   "events",
		Short: "What the lender's own systems are told: webhooks and their state, and the same as a file",
		Long: `Says how it stands with each hook of duly.yaml (events): what it has not been told yet, what is tried again, and what was given up.
duly serve tells them as things happen, duly run at its end: signed (Standard Webhooks), each borrower's events in their order, each at
least once. An event holds keys of the lender's, numbers, amounts and days, and never a name, a number of a phone or a word of anybody's.

export writes all events as a file, whether anybody listens or not. docs/formats/events.md lists the types.`,
		Example: `  duly events
  duly events failed
  duly events again --hook core
  duly events export --from 2026-09-01 --to 2026-09-30 > september.jsonl
  duly events export --format csv > events.csv`,
		Args: exactly(0, "events takes no arguments; see duly events --help for what it does"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.hookStates(c.Context(), e, f) })
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line")
	failed := &cobra.Command{Use: "failed", Short: "The events that a hook has not taken, and why", Example: "  duly events failed", Args: exactly(0, "failed takes no arguments"), RunE: func(c *cobra.Command, _ []string) error {
		return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.eventsFailed(c.Context(), e, f) })
	}}
	failed.Flags().BoolVar(&f.json, "json", false, "one JSON object a line")
	again := &cobra.Command{Use: "again", Short: "Let what was given up be tried again", Example: "  duly events again --hook core", Args: exactly(0, "again takes no arguments"), RunE: func(c *cobra.Command, _ []string) error {
		return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.eventsAgain(c.Context(), e, f) })
	}}
	again.Flags().StringVar(&f.hook, "hook", "", "of one hook (default: of all)")
	byWhom(again, &f.by)
	export := &cobra.Command{Use: "export", Short: "All events as a file: JSON Lines, or CSV", Example: "  duly events export --from 2026-09-01 --format csv > events.csv", Args: exactly(0, "export takes no arguments"), RunE: func(c *cobra.Command, _ []string) error {
		return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.eventsExport(c.Context(), e, f) })
	}}
	export.Flags().StringVar(&f.from, "from", "", "the first day, in the creditor's zone (default: the first there is)")
	export.Flags().StringVar(&f.to, "to", "", "the last day (default: the last there is)")
	export.Flags().StringVar(&f.format, "format", "json", "json (one object a line) or csv")
	c.AddCommand(failed, again, export)
	return c
}

type hookLine struct {
	Hook      string     `json:"hook"`
	Behind    int64      `json:"behind"`
	Waiting   int64      `json:"waiting"`
	GivenUp   int64      `json:"given_up"`
	Code      string     `json:"code,omitempty"`
	RestUntil *time.Time `json:"rest_until,omitempty"`
}

func (a *app) hookStates(ctx context.Context, e *engine.Engine, f eventsFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	states, err := e.Store.HookStates(ctx)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	p := &page{w: w, lang: lang, zone: zoneOf(e)}
	if f.json {
		enc := json.NewEncoder(w)
		for _, h := range states {
			l := hookLine{h.Name, h.Behind, h.Waiting, h.GivenUp, h.Code, nil}
			if h.RestUntil.After(e.Wire()) {
				l.RestUntil = &h.RestUntil
			}
			if err := enc.Encode(l); err != nil {
				return err
			}
		}
		return w.Flush()
	}
	if len(states) == 0 {
		p.line("%s", lang.say("nobody listens: duly.yaml names no hook (events); duly events export writes a file", "尚未配置推送地址（duly.yaml 的 events）；可用 duly events export 导出文件"))
		return w.Flush()
	}
	rows := [][]string{{lang.say("hook", "推送地址"), lang.say("to come", "待推送"), lang.say("tried again", "重试中"), lang.say("given up", "已放弃"), ""}}
	for _, h := range states {
		rows = append(rows, []string{h.Name, strconv.FormatInt(h.Behind, 10), strconv.FormatInt(h.Waiting, 10), strconv.FormatInt(h.GivenUp, 10), h.Code})
	}
	p.grid(rows)
	return w.Flush()
}

type failedLine struct {
	engine.EventBody
	Hook    string     `json:"hook"`
	Tries   int        `json:"tries"`
	Code    string     `json:"code,omitempty"`
	FirstAt *time.Time `json:"first_tried_at,omitempty"`
	NextAt  *time.Time `json:"next_try_at,omitempty"`
	GivenUp bool       `json:"given_up"`
}

func (a *app) eventsFailed(ctx context.Context, e *engine.Engine, f eventsFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	list, err := e.Store.Undelivered(ctx)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	p := &page{w: w, lang: lang, zone: zoneOf(e)}
	enc := json.NewEncoder(w)
	rows := [][]string{{lang.say("event", "事件"), lang.say("type", "类型"), lang.say("of", "发生于"), lang.say("hook", "推送地址"), lang.say("tries", "次数"), lang.say("why", "原因"), ""}}
	for i := range list {
		u := &list[i]
		if f.json {
			l := failedLine{EventBody: engine.Line(&u.Event, e.EventZone(&u.Event)), Hook: u.Hook, Tries: u.Tries, Code: u.Code, GivenUp: u.GivenUp, FirstAt: given(u.FirstAt)}
			if !u.GivenUp {
				l.NextAt = given(u.NextAt)
			}
			if err := enc.Encode(l); err != nil {
				return err
			}
			continue
		}
		state := lang.say("tried again", "将重试")
		switch {
		case u.GivenUp:
			state = lang.say("given up", "已放弃")
		case u.Tries == 0:
			state = lang.say("waits behind another", "排在前一事件之后")
		}
		rows = append(rows, []string{strconv.FormatInt(u.ID, 10), engine.TypeOf(&u.Event), p.time(u.At), u.Hook, strconv.Itoa(u.Tries), u.Code, state})
	}
	switch {
	case f.json:
	case len(list) == 0:
		p.line("%s", lang.say("every event was taken, or is still to come", "没有推送失败的事件"))
	default:
		p.grid(rows)
	}
	return w.Flush()
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (a *app) eventsAgain(ctx context.Context, e *engine.Engine, f eventsFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	n, err := e.Store.TryAgain(ctx, f.hook, f.by, a.clock.read())
	if err != nil {
		return err
	}
	(&page{w: a.out, lang: lang, zone: zoneOf(e)}).line(lang.say("to be tried again: %s", "将重新推送%s"), lang.say(count(int(n), "event", "events"), grouped(int(n))+"个事件"))
	return nil
}

func (a *app) eventsExport(ctx context.Context, e *engine.Engine, f eventsFlags) error {
	from, err := dayFlag("--from", f.from, zoneOf(e), 0)
	if err != nil {
		return err
	}
	to, err := dayFlag("--to", f.to, zoneOf(e), 1)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	var write func(*engine.EventBody) error
	switch f.format {
	case "json":
		enc := json.NewEncoder(w)
		write = func(b *engine.EventBody) error { return enc.Encode(b) }
	case "csv":
		c := newEventTable(w)
		defer c.Flush()
		write = c.write
	default:
		return fail(Usage, "--format is json or csv, not %q", f.format)
	}
	err = e.Store.Events(ctx, from, to, func(ev *store.Event) error {
		b := engine.Line(ev, e.EventZone(ev))
		return write(&b)
	})
	if err != nil {
		return err
	}
	return w.Flush()
}

// dayFlag is the first instant of a day, or of a later one; zero where none is given.
func dayFlag(name, text string, zone *time.Location, later ledger.Date) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	d, err := ledger.ParseDate(text)
	if err != nil {
		return time.Time{}, fail(Usage, "%s: %w", name, err)
	}
	return (d + later).At(0, 0, zone), nil
}

// eventTable writes events as CSV.
type eventTable struct{ *csv.Writer }

func newEventTable(w io.Writer) eventTable {
	t := eventTable{csv.NewWriter(w)}
	_ = t.Write([]string{
		"id", "type", "timestamp", "portfolio", "borrowers", "loan", "arrangement", "currency", "due", "total", "waived", "paid", "parts", "by", "state", "reply", "item", "task",
		"due_at", "urgent", "outcome", "root_cause",
	}) // Flush and Error say whether it went
	return t
}

func (t eventTable) write(b *engine.EventBody) error {
	d := &b.Data
	parts := make([]string, 0, len(d.Parts))
	for _, p := range d.Parts {
		parts = append(parts, fmt.Sprintf("%s %s", p.On, p.Amount))
	}
	due := ""
	if d.DueAt != nil {
		due = d.DueAt.Format(time.RFC3339)
	}
	row := []string{
		b.ID, b.Type, b.Time.Format(time.RFC3339), d.Portfolio, strings.Join(d.Borrowers, " "), d.Loan, replyNumber(d.Arrangement), string(d.Currency), d.Due, d.Total, d.Waived, d.Paid,
		strings.Join(parts, "; "), d.By, d.State, replyNumber(d.Reply), replyNumber(d.Item), d.Task, due, strconv.FormatBool(d.Urgent), d.Outcome, d.RootCause,
	}
	for i := range row {
		row[i] = intake.Inert(row[i])
	}
	if err := t.Write(row); err != nil {
		return err
	}
	t.Flush()
	return t.Error()
}

// tellHooks delivers what is due at the end of a run, and says what was not taken: that is no failure of the run.
func tellHooks(ctx context.Context, e *engine.Engine, g *page) error {
	return e.DeliverAll(ctx, func(hook string, done engine.Delivered) {
		g.line(g.lang.say("told %s of %s", "已向 %s 推送%s"), hook, g.lang.say(count(done.Taken, "event", "events"), grouped(done.Taken)+"个事件"))
		if done.Failed > 0 {
			g.line(g.lang.say("  not taken: %d (%s); the next run or duly serve tries again", "  %d个未被接收（%s），下次运行或 duly serve 会重试"), done.Failed, done.Code)
		}
	})
}
