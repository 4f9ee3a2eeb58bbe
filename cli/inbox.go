package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

type inboxFlags struct {
	by, outcome, rootCause, reference, reason string
	all, json, keep, send                     bool
}

func (a *app) inboxCommand() *cobra.Command {
	var f inboxFlags
	c := &cobra.Command{
		Use:   "inbox",
		Short: "What waits for a person: replies to answer, disputes, complaints, calls, each with its day",
		Long: `Lists what replies have left to people, the urgent first and then what is due first, and closes what is done. A reply is
corrected when it was misread: what its wrong meaning began is lifted, what the right one sets off happens now, and the correction is
kept for training.

Whoever does something is named by --by: a role or a number of staff, such as staff:17, and never a name. States that a rule
lets only some lift, such as hardship, are lifted by those alone.`,
		Example: `  duly inbox
  duly inbox show 12 --by staff:17
  duly inbox answer 12 --by staff:17 "We have your statement and have corrected it." --send
  duly inbox close 12 --by staff:17 --outcome "statement confirmed" --root-cause billing
  duly inbox correct 31 promise --by staff:17
  duly inbox cause B00017 wilful --by supervisor:3 --reason "says so in writing, 2026-09-24"
  duly inbox export > corrections.tsv`,
		Args: exactly(0, "inbox takes no arguments; see duly inbox --help for what it does"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return a.inbox(c.Context(), e, f) })
		},
	}
	c.Flags().BoolVar(&f.all, "all", false, "also what is closed")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object a line")
	a.nowFlag(c)
	a.inboxActs(c, &f)
	return c
}

// inboxActs are the commands below inbox, but for those with files of their own.
func (a *app) inboxActs(c *cobra.Command, f *inboxFlags) {
	sub := func(use, short, example string, args int, flags func(*cobra.Command), run func(context.Context, *engine.Engine, []string) error) {
		s := &cobra.Command{Use: use, Short: short, Example: "  duly inbox " + example, Args: calledAs(args, "inbox "+use), RunE: func(c *cobra.Command, args []string) error {
			return a.withEngine(c.Context(), func(_ *Config, e *engine.Engine) error { return run(c.Context(), e, args) })
		}}
		a.nowFlag(s)
		if flags != nil {
			flags(s)
		}
		c.AddCommand(s)
	}
	by := func(s *cobra.Command) {
		s.Flags().StringVar(&f.by, "by", "", "who does it: a role or a number of staff, such as staff:17 (required)")
	}
	var reader, taker string // of their own: flags that share a variable share the last one's default
	sub("show NUMBER", "One item with the words of the reply, and what helps; the audit keeps who read them", "show 12 --by staff:17", 1, func(s *cobra.Command) {
		byWhom(s, &reader)
	}, func(ctx context.Context, e *engine.Engine, args []string) error {
		if err := staff(reader); err != nil {
			return err
		}
		f.by = reader
		return a.inboxShow(ctx, e, args[0], *f)
	})
	a.inboxAnswerCommand(c, f)
	a.inboxWriteCommand(c, f)
	sub("close NUMBER", "What waited is done", "close 12 --by staff:17 --outcome explained --root-cause billing", 1, func(s *cobra.Command) {
		by(s)
		s.Flags().StringVar(&f.outcome, "outcome", "answered", "what came of it, in a word or two: never a name")
		s.Flags().StringVar(&f.rootCause, "root-cause", "", "of a complaint or dispute: what was wrong")
		s.Flags().StringVar(&f.reference, "reference", "", "a regulator's reference")
		s.Flags().BoolVar(&f.keep, "keep-state", false, "contact goes on resting")
	}, func(ctx context.Context, e *engine.Engine, args []string) error {
		return a.inboxClose(ctx, e, args[0], *f)
	})
	sub("correct REPLY MEANING", "Say what a reply means; the number is that of the reply", "correct 31 promise --by staff:17", 2, by, func(ctx context.Context, e *engine.Engine, args []string) error {
		return a.inboxCorrect(ctx, e, args[0], args[1], *f)
	})
	sub("cause BORROWER CAUSE", "Say why a payment is late; wilful needs a reason", "cause B00017 job_loss --by staff:17", 2, func(s *cobra.Command) {
		by(s)
		s.Flags().StringVar(&f.reason, "reason", "", "why you say so; it is sealed")
	}, func(ctx context.Context, e *engine.Engine, args []string) error {
		return a.inboxCause(ctx, e, args[0], args[1], *f)
	})
	sub("export", "The corrected replies as training texts: meaning, a tab, the words; the audit keeps who took them out", "export > corrections.tsv", 0, func(s *cobra.Command) { byWhom(s, &taker) },
		func(ctx context.Context, e *engine.Engine, _ []string) error { return a.inboxExport(ctx, e, taker) })
}

