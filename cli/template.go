package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

func (a *app) templateCommand() *cobra.Command {
	var f versionFlags
	c := &cobra.Command{
		Use:   "template",
		Short: "The texts of a portfolio with their versions: list, compare, try, propose, sign by a second person, go back",
		Long: `Lists the texts of a portfolio by name and language, such as week_one.zh, and what is to be done with them. Each text has versions of its own:
the one in its file is the first. Where somebody works here who may sign texts (the role compliance: duly user), a changed file waits for
them; where nobody does, it is in force from the next start on (docs/adr/0029).

A text that the lint or the law refuses is not asked for. Nobody signs what they wrote. Whatever runs takes a signed text within a second,
without a restart. A new name begins in a file of templates (docs/formats/template.md).

What a carrier has on file of a text is noted with the wording that it is of. A wording that the carrier refused does not leave by it, nor,
where the carrier is registered_only (docs/formats/duly.md), one that it has not registered: such messages wait, from the note on and
wherever Duly runs, and leave when it says something else (docs/adr/0038).`,
		Example: `  duly template list
  duly template show week_one.en > week_one.yaml    # the block as it stands in its document: edit it
  duly template try week_one.en week_one.yaml       # as a borrower would get it, with its parts and what the lint finds
  duly template draft week_one.en week_one.yaml --by strategist:4 --reason "shorter"
  duly template sign week_one.en 2 --by compliance:9
  duly template rollback week_one.en --by compliance:9 --reason "complaints"
  duly template filed week_one.zh refused --by strategist:4     # what the carrier says of it: now it does not leave`,
		Args: exactly(0, "template takes no arguments; see duly template --help for what it does"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withVersions(c.Context(), f, false, func(s *versionDesk) error { return s.texts(nil) })
		},
	}
	all := &versionCommand{a: a, f: &f, c: c, of: func(_ *versionDesk, args []string) ([]string, error) { return args, nil }}
	list := all.sub("list", "Every text with the version in force, its stages, what waits, and what carriers have on file", "list", calledAs(0, "template list"), false, (*versionDesk).texts)
	v := &versionCommand{a: a, f: &f, c: c, of: (*versionDesk).template}
	versions := v.sub("versions TEXT", "The versions of one text", "versions week_one.zh", calledAs(1, "template versions TEXT"), false, (*versionDesk).list)
	v.sub("show TEXT [VERSION]", "A version as it stands in its document, or the one in force", "show week_one.zh", between(1, 2, "this is called as duly template show TEXT [VERSION], such as week_one.zh"), false, (*versionDesk).show)
	v.sub("diff TEXT VERSION [VERSION]", "What a version says differently: beside the one in force, or another", "diff week_one.zh 2", between(2, 3, "this is called as duly template diff TEXT VERSION [VERSION]"), false, (*versionDesk).diff)
	v.sub("try TEXT [FILE|VERSION]", "As a borrower would get it, with its parts, and what the lint and the law say", "try week_one.zh ./week_one.yaml", between(1, 2, "this is called as duly template try TEXT [FILE|VERSION]"), false, (*versionDesk).tryText)
	v.sub("draft TEXT FILE", "Check a file, and ask that compliance sign it", "draft week_one.zh ./week_one.yaml --by strategist:4 --reason \"shorter\"", calledAs(2, "template draft TEXT FILE"), true, (*versionDesk).draft)
	v.sub("sign TEXT VERSION", "Sign a version that somebody else asked for: it is used from then on", "sign week_one.zh 2 --by compliance:9", calledAs(2, "template sign TEXT VERSION"), true, (*versionDesk).activate)
	v.sub("refuse TEXT VERSION", "End a version that waits: another's with a reason, or one's own", "refuse week_one.zh 2 --by compliance:9 --reason \"too stern\"", calledAs(2, "template refuse TEXT VERSION"), true, (*versionDesk).refuse)
	v.sub("rollback TEXT", "Put the version before in force again", "rollback week_one.zh --by compliance:9 --reason complaints", calledAs(1, "template rollback TEXT"), true, (*versionDesk).rollback)
	filed := v.sub("filed TEXT pending|registered|refused [NUMBER]", "Note what the carrier says of the text in force, with its own number of it", "filed week_one.zh registered T-1024 --by strategist:4", between(2, 3, "this is called as duly template filed TEXT STATE [NUMBER], such as duly template filed week_one.zh refused"), true, (*versionDesk).filed)
	filed.Flags().StringVar(&f.carrier, "carrier", "", "id of the carrier (default: the portfolio's own)")
	v.json(c, list, versions)
	v.flags(c)
	return c
}

