package decide

import (
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// CheckTemplates returns the treatments whose template nobody has. Known says whether there is a template of
// this name for a channel; for a letter that a person sends the channel is task.
func (s *Strategy) CheckTemplates(known func(template string, channel ledger.Channel) bool) []document.MistakeError {
	var out []document.MistakeError
	for i := range s.Stages {
		for j := range s.Stages[i].Treatments {
			for _, t := range []*Treatment{&s.Stages[i].Treatments[j], s.Stages[i].Treatments[j].Soft} {
				if t != nil && t.Template != "" && !known(t.Template, t.Channel) {
					out = append(out, document.Mistake(s.File, t.Line, fault.TreatmentTemplate, t.Name, strconv.Quote(t.Template)))
				}
			}
		}
	}
	for i := range s.Notices.Treatments {
		if t := &s.Notices.Treatments[i]; t.Template != "" && !known(t.Template, t.Channel) {
			out = append(out, document.Mistake(s.File, t.Line, fault.NoticeTemplate, t.Name, strconv.Quote(t.Template)))
		}
	}
	return out
}

// trialDay is the due date of the loan on which a strategy is tried. Only differences of days matter.
const trialDay = ledger.Date(20000)

// try runs the strategy day by day on one loan that falls due on trialDay, from one lateness to another, and
// calls each with what is given. It is how the checks know what a strategy does rather than what it looks like.
func (s *Strategy) try(o trial, from, to int, each func(Intent, ledger.Date)) {
	f := Facts{Loans: []LoanFacts{{ID: 1, Currency: "CNY"}}, Cause: o.cause, CauseOn: trialDay, Kept: o.kept}
	for dpd := from; dpd <= to; dpd++ {
		f.Today = trialDay + ledger.Date(dpd)
		f.Loans[0].Position = trialPosition(o.tone, dpd, max(s.MinDue, 1))
		if o.answers && len(f.Touches) > 0 && f.Replied == 0 {
			f.Replied = f.Touches[len(f.Touches)-1].On
		}
		in, _, ok := Next(s, f)
		if !ok {
			continue
		}
		each(in, f.Today)
		f.Touches = append(f.Touches, Touch{On: f.Today, Channel: in.Treatment.Channel, Treatment: in.Treatment.Index, Episode: in.Episode})
	}
}

// trialPosition is a position that asks for a tone, as far as the lateness permits one.
func trialPosition(tone assess.Tone, dpd int, minor int64) assess.Position {
	p := assess.Position{On: trialDay + ledger.Date(dpd)}
	switch tone {
	case assess.Firm:
		p.Slips = assess.FirmFromSlips
	case assess.Standard:
		p.Slips = assess.LenientToSlips + 1
	case assess.Lenient, assess.Human:
	}
	if dpd > 0 {
		p.DPD, p.OldestUnpaid, p.Due = dpd, trialDay, assess.Due{Total: minor, Principal: minor}
	} else {
		p.NextDueOn, p.NextDue = trialDay, minor
	}
	return p
}

// A trial is one on whom a strategy is tried.
type trial struct {
	tone    assess.Tone
	answers bool
	cause   arrange.Cause
	kept    int
}

// trials calls do for every tone, for one who stays silent and one who answers, for every cause that the strategy tells apart, and for one
// who keeps promises.
func (s *Strategy) trials(do func(trial)) {
	for _, tone := range []assess.Tone{assess.Lenient, assess.Standard, assess.Firm} {
		for _, answers := range []bool{false, true} {
			for _, cause := range s.tried() {
				do(trial{tone: tone, answers: answers, cause: cause})
			}
			if s.Gentle.Kept > 0 {
				do(trial{tone: tone, answers: answers, kept: s.Gentle.Kept})
			}
		}
	}
}

// checkReach finds treatments that no history leads to: in every stage it begins on the first day of each
// treatment, as after missed nights, and a week before it, for each tone, silent and answering.
func (s *Strategy) checkReach(v document.Value) {
	for i := range s.Stages {
		st := &s.Stages[i]
		reached := map[int]bool{}
		note := func(in Intent, _ ledger.Date) { reached[in.Treatment.Index] = true }
		starts := map[int]bool{st.From: true}
		for j := range st.Treatments {
			starts[st.Treatments[j].From] = true
		}
		for start := range starts {
			s.trials(func(o trial) {
				s.try(o, start, min(st.To, start+60), note)
				s.try(o, start-7, min(st.To, start+60), note)
			})
		}
		for j, item := range v.List()[i].Key("treatments").List() {
			if t := &st.Treatments[j]; !reached[t.Index] && !s.onlyHuman(t) {
				item.Wrong(fault.TreatmentNever, t.Name)
			}
		}
	}
}

// onlyHuman says whether a treatment is for the tone human alone, whose loans contradict each other or are
// too late for this stage: a history of other loans leads to it, which a trial of one loan cannot show.
func (s *Strategy) onlyHuman(t *Treatment) bool {
	return len(t.Tones) == 1 && t.Tones[0] == assess.Human
}

// CheckAgainst returns where a strategy would run against the rules: preferred hours that are not lawful, and
// contacts closer together than a cap allows, found by running the strategy on a borrower of each tone, one
// who stays silent and one who answers. The guard would hold those contacts; the strategy should not want
// them. Rules with a gap are a finding of their own.
func (s *Strategy) CheckAgainst(rules law.Rules) []document.MistakeError {
	if gap := rules.GapReason(); gap.Code != "" {
		return []document.MistakeError{{File: s.File, Line: 1, Why: gap}}
	}
	var out []document.MistakeError
	if len(rules.Caps(law.Reminder)) == 0 {
		at := rules.Scope()
		out = append(out, document.Mistake(s.File, 1, fault.CapMissing, at.Country, at.Channel))
	}
	out = append(out, s.againstHours(rules)...)
	seen := map[string]bool{}
	s.trials(func(o trial) {
		var given []Touch
		first, last := s.Stages[0].From, s.Stages[len(s.Stages)-1].To
		s.try(o, first, min(last, s.Stages[len(s.Stages)-1].From+60, maxDays+60), func(in Intent, on ledger.Date) {
			if !in.Treatment.Contacts() {
				return
			}
			given = append(given, Touch{On: on, Channel: in.Treatment.Channel})
			for _, r := range rules.For(law.Reminder).Caps {
				if !r.OfAttempts() || r.When != nil {
					continue // what came of a contact, and the facts, are for the guard
				}
				if n := within(given, on, r); n > r.N && !seen[r.ID+in.Treatment.Name] {
					seen[r.ID+in.Treatment.Name] = true
					out = append(out, document.Mistake(s.File, in.Treatment.Line, fault.CapExceeded, in.Treatment.Name, n, r.ID, r.N))
				}
			}
		})
	})
	return out
}

// againstHours finds preferred hours that are not lawful on a preferred day of the week.
func (s *Strategy) againstHours(rules law.Rules) []document.MistakeError {
	var out []document.MistakeError
	seen := map[string]bool{}
	say := func(code fault.Code, r *law.Rule) {
		if key := string(code) + r.ID; !seen[key] {
			seen[key] = true
			out = append(out, document.Mistake(s.File, 1, code, r.ID, law.HoursText(r)))
		}
	}
	for d := range 7 {
		if len(s.Prefer.Weekdays) == 7 && !s.Prefer.Weekdays[d] {
			continue
		}
		open, closing, opens, closes := rules.Hours(time.Weekday(d))
		if s.Prefer.Open < open {
			say(fault.HoursBegin, opens)
		}
		if s.Prefer.Close > closing {
			say(fault.HoursEnd, closes)
		}
	}
	return out
}

// within counts the contacts in a cap's window that ends on a day, all at the same hour of theirs.
func within(given []Touch, on ledger.Date, r *law.Rule) int {
	days := ledger.Date(r.Days)
	if r.Seconds > 0 {
		days = ledger.Date((time.Duration(r.Seconds)*time.Second + 24*time.Hour - 1) / (24 * time.Hour))
	}
	n := 0
	for _, t := range given {
		counted := len(r.Of) == 0 || slices.Contains(r.Of, t.Channel)
		if counted && t.On > on-days && t.On <= on {
			n++
		}
	}
	return n
}
