package engine

import (
	"time"

	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

// Seen is one thing about one message that has just been stored durably. It names nobody: a carrier, a number that Duly gave
// the message, and words of a fixed list.
type Seen struct {
	Carrier string
	Fence   outbox.FenceID // 0: a receipt that matches nothing yet, or a reply
	Part    int            // of a receipt
	Event   outbox.Event   // EvFence, what became of a try, EvDelivered or EvUndelivered; 0 for a reply
	Meaning string         // of a reply
	From    time.Time      // real: since when it was waited for; zero when another process knows
	At      time.Time      // real
}

// A Watcher is told what was stored, after each commit. It must be quick, and is called by several goroutines.
type Watcher interface {
	Seen(list []Seen)
}

// Watchers tells several.
type Watchers []Watcher

// Seen tells each.
func (w Watchers) Seen(list []Seen) {
	for _, one := range w {
		one.Seen(list)
	}
}

// seen says what a step brings back. b.mu is held.
func (b *inbox) seen(st *store.Step, carrier string) []Seen {
	if !b.watched {
		return nil
	}
	list := make([]Seen, 0, len(st.Outcomes)+len(st.Receipts)+len(st.Replies)+len(st.Tries))
	for i := range st.Outcomes {
		o := &st.Outcomes[i]
		list = append(list, Seen{Carrier: carrier, Fence: o.Fence, Event: o.Event, From: b.flying[o.Fence].at, At: st.WireAt})
	}
	for i := range st.Receipts {
		r := &st.Receipts[i]
		list = append(list, Seen{Carrier: carrier, Fence: r.Fence, Part: r.Part, Event: r.Event, From: b.parts[r.ID].at, At: st.WireAt})
	}
	return list
}

// tell hands to the watcher what a commit stored, with the fences that it permitted.
func (s *Sender) tell(list []Seen, st *store.Step, permitted []bool) {
	if s.e.Watch == nil {
		return
	}
	for i := range st.Replies { // what they say is read between
		list = append(list, Seen{Carrier: s.name, Meaning: st.Replies[i].Meaning, At: st.WireAt})
	}
	for i := range st.Tries {
		if i < len(permitted) && permitted[i] {
			list = append(list, Seen{Carrier: s.name, Fence: st.Tries[i].Fence(), Event: outbox.EvFence, At: st.WireAt})
		}
	}
	if len(list) > 0 {
		s.e.Watch.Seen(list)
	}
}
