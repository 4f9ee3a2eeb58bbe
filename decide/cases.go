package decide

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// A Failure is a case of a tests.yaml that did not come out as it says.
type Failure struct {
	File string
	Line int
	Case string
	Got  string
	Want string
}

// String returns "file:line: case: got …, want …".
func (f Failure) String() string { return f.In("en") }

// In says it in a language.
func (f Failure) In(lang string) string {
	return document.Mistake(f.File, f.Line, fault.CaseFailed, f.Case, f.Got, f.Want).In(lang)
}

// RunTests decides the cases of a strategy's tests.yaml, and returns those that came out otherwise and the
// names of the treatments that no case leads to. The error is document.MistakeErrors where the tests cannot be read.
func RunTests(s *Strategy, name string, doc []byte) (failed []Failure, unreached []string, err error) {
	d, err := document.Parse(name, doc)
	if err != nil {
		return nil, nil, err
	}
	reached := map[string]bool{}
	if d.Root.Keys("strategy", "cases") {
		if id := d.Root.Key("strategy"); id.Text() != s.ID && id.Given() {
			id.Wrong(fault.OtherStrategy, s.ID)
		}
		for _, v := range d.Root.Key("cases").List() {
			if !v.Keys("name", "dpd", "slips", "lates", "due", "currency", "also", "touches", "replied", "holdout", "next_step", "states", "cause", "kept", "want") {
				continue
			}
			got, want := s.runCase(v, reached)
			if got != want {
				failed = append(failed, Failure{File: name, Line: v.Line(), Case: v.Key("name").Text(), Got: got, Want: want})
			}
		}
	}
	if err := d.Err(); err != nil {
		return nil, nil, err
	}
	for i := range s.Stages {
		for _, t := range s.Stages[i].Treatments {
			if !reached[t.Name] {
				unreached = append(unreached, t.Name)
			}
		}
	}
	for i := range s.Notices.Treatments {
		if t := &s.Notices.Treatments[i]; !reached[t.Name] {
			unreached = append(unreached, t.Name)
		}
	}
	return failed, unreached, nil
}

func (s *Strategy) runCase(v document.Value, reached map[string]bool) (has, wants string) {
	v.Key("name").Text()
	dpd := v.Key("dpd").Int(-maxDays, maxDays)
	f := Facts{Today: trialDay + ledger.Date(dpd), Holdout: v.Key("holdout").Bool()}
	f.Loans = append(f.Loans, loanCase(v, 1, dpd))
	for i, other := range v.Key("also").List() {
		if other.Keys("dpd", "slips", "lates", "due", "currency", "next_step") {
			f.Loans = append(f.Loans, loanCase(other, ledger.LoanID(i+2), other.Key("dpd").Int(-maxDays, maxDays)))
			// Each loan is as late as its case says on the same day.
			shift(&f.Loans[i+1].Position, f.Today)
		}
	}
	if r := v.Key("replied"); r.Given() {
		f.Replied = trialDay + ledger.Date(r.Int(-maxDays, maxDays))
	}
	if c := v.Key("cause"); c.Given() {
		f.Cause, f.CauseOn = arrange.Cause(c.OneOf(causeNames()...)), f.Today
	}
	if k := v.Key("kept"); k.Given() {
		f.Kept = k.Int(0, maxDays)
	}
	for _, item := range v.Key("touches").List() {
		f.Touches = append(f.Touches, s.touchCase(item))
	}
	slices.SortStableFunc(f.Touches, func(a, b Touch) int { return int(a.On - b.On) })
	for _, item := range v.Key("states").List() {
		f.States = append(f.States, State{Kind: item.Text()})
	}
	if k := v.Key("want").Key("notice"); k.Given() {
		in, ok := NextNotice(s, f)
		if !ok {
			return "no notice", k.Text()
		}
		reached[in.Treatment.Name] = true
		return s.compareNotice(v.Key("want"), in)
	}
	in, hold, ok := Next(s, f)
	return s.compareCase(v.Key("want"), in, hold, ok, reached)
}

func (s *Strategy) compareNotice(want document.Value, in Intent) (has, wants string) {
	if !want.Keys("notice", "occurrence", "loans", "until") {
		return "", ""
	}
	got := map[string]string{
		"notice": in.Treatment.Name, "occurrence": strconv.Itoa(in.Occurrence), "loans": strconv.Itoa(len(in.Loans)),
		"until": strconv.Itoa(int(in.LastOn - trialDay)),
	}
	var a, b []string
	for _, key := range want.Names() {
		a, b = append(a, key+" "+got[key]), append(b, key+" "+want.Key(key).Text())
	}
	return strings.Join(a, ", "), strings.Join(b, ", ")
}

