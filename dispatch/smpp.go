package dispatch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/wire/smpp"
)

// SMPPConfig describes one bind to an SMPP 3.4 carrier.
type SMPPConfig struct {
	ID        string // the carrier's name in the configuration
	Address   string // host:port
	SystemID  string
	Password  string
	Source    string // the number or name that texts come from
	Window    int    // messages without an answer at most; 0 means 1,000
	Rate      int    // parts of messages a second at most, until SetShare says otherwise; 0 means as many as the carrier takes
	Sessions  int    // sessions that the carrier allows at once over all machines, for whoever opens them; 0 means any number
	Simulator string // the system_id that the carrier must give; empty means any
	Now       func() time.Time
	// ResponseTimeout is how long an answer may take before its message is unknown; 0 means 30 s.
	ResponseTimeout time.Duration
}

// DefaultWindow is how many messages may lie between fence and outcome on one bind.
const DefaultWindow = 1000

// SMPP is one carrier reached through one SMPP bind, which it keeps up. It is safe for use by several goroutines.
type SMPP struct {
	cfg   SMPPConfig
	sink  Sink
	base  smpp.Message
	pace  *pace
	hears hearing

	mu      sync.Mutex
	session *smpp.Session
	flights map[outbox.FenceID]*flight
	ready   []*flight // flights whose next part waits for room in the session's window
	begged  []*flight // flights for whose later part the carrier asked for patience; it is written again in Room
	ref     byte
	joins   joiner

	said said // by the last receipt
}

// defaultTimeout is how long an answer may take.
const defaultTimeout = 30 * time.Second

// NewSMPP returns a carrier that is down until Run is called.
func NewSMPP(cfg SMPPConfig, sink Sink) (*SMPP, error) {
	if cfg.Window <= 0 {
		cfg.Window = DefaultWindow
	}
	if cfg.Now == nil {
		return nil, errors.New("dispatch: no wire clock")
	}
	if cfg.ResponseTimeout <= 0 {
		cfg.ResponseTimeout = defaultTimeout
	}
	c := &SMPP{cfg: cfg, sink: sink, pace: newPace(cfg.Rate, cfg.Window), flights: map[outbox.FenceID]*flight{}}
	c.base = smpp.Message{Source: sourceAddress(cfg.Source), Destination: smpp.Address{TON: 1, NPI: 1}}
	c.joins.flush = func(from, text string, ack func(bool)) { sink.Reply(Reply{From: from, Text: text, Ack: ack}) }
	return c, nil
}

// sourceAddress tells a name from a number: names are alphanumeric (TON 5), short codes and service numbers
// are of the network (TON 3), the rest is international.
func sourceAddress(s string) smpp.Address {
	digits := strings.Trim(s, "0123456789") == ""
	switch {
	case !digits && !strings.HasPrefix(s, "+"):
		return smpp.Address{TON: 5, NPI: 0, Addr: s}
	case strings.HasPrefix(s, "+"):
		return smpp.Address{TON: 1, NPI: 1, Addr: s[1:]}
	}
	return smpp.Address{TON: 3, NPI: 1, Addr: s}
}

// Run keeps the bind up until ctx ends. It returns ErrNotSimulator where the carrier should be one and is not.
func (c *SMPP) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var d net.Dialer
	client := smpp.Client{
		Dial:   func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, "tcp", c.cfg.Address) },
		Bind:   smpp.Bind{As: smpp.CmdBindTransceiver, SystemID: c.cfg.SystemID, Password: c.cfg.Password},
		Config: smpp.Config{Window: c.cfg.Window, Now: c.cfg.Now, ResponseTimeout: c.cfg.ResponseTimeout},
		Handler: smpp.Handler{
			Results: c.results, Deliver: c.deliver, Down: c.down,
			Veto: func(tag uint64) bool { return c.sink.Vetoed(unpack(tag)) },
		},
		Up: func(s *smpp.Session) {
			if id := s.ServerID(); c.cfg.Simulator != "" && id != c.cfg.Simulator {
				cancel(fmt.Errorf("%w: %s at %s calls itself %q", ErrNotSimulator, c.cfg.ID, c.cfg.Address, id))
				return
			}
			c.mu.Lock()
			if c.session = s; !c.hears.deaf {
				c.hears.answered(c.cfg.Now()) // it bound: its silence begins here
			}
			c.mu.Unlock()
			c.sink.State(nil)
		},
		Failed:   func(err error, _ time.Duration) { c.sink.State(err) },
		MinPause: 100 * time.Millisecond, MaxPause: 10 * time.Second,
	}
	err := client.Run(ctx)
	if cause := context.Cause(ctx); errors.Is(cause, ErrNotSimulator) {
		return cause
	}
	return err
}

