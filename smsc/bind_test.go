package smsc

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

func TestBinds(t *testing.T) {
	s, addr := start(t, Config{Password: "secret"})
	_, err := tryDial(t, addr, smpp.Bind{Password: "wrong"}, smpp.Config{}, nil)
	var refused *smpp.BindError
	if !errors.As(err, &refused) || refused.Status != smpp.InvalidPassword {
		t.Errorf("a wrong password: %v", err)
	}
	// What a transmitter submits is receipted to the receiver of the same name, and to no other.
	tx := dial(t, addr, smpp.Bind{As: smpp.CmdBindTransmitter, Password: "secret"}, smpp.Config{})
	other := dial(t, addr, smpp.Bind{As: smpp.CmdBindReceiver, SystemID: "other", Password: "secret"}, smpp.Config{})
	tx.send(to, "Hello")
	tx.waitResults(1)
	if s.Idle() {
		t.Error("idle with a receipt kept for a bind to come")
	}
	rx := dial(t, addr, smpp.Bind{As: smpp.CmdBindReceiver, Password: "secret"}, smpp.Config{})
	rx.waitReceipts(1)
	settled(t, s)
	if len(other.receipts) != 0 || len(tx.receipts) != 0 || rx.receipts[0].ID != tx.results[0].MessageID {
		t.Errorf("receipts %+v", rx.receipts)
	}
	rx.send(to, "Hello")
	rx.waitResults(1)
	if st := rx.results[0].Status; st != smpp.InvalidBindStatus {
		t.Errorf("a receiver may submit: %v", st)
	}
	if err := tx.Send(context.Background(), &smpp.QuerySM{MessageID: "1"}, 9, time.Time{}); err != nil {
		t.Fatal(err)
	}
	tx.waitResults(2)
	if st := tx.results[1].Status; st != smpp.InvalidCommand {
		t.Errorf("a query: %v", st)
	}
	if n := s.Counts(); n.Binds != 3 || n.BindsRefused != 1 {
		t.Errorf("counts %+v", n)
	}
}

func TestReceiptsThatWereNotAcknowledgedComeAgain(t *testing.T) {
	s, addr := start(t, Config{})
	c, err := tryDial(t, addr, smpp.Bind{}, smpp.Config{}, func(*smpp.DeliverSM, smpp.Ack) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		c.send(to, "Hello")
	}
	c.waitResults(10)
	c.Close()
	<-c.Done()
	d := dial(t, addr, smpp.Bind{}, smpp.Config{})
	d.waitReceipts(10)
	settled(t, s)
	if n := s.Counts(); n.Redelivered < 10 || n.Receipts != 10 {
		t.Errorf("counts %+v", n)
	}
}

func TestReceiptsThatAreKeptAreBounded(t *testing.T) {
	s, addr := start(t, Config{MaxPending: 3})
	tx := dial(t, addr, smpp.Bind{As: smpp.CmdBindTransmitter}, smpp.Config{})
	for range 10 {
		tx.send(to, "Hello")
	}
	tx.waitResults(10)
	rx := dial(t, addr, smpp.Bind{As: smpp.CmdBindReceiver}, smpp.Config{})
	rx.waitReceipts(3)
	settled(t, s)
	if n := s.Counts(); n.DroppedReceipts != 7 || rx.receipts[2].ID != tx.results[9].MessageID {
		t.Errorf("counts %+v", n)
	}
}

func TestReceiptsRefusedForNowComeAgain(t *testing.T) {
	first := true
	s, addr := start(t, Config{})
	c, err := tryDial(t, addr, smpp.Bind{}, smpp.Config{}, func(_ *smpp.DeliverSM, ack smpp.Ack) bool {
		if first {
			first = false
			_ = ack.Respond(smpp.ReceiverTempError, "")
			return true
		}
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	c.send(to, "Hello")
	c.waitReceipts(1)
	settled(t, s)
	if n := s.Counts(); n.Redelivered != 1 || n.Receipts != 1 {
		t.Errorf("counts %+v", n)
	}
}

func TestReceiptsAsAskedFor(t *testing.T) {
	s, addr := start(t, Config{NoTLVs: true, Behave: func(to, _ string, _ int) Behaviour {
		if to == "2" {
			return Behaviour{State: smpp.StateUndeliverable}
		}
		return Behaviour{}
	}})
	var tlvs int
	c, err := tryDial(t, addr, smpp.Bind{}, smpp.Config{}, func(d *smpp.DeliverSM, _ smpp.Ack) bool {
		tlvs += len(d.TLVs)
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, number := range []string{"1", "2"} {
		c.send(number, "on failure only", func(m *smpp.Message) { m.RegisteredDelivery = 2 })
		c.send(number, "none", func(m *smpp.Message) { m.RegisteredDelivery = 4 })
	}
	c.waitReceipts(1)
	settled(t, s)
	if len(c.receipts) != 1 || c.receipts[0].State != smpp.StateUndeliverable || tlvs != 0 {
		t.Errorf("receipts %+v, %d parameters", c.receipts, tlvs)
	}
}

func TestSeveralBindsShareTheReceipts(t *testing.T) {
	s, addr := start(t, Config{})
	var all []*client
	for range 4 {
		all = append(all, dial(t, addr, smpp.Bind{}, smpp.Config{Window: 50}))
	}
	done := make(chan struct{})
	for _, c := range all {
		go func() {
			for range 500 {
				c.send(to, "Hello")
			}
			done <- struct{}{}
		}()
	}
	for range all {
		<-done
	}
	for _, c := range all {
		c.waitResults(500)
		c.waitReceipts(500)
	}
	settled(t, s)
	if n := s.Counts(); n.Accepted != 2000 || n.Receipts != 2000 || len(s.Parts()) != 2000 {
		t.Errorf("counts %+v", n)
	}
}

// TestSessionsAreLimited refuses one bind too many, and takes the next one when another has gone.
func TestSessionsAreLimited(t *testing.T) {
	s, addr := start(t, Config{Sessions: 2})
	one := dial(t, addr, smpp.Bind{}, smpp.Config{})
	dial(t, addr, smpp.Bind{SystemID: "other"}, smpp.Config{})
	if _, err := tryDial(t, addr, smpp.Bind{}, smpp.Config{}, nil); err == nil {
		t.Fatal("a third of two was let in")
	}
	one.Close()
	for s.Counts().Up > 1 {
		time.Sleep(time.Millisecond)
	}
	dial(t, addr, smpp.Bind{}, smpp.Config{})
	if n := s.Counts(); n.Up != 2 || n.MostUp != 2 || n.BindsRefused != 1 {
		t.Errorf("%+v", n)
	}
}