// deskLine is one item, for machines.
type deskLine struct {
	Number    int64     `json:"number"`
	Kind      string    `json:"kind"`
	Reply     int64     `json:"reply,omitempty"`
	Meaning   string    `json:"meaning,omitempty"`
	Borrower  string    `json:"borrower,omitempty"`
	Person    string    `json:"person,omitempty"`
	OpenedAt  time.Time `json:"opened_at"`
	DueAt     time.Time `json:"due_at"`
	Urgent    bool      `json:"urgent"`
	Overdue   bool      `json:"overdue"`
	Hours     string    `json:"hours,omitempty"`
	ReviewOn  string    `json:"review_on,omitempty"`
	Open      bool      `json:"open"`
	RootCause string    `json:"root_cause,omitempty"`
	Reference string    `json:"reference,omitempty"`
	Outcome   string    `json:"outcome,omitempty"`
	ClosedBy  string    `json:"closed_by,omitempty"`
}

func (a *app) inbox(ctx context.Context, e *engine.Engine, f inboxFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	items, err := e.Store.AtDesk(ctx, f.all)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	now := a.clock.time()
	p := &page{w: w, lang: lang, zone: zoneOf(e)}
	if f.json {
		enc := json.NewEncoder(w)
		for i := range items {
			if err := enc.Encode(deskLineOf(&items[i], now, p.zone)); err != nil {
				return err
			}
		}
		return w.Flush()
	}
	if len(items) == 0 {
		p.line("%s", lang.say("nothing waits for a person", "没有待人工处理的事项"))
		return w.Flush()
	}
	rows := [][]string{{"", lang.say("due", "期限"), lang.say("kind", "事项"), lang.say("borrower", "借款人"), lang.say("reply", "回复"), ""}}
	for i := range items {
		d := &items[i]
		rows = append(rows, []string{strconv.FormatInt(d.ID, 10), p.time(d.DueAt), lang.errand(d.Kind), d.Ref, replyNumber(d.Reply), p.remarks(d, now)})
	}
	p.grid(rows)
	return w.Flush()
}

func zoneOf(e *engine.Engine) *time.Location {
	if len(e.Portfolios) > 0 {
		return e.Portfolios[0].Zone
	}
	return time.UTC
}

func replyNumber(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func deskLineOf(d *store.DeskItem, now time.Time, zone *time.Location) deskLine {
	l := deskLine{
		Number: d.ID, Kind: d.Kind, Reply: d.Reply, Meaning: d.Meaning, Borrower: d.Ref, OpenedAt: d.OpenedAt.In(zone), DueAt: d.DueAt.In(zone), Urgent: d.Urgent,
		Overdue: d.Open && d.DueAt.Before(now), Hours: d.Hours, ReviewOn: d.ReviewOn.String(), Open: d.Open, RootCause: d.RootCause, Reference: d.Reference,
		Outcome: d.Outcome, ClosedBy: d.ClosedBy,
	}
	if d.Person != 0 {
		l.Person = store.PersonRef(d.Person)
	}
	return l
}

func (p *page) remarks(d *store.DeskItem, now time.Time) string {
	var out []string
	add := func(cond bool, en, zh string) {
		if cond {
			out = append(out, p.lang.say(en, zh))
		}
	}
	add(d.Urgent && d.Open, "URGENT", "紧急")
	add(d.Open && d.DueAt.Before(now), "overdue", "已超期")
	add(d.Hours != "", d.Hours, d.Hours)
	add(d.ReviewOn != 0, "review "+d.ReviewOn.String(), "复核日 "+d.ReviewOn.String())
	add(!d.Open, "closed: "+d.Outcome, "已结："+d.Outcome)
	add(d.Reference != "", "ref "+d.Reference, "监管编号 "+d.Reference)
	return strings.Join(out, ", ")
}

func numberOf(s, what string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, fail(Usage, "%q is not the number of %s; duly inbox lists them", s, what)
	}
	return n, nil
}

