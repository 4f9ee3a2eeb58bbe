package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

type strategyFlags struct {
	portfolio, by, reason, lang string
	json                        bool
}

func (a *app) strategyCommand() *cobra.Command {
	var f strategyFlags
	c := &cobra.Command{
		Use:   "strategy",
		Short: "The versions of a portfolio's strategy: list, compare, propose, put in force by a second person, go back",
		Long: `Lists the versions of a portfolio's strategy. The text that duly.yaml names is the first one. Where nobody works here who may put a
strategy in force (the role approver: duly user), a changed file is in force from the next start on, as a version of its own. Where
somebody does, it waits for them, here or at the console; what people put in force stays until they change it (docs/adr/0029).

draft checks a file and asks that it be put in force; activate does that, and never for who wrote it; rollback puts the version before
in force again. Whatever runs takes it within a second, without a restart.`,
		Example: `  duly strategy list
  duly strategy show 2
  duly strategy diff 1 2
  duly strategy draft ./gentle.yaml --by strategist:4 --reason "fewer messages after a reply"
  duly strategy activate 2 --by approver:9
  duly strategy rollback --by approver:9 --reason "complaints"`,
		Args: exactly(0, "strategy takes no arguments; see duly strategy --help for what it does"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withStrategies(c.Context(), f, false, func(s *strategyDesk) error { return s.list() })
		},
	}
	sub := func(use, short, example string, args cobra.PositionalArgs, changes bool, run func(*strategyDesk, []string) error) *cobra.Command {
		s := &cobra.Command{Use: use, Short: short, Example: "  duly strategy " + example, Args: args, RunE: func(c *cobra.Command, args []string) error {
			return a.withStrategies(c.Context(), f, changes, func(s *strategyDesk) error { return run(s, args) })
		}}
		s.Flags().StringVar(&f.portfolio, "portfolio", "", "id of the portfolio (default: the only one)")
		a.langFlag(s, &f.lang)
		a.nowFlag(s)
		if changes {
			s.Flags().StringVar(&f.by, "by", "", "who does it: a role and a number, such as approver:9 (required)")
			s.Flags().StringVar(&f.reason, "reason", "", "why, for the audit")
		}
		c.AddCommand(s)
		return s
	}
	list := sub("list", "The strategies of a portfolio, with the version in force and who put it there", "list", exactly(0, "this is called as duly strategy list"), false, func(s *strategyDesk, _ []string) error { return s.list() })
	sub("show [VERSION]", "The text of a version, or of the one in force", "show 2", atMost(1, "this is called as duly strategy show [VERSION]"), false, (*strategyDesk).show)
	sub("diff VERSION [VERSION]", "What a version says differently: beside the one in force, or another", "diff 1 2", between(1, 2, "this is called as duly strategy diff VERSION [VERSION]"), false, (*strategyDesk).diff)
	sub("draft FILE", "Check a file, and ask that it be put in force", "draft ./gentle.yaml --by strategist:4 --reason \"fewer messages\"", exactly(1, "this is called as duly strategy draft FILE"), true, (*strategyDesk).draft)
	sub("activate VERSION", "Put a version in force that somebody else asked for", "activate 2 --by approver:9", exactly(1, "this is called as duly strategy activate VERSION"), true, (*strategyDesk).activate)
	sub("rollback", "Put the version before in force again", "rollback --by approver:9 --reason complaints", exactly(0, "this is called as duly strategy rollback"), true, (*strategyDesk).rollback)
	for _, s := range []*cobra.Command{c, list} {
		s.Flags().BoolVar(&f.json, "json", false, "one JSON object a line")
	}
	c.Flags().StringVar(&f.portfolio, "portfolio", "", "id of the portfolio (default: the only one)")
	a.langFlag(c, &f.lang)
	return c
}

// A strategyDesk is one run of the command on one portfolio.
type strategyDesk struct {
	ctx  context.Context
	f    strategyFlags
	e    *engine.Engine
	book *engine.Portfolio
	at   time.Time
	real time.Time
	g    *page
	lang tongue
}

