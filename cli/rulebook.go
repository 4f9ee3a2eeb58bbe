package cli

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

func (a *app) rulebookCommand() *cobra.Command {
	var f versionFlags
	c := &cobra.Command{
		Use:   "rulebook",
		Short: "The rulebooks of a portfolio: read, sign, and say by two people how far a rule binds",
		Long: `Lists the rulebooks that a portfolio is judged by, with who signed which text of them. A rulebook comes with Duly or with the lender's
files, and a corrected one binds at once: it has no versions. Whoever answers for the law reads it and signs.

What people may change is how far a rule binds: one whose text was not read whole is only advised until somebody makes it bind, and counsel may
find that one does not concern this lender. That is asked for with a reason, and signed by a second person of compliance; hours,
stops, identity and what else may never be weakened is refused. Each change is a version, from which one goes back.`,
		Example: `  duly rulebook list
  duly rulebook show cn CN-PARTY-01
  duly rulebook sign cn --by compliance:9
  duly rulebook try CN-PARTY-01 bind
  duly rulebook draft CN-PARTY-01 bind --by compliance:4 --reason "counsel has read it"
  duly rulebook sign 1 --by compliance:9
  duly rulebook rollback --by compliance:9 --reason "read wrongly"`,
		Args: exactly(0, "rulebook takes no arguments; see duly rulebook --help for what it does"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withVersions(c.Context(), f, false, func(s *versionDesk) error { s.confidence(); return s.books(nil) })
		},
	}
	v := &versionCommand{a: a, f: &f, c: c, of: func(s *versionDesk, args []string) ([]string, error) { s.confidence(); return args, nil }}
	list := v.sub("list", "The rulebooks, with how many rules bind and who has signed", "list", calledAs(0, "rulebook list"), false, (*versionDesk).books)
	show := v.sub("show BOOK [RULE]", "Its rules with their sources, how far these were read, dates, and whether they bind", "show cn", between(1, 2, "this is called as duly rulebook show BOOK [RULE]"), false, (*versionDesk).rules)
	versions := v.sub("versions", "What was made of how far rules bind, with what is in force and what waits", "versions", calledAs(0, "rulebook versions"), false, (*versionDesk).list)
	v.sub("diff VERSION [VERSION]", "What a version makes of rules that the one in force, or another, does not", "diff 1 2", between(1, 2, "this is called as duly rulebook diff VERSION [VERSION]"), false, (*versionDesk).diff)
	v.sub("try RULE bind|advise|as-written", "Whether it can be, and what of the portfolio would run against it", "try CN-PARTY-01 bind", calledAs(2, "rulebook try RULE bind|advise|as-written"), false, (*versionDesk).tryRule)
	v.sub("draft RULE bind|advise|as-written", "Ask that a rule bind, be only advised, or be as its rulebook has it", "draft CN-PARTY-01 bind --by compliance:4 --reason \"counsel has read it\"", calledAs(2, "rulebook draft RULE bind|advise|as-written"), true, (*versionDesk).draftRule)
	v.sub("sign BOOK|VERSION", "Sign the text of a rulebook that one has read, or a change that somebody else asked for", "sign cn --by compliance:9", calledAs(1, "rulebook sign BOOK|VERSION"), true, (*versionDesk).signBook)
	v.sub("refuse VERSION", "End a change that waits: another's with a reason, or one's own", "refuse 1 --by compliance:9 --reason \"not for us to say\"", calledAs(1, "rulebook refuse VERSION"), true, (*versionDesk).refuse)
	v.sub("rollback", "Put in force again what was made of rules before", "rollback --by compliance:9 --reason \"read wrongly\"", calledAs(0, "rulebook rollback"), true, (*versionDesk).rollback)
	v.json(c, list, show, versions)
	v.flags(c)
	return c
}