func (a *app) inboxShow(ctx context.Context, e *engine.Engine, number string, f inboxFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	id, err := numberOf(number, "an item")
	if err != nil {
		return err
	}
	d, err := e.Store.OnDesk(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return fail(Findings, "nothing waits under the number %d", id)
	}
	if err != nil {
		return err
	}
	p := &page{w: a.out, lang: lang, zone: zoneOf(e)}
	p.line("%d  %s  %s  %s", d.ID, lang.errand(d.Kind), d.Ref, p.remarks(&d, a.clock.time()))
	p.line(lang.say("  since %s, due %s", "  始于 %s，期限 %s"), p.time(d.OpenedAt), p.time(d.DueAt))
	if d.Reply != 0 {
		text, err := e.Store.ReadReply(ctx, d.Reply, d.Portfolio, f.by, a.clock.time())
		if err != nil {
			return err
		}
		p.line(lang.say("  reply %d, read as %s (%.2f): “%s”", "  回复 %d，理解为 %s（%.2f）：“%s”"), d.Reply, lang.condition(d.Meaning), d.Confidence, text)
		said, err := e.Store.OpinionOf(ctx, d.Reply)
		if err != nil {
			return err
		}
		if said != "" {
			p.line(lang.say("  the language model's guess: %s", "  语言模型的猜测：%s"), lang.condition(said))
		}
	}
	if d.Kind == "danger" {
		if h, ok := arrange.HelplineOf(d.Country); ok {
			p.wrapped(fmt.Sprintf(lang.say("  Stay with them; speak of the debt with nobody. In danger now: the emergency number. Help: %s, %s (%s; check it before use).",
				"  请保持沟通，不要谈及债务；情况紧急请先拨打急救电话。求助热线：%s %s（%s；使用前请核实）。"), h.Name[string(lang)], h.Number, h.Source))
		} else {
			p.wrapped(lang.say("  Stay with them; speak of the debt with nobody. In danger now: the emergency number of where they are.",
				"  请保持沟通，不要谈及债务；情况紧急请拨打当地急救电话。"))
		}
	}
	return nil
}

func (a *app) inboxClose(ctx context.Context, e *engine.Engine, number string, f inboxFlags) error {
	if err := staff(f.by); err != nil {
		return err
	}
	id, err := numberOf(number, "an item")
	if err != nil {
		return err
	}
	d, err := e.Store.OnDesk(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !d.Open {
		return fail(Findings, "nothing waits under the number %d", id)
	}
	if err != nil {
		return err
	}
	c := store.Closure{Who: f.by, Outcome: f.outcome, RootCause: f.rootCause, Reference: f.reference}
	err = e.Close(ctx, &d, c, f.keep, a.clock.time())
	if errors.Is(err, engine.ErrMayNot) {
		return fail(Findings, "%w; close it with --keep-state, or have it closed by who may", err)
	}
	return err
}

func (a *app) inboxCorrect(ctx context.Context, e *engine.Engine, number, meaning string, f inboxFlags) error {
	if err := staff(f.by); err != nil {
		return err
	}
	id, err := numberOf(number, "a reply")
	if err != nil {
		return err
	}
	m := receive.Meaning(meaning)
	if !slices.Contains(receive.Meanings(), m) {
		return fail(Usage, "%q is no meaning; the meanings are %v", meaning, receive.Meanings())
	}
	switch err := e.Correct(ctx, id, m, f.by, a.clock.time()); {
	case errors.Is(err, store.ErrNotFound):
		return fail(Findings, "no reply has the number %d", id)
	case errors.Is(err, engine.ErrMayNot):
		return fail(Findings, "%w", err)
	default:
		return err
	}
}

// borrowerOf finds one borrower by their key.
func borrowerOf(ctx context.Context, e *engine.Engine, ref string) (*engine.Portfolio, ledger.BorrowerID, error) {
	found, err := e.Store.Find(ctx, ref)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, 0, err
	}
	for _, x := range found {
		for _, p := range e.Portfolios {
			if x.Kind == "borrower" && x.Portfolio == p.Row() {
				return p, ledger.BorrowerID(x.ID), nil
			}
		}
	}
	return nil, 0, fail(Findings, "no borrower has the key %q", ref)
}

func (a *app) inboxCause(ctx context.Context, e *engine.Engine, ref, cause string, f inboxFlags) error {
	if err := staff(f.by); err != nil {
		return err
	}
	c := arrange.Cause(cause)
	if !slices.Contains(arrange.Causes(), c) {
		return fail(Usage, "%q is no cause; the causes are %v", cause, arrange.Causes())
	}
	if c == arrange.Wilful && strings.TrimSpace(f.reason) == "" {
		return fail(Usage, "that somebody does not want to pay is said only with --reason")
	}
	_, id, err := borrowerOf(ctx, e, ref)
	if err != nil {
		return err
	}
	sp, err := e.Store.SpeakerOf(ctx, id)
	if err != nil {
		return err
	}
	return e.Store.SetCause(ctx, sp, c, f.by, f.reason, a.clock.time())
}

func (a *app) inboxExport(ctx context.Context, e *engine.Engine, who string) error {
	if err := staff(who); err != nil {
		return err
	}
	if err := e.Store.Record(ctx, store.Deed{At: a.clock.time(), Who: who, What: "replies_exported", Subject: "corrected replies"}); err != nil {
		return err
	}
	list, err := e.Store.Corrections(ctx)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	for _, c := range list {
		text := strings.Join(strings.Fields(c.Text), " ")
		if _, err := fmt.Fprintf(w, "%s\t%s\n", c.Meaning, text); err != nil {
			return err
		}
	}
	return w.Flush()
}

// errands are what people call what waits.
var errands = words.Errands

// errand is what people call a kind of what waits.
func (t tongue) errand(kind string) string {
	if w, ok := errands[kind]; ok {
		return t.say(w[0], w[1])
	}
	return kind
}
