package proof

import (
	"strings"
	"time"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/wire/sms"
)

// A line is one process's bind to a carrier: the second carrier that a Sender knows, beside dispatch.SMPP, and bound by
// the same word. A message is written before its LeaveBy and while it is not vetoed; its parts are written one after the
// other; each has one outcome.
type line struct {
	carrier   *carrier
	process   *process
	sink      dispatch.Sink
	window    int // messages between fence and durable outcome at most
	granted   int // what Room grants: the window, unless a breach is planted
	up        bool
	quietTo   time.Time
	flights   []*flight
	given     []*back                     // receipts and replies that the process has not acknowledged
	open      map[outbox.FenceID]bool     // handed over, and no outcome of theirs is stored
	told      []outbox.FenceID            // outcomes that the process has heard of and may not have stored
	handings  map[outbox.FenceID]*handing // of the fences that are committed and not submitted
	last      func()                      // finishes the step that was committed last; nil: there was none
	protected map[*back][]*account        // by a step that is being finished: whom a stop in it protected when it was committed
	behind    int                         // steps that are committed and not finished
	news      bool                        // something came, or there is room again, since the sender's last step
}

var _ engine.Carrier = (*line)(nil)

// A flight is a message between Submit and its outcome.
type flight struct {
	msg      dispatch.Message
	deadline time.Time // LeaveBy as true time: a clock that is set does not move it
	parts    int
	next     int // the part that is next to be written
	ids      []string
	waiting  bool // a part is written and not answered
	over     bool
	handing  *handing
}

// answerWithin is how long an answer may take before its message is unknown.
const answerWithin = 30 * time.Second

func (c *carrier) open(p *process, window int, sink dispatch.Sink) *line {
	l := &line{carrier: c, process: p, sink: sink, window: window, open: map[outbox.FenceID]bool{}, handings: map[outbox.FenceID]*handing{}}
	l.connect()
	return l
}

func (l *line) connect() {
	if l.up || !l.carrier.up() || l.process.owner.dead {
		return
	}
	l.up, l.news = true, true
	l.carrier.lines = append(l.carrier.lines, l)
	l.sink.State(nil)
	l.carrier.again()
}

// Room implements engine.Carrier.
func (l *line) Room() int {
	l.process.call()
	l.connect()
	if !l.up || l.carrier.w.now.Before(l.quietTo) {
		return 0
	}
	return max(0, l.granted-len(l.flights))
}

// Width implements engine.Carrier.
func (l *line) Width() int { return l.granted }

// fenced notes what is so when fences are committed, which is what the examiner goes by: they are submitted when that is on the disk.
func (l *line) fenced(msgs []dispatch.Message) {
	w := l.carrier.w
	for _, f := range l.told { // the commit has stored them
		delete(l.open, f)
	}
	l.told = nil
	for i := range msgs {
		leaveBy := msgs[i].LeaveBy
		if f := w.cfg.plant.message; f != nil {
			f(l, &msgs[i])
		}
		l.handings[msgs[i].Fence] = w.handedOver(&msgs[i], leaveBy)
	}
}

// protects says of each reply that is not acknowledged whom a stop in it protects at this instant.
func (l *line) protects() map[*back][]*account {
	of := map[*back][]*account{}
	for _, b := range l.given {
		if b.reply != nil && !b.done {
			of[b] = l.carrier.w.protects(b)
		}
	}
	return of
}

// Submit implements engine.Carrier.
func (l *line) Submit(msgs []dispatch.Message) {
	w := l.carrier.w
	for i := range msgs {
		l.open[msgs[i].Fence] = true
	}
	w.examiner.window(l)
	l.process.call()
	for i := range msgs {
		f := &flight{msg: msgs[i], deadline: w.now.Add(msgs[i].LeaveBy.Sub(w.clock())), handing: l.handings[msgs[i].Fence]}
		delete(l.handings, msgs[i].Fence)
		_, _, f.parts = sms.Measure(f.msg.Text)
		l.flights = append(l.flights, f)
		l.soon(f)
	}
	l.process.call()
}

