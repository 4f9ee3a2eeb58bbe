package smpp_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/dulyhq/duly/wire/smpp"
)

// BenchmarkWindow is the bare windowed client over the loopback: submit_sm of 60
// characters out, responses in. The SMSC is a session of ours in the same process
// that answers at once, so both sides' work is counted.
func BenchmarkWindow(b *testing.B) {
	for _, window := range []int{100, 1000} {
		b.Run(fmt.Sprint(window), func(b *testing.B) {
			rs := make(chan int, 1<<16)
			client, _ := pair(b, smpp.Config{Window: window}, smpp.Handler{Results: func(r []smpp.Result) { rs <- len(r) }},
				smpp.Handler{Submit: func(_ *smpp.SubmitSM, a smpp.Ack) { _ = a.Respond(smpp.OK, "0123456789") }})
			m := submit("")
			m.DataCoding, m.ShortMessage = smpp.CodingUCS2, make([]byte, 120)
			leaveBy := clock().Add(time.Hour)
			ctx := context.Background()
			go func() {
				for tag := range uint64(b.N) {
					if err := client.Send(ctx, m, tag, leaveBy); err != nil {
						b.Error(err)
						return
					}
				}
			}()
			b.ReportAllocs()
			b.ResetTimer()
			for n := 0; n < b.N; {
				n += <-rs
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
		})
	}
}

// BenchmarkDecode is one submit_sm read into a value of its own.
func BenchmarkDecode(b *testing.B) {
	octets := mustAppend(b, submit("hello, this is a text of some sixty characters, as they are."))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := smpp.Decode(octets); err != nil {
			b.Fatal(err)
		}
	}
}