func (c *SMPP) down(err error) {
	c.mu.Lock()
	c.session = nil
	waiting := append(c.ready, c.begged...)
	c.ready, c.begged = nil, nil
	var out []Outcome
	for _, f := range waiting {
		out = append(out, c.finish(f, failed(f, smpp.NotWritten, err)))
	}
	c.mu.Unlock()
	c.report(out)
	if err == nil {
		err = smpp.ErrClosed
	}
	c.sink.State(err)
}

// Room returns how many messages may be fenced for this carrier now: 0 while it is down or asks for patience. It is
// asked often, and writes the later parts again for which the carrier had asked for patience.
func (c *SMPP) Room() int {
	now := c.cfg.Now()
	c.joins.sweep(now)
	c.mu.Lock()
	if c.session == nil {
		c.mu.Unlock()
		return 0
	}
	var out []Outcome
	if len(c.begged) > 0 && !now.Before(c.pace.quietTo) {
		c.ready, c.begged = append(c.ready, c.begged...), nil
		out = c.pump(nil)
	}
	if c.pace.limited && len(c.ready) > 0 {
		out = c.pump(out) // parts that waited for their turn in the rate
	}
	room := c.hears.room(now, max(0, min(c.pace.room(now), c.pace.window-len(c.flights))), len(c.flights))
	c.mu.Unlock()
	c.report(out)
	return room
}

// Window returns how many messages may lie between fence and outcome.
func (c *SMPP) Window() int { return c.cfg.Window }

// Width returns how wide the window is at present, narrower where the carrier asked for patience; 0 where a rate
// decides what may leave.
func (c *SMPP) Width() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pace.limited {
		return 0
	}
	return c.pace.window
}

// SetShare sets how many thousandths of a part a second this bind may hand over, of what its carrier takes from all machines.
func (c *SMPP) SetShare(milli int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pace.share(c.cfg.Now(), milli)
}

// InFlight returns how many messages have no outcome yet.
func (c *SMPP) InFlight() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.flights)
}

// Submit takes messages whose fences are committed. Their outcomes come to Sink.Outcomes, perhaps before it
// returns.
func (c *SMPP) Submit(msgs []Message) {
	var out []Outcome
	flights, parts := make([]flight, len(msgs)), make([]smpp.SubmitSM, len(msgs))
	c.mu.Lock()
	for i := range msgs {
		f := &flights[i]
		f.Message, f.parts = msgs[i], parts[i:i:i+1] // most messages have one part
		if err := c.prepare(f); err != nil {
			out = append(out, Outcome{Fence: f.Fence, Event: outbox.EvRefuse, Code: err.Error()})
			continue
		}
		c.flights[f.Fence] = f
		c.pace.owed += len(f.parts)
		c.ready = append(c.ready, f)
	}
	out = c.pump(out)
	c.mu.Unlock()
	c.report(out)
}

func (c *SMPP) prepare(f *flight) error {
	base := c.base
	base.Destination.Addr = strings.TrimPrefix(string(f.To), "+")
	valid, err := smpp.RelativeTime(f.Valid)
	if err != nil {
		return err
	}
	base.ValidityPeriod = valid
	c.ref++
	if len(f.Parts) > 0 {
		f.parts = smpp.AppendSplit(f.parts, base, f.Alphabet, f.Parts, c.ref)
	} else if f.parts, err = smpp.AppendParts(f.parts, base, f.Text, c.ref); err != nil {
		return err
	}
	if f.ids = f.one[:]; len(f.parts) > 1 {
		f.ids = make([]string, len(f.parts))
	}
	return nil
}

// pump writes the next part of each ready flight while the window has room. c.mu is held.
func (c *SMPP) pump(out []Outcome) []Outcome {
	now := c.cfg.Now()
	for i, f := range c.ready {
		sent, err := false, error(smpp.ErrClosed)
		switch {
		case c.session == nil:
		case now.Before(f.LeaveBy) && !c.pace.ready(now):
			err = nil // it waits
		default:
			sent, err = c.session.TrySend(&f.parts[f.next], pack(f.Fence, f.next), f.LeaveBy)
		}
		if err != nil {
			out = append(out, c.finish(f, failed(f, smpp.NotWritten, err)))
			continue
		}
		if !sent {
			c.ready = append(c.ready[:0], c.ready[i:]...)
			return out
		}
		c.pace.wrote()
		f.wrote++
	}
	c.ready = c.ready[:0]
	return out
}

