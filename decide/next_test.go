package decide_test

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/rulebooks"
)

var due = ledger.NewDate(2026, 9, 1)

func loan(dpd, slips int, today ledger.Date) decide.LoanFacts {
	l := decide.LoanFacts{ID: 1, Currency: "CNY"}
	l.Position.On, l.Position.Slips = today, slips
	if dpd > 0 {
		l.Position.DPD, l.Position.OldestUnpaid, l.Position.Due = dpd, today-ledger.Date(dpd), assess.Due{Total: 124_000, Principal: 124_000}
	} else {
		l.Position.NextDueOn, l.Position.NextDue = today-ledger.Date(dpd), 124_000
	}
	return l
}

func facts(dpd, slips int) decide.Facts {
	today := due + ledger.Date(dpd)
	return decide.Facts{Today: today, Loans: []decide.LoanFacts{loan(dpd, slips, today)}}
}

func TestHolds(t *testing.T) {
	s := cnDefault(t)
	s.MinDue = 1000
	broken, closed, small, grace := facts(9, 1), facts(9, 1), facts(9, 1), facts(9, 1)
	broken.Loans = append(broken.Loans, decide.LoanFacts{Broken: true})
	closed.Loans[0].Closed = true
	small.Loans[0].Position.Due = assess.Due{Total: 999}
	grace.Loans[0].Position.DPD = 0
	held := facts(9, 1)
	held.Holdout = true
	for name, c := range map[string]struct {
		f    decide.Facts
		want decide.HoldReason
	}{
		"no loans": {decide.Facts{Today: due}, decide.NothingDue}, "closed": {closed, decide.NothingDue},
		"far off": {facts(-20, 0), decide.NothingDue}, "broken": {broken, decide.AmountBroken},
		"small": {small, decide.TooSmall}, "grace": {grace, decide.InGrace}, "holdout": {held, decide.InHoldout},
		"not yet": {facts(8, 1), decide.NotYet},
	} {
		if _, h, ok := decide.Next(s, c.f); ok || h.Reason != c.want || h.Detail == "" {
			t.Errorf("%s: got %v %+v, want %s", name, ok, h, c.want)
		}
	}
}

// TestLoansStandApart has a paid loan between two that are late.
func TestLoansStandApart(t *testing.T) {
	f := facts(12, 1)
	f.Loans = append(f.Loans, loan(-40, 1, f.Today), loan(2, 1, f.Today))
	in, _, ok := decide.Next(cnDefault(t), f)
	if !ok || !slices.Equal(in.Loans, []int{0, 2}) || in.LastOn != f.Today+2 {
		t.Errorf("got %v %+v", ok, in)
	}
}

// TestHistories runs the default strategy over random nights that are missed, replies and partial payments,
// and holds what must hold of every sequence of contacts.
func TestHistories(t *testing.T) {
	s := cnDefault(t)
	rapid.Check(t, func(t *rapid.T) {
		slips := rapid.IntRange(1, 4).Draw(t, "slips")
		var touches []decide.Touch
		var replied ledger.Date
		newest, lastOn := -1000, ledger.Date(0)
		once := map[int]bool{}
		for dpd := -6; dpd < 130; dpd++ {
			if rapid.IntRange(0, 3).Draw(t, "night") == 0 {
				continue // the run was missed
			}
			f := facts(dpd, slips)
			f.Touches, f.Replied = touches, replied
			in, hold, ok := decide.Next(s, f)
			if !ok {
				if hold.Reason == "" || hold.Detail == "" || hold.Until != 0 && hold.Until <= f.Today {
					t.Fatalf("dpd %d: hold without reason or in the past: %+v", dpd, hold)
				}
				continue
			}
			tr := in.Treatment
			if dpd < tr.From || dpd > tr.To || in.Stage.From > dpd || in.Stage.To < dpd {
				t.Fatalf("dpd %d: %s is for %d to %d", dpd, tr.Name, tr.From, tr.To)
			}
			if once[tr.Index] && tr.Every == 0 {
				t.Fatalf("dpd %d: %s given twice", dpd, tr.Name)
			}
			if tr.Every == 0 && !tr.Always && tr.From < newest {
				t.Fatalf("dpd %d: %s after a newer one", dpd, tr.Name)
			}
			if f.Today == lastOn {
				t.Fatalf("dpd %d: twice on a day", dpd)
			}
			if in.Tone == assess.Human && tr.Channel != ledger.Task {
				t.Fatalf("dpd %d: %s to somebody whom a person sees to", dpd, tr.Name)
			}
			once[tr.Index], lastOn = true, f.Today
			if !tr.Always {
				newest = max(newest, tr.From)
			}
			touches = append(touches, decide.Touch{On: f.Today, Channel: tr.Channel, Treatment: tr.Index, Episode: in.Episode})
			if rapid.IntRange(0, 9).Draw(t, "reply") == 0 {
				replied = f.Today
			}
		}
	})
}

