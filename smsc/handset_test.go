package smsc

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// long is a text of three parts in UCS-2.
var long = strings.Repeat("您好,这是一条测试短信。", 14) + "应还¥740.00。"

func TestDelivery(t *testing.T) {
	now := time.Date(2026, 9, 24, 10, 5, 0, 0, time.FixedZone("CST", 8*3600))
	for _, ids := range []IDs{Sequential, Random} {
		s, addr := start(t, Config{IDs: ids, Now: func() time.Time { return now }, KeepTexts: true})
		c := dial(t, addr, smpp.Bind{}, smpp.Config{})
		c.send(to, "您好")
		c.send("8617405000002", "Hello")
		c.waitReceipts(2)
		c.waitResults(2)
		settled(t, s)
		r := c.receipts[0]
		want := smpp.Receipt{ID: c.results[0].MessageID, State: smpp.StateDelivered, Sub: "001", Dlvrd: "001", SubmitDate: "2609241005", DoneDate: "2609241005", Err: "000"}
		if r != want {
			t.Errorf("receipt %+v, want %+v", r, want)
		}
		a := s.Arrivals()
		if len(a) != 2 || a[0].Whole != "您好" || a[0].Alphabet != "ucs2" || a[1].Alphabet != "gsm7" || a[1].Destination != "8617405000002" ||
			a[0].Source != from || !a[0].Civil.Equal(now) || !a[0].Shown || a[0].IDs[0] != want.ID || a[0].SystemID != "duly" {
			t.Errorf("arrivals %+v", a)
		}
		if n := ByDestination(a); len(n) != 2 || n[to] != 1 {
			t.Errorf("by destination %v", n)
		}
	}
}

func TestFatesOfHandsets(t *testing.T) {
	behave := func(to, _ string, nth int) Behaviour {
		switch {
		case strings.HasSuffix(to, "1"):
			return Behaviour{State: smpp.StateUndeliverable}
		case strings.HasSuffix(to, "2"):
			return Behaviour{State: smpp.StateRejected, Err: "011", Reply: "never sent"}
		case strings.HasSuffix(to, "3"):
			return Behaviour{Silent: true}
		case nth == 2:
			return Behaviour{State: smpp.StateExpired, Err: "027"}
		}
		return Behaviour{After: 20 * time.Millisecond}
	}
	s, addr := start(t, Config{Behave: behave})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	want := []string{"UNDELIV 001", "REJECTD 011", "DELIVRD 000", "DELIVRD 000", "EXPIRED 027"}
	for _, end := range []string{"1", "2", "3", "4", "4"} {
		c.send("861740500000"+end, "Hello")
	}
	c.waitReceipts(4) // the third handset is silent
	settled(t, s)
	for i, a := range s.Arrivals() {
		if got := a.State.String() + " " + a.Err; got != want[i] {
			t.Errorf("message %d: %s, want %s", i, got, want[i])
		}
		for _, r := range c.receipts {
			if r.ID == a.ID && r.State.String()+" "+r.Err != want[i] {
				t.Errorf("message %d: receipt %+v", i, r)
			}
		}
	}
	if n := s.Counts(); n.Delivered != 2 || n.Failed != 3 || n.Silent != 1 || n.Replies != 0 {
		t.Errorf("counts %+v", n)
	}
}

func TestConcatenatedParts(t *testing.T) {
	s, addr := start(t, Config{KeepTexts: true, Behave: func(_, text string, nth int) Behaviour {
		if text != long || nth != 1 {
			t.Errorf("the handset saw %q, the %dth", text, nth)
		}
		return Behaviour{State: smpp.StateUndeliverable}
	}})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	c.send(to, long)
	c.waitReceipts(3)
	c.waitResults(3)
	settled(t, s)
	a := s.Arrivals()
	if len(a) != 1 || a[0].Whole != long || a[0].Came != 3 || !a[0].Complete() || len(a[0].IDs) != 3 || a[0].Ref != 7 || a[0].State != smpp.StateUndeliverable {
		t.Errorf("arrivals %+v", a)
	}
	for i, r := range c.receipts {
		if r.State != smpp.StateUndeliverable || r.ID != a[0].IDs[i] {
			t.Errorf("receipt %+v", r)
		}
	}
}