func (a *app) withStrategies(ctx context.Context, f strategyFlags, changes bool, do func(*strategyDesk) error) error {
	lang, err := tongueOf(f.lang)
	if err != nil {
		return err
	}
	if changes {
		if err := staff(f.by); err != nil {
			return err
		}
	}
	return a.withEngine(ctx, func(c *Config, e *engine.Engine) error {
		p, err := c.Portfolio(f.portfolio)
		if err != nil {
			return err
		}
		w := bufio.NewWriter(a.out)
		s := &strategyDesk{ctx: ctx, f: f, e: e, at: a.clock.time(), real: a.clock.read(), lang: lang, g: &page{w: w, lang: lang, zone: p.Zone}}
		for _, b := range e.Portfolios {
			if b.Ref == p.ID {
				s.book = b
			}
		}
		return errors.Join(do(s), w.Flush())
	})
}

func (s *strategyDesk) lineage() store.Lineage {
	return store.Lineage{Portfolio: s.book.Row(), Kind: store.StrategyKind}
}

func (s *strategyDesk) act() store.Act {
	return store.Act{Who: s.f.by, At: s.at, Real: s.real, Reason: s.f.reason}
}

// may refuses a role that may not do something, and somebody who works here and may not.
func (s *strategyDesk) may(need access.Permission) error {
	role, number, _ := strings.Cut(s.f.by, ":")
	if role != "staff" {
		if !access.Role(role).May(need) {
			return fail(Findings, "%s may not do this; docs/security.md says which role may (%s)", s.f.by, need)
		}
		return nil
	}
	all, err := s.e.Store.Staff(s.ctx)
	if err != nil {
		return err
	}
	for i := range all {
		if strconv.FormatInt(all[i].ID, 10) == number && all[i].EndedAt.IsZero() && all[i].Grants.May(need, s.book.Ref) {
			return nil
		}
	}
	return fail(Findings, "%s may not do this in portfolio %s; docs/security.md says which role may (%s)", s.f.by, s.book.Ref, need)
}

// numbered returns the version of a number, with its text.
func (s *strategyDesk) numbered(text string) (store.Version, error) {
	all, err := s.e.Store.Versions(s.ctx, s.lineage())
	if err != nil {
		return store.Version{}, err
	}
	for i := range all {
		if strconv.FormatInt(all[i].Number, 10) == text || text == "" && all[i].InForce {
			return s.e.Store.Version(s.ctx, all[i].ID)
		}
	}
	return store.Version{}, fail(Input, "portfolio %s has no version %s of its strategy; duly strategy list says which there are", s.book.Ref, text)
}

type versionJSON struct {
	Portfolio   string    `json:"portfolio"`
	Version     int64     `json:"version"`
	State       string    `json:"state"`
	By          string    `json:"by"`
	At          time.Time `json:"at"`
	ActivatedBy string    `json:"activated_by,omitempty"`
	ActivatedAt time.Time `json:"activated_at,omitzero"`
	Digest      string    `json:"digest"`
}

func (s *strategyDesk) list() error {
	all, err := s.e.Store.Versions(s.ctx, s.lineage())
	if err != nil {
		return err
	}
	out := json.NewEncoder(s.g.w)
	for i := range all {
		v := &all[i]
		if s.f.json {
			if err := out.Encode(versionJSON{s.book.Ref, v.Number, v.State(), v.Who, v.SavedAt.In(s.book.Zone), v.ActivatedBy, inZone(v.ActivatedAt, s.book.Zone), v.Digest}); err != nil {
				return err
			}
			continue
		}
		lang := string(s.lang)
		since := ""
		if v.Activation != 0 {
			since = fmt.Sprintf(s.lang.say("; put in force by %s at %s", "；由 %s 于 %s 启用"), words.In(words.Authors, v.ActivatedBy, lang), v.ActivatedAt.In(s.book.Zone).Format("2006-01-02 15:04"))
		}
		s.g.line(s.lang.say("%s %d: %s; by %s at %s%s", "%s 第%d版：%s；%s 拟稿，%s%s"), s.book.Ref, v.Number, words.In(words.Versions, v.State(), lang), words.In(words.Authors, v.Who, lang), v.SavedAt.In(s.book.Zone).Format("2006-01-02 15:04"), since)
	}
	return nil
}

func inZone(t time.Time, z *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(z)
}

func (s *strategyDesk) show(args []string) error {
	v, err := s.numbered(strings.Join(args, ""))
	if err == nil {
		_, err = s.g.w.Write(v.Body)
	}
	return err
}

