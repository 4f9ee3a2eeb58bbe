package console

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/store"
)

// A comparing is the page of two versions side by side.
type comparing struct {
	strategyHead
	With     int64 // the number of the other
	WithID   int64
	Others   []versionLine
	Meaning  []meaningLine
	Unknown  bool // one of them cannot be read, so that only the lines are compared
	Lines    []diffLine
	Changed  int
	Wordless bool // nothing that counts is different
}

type meaningLine struct{ Where, What, Was, Is string }

type diffLine struct {
	Kind string // "same", "gone", "new" or "skip"
	A, B int
	Text string
}

// compareStrategy shows what a version says differently: by meaning and line by line, beside the one in force or another.
func (c *Console) compareStrategy(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	p := comparing{strategyHead: strategyHead{one.ID, one.Number, h.Ref}}
	if p.Others, err = v.versions(one.Lineage); err != nil {
		return err
	}
	with, _ := strconv.ParseInt(v.r.URL.Query().Get("with"), 10, 64)
	for _, l := range p.Others {
		if l.ID == with || with == 0 && l.State == "active" && l.ID != one.ID {
			p.WithID, p.With = l.ID, l.Number
		}
	}
	if p.WithID == 0 {
		p.WithID, p.With = one.ID, one.Number
		if one.Base != 0 {
			p.WithID = one.Base
		}
	}
	other, err := c.Gate.Store.Version(v.r.Context(), p.WithID)
	if err != nil {
		return err
	}
	p.With = other.Number
	v.meaning(&p, &other, &one)
	p.Lines, p.Changed = diffLines(string(other.Body), string(one.Body))
	return v.show(http.StatusOK, "strategy_compare", "版本对比", "Versions side by side", p)
}

func (v *visit) meaning(p *comparing, was, is *store.Version) {
	a, errA := decide.ParseStrategy("a", was.Body)
	b, errB := decide.ParseStrategy("b", is.Body)
	if p.Unknown = errA != nil || errB != nil; p.Unknown {
		return
	}
	for _, d := range a.Differences(&b) {
		p.Meaning = append(p.Meaning, meaningLine{v.place(d.Where), v.field(d.What), v.value(d.What, d.Was), v.value(d.What, d.Is)})
	}
	p.Wordless = len(p.Meaning) == 0
}

// place is where in a strategy something is said.
func (v *visit) place(where string) string {
	kind, name, _ := strings.Cut(where, " ")
	switch kind {
	case "stage":
		return v.say("阶段 ", "stage ") + v.stageName(name)
	case "treatment":
		return v.say("措施 ", "treatment ") + name
	}
	return v.say("总则", "in general")
}

// around is how many lines are shown about a changed one.
const around = 3

// diffLines returns the lines that differ with some about them.
func diffLines(a, b string) (out []diffLine, changed int) {
	all := document.Diff(a, b)
	near := make([]bool, len(all))
	for i, c := range all {
		if c.Kind == ' ' {
			continue
		}
		changed++
		for j := max(0, i-around); j <= min(len(all)-1, i+around); j++ {
			near[j] = true
		}
	}
	for i, c := range all {
		switch {
		case !near[i] && len(out) > 0 && out[len(out)-1].Kind == "skip":
		case !near[i]:
			out = append(out, diffLine{Kind: "skip"})
		default:
			out = append(out, diffLine{map[byte]string{' ': "same", '-': "gone", '+': "new"}[c.Kind], c.A, c.B, c.Text})
		}
	}
	return out, changed
}
