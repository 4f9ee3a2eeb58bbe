package watch

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/outbox"
)

// TestAllow: with a token who knows it, without one who asks from this machine and for nobody else.
func TestAllow(t *testing.T) {
	for _, c := range []struct {
		token, from, said, via string
		want                   int
	}{
		{"", "127.0.0.1:5", "", "", 200},
		{"", "[::1]:5", "", "", 200},
		{"", "203.0.113.7:5", "", "", 404},
		{"", "127.0.0.1:5", "", "203.0.113.7", 404},
		{"", "not an address", "", "", 404},
		{"s3cret", "127.0.0.1:5", "", "", 404},
		{"s3cret", "203.0.113.7:5", "Bearer s3cret", "198.51.100.1", 200},
		{"s3cret", "203.0.113.7:5", "Bearer other", "", 404},
		{"s3cret", "203.0.113.7:5", "s3cret", "", 404},
	} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.RemoteAddr = c.from
		if c.said != "" {
			r.Header.Set("Authorization", c.said)
		}
		if c.via != "" {
			r.Header.Set("X-Forwarded-For", c.via)
		}
		w := httptest.NewRecorder()
		Allow(c.token, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%+v: %d", c, w.Code)
		}
	}
}

// TestTracesAreOne: what two processes see of one message is one trace, a further try stands below the first, and a share of the
// messages is traced whole or not at all.
func TestTracesAreOne(t *testing.T) {
	at := time.Date(2026, 9, 24, 2, 0, 0, 0, time.UTC)
	keep := tracetest.NewInMemoryExporter()
	watchers := []*Traces{newTraces(keep, 0.25, "bank", "1"), newTraces(keep, 0.25, "bank", "1")}
	const messages = 2000
	for n := range messages {
		m := outbox.FirstOf(at) + outbox.MessageID(n+1)
		watchers[0].Seen([]engine.Seen{{Carrier: "main", Fence: m.Fence(1), Event: outbox.EvThrottle, From: at, At: at.Add(time.Second)}})
		watchers[1].Seen([]engine.Seen{
			{Carrier: "main", Fence: m.Fence(2), Event: outbox.EvAccept, From: at.Add(time.Minute), At: at.Add(time.Hour)},
			{Carrier: "main", Fence: m.Fence(2), Part: 1, Event: outbox.EvDelivered, From: at.Add(time.Minute), At: at.Add(time.Hour)},
			{Carrier: "main", Fence: m.Fence(2), Part: 2, Event: outbox.EvDelivered, At: at.Add(time.Hour)}, // from before this process
			{Carrier: "main", Meaning: "stop", At: at},
		})
	}
	for _, w := range watchers {
		if err := w.provider.ForceFlush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	byTrace := map[string]map[string]string{} // trace → span → parent
	for _, s := range keep.GetSpans() {
		id := s.SpanContext.TraceID().String()
		if byTrace[id] == nil {
			byTrace[id] = map[string]string{}
		}
		byTrace[id][s.SpanContext.SpanID().String()] = s.Parent.SpanID().String()
	}
	if n := len(byTrace); n < messages/5 || n > messages*3/10 {
		t.Errorf("%d of %d messages are traced, want a quarter", n, messages)
	}
	for id, spans := range byTrace {
		roots := 0
		for _, parent := range spans {
			if _, ok := spans[parent]; !ok {
				roots++
			}
		}
		if len(spans) != 3 || roots != 1 {
			t.Fatalf("trace %s: %v", id, spans)
		}
	}
}
