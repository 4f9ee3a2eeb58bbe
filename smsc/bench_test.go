package smsc

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
	"github.com/dulyhq/duly/wire/sms"
)

// BenchmarkSubmit is a message handed over with a window of 1,000 and its receipt acknowledged, on loopback,
// with wire/smpp on both sides. The two bare ones are the sessions alone: no record, no handsets.
func BenchmarkSubmit(b *testing.B) {
	b.Run("bare", func(b *testing.B) { benchBare(b, 0) })
	b.Run("bare,receipts", func(b *testing.B) { benchBare(b, 1) })
	cases := []struct {
		name string
		cfg  func(b *testing.B) Config
	}{
		{"receipts", func(*testing.B) Config { return Config{} }},
		{"receipts,random", func(*testing.B) Config { return Config{IDs: Random} }},
		{"receipts,texts", func(*testing.B) Config { return Config{KeepTexts: true} }},
		{"receipts,population", func(*testing.B) Config {
			return Config{Crowd: NewCrowd(1, nil, []PopulationShare{{Percent(92), Behaviour{}}, {Percent(5), Behaviour{State: smpp.StateUndeliverable}}})}
		}},
		{"receipts,late", func(*testing.B) Config {
			return Config{Crowd: NewCrowd(1, nil, []PopulationShare{{Whole, Behaviour{After: 50 * time.Millisecond}}})}
		}},
		{"receipts,record", func(b *testing.B) Config { return Config{Record: filepath.Join(b.TempDir(), "record.jsonl")} }},
	}
	for _, c := range cases {
		b.Run(c.name, func(b *testing.B) {
			s, err := New(c.cfg(b))
			if err != nil {
				b.Fatal(err)
			}
			addr, err := s.Start("127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			pump(b, addr.String(), 1)
			if !s.Idle() {
				b.Fatalf("not idle: %+v", s.Counts())
			}
			if n := s.Counts().Accepted; n != b.N {
				b.Fatalf("%d of %d came", n, b.N)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// benchBare answers each submit, and gives it as many receipts, of the same length, as it is told.
func benchBare(b *testing.B, receipts int64) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		receipt := &smpp.DeliverSM{Message: smpp.Message{
			Source: smpp.Address{Addr: to}, Destination: smpp.Address{Addr: from}, ESMClass: smpp.ESMReceipt,
			ShortMessage: make([]byte, 110), TLVs: smpp.TLVs{{Tag: smpp.TagReceiptedMessageID, Value: make([]byte, 15)}, {Tag: smpp.TagMessageState, Value: []byte{2}}},
		}}
		cfg := smpp.Config{EnquireEvery: -1, Window: b.N + 1}
		_, _ = smpp.Accept(context.Background(), conn, "bare", cfg, func(*smpp.Bind) (smpp.Handler, smpp.Status) {
			return smpp.Handler{Submit: func(_ *smpp.SubmitSM, ack smpp.Ack) {
				_ = ack.Respond(smpp.OK, "1a2b3c4d5e6f70")
				for range receipts {
					_, _ = ack.Session().TrySend(receipt, 0, time.Time{}) // a loss hangs the benchmark, which shows
				}
			}}, smpp.OK
		})
	}()
	pump(b, l.Addr().String(), receipts)
	_ = l.Close()
}

// pump submits b.N messages and waits for their answers and, per message, for the receipts said.
func pump(b *testing.B, addr string, receipts int64) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	var answers, came atomic.Int64
	done := make(chan struct{}, 2)
	n := int64(b.N)
	session, err := smpp.Dial(context.Background(), conn, smpp.Bind{SystemID: "bench"}, smpp.Config{Window: 1000}, smpp.Handler{
		Results: func(rs []smpp.Result) {
			if answers.Add(int64(len(rs))) == n {
				done <- struct{}{}
			}
		},
		Deliver: func(_ *smpp.DeliverSM, ack smpp.Ack) {
			_ = ack.Respond(smpp.OK, "")
			if came.Add(1) == n*receipts {
				done <- struct{}{}
			}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	_, parts, err := sms.Split("【晨光银行】您好,您的分期款¥740.00已于9月20日到期,请尽快还款。查询与协商请致电95000,回复TD退订。")
	if err != nil {
		b.Fatal(err)
	}
	body := &smpp.SubmitSM{Message: smpp.Message{
		Source: smpp.Address{Addr: from}, Destination: smpp.Address{TON: 1, NPI: 1},
		RegisteredDelivery: 1, DataCoding: smpp.CodingUCS2, ShortMessage: parts[0],
	}}
	b.ResetTimer()
	for i := range b.N {
		body.Destination.Addr = fmt.Sprintf("86174050%05d", i%100000)
		if err := session.Send(context.Background(), body, uint64(i), time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
	for range 1 + receipts {
		<-done
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	if err := session.Unbind(context.Background()); err != nil {
		b.Fatal(err)
	}
}