// TestNewEpisode pays the oldest instalment in part of a longer lapse: what was given before is another matter,
// but the spacing holds.
func TestNewEpisode(t *testing.T) {
	s := cnDefault(t)
	f := facts(9, 2)
	f.Touches = []decide.Touch{{On: f.Today - 1, Channel: ledger.SMS, Treatment: 10, Episode: due - 30}}
	if _, h, ok := decide.Next(s, f); ok || h.Reason != decide.Spaced || h.Until != f.Today+2 {
		t.Errorf("got %v %+v, want a hold for spacing", ok, h)
	}
	f.Touches[0].On -= 2
	if in, _, ok := decide.Next(s, f); !ok || in.Treatment.Name != "firm_1" || in.Occurrence != 1 {
		t.Errorf("got %v %+v, want firm_1", ok, in.Treatment)
	}
}

func TestHoldoutShare(t *testing.T) {
	small, large := decide.Holdout{Millionths: 50_000, Salt: "s"}, decide.Holdout{Millionths: 100_000, Salt: "s"}
	n := 0
	for i := range 100_000 {
		key := strconv.Itoa(i)
		in := small.Assign(key)
		if in {
			n++
		}
		if in && !large.Assign(key) {
			t.Fatal("a larger share left somebody out who was in the smaller")
		}
		if (decide.Holdout{Salt: "s"}).Assign(key) {
			t.Fatal("a share of nothing has somebody in it")
		}
	}
	if n < 4700 || n > 5300 {
		t.Errorf("%d of 100,000 at 5 %%", n)
	}
}

// TestCheckAgainst holds a strategy that wants too much against the law.
func TestCheckAgainst(t *testing.T) {
	doc, err := rulebooks.FS.ReadFile("cn/rulebook.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, err := law.Parse("rulebook.yaml", doc)
	if err != nil {
		t.Fatal(err)
	}
	lawbook, err := law.Compose(book)
	if err != nil {
		t.Fatal(err)
	}
	s := cnDefault(t)
	if got := s.CheckAgainst(law.Rules{}); len(got) != 1 {
		t.Errorf("without rules: %v", got)
	}
	rules := lawbook.For(law.Scope{Country: "CN", Channel: ledger.SMS, Party: "creditor", Product: "card", On: due})
	if got := s.CheckAgainst(rules); len(got) != 0 {
		t.Errorf("as it ships: %v", got)
	}
	s.Prefer.Open, s.Prefer.Close = 7*60, 23*60
	for i := range s.Stages {
		for j := range s.Stages[i].Treatments {
			s.Stages[i].Treatments[j].Spacing = 1
			s.Stages[i].Treatments[j].Every = 1
		}
	}
	if got := s.CheckAgainst(rules); len(got) < 4 {
		t.Errorf("one a day, from 07:00 to 23:00: only %v", got)
	}
}

// BenchmarkNext decides for persons of a book: one in the middle of its lapse, with its touches.
func BenchmarkNext(b *testing.B) {
	s := cnDefault(b)
	f := facts(12, 2)
	f.Loans = append(f.Loans, loan(2, 1, f.Today))
	for _, at := range []struct{ index, dpd int }{{1, -3}, {2, 0}, {3, 1}, {5, 6}, {6, 9}} {
		f.Touches = append(f.Touches, decide.Touch{On: due + ledger.Date(at.dpd), Channel: ledger.SMS, Treatment: at.index, Episode: due})
	}
	if n := testing.AllocsPerRun(100, func() { decide.Next(s, f) }); n != 0 {
		b.Errorf("%v allocations", n)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok := decide.Next(s, f); !ok {
			b.Fatal("held")
		}
	}
}

// TestAskedChannel: of two treatments that may both be given, the one over the channel that the borrower asked for is, and a
// person's call is a call.
func TestAskedChannel(t *testing.T) {
	s := decide.Strategy{Prefer: decide.Preference{Spacing: 1}, Stages: []decide.Stage{{Name: "1-9", From: 1, To: 9, Treatments: []decide.Treatment{
		{Name: "text", Index: 1, From: 1, To: 9, Channel: ledger.SMS, Template: "x"},
		{Name: "mail", Index: 2, From: 1, To: 9, Channel: ledger.Email, Template: "x"},
		{Name: "call", Index: 3, From: 1, To: 9, Channel: ledger.Task, Task: "call"},
	}}}}
	for asked, want := range map[ledger.Channel]string{"": "text", ledger.SMS: "text", ledger.Email: "mail", ledger.Voice: "call", ledger.Post: "text"} {
		f := decide.Facts{Today: due + 3, Asked: asked, Loans: []decide.LoanFacts{loan(3, 1, due+3)}}
		if in, hold, ok := decide.Next(&s, f); !ok || in.Treatment.Name != want {
			t.Errorf("asked for %q: %+v %+v", asked, in.Treatment, hold)
		}
	}
}
