package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/lint"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

const answerHelp = `Answers in your own words, from the command line or, with no words there, from standard input. The signature is put before them. Without
--send nothing is stored: it says what the text would be, what the lint finds in it (docs/formats/lint.md), whether the law lets it leave and
when, and how many segments it takes.

With --send it is handed over like every message: judged again on the facts of the minute, at lawful hours, fenced, counted as a contact, to the
number that wrote or nowhere. After a stop, a wrong person or a mandate nothing leaves. Where the text names what is overdue and that has changed by
then, it is not sent. What does not leave comes back to the desk.`

func (a *app) inboxAnswerCommand(parent *cobra.Command, f *inboxFlags) {
	c := &cobra.Command{
		Use: "answer NUMBER [WORDS…]", Short: "Answer in your own words: what would be sent, and with --send it is", Long: answerHelp,
		Example: `  duly inbox answer 12 --by staff:17 "We have your statement and have corrected it."
  duly inbox answer 12 --by staff:17 --send < answer.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fail(Usage, "answer takes the number of an item, and words; duly inbox lists the items")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.withEngine(c.Context(), func(cfg *Config, e *engine.Engine) error { return a.inboxAnswer(c.Context(), cfg, e, args, *f) })
		},
	}
	c.Flags().StringVar(&f.by, "by", "", "who does it: a role or a number of staff, such as staff:17 (required)")
	c.Flags().BoolVar(&f.send, "send", false, "plan it; without it nothing is stored")
	c.Flags().BoolVar(&f.keep, "keep-open", false, "the item goes on waiting")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object")
	a.nowFlag(c)
	parent.AddCommand(c)
}

const writeHelp = `Writes to a borrower who has not written, in your own words, from the command line or, with no words there, from standard input. The signature is
put before them. Without --send nothing is stored: it says what the text would be, what the lint finds in it, whether the law lets it leave and
when, and how many segments it takes.

To the law it is a reminder: hours, caps, stops and arrangements bind it, it must hold what a reminder must hold, and it counts as one. With --send it
is judged again on the facts of the minute and fenced like every message. Where it names what is overdue and that has changed by then, it is not sent.
What does not leave comes to the desk.`

func (a *app) inboxWriteCommand(parent *cobra.Command, f *inboxFlags) {
	c := &cobra.Command{
		Use: "write BORROWER [WORDS…]", Short: "Write to a borrower who has not written: what would be sent, and with --send it is", Long: writeHelp,
		Example: `  duly inbox write B00017 --by staff:17 --send < message.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fail(Usage, "write takes the lender's key of a borrower, and words")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.withEngine(c.Context(), func(cfg *Config, e *engine.Engine) error { return a.inboxWrite(c.Context(), cfg, e, args, *f) })
		},
	}
	c.Flags().StringVar(&f.by, "by", "", "who does it: a role or a number of staff, such as staff:17 (required)")
	c.Flags().BoolVar(&f.send, "send", false, "plan it; without it nothing is stored")
	c.Flags().BoolVar(&f.json, "json", false, "one JSON object")
	a.nowFlag(c)
	parent.AddCommand(c)
}

func (a *app) inboxWrite(ctx context.Context, cfg *Config, e *engine.Engine, args []string, f inboxFlags) error {
	text, err := a.ownWords(args, f)
	if err != nil {
		return err
	}
	port, id, err := borrowerOf(ctx, e, args[0])
	if err != nil {
		return err
	}
	var v *engine.Preview
	var m outbox.MessageID
	if f.send {
		v, m, err = e.SendWriting(ctx, port, id, text, f.by, a.clock.time())
	} else {
		v, err = e.PreviewWriting(ctx, port, id, text, a.clock.time())
	}
	if errors.Is(err, store.ErrWaitsAlready) {
		return fail(Findings, "a message that a person wrote to them waits to leave already")
	}
	return a.answerShown(cfg, e, v, m, err, f)
}

// ownWords are those of the command line, or of standard input.
func (a *app) ownWords(args []string, f inboxFlags) (string, error) {
	if err := staff(f.by); err != nil {
		return "", err
	}
	if len(args) > 1 {
		return strings.Join(args[1:], " "), nil
	}
	b, err := io.ReadAll(io.LimitReader(a.in, 64<<10))
	if err != nil {
		return "", fail(Dependency, "the words cannot be read: %w", err)
	}
	return string(b), nil
}

// answerShown tells what would become, or became, of a person's words.
func (a *app) answerShown(cfg *Config, e *engine.Engine, v *engine.Preview, m outbox.MessageID, err error, f inboxFlags) error {
	if errors.Is(err, engine.ErrNoAnswer) {
		return fail(Findings, "%w", err)
	}
	if err != nil {
		return err
	}
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	sent := ""
	if m != 0 {
		sent = m.String()
	}
	if err := a.showAnswer(cfg, v, sent, lang, f.json); err != nil {
		return err
	}
	if !v.May {
		return fail(Findings, "it may not leave: %s (%s)", whyNot(e, v), v.Rule)
	}
	return nil
}

