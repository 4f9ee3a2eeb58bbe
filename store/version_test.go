package store

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
)

func act(who string, at time.Time) Act { return Act{Who: who, At: at, Real: at} }

// strategyOf is the text that is in force as a portfolio's strategy.
func strategyOf(t *testing.T, s *Store, portfolio int64) string {
	t.Helper()
	in, err := s.InUse(context.Background(), portfolio)
	if err != nil {
		t.Fatal(err)
	}
	for i := range in {
		if in[i].Kind == StrategyKind {
			return string(in[i].Body)
		}
	}
	return ""
}

// TestVersionsOfFiles: without anybody who may put something in force the files speak for themselves; with somebody a changed file
// waits; one that did not change leaves what people did; one that turned back takes its wish back.
func TestVersionsOfFiles(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	p := cards(t, s)
	at := noon
	take := func(text string) {
		t.Helper()
		at = at.Add(time.Hour)
		if _, err := s.TakeIn(ctx, p, []Filed{{Lineage{p.ID, StrategyKind, ""}, []byte(text)}}, at); err != nil {
			t.Fatal(err)
		}
	}
	states := func() (out string) {
		t.Helper()
		list, err := s.Versions(ctx, Lineage{p.ID, StrategyKind, ""})
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			out += list[i].State() + " "
		}
		return strings.TrimSpace(out)
	}
	for _, c := range []struct{ file, inForce, states string }{
		{"one", "one", "active"},
		{"one", "one", "active"},
		{"two", "two", "active former"},
		{"one", "one", "active former former"},
	} {
		if take(c.file); strategyOf(t, s, p.ID) != c.inForce || states() != c.states {
			t.Errorf("file %s: %s is in force: %s", c.file, strategyOf(t, s, p.ID), states())
		}
	}
	if _, err := s.AddStaff(ctx, Staffer{Login: "a1", Grants: access.Grants{{Role: access.Approver, Portfolio: "another"}}}, "administrator:1", at); err != nil {
		t.Fatal(err)
	}
	if take("two"); strategyOf(t, s, p.ID) != "two" {
		t.Error("an approver of another portfolio makes this one wait")
	}
	if _, err := s.AddStaff(ctx, Staffer{Login: "a2", Grants: access.Grants{{Role: access.Approver, Portfolio: p.Ref}}}, "administrator:1", at); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, states string }{
		{"three", "asked active former former former"},
		{"three", "asked active former former former"},
		{"two", "ended active former former former"},
		{"three", "asked ended active former former former"},
		{"four", "asked ended ended active former former former"},
	} {
		if take(c.file); strategyOf(t, s, p.ID) != "two" || states() != c.states {
			t.Errorf("file %s with an approver: %s is in force: %s", c.file, strategyOf(t, s, p.ID), states())
		}
	}
	list, _ := s.Versions(ctx, Lineage{p.ID, StrategyKind, ""})
	if err := s.GiveUp(ctx, list[0].ID, act("staff:2", at)); err != nil {
		t.Fatal(err)
	}
	if take("four"); states() != "ended ended ended active former former former" {
		t.Errorf("what a person refused comes again with every start: %s", states())
	}
	take("five")
	list, _ = s.Versions(ctx, Lineage{p.ID, StrategyKind, ""})
	if err := s.Activate(ctx, list[0].ID, act("staff:2", at)); err != nil {
		t.Fatal(err)
	}
	if take("five"); strategyOf(t, s, p.ID) != "five" {
		t.Errorf("%s is in force", strategyOf(t, s, p.ID))
	}
}

// TestTwoHands: who wrote a version does not put it in force, under no role and by no way, not even past this package.
func TestTwoHands(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	p := cards(t, s)
	of := Lineage{p.ID, StrategyKind, ""}
	if _, err := s.TakeIn(ctx, p, []Filed{{of, []byte("one")}}, noon); err != nil {
		t.Fatal(err)
	}
	id, err := s.BeginVersion(ctx, of, []byte("two"), act("staff:7", noon))
	if err != nil {
		t.Fatal(err)
	}
	want := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("a draft", s.Activate(ctx, id, act("staff:8", noon)), ErrNotAsked)
	want("another's draft", s.Redraft(ctx, id, []byte("mine"), act("staff:8", noon)), ErrNotYours)
	want("another's draft", s.AskFor(ctx, id, act("staff:8", noon)), ErrNotYours)
	want("one's own draft", s.Redraft(ctx, id, []byte("two, mended"), act("staff:7", noon)), nil)
	want("asking", s.AskFor(ctx, id, act("staff:7", noon)), nil)
	want("what was asked for", s.Redraft(ctx, id, []byte("late"), act("staff:7", noon)), ErrStands)
	want("one's own", s.Activate(ctx, id, act("staff:7", noon)), ErrSameHand)
	want("one's own by another role", s.Activate(ctx, id, act("approver:7", noon)), ErrSameHand)
	for _, past := range []string{
		`INSERT INTO activation (version, at, who, hand) SELECT id, 1, who, hand FROM version WHERE id = 2`,
		`UPDATE version SET body = x'00' WHERE id = 2`,
		`UPDATE version SET hand = '9' WHERE id = 2`,
		`DELETE FROM version WHERE id = 2`,
		`UPDATE activation SET version = 2`,
		`DELETE FROM activation`,
	} {
		if _, err := s.write.ExecContext(ctx, past); err == nil {
			t.Errorf("%s: the database lets it pass", past)
		}
	}
	want("another's", s.Activate(ctx, id, act("staff:8", noon)), nil)
	want("twice", s.Activate(ctx, id, act("staff:8", noon)), ErrNotAsked)
	if got := strategyOf(t, s, p.ID); got != "two, mended" {
		t.Errorf("%q is in force", got)
	}
	other, err := s.BeginVersion(ctx, of, []byte("three"), act("staff:7", noon))
	if err != nil {
		t.Fatal(err)
	}
	want("asking", s.AskFor(ctx, other, act("staff:7", noon)), nil)
	was, err := s.Former(ctx, id)
	if err != nil || was.Number != 1 {
		t.Errorf("before it: version %d, %v", was.Number, err)
	}
	v, err := s.GoBack(ctx, id, act("staff:7", noon)) // it was in force before, so that nobody has to be waited for
	if err != nil || v.Number != 1 || strategyOf(t, s, p.ID) != "one" {
		t.Errorf("going back: version %d, %v", v.Number, err)
	}
	want("one that was begun before", s.Activate(ctx, other, act("staff:8", noon)), ErrOvertaken)
	if _, err = s.GoBack(ctx, id, act("staff:8", noon)); !errors.Is(err, ErrGoneBack) || strategyOf(t, s, p.ID) != "one" {
		t.Errorf("somebody else who pressed it too: %v, and %q is in force", err, strategyOf(t, s, p.ID))
	}
	if v, err = s.GoBack(ctx, v.ID, act("staff:8", noon)); err != nil || v.Number != 2 {
		t.Errorf("going back again: version %d, %v", v.Number, err)
	}
	deeds, err := s.Deeds(ctx, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	did := map[string]int{}
	for _, d := range deeds {
		did[d.What]++
	}
	for what, n := range map[string]int{"strategy_drafted": 2, "strategy_asked": 2, "strategy_activated": 1, "strategy_rolled_back": 2} {
		if did[what] != n {
			t.Errorf("the audit has %d of %s", did[what], what)
		}
	}
}
