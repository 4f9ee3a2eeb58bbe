package store

import (
	"context"
	"testing"
)

// TestStopFindsItsSender is invariant 3: however a carrier writes a sender's number, their stop finds them.
func TestStopFindsItsSender(t *testing.T) {
	for _, from := range []string{"+8617405000001", "8617405000001", "17405000001", "017405000001", "008617405000001"} {
		t.Run(from, func(t *testing.T) {
			s := open(t)
			ctx := context.Background()
			p, err := s.Portfolio(ctx, "bank", "cards")
			if err != nil {
				t.Fatal(err)
			}
			feeds := []feed{file("b.csv", person("B1", "黄淑芬", "+8617405000001", ""))}
			if _, err := s.Import(ctx, Import{Portfolio: p, Now: noon}, give(feeds)); err != nil {
				t.Fatal(err)
			}
			st := stepOf(hire(t, s), nil)
			st.Replies = []Reply{{Carrier: "main", Address: from, Text: "T", Meaning: "stop", Suppress: "stop"}}
			res, err := s.Commit(ctx, st)
			if err != nil || len(res.Stopped) != 1 {
				t.Fatalf("stopped %v, %v", res.Stopped, err)
			}
		})
	}
}