// confidence makes how far rules bind what the run works on.
func (s *versionDesk) confidence() {
	s.lineage = store.Lineage{Portfolio: s.book.Row(), Kind: store.ConfidenceKind}
	s.what, s.call, s.second, s.role = both{"how far rules bind", "规则效力"}, "duly rulebook versions", "duly rulebook sign", "compliance"
	s.read = func(body []byte) engine.Checked { return s.book.WithConfidence(body, ledger.Day(s.at.In(s.book.Zone))) }
}

type bookJSON struct {
	Portfolio string   `json:"portfolio"`
	Book      string   `json:"book"`
	Version   string   `json:"version"`
	Rules     int      `json:"rules"`
	Binding   int      `json:"binding"`
	Digest    string   `json:"digest"`
	SignedBy  []string `json:"signed_by"` // this text of it
}

// books lists the portfolio's rulebooks.
func (s *versionDesk) books([]string) error {
	signed, err := s.e.Store.Signatures(s.ctx, s.book.Row())
	if err != nil {
		return err
	}
	out := json.NewEncoder(s.g.w)
	for _, b := range s.book.Lawbook.Books() {
		l := bookJSON{Portfolio: s.book.Ref, Book: b.ID, Version: b.Version, Rules: len(b.Rules), Digest: b.Digest, SignedBy: []string{}}
		for i := range b.Rules {
			if b.Rules[i].Confidence == law.Binding {
				l.Binding++
			}
		}
		for _, g := range signed {
			if g.Name == b.ID && g.Digest == b.Digest {
				l.SignedBy = append(l.SignedBy, g.Who)
			}
		}
		if s.f.json {
			if err := out.Encode(l); err != nil {
				return err
			}
			continue
		}
		by := s.lang.say("not signed", "未签署")
		if len(l.SignedBy) > 0 {
			by = s.lang.say("signed by ", "已签署：") + strings.Join(l.SignedBy, ", ")
		}
		s.g.line(s.lang.say("%s %s: %s; %s, binding %d; %s", "%s %s：%s；%s，其中强制%d条；%s"), b.ID, b.Version, b.Title[string(s.lang)],
			s.lang.say(count(l.Rules, "rule", "rules"), "规则"+grouped(l.Rules)+"条"), l.Binding, by)
	}
	return nil
}

// named returns a rulebook of the portfolio.
func (s *versionDesk) named(id string) (law.Rulebook, error) {
	for _, b := range s.book.Lawbook.Books() {
		if b.ID == id {
			return b, nil
		}
	}
	return law.Rulebook{}, fail(Input, "portfolio %s has no rulebook %s; duly rulebook list says which there are", s.book.Ref, id)
}

type ruleJSON struct {
	Book    string `json:"book"`
	Rule    string `json:"rule"`
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Source  string `json:"source"`
	Read    string `json:"read"`
	Binding bool   `json:"binding"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"` // the first day on which it is over
	BoundBy string `json:"bound_by,omitempty"`
	Why     string `json:"why,omitempty"` // it is only advised here
}

// rules shows the rules of a rulebook, or one of them.
func (s *versionDesk) rules(args []string) error {
	b, err := s.named(args[0])
	if err != nil {
		return err
	}
	lang, shown := string(s.lang), 0
	out := json.NewEncoder(s.g.w)
	for i := range b.Rules {
		r := &b.Rules[i]
		if len(args) == 2 && r.ID != args[1] {
			continue
		}
		shown++
		l := ruleJSON{
			Book: b.ID, Rule: r.ID, Kind: string(r.Kind), Title: r.Title[lang], Source: r.Source, Read: r.Status, Binding: r.Confidence == law.Binding, BoundBy: r.BoundBy, Why: r.Why,
		}
		if s.lang == "zh" && r.SourceZH != "" {
			l.Source = r.SourceZH
		}
		if r.From != 0 {
			l.From = r.From.String()
		}
		if r.To != 0 {
			l.To = r.To.String()
		}
		if s.f.json {
			if err := out.Encode(l); err != nil {
				return err
			}
			continue
		}
		s.ruleLines(&l)
	}
	if shown == 0 {
		return fail(Input, "rulebook %s has no rule %s; duly rulebook show %s says which it has", b.ID, args[1], b.ID)
	}
	return nil
}