func (s *Strategy) compareCase(want document.Value, in Intent, hold Hold, ok bool, reached map[string]bool) (has, wants string) {
	if !want.Keys("treatment", "template", "gently", "stage", "tone", "occurrence", "loans", "hold", "until") {
		return "", ""
	}
	got := map[string]string{"hold": string(hold.Reason)}
	if hold.Until != 0 {
		got["until"] = strconv.Itoa(int(hold.Until - trialDay))
	}
	if ok {
		reached[in.Treatment.Name] = true
		got = map[string]string{
			"treatment": in.Treatment.Name, "template": in.Treatment.Template, "gently": in.Gently, "stage": in.Stage.Name, "tone": string(in.Tone),
			"occurrence": strconv.Itoa(in.Occurrence), "loans": strconv.Itoa(len(in.Loans)),
		}
	}
	names := want.Names()
	if !slices.Contains(names, "treatment") && !slices.Contains(names, "hold") {
		want.Wrong(fault.WantNothing)
	}
	var a, b []string
	for _, key := range names {
		a, b = append(a, key+" "+got[key]), append(b, key+" "+want.Key(key).Text())
	}
	if ok && !slices.Contains(names, "treatment") {
		a = append(a, "treatment "+in.Treatment.Name)
	}
	if !ok && !slices.Contains(names, "hold") {
		a = append(a, "hold "+string(hold.Reason))
	}
	return strings.Join(a, ", "), strings.Join(b, ", ")
}

// loanCase makes a loan that falls due on trialDay, or as many days past due as dpd says.
func loanCase(v document.Value, id ledger.LoanID, dpd int) LoanFacts {
	due := 100_000
	if k := v.Key("due"); k.Given() {
		due = k.Int(1, math.MaxInt32)
	}
	p := trialPosition(assess.Lenient, dpd, int64(due))
	if dpd > 0 {
		p.Slips, p.Lates = 1, dpd
	}
	if k := v.Key("slips"); k.Given() {
		p.Slips = k.Int(0, 1000)
	}
	if k := v.Key("lates"); k.Given() {
		p.Lates = k.Int(0, maxDays)
	}
	currency := ledger.Currency("CNY")
	if k := v.Key("currency"); k.Given() {
		currency = ledger.Currency(k.Text())
	}
	l := LoanFacts{ID: id, Position: p, Currency: currency}
	if k := v.Key("next_step"); k.Given() {
		step, on, _ := strings.Cut(k.Text(), "@")
		day, err := strconv.Atoi(on)
		if err != nil || !slices.Contains(ledger.NextSteps, step) || day < -maxDays || day > maxDays {
			k.Wrong(fault.StepForm, strconv.Quote(k.Text()))
		}
		l.NextStep, l.NextStepOn = step, trialDay+ledger.Date(day)
	}
	return l
}

// shift moves a position to another day, its lateness unchanged.
func shift(p *assess.Position, today ledger.Date) {
	by := today - p.On
	p.On = today
	if p.OldestUnpaid != 0 {
		p.OldestUnpaid += by
	}
	if p.NextDueOn != 0 {
		p.NextDueOn += by
	}
}

// touchCase reads "firm_1@9": a treatment given on a day past due.
func (s *Strategy) touchCase(v document.Value) Touch {
	name, at, _ := strings.Cut(v.Text(), "@")
	dpd, err := strconv.Atoi(at)
	if err != nil || dpd < -maxDays || dpd > maxDays {
		v.Wrong(fault.TouchForm, strconv.Quote(v.Text()))
		return Touch{}
	}
	for i := range s.Stages {
		for _, t := range s.Stages[i].Treatments {
			if t.Name == name {
				return Touch{On: trialDay + ledger.Date(dpd), Channel: t.Channel, Treatment: t.Index, Episode: trialDay}
			}
		}
	}
	for _, t := range s.Notices.Treatments {
		if t.Name == name {
			return Touch{On: trialDay + ledger.Date(dpd), Channel: t.Channel, Treatment: t.Index, Episode: trialDay}
		}
	}
	v.Wrong(fault.TreatmentUnknown, strconv.Quote(name))
	return Touch{}
}