// template makes the text that the first argument names what the run works on.
func (s *versionDesk) template(args []string) ([]string, error) {
	name := args[0]
	if _, ok := s.book.Piece(name); !ok {
		return nil, fail(Input, "portfolio %s has no text %s; duly template list says which there are, by name and language", s.book.Ref, name)
	}
	s.lineage = store.Lineage{Portfolio: s.book.Row(), Kind: store.TemplateKind, Name: name}
	s.what, s.call, s.second, s.role = both{"the text " + name, "文案 " + name + " "}, "duly template versions "+name, "duly template sign "+name, "compliance"
	s.read = func(body []byte) engine.Checked {
		return s.book.WithTemplate(name, string(body), ledger.Day(s.at.In(s.book.Zone)))
	}
	return args[1:], nil
}

type textJSON struct {
	Portfolio string   `json:"portfolio"`
	Text      string   `json:"text"`
	Class     string   `json:"class"`
	Stages    []string `json:"stages"`
	Version   int64    `json:"version"`
	By        string   `json:"by"`
	Waits     []int64  `json:"waits"`
	Most      int      `json:"most_parts"`
	Carriers  []string `json:"carriers"`
	Held      string   `json:"held_by,omitempty"` // the rule by which it does not leave by the portfolio's carrier

	filed []string // Carriers, for people
}

// texts lists the portfolio's texts.
func (s *versionDesk) texts([]string) error {
	all, err := s.e.Store.Versions(s.ctx, store.Lineage{Portfolio: s.book.Row(), Kind: store.TemplateKind})
	if err != nil {
		return err
	}
	filed, err := s.e.Store.Registrations(s.ctx, s.book.Row(), time.Time{})
	if err != nil {
		return err
	}
	out := json.NewEncoder(s.g.w)
	sums := map[string]int{}
	for _, t := range s.book.Templates.All() {
		l := textJSON{Portfolio: s.book.Ref, Text: compose.Of(t.Name, t.Language), Class: string(t.Class), Stages: s.book.UsedBy(t.Name), Waits: []int64{}, Most: t.MaxSegments, Carriers: []string{}}
		for i := range all {
			switch v := &all[i]; {
			case v.Name != l.Text:
			case v.InForce:
				l.Version, l.By = v.Number, v.Who
			case v.State() == "asked":
				l.Waits = append(l.Waits, v.Number)
			}
		}
		for _, r := range filed {
			if r.Name == l.Text && r.Digest == t.Digest {
				l.Carriers = append(l.Carriers, r.Carrier+" "+r.State)
				l.filed = append(l.filed, s.lang.say(r.Carrier+" "+r.State, "通道 "+r.Carrier+" "+filedWords[r.State]))
			}
		}
		l.Held = s.book.Bars(t)
		sums[s.book.Filed(t, s.book.Carrier)]++
		if s.f.json {
			if err := out.Encode(l); err != nil {
				return err
			}
			continue
		}
		s.textLine(&l)
	}
	if !s.f.json {
		s.onFile(sums)
	}
	return nil
}

// onFile says how many texts the portfolio's carrier has registered, and how many wait for that, or would.
func (s *versionDesk) onFile(sums map[string]int) {
	others := sums[engine.Pending] + sums[engine.Unfiled]
	s.g.line("")
	s.g.line(s.lang.say("With %s: registered %d, pending %d, refused %d, nothing on file %d.", "通道 %s：已报备%d，报备中%d，被拒%d，未报备%d。"),
		s.book.Carrier, sums[engine.Registered], sums[engine.Pending], sums[engine.Refused], sums[engine.Unfiled])
	switch {
	case s.book.RegisteredOnly:
		s.g.line(s.lang.say("It takes registered texts only: texts that wait now: %d.", "该通道只发送已报备的文案：现暂停发送%d条文案。"), others+sums[engine.Refused])
	default:
		s.g.line(s.lang.say("Refused texts wait. With registered_only so would all others that are not registered: %d more.", "被拒的文案暂停发送；若启用 registered_only，尚未报备通过的文案也将暂停，另有%d条。"), others)
	}
}

// filed notes what a carrier says of the text in force.
func (s *versionDesk) filed(args []string) error {
	if !slices.Contains([]string{engine.Pending, engine.Registered, engine.Refused}, args[0]) {
		return fail(Usage, "%q is not what a carrier says of a text: pending, registered or refused", args[0])
	}
	if draft := s.may(access.Draft); draft != nil && s.may(access.Carriers) != nil {
		return draft
	}
	carrier := cmp.Or(s.f.carrier, s.book.Carrier)
	if s.cfg.Carrier(carrier) == nil {
		return fail(Input, "no carrier is called %q", carrier)
	}
	name, lang, _ := strings.Cut(s.lineage.Name, ".")
	t := s.book.Templates.Pick(name, compose.Language(lang), "")
	r := store.Registration{Portfolio: s.book.Row(), Carrier: carrier, Name: s.lineage.Name, Digest: t.Digest, State: args[0]}
	if len(args) > 1 {
		r.Number = args[1]
	}
	if err := s.e.Store.Register(s.ctx, r, s.act()); err != nil {
		return err
	}
	s.g.line(s.lang.say("%s with %s: %s.", "%s，通道 %s：%s。"), s.lineage.Name, carrier, s.lang.say(args[0], filedWords[args[0]]))
	return nil
}

