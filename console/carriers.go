package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A carrierList is the page of the carriers: who hands over to them, how fast, what waits, what came of it, and of what nobody knows.
type carrierList struct {
	Carriers []*carrierLine
	Unknown  []unsureHour
	More     bool // there are more hours with unknown ones than are shown
}

type carrierLine struct {
	Name, Portfolios string
	Sessions         int
	Pace             string
	Due, Later       int64
	Oldest           string // since when what is due waits; empty: nothing is
	Late             bool
	Refused, Unfiled int // texts that it refused to register, and that it would want registered and has not: they do not leave
	Sums             []sumLine
	Reasons          []sumLine
	oldest           time.Time
	states           map[string]int64
	reasons          map[string]int64
}

// mostUnknown is of how many hours unknown outcomes are shown; the page that settles them has more.
const mostUnknown = 10

// waitsLong is after how long what is due and does not leave is told in red.
const waitsLong = 5 * time.Minute

// carriers shows them. It holds numbers of messages, and nothing of whom they were for.
func (c *Console) carriers(v *visit) error {
	var l carrierList
	find := func(name string) *carrierLine {
		i := slices.IndexFunc(l.Carriers, func(x *carrierLine) bool { return x.Name == name })
		if i < 0 {
			l.Carriers = append(l.Carriers, &carrierLine{Name: name, states: map[string]int64{}, reasons: map[string]int64{}})
			i = len(l.Carriers) - 1
		}
		return l.Carriers[i]
	}
	backlog, err := summed(v, "backlog", func(ctx context.Context) (store.Backlog, error) {
		return c.Gate.Store.Backlog(ctx, v.at, c.Gate.Wire())
	})
	if err != nil {
		return err
	}
	for _, h := range v.houses(access.Carriers) {
		if err := v.carrierOf(h, find(h.Carrier), &backlog); err != nil {
			return err
		}
	}
	hours, err := c.Gate.Store.UnsureHours(v.r.Context(), v.rowsOf(access.Carriers))
	if err != nil {
		return err
	}
	for _, h := range hours[:min(len(hours), mostUnknown)] {
		l.Unknown = append(l.Unknown, v.unsureHour(h))
	}
	l.More = len(hours) > mostUnknown
	binds, err := c.Gate.Store.BindSums(v.r.Context(), c.Gate.Wire())
	if err != nil {
		return err
	}
	for _, b := range binds {
		i := slices.IndexFunc(l.Carriers, func(x *carrierLine) bool { return x.Name == b.Carrier })
		if i < 0 {
			continue // of a portfolio that the visitor has nothing to do with
		}
		l.Carriers[i].Sessions = b.Sessions
		if b.Share > 0 {
			l.Carriers[i].Pace = fmt.Sprintf(v.say("每秒%s段", "%s parts a second"), strconv.FormatFloat(float64(b.Share)/1000, 'f', -1, 64))
		}
	}
	for _, x := range l.Carriers {
		x.told(v)
	}
	return v.show(http.StatusOK, "carriers", "通道", "Carriers", l)
}

// carrierOf adds what one portfolio hands over to its carrier.
func (v *visit) carrierOf(h *engine.Portfolio, x *carrierLine, b *store.Backlog) error {
	if x.Portfolios != "" {
		x.Portfolios += v.say("、", ", ")
	}
	x.Portfolios += h.Ref
	for _, p := range b.Portfolios {
		if p.Ref != h.Ref {
			continue
		}
		x.Due, x.Later = x.Due+p.Due, x.Later+p.Waiting-p.Due
		if !p.Oldest.IsZero() && (x.oldest.IsZero() || p.Oldest.Before(x.oldest)) {
			x.oldest = p.Oldest
		}
	}
	for _, t := range h.Templates.All() {
		switch h.Bars(t) {
		case engine.TextRefused:
			x.Refused++
		case engine.TextUnregistered:
			x.Unfiled++
		}
	}
	counts, err := v.plannedToday(h)
	if err != nil {
		return err
	}
	for _, n := range counts {
		x.states[n.State] += n.N
		if n.Reason != "" && (n.State == "refused" || n.State == "unknown" || n.State == "undelivered") {
			x.reasons[n.Reason] += n.N
		}
	}
	return nil
}

// told puts the sums into words.
func (x *carrierLine) told(v *visit) {
	if !x.oldest.IsZero() {
		x.Oldest, x.Late = v.soon(x.oldest), v.at.Sub(x.oldest) > waitsLong
	}
	for _, s := range shownStates {
		if x.states[s] > 0 {
			x.Sums = append(x.Sums, sumLine{s, words.In(words.States, s, v.lang), x.states[s]})
		}
	}
	for reason, n := range x.reasons {
		why, _ := v.rule(nil, reason)
		x.Reasons = append(x.Reasons, sumLine{reason, why, n})
	}
	slices.SortFunc(x.Reasons, func(a, b sumLine) int {
		if a.Number != b.Number {
			return int(b.Number - a.Number)
		}
		return len(a.Name) - len(b.Name)
	})
}