func (s *strategyDesk) diff(args []string) error {
	other := ""
	if len(args) == 2 {
		other = args[1]
	}
	a, err := s.numbered(args[0])
	if err != nil {
		return err
	}
	b, err := s.numbered(other)
	if err != nil {
		return err
	}
	if other == "" { // beside what is in force, which is what was before
		a, b = b, a
	}
	was, errA := decide.ParseStrategy(fmt.Sprintf("strategy@%d.yaml", a.Number), a.Body)
	is, errB := decide.ParseStrategy(fmt.Sprintf("strategy@%d.yaml", b.Number), b.Body)
	if errA == nil && errB == nil {
		for _, d := range was.Differences(&is) {
			s.g.line("%s %s: %s → %s", d.Where, d.What, dash(d.Was), dash(d.Is))
		}
	}
	for _, c := range document.Diff(string(a.Body), string(b.Body)) {
		if c.Kind != ' ' {
			s.g.line("%c %s", c.Kind, c.Text)
		}
	}
	return nil
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

func (s *strategyDesk) draft(args []string) error {
	if err := s.may(access.Draft); err != nil {
		return err
	}
	if s.f.reason == "" {
		return fail(Usage, "say with --reason what changes, and why")
	}
	body, err := os.ReadFile(args[0])
	if err != nil {
		return fail(Input, "the strategy cannot be read: %w", err)
	}
	if found := s.book.WithStrategy(body, ledger.Day(s.at.In(s.book.Zone))).Mistakes; len(found) > 0 {
		for _, m := range found {
			s.g.line("%s:%d:%d: %s", args[0], m.Line, max(1, m.Column), m.Says)
		}
		return fail(Findings, "%s", count(len(found), "mistake", "mistakes"))
	}
	id, err := s.e.Store.BeginVersion(s.ctx, s.lineage(), body, s.act())
	if err == nil {
		err = s.e.Store.AskFor(s.ctx, id, s.act())
	}
	if err != nil {
		return err
	}
	v, err := s.e.Store.Version(s.ctx, id)
	if err == nil {
		s.g.line(s.lang.say("version %d waits for a second person: duly strategy activate %d --by approver:…", "第%d版待他人启用：duly strategy activate %d --by approver:…"), v.Number, v.Number)
	}
	return err
}

func (s *strategyDesk) activate(args []string) error {
	if err := s.may(access.Activate); err != nil {
		return err
	}
	v, err := s.numbered(args[0])
	if err != nil {
		return err
	}
	if found := s.book.WithStrategy(v.Body, ledger.Day(s.at.In(s.book.Zone))).Mistakes; len(found) > 0 && v.State() == "asked" {
		return fail(Findings, "something is wrong in this version, and it is not put in force: %s", found[0].Says)
	}
	return s.came(v.Number, s.e.Store.Activate(s.ctx, v.ID, s.act()))
}

func (s *strategyDesk) rollback([]string) error {
	if err := s.may(access.Activate); err != nil {
		return err
	}
	if s.f.reason == "" {
		return fail(Usage, "say with --reason why you go back")
	}
	now, err := s.numbered("")
	if err != nil {
		return err
	}
	v, err := s.e.Store.Former(s.ctx, now.ID)
	if err == nil {
		if found := s.book.WithStrategy(v.Body, ledger.Day(s.at.In(s.book.Zone))).Mistakes; len(found) > 0 {
			return fail(Findings, "something is wrong in version %d by now, and it is not put in force: %s", v.Number, found[0].Says)
		}
		v, err = s.e.Store.GoBack(s.ctx, now.ID, s.act())
	}
	return s.came(v.Number, err)
}

// came says what came into force, or why nothing did.
func (s *strategyDesk) came(number int64, err error) error {
	for _, known := range []error{store.ErrSameHand, store.ErrNotAsked, store.ErrOvertaken, store.ErrNoFormer, store.ErrGoneBack} {
		if errors.Is(err, known) {
			return fail(Findings, "%s", strings.TrimPrefix(known.Error(), "store: "))
		}
	}
	if err == nil {
		err = s.e.Renew(s.ctx, s.at)
	}
	if err == nil {
		s.g.line(s.lang.say("version %d is in force", "第%d版已生效"), number)
	}
	return err
}

func between(least, most int, sentence string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return fail(Usage, "%s", sentence)
		}
		return nil
	}
}

func atMost(n int, sentence string) cobra.PositionalArgs { return between(0, n, sentence) }
