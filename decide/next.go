package decide

import (
	"math"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// Next picks what to do for a person today: an intent and true, or a hold and false.
//
// All loans of a person are one matter: the loan with the worst lateness leads and gives the stage, and the
// message speaks of every loan with something overdue in the lead's currency; before due, of every loan that
// falls due on that day. A treatment is due by state, from its first day past due to its last, so that a
// missed night is made good; one is given at a time, the latest first, and once it has been given none that
// began earlier follows it. A part payment that meets the oldest instalment begins a new episode.
//
// Next allocates nothing, unless the loans that the message speaks of do not stand together in Facts.Loans.
func Next(s *Strategy, f Facts) (Intent, Hold, bool) {
	var in Intent
	hold, ok := Choose(s, &f, &in)
	return in, hold, ok
}

// Choose is Next for facts and an intent that have a place of their own. Where it holds, the intent stays as it was.
func Choose(s *Strategy, f *Facts, in *Intent) (Hold, bool) {
	l, hold, ok := lead(s, f)
	if !ok {
		return hold, false
	}
	stage := s.stage(l.dpd)
	if stage == nil {
		hold := Hold{Reason: NoTreatment, Detail: "No stage of the strategy covers this lateness."}
		if l.dpd <= 0 {
			hold = Hold{Reason: NothingDue, Detail: "Nothing is overdue, and the next instalment is further off than the strategy looks."}
			if from := s.Stages[0].From; l.dpd < from {
				hold.Until = f.Today + ledger.Date(from-l.dpd)
			}
		}
		return hold, false
	}
	p := picker{s: s, f: f, stage: stage, dpd: l.dpd, episode: l.episode, tone: l.tone, cause: f.causeOf(l.episode)}
	p.soften()
	p.look()
	t, hold := p.pick()
	if t == nil {
		return hold, false
	}
	if p.gently != "" && t.Soft != nil {
		t = t.Soft
	}
	in.Stage, in.Treatment, in.Tone, in.Episode, in.Occurrence, in.Gently = stage, t, p.tone, l.episode, p.given(t.Index)+1, p.gently
	in.Lead, in.Loans, in.DPD, in.LastOn = f.Loans[l.index].ID, loans(f, l), l.dpd, 0
	if t.To < NoEnd {
		in.LastOn = f.Today + ledger.Date(t.To-l.dpd)
	}
	return Hold{}, true
}

// leading is the loan that puts a person at a stage.
type leading struct {
	index   int
	dpd     int
	episode ledger.Date
	tone    assess.Tone
}

// firmness orders the tones; a person is written to in the firmest tone that a loan of theirs asks for.
func firmness(t assess.Tone) int {
	switch t {
	case assess.Human:
		return 4
	case assess.Firm:
		return 3
	case assess.Standard:
		return 2
	case assess.Lenient:
		return 1
	}
	return 0
}

func lead(s *Strategy, f *Facts) (leading, Hold, bool) {
	late, soon, grace := -1, -1, -1
	var tone assess.Tone
	for i := range f.Loans {
		l := &f.Loans[i]
		p := &l.Position
		if l.Broken || p.Broken {
			return leading{}, Hold{Reason: AmountBroken, Detail: "The rows of a loan contradict each other; a person has to look."}, false
		}
		if l.Closed {
			continue
		}
		if t := assess.ToneOf(*p); firmness(t) > firmness(tone) {
			tone = t
		}
		if p.DPD > 0 && p.Due.Total > 0 && (late < 0 || worse(p, &f.Loans[late].Position)) {
			late = i
		}
		if p.DPD <= 0 && p.OldestUnpaid != 0 && p.Due.Total > 0 {
			grace = i
		}
		if p.NextDueOn >= f.Today && p.NextDue > 0 && (soon < 0 || p.NextDueOn < f.Loans[soon].Position.NextDueOn) {
			soon = i
		}
	}
	switch {
	case late >= 0:
		p := &f.Loans[late].Position
		if s.MinDue > 0 && total(f, late) < s.MinDue {
			return leading{}, Hold{Reason: TooSmall, Detail: "Less is overdue than the strategy writes about."}, false
		}
		return leading{late, p.DPD, p.OldestUnpaid, tone}, Hold{}, true
	case grace >= 0:
		return leading{}, Hold{Reason: InGrace, Detail: "What is overdue is within the days of grace.", Until: f.Today + 1}, false
	case soon >= 0:
		p := &f.Loans[soon].Position
		if p.NextDue < s.MinDue {
			return leading{}, Hold{Reason: TooSmall, Detail: "Less falls due than the strategy writes about."}, false
		}
		return leading{soon, int(f.Today - p.NextDueOn), p.NextDueOn, tone}, Hold{}, true
	}
	return leading{}, Hold{Reason: NothingDue, Detail: "Nothing is overdue and nothing is coming."}, false
}

// worse says whether p leads rather than q: the more days past due, then the older lapse.
func worse(p, q *assess.Position) bool {
	return p.DPD > q.DPD || p.DPD == q.DPD && p.OldestUnpaid < q.OldestUnpaid
}

// speaksOf says whether a message led by loan i speaks of loan j.
func speaksOf(f *Facts, l leading, j int) bool {
	a, b := &f.Loans[l.index], &f.Loans[j]
	switch {
	case b.Closed || a.Currency != b.Currency:
		return false
	case l.dpd > 0:
		return b.Position.DPD > 0 && b.Position.Due.Total > 0
	}
	return b.Position.NextDueOn == a.Position.NextDueOn && b.Position.NextDue > 0
}

func total(f *Facts, i int) int64 {
	var sum int64
	for j := range f.Loans {
		if !speaksOf(f, leading{index: i, dpd: 1}, j) {
			continue
		}
		if sum > math.MaxInt64-f.Loans[j].Position.Due.Total {
			return math.MaxInt64
		}
		sum += f.Loans[j].Position.Due.Total
	}
	return sum
}

// counting is 0, 1, 2, …: loans that stand together are a part of it, so that naming them costs nothing.
var counting = func() (a [64]int) {
	for i := range a {
		a[i] = i
	}
	return a
}()

// loans returns the indexes of the loans that the message speaks of.
func loans(f *Facts, l leading) []int {
	first, last, n := -1, -1, 0
	for j := range f.Loans {
		if speaksOf(f, l, j) {
			if first < 0 {
				first = j
			}
			last = j
			n++
		}
	}
	if n == last-first+1 && last < len(counting) {
		return counting[first : last+1 : last+1]
	}
	all := make([]int, 0, n)
	for j := range f.Loans {
		if speaksOf(f, l, j) {
			all = append(all, j)
		}
	}
	return all
}

func (s *Strategy) stage(dpd int) *Stage {
	for i := range s.Stages {
		if st := &s.Stages[i]; st.From <= dpd && dpd <= st.To {
			return st
		}
	}
	return nil
}

// Treatments returns the treatments of all stages, without the notices.
func (s *Strategy) Treatments() (all []*Treatment) {
	for i := range s.Stages {
		for j := range s.Stages[i].Treatments {
			all = append(all, &s.Stages[i].Treatments[j])
		}
	}
	return all
}

// Treatment returns the treatment with an index, or nil.
func (s *Strategy) Treatment(index int) *Treatment {
	for i := range s.Stages {
		for j := range s.Stages[i].Treatments {
			if t := &s.Stages[i].Treatments[j]; t.Index == index {
				return t
			}
		}
	}
	for i := range s.Notices.Treatments {
		if t := &s.Notices.Treatments[i]; t.Index == index {
			return t
		}
	}
	return nil
}