// whyNot is the reason of a ruling, which the law gives in English; in Chinese it is what its rule is called.
func whyNot(e *engine.Engine, v *engine.Preview) both {
	zh := ruleWords[v.Rule][1]
	for _, p := range e.Books() {
		if p.Ref == v.Portfolio && zh == "" {
			zh = p.Title(v.Rule, "zh")
		}
	}
	return both{v.Reason, cmp.Or(zh, v.Reason)}
}

// answerLine is a preview for machines.
type answerLine struct {
	Item      int64         `json:"item"`
	Text      string        `json:"text"`
	May       bool          `json:"may"`
	Message   string        `json:"message,omitempty"`
	Rule      string        `json:"rule"`
	Reason    string        `json:"reason"`
	NotBefore *time.Time    `json:"not_before,omitempty"`
	NotAfter  *time.Time    `json:"not_after,omitempty"`
	Alphabet  string        `json:"alphabet"`
	Units     int           `json:"units"`
	Segments  int           `json:"segments"`
	Cost      string        `json:"cost,omitempty"`
	Currency  string        `json:"currency,omitempty"`
	NamesDue  bool          `json:"names_due"`
	Findings  []lintFinding `json:"findings"`
}

func (a *app) inboxAnswer(ctx context.Context, cfg *Config, e *engine.Engine, args []string, f inboxFlags) error {
	if err := staff(f.by); err != nil {
		return err
	}
	id, err := numberOf(args[0], "an item")
	if err != nil {
		return err
	}
	text, err := a.ownWords(args, f)
	if err != nil {
		return err
	}
	var v *engine.Preview
	var m outbox.MessageID
	if f.send {
		v, m, err = e.SendAnswer(ctx, id, text, f.by, f.keep, a.clock.time())
	} else {
		v, err = e.PreviewAnswer(ctx, id, text, a.clock.time())
	}
	if errors.Is(err, store.ErrNotFound) {
		return fail(Findings, "nothing waits under the number %d", id)
	}
	return a.answerShown(cfg, e, v, m, err, f)
}

func (a *app) showAnswer(cfg *Config, v *engine.Preview, sent string, lang tongue, asJSON bool) error {
	zone := time.UTC
	cost, currency := "", ledger.Currency("")
	if port, err := cfg.Portfolio(v.Portfolio); err == nil {
		zone = port.Zone
		if k := cfg.Carrier(port.Carrier); k != nil && k.Cost.Currency != "" {
			cost, currency = costOf(k.Cost, v.Segments), k.Cost.Currency
		}
	}
	if asJSON {
		l := answerLine{
			Item: v.Item.ID, Text: v.Text, May: v.May, Message: sent, Rule: v.Rule, Reason: v.Reason, NotBefore: given(v.NotBefore.In(zone)), NotAfter: given(v.NotAfter.In(zone)),
			Alphabet: v.Alphabet, Units: v.Units, Segments: v.Segments, Cost: cost, Currency: string(currency), NamesDue: v.Names, Findings: []lintFinding{},
		}
		for i := range v.Findings {
			x := &v.Findings[i]
			l.Findings = append(l.Findings, lintFinding{x.Code, x.Severity.String(), x.Start, x.End, x.Rule, x.Message.In(compose.Language(lang)), x.Suggestion})
		}
		return json.NewEncoder(a.out).Encode(l)
	}
	p := &page{w: a.out, lang: lang, zone: zone}
	p.wrapped(v.Text)
	p.line(lang.say("  %s, units %d, segments %d, %s %s", "  %s，字符单位%d，计费%d段 %s %s"), v.Alphabet, v.Units, v.Segments, cost, currency)
	for i := range v.Findings {
		x := &v.Findings[i]
		p.wrapped(fmt.Sprintf("  %s %s [%s] %s %s", lang.severity(x.Severity), lang.code(x.Code), x.Rule, x.Message.In(compose.Language(lang)), x.Advice(compose.Language(lang))))
	}
	if v.Names {
		p.wrapped(lang.say("  It names what is overdue now: where that has changed by the time it leaves, it is not sent.", "  文中写有当前逾期金额：发出前金额如有变化，则不发送。"))
	}
	switch {
	case sent != "":
		p.line(lang.say("planned as %s, from %s on", "已排定 %s，%s 起发出"), sent, p.time(v.NotBefore))
	case v.May:
		p.line(lang.say("it may leave from %s on; nothing was stored: --send plans it", "%s 起可以发出；尚未保存，加 --send 才会排定"), p.time(v.NotBefore))
	}
	return nil
}

// costOf is what so many segments cost, as a decimal, without the noughts that say nothing.
func costOf(c Cost, segments int) string {
	digits, _ := c.Currency.Digits()
	micro := c.Micro * int64(segments)
	text := fmt.Sprintf("%0*d", digits+7, micro)
	point := len(text) - digits - 6
	return strings.TrimRight(strings.TrimRight(text[:point]+"."+text[point:], "0"), ".")
}

// code is a code of the lint for people.
func (t tongue) code(c lint.Code) string {
	w := codeWords[c]
	return t.say(w[0], w[1])
}
