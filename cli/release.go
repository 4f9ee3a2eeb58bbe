package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/store"
)

func (a *app) holdCommand() *cobra.Command {
	var by string
	c := &cobra.Command{
		Use:   "hold REASON",
		Short: "Stop all hand-over at once, until a person releases it",
		Long: `From the commit of this command on no message more is permitted to leave, by any process on any machine; what was permitted
before leaves within ten seconds or not at all. Receipts and replies are still taken in, and stops still act. duly release
ends the hold.

Hold by hand before a database is put back in a way that Duly cannot see by itself: a whole machine from a snapshot.`,
		Example: `  duly hold --by operations:7 "the carrier reports texts to wrong people"`,
		Args:    exactly(1, `hold needs a reason, such as: duly hold --by operations:7 "complaint 318"`),
		RunE: func(c *cobra.Command, args []string) error {
			lang, err := a.tongue()
			if err != nil {
				return err
			}
			if err := staff(by); err != nil {
				return err
			}
			if strings.TrimSpace(args[0]) == "" {
				return fail(Usage, "hold needs a reason")
			}
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return cfg.withStore(c.Context(), func(s *store.Store) error {
				if err := s.Hold(c.Context(), a.clock.read(), args[0], by); err != nil {
					return err
				}
				l, err := s.Life(c.Context())
				if err != nil {
					return err
				}
				g := &page{w: a.out, lang: lang, zone: time.Local}
				g.line(lang.say("held since %s: %s", "自 %s 起暂停交付：%s"), g.time(l.HeldAt), heldWhy(lang, &l))
				return nil
			})
		},
	}
	c.Flags().StringVar(&by, "by", "", "who holds: a role or a number of staff, such as operations:7")
	return c
}

// staff checks who did something: a role or a number, never a name.
func staff(by string) error {
	if by == "" || strings.ContainsAny(by, " \t\u3000") {
		return fail(Usage, "--by names a role or a number of staff, such as compliance:17; leave names out")
	}
	return nil
}

// byWhom adds --by to a command that may be run by a program as well: the audit says at least that it came from the command line.
func byWhom(c *cobra.Command, to *string) {
	c.Flags().StringVar(to, "by", "command_line", "who does it, for the audit: a role or a number of staff, such as operations:7")
}

type releaseFlags struct {
	by, contacts         string
	cancel, send, asJSON bool
}

func (a *app) releaseCommand() *cobra.Command {
	var f releaseFlags
	c := &cobra.Command{
		Use:   "release",
		Short: "Tell what a held database may not know of, and let hand-over go on",
		Long: `A database that was put back from a copy does not know what left since the copy was made, nor what came back. Duly knows
such a database by itself (a backup says that it is one; a copied file lies in another place; the machine's witness file knows of
fences, replies or imports that the database does not hold) and hands nothing over from it. The same holds after duly hold.

Without a choice this command changes nothing: it tells why and since when hand-over is held, how far the database
reaches, what is known to be missing, and how many messages wait whose hour had come, so that the carrier may have them already;
--json lists those one by one. The exit status is 1 while something is held.

Before releasing: let duly run take in the receipts and replies that the carrier still holds, import the ledger, the
states and the payments as they are today, and import what left since the copy as contacts (docs/formats/ledger.md), so that
caps count it: the carrier's own list or, where there is none, what --contacts writes, which is what may have left.

  --cancel  cancels the messages that may have left already; the next plan looks at those people again. This is the safe choice.
  --send    lets them leave: some people may then read the same twice.

Messages whose hour had not come wait on in either case.`,
		Example: `  duly release
  duly release --json
  duly release --contacts left && duly import left/contacts-cards.csv
  duly release --cancel --by compliance:17`,
		Args: exactly(0, "release takes no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return cfg.withStore(c.Context(), func(s *store.Store) error { return a.release(c.Context(), s, f) })
		},
	}
	c.Flags().BoolVar(&f.cancel, "cancel", false, "cancel what may have left already, and go on")
	c.Flags().BoolVar(&f.send, "send", false, "let what may have left already leave, perhaps for the second time, and go on")
	c.Flags().StringVar(&f.contacts, "contacts", "", "write what may have left already into this folder, as a file of contacts for each portfolio, and change nothing")
	c.Flags().StringVar(&f.by, "by", "", "who releases: a role or a number of staff, such as compliance:17")
	c.Flags().BoolVar(&f.asJSON, "json", false, "write JSON: one object for the hold, then one for each message that may have left already")
	a.nowFlag(c)
	return c
}

func (a *app) release(ctx context.Context, s *store.Store, f releaseFlags) error {
	lang, err := a.tongue()
	if err != nil {
		return err
	}
	if f.cancel && f.send {
		return fail(Usage, "give --cancel or --send, not both")
	}
	if f.contacts != "" {
		if f.cancel || f.send {
			return fail(Usage, "--contacts changes nothing; import what it writes, and then release")
		}
		return a.mayHaveLeft(ctx, s, f.contacts, lang)
	}
	if f.cancel || f.send {
		if err := staff(f.by); err != nil {
			return err
		}
	}
	h, err := s.Holding(ctx, a.clock.time())
	if err != nil {
		return err
	}
	unproven := errors.Is(s.SafeToSend(ctx), store.ErrUnproven)
	w := bufio.NewWriter(a.out)
	g := &page{w: w, lang: lang, zone: time.Local}
	switch {
	case f.asJSON:
		err = a.holdingJSON(ctx, s, w, &h)
	case !h.Held() && !unproven:
		g.line("%s", lang.say("nothing is held", "当前没有暂停交付"))
	default:
		g.holding(&h)
	}
	if err != nil {
		return errors.Join(err, w.Flush())
	}
	if !h.Held() && !unproven {
		return w.Flush()
	}
	if !f.cancel && !f.send {
		return errors.Join(w.Flush(), fail(Findings, "hand-over is held; --cancel or --send with --by lets it go on"))
	}
	n, err := s.Release(ctx, store.Release{At: a.clock.time(), Wire: a.clock.read(), By: f.by, Send: f.send})
	if err != nil {
		return errors.Join(err, w.Flush())
	}
	if !f.asJSON {
		g.line(lang.say("released by %s; %s cancelled that may have left already", "%s 已恢复交付；%s可能已发出的短信已取消"),
			f.by, lang.say(count(int(n), "message", "messages"), grouped(int(n))+"条"))
	}
	return w.Flush()
}

