package engine

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

// inbox collects what carriers report until the next step stores it, and knows which messages are on their way.
type inbox struct {
	wake    chan struct{} // signalled when something has come
	watched bool          // somebody is told what comes back

	mu       sync.Mutex
	outcomes []dispatch.Outcome
	receipts []dispatch.Receipt
	early    []dispatch.Receipt // that matched nothing yet, while outcomes are on their way: they wait for one more step
	replies  []dispatch.Reply
	flying   map[outbox.FenceID]flying
	vetoed   map[outbox.FenceID]bool
	parts    map[string]part // by the carrier's id: parts that wait for a receipt
	down     error
	up       bool
}

// flying is a permitted try without an outcome.
type flying struct {
	person ledger.PersonID
	again  store.PutOff
	at     time.Time // real: when it was permitted
}

type part struct {
	fence  outbox.FenceID
	number int
	at     time.Time // real: when its outcome was stored; zero: before this process began
}

func newInbox() *inbox {
	return &inbox{
		wake: make(chan struct{}, 1), flying: map[outbox.FenceID]flying{}, vetoed: map[outbox.FenceID]bool{}, parts: map[string]part{},
	}
}

func (b *inbox) sink() dispatch.Sink {
	return dispatch.Sink{
		Outcomes: func(o []dispatch.Outcome) { b.put(func() { b.outcomes = append(b.outcomes, o...) }) },
		Receipt:  func(r dispatch.Receipt) { b.put(func() { b.receipts = append(b.receipts, r) }) },
		Reply:    func(r dispatch.Reply) { b.put(func() { b.replies = append(b.replies, r) }) },
		Vetoed: func(f outbox.FenceID) bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.vetoed[f]
		},
		State: func(err error) { b.put(func() { b.up, b.down = err == nil, err }) },
	}
}

func (b *inbox) put(f func()) {
	b.mu.Lock()
	f()
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// watch notes the tries that are permitted, before they are submitted.
func (b *inbox) watch(tries []store.Try, permitted []bool, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range tries {
		if t := &tries[i]; permitted[i] {
			b.flying[t.Fence()] = flying{t.Message.Person, store.PutOff{Message: t.Message.ID, NotAfter: t.Message.NotAfter}, at}
		}
	}
}

// least returns the least of a fence, where there is one, and those without a durable outcome.
func (b *inbox) least(first outbox.FenceID) outbox.FenceID {
	b.mu.Lock()
	defer b.mu.Unlock()
	for f := range b.flying {
		if first == 0 || f < first {
			first = f
		}
	}
	return first
}

// accounted forgets parts whose receipts were stored before their outcomes.
func (b *inbox) accounted(ids []string) {
	if len(ids) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		delete(b.parts, id)
	}
}

// stopped keeps messages to these persons back that are permitted and not yet written.
func (b *inbox) stopped(persons []ledger.PersonID) {
	if len(persons) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for f, fl := range b.flying {
		if slices.Contains(persons, fl.person) {
			b.vetoed[f] = true
		}
	}
}

// taken is what a step took out of the inbox.
type taken struct {
	b     *inbox
	acks  []func(bool)
	count int
	seen  []Seen
	undo  func()
	keep  func()

	// What keep has forgotten, for as long as it is not durable.
	flown   []flown
	settled []settledPart
}

type flown struct {
	fence outbox.FenceID
	flying
}

type settledPart struct {
	id string
	part
}

func (t *taken) empty() bool { return t.count == 0 }

// done answers the carrier, when all is stored or when it was not.
func (t *taken) done(stored bool) {
	if !stored {
		t.undo()
		return
	}
	t.keep()
	t.acknowledge()
}

// acknowledge tells the carrier that all is durable.
func (t *taken) acknowledge() {
	for _, ack := range t.acks {
		ack(true)
	}
}

// drain moves what came back into a step.
func (b *inbox) drain(st *store.Step, carrier string) *taken {
	b.mu.Lock()
	outcomes, early, receipts, replies := b.outcomes, b.early, b.receipts, b.replies
	b.outcomes, b.early, b.receipts, b.replies = nil, nil, nil, nil
	defer b.mu.Unlock()
	t := &taken{b: b}
	t.undo = func() {
		b.put(func() {
			b.outcomes = append(outcomes, b.outcomes...)
			b.receipts = append(receipts, b.receipts...)
			b.replies = append(replies, b.replies...)
		})
	}
	t.keep = func() { b.settle(t, outcomes, st.Receipts) }
	st.Outcomes, st.Receipts = slices.Grow(st.Outcomes, len(outcomes)), slices.Grow(st.Receipts, len(early)+len(receipts))
	t.acks = make([]func(bool), 0, len(early)+len(receipts)+len(replies))
	for _, o := range outcomes {
		st.Outcomes = append(st.Outcomes, b.outcome(o, st, carrier))
	}
	if len(b.flying) == len(outcomes) {
		early, receipts = append(early, receipts...), nil // no more outcomes are to come: nothing is gained by waiting
	}
	old := len(early)
	receipts = append(early, receipts...)
	kept := receipts[:0]
	for i, r := range receipts {
		out := b.receipt(r, carrier)
		if out.Fence == 0 && i >= old {
			b.early = append(b.early, r)
			continue
		}
		kept = append(kept, r)
		st.Receipts = append(st.Receipts, out)
		t.acks = append(t.acks, r.Ack)
	}
	receipts = kept
	for _, r := range replies {
		st.Replies = append(st.Replies, reply(r, carrier))
		t.acks = append(t.acks, r.Ack)
	}
	t.count = len(outcomes) + len(receipts) + len(replies)
	t.seen = b.seen(st, carrier)
	return t
}

