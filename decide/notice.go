package decide

import (
	"math"
	"slices"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// notices reads the statutory notices of a strategy.
func (s *Strategy) notices(v document.Value, index map[int]string, named map[string]int) {
	s.Notices = Stage{Name: "notice", Bucket: "notice", From: 1, To: NoEnd, Line: v.Line()}
	if !v.Given() {
		return
	}
	list := v.List()
	if len(list) > maxTreatments {
		v.Wrong(fault.NoticesMany, maxTreatments)
		return
	}
	for _, item := range list {
		t := s.notice(item)
		same(item, &t, index, named)
		s.Notices.Treatments = append(s.Notices.Treatments, t)
	}
}

func (s *Strategy) notice(v document.Value) Treatment {
	if !v.Keys("name", "index", "from", "to", "every", "channel", "template", "task", "next_step", "states", "duty") {
		return Treatment{}
	}
	t := Treatment{
		Name: v.Key("name").Text(), Index: v.Key("index").Int(1, math.MaxInt16), From: 1, To: NoEnd, Always: true, Notice: true,
		Channel: ledger.Channel(v.Key("channel").OneOf(channels...)), Template: v.Key("template").Text(), Duty: v.Key("duty").Optional(),
		NextStep: v.Key("next_step").Texts(ledger.NextSteps...), States: v.Key("states").Texts(), Line: v.Line(),
	}
	reach(v, &s.Notices, &t)
	if e := v.Key("every"); e.Given() {
		t.Every = e.Int(1, 366)
	}
	if task := v.Key("task"); t.Channel == ledger.Task {
		t.Task = task.OneOf("letter")
	} else if task.Given() {
		task.Wrong(fault.TaskNotice)
	}
	return t
}

// NextNotice picks the statutory notice that is due for a person today, if there is one. It is asked before Next: a notice
// is no reminder, so that neither the holdout nor spacing, rest, tone or stage has a say in it.
//
// A notice is due by state. It is of the overdue loans in its days past due whose authorised next step is one of those that
// it names, as long as that step's day has not come, and where one of the states that it names holds of the person or the loan.
// It is given once for a lapse of a loan, or every so many days. The first in the document that is due is given, over all
// loans in the currency of the latest.
func NextNotice(s *Strategy, f Facts) (Intent, bool) {
	if len(s.Notices.Treatments) == 0 {
		return Intent{}, false
	}
	for i := range s.Notices.Treatments {
		t := &s.Notices.Treatments[i]
		lead := -1
		for l := range f.Loans {
			if t.dueOf(&f, l) && (lead < 0 || worse(&f.Loans[l].Position, &f.Loans[lead].Position)) {
				lead = l
			}
		}
		if lead < 0 {
			continue
		}
		p := &f.Loans[lead].Position
		in := Intent{
			Stage: &s.Notices, Treatment: t, Tone: assess.ToneOf(*p), Episode: p.OldestUnpaid, Lead: f.Loans[lead].ID, DPD: p.DPD,
			Occurrence: t.times(&f, lead) + 1,
		}
		for l := range f.Loans {
			if f.Loans[l].Currency == f.Loans[lead].Currency && t.dueOf(&f, l) {
				in.Loans = append(in.Loans, l)
				if on := t.lastOn(&f, l); on != 0 {
					in.LastOn = earlier(in.LastOn, on)
				}
			}
		}
		return in, true
	}
	return Intent{}, false
}

// dueOf says whether the notice is due of a loan today.
func (t *Treatment) dueOf(f *Facts, loan int) bool {
	l := &f.Loans[loan]
	p := &l.Position
	if l.Closed || l.Broken || p.Broken || p.DPD < t.From || p.DPD > t.To || p.DPD <= 0 || p.Due.Total <= 0 {
		return false
	}
	if len(t.NextStep) > 0 && (!slices.Contains(t.NextStep, l.NextStep) || l.NextStepOn <= f.Today) {
		return false
	}
	if len(t.States) > 0 && !slices.ContainsFunc(f.States, func(s State) bool {
		return slices.Contains(t.States, s.Kind) && (s.Loan == 0 || s.Loan == l.ID)
	}) {
		return false
	}
	given := false
	for i := range f.Touches {
		if touch := &f.Touches[i]; t.was(touch, l) && (t.Every == 0 || touch.On+ledger.Date(t.Every) > f.Today) {
			given = true
		}
	}
	return !given
}

// was says whether a touch was this notice about a loan, since its lapse began.
func (t *Treatment) was(touch *Touch, l *LoanFacts) bool {
	return touch.Treatment == t.Index && touch.On > l.Position.OldestUnpaid && (len(touch.Loans) == 0 || slices.Contains(touch.Loans, l.ID))
}

func (t *Treatment) times(f *Facts, loan int) (n int) {
	for i := range f.Touches {
		if t.was(&f.Touches[i], &f.Loans[loan]) {
			n++
		}
	}
	return n
}

// lastOn is the last day on which the notice is of use for a loan: of its lateness, and before its next step.
func (t *Treatment) lastOn(f *Facts, loan int) (last ledger.Date) {
	l := &f.Loans[loan]
	if t.To < NoEnd {
		last = f.Today + ledger.Date(t.To-l.Position.DPD)
	}
	if len(t.NextStep) > 0 {
		return earlier(last, l.NextStepOn-1)
	}
	return last
}
