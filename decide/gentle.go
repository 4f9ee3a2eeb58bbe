package decide

import (
	"math"
	"slices"

	"github.com/dulyhq/duly/arrange"
	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// A Gentleness is who is treated more gently than lateness alone would have it, and how. The zero value treats nobody so.
type Gentleness struct {
	Causes  []arrange.Cause // whose payment is late for one of these
	Kept    int             // who kept so many promises or plans since the last that they did not; 0 means nobody
	Tone    assess.Tone     // the firmest in which they are written to; empty means as others are
	Spacing int             // days since the last contact, at least; 0 means as for others
}

// causeReaches is how many days before a lapse a word on its cause counts for it: who loses their work in June says so in June, and is
// late in July.
const causeReaches = 45

// causeOf returns why a lapse came to be; empty where what is known is of an earlier one.
func (f *Facts) causeOf(episode ledger.Date) arrange.Cause {
	if f.Cause == arrange.Unknown || f.CauseOn < episode-causeReaches {
		return arrange.Unknown
	}
	return f.Cause
}

// soften finds out whether the person is treated more gently. It never is less gentle, never keeps a person's hand from whom a person has
// to deal with, and not for somebody of whom a person has said that they do not want to pay.
func (p *picker) soften() {
	g := &p.s.Gentle
	switch {
	case p.cause == arrange.Wilful:
		return
	case slices.Contains(g.Causes, p.cause) && p.cause != arrange.Unknown:
		p.gently = "cause"
	case g.Kept > 0 && p.f.Kept >= g.Kept:
		p.gently = "kept"
	default:
		return
	}
	if g.Tone != "" && p.tone != assess.Human && firmness(p.tone) > firmness(g.Tone) {
		p.tone = g.Tone
	}
}

// causeNames are the causes as documents write them.
func causeNames() (names []string) {
	for _, c := range arrange.Causes() {
		names = append(names, string(c))
	}
	return names
}

func causes(v document.Value) (out []arrange.Cause) {
	for _, name := range v.Texts(causeNames()...) {
		out = append(out, arrange.Cause(name))
	}
	return out
}

// gentleness reads who is treated more gently.
func gentleness(v document.Value) (g Gentleness) {
	if !v.Given() || !v.Keys("causes", "kept_promises", "tone", "spacing") {
		return g
	}
	g.Causes = causes(v.Key("causes"))
	for _, c := range g.Causes {
		if c == arrange.Wilful {
			v.Key("causes").Wrong(fault.GentleWilful)
		}
	}
	if k := v.Key("kept_promises"); k.Given() {
		g.Kept = k.Int(1, math.MaxInt16)
	}
	if t := v.Key("tone"); t.Given() {
		g.Tone = assess.Tone(t.OneOf(string(assess.Lenient), string(assess.Standard)))
	}
	if s := v.Key("spacing"); s.Given() {
		g.Spacing = s.Int(1, 366)
	}
	switch {
	case len(g.Causes) == 0 && g.Kept == 0:
		v.Wrong(fault.GentleWhom)
	case g.Tone == "" && g.Spacing == 0:
		v.Wrong(fault.GentleHow)
	}
	return g
}

// checkGentle finds softer words that nobody would ever read.
func (s *Strategy) checkGentle(root document.Value) {
	if len(s.Gentle.Causes) > 0 || s.Gentle.Kept > 0 {
		return
	}
	for _, st := range root.Key("stages").List() {
		for _, t := range st.Key("treatments").List() {
			if g := t.Key("gentle_template"); g.Given() {
				g.Wrong(fault.GentleNever)
			}
		}
	}
}

// tried are the causes that a strategy tells apart, and none.
func (s *Strategy) tried() []arrange.Cause {
	out := append([]arrange.Cause{arrange.Unknown}, s.Gentle.Causes...)
	for _, t := range s.Treatments() {
		out = append(out, t.Causes...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
