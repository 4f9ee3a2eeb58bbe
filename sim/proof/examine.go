package proof

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/store"
)

// examine is what is done after every day: the carriers' record is looked through, and then held against the books.
func (w *world) examine() error {
	return w.safely(func() error {
		w.examiner.look()
		if err := w.inOffice(w.examiner.books); err != nil {
			return err
		}
		if err := w.inOffice(w.examiner.replay); err != nil {
			return err
		}
		w.examiner.secrets()
		return nil
	})
}

func (w *world) inOffice(do func(*process) error) error {
	o, err := w.staffed()
	if err != nil || o == nil {
		return err
	}
	return o.do(func() error { return do(o) })
}

// books holds the messages as the store has them against the record: none is lost, none that arrived is taken for
// one that did not leave, none that was accepted did not arrive.
func (x *examiner) books(o *process) error {
	now := x.w.clock()
	clear(x.w.stats.States)
	x.answering = 0
	all, oldest := x.finished, x.oldest
	open := false
	err := o.store.MessagesFrom(ctx, x.oldest, func(m store.MessageAt) error {
		planned := m.Stage != store.AnswerStage // what answers is planned by no plan
		if planned {
			all++
		}
		if !open {
			if final(m.State) && now.Sub(m.NotBefore) > 10*24*time.Hour {
				if planned {
					x.finished++
				}
				oldest = m.ID + 1
			} else {
				open = true
			}
		}
		x.w.stats.States[m.State]++
		if !planned && m.State == "waiting" && now.Sub(m.NotBefore) < 24*time.Hour {
			x.answering++
		}
		x.message1(&m, now)
		return nil
	})
	x.oldest = oldest
	if err != nil {
		return err
	}
	if all < x.w.stats.Planned || all > x.w.stats.Planned+x.w.doubtful {
		x.note(Once, "the books have %d messages; %d were planned, and %d more were on their way into the store at a death",
			all, x.w.stats.Planned, x.w.doubtful)
	}
	x.w.stats.Planned, x.w.doubtful = all, 0
	return nil
}

func final(state string) bool {
	switch state {
	case "delivered", "undelivered", "refused", "cancelled", "expired":
		return true
	}
	return false
}

// message1 looks at one message.
func (x *examiner) message1(m *store.MessageAt, now time.Time) {
	late := m.NotBefore.Add(staleAfter)
	a := x.message[m.ID]
	if a != nil {
		if a.handing.clock.After(late) {
			x.note(Late, "%s was to leave at %s and left at %s", m.ID, m.NotBefore, a.handing.clock)
		}
		switch m.State {
		case "waiting", "cancelled", "expired":
			x.note(Record, "%s arrived at tick %d, and the books have it as %s after %s", m.ID, a.Tick, m.State, m.Outcome)
		case "refused":
			if !x.denied[a.fence] {
				x.note(Record, "%s arrived whole at tick %d, and the books have it as refused", m.ID, a.Tick)
			}
		}
	}
	switch m.State {
	case "accepted":
		if a == nil || x.whole[a.fence] != 1<<a.Parts-1 {
			x.note(Record, "%s is accepted in the books, and did not arrive whole", m.ID)
		}
	case "waiting":
		if now.Sub(late) > 24*time.Hour {
			x.note(Once, "%s waits since %s and nobody lets it expire", m.ID, m.NotBefore)
		}
	case "fenced":
		if now.Sub(late) > 24*time.Hour {
			x.note(Once, "%s is handed over since %s and has no outcome", m.ID, m.NotBefore)
		}
	}
}

// reasons is what a fence says of why it was committed.
type reasons struct {
	Stage, Treatment, Template, Tone, Rule string
}

// replay asks for some contacts and some decisions why they were made, and wants the same answer.
func (x *examiner) replay(o *process) error {
	w := x.w
	for range replays {
		if n := len(x.fresh); n > 0 {
			if err := x.contact(o, x.fresh[w.rng.IntN(n)]); err != nil {
				return err
			}
		}
		b := w.core.books[w.rng.IntN(len(w.core.books))]
		if len(b.accounts) == 0 {
			continue
		}
		a := b.accounts[w.rng.IntN(len(b.accounts))]
		if len(a.had) == 0 {
			continue
		}
		if err := x.decision(o, a); err != nil {
			return err
		}
	}
	x.fresh = x.fresh[:0]
	return nil
}

