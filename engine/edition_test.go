//go:build unix

package engine

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/smsc"
)

// replaced is the test portfolio's documents with a change in each of strategy, rulebook, template and settings.
func replaced(t *testing.T, what string) Spec {
	t.Helper()
	s := must(testSpec())
	change := func(src *Source, from, to string) {
		if !strings.Contains(string(src.Body), from) {
			t.Fatalf("%s does not hold %q", src.Name, from)
		}
		src.Body = []byte(strings.Replace(string(src.Body), from, to, 1))
	}
	switch what {
	case "strategy":
		change(&s.Strategy, "hours: 10:00-11:30", "hours: 15:00-16:30")
	case "rulebook":
		change(&s.Rulebooks[0], "hours: 08:00-22:00", "hours: 11:00-12:00")
	case "house":
		s.Rulebooks = append(s.Rulebooks, acme("    kind: bar\n    channels: [sms]\n"))
	case "settings":
		s.LedgerMaxAge = time.Minute
	case "terms":
		s.Terms.GraceDays = 30
	}
	return s
}

// TestExplainByTheDocumentsOfThen is invariant 9: whoever asks why somebody was or was not contacted gets the answer of the
// documents that were in force at the instant, whatever has become of them since.
func TestExplainByTheDocumentsOfThen(t *testing.T) {
	t.Parallel()
	slow(t)
	for _, what := range []string{"strategy", "rulebook", "house", "settings", "terms"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			h := newHouse(t, smsc.Config{})
			var debts []debt
			for i := range 12 {
				debts = append(debts, debt{n: i + 1, dueOn: day(thursday, 2*i-6), minor: int64(50_000 + 100*i)})
			}
			h.take(debts...)
			first := h.answers()
			h.plan()

			later := thursday.Add(2 * time.Hour)
			p, err := Compile(replaced(t, what))
			if err != nil {
				t.Fatal(err)
			}
			h.p, h.Portfolios = p, []*Portfolio{p}
			h.at(later)
			if err := h.Prepare(ctx, later); err != nil {
				t.Fatal(err)
			}
			changed := 0
			for person, was := range first {
				for _, at := range []time.Time{thursday, thursday.Add(time.Hour), later, later.Add(time.Hour)} {
					found, err := h.Explain(ctx, person, at)
					if err != nil || len(found) != 1 {
						t.Fatalf("%s: %d explanations, %v", person, len(found), err)
					}
					x := &found[0]
					now := answer{x.Action, x.Stage, x.Treatment, x.Rule, x.Reason, x.NotBefore, x.NotAfter}
					if x.EditionNote != "" || x.EditionSince.After(at) || x.Edition == 0 {
						t.Errorf("%s at %s: edition %d since %s: %s", person, at, x.Edition, x.EditionSince, x.EditionNote)
					}
					switch diff := cmp.Diff(was, now); {
					case at.Equal(thursday) && diff != "":
						t.Errorf("%s at %s: the answer is another since the %s changed:\n%s", person, at, what, diff)
					case !at.Before(later) && diff != "" && (what == "strategy" || was.Action != now.Action || was.Rule != now.Rule):
						changed++
					}
				}
			}
			if changed == 0 {
				t.Error("the change has changed no answer")
			}
		})
	}
}

// TestSettingsAreKept: a portfolio of kept documents is the one that they were kept of, and nothing of a Spec is forgotten.
func TestSettingsAreKept(t *testing.T) {
	slow(t)
	var fields []string
	for i := range reflect.TypeFor[Spec]().NumField() {
		fields = append(fields, reflect.TypeFor[Spec]().Field(i).Name)
	}
	// On says for which day the words of templates are read: those of an edition have been read. Who adds a field keeps it in
	// settings, and names it here.
	want := []string{
		"Ref", "Creditor", "Zone", "Language", "Party", "Strategy", "Rulebooks", "Tables", "Templates", "Terms", "Identity", "LedgerMaxAge",
		"StaleAfter", "Spread", "Carrier", "Approvals", "Talk", "Provider", "RegisteredOnly", "Page", "Uses", "On",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
	s := must(testSpec())
	s.Terms = assess.Terms{GraceDays: 3, DayCount: 365, Order: []assess.Component{assess.Fees, assess.Interest, assess.Principal}}
	s.Approvals = []Approval{{"notice_last", "zh", "0123456789abcdef", "compliance", day(thursday, -3)}}
	s.StaleAfter, s.Talk, s.Page = 7*time.Hour, testTalk(), Page{Address: "https://my.bank.example", Valid: time.Hour, Links: true}
	s.Uses, s.RegisteredOnly = map[string]int64{"strategy": 7}, true
	p, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	q, err := revived(p.Documents)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p.Documents, q.Documents); diff != "" {
		t.Error(diff)
	}
	alike := cmp.Options{cmpopts.IgnoreFields(assess.Terms{}, "Ceiling", "Version")}
	for _, pair := range [][2]any{
		{p.Terms, q.Terms},
		{p.Approvals, q.Approvals},
		{p.Identity, q.Identity},
		{p.Talk, q.Talk},
		{p.Page, q.Page},
		{p.StaleAfter, q.StaleAfter},
		{p.LedgerMaxAge, q.LedgerMaxAge},
		{p.Zone.String(), q.Zone.String()},
		{p.Provider, q.Provider},
	} {
		if diff := cmp.Diff(pair[0], pair[1], alike); diff != "" {
			t.Error(diff)
		}
	}
}

// TestExplainSaysWhatIsNotKept: where the documents of the instant were not kept, or cannot be read any more, the answer says so.
func TestExplainSaysWhatIsNotKept(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t, smsc.Config{})
	h.take(debt{n: 1, dueOn: day(thursday, -3), minor: 50_000})
	h.plan()
	ask := func(at time.Time) *Explanation {
		t.Helper()
		found, err := h.Explain(ctx, borrowerOf(1), at)
		if err != nil || len(found) != 1 {
			t.Fatalf("%d explanations, %v", len(found), err)
		}
		return &found[0]
	}
	if x := ask(thursday.Add(-time.Hour)); x.EditionNote != FirstKept || !x.EditionSince.Equal(thursday) {
		t.Errorf("before anything was kept: %q, since %s", x.EditionNote, x.EditionSince)
	}
	// An edition as an earlier build kept it, without the portfolio's settings.
	old := h.p.Documents[:len(h.p.Documents)-1]
	if _, err := h.Store.Edition(ctx, h.p.row.ID, thursday.Add(time.Hour), old); err != nil {
		t.Fatal(err)
	}
	if err := h.Prepare(ctx, thursday.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if x := ask(thursday.Add(90 * time.Minute)); x.EditionNote != NotKept || x.Rule == "" {
		t.Errorf("by documents without settings: %q, %+v", x.EditionNote, x)
	}
	if x := ask(thursday.Add(2 * time.Hour)); x.EditionNote != "" {
		t.Errorf("now: %q", x.EditionNote)
	}
}
