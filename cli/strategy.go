package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

func (a *app) strategyCommand() *cobra.Command {
	var f versionFlags
	c := &cobra.Command{
		Use:   "strategy",
		Short: "The versions of a portfolio's strategy: list, compare, propose, put in force by a second person, go back",
		Long: `Lists the versions of a portfolio's strategy. The text that duly.yaml names is the first one. Where nobody works here who may put a
strategy in force (the role approver: duly user), a changed file is in force from the next start on, as a version of its own. Where
somebody does, it waits for them, here or at the console; what people put in force stays until they change it (docs/adr/0029).

draft checks a file and asks that it be put in force; activate does that, and never for who wrote it; refuse ends one that waits; rollback
puts the version before in force again. Whatever runs takes it within a second, without a restart.`,
		Example: `  duly strategy list
  duly strategy show 2
  duly strategy diff 1 2
  duly strategy draft ./gentle.yaml --by strategist:4 --reason "fewer messages after a reply"
  duly strategy activate 2 --by approver:9
  duly strategy rollback --by approver:9 --reason "complaints"`,
		Args: exactly(0, "strategy takes no arguments; see duly strategy --help for what it does"),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withVersions(c.Context(), f, false, func(s *versionDesk) error { s.strategy(); return s.list(nil) })
		},
	}
	v := &versionCommand{a: a, f: &f, c: c, of: func(s *versionDesk, args []string) ([]string, error) { s.strategy(); return args, nil }}
	list := v.sub("list", "The strategies of a portfolio, with the version in force and who put it there", "list", calledAs(0, "strategy list"), false, (*versionDesk).list)
	v.sub("show [VERSION]", "The text of a version, or of the one in force", "show 2", atMost(1, "this is called as duly strategy show [VERSION]"), false, (*versionDesk).show)
	v.sub("diff VERSION [VERSION]", "What a version says differently: beside the one in force, or another", "diff 1 2", between(1, 2, "this is called as duly strategy diff VERSION [VERSION]"), false, (*versionDesk).diffStrategy)
	v.sub("draft FILE", "Check a file, and ask that it be put in force", "draft ./gentle.yaml --by strategist:4 --reason \"fewer messages\"", calledAs(1, "strategy draft FILE"), true, (*versionDesk).draft)
	v.sub("activate VERSION", "Put a version in force that somebody else asked for", "activate 2 --by approver:9", calledAs(1, "strategy activate VERSION"), true, (*versionDesk).activate)
	v.sub("refuse VERSION", "End a version that waits: another's with a reason, or one's own", "refuse 2 --by approver:9 --reason \"too many messages\"", calledAs(1, "strategy refuse VERSION"), true, (*versionDesk).refuse)
	v.sub("rollback", "Put the version before in force again", "rollback --by approver:9 --reason complaints", calledAs(0, "strategy rollback"), true, (*versionDesk).rollback)
	v.json(c, list)
	v.flags(c)
	return c
}

// strategy makes the portfolio's strategy what the run works on.
func (s *versionDesk) strategy() {
	s.lineage = store.Lineage{Portfolio: s.book.Row(), Kind: store.StrategyKind}
	s.what, s.call, s.second, s.role = both{"its strategy", "策略"}, "duly strategy list", "duly strategy activate", "approver"
	s.read = func(body []byte) engine.Checked { return s.book.WithStrategy(body, ledger.Day(s.at.In(s.book.Zone))) }
}

// diffStrategy says by meaning and line by line what a version says differently.
func (s *versionDesk) diffStrategy(args []string) error {
	a, b, err := s.pair(args)
	if err != nil {
		return err
	}
	was, errA := decide.ParseStrategy(fmt.Sprintf("strategy@%d.yaml", a.Number), a.Body)
	is, errB := decide.ParseStrategy(fmt.Sprintf("strategy@%d.yaml", b.Number), b.Body)
	if errA == nil && errB == nil {
		for _, d := range was.Differences(&is) {
			s.g.line("%s %s: %s → %s", d.Where, d.What, dash(d.Was), dash(d.Is))
		}
	}
	s.lines(&a, &b)
	return nil
}
