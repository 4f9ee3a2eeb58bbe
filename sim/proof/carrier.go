package proof

import (
	"fmt"
	"slices"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/receive"
)

// A carrier takes what its lines write, answers, tells what became of it, and brings what people write back. The
// carriers' record is what is judged: it holds what came, and nothing of what Duly believes.
type carrier struct {
	w         *world
	name      string
	manners   manners
	lines     []*line
	back      []*back // receipts and replies that nobody has acknowledged and that no line has on its way
	downUntil time.Time
	ids       int
}

// An Arrival is one part of a message as it came.
type Arrival struct {
	Tick    int64     // its place in the order of everything
	At      time.Time // true time
	Clock   time.Time // what the lender's clock showed then
	Number  string
	Text    string // of the whole message
	Part    int    // from 1
	Parts   int
	Until   time.Time // the end of the validity that came with it, by the lender's clock
	Taken   bool      // the carrier took it; else it refused it or asked for patience
	Denied  bool      // it took it and said that it refused it
	fence   outbox.FenceID
	handing *handing // what the world knew when it was handed over

	addressed *human // whom it speaks to; nil until that was looked at
}

// back is a receipt or a reply on its way to the lender.
type back struct {
	receipt *dispatch.Receipt
	reply   *dispatch.Reply
	from    *human // who wrote the reply
	number  string // from which number, E.164
	done    bool
}

// manners are how often a carrier does what, in a thousand.
type manners struct {
	refuse, throttle   int
	slow, mute         int // answers that take seconds, and that never come
	late               int // writes that take their time
	liedID             int // the answer's id is not the receipt's
	denied             int // takes a message and says that it refused it
	noReceipt, delayed int
	twice, contradict  int
	early              int // the receipt comes before the answer
	stray              int // a receipt for nothing that it ever took
	drop               int // the line breaks, for each write
}

func (c *carrier) up() bool { return !c.w.now.Before(c.downUntil) }

// newID returns an id of the carrier's.
func (c *carrier) newID() string {
	c.ids++
	return fmt.Sprintf("%s-%x", c.name, c.ids*7919)
}

// An answer is what the carrier says to one part.
type answer struct {
	event outbox.Event // EvAccept, EvRefuse or EvThrottle
	id    string
	after time.Duration
	never bool
}

// take records a part and decides the answer.
func (c *carrier) take(f *flight) answer {
	w, m := c.w, &c.manners
	a := &Arrival{
		Tick: w.tick(), At: w.now, Clock: w.clock(), Number: string(f.msg.To), Text: f.msg.Text, Part: f.next + 1, Parts: f.parts,
		Until: w.clock().Add(f.msg.Valid), fence: f.msg.Fence, handing: f.handing,
	}
	w.record = append(w.record, a)
	r := answer{event: outbox.EvAccept, after: time.Duration(1+w.rng.IntN(50)) * time.Millisecond, never: w.often(m.mute)}
	if w.often(m.slow) {
		r.after = time.Duration(w.rng.IntN(12_000)) * time.Millisecond
	}
	switch {
	case w.often(m.refuse):
		r.event = outbox.EvRefuse
	case w.often(m.throttle):
		r.event = outbox.EvThrottle
	}
	if r.event != outbox.EvAccept {
		w.stats.Refusals++
		return r
	}
	a.Taken = true
	id := c.newID()
	r.id = id
	if w.often(m.liedID) {
		r.id = c.newID()
	}
	if w.often(m.denied) {
		r.event, a.Denied = outbox.EvRefuse, true
	}
	c.account(id, r.after)
	if a.Part == a.Parts {
		w.arrived(a)
	}
	return r
}

// account sends the receipts of a part, in the carrier's manner.
func (c *carrier) account(id string, answered time.Duration) {
	w, m := c.w, &c.manners
	after := answered + w.someTime(1500*time.Millisecond)
	if w.rng.IntN(20) == 0 {
		after += w.someTime(time.Minute)
	}
	switch {
	case w.often(m.noReceipt):
		return
	case w.often(m.early):
		after = answered / 2
	case w.often(m.delayed):
		after = time.Duration(w.rng.IntN(72*3600)) * time.Second
	}
	fate := !w.often(120)
	c.receipt(id, fate, after)
	if w.often(m.twice) {
		c.receipt(id, fate, after+time.Duration(w.rng.IntN(20_000))*time.Millisecond)
	}
	if w.often(m.contradict) {
		c.receipt(id, !fate, after+time.Duration(w.rng.IntN(20_000))*time.Millisecond)
	}
	if w.often(m.stray) {
		c.receipt(c.newID(), fate, after)
	}
}

func (c *carrier) receipt(id string, delivered bool, after time.Duration) {
	r := &dispatch.Receipt{ID: id, Event: outbox.EvDelivered, Code: "DELIVRD 000"}
	if !delivered {
		r.Event, r.Code, r.Cause = outbox.EvUndelivered, "UNDELIV 001", receive.InvalidNumber
	}
	b := &back{receipt: r}
	c.w.inBursts(400*time.Millisecond, after, func() { c.bring(b) })
}

// say brings a reply.
func (c *carrier) say(h *human, text string, after time.Duration) {
	number := h.number
	switch c.w.rng.IntN(6) { // carriers write numbers in several ways
	case 0:
		number = number[1:]
	case 1:
		number = h.number[len("+86"):]
	}
	b := &back{reply: &dispatch.Reply{From: number, Text: text}, from: h, number: h.number}
	c.w.after(after, func() { c.bring(b) })
}

// bring gives a receipt or a reply to a line, or keeps it until there is one.
func (c *carrier) bring(b *back) {
	var up []*line
	for _, l := range c.lines {
		if l.up {
			up = append(up, l)
		}
	}
	if len(up) == 0 || !c.up() {
		c.back = append(c.back, b)
		return
	}
	l := up[c.w.rng.IntN(len(up))]
	l.given, l.news = append(l.given, b), true
	ack := func(stored bool) { c.acknowledged(b, l, stored) }
	if b.receipt != nil {
		r := *b.receipt
		r.Ack = ack
		l.sink.Receipt(r)
		return
	}
	r := *b.reply
	r.Ack = ack
	l.sink.Reply(r)
}

// acknowledged notes that what was brought is stored. The word of a process that died meanwhile, or over a line that
// broke, does not reach the carrier, which brings it again; but what was stored is stored.
func (c *carrier) acknowledged(b *back, l *line, stored bool) {
	if !stored || b.done {
		return
	}
	if b.reply != nil {
		of, known := l.protected[b]
		if !known { // its line was gone by the commit
			of = c.w.protects(b)
		}
		c.w.stored(b, of)
	}
	b.done = l.up && !l.process.owner.dead
}

// again brings what waits, once there is a line.
func (c *carrier) again() {
	waiting := c.back
	c.back = nil
	c.w.rng.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
	for _, b := range waiting {
		c.bring(b)
	}
}

// gone takes a line away; what it had and did not acknowledge is brought to another one.
func (c *carrier) gone(l *line) {
	c.lines = slices.DeleteFunc(c.lines, func(o *line) bool { return o == l })
	for _, b := range l.given {
		if b.done {
			continue
		}
		if b.reply != nil && l.behind > 0 { // it may be stored, and is stored once more when it is brought again
			c.w.wrote[b.number]++
		}
		c.back = append(c.back, b)
	}
	l.given = nil
}
