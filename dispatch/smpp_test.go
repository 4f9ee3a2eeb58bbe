package dispatch

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/wire/smpp"
	"github.com/dulyhq/duly/wire/sms"
)

// A desk is a carrier's other end, and collects what the carrier reports.
type desk struct {
	t        *testing.T
	carrier  *SMPP
	sessions chan *smpp.Session

	mu       sync.Mutex
	submits  []*smpp.SubmitSM
	outcomes chan Outcome
	receipts chan Receipt
	replies  chan Reply
	up       chan struct{}
	vetoed   map[outbox.FenceID]bool
}

// newDesk starts a server that answers each submit as answer says, and a carrier bound to it.
func newDesk(t *testing.T, cfg SMPPConfig, answer func(d *desk, n int, m *smpp.SubmitSM, ack smpp.Ack)) *desk {
	t.Helper()
	d := &desk{
		t: t, sessions: make(chan *smpp.Session, 10), outcomes: make(chan Outcome, 100), receipts: make(chan Receipt, 100),
		replies: make(chan Reply, 100), up: make(chan struct{}, 10), vetoed: map[outbox.FenceID]bool{},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			h := smpp.Handler{Submit: func(m *smpp.SubmitSM, ack smpp.Ack) {
				d.mu.Lock()
				d.submits = append(d.submits, m)
				n := len(d.submits)
				d.mu.Unlock()
				answer(d, n, m, ack)
			}}
			s, err := smpp.Accept(ctx, conn, "TEST", smpp.Config{}, func(*smpp.Bind) (smpp.Handler, smpp.Status) { return h, smpp.OK })
			if err == nil {
				d.sessions <- s
			}
		}
	})
	cfg.ID, cfg.Address, cfg.Now, cfg.Source = "main", l.Addr().String(), time.Now, "10690000"
	d.carrier, err = NewSMPP(cfg, Sink{
		Outcomes: func(os []Outcome) {
			for _, o := range os {
				d.outcomes <- o
			}
		},
		Receipt: func(r Receipt) { d.receipts <- r }, Reply: func(r Reply) { d.replies <- r },
		Vetoed: func(f outbox.FenceID) bool { return d.vetoed[f] },
		State: func(err error) {
			if err == nil {
				d.up <- struct{}{}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	wg.Go(func() { _ = d.carrier.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		_ = l.Close()
		wg.Wait()
	})
	<-d.up
	return d
}

// outcome waits for an outcome, asking for room meanwhile as a sender does.
func (d *desk) outcome() Outcome {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case o := <-d.outcomes:
			return o
		case <-tick.C:
			d.carrier.Room()
		}
	}
}

const long = "【晨光银行】这是一条足够长的短信，用来检验一条短信被分成两段时的处理：第一段被拒绝，则什么也没有留下；第一段已被接收而第二段失败，则结果未知，不再重发。拒收请回复R"

func message(n int64, text string) Message {
	return Message{
		Fence: outbox.MessageID(n).Fence(1), To: "+8617405000001", Text: text, LeaveBy: time.Now().Add(10 * time.Second), Valid: time.Hour,
	}
}

// TestOutcomes is invariant 4: a message has one outcome, and only a clean refusal of its first part is one.
func TestOutcomes(t *testing.T) {
	cases := []struct {
		name   string
		answer func(d *desk, n int, m *smpp.SubmitSM, ack smpp.Ack)
		text   string
		want   outbox.Event
		writes int
	}{
		{"accepted", func(_ *desk, _ int, _ *smpp.SubmitSM, a smpp.Ack) { _ = a.Respond(smpp.OK, "x") }, long, outbox.EvAccept, 2},
		{"first part refused", func(_ *desk, _ int, _ *smpp.SubmitSM, a smpp.Ack) { _ = a.Respond(smpp.InvalidDestination, "") }, long, outbox.EvRefuse, 1},
		{"first part throttled", func(_ *desk, _ int, _ *smpp.SubmitSM, a smpp.Ack) { _ = a.Respond(smpp.Throttled, "") }, long, outbox.EvThrottle, 1},
		{"second part refused", func(_ *desk, n int, _ *smpp.SubmitSM, a smpp.Ack) {
			_ = a.Respond([]smpp.Status{smpp.OK, smpp.InvalidDestination}[n-1], "x")
		}, long, outbox.EvLost, 2},
		{"second part throttled, then taken", func(_ *desk, n int, _ *smpp.SubmitSM, a smpp.Ack) {
			_ = a.Respond([]smpp.Status{smpp.OK, smpp.Throttled, smpp.OK}[n-1], "x")
		}, long, outbox.EvAccept, 3},
		{"connection lost", func(d *desk, _ int, _ *smpp.SubmitSM, a smpp.Ack) { go a.Session().Close() }, "short", outbox.EvLost, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, SMPPConfig{}, c.answer)
			d.carrier.Submit([]Message{message(1, c.text)})
			o := d.outcome()
			if o.Event != c.want {
				t.Fatalf("outcome %+v, want event %d", o, c.want)
			}
			// Outcomes are counted by their code, so it may not hold what differs from one loss to the next.
			if strings.Contains(o.Code, "127.0.0.1") || strings.Contains(o.Code, "EOF") {
				t.Errorf("the outcome's code is %q", o.Code)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if len(d.submits) != c.writes {
				t.Fatalf("%d parts were written, want %d", len(d.submits), c.writes)
			}
			if valid, err := smpp.ParseTime(d.submits[0].ValidityPeriod, time.Now()); err != nil || time.Until(valid) > time.Hour {
				t.Fatalf("validity %q ends after the window: %v", d.submits[0].ValidityPeriod, err)
			}
		})
	}
}

