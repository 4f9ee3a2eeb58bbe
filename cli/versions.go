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
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

type versionFlags struct {
	portfolio, by, reason, carrier string
	json                           bool
}

// A versionCommand is one of duly strategy, duly template and duly rulebook, to which commands are added.
type versionCommand struct {
	a *app
	f *versionFlags
	c *cobra.Command
	// of finds what a run works on, by the first of its arguments where that says it, and returns the others.
	of func(*versionDesk, []string) ([]string, error)
}

// sub adds a command. One that changes something asks who does it, and in whichever words why.
func (v *versionCommand) sub(use, short, example string, args cobra.PositionalArgs, changes bool, run func(*versionDesk, []string) error) *cobra.Command {
	name := v.c.Name()
	s := &cobra.Command{Use: use, Short: short, Example: "  duly " + name + " " + example, Args: args, RunE: func(c *cobra.Command, args []string) error {
		return v.a.withVersions(c.Context(), *v.f, changes, func(s *versionDesk) error {
			rest, err := v.of(s, args)
			if err != nil {
				return err
			}
			return run(s, rest)
		})
	}}
	v.flags(s)
	v.a.nowFlag(s)
	if changes {
		s.Flags().StringVar(&v.f.by, "by", "", "who does it: a role and a number, such as approver:9 (required)")
		s.Flags().StringVar(&v.f.reason, "reason", "", "why, for the audit")
	}
	v.c.AddCommand(s)
	return s
}

func (v *versionCommand) flags(c *cobra.Command) {
	c.Flags().StringVar(&v.f.portfolio, "portfolio", "", "id of the portfolio (default: the only one)")
}

func (v *versionCommand) json(commands ...*cobra.Command) {
	for _, s := range commands {
		s.Flags().BoolVar(&v.f.json, "json", false, "one JSON object a line")
	}
}

// A versionDesk is one run of such a command on one portfolio.
type versionDesk struct {
	ctx  context.Context
	f    versionFlags
	cfg  *Config
	e    *engine.Engine
	book *engine.Portfolio // by what is in force
	at   time.Time
	real time.Time
	g    *page
	lang tongue

	lineage store.Lineage
	what    both   // what a version is of, as an error names it
	call    string // the command with its arguments up to the version
	second  string // the command by which a second person decides, and their role
	role    string
	read    func(body []byte) engine.Checked
}

func (a *app) withVersions(ctx context.Context, f versionFlags, changes bool, do func(*versionDesk) error) error {
	lang, err := a.tongue()
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
		s := &versionDesk{ctx: ctx, f: f, cfg: c, e: e, at: a.clock.time(), real: a.clock.read(), lang: lang, g: &page{w: w, lang: lang, zone: p.Zone}}
		for _, b := range e.Books() {
			if b.Ref == p.ID {
				s.book = b
			}
		}
		return errors.Join(do(s), w.Flush())
	})
}

func (s *versionDesk) act() store.Act {
	return store.Act{Who: s.f.by, At: s.at, Real: s.real, Reason: s.f.reason}
}

