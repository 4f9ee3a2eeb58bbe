package engine

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// A trial is a book that is handed over while something goes wrong, day after day, and what must hold of it: counted in the
// carrier's own record, which shares nothing with what Duly believes.
type trial struct {
	*house
	people int
	window int
	answer time.Duration // for how long a response is waited for; 0 means two seconds, after which it is unknown
	failed []string      // what Keep was told, in order

	mu sync.Mutex
}

// answers is what handsets do in a trial: one in ten asks to be left alone with the first message that it shows.
func answers(to, _ string, nth int) smsc.Behaviour {
	if strings.HasSuffix(to, "0") && nth == 1 {
		return smsc.Behaviour{Reply: "退订"}
	}
	return smsc.Behaviour{}
}

func trialOf(h *house, people, window int) *trial {
	tr := &trial{house: h, people: people, window: window}
	debts := make([]debt, people)
	for i := range debts {
		debts[i] = debt{n: i + 1, dueOn: day(thursday, 3), minor: int64(10000 + i)}
	}
	tr.take(debts...)
	if done := tr.plan(); done.Messages != int64(people) {
		tr.t.Fatalf("planned %+v", done)
	}
	return tr
}

// keep hands over as duly serve does until stop is called.
func (tr *trial) keep(e *Engine) (stop func()) {
	o := tr.options()
	o.Carriers[0].Window, o.Batch = tr.window, min(tr.window, 100)
	o.Carriers[0].ResponseTimeout = cmp.Or(tr.answer, 2*time.Second)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		e.Keep(ctx, o, func(_ string, err error) {
			tr.mu.Lock()
			defer tr.mu.Unlock()
			tr.failed = append(tr.failed, err.Error())
		})
	})
	return func() { cancel(); wg.Wait() }
}

func (tr *trial) failures() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return len(tr.failed)
}

// patience is for how long anything may take on a busy machine.
const patience = 5 * time.Minute

// until waits for something, asking again and again.
func (tr *trial) until(what string, is func() bool) {
	tr.t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			tr.mu.Lock()
			defer tr.mu.Unlock()
			tr.t.Fatalf("it never came that %s; failures: %s", what, strings.Join(tr.failed, "\n"))
		}
	}
}

// open returns how many messages wait or are on their way; -1 when the database does not say.
func (tr *trial) open() int64 {
	counts, err := tr.Store.Counts(context.Background(), tr.p.row.ID, time.Time{}, time.Time{})
	if err != nil {
		return -1
	}
	open := int64(0)
	for _, c := range counts {
		if c.State == "waiting" || c.State == "fenced" {
			open += c.Number
		}
	}
	return open
}

// arrived waits until so many whole messages are with the carrier.
func (tr *trial) arrived(n int, have func() []smsc.Arrival) {
	tr.t.Helper()
	tr.until(fmt.Sprintf("%d messages are with the carrier", n), func() bool { return len(have()) >= n })
}

// settled waits until nothing waits or is on its way.
func (tr *trial) settled() {
	tr.t.Helper()
	tr.until("nothing waits any more", func() bool { return tr.open() == 0 })
}

// count holds what the carrier has against what must be: nothing lost, nothing twice, at most so many unknown, one contact a day
// at most, none out of hours, and none to who asked to be left alone on an earlier day.
func (tr *trial) count(arrivals []smsc.Arrival, mostUnknown int) {
	tr.t.Helper()
	tr.tally(arrivals, mostUnknown, mostUnknown)
}

// tally is count where of the unknown no more than mostArrived may have reached the carrier.
func (tr *trial) tally(arrivals []smsc.Arrival, mostUnknown, mostArrived int) {
	tr.t.Helper()
	states := tr.states()
	texts, days, last, whole := map[string]int{}, map[string]int{}, map[string]time.Time{}, 0
	for i := range arrivals {
		a := &arrivals[i]
		if a.Status != 0 || !a.Complete() {
			continue
		}
		whole++
		at := a.Civil.In(shanghai)
		texts[a.Destination+"/"+a.Whole]++
		days[a.Destination+at.Format("/2006-01-02")]++
		if h := at.Hour(); h < 8 || h >= 22 {
			tr.t.Errorf("%s: an arrival at %s", a.Destination, at)
		}
		if first, ok := last[a.Destination]; ok && strings.HasSuffix(a.Destination, "0") && at.Sub(first) > 12*time.Hour {
			tr.t.Errorf("%s asked to be left alone on %s and was written to on %s", a.Destination, first, at)
		}
		if _, ok := last[a.Destination]; !ok {
			last[a.Destination] = at
		}
	}
	for to, n := range texts {
		if n > 1 {
			tr.t.Errorf("the same text arrived %d times: %s", n, to)
		}
	}
	for to, n := range days {
		most := 1
		if at := strings.Index(to, "/"); to[at-1] == '0' {
			most = 2 // who asks to be left alone gets one confirmation
		}
		if n > most {
			tr.t.Errorf("%d contacts in one day: %s", n, to)
		}
	}
	sum := int64(0)
	for _, n := range states {
		sum += n
	}
	var intents int
	if err := tr.Store.MessagesFrom(context.Background(), 0, func(store.MessageAt) error { intents++; return nil }); err != nil {
		tr.t.Fatal(err)
	}
	sure := states["accepted"] + states["delivered"] + states["undelivered"]
	tr.t.Logf("the carrier has %d whole messages; states %v; failures told: %d", whole, states, tr.failures())
	switch {
	case sum != int64(intents):
		tr.t.Errorf("states sum to %d of %d intents", sum, intents)
	case states["waiting"]+states["fenced"] != 0:
		tr.t.Errorf("left behind: %v", states)
	case states["unknown"] > int64(mostUnknown):
		tr.t.Errorf("%d unknown, at most %d are allowed", states["unknown"], mostUnknown)
	case int64(whole)-sure > int64(mostArrived):
		tr.t.Errorf("%d unknown that the carrier has, at most %d are allowed", int64(whole)-sure, mostArrived)
	case int64(whole) < sure || int64(whole) > sure+states["unknown"]:
		tr.t.Errorf("the carrier has %d, Duly is sure of %d and does not know of %d", whole, sure, states["unknown"])
	}
}

// nextDay plans and hands over four days later, when everybody may be written to again but who asked to be left alone.
func (tr *trial) nextDay() {
	tr.t.Helper()
	tr.at(thursday.AddDate(0, 0, 4))
	tr.takeFiles([]debt{{n: 1, dueOn: day(thursday, 3), minor: 10000, paid: 1}})
	if done := tr.plan(); done.Messages == 0 {
		tr.t.Fatalf("planned nothing: %+v", done)
	}
	stop := tr.keep(tr.Engine)
	tr.settled()
	stop()
}

// repliesStored waits until the carrier has nothing left to say.
func (tr *trial) repliesStored() {
	tr.t.Helper()
	tr.until("the carrier has said all", tr.smsc.Idle)
}
