package smpp_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/dulyhq/duly/wire/smpp"
)

// breakingConn is whole while the session binds; then it lets so many octets
// through and breaks. What it let through is what the peer may have.
type breakingConn struct {
	net.Conn
	bound  atomic.Bool
	mu     sync.Mutex
	left   int
	passed bytes.Buffer
}

var errBroken = errors.New("cable cut")

func (c *breakingConn) Write(b []byte) (int, error) {
	if !c.bound.Load() {
		return c.Conn.Write(b)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(b), c.left)
	c.left -= n
	c.passed.Write(b[:n])
	if n < len(b) {
		return n, errBroken
	}
	return n, nil
}

// TestCutAnywhere: when the connection breaks after any octet, exactly the requests
// of which an octet passed are unknown and all others are not written.
func TestCutAnywhere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const n = 40
		size := len(mustAppend(t, submit("hello")))
		left := rapid.IntRange(0, n*size).Draw(rt, "octets")
		a, b := net.Pipe()
		defer b.Close() //nolint:errcheck // A test's pipe.
		go func() {
			p, _ := smpp.ReadPDU(bufio.NewReaderSize(b, smpp.MaxLength))
			put(t, b, smpp.PDU{Sequence: p.Sequence, Body: &smpp.BindResp{}})
		}()
		c := &breakingConn{Conn: a, left: left}
		rs := newResults()
		s, err := smpp.Dial(ctxFor(t), c, smpp.Bind{}, smpp.Config{Window: n}, smpp.Handler{Results: rs.take})
		if err != nil {
			rt.Fatal(err)
		}
		c.bound.Store(true)
		taken := 0
		for tag := range uint64(n) {
			if ok, _ := s.TrySend(submit("hello"), tag, time.Time{}); ok {
				taken++
			}
		}
		if left == n*size { // all passed: the loss must come from elsewhere, after the writing
			for deadline := clock().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
				c.mu.Lock()
				whole := c.left == 0
				c.mu.Unlock()
				if whole || clock().After(deadline) {
					break
				}
			}
			s.Close()
		}
		<-s.Done()
		begun := (c.passed.Len() + size - 1) / size
		for tag, r := range rs.wait(t, taken) {
			want := smpp.NotWritten
			if int(tag) < begun {
				want = smpp.Unknown
			}
			if r.Outcome != want || r.Err == nil {
				rt.Fatalf("tag %d after %d octets (%d begun): %+v", tag, left, begun, r)
			}
		}
	})
}

func mustAppend(t testing.TB, b smpp.Body) []byte {
	t.Helper()
	octets, err := smpp.PDU{Body: b}.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// TestDisconnect: a peer that answers some, reads some more and drops the socket.
// What it answered is answered; what it read is unknown; nothing is reported twice,
// and nothing that it read is reported as not written.
func TestDisconnect(t *testing.T) {
	rs := newResults()
	down := make(chan error, 1)
	client, conn, r := rawPeer(t, smpp.Config{Window: 1000}, smpp.Handler{Results: rs.take, Down: func(err error) { down <- err }})
	var taken atomic.Int64
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for tag := uint64(0); ; tag++ {
			if client.Send(context.Background(), submit("hello"), tag, time.Time{}) != nil {
				return
			}
			taken.Add(1)
		}
	}()
	const answered, read = 700, 1000
	for i := range uint64(read) {
		p := get(t, r)
		if i < answered {
			put(t, conn, smpp.PDU{Sequence: p.Sequence, Body: &smpp.MessageResp{MessageID: "m"}})
		}
	}
	for rs.count() < answered {
		<-rs.more
	}
	_ = conn.Close()
	if err := <-down; !errors.Is(err, smpp.ErrLost) {
		t.Errorf("down: %v", err)
	}
	<-sent
	for tag, r := range rs.wait(t, int(taken.Load())) {
		switch {
		case tag < answered && r.Outcome != smpp.Answered:
			t.Errorf("answered %d: %+v", tag, r)
		case tag >= answered && tag < read && r.Outcome != smpp.Unknown:
			t.Errorf("read %d: %+v", tag, r)
		case tag >= read && r.Outcome == smpp.Answered:
			t.Errorf("never read %d: %+v", tag, r)
		}
	}
	if err := client.Send(ctxFor(t), submit("x"), 1, time.Time{}); !errors.Is(err, smpp.ErrClosed) {
		t.Errorf("after the loss: %v", err)
	}
}