// may refuses a role that may not do something, and somebody who works here and may not.
func (s *versionDesk) may(need access.Permission) error {
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
func (s *versionDesk) numbered(text string) (store.Version, error) {
	all, err := s.e.Store.Versions(s.ctx, s.lineage)
	if err != nil {
		return store.Version{}, err
	}
	for i := range all {
		if strconv.FormatInt(all[i].Number, 10) == text || text == "" && all[i].InForce {
			return s.e.Store.Version(s.ctx, all[i].ID)
		}
	}
	return store.Version{}, fail(Input, "portfolio %s has no version %s of %s; %s says which there are", s.book.Ref, text, s.what, s.call)
}

type versionJSON struct {
	Portfolio   string    `json:"portfolio"`
	Name        string    `json:"name,omitempty"`
	Version     int64     `json:"version"`
	State       string    `json:"state"`
	By          string    `json:"by"`
	At          time.Time `json:"at"`
	ActivatedBy string    `json:"activated_by,omitempty"`
	ActivatedAt time.Time `json:"activated_at,omitzero"`
	Digest      string    `json:"digest"`
}

// list lists the versions of what the run works on.
func (s *versionDesk) list([]string) error {
	all, err := s.e.Store.Versions(s.ctx, s.lineage)
	if err != nil {
		return err
	}
	out := json.NewEncoder(s.g.w)
	for i := range all {
		v := &all[i]
		if s.f.json {
			if err := out.Encode(versionJSON{s.book.Ref, v.Name, v.Number, v.State(), v.Who, v.SavedAt.In(s.book.Zone), v.ActivatedBy, inZone(v.ActivatedAt, s.book.Zone), v.Digest}); err != nil {
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

func (s *versionDesk) show(args []string) error {
	v, err := s.numbered(strings.Join(args, ""))
	if err == nil {
		_, err = s.g.w.Write(v.Body)
	}
	return err
}

// pair returns two versions to be compared, the older state first: one beside what is in force, or one beside another.
func (s *versionDesk) pair(args []string) (a, b store.Version, err error) {
	if a, err = s.numbered(args[0]); err != nil {
		return a, b, err
	}
	other := ""
	if len(args) == 2 {
		other = args[1]
	}
	if b, err = s.numbered(other); other == "" { // beside what is in force, which is what was before
		a, b = b, a
	}
	return a, b, err
}

// diff compares two versions line by line.
func (s *versionDesk) diff(args []string) error {
	a, b, err := s.pair(args)
	if err == nil {
		s.lines(&a, &b)
	}
	return err
}

func (s *versionDesk) lines(a, b *store.Version) {
	for _, c := range document.Diff(string(a.Body), string(b.Body)) {
		if c.Kind != ' ' {
			s.g.line("%c %s", c.Kind, c.Text)
		}
	}
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// mistakes says what is wrong in a text, and where.
func (s *versionDesk) mistakes(name string, found []engine.Mistake) error {
	if len(found) == 0 {
		return nil
	}
	for _, m := range found {
		s.g.line("%s:%d:%d: %s", name, m.Line, max(1, m.Column), m.Says(string(s.lang)))
	}
	return fail(Findings, "%s", both{count(len(found), "mistake", "mistakes"), grouped(len(found)) + "处错误"})
}

// ask keeps a text that nothing is wrong with, and asks a second person.
func (s *versionDesk) ask(name string, body []byte) error {
	if s.f.reason == "" {
		return fail(Usage, "say with --reason what changes, and why")
	}
	if err := s.mistakes(name, s.read(body).Mistakes); err != nil {
		return err
	}
	id, err := s.e.Store.BeginVersion(s.ctx, s.lineage, body, s.act())
	if err == nil {
		err = s.e.Store.AskFor(s.ctx, id, s.act())
	}
	if err != nil {
		return err
	}
	v, err := s.e.Store.Version(s.ctx, id)
	if err == nil {
		s.g.line(s.lang.say("version %d waits for a second person: %s %d --by %s:…", "第%d版待他人启用：%s %d --by %s:…"), v.Number, s.second, v.Number, s.role)
	}
	return err
}

// draft asks for the text of a file.
func (s *versionDesk) draft(args []string) error {
	if err := s.may(s.lineage.Writes()); err != nil {
		return err
	}
	body, err := os.ReadFile(args[0])
	if err != nil {
		return fail(Input, "the file cannot be read: %w", err)
	}
	return s.ask(args[0], body)
}

// activate puts a version in force that somebody else asked for.
func (s *versionDesk) activate(args []string) error {
	if err := s.may(s.lineage.Needs()); err != nil {
		return err
	}
	v, err := s.numbered(args[0])
	if err != nil {
		return err
	}
	if found := s.read(v.Body).Mistakes; len(found) > 0 && v.State() == "asked" {
		return fail(Findings, "something is wrong in this version, and it is not put in force: %s", found[0].Says(string(s.lang)))
	}
	return s.came(v.Number, s.e.Store.Activate(s.ctx, v.ID, s.act()))
}

// refuse ends a version that waits: somebody else's with a reason, one's own without asking for one.
func (s *versionDesk) refuse(args []string) error {
	v, err := s.numbered(args[0])
	if err != nil {
		return err
	}
	own := v.By(s.f.by)
	need := s.lineage.Needs()
	if own {
		need = s.lineage.Writes()
	}
	if err := s.may(need); err != nil {
		return err
	}
	if !own && s.f.reason == "" {
		return fail(Usage, "say with --reason why it is refused")
	}
	if !own && v.State() != "asked" {
		return fail(Findings, "%s", withoutPart(store.ErrNotAsked.Error()))
	}
	if err := s.e.Store.GiveUp(s.ctx, v.ID, s.act()); errors.Is(err, store.ErrStands) {
		return fail(Findings, "version %d was in force or is given up; %s says which waits", v.Number, s.call)
	} else if err != nil {
		return err
	}
	s.g.line(s.lang.say("version %d is given up, and does not come into force", "第%d版已结束，不会启用"), v.Number)
	return nil
}

// rollback puts the version before in force again.
func (s *versionDesk) rollback([]string) error {
	if err := s.may(s.lineage.Needs()); err != nil {
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
		if found := s.read(v.Body).Mistakes; len(found) > 0 {
			return fail(Findings, "something is wrong in version %d by now, and it is not put in force: %s", v.Number, found[0].Says(string(s.lang)))
		}
		v, err = s.e.Store.GoBack(s.ctx, now.ID, s.act())
	}
	return s.came(v.Number, err)
}

// came says what came into force, or why nothing did.
func (s *versionDesk) came(number int64, err error) error {
	for _, known := range []error{store.ErrSameHand, store.ErrNotAsked, store.ErrOvertaken, store.ErrNoFormer, store.ErrGoneBack} {
		if errors.Is(err, known) {
			return fail(Findings, "%s", withoutPart(known.Error()))
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