// TestNotWritten: what is too late, stopped, or has no session leaves nothing behind.
func TestNotWritten(t *testing.T) {
	d := newDesk(t, SMPPConfig{}, func(_ *desk, _ int, _ *smpp.SubmitSM, a smpp.Ack) { _ = a.Respond(smpp.OK, "x") })
	late := message(1, "late")
	late.LeaveBy = time.Now().Add(-time.Second)
	d.carrier.Submit([]Message{late})
	if o := <-d.outcomes; o.Event != outbox.EvNotWritten {
		t.Errorf("late: %+v", o)
	}
	stopped := message(2, "stopped")
	d.vetoed[stopped.Fence] = true
	d.carrier.Submit([]Message{stopped})
	if o := <-d.outcomes; o.Event != outbox.EvCancel {
		t.Errorf("stopped: %+v", o)
	}
	d.mu.Lock()
	if len(d.submits) != 0 {
		t.Errorf("%d submits", len(d.submits))
	}
	d.mu.Unlock()
}

// TestDown: without a session there is no room, and what is submitted all the same was not written.
func TestDown(t *testing.T) {
	out := make(chan Outcome, 1)
	c, err := NewSMPP(SMPPConfig{Now: time.Now}, Sink{Outcomes: func(o []Outcome) { out <- o[0] }})
	if err != nil {
		t.Fatal(err)
	}
	if n := c.Room(); n != 0 {
		t.Errorf("room for %d with no session", n)
	}
	c.Submit([]Message{message(1, "x")})
	if o := <-out; o.Event != outbox.EvNotWritten {
		t.Errorf("outcome %+v", o)
	}
}

// TestLongReply: the parts of a long reply become one, in whatever order, and none is acknowledged before it
// is stored.
func TestLongReply(t *testing.T) {
	d := newDesk(t, SMPPConfig{}, func(*desk, int, *smpp.SubmitSM, smpp.Ack) {})
	s := <-d.sessions
	text := strings.Repeat("请不要再给我发短信了，", 10)
	parts, err := smpp.AppendParts(nil, smpp.Message{Source: smpp.Address{TON: 1, NPI: 1, Addr: "8617405000001"}}, text, 7)
	if err != nil || len(parts) < 2 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	for i := len(parts) - 1; i >= 0; i-- {
		m := smpp.DeliverSM(parts[i])
		if err := s.Send(context.Background(), &m, uint64(i), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	r := <-d.replies
	if r.Text != text || r.From != "+8617405000001" {
		t.Fatalf("reply %+v", r)
	}
	if n := s.Stats().InFlight; n != len(parts) {
		t.Errorf("%d parts unacknowledged before the reply is stored, want %d", n, len(parts))
	}
	r.Ack(true)
}

// TestHalfAReply: the first half of a stop does not wait for ever for the second.
func TestHalfAReply(t *testing.T) {
	var got []string
	j := joiner{flush: func(_, text string, _ func(bool)) { got = append(got, text) }}
	now := time.Now()
	j.add("+1", "别再", sms.Concat{Ref: 1, Total: 2, Seq: 1}, now, func(bool) {})
	j.sweep(now.Add(joinWithin))
	if len(got) != 0 {
		t.Fatalf("handed on too soon: %q", got)
	}
	j.sweep(now.Add(joinWithin + time.Second))
	if len(got) != 1 || got[0] != "别再" {
		t.Fatalf("got %q", got)
	}
}

// TestPace: in no second does more leave than the limit, nearly all of it does, a pause is not followed by a flood, and throttling
// narrows what is on its way.
func TestPace(t *testing.T) {
	for _, limit := range []int64{1000, 2000, 7300, 100_000, 2_000_000} { // thousandths
		now := time.Now()
		p := newPace(0, 1000)
		p.share(now, limit)
		var sent []time.Time
		for step := range 1000 { // ten seconds
			if step == 500 {
				now = now.Add(time.Hour)
			}
			for p.ready(now) {
				p.owed++
				p.wrote()
				sent = append(sent, now)
			}
			now = now.Add(10 * time.Millisecond)
		}
		most, from := 0, 0
		for i := range sent {
			for sent[i].Sub(sent[from]) >= time.Second {
				from++
			}
			most = max(most, i-from+1)
		}
		if int64(most)*1000 > limit || int64(len(sent))*1000 < 10*limit*45/100 || limit >= 100_000 && int64(len(sent))*1000 < 10*limit*90/100 {
			t.Errorf("at %d thousandths a second %d left in ten, %d of them in one", limit, len(sent), most)
		}
	}
	now := time.Now()
	p := newPace(100, 1000)
	p.owed = p.room(now)
	if n := p.room(now); n != 0 {
		t.Errorf("room for %d more while parts are owed", n)
	}
	if p.share(now, 0); p.room(now.Add(time.Hour)) != 0 || p.ready(now.Add(time.Hour)) {
		t.Error("a share of nothing lets something leave")
	}
	q := newPace(0, 1000)
	q.throttled(now)
	if q.room(now) != 0 || q.window != 500 {
		t.Errorf("after throttling: room %d, window %d", q.room(now), q.window)
	}
	later := now.Add(mostPause)
	for range 1_000_000 {
		q.eased(later)
	}
	if q.window != 1000 || q.room(later) != 1000 {
		t.Errorf("the window stays at %d", q.window)
	}
}