// heldReasons are the reasons that a machine finds, in words.
var heldReasons = map[string][2]string{
	store.HeldCopied:  {"it is a copy that duly backup made", "这是 duly backup 生成的备份"},
	store.HeldMoved:   {"it lies in another place than it was worked with in: it was put back or copied", "数据库所在位置与上次使用时不同：被恢复或复制过"},
	store.HeldMissing: {"it does not hold what this machine had stored in it: it was put back", "缺少本机曾写入的记录：被恢复为旧数据"},
	store.HeldOther:   {"this machine last worked with a later or another database", "本机上次使用的是更新的或另一个数据库"},
	store.HeldWitness: {"the witness file cannot be read", "见证文件无法读取"},
}

func heldWhy(lang tongue, l *store.Life) string {
	if w, ok := heldReasons[l.Why]; ok && l.By == "" {
		return lang.say(w[0], w[1])
	}
	if l.By != "" {
		return l.Why + lang.say(" ("+l.By+")", "（"+l.By+"）")
	}
	return l.Why
}

// reachWords are what happened last, in words.
var reachWords = map[string][2]string{
	"fence": {"hand-over permitted", "准许交付"}, "outcome": {"outcome", "交付结果"}, "receipt": {"receipt", "回执"},
	"reply": {"reply", "回复"}, "import": {"import", "导入"},
}

// holding tells people what is known of a hold.
func (p *page) holding(h *store.Holding) {
	if h.Held() {
		p.line(p.lang.say("Nothing is handed over since %s: %s", "自 %s 起不交付任何短信：%s"), p.time(h.HeldAt), heldWhy(p.lang, &h.Life))
	} else {
		p.line("%s", p.lang.say("This machine cannot tell a change of PostgreSQL's primary from a database that was put back",
			"本机无法判断 PostgreSQL 是主库切换还是被恢复为旧数据"))
	}
	p.head("How far the database reaches (the last of each)", "数据库记录截至（各类最后一条）")
	reaches := func(list []store.Reach) {
		for _, r := range list {
			w := reachWords[r.What]
			p.line("  %s  %s", p.time(r.At), p.lang.say(w[0], w[1]))
		}
	}
	reaches(h.Reaches)
	switch {
	case h.NoOrigin:
		p.head("No witness file of this machine tells what is missing", "本机没有见证文件，无法得知缺少什么")
	case len(h.Missing) == 0:
		p.head("This machine's witness knows of nothing that is missing", "据本机见证文件，没有缺少的记录")
	default:
		p.head("What this machine had stored and the database does not hold (the last of each)", "本机曾写入而数据库中没有的记录（各类最后一条）")
		reaches(h.Missing)
	}
	p.head("What waits", "待发短信")
	for _, w := range h.Waiting {
		p.line(p.lang.say("  %s: %s wait; the hour of %s had come, so that the carrier may have them already; of %s permitted nothing is known",
			"  %s：%s条待发，其中%s条已到发送时间，可能已经发出；另有%s条已准许、结果未知"),
			w.Portfolio, grouped(int(w.Waiting)), grouped(int(w.Due)), grouped(int(w.Open)))
	}
	if h.Orphans > 0 {
		p.line(p.lang.say("  receipts of messages that the database does not know: %s", "  数据库中查无对应短信的回执：%s条"), grouped(int(h.Orphans)))
	}
	p.line("")
}

// holdingJSON writes the hold, and each message that may have left already.
func (a *app) holdingJSON(ctx context.Context, s *store.Store, w *bufio.Writer, h *store.Holding) error {
	type hold struct {
		Kind   string     `json:"kind"`
		Held   bool       `json:"held"`
		Since  *time.Time `json:"since"`
		Reason string     `json:"reason,omitempty"`
		By     string     `json:"by,omitempty"`
		*store.Holding
	}
	line := hold{Kind: "hold", Held: h.Held(), Reason: h.Why, By: h.By, Holding: h}
	if h.Held() {
		line.Since = &h.HeldAt
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(line); err != nil || !h.Held() {
		return err
	}
	return s.HeldMessages(ctx, a.clock.time(), func(m store.HeldMessage) error {
		return enc.Encode(struct {
			Kind      string    `json:"kind"`
			Message   string    `json:"message"`
			Portfolio string    `json:"portfolio"`
			Borrower  string    `json:"borrower"`
			Stage     string    `json:"stage"`
			NotBefore time.Time `json:"not_before"`
		}{"message", m.ID.String(), m.Portfolio, m.Borrower, m.Stage, m.NotBefore})
	})
}