// filedWords are what a carrier says of a text, in Chinese.
var filedWords = map[string]string{engine.Pending: "报备中", engine.Registered: "已报备", engine.Refused: "被拒"}

func (s *versionDesk) textLine(l *textJSON) {
	more := ""
	if len(l.Stages) > 0 {
		more += s.lang.say("; ", "；") + strings.Join(l.Stages, s.lang.say(", ", "、"))
	}
	for _, n := range l.Waits {
		more += fmt.Sprintf(s.lang.say("; version %d waits to be signed", "；第%d版待签署"), n)
	}
	if len(l.filed) > 0 {
		more += s.lang.say("; ", "；") + strings.Join(l.filed, s.lang.say(", ", "、"))
	}
	if l.Held != "" {
		more += s.lang.say("; does not leave", "；暂停发送")
	}
	s.g.line(s.lang.say("%s: version %d, by %s%s", "%s：第%d版，%s 拟稿%s"), l.Text, l.Version, words.In(words.Authors, l.By, string(s.lang)), more)
}

// tryText writes a text as a borrower of the portfolio would get it, and says what is wrong with it or would be better.
func (s *versionDesk) tryText(args []string) error {
	of, name := s.book, ""
	var checked engine.Checked
	if len(args) == 1 {
		body, from, err := s.textOf(args[0])
		if err != nil {
			return err
		}
		checked, name = s.read(body), from
		if err := s.mistakes(name, checked.Mistakes); err != nil {
			return err
		}
		of = checked.Portfolio
	}
	text, lang, _ := strings.Cut(s.lineage.Name, ".")
	sample, err := s.e.SampleOf(s.ctx, of, text, compose.Language(lang), s.at)
	if errors.Is(err, engine.ErrCannotWrite) {
		return fail(Findings, "nobody of the book has what this text says, so that it cannot be shown: %w", err)
	}
	if err != nil {
		return err
	}
	t := of.Templates.Pick(text, compose.Language(lang), "")
	s.g.line("%s", sample.Text)
	s.g.line("")
	whose := s.lang.say("with made-up figures", "数字为虚构")
	switch {
	case sample.Of:
		whose = fmt.Sprintf(s.lang.say("the next message of %s (%s)", "%s（%s）的下一条短信"), sample.Ref, sample.Name)
	case sample.Ref != "":
		whose = fmt.Sprintf(s.lang.say("with the figures of %s (%s)", "数字取自 %s（%s）"), sample.Ref, sample.Name)
	}
	s.g.line(s.lang.say("%s, %d units, %d of at most %d parts%s; %s", "%s，%d个字符单位，%d段（上限%d段）%s；%s"), sample.Alphabet, sample.Units, sample.Segments, t.MaxSegments, s.cost(sample.Segments), whose)
	for i := range checked.Found {
		p := &checked.Found[i]
		better := ""
		if p.Suggestion != "" {
			better = s.lang.say("; better: ", "；建议：") + p.Advice(compose.Language(s.lang))
		}
		s.g.line("%s:%d: %s [%s]: %s%s", name, p.Line, p.Severity, p.Code, p.Message.In(compose.Language(s.lang)), better)
	}
	if sample.Segments > t.MaxSegments {
		return fail(Findings, "the text takes more parts than it may")
	}
	return nil
}

// textOf reads a version by its number, or a file.
func (s *versionDesk) textOf(arg string) (body []byte, name string, err error) {
	if strings.Trim(arg, "0123456789") == "" {
		v, err := s.numbered(arg)
		return v.Body, s.lineage.Name + "@" + arg, err
	}
	if body, err = os.ReadFile(arg); err != nil {
		err = fail(Input, "the file cannot be read: %w", err)
	}
	return body, arg, err
}

// cost is what so many parts cost with the portfolio's carrier; empty where nobody has said.
func (s *versionDesk) cost(parts int) string {
	micro, cur := s.cfg.partCost(s.book.Carrier)
	digits, known := cur.Digits()
	if micro == 0 || !known {
		return ""
	}
	major := micro * int64(parts)
	for range digits {
		major /= 10
	}
	return s.lang.say(", ", "，") + ledger.Rate(major).String() + " " + string(cur)
}
