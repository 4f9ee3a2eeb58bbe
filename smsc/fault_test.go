package smsc

import (
	"bufio"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

func TestDroppedResponsesAreRecorded(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{DropResponse: Whole}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{ResponseTimeout: 200 * time.Millisecond})
	c.send(to, "Hello")
	c.waitReceipts(1)
	c.waitResults(1)
	if r := c.results[0]; r.Outcome != smpp.Unknown || !errors.Is(r.Err, smpp.ErrTimeout) {
		t.Errorf("result %+v", r)
	}
	if a := s.Arrivals(); len(a) != 1 || !a[0].Unanswered || a[0].Status != smpp.OK {
		t.Errorf("arrivals %+v", a)
	}
}

func TestDelayedResponsesComeLate(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{DelayResponse: 80 * time.Millisecond}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	began := time.Now()
	c.send(to, "Hello")
	c.waitReceipts(1)
	c.waitResults(1)
	if d := time.Since(began); d < 80*time.Millisecond {
		t.Errorf("answered after %v", d)
	}
	settled(t, s)
}

// TestOrderOnTheWire reads PDU by PDU, for a session may report a receipt before an answer that came first.
func TestOrderOnTheWire(t *testing.T) {
	for _, test := range []struct {
		name   string
		faults Faults
		want   []smpp.Command
	}{
		{"as usual", Faults{}, []smpp.Command{smpp.CmdSubmitSMResp, smpp.CmdDeliverSM}},
		{"late answer", Faults{DelayResponse: 20 * time.Millisecond}, []smpp.Command{smpp.CmdSubmitSMResp, smpp.CmdDeliverSM}},
		{"early receipt", Faults{EarlyReceipt: Whole}, []smpp.Command{smpp.CmdDeliverSM, smpp.CmdSubmitSMResp}},
		{"early receipt, late answer", Faults{EarlyReceipt: Whole, DelayResponse: 20 * time.Millisecond}, []smpp.Command{smpp.CmdDeliverSM, smpp.CmdSubmitSMResp}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, addr := start(t, Config{Faults: test.faults})
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			in := bufio.NewReaderSize(conn, smpp.MaxLength)
			say := func(sequence uint32, body smpp.Body) {
				octets, err := smpp.PDU{Sequence: sequence, Body: body}.Append(nil)
				if err == nil {
					_, err = conn.Write(octets)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			hear := func() smpp.Command {
				p, err := smpp.ReadPDU(in)
				if err != nil {
					t.Fatal(err)
				}
				return p.Body.Command()
			}
			say(1, &smpp.Bind{SystemID: "raw"})
			if got := hear(); got != smpp.CmdBindTransceiverResp {
				t.Fatal(got)
			}
			say(2, &smpp.SubmitSM{Message: smpp.Message{Destination: smpp.Address{Addr: to}, RegisteredDelivery: 1}})
			if got := []smpp.Command{hear(), hear()}; !slices.Equal(got, test.want) {
				t.Errorf("order %v", got)
			}
		})
	}
}

func TestDuplicateReceipts(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{DuplicateReceipt: Whole}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	c.send(to, "Hello")
	c.waitReceipts(2)
	settled(t, s)
	if c.receipts[0] != c.receipts[1] || s.Counts().DuplicateReceipts != 1 || s.Counts().Receipts != 2 {
		t.Errorf("receipts %+v, counts %+v", c.receipts, s.Counts())
	}
}

func TestReorderedReceiptsChangePlaces(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{ReorderReceipt: Whole}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	c.send(to, "one")
	c.send(to, "two")
	c.waitReceipts(2)
	c.waitResults(2)
	if c.receipts[0].ID != c.results[1].MessageID || c.receipts[1].ID != c.results[0].MessageID {
		t.Errorf("receipts %+v of %+v", c.receipts, c.results)
	}
	c.send(to, "three, with none to change places with")
	c.waitReceipts(3)
	settled(t, s)
	if n := s.Counts().Reordered; n != 1 {
		t.Errorf("%d reordered", n)
	}
}

func TestLostReceiptsNeverCome(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{LostReceipt: Whole}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	c.send(to, "Hello")
	c.waitResults(1)
	s.SetFaults(Faults{})
	c.send(to, "Hello again")
	c.waitReceipts(1)
	settled(t, s)
	if len(c.receipts) != 1 || s.Counts().LostReceipts != 1 || s.Counts().Delivered != 2 {
		t.Errorf("receipts %+v, counts %+v", c.receipts, s.Counts())
	}
}

func TestLateReceipts(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{LateReceipt: Whole, LateBy: 100 * time.Millisecond}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	began := time.Now()
	c.send(to, "Hello")
	c.waitResults(1)
	if s.Idle() && len(c.receipts) == 0 {
		t.Error("idle with a receipt to come")
	}
	c.waitReceipts(1)
	if d := time.Since(began); d < 100*time.Millisecond {
		t.Errorf("after %v", d)
	}
}

func TestThrottling(t *testing.T) {
	t.Run("share", func(t *testing.T) {
		s, addr := start(t, Config{Faults: Faults{Throttle: Whole}})
		c := dial(t, addr, smpp.Bind{}, smpp.Config{})
		c.send(to, "Hello")
		c.waitResults(1)
		if r := c.results[0]; r.Outcome != smpp.Answered || r.Status != smpp.Throttled || !s.Idle() {
			t.Errorf("result %+v", r)
		}
		if n := len(Duplicates(s.Arrivals(), 0)); n != 0 || s.Counts().Throttled != 1 {
			t.Errorf("counts %+v", s.Counts())
		}
	})
	t.Run("rate", func(t *testing.T) {
		s, addr := start(t, Config{Faults: Faults{ThrottleRate: 10}})
		c := dial(t, addr, smpp.Bind{}, smpp.Config{})
		for range 50 {
			c.send(to, "Hello")
		}
		c.waitResults(50)
		if n := s.Counts(); n.Accepted == 0 || n.Throttled < 20 || n.Accepted+n.Throttled != 50 {
			t.Errorf("counts %+v", n)
		}
	})
}

func TestRefusals(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{Refuse: []Refusal{{smpp.InvalidDestination, Whole}}}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	c.send(to, "Hello")
	c.waitResults(1)
	if a := s.Arrivals(); c.results[0].Status != smpp.InvalidDestination || len(a) != 1 || a[0].Status != smpp.InvalidDestination || a[0].ID != "" {
		t.Errorf("result %+v, arrivals %+v", c.results[0], a)
	}
}

func TestSharesAreDrawnBySeed(t *testing.T) {
	run := func(seed uint64) []smpp.Status {
		_, addr := start(t, Config{Seed: seed, Faults: Faults{Throttle: Percent(30)}})
		c := dial(t, addr, smpp.Bind{}, smpp.Config{})
		for range 200 {
			c.send(to, "Hello")
		}
		c.waitResults(200)
		var statuses []smpp.Status
		for _, r := range c.results {
			statuses = append(statuses, r.Status)
		}
		return statuses
	}
	first := run(7)
	if !slices.Equal(first, run(7)) || slices.Equal(first, run(8)) {
		t.Error("the seed does not decide")
	}
	n := 0
	for _, st := range first {
		if st == smpp.Throttled {
			n++
		}
	}
	if n < 30 || n > 90 {
		t.Errorf("%d of 200 at 30 %%", n)
	}
}

func TestDisconnectEvery(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{DisconnectEvery: 3}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	for range 3 {
		c.send(to, "Hello")
	}
	c.wait("the end", func() bool { return c.down != nil })
	a := s.Arrivals()
	if len(a) != 3 || !a[2].Unanswered {
		t.Errorf("arrivals %+v", a)
	}
	// The receipts that were not acknowledged come by the next bind.
	s.SetFaults(Faults{})
	d := dial(t, addr, smpp.Bind{}, smpp.Config{})
	d.wait("the last", func() bool {
		return slices.ContainsFunc(d.receipts, func(r smpp.Receipt) bool { return r.ID == a[2].ID })
	})
	settled(t, s)
}

func TestDisconnectAtRandom(t *testing.T) {
	_, addr := start(t, Config{Faults: Faults{Disconnect: Whole}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	c.send(to, "Hello")
	c.wait("the end", func() bool { return c.down != nil })
}

func TestHang(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{Hang: true}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{EnquireEvery: 50 * time.Millisecond, ResponseTimeout: 150 * time.Millisecond})
	c.send(to, "Hello")
	c.wait("the end", func() bool { return c.down != nil })
	if len(s.Arrivals()) != 0 || c.results[0].Outcome != smpp.Unknown {
		t.Errorf("results %+v", c.results)
	}
	d := dial(t, addr, smpp.Bind{}, smpp.Config{})
	d.send(to, "Hello")
	s.SetFaults(Faults{})
	d.waitResults(1)
}

func TestSlowAccept(t *testing.T) {
	_, addr := start(t, Config{Faults: Faults{SlowAccept: 40 * time.Millisecond}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	began := time.Now()
	for range 3 {
		c.send(to, "Hello")
	}
	c.waitResults(3)
	if d := time.Since(began); d < 120*time.Millisecond {
		t.Errorf("after %v", d)
	}
}

func TestIgnoreEnquire(t *testing.T) {
	s, addr := start(t, Config{Faults: Faults{IgnoreEnquire: true}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{EnquireEvery: 30 * time.Millisecond, ResponseTimeout: 100 * time.Millisecond})
	c.send(to, "Hello")
	c.waitResults(1)
	c.wait("the end", func() bool { return c.down != nil })
	if !errors.Is(c.down, smpp.ErrEnquire) {
		t.Errorf("down: %v", c.down)
	}
	s.SetFaults(Faults{})
	d := dial(t, addr, smpp.Bind{}, smpp.Config{EnquireEvery: 10 * time.Millisecond, ResponseTimeout: 5 * time.Second})
	d.send(to, "Hello")
	d.waitReceipts(1)
}

func TestStepsChangeTheFaults(t *testing.T) {
	s, addr := start(t, Config{Steps: []Step{
		{Submits: 2, Faults: Faults{Throttle: Whole}},
		{Submits: 3, Faults: Faults{}},
		{After: time.Millisecond, Faults: Faults{DuplicateReceipt: 1}},
	}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	for deadline := time.Now().Add(10 * time.Second); s.Faults().DuplicateReceipt != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the step by time was not taken")
		}
	}
	for range 4 {
		c.send(to, "Hello")
	}
	c.waitResults(4)
	want := []smpp.Status{smpp.OK, smpp.OK, smpp.Throttled, smpp.OK}
	for i, r := range c.results {
		if r.Status != want[i] {
			t.Errorf("submit %d: %v", i+1, r.Status)
		}
	}
}
