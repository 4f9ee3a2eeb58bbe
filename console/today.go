package console

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A day is the page of today: of each portfolio what goes out, what is held and by which rule, and what came back.
type day struct {
	Books  []book
	People *waitingPeople // nil: the visitor may not see the inbox
	Held   string         // why nothing at all is handed over; empty: it is
	Pauses []pauseLine
	Stop   *stopping // nil: the visitor may not
}

type book struct {
	Ref   string
	Feed  string // up to when the ledger's payments are known; empty: none were imported
	Stale bool   // that is longer ago than the lender lets reminders rest on
	Hours []hourLine
	More  int64 // that leaves on later days
	Sums  []sumLine
	Holds []holdLine
}

type hourLine struct {
	When, Carrier string
	Number        int64
	Width         int // of the bar, 0 to 20
	Due           bool
}

type sumLine struct {
	State, Name string
	Number      int64
}

type holdLine struct {
	Rule, Why, Source string
	Persons           int64
	Stages            string
	stages            []string // as the strategy names them
}

type waitingPeople struct{ Open, Urgent, Late int }

// today shows it: what waits, what became of what was planned, who is held by which rule, and what a person has stopped.
func (c *Console) today(v *visit) error { return v.showToday(http.StatusOK, "") }

func (v *visit) showToday(status int, wrong string) error {
	d := day{}
	life, err := v.Gate.Store.Life(v.r.Context())
	if err != nil {
		return err
	}
	if life.Held() {
		d.Held = life.Why
		if d.Held == "" || life.By == "" {
			d.Held = v.say("数据库可能被恢复为旧数据", "the database may have been put back")
		}
	}
	for _, h := range v.houses(access.Today) {
		b, err := v.bookOf(h)
		if err != nil {
			return err
		}
		d.Books = append(d.Books, b)
	}
	if d.People, err = v.people(); err != nil {
		return err
	}
	if d.Pauses, err = v.pauses(); err != nil {
		return err
	}
	d.Stop = v.stopping()
	return v.showWith(status, "today", "今日", "Today", d, wrong)
}

func (v *visit) bookOf(h *engine.Portfolio) (book, error) {
	key := strconv.FormatInt(h.Row(), 10)
	today := ledger.Day(v.at.In(h.Zone))
	ends := (today + 1).At(0, 0, h.Zone)
	b := book{Ref: h.Ref}
	fed, err := v.Gate.Store.Feed(v.r.Context(), h.Row())
	if err != nil {
		return b, err
	}
	if b.Stale = fed.IsZero() || v.at.Sub(fed) > h.LedgerMaxAge; !fed.IsZero() {
		b.Feed = v.minute(fed)
	}
	out, err := summed(v, "out "+key, func(ctx context.Context) ([]store.Outgoing, error) {
		return v.Gate.Store.Outgoing(ctx, h.Row(), v.at, v.at.Add(30*24*time.Hour))
	})
	if err != nil {
		return b, err
	}
	b.hours(v, out, ends)
	counts, err := v.plannedToday(h)
	if err != nil {
		return b, err
	}
	b.states(v, counts)
	holds, err := summed(v, "holds "+key, func(ctx context.Context) ([]store.Held, error) {
		held, _, err := v.Gate.Store.RolledHolds(ctx, h.Row(), today)
		return held, err
	})
	b.holds(v, h, holds)
	return b, err
}

// plannedToday are the sums of what was planned today in a portfolio, by what became of it.
func (v *visit) plannedToday(h *engine.Portfolio) ([]store.Rolled, error) {
	return summed(v, "counts "+strconv.FormatInt(h.Row(), 10), func(ctx context.Context) ([]store.Rolled, error) {
		return v.Gate.Store.Rolled(ctx, h.Row(), "message", ledger.Day(v.at.In(h.Zone)), 0, false)
	})
}

