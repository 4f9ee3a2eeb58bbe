package decide

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/law"
)

// A Fact is one thing that a strategy says, for people to read.
type Fact struct {
	Where string // "prefer", "stage 4-7", "treatment week_one"
	What  string // which field of it, such as "hours"
	Is    string // in figures and words of the document; empty where it says nothing
}

// A Difference is one thing that two strategies say differently.
type Difference struct {
	Where, What string
	Was, Is     string // empty: the one or the other does not say it, or does not have what it is of
}

// Says returns all that the strategy says, in the order of the document, what it leaves to the default left out.
func (s *Strategy) Says() (out []Fact) {
	add := func(where, what, is string) {
		if is != "" && is != "0" && is != "false" {
			out = append(out, Fact{where, what, is})
		}
	}
	p := &s.Prefer
	add("prefer", "hours", law.HoursText(&law.Rule{Open: p.Open, Close: p.Close}))
	add("prefer", "weekdays", dayNames(p.Weekdays))
	add("prefer", "workdays", strconv.FormatBool(p.Workdays))
	add("prefer", "never_weekdays", dayNames(p.NeverDays))
	if p.NeverTo > p.NeverFrom {
		add("prefer", "never_hours", law.HoursText(&law.Rule{Open: p.NeverFrom, Close: p.NeverTo}))
	}
	add("prefer", "never_holidays", strconv.FormatBool(p.NeverHolidays))
	add("prefer", "spacing", strconv.Itoa(p.Spacing))
	add("prefer", "min_due", strconv.FormatInt(s.MinDue, 10))
	add("prefer", "after_reply_days", strconv.Itoa(s.AfterReply))
	add("prefer", "silent_tries", strconv.Itoa(s.SilentTries))
	add("prefer", "gentle_causes", joined(s.Gentle.Causes))
	add("prefer", "gentle_kept", strconv.Itoa(s.Gentle.Kept))
	add("prefer", "gentle_tone", string(s.Gentle.Tone))
	add("prefer", "gentle_spacing", strconv.Itoa(s.Gentle.Spacing))
	if s.Holdout.Millionths > 0 {
		add("prefer", "holdout", strconv.FormatFloat(float64(s.Holdout.Millionths)/1e4, 'f', -1, 64)+"%")
	}
	for i := range s.Stages {
		st := &s.Stages[i]
		add("stage "+st.Name, "days", st.Days())
		for j := range st.Treatments {
			st.Treatments[j].says(st.Name, add)
		}
	}
	for i := range s.Notices.Treatments {
		s.Notices.Treatments[i].says("notice", add)
	}
	return out
}

// says tells what a treatment is.
func (t *Treatment) says(stage string, add func(where, what, is string)) {
	where := "treatment " + t.Name
	add(where, "stage", stage)
	add(where, "days", span(t.From, t.To))
	add(where, "every", strconv.Itoa(t.Every))
	add(where, "channel", string(t.Channel))
	add(where, "task", t.Task)
	add(where, "template", t.Template)
	if t.Soft != nil {
		add(where, "gentle_template", t.Soft.Template)
	}
	add(where, "tones", joined(t.Tones))
	add(where, "causes", joined(t.Causes))
	if t.Silent != nil {
		add(where, "silent", map[bool]string{true: "yes", false: "no"}[*t.Silent])
	}
	add(where, "spacing", strconv.Itoa(t.Spacing))
	add(where, "next_step", strings.Join(t.NextStep, ", "))
	add(where, "states", strings.Join(t.States, ", "))
	add(where, "duty", t.Duty)
	if !t.Notice {
		add(where, "always", strconv.FormatBool(t.Always))
	}
}

// Days returns a stage's days past due, such as "4–7" or "91+".
func (st *Stage) Days() string { return span(st.From, st.To) }

// Days returns a treatment's days past due.
func (t *Treatment) Days() string { return span(t.From, t.To) }

func span(from, to int) string {
	switch {
	case to >= NoEnd:
		return strconv.Itoa(from) + "+"
	case from == to:
		return strconv.Itoa(from)
	}
	return strconv.Itoa(from) + "–" + strconv.Itoa(to)
}

func dayNames(in []bool) string {
	var out []string
	for i := range in {
		if d := (i + 1) % 7; d < len(in) && in[time.Weekday(d)] {
			out = append(out, weekdays[d])
		}
	}
	return strings.Join(out, ", ")
}

func joined[T ~string](list []T) string {
	var out []string
	for _, one := range list {
		out = append(out, fmt.Sprint(one))
	}
	return strings.Join(out, ", ")
}

// Differences returns what another strategy says differently, in the order of the documents. Where nothing is returned the two do the same.
func (s *Strategy) Differences(other *Strategy) (out []Difference) {
	was, is := s.Says(), other.Says()
	type place struct{ where, what string }
	then := map[place]string{}
	for _, f := range is {
		then[place{f.Where, f.What}] = f.Is
	}
	seen := map[place]bool{}
	for _, f := range was {
		k := place{f.Where, f.What}
		if seen[k] = true; then[k] != f.Is {
			out = append(out, Difference{f.Where, f.What, f.Is, then[k]})
		}
	}
	for _, f := range is {
		if k := (place{f.Where, f.What}); !seen[k] {
			out = append(out, Difference{f.Where, f.What, "", f.Is})
		}
	}
	return out
}
