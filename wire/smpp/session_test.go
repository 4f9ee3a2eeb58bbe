package smpp_test

import (
	"bufio"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

func TestBindRefused(t *testing.T) {
	a, b := sockets(t)
	seen := make(chan smpp.Bind, 1)
	refused := make(chan error, 1)
	go func() {
		_, err := smpp.Accept(ctxFor(t), b, "SMSC", smpp.Config{}, func(b *smpp.Bind) (smpp.Handler, smpp.Status) {
			seen <- *b
			return smpp.Handler{}, smpp.InvalidPassword
		})
		refused <- err
	}()
	_, err := smpp.Dial(ctxFor(t), a, smpp.Bind{SystemID: "duly", Password: "wrong"}, smpp.Config{}, smpp.Handler{})
	var e *smpp.BindError
	if !errors.As(err, &e) || e.Status != smpp.InvalidPassword {
		t.Errorf("client: %v", err)
	}
	if err := <-refused; !errors.As(err, &e) {
		t.Errorf("server: %v", err)
	}
	if got := <-seen; got.As != smpp.CmdBindTransceiver || got.Password != "wrong" || got.InterfaceVersion != 0x34 {
		t.Errorf("%+v", got)
	}
}

func TestBindFirst(t *testing.T) {
	a, b := sockets(t)
	go put(t, a, smpp.PDU{Sequence: 3, Body: submit("early")})
	_, err := smpp.Accept(ctxFor(t), b, "SMSC", smpp.Config{}, nil)
	var e *smpp.BindError
	if !errors.As(err, &e) || e.Status != smpp.InvalidBindStatus {
		t.Errorf("%v", err)
	}
	if p := get(t, bufio.NewReaderSize(a, smpp.MaxLength)); p.Body.Command() != smpp.CmdGenericNack || p.Sequence != 3 {
		t.Errorf("%+v", p)
	}
}

func TestBindLate(t *testing.T) {
	a, _ := sockets(t)
	_, err := smpp.Dial(ctxFor(t), a, smpp.Bind{}, smpp.Config{ResponseTimeout: 10 * time.Millisecond}, smpp.Handler{})
	if !errors.Is(err, smpp.ErrBindLate) {
		t.Errorf("%v", err)
	}
	a, _ = sockets(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := smpp.Dial(ctx, a, smpp.Bind{}, smpp.Config{}, smpp.Handler{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestSubmit: every request has one result, with its own message_id; the window is
// never passed.
func TestSubmit(t *testing.T) {
	const messages, window = 20_000, 50
	rs := newResults()
	var mu sync.Mutex
	open, most, turn := 0, 0, 0
	pending := make(chan smpp.Ack, window)
	server := smpp.Handler{Submit: func(m *smpp.SubmitSM, ack smpp.Ack) {
		mu.Lock()
		open++
		most = max(most, open)
		mu.Unlock()
		pending <- ack // would block, and fail by the clock, were the window passed
	}}
	go func() {
		for ack := range pending {
			mu.Lock()
			open--
			turn++
			status := smpp.OK
			if turn%10 == 0 {
				status = smpp.Throttled
			}
			mu.Unlock()
			if err := ack.Respond(status, "id"); err != nil {
				t.Error(err)
			}
		}
	}()
	client, _ := pair(t, smpp.Config{Window: window}, smpp.Handler{Results: rs.take}, server)
	var senders sync.WaitGroup
	for i := range 4 {
		senders.Go(func() {
			for tag := i; tag < messages; tag += 4 {
				if err := client.Send(ctxFor(t), submit("hello"), uint64(tag), time.Time{}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	senders.Wait()
	throttled := 0
	for tag, r := range rs.wait(t, messages) {
		switch {
		case r.Outcome != smpp.Answered || r.Err != nil || r.Status == smpp.OK && r.MessageID != "id":
			t.Fatalf("%d: %+v", tag, r)
		case r.Status.Throttling():
			throttled++
		}
	}
	st := client.Stats()
	if throttled != messages/10 || st.Throttled != messages/10 || st.InFlight != 0 || st.Strays != 0 || client.Free() != window {
		t.Errorf("%d throttled, %+v", throttled, st)
	}
	if most > window {
		t.Errorf("%d in flight", most)
	}
	close(pending)
}

// TestWindowFull: TrySend refuses, Send waits for its context, SetWindow narrows.
func TestWindowFull(t *testing.T) {
	rs := newResults()
	acks := make(chan smpp.Ack, 10)
	client, _ := pair(t, smpp.Config{Window: 2}, smpp.Handler{Results: rs.take},
		smpp.Handler{Submit: func(_ *smpp.SubmitSM, a smpp.Ack) { acks <- a }})
	for tag := range uint64(2) {
		if ok, err := client.TrySend(submit("a"), tag, time.Time{}); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if ok, err := client.TrySend(submit("a"), 9, time.Time{}); ok || err != nil {
		t.Errorf("a third: %v %v", ok, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := client.Send(ctx, submit("a"), 9, time.Time{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third that waits: %v", err)
	}
	client.SetWindow(0)
	_ = (<-acks).Respond(smpp.QueueFull, "")
	rs.wait(t, 1)
	if st := client.Stats(); client.Free() != 0 || st.Window != 1 || st.Throttled != 1 {
		t.Errorf("%+v", st)
	}
	_ = (<-acks).Respond(smpp.OK, "x")
	if err := client.Send(ctxFor(t), submit("a"), 9, time.Time{}); err != nil {
		t.Errorf("room again: %v", err)
	}
	client.SetWindow(9)
	if st := client.Stats(); st.Window != 2 {
		t.Errorf("wider than configured: %+v", st)
	}
	if err := client.Send(ctxFor(t), &smpp.Outbind{Password: "far too long"}, 10, time.Time{}); err == nil {
		t.Error("a body that cannot be encoded was taken")
	}
}

// TestLateAcks: deliver_sm is acknowledged later, in another order, by another
// goroutine, with a refusal too.
func TestLateAcks(t *testing.T) {
	const n = 500
	rs := newResults()
	acks := make(chan smpp.Ack, n)
	client, server := pair(t, smpp.Config{Window: n},
		smpp.Handler{Deliver: func(m *smpp.DeliverSM, a smpp.Ack) {
			if r, err := m.Receipt(); err != nil || r.State != smpp.StateDelivered {
				t.Errorf("%+v, %v", r, err)
			}
			acks <- a
		}}, smpp.Handler{Results: rs.take})
	for tag := range uint64(n) {
		d := &smpp.DeliverSM{Message: smpp.Message{ESMClass: smpp.ESMReceipt, ShortMessage: []byte("id:7 stat:DELIVRD")}}
		if err := server.Send(ctxFor(t), d, tag, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	var held []smpp.Ack
	for range n {
		held = append(held, <-acks)
	}
	if rs.count() != 0 {
		t.Fatal("acknowledged before its time")
	}
	for i := len(held) - 1; i >= 0; i-- {
		status := smpp.OK
		if i == 3 {
			status = smpp.ReceiverTempError
		}
		if err := held[i].Respond(status, ""); err != nil || held[i].Session() != client {
			t.Error(err)
		}
	}
	for tag, r := range rs.wait(t, n) {
		want := smpp.OK
		if tag == 3 {
			want = smpp.ReceiverTempError
		}
		if r.Outcome != smpp.Answered || r.Status != want {
			t.Errorf("%d: %+v", tag, r)
		}
	}
}

// TestVeto: a request that is stopped at the last moment does not leave.
func TestVeto(t *testing.T) {
	rs := newResults()
	client, _ := pair(t, smpp.Config{Window: 100}, smpp.Handler{Results: rs.take, Veto: func(tag uint64) bool { return tag%3 == 0 }},
		smpp.Handler{Submit: func(m *smpp.SubmitSM, a smpp.Ack) { _ = a.Respond(smpp.OK, string(m.ShortMessage)) }})
	for tag := range uint64(3000) {
		if err := client.Send(ctxFor(t), submit(string(rune('a'+tag%26))), tag, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	for tag, r := range rs.wait(t, 3000) {
		switch {
		case tag%3 == 0:
			if r.Outcome != smpp.NotWritten || !errors.Is(r.Err, smpp.ErrVetoed) {
				t.Fatalf("%d: %+v", tag, r)
			}
		case r.MessageID != string(rune('a'+tag%26)):
			t.Fatalf("%d: %+v", tag, r)
		}
	}
}

// TestProtocol: what a session does with odd PDUs of its peer.
func TestProtocol(t *testing.T) {
	rs := newResults()
	client, conn, r := rawPeer(t, smpp.Config{}, smpp.Handler{Results: rs.take, Deliver: func(_ *smpp.DeliverSM, a smpp.Ack) { _ = a.Respond(smpp.OK, "") }})
	expect := func(what string, c smpp.Command, st smpp.Status, seq uint32) {
		t.Helper()
		if p := get(t, r); p.Body.Command() != c || p.Status != st || p.Sequence != seq {
			t.Errorf("%s: %v %v %d", what, p.Body.Command(), p.Status, p.Sequence)
		}
	}
	put(t, conn, smpp.PDU{Sequence: 40, Body: smpp.Plain{ID: smpp.CmdEnquireLink}})
	expect("enquire_link", smpp.CmdEnquireLinkResp, smpp.OK, 40)
	_, _ = conn.Write(frame(0x110, nil))
	expect("unknown request", smpp.CmdGenericNack, smpp.InvalidCommand, 7)
	_, _ = conn.Write(frame(smpp.CmdDeliverSM, []byte("cut")))
	expect("malformed request", smpp.CmdGenericNack, smpp.InvalidCmdLength, 7)
	put(t, conn, smpp.PDU{Sequence: 41, Body: &smpp.Bind{}})
	expect("a second bind", smpp.CmdBindTransceiverResp, smpp.AlreadyBound, 41)
	put(t, conn, smpp.PDU{Sequence: 42, Body: &smpp.QuerySM{}})
	expect("nobody's request", smpp.CmdQuerySMResp, smpp.InvalidBindStatus, 42)
	put(t, conn, smpp.PDU{Sequence: 43, Body: &smpp.AlertNotification{}})
	put(t, conn, smpp.PDU{Sequence: 44, Body: &smpp.DeliverSM{}})
	expect("deliver_sm after an alert_notification", smpp.CmdDeliverSMResp, smpp.OK, 44)

	for tag := range uint64(4) {
		if err := client.Send(ctxFor(t), submit("x"), tag, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	var seq [4]uint32
	for i := range seq {
		seq[i] = get(t, r).Sequence
	}
	_, _ = conn.Write(frame(0x80000110, nil))                                                                        // a stray
	put(t, conn, smpp.PDU{Sequence: 9999, Body: &smpp.MessageResp{MessageID: "stray"}})                              // a stray
	put(t, conn, smpp.PDU{Sequence: seq[0], Body: &smpp.MessageResp{To: smpp.CmdDeliverSMResp}})                     // a stray
	put(t, conn, smpp.PDU{Sequence: seq[1], Status: smpp.InvalidCommand, Body: smpp.Plain{ID: smpp.CmdGenericNack}}) // an answer
	put(t, conn, smpp.PDU{Sequence: seq[0], Body: &smpp.MessageResp{MessageID: "m0"}})
	put(t, conn, smpp.PDU{Sequence: seq[0], Body: &smpp.MessageResp{MessageID: "again"}}) // a stray
	put(t, conn, smpp.PDU{Sequence: seq[2], Status: smpp.Throttled, Body: &smpp.MessageResp{}, Bare: true})
	bad := frame(smpp.CmdSubmitSMResp, []byte("no NUL"))
	bad[15] = byte(seq[3])
	_, _ = conn.Write(bad)
	got := rs.wait(t, 4)
	if r := got[0]; r.Outcome != smpp.Answered || r.MessageID != "m0" {
		t.Errorf("%+v", r)
	}
	if r := got[1]; r.Outcome != smpp.Answered || r.Status != smpp.InvalidCommand {
		t.Errorf("%+v", r)
	}
	if r := got[2]; r.Outcome != smpp.Answered || r.Status != smpp.Throttled {
		t.Errorf("%+v", r)
	}
	if r := got[3]; r.Outcome != smpp.Unknown || !errors.Is(r.Err, smpp.ErrMalformed) {
		t.Errorf("%+v", r)
	}
	if st := client.Stats(); st.Strays != 4 {
		t.Errorf("%+v", st)
	}
	_, _ = conn.Write(make([]byte, 16)) // a length of 0
	expect("bad length", smpp.CmdGenericNack, smpp.InvalidCmdLength, 0)
	<-client.Done()
	if err := client.Err(); !errors.Is(err, smpp.ErrLength) || !errors.Is(err, smpp.ErrLost) {
		t.Errorf("%v", err)
	}
}

// TestOtherRequests: a query is answered with its own body, and what nobody handles is
// refused.
func TestOtherRequests(t *testing.T) {
	rs := newResults()
	want := smpp.QuerySMResp{MessageID: "m", FinalDate: "260101080000000+", State: smpp.StateDelivered}
	client, _ := pair(t, smpp.Config{}, smpp.Handler{Results: rs.take}, smpp.Handler{Request: func(b smpp.Body, a smpp.Ack) {
		if q, ok := b.(*smpp.QuerySM); ok && q.MessageID == "m" {
			if err := a.Reply(smpp.OK, &want); err != nil {
				t.Error(err)
			}
			return
		}
		_ = a.Respond(smpp.InvalidMessageID, "")
	}})
	for tag, b := range []smpp.Body{&smpp.QuerySM{MessageID: "m"}, &smpp.QuerySM{MessageID: "n"}, &smpp.CancelSM{}, &smpp.DataSM{}, submit("x")} {
		if err := client.Send(ctxFor(t), b, uint64(tag), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	got := rs.wait(t, 5)
	if r, ok := got[0].Body.(*smpp.QuerySMResp); !ok || *r != want || got[0].Status != smpp.OK {
		t.Errorf("query: %+v", got[0])
	}
	for tag := range uint64(3) {
		if r := got[1+tag]; r.Outcome != smpp.Answered || r.Status != smpp.InvalidMessageID {
			t.Errorf("%d: %+v", 1+tag, r)
		}
	}
	if r := got[4]; r.Status != smpp.InvalidBindStatus {
		t.Errorf("nobody takes a submit_sm: %+v", r)
	}
	if s := got[0].Outcome.String() + ", " + smpp.Unknown.String() + ", " + smpp.NotWritten.String(); s != "answered, unknown, not written" {
		t.Error(s)
	}
}