// hours are those of today; what leaves later is a sum.
func (b *book) hours(v *visit, out []store.Outgoing, ends time.Time) {
	most := int64(1)
	for _, o := range out {
		if o.From.Before(ends) {
			most = max(most, o.Number)
		}
	}
	for _, o := range out {
		if !o.From.Before(ends) {
			b.More += o.Number
			continue
		}
		l := hourLine{When: o.From.In(v.zone()).Format("15:04"), Carrier: o.Carrier, Number: o.Number, Width: int((o.Number*20 + most - 1) / most)}
		if l.Due = !o.From.After(v.at); l.Due {
			l.When = v.say("现在", "now")
		}
		b.Hours = append(b.Hours, l)
	}
}

// shownStates are the states of messages in the order in which they come to be.
var shownStates = []string{"waiting", "fenced", "accepted", "delivered", "undelivered", "refused", "unknown", "cancelled", "expired"}

func (b *book) states(v *visit, counts []store.Rolled) {
	by := map[string]int64{}
	for i := range counts {
		by[counts[i].State] += counts[i].N
	}
	for _, s := range shownStates {
		if by[s] > 0 {
			b.Sums = append(b.Sums, sumLine{s, words.In(words.States, s, v.lang), by[s]})
		}
	}
}

// holds are the reasons why people are not contacted, the most frequent first.
func (b *book) holds(v *visit, h *engine.Portfolio, holds []store.Held) {
	at := map[string]int{}
	for _, x := range holds {
		i, ok := at[x.Rule]
		if !ok {
			i = len(b.Holds)
			at[x.Rule] = i
			why, source := v.rule(h, x.Rule)
			b.Holds = append(b.Holds, holdLine{Rule: x.Rule, Why: why, Source: source})
		}
		l := &b.Holds[i]
		l.Persons += x.Persons
		if x.Stage != "" {
			l.stages = append(l.stages, x.Stage)
		}
	}
	for i := range b.Holds {
		b.Holds[i].Stages = v.stagesInOrder(h, b.Holds[i].stages)
	}
	slices.SortStableFunc(b.Holds, func(a, b holdLine) int { return int(b.Persons - a.Persons) })
}

// stagesInOrder names stages in the order in which a loan passes them; those that the strategy has no more come last.
func (v *visit) stagesInOrder(h *engine.Portfolio, stages []string) string {
	place := func(name string) int {
		if h != nil {
			if i := slices.IndexFunc(h.Strategy.Stages, func(s decide.Stage) bool { return s.Name == name }); i >= 0 {
				return i
			}
		}
		return math.MaxInt
	}
	slices.SortStableFunc(stages, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	names := make([]string, len(stages))
	for i, s := range stages {
		names[i] = v.stageName(s)
	}
	return strings.Join(names, v.say("、", ", "))
}

// rule says what a rule is and where it comes from, in the visit's language.
func (v *visit) rule(h *engine.Portfolio, id string) (why, source string) {
	if w, ok := words.Rules[id]; ok {
		return v.say(w[1], w[0]), ""
	}
	if h != nil {
		if why = h.Title(id, v.lang); why != "" {
			return why, h.Source(id, v.lang)
		}
	}
	return id, ""
}

// people is how much waits for a person where the visitor may see it.
func (v *visit) people() (*waitingPeople, error) {
	houses := v.houses(access.Inbox)
	if len(houses) == 0 {
		return nil, nil
	}
	all, err := v.Gate.Store.DeskSums(v.r.Context(), v.at)
	if err != nil {
		return nil, err
	}
	var p waitingPeople
	for _, s := range all {
		if s.Portfolio == 0 && v.user.Grants.Everywhere(access.Inbox) || slices.ContainsFunc(houses, func(h *engine.Portfolio) bool { return h.Row() == s.Portfolio }) {
			p.Open += s.Open
			p.Urgent += s.Urgent
			p.Late += s.Late
		}
	}
	return &p, nil
}