// replays is how many contacts and decisions are asked for after a day.
const replays = 1

func (x *examiner) explain(o *process, a *account, at time.Time) (*engine.Explanation, error) {
	x.w.stats.Explained++
	list, err := o.engine.Explain(ctx, a.ref, at)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Portfolio == a.book.ref {
			return &list[i], nil
		}
	}
	return nil, nil
}

func (x *examiner) contact(o *process, a *Arrival) error {
	of := a.addressed.in(a.handing.book)[0]
	e, err := x.explain(o, of, x.w.clock())
	if err != nil || e == nil {
		return err
	}
	for _, m := range e.Messages {
		if m.Message != a.fence.Message().String() || len(m.Tries) < a.fence.Try() {
			continue
		}
		t := m.Tries[a.fence.Try()-1]
		if !x.certain(a.addressed, t.At, 1) {
			return nil
		}
		then, err := x.explain(o, of, t.At)
		if err != nil {
			return err
		}
		var why reasons
		if err := json.Unmarshal(t.Why, &why); err != nil {
			return err
		}
		got := reasons{then.Stage, then.Treatment, then.Template, then.Tone, then.Rule}
		if then.Action != "contact" || got != why {
			x.note(Reason, "%s was decided at %s by %+v; the same facts give %s %+v: %s", m.Message, t.At, why, then.Action, got, then.Reason)
		}
		return nil
	}
	x.note(Reason, "%s arrived and is not among the messages of its person", a.fence.Message())
	return nil
}

// certain says whether what was known of a human at an instant can be told by times: their own hand-over is one mark.
// Where the clock was set, or Duly had them for somebody else at some time, it cannot (docs/proof.md).
func (x *examiner) certain(h *human, at time.Time, own int) bool {
	near := 0
	for _, m := range h.marks {
		if m.Sub(at).Abs() < 5*time.Second {
			near++
		}
	}
	return near <= own && x.w.stats.Jumps == 0 && h.oneself(x.w.core.humans)
}

// decision asks for the latest stored decision of a person.
func (x *examiner) decision(o *process, a *account) error {
	e, err := x.explain(o, a, x.w.clock())
	if err != nil || e == nil || len(e.Decisions) == 0 {
		return err
	}
	d := e.Decisions[len(e.Decisions)-1]
	if !x.certain(a.human, d.At, 0) {
		return nil
	}
	then, err := x.explain(o, a, d.At)
	if err != nil || then == nil {
		return err
	}
	if then.Action != d.Action || then.Rule != d.Rule || then.Stage != d.Stage || then.Treatment != d.Treatment {
		x.note(Reason, "at %s it was decided %s %s/%s by %s; the same facts give %s %s/%s by %s", d.At, d.Action, d.Stage, d.Treatment, d.Rule,
			then.Action, then.Stage, then.Treatment, then.Rule)
	}
	return nil
}

// secrets looks for names and numbers in all that was said in errors.
func (x *examiner) secrets() {
	for _, s := range x.said {
		if x.telling(s) {
			x.note(Secret, "an error holds a name or a number (%d characters)", len(s))
		}
	}
	x.said = nil
}

func (x *examiner) telling(s string) bool {
	if strings.Contains(s, block[1:]) {
		return true
	}
	for _, h := range x.w.core.humans {
		if strings.Contains(s, h.name) {
			return true
		}
	}
	return false
}

// examineEnd looks at what must be so when all has come to rest.
func (w *world) examineEnd() error {
	x := &w.examiner
	for state, n := range w.stats.States {
		if state == "waiting" {
			n -= x.answering // people go on writing to the end, and an answer waits for a lawful hour
		}
		if (state == "waiting" || state == "fenced") && n > 0 {
			x.note(Once, "%d messages are %s after three calm days", n, state)
		}
	}
	return w.sealed()
}

// sealed looks for names and numbers in the files of the database.
func (w *world) sealed() error {
	for _, name := range []string{store.FileName, store.FileName + "-wal"} {
		b, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil {
			if os.IsNotExist(err) {
				continue
			}
			return err
		}
		if bytes.Contains(b, []byte(block[1:]+"00")) {
			w.examiner.note(Secret, "%s holds a number in clear", name)
		}
		for range 20 {
			if h := w.somebody(); bytes.Contains(b, []byte(h.name)) {
				w.examiner.note(Secret, "%s holds a name in clear", name)
			}
		}
	}
	return nil
}
