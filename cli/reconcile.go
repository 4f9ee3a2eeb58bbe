package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

type reconcileFlags struct {
	say, carrier, hour, statement string
	reason, by                    string
	again, dry, asJSON            bool
}

// reconcileCommand keeps what people say of messages of which nobody knows whether they arrived.
func (a *app) reconcileCommand() *cobra.Command {
	var f reconcileFlags
	c := &cobra.Command{
		Use:   "reconcile [MESSAGE…]",
		Short: "Say of messages of which nobody knows whether they arrived what the carrier found out",
		Long: `A message is unknown where the line broke or a process died before the carrier's answer was stored. It may have arrived, and is
never sent again by itself. Ask the carrier, and say what it found out: of messages by number, of all of a carrier and hour, or by the
carrier's statement.

Without --say and --statement the command lists the hours with unknown messages and changes nothing.

  --say arrived      it arrived: it counts as delivered
  --say not_arrived  it did not: it counts as not delivered
  --say open         what was said before is taken back: nobody knows

A statement is CSV with a header, in UTF-8 or GB18030: a column state (DELIVRD, UNDELIV …, 成功, 失败 …; error beside it), and one of
these: message (our number), id (the carrier's), or phone and at (when the carrier took it, 10 minutes from ours at most). What it
does not say, or what fits two messages, stays unknown. The file is not kept; its SHA-256 is in the audit.

With --again a plan may take the step of a message that did not arrive once more, if the strategy still wants it: the contact stays
counted against every cap. The carrier's own late word counts for more than what people say.`,
		Example: `  duly reconcile
  duly reconcile --say arrived --carrier main --hour 2026-09-24T10:00:00+08:00 --reason "their log of the 24th" --by operations:7
  duly reconcile --statement main-0924.csv --carrier main --reason "their statement" --by operations:7 --dry-run
  duly reconcile m202609-1f --say open --reason "it was another message" --by operations:7`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			lang, err := a.tongue()
			if err != nil {
				return err
			}
			if err := f.check(args); err != nil {
				return err
			}
			return a.withEngine(c.Context(), func(cfg *Config, e *engine.Engine) error {
				if f.carrier != "" && cfg.Carrier(f.carrier) == nil {
					return fail(Usage, "%s has no carrier %q", cfg.File, f.carrier)
				}
				return a.reconcile(c.Context(), e, args, f, lang)
			})
		},
	}
	c.Flags().StringVar(&f.say, "say", "", "arrived, not_arrived or open")
	c.Flags().StringVar(&f.carrier, "carrier", "", "of this carrier")
	c.Flags().StringVar(&f.hour, "hour", "", "handed over in the hour that begins at this time")
	c.Flags().StringVar(&f.statement, "statement", "", "the carrier's statement, a CSV file")
	c.Flags().StringVar(&f.reason, "reason", "", "how it was found out; no names, no numbers")
	c.Flags().BoolVar(&f.again, "again", false, "let a plan take the step of what did not arrive once more")
	c.Flags().BoolVar(&f.dry, "dry-run", false, "say what a statement would change, and change nothing")
	c.Flags().BoolVar(&f.asJSON, "json", false, "write JSON")
	c.Flags().StringVar(&f.by, "by", "", "who says so: a role or a number of staff, such as operations:7")
	a.nowFlag(c)
	return c
}

// check refuses what does not go together.
func (f *reconcileFlags) check(args []string) error {
	if f.say == "" && f.statement == "" {
		if len(args) > 0 {
			return fail(Usage, "--say tells what became of the messages: arrived, not_arrived or open; a carrier's file is named by --statement")
		}
		return nil
	}
	if !f.dry {
		if err := staff(f.by); err != nil {
			return err
		}
		if strings.TrimSpace(f.reason) == "" {
			return fail(Usage, "--reason tells how it was found out")
		}
	}
	switch {
	case f.say != "" && f.statement != "":
		return fail(Usage, "give --say or --statement, not both")
	case f.statement != "":
		if f.carrier == "" || len(args) > 0 || f.hour != "" {
			return fail(Usage, "--statement goes with --carrier, and with no messages and no --hour")
		}
	case f.say != store.SaidArrived && f.say != store.SaidNotArrived && f.say != store.SaidOpen:
		return fail(Usage, "--say is arrived, not_arrived or open, not %q", f.say)
	case f.again && f.say != store.SaidNotArrived:
		return fail(Usage, "--again is for what did not arrive")
	case f.dry:
		return fail(Usage, "--dry-run is for --statement")
	case (len(args) > 0) == (f.carrier != "" && f.hour != ""):
		return fail(Usage, "name the messages, or a --carrier and an --hour")
	}
	return nil
}