// results takes the ends of requests from the session.
func (c *SMPP) results(rs []smpp.Result) {
	now := c.cfg.Now()
	out := make([]Outcome, 0, len(rs))
	c.mu.Lock()
	for i := range rs {
		r := &rs[i]
		fence := unpack(r.Tag)
		f := c.flights[fence]
		if f == nil {
			continue
		}
		if r.Outcome == smpp.Answered {
			c.hears.answered(now)
		} else if errors.Is(r.Err, smpp.ErrTimeout) || errors.Is(r.Err, smpp.ErrEnquire) {
			c.hears.overdue(now, c.cfg.ResponseTimeout)
		}
		if r.Outcome == smpp.Answered && r.Status == smpp.OK {
			f.ids[f.next] = r.MessageID
			c.pace.eased(now)
			if f.next++; f.next < len(f.parts) {
				c.ready = append(c.ready, f)
				continue
			}
			out = append(out, c.finish(f, Outcome{Fence: fence, Event: outbox.EvAccept, IDs: strings.Join(f.ids, " ")}))
			continue
		}
		if r.Outcome == smpp.Answered && r.Status.Throttling() && f.next > 0 && now.Before(f.LeaveBy) {
			// The carrier has a part and did not take this one: this part alone may be written again in time.
			c.pace.throttled(now)
			c.begged = append(c.begged, f)
			c.pace.owed++
			f.wrote--
			continue
		}
		out = append(out, c.finish(f, c.judge(f, r, now)))
	}
	out = c.pump(out)
	c.mu.Unlock()
	c.report(out)
}

// judge turns the failure of a part into the outcome of its message.
func (c *SMPP) judge(f *flight, r *smpp.Result, now time.Time) Outcome {
	if r.Outcome != smpp.Answered {
		return failed(f, r.Outcome, r.Err)
	}
	o := Outcome{Fence: f.Fence, Event: outbox.EvRefuse, Code: r.Status.String()}
	if r.Status.Throttling() {
		c.pace.throttled(now)
		o.Event = outbox.EvThrottle
	}
	if f.next > 0 {
		// A part is with the carrier and another is not: what arrives is not known.
		o.Event, o.IDs = outbox.EvLost, strings.Join(f.ids[:f.next], " ")
	}
	return o
}

func failed(f *flight, how smpp.Outcome, err error) Outcome {
	o := Outcome{Fence: f.Fence, Event: outbox.EvLost, Code: reasonOf(err)}
	if how == smpp.NotWritten && f.next == 0 {
		o.Event = outbox.EvNotWritten
		if errors.Is(err, smpp.ErrVetoed) {
			o.Event = outbox.EvCancel
		}
		return o
	}
	o.IDs = strings.Join(f.ids[:f.next], " ")
	return o
}

func (c *SMPP) finish(f *flight, o Outcome) Outcome {
	delete(c.flights, f.Fence)
	c.pace.owed -= len(f.parts) - f.wrote
	return o
}

func (c *SMPP) report(out []Outcome) {
	if len(out) > 0 {
		c.sink.Outcomes(out)
	}
}

// deliver takes a receipt or a reply. It is acknowledged when whoever takes it says that it is stored.
func (c *SMPP) deliver(m *smpp.DeliverSM, ack smpp.Ack) {
	answer := func(stored bool) {
		status := smpp.OK
		if !stored {
			status = smpp.SystemError
		}
		_ = ack.Respond(status, "") // the session is gone, and the carrier will deliver again
	}
	if m.IsReceipt() {
		r, err := m.Receipt()
		if err != nil {
			// It can be matched to nothing, now or later; taking it keeps it from coming for ever.
			answer(true)
			return
		}
		event, cause := receive.Fate(r.State.String(), r.Err)
		if event == 0 {
			answer(true)
			return
		}
		c.sink.Receipt(Receipt{ID: r.ID, Event: event, Code: c.receiptCode(r.State, r.Err), Cause: cause, Ack: answer})
		return
	}
	from := m.Source.Addr
	if m.Source.TON == 1 {
		from = "+" + strings.TrimPrefix(from, "+")
	}
	text, part, err := m.Text()
	if err != nil && text == "" {
		text = "[unreadable]" // a person must see that something came
	}
	c.joins.add(from, text, part, c.cfg.Now(), answer)
}

// flight is a message between Submit and its outcome. Its parts are written one after the other, each when the
// carrier has taken the one before, so that a refusal of the first leaves nothing behind.
type flight struct {
	Message
	parts []smpp.SubmitSM
	ids   []string
	one   [1]string // room for ids of one part
	next  int       // the part that is on its way
	wrote int       // parts written; one that is written again counts once
}

func pack(f outbox.FenceID, part int) uint64 { return uint64(f)<<8 | uint64(part) }
func unpack(tag uint64) outbox.FenceID       { return outbox.FenceID(tag >> 8) }