// piped runs f in a bubble of virtual time, with a client bound to a raw peer over a
// net.Pipe. The bubble's clock moves only when every goroutine waits.
func piped(t *testing.T, cfg smpp.Config, h smpp.Handler, f func(s *smpp.Session, peer net.Conn, r *bufio.Reader)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		r := bufio.NewReaderSize(b, smpp.MaxLength)
		go func() {
			p, _ := smpp.ReadPDU(r)
			put(t, b, smpp.PDU{Sequence: p.Sequence, Body: &smpp.BindResp{}})
		}()
		s, err := smpp.Dial(context.Background(), a, smpp.Bind{}, cfg, h)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		f(s, b, r)
		s.Close()
		_ = b.Close()
		<-s.Done()
	})
}

// TestLeaveBy: a peer reads a request and a half. At leave_by what has not begun is
// not written, wherever it waits; the half is finished, and the session lives.
func TestLeaveBy(t *testing.T) {
	rs := newResults()
	piped(t, smpp.Config{}, smpp.Handler{Results: rs.take}, func(s *smpp.Session, peer net.Conn, r *bufio.Reader) {
		leaveBy := clock().Add(5 * time.Second)
		send := func(tag uint64, by time.Time) {
			if ok, err := s.TrySend(submit("hello"), tag, by); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		for tag := range uint64(4) {
			send(tag, leaveBy)
		}
		send(4, leaveBy.Add(time.Hour))
		size := len(mustAppend(t, submit("hello")))
		head := make([]byte, size+size/2)
		if _, err := readFull(peer, head); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		send(5, leaveBy) // waits in the queue behind the batch
		time.Sleep(6 * time.Second)
		synctest.Wait()
		got := rs.wait(t, 3)
		for _, tag := range []uint64{2, 3, 5} {
			if r := got[tag]; r.Outcome != smpp.NotWritten || !errors.Is(r.Err, smpp.ErrLeaveBy) {
				t.Errorf("%d: %+v", tag, r)
			}
		}
		rest := make([]byte, 2*size-len(head)+size) // the half, and the one that may be late
		if _, err := readFull(peer, rest); err != nil {
			t.Fatal(err)
		}
		for _, octets := range [][]byte{head[:size], append(head[size:], rest[:size-size/2]...), rest[size-size/2:]} {
			p, err := smpp.Decode(octets)
			if err != nil {
				t.Fatal(err)
			}
			put(t, peer, smpp.PDU{Sequence: p.Sequence, Body: &smpp.MessageResp{MessageID: "m"}})
		}
		synctest.Wait()
		for _, tag := range []uint64{0, 1, 4} {
			if r := rs.wait(t, 6)[tag]; r.Outcome != smpp.Answered || r.MessageID != "m" {
				t.Errorf("%d: %+v", tag, r)
			}
		}
	})
}

func readFull(c net.Conn, b []byte) (int, error) {
	for n := 0; n < len(b); {
		m, err := c.Read(b[n:])
		if n += m; err != nil {
			return n, err
		}
	}
	return len(b), nil
}

// TestResponseTimeout: an answer that does not come is unknown; one that comes too
// late is a stray. The silent peer that answers enquire_link is kept.
func TestResponseTimeout(t *testing.T) {
	rs := newResults()
	cfg := smpp.Config{ResponseTimeout: 10 * time.Second, EnquireEvery: 20 * time.Second}
	piped(t, cfg, smpp.Handler{Results: rs.take}, func(s *smpp.Session, peer net.Conn, r *bufio.Reader) {
		if ok, err := s.TrySend(submit("x"), 1, time.Time{}); !ok || err != nil {
			t.Fatal(ok, err)
		}
		p := get(t, r)
		time.Sleep(9 * time.Second)
		synctest.Wait()
		if rs.count() != 0 {
			t.Fatal("too early")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if x := rs.wait(t, 1)[1]; x.Outcome != smpp.Unknown || !errors.Is(x.Err, smpp.ErrTimeout) {
			t.Errorf("%+v", x)
		}
		put(t, peer, smpp.PDU{Sequence: p.Sequence, Body: &smpp.MessageResp{MessageID: "late"}})
		synctest.Wait()
		if st := s.Stats(); st.Strays != 1 || st.InFlight != 0 {
			t.Errorf("%+v", st)
		}
		for range 3 { // one minute of silence
			p := get(t, r)
			if p.Body.Command() != smpp.CmdEnquireLink {
				t.Fatalf("%+v", p)
			}
			put(t, peer, smpp.PDU{Sequence: p.Sequence, Body: smpp.Plain{ID: smpp.CmdEnquireLinkResp}})
		}
		synctest.Wait()
		if s.Err() != nil {
			t.Errorf("%v", s.Err())
		}
	})
}

// TestEnquireTimeout: a peer that does not answer enquire_link is lost.
func TestEnquireTimeout(t *testing.T) {
	var down error
	cfg := smpp.Config{ResponseTimeout: 10 * time.Second, EnquireEvery: 20 * time.Second}
	piped(t, cfg, smpp.Handler{Down: func(err error) { down = err }}, func(s *smpp.Session, _ net.Conn, r *bufio.Reader) {
		begun := clock()
		_ = get(t, r)
		<-s.Done()
		if took := clock().Sub(begun); took < 30*time.Second || took > 31*time.Second {
			t.Errorf("lost after %v", took)
		}
		if !errors.Is(down, smpp.ErrEnquire) {
			t.Errorf("%v", down)
		}
	})
}

// TestStalled: a peer that takes no octet for WriteTimeout is lost; what never began
// to leave is not written.
func TestStalled(t *testing.T) {
	rs := newResults()
	cfg := smpp.Config{WriteTimeout: 10 * time.Second, EnquireEvery: -1, ResponseTimeout: time.Hour}
	piped(t, cfg, smpp.Handler{Results: rs.take}, func(s *smpp.Session, _ net.Conn, _ *bufio.Reader) {
		for tag := range uint64(3) {
			_, _ = s.TrySend(submit("x"), tag, time.Time{})
		}
		<-s.Done()
		if !errors.Is(s.Err(), smpp.ErrStalled) {
			t.Errorf("%v", s.Err())
		}
		for tag, x := range rs.wait(t, 3) {
			if x.Outcome != smpp.NotWritten {
				t.Errorf("%d: %+v", tag, x)
			}
		}
	})
}

// TestUnbind: our unbind waits for what is in flight; the peer's ends the session
// and leaves nothing in doubt that was not written.
func TestUnbind(t *testing.T) {
	rs := newResults()
	acks := make(chan smpp.Ack, 1)
	downs := make(chan error, 2)
	down := func(err error) { downs <- err }
	client, server := pair(t, smpp.Config{}, smpp.Handler{Results: rs.take, Down: down},
		smpp.Handler{Submit: func(_ *smpp.SubmitSM, a smpp.Ack) { acks <- a }, Down: down})
	if err := client.Send(ctxFor(t), submit("x"), 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	ack := <-acks
	ended := make(chan error, 1)
	go func() { ended <- client.Unbind(ctxFor(t)) }()
	for { // the session refuses new requests while it waits for the old one
		ok, err := client.TrySend(submit("y"), 2, time.Time{})
		if errors.Is(err, smpp.ErrClosed) {
			break
		}
		if ok { // it came before the unbind; it is answered too
			_ = (<-acks).Respond(smpp.OK, "y")
		}
	}
	_ = ack.Respond(smpp.OK, "x")
	if err := <-ended; err != nil {
		t.Errorf("unbind: %v", err)
	}
	<-server.Done()
	for range 2 {
		if err := <-downs; !errors.Is(err, smpp.ErrUnbound) {
			t.Errorf("down: %v", err)
		}
	}
	if r := rs.all[1]; r.Outcome != smpp.Answered || r.MessageID != "x" {
		t.Errorf("%+v", r)
	}
	if err := ack.Respond(smpp.OK, "again"); !errors.Is(err, smpp.ErrClosed) {
		t.Errorf("an answer after the end: %v", err)
	}
}

// TestUnbindGivesUp: a context that ends closes the session.
func TestUnbindGivesUp(t *testing.T) {
	rs := newResults()
	client, _ := pair(t, smpp.Config{}, smpp.Handler{Results: rs.take}, smpp.Handler{Submit: func(*smpp.SubmitSM, smpp.Ack) {}})
	if err := client.Send(ctxFor(t), submit("never answered"), 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := client.Unbind(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if len(rs.all) != 1 {
		t.Errorf("%+v", rs.all)
	}
}