func (a *app) reconcile(ctx context.Context, e *engine.Engine, args []string, f reconcileFlags, lang tongue) error {
	if f.say == "" && f.statement == "" {
		return a.unsureHours(ctx, e, f, lang)
	}
	by := store.Act{Who: f.by, At: a.clock.time(), Real: a.clock.read(), Reason: f.reason}
	if f.statement != "" {
		return a.takeStatement(ctx, e, f, lang, by)
	}
	var list []store.Word
	subject := "messages by number"
	if len(args) > 0 {
		for _, s := range args {
			id, err := outbox.ParseMessageID(s)
			if err != nil {
				return fail(Usage, "%w", err)
			}
			list = append(list, store.Word{ID: id, Said: f.say, Again: f.again})
		}
	} else {
		hour, err := time.Parse(time.RFC3339, f.hour)
		if err != nil {
			return fail(Usage, "--hour: %q is not a time such as 2026-09-24T10:00:00+08:00", f.hour)
		}
		if list, subject, err = e.HourWords(ctx, nil, f.carrier, hour, f.say, f.again); err != nil {
			return err
		}
	}
	n, err := e.Store.Reconcile(ctx, nil, list, subject+": "+f.say, by)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	p := &page{w, lang, time.Local}
	p.line(lang.say("%s of %s: %s", "%[2]s条中已认定%[1]s条：%[3]s"), grouped(n), grouped(len(list)), words.In(words.Said, f.say, string(lang)))
	if err := w.Flush(); err != nil || n == len(list) {
		return err
	}
	return fail(Findings, "%d of %d messages are not unknown, or this was said of them already", len(list)-n, len(list))
}

// unsureHours lists the hours with unknown messages.
func (a *app) unsureHours(ctx context.Context, e *engine.Engine, f reconcileFlags, lang tongue) error {
	hours, err := e.Store.UnsureHours(ctx, nil)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(a.out)
	p := &page{w, lang, time.Local}
	enc := json.NewEncoder(w)
	rows := [][]string{{lang.say("hour", "时间"), lang.say("carrier", "通道"), lang.say("portfolio", "资产组合"), lang.say("unknown", "结果未知")}}
	for _, h := range hours {
		if f.carrier != "" && h.Carrier != f.carrier {
			continue
		}
		ref, zone := "", time.Local
		for _, b := range e.Books() {
			if b.Row() == h.Portfolio {
				ref, zone = b.Ref, b.Zone
			}
		}
		at := h.Hour.In(zone).Format(time.RFC3339)
		if f.asJSON {
			err = errors.Join(err, enc.Encode(struct {
				Hour      string `json:"hour"`
				Carrier   string `json:"carrier"`
				Portfolio string `json:"portfolio"`
				Unknown   int64  `json:"unknown"`
			}{at, h.Carrier, ref, h.Number}))
			continue
		}
		rows = append(rows, []string{at, h.Carrier, ref, grouped(int(h.Number))})
	}
	switch {
	case f.asJSON:
	case len(rows) == 1:
		p.line("%s", lang.say("no message is unknown", "没有结果未知的短信"))
	default:
		p.grid(rows)
	}
	return errors.Join(err, w.Flush())
}

// takeStatement takes in what a carrier says.
func (a *app) takeStatement(ctx context.Context, e *engine.Engine, f reconcileFlags, lang tongue, by store.Act) error {
	open, err := e.Store.Unsure(ctx, store.UnsureAsk{Carrier: f.carrier})
	if err != nil {
		return err
	}
	zone, country := engine.StatementPlace(e.Books(), f.carrier)
	in, err := os.Open(f.statement)
	if err != nil {
		return fail(Input, "%w", err)
	}
	defer func() { _ = in.Close() }() // it was only read
	w := bufio.NewWriter(a.out)
	p := &page{w, lang, time.Local}
	o := intake.Options{Zone: zone, Country: country, Bad: func(b intake.BadRow) error { p.line("%s", b.In(string(lang))); return nil }}
	s, err := engine.ReadStatement(in, filepath.Base(f.statement), o, open, e.Store.PhoneHash)
	var wrong intake.FileErrors
	if errors.As(err, &wrong) {
		return errors.Join(w.Flush(), &Error{Class: Input, Sentence: wrong.In(string(lang)), Detail: err})
	}
	if err != nil {
		return errors.Join(err, w.Flush())
	}
	n := 0
	if !f.dry {
		if n, err = e.TakeStatement(ctx, nil, f.carrier, s, f.again, by); err != nil {
			return errors.Join(err, w.Flush())
		}
	}
	p.line(lang.say("%s: %s arrived, %s did not, %s of which it does not say, %s that fit more than one message, %s about others, %s bad",
		"共%s：已送达%s条，未送达%s条，未说明结果%s条，无法对应到唯一一条%s，与结果未知的短信无关%s行，错误%s行"),
		lang.say(count(s.Rows+s.Bad, "row", "rows"), grouped(s.Rows+s.Bad)+"行"), grouped(s.Arrived), grouped(s.Not), grouped(s.Open), grouped(s.Ambiguous), grouped(s.Elsewhere), grouped(s.Bad))
	if !f.dry {
		p.line(lang.say("%s said", "已认定%s条"), grouped(n))
	}
	if err := w.Flush(); err != nil || s.Bad == 0 {
		return err
	}
	return fail(Findings, "left out as bad: %s", both{count(s.Bad, "row", "rows"), grouped(s.Bad) + "行"})
}