// soon lets the next part be written: at once, or when the socket and the window have room.
func (l *line) soon(f *flight) {
	w := l.carrier.w
	wait := time.Duration(0)
	if w.often(l.carrier.manners.late) {
		wait = time.Duration(w.rng.IntN(14_000)) * time.Millisecond
	} else if w.often(300) {
		wait = time.Duration(w.rng.IntN(300)) * time.Millisecond
	}
	if wait == 0 {
		l.write(f)
		return
	}
	w.after(wait, func() { l.write(f) })
}

func (l *line) write(f *flight) {
	w := l.carrier.w
	if f.over || l.process.owner.dead {
		return
	}
	first := f.next == 0
	switch {
	case !l.up && first, first && !w.now.Before(f.deadline):
		l.end(f, dispatch.Outcome{Event: outbox.EvNotWritten, Code: "not written in time"})
	case first && l.sink.Vetoed(f.msg.Fence):
		l.end(f, dispatch.Outcome{Event: outbox.EvCancel, Code: "stopped before it was written"})
	case !l.up, !w.now.Before(f.deadline):
		l.end(f, dispatch.Outcome{Event: outbox.EvLost, Code: "a later part was not written"})
	default:
		f.waiting = true
		a := l.carrier.take(f)
		if w.often(l.carrier.manners.drop) {
			l.drop()
			return
		}
		wait := a.after
		if a.never {
			wait = answerWithin
		}
		w.inBursts(100*time.Millisecond, wait, func() { l.answered(f, a) })
	}
}

// answered takes the carrier's answer to a part.
func (l *line) answered(f *flight, a answer) {
	if f.over || l.process.owner.dead {
		return
	}
	f.waiting = false
	w := l.carrier.w
	switch {
	case a.never:
		l.end(f, dispatch.Outcome{Event: outbox.EvLost, Code: "no answer"})
	case a.event == outbox.EvAccept:
		f.ids = append(f.ids, a.id)
		if f.next++; f.next < f.parts {
			l.soon(f)
			return
		}
		l.end(f, dispatch.Outcome{Event: outbox.EvAccept})
	case f.next > 0 && a.event == outbox.EvThrottle && w.now.Before(f.deadline):
		w.after(time.Second, func() { l.write(f) })
	case f.next > 0:
		l.end(f, dispatch.Outcome{Event: outbox.EvLost, Code: "a later part was refused"})
	default:
		if a.event == outbox.EvThrottle {
			l.quietTo = w.now.Add(200 * time.Millisecond)
		}
		l.end(f, dispatch.Outcome{Event: a.event, Code: "the carrier said no"})
	}
}

// end gives a flight its one outcome.
func (l *line) end(f *flight, o dispatch.Outcome) {
	f.over = true
	for i := range l.flights {
		if l.flights[i] == f {
			l.flights = append(l.flights[:i:i], l.flights[i+1:]...)
			break
		}
	}
	l.news = true
	o.Fence, o.IDs = f.msg.Fence, strings.Join(f.ids, " ")
	l.sink.Outcomes([]dispatch.Outcome{o})
	l.told = append(l.told, o.Fence)
}

// drop breaks the line. What was written and not answered is unknown; the rest was not written.
func (l *line) drop() {
	if !l.up {
		return
	}
	l.up = false
	l.carrier.gone(l)
	for len(l.flights) > 0 {
		f := l.flights[0]
		o := dispatch.Outcome{Event: outbox.EvLost, Code: "the line broke"}
		if f.next == 0 && !f.waiting {
			o.Event = outbox.EvNotWritten
		}
		l.end(f, o)
	}
	l.sink.State(errLineDown)
}

// cut is the end of a process that died: nobody hears of anything.
func (l *line) cut() {
	for _, f := range l.flights {
		f.over = true
	}
	l.flights, l.up = nil, false
	l.carrier.gone(l)
}