func TestSecondSendingOfPartsIsADuplicate(t *testing.T) {
	s, addr := start(t, Config{})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	c.send(to, long)
	c.send(to, long)
	c.send(to, "Hello")
	c.waitReceipts(7)
	settled(t, s)
	if a := s.Arrivals(); len(a) != 3 || len(Duplicates(a, 0)) != 1 || len(Duplicates(a, time.Hour)) != 1 {
		t.Errorf("%d arrivals, %d duplicates", len(a), len(Duplicates(a, 0)))
	}
}

func TestMissingPartsAreNotShown(t *testing.T) {
	var told atomic.Int64
	s, addr := start(t, Config{Patience: 50 * time.Millisecond, Events: func(Event) { told.Add(1) }})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	c.send(to, "alone", func(m *smpp.Message) {
		m.TLVs = smpp.TLVs{
			{Tag: smpp.TagSARMsgRefNum, Value: []byte{1, 2}},
			{Tag: smpp.TagSARTotalSegments, Value: []byte{2}},
			{Tag: smpp.TagSARSegmentSeqnum, Value: []byte{2}},
		}
	})
	c.waitReceipts(1)
	settled(t, s)
	a := s.Arrivals()
	if len(a) != 1 || a[0].Complete() || a[0].Shown || a[0].Part.Part != 2 || a[0].Parts != 2 || a[0].Ref != 0x102 || told.Load() != 0 {
		t.Errorf("arrivals %+v, %d events", a, told.Load())
	}
	if sum := s.Summary(); sum.Incomplete != 1 || sum.Messages != 1 || len(sum.Hours) != 1 {
		t.Errorf("summary %+v", sum)
	}
}

func TestRepliesAndPayments(t *testing.T) {
	payments := filepath.Join(t.TempDir(), "payments.csv")
	now := time.Date(2026, 9, 24, 10, 5, 0, 0, time.UTC)
	events := make(chanEvents, 10)
	s, addr := start(t, Config{
		Payments: payments, Now: func() time.Time { return now }, Events: events.tell,
		Crowd: NewCrowd(1, []Rule{
			{Numbers: []string{"+" + to}, Behaviour: Behaviour{Reply: "下周五发工资还500", Pay: PayFull, ReplyAfter: time.Millisecond}},
			{Suffix: "2", Behaviour: Behaviour{Reply: strings.Repeat("长", 100), Pay: "12.50"}},
		}, nil),
	})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	c.send(to, long)
	c.wait("a reply", func() bool { return len(c.replies) == 1 })
	c.send("8617405000002", "no money")
	c.wait("two parts of a reply", func() bool { return len(c.replies) == 3 })
	settled(t, s)
	if c.replies[0] != "下周五发工资还500" || c.replies[1]+c.replies[2] != strings.Repeat("长", 100) {
		t.Errorf("replies %q", c.replies)
	}
	got, err := os.ReadFile(payments)
	if want := "phone,paid_on,amount\n" + to + ",2026-09-24,740.00\n8617405000002,2026-09-24,12.50\n"; err != nil || string(got) != want {
		t.Errorf("payments %q, %v", got, err)
	}
	kinds := map[EventKind]int{}
	for range len(events) {
		e := <-events
		kinds[e.Kind]++
		if e.Kind == Paid && e.Number == to && (e.Amount != "740.00" || e.Text != long) {
			t.Errorf("event %+v", e)
		}
	}
	if kinds[Shown] != 2 || kinds[Replied] != 2 || kinds[Paid] != 2 {
		t.Errorf("events %v", kinds)
	}
}

type chanEvents chan Event

func (c chanEvents) tell(e Event) { c <- e }