func (s *versionDesk) ruleLines(l *ruleJSON) {
	binds := s.lang.say("only advised", "不强制")
	if l.Binding {
		binds = s.lang.say("binds", "强制")
	}
	s.g.line("%s [%s, %s] %s", l.Rule, words.In(words.RuleKinds, l.Kind, string(s.lang)), binds, l.Title)
	dates := ""
	if l.From != "" {
		dates += s.lang.say("; from ", "；自 ") + l.From
	}
	if l.To != "" {
		dates += s.lang.say("; before ", "；早于 ") + l.To
	}
	s.g.line("  %s (%s)%s", l.Source, words.In(words.Readings, l.Read, string(s.lang)), dates)
	switch {
	case l.BoundBy != "":
		s.g.line(s.lang.say("  made to bind here", "  本机构设为强制"))
	case l.Why != "":
		s.g.line(s.lang.say("  does not bind here: %s", "  本机构设为不强制：%s"), l.Why)
	}
}

// change returns the document with one rule changed.
func (s *versionDesk) change(args []string, reason string) ([]byte, error) {
	rule, effect := args[0], args[1]
	if !slices.Contains([]string{"bind", "advise", "as-written"}, effect) {
		return nil, fail(Usage, "a rule is to bind, advise or be as-written, not %s", effect)
	}
	known := slices.ContainsFunc(s.book.Lawbook.Books(), func(b law.Rulebook) bool {
		return !b.House() && slices.ContainsFunc(b.Rules, func(r law.Rule) bool { return r.ID == rule })
	})
	if !known {
		return nil, fail(Input, "no rulebook of portfolio %s has a rule %s; duly rulebook show BOOK says which it has", s.book.Ref, rule)
	}
	if bind, advise := s.book.Confidence(); len(bind)+len(advise) == 0 && effect == "as-written" {
		return nil, fail(Findings, "the rule binds as its rulebook has it already")
	}
	return s.book.ConfidenceWith(rule, effect, reason), nil
}

// tryRule says what would come of a change.
func (s *versionDesk) tryRule(args []string) error {
	body, err := s.change(args, "–")
	if err != nil {
		return err
	}
	checked := s.read(body)
	if len(checked.Mistakes) > 0 {
		for _, m := range checked.Mistakes {
			s.g.line("%s", m.Says(string(s.lang)))
		}
		return fail(Findings, "%s cannot be", args[0]+" "+args[1])
	}
	on := ledger.Day(s.at.In(s.book.Zone))
	for _, f := range checked.Portfolio.Breaches(on) {
		if !slices.ContainsFunc(s.book.Breaches(on), f.Same) {
			s.g.line(s.lang.say("the strategy would run against it, line %d: %s", "策略第%d行将与之冲突：%s"), f.Line, f.Says(string(s.lang)))
		}
	}
	s.g.line("%s", s.lang.say("it can be asked for: every text of the portfolio may still be used", "可以提交：全部文案仍可使用"))
	return nil
}

// draftRule asks for a change, which somebody else signs.
func (s *versionDesk) draftRule(args []string) error {
	if err := s.may(access.Sign); err != nil {
		return err
	}
	body, err := s.change(args, s.f.reason)
	if err != nil {
		return err
	}
	return s.ask(args[0], body)
}

// signBook signs the text of a rulebook, or a change by its number.
func (s *versionDesk) signBook(args []string) error {
	if strings.Trim(args[0], "0123456789") == "" {
		return s.activate(args)
	}
	if err := s.may(access.Sign); err != nil {
		return err
	}
	b, err := s.named(args[0])
	if err != nil {
		return err
	}
	if err := s.e.Store.SignBook(s.ctx, s.book.Row(), store.Signature{Name: b.ID, Digest: b.Digest}, s.act()); err != nil {
		return err
	}
	s.g.line(s.lang.say("rulebook %s %s is signed", "规则集 %s %s 已签署"), b.ID, b.Version)
	return nil
}