// settle forgets what is stored.
func (b *inbox) settle(t *taken, outcomes []dispatch.Outcome, receipts []store.Receipt) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t.flown, t.settled = make([]flown, 0, len(outcomes)), make([]settledPart, 0, len(receipts))
	for _, o := range outcomes {
		if f, ok := b.flying[o.Fence]; ok {
			t.flown = append(t.flown, flown{o.Fence, f})
		}
		delete(b.flying, o.Fence)
		delete(b.vetoed, o.Fence)
	}
	for i := range receipts {
		id := receipts[i].ID
		if p, ok := b.parts[id]; ok {
			t.settled = append(t.settled, settledPart{id, p})
		}
		delete(b.parts, id)
	}
}

// restore is undo for what was kept: it turned out that it may not be durable.
func (t *taken) restore() {
	t.b.mu.Lock()
	for _, f := range t.flown {
		t.b.flying[f.fence] = f.flying
	}
	for _, p := range t.settled {
		t.b.parts[p.id] = p.part
	}
	t.b.mu.Unlock()
	t.undo()
}

// forget knows nothing more of messages that will not be submitted.
func (b *inbox) forget(msgs []dispatch.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range msgs {
		delete(b.flying, msgs[i].Fence)
	}
}

func (b *inbox) outcome(o dispatch.Outcome, st *store.Step, carrier string) store.Outcome {
	f := b.flying[o.Fence]
	out := store.Outcome{Fence: o.Fence, Event: o.Event, Code: o.Code, Carrier: carrier, IDs: o.IDs}
	switch o.Event {
	case outbox.EvAccept, outbox.EvLost:
		// Of a lost message the carrier may have the first parts, and may account for them.
		if o.IDs != "" && !strings.Contains(o.IDs, " ") {
			b.parts[o.IDs] = part{o.Fence, 1, st.WireAt}
			break
		}
		for i, id := range store.SplitIDs(o.IDs) {
			b.parts[id] = part{o.Fence, i + 1, st.WireAt}
		}
	case outbox.EvThrottle, outbox.EvNotWritten:
		f.again.NotBefore = st.At
		out.Again = &f.again
	case outbox.EvCancel:
		out.Rule = "stop"
	case outbox.EvRefuse, outbox.EvFence, outbox.EvExpire, outbox.EvDelivered, outbox.EvUndelivered:
	}
	return out
}

func (b *inbox) receipt(r dispatch.Receipt, carrier string) store.Receipt {
	out := store.Receipt{ID: r.ID, From: carrier, Event: r.Event, Code: r.Code, Cause: string(r.Cause)}
	if p, ok := b.parts[r.ID]; ok {
		out.Fence, out.Part = p.fence, p.number
	}
	return out
}

func reply(r dispatch.Reply, carrier string) store.Reply {
	return store.Reply{Carrier: carrier, Address: r.From, Text: r.Text} // what it says is read when it is known who writes
}

// open returns how many messages will be without a durable outcome once what has come is stored.
func (b *inbox) open() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.flying) - len(b.outcomes)
}

// waiting returns how much has come and is not stored.
func (b *inbox) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.outcomes) + len(b.receipts) + len(b.early) + len(b.replies)
}

// idle says that nothing is on its way or waits to be stored.
func (b *inbox) idle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.flying) == 0 && len(b.outcomes)+len(b.receipts)+len(b.early)+len(b.replies) == 0
}

// awaited returns how many parts the carrier has not accounted for.
func (b *inbox) awaited() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.parts)
}

func (b *inbox) await(o store.Outstanding) {
	b.mu.Lock()
	b.parts[o.ID] = part{fence: o.Fence, number: o.Part}
	b.mu.Unlock()
}

func (b *inbox) isUp() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.up
}

func (b *inbox) why() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down == nil {
		return errors.New("no session yet")
	}
	return b.down
}