func TestValidityEndsInCivilTime(t *testing.T) {
	now := time.Date(2026, 9, 24, 21, 0, 0, 0, time.FixedZone("CST", 8*3600))
	var shown atomic.Int64
	s, addr := start(t, Config{Now: func() time.Time { return now }, Events: func(Event) { shown.Add(1) }})
	c := dial(t, addr, smpp.Bind{}, smpp.Config{})
	for _, end := range []time.Time{now.Add(-time.Minute), now.Add(time.Minute)} {
		validity, err := smpp.AbsoluteTime(end)
		if err != nil {
			t.Fatal(err)
		}
		c.send(to, "Hello", func(m *smpp.Message) { m.ValidityPeriod = validity })
	}
	c.waitReceipts(2)
	settled(t, s)
	if c.receipts[0].State != smpp.StateExpired || c.receipts[1].State != smpp.StateDelivered || shown.Load() != 1 {
		t.Errorf("receipts %+v, %d shown", c.receipts, shown.Load())
	}
	if a := s.Arrivals(); a[0].Shown || !a[0].Validity.Equal(now.Add(-time.Minute)) || !a[1].Shown {
		t.Errorf("arrivals %+v", a)
	}
	c.send(to, "Hello", func(m *smpp.Message) { m.ValidityPeriod = "269999000000000+" })
	c.waitResults(3)
	if st := c.results[2].Status; st != smpp.InvalidExpiry {
		t.Errorf("a bad validity is answered with %v", st)
	}
}

func TestRecordSurvivesAndIsReadBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "record.jsonl")
	for run := range 2 {
		s, addr := start(t, Config{Record: file, Sync: run == 1, Faults: Faults{DropResponse: Whole}})
		c := dial(t, addr, smpp.Bind{}, smpp.Config{})
		c.send(to, long)
		c.send(to, "a \"quoted\" text")
		c.waitReceipts(4)
		settled(t, s)
		if run == 0 {
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := ReadRecord(bytes.NewReader(append(b, `{"event":"arr`...)))
		if err != nil {
			t.Fatal(err)
		}
		a := Join(parts)
		if len(a) != 2*(run+1) || a[2*run].Whole != long || !a[2*run].Shown || a[2*run+1].Text != "a \"quoted\" text" || !a[0].Unanswered {
			t.Errorf("run %d: %+v", run, a)
		}
		if n := len(Duplicates(a, 0)); n != 2*run {
			t.Errorf("run %d: %d duplicates", run, n)
		}
		if !strings.Contains(string(b), `"whole":"`+long+`"`) {
			t.Error("the whole text is not in the file")
		}
	}
}

func TestAmount(t *testing.T) {
	for text, want := range map[string]string{
		"应还¥740.00元": "740.00", "您尾号1234的贷款应还740元": "740.00", "please pay CNY 1,240.50 by 3 Oct": "1240.50",
		"¥ 5 and ¥6": "5.00", "2026年9月24日 到期": "", "call 95555": "", "0.5元": "0.50", "12,34元": "", "1.234元": "",
		"pay 20 usd now": "20.00", "共3笔,合计1,240.00元": "1240.00", "¥740。00": "740.00",
	} {
		if got, _ := Amount(text); got != want {
			t.Errorf("Amount(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestPopulationSharesAreKeptByNumber(t *testing.T) {
	shares := []PopulationShare{{Percent(92), Behaviour{}}, {Percent(5), Behaviour{State: smpp.StateUndeliverable}}, {Percent(3), Behaviour{Silent: true}}}
	c, again := NewCrowd(7, nil, shares), NewCrowd(7, nil, shares)
	failed, silent := 0, 0
	for i := range 100_000 {
		number := "86174050" + string([]byte{byte('0' + i/10000%10), byte('0' + i/1000%10), byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)})
		b := c.Behave(number, "", 1)
		if b != again.Behave("+"+number, "other", 2) {
			t.Fatalf("%s does not keep its behaviour", number)
		}
		if b.State != 0 {
			failed++
		}
		if b.Silent {
			silent++
		}
	}
	if failed < 4700 || failed > 5300 || silent < 2750 || silent > 3250 {
		t.Errorf("%d failed, %d silent", failed, silent)
	}
}
