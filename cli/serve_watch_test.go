package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/dulyhq/duly/smsc"
)

// collecting is a collector of traces, which keeps what it was sent.
type collecting struct {
	mu    sync.Mutex
	spans []*spans.Span
	raw   strings.Builder
}

func (c *collecting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var ask collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(body, &ask) != nil {
		http.Error(w, "not a request for a collector", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	for _, rs := range ask.GetResourceSpans() {
		for _, ss := range rs.GetScopeSpans() {
			c.spans = append(c.spans, ss.GetSpans()...)
		}
	}
}

// TestServeIsWatched scrapes a duly serve that hands messages over and takes receipts and replies in, and collects its traces:
// they tell what they should, and neither tells a name, a number or a text (invariant 10).
func TestServeIsWatched(t *testing.T) {
	const people, stops = 30, 3 // each stop is answered by one confirmation
	s, addr := simulator(t, smsc.Config{KeepTexts: true, IDs: smsc.Random, Behave: func(to, _ string, nth int) smsc.Behaviour {
		// A receipt that comes before its outcome has no time that it was waited for.
		after := smsc.Behaviour{After: 200 * time.Millisecond}
		if strings.HasSuffix(to, "0") && nth == 1 {
			after.Reply = "别再给我发短信了，我姓王"
		}
		return after
	}})
	traces := &collecting{}
	web := httptest.NewServer(traces)
	t.Cleanup(web.Close)
	config := bank(t, addr, people, func(text string) string {
		return strings.Replace(text, "  drain: 15s", "  traces: {url: \""+web.URL+"/v1/traces\", share: 1}\n  drain: 15s", 1)
	})
	url, log, end := serving(t, config)
	parts := 0
	scrape := func() string {
		code, body := get(t, url+"/metrics")
		if code != http.StatusOK {
			t.Fatalf("/metrics: %d %s", code, body)
		}
		return body
	}
	until(t, "every receipt and reply is counted", func() bool {
		if len(s.Arrivals()) < people+stops || !s.Idle() {
			return false
		}
		parts = s.Counts().Accepted
		body := scrape()
		return strings.Contains(body, fmt.Sprintf(`duly_receipts_total{carrier="main",receipt="delivered"} %d`, parts)) &&
			strings.Contains(body, `duly_replies_total{carrier="main",meaning="stop"} 3`)
	})
	body := scrape()
	for _, want := range []string{
		`duly_fences_total{carrier="main"} 33`, `duly_outcomes_total{carrier="main",outcome="accepted"} 33`,
		`duly_hand_over_seconds_count{carrier="main"} 33`, fmt.Sprintf(`duly_receipt_seconds_count{carrier="main"} %d`, parts),
		`duly_database_up 1`, `duly_held 0`, `duly_backlog{portfolio="cards"} `, `duly_oldest_due_seconds{portfolio="cards"} `, `duly_unknown{portfolio="cards"} 0`,
		`duly_payments_age_seconds{portfolio="cards"} `,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if code, _ := asked(t, url+"/metrics", "X-Forwarded-For", "203.0.113.7"); code != http.StatusNotFound {
		t.Errorf("through a proxy: status %d", code)
	}
	if status := end(); status != 0 {
		t.Fatalf("exit status %d: %s", status, log)
	}
	traces.mu.Lock()
	defer traces.mu.Unlock()
	checkSpans(t, traces.spans, people+stops, parts)
	for what, text := range map[string]string{"metrics": body, "traces": traces.raw.String(), "log": log.String()} {
		silent(t, what, text, s)
	}
}

func checkSpans(t *testing.T, all []*spans.Span, messages, parts int) {
	t.Helper()
	names, byID := map[string]int{}, map[string]*spans.Span{}
	for _, s := range all {
		names[s.GetName()]++
		byID[string(s.GetSpanId())] = s
		if s.GetEndTimeUnixNano() < s.GetStartTimeUnixNano() {
			t.Errorf("%s ends before it begins", s.GetName())
		}
	}
	if names["hand over"] != messages || names["receipt"] != parts || len(byID) != len(all) {
		t.Errorf("%v, %d different, want %d and %d", names, len(byID), messages, parts)
	}
	for _, s := range all {
		above := byID[string(s.GetParentSpanId())]
		if s.GetName() == "receipt" && (above == nil || above.GetName() != "hand over" || string(above.GetTraceId()) != string(s.GetTraceId())) {
			t.Errorf("a receipt stands below %v", above)
		}
	}
}

// silent fails where a text holds a name, a number or a piece of a message.
func silent(t *testing.T, what, text string, s *smsc.Server) {
	t.Helper()
	for _, secret := range []string{"17405", "王", "短信", "4008000000", "晨光", "B1\"", "C1\"", "B12", "C12"} {
		if strings.Contains(text, secret) {
			t.Errorf("the %s tell %q", what, secret)
		}
	}
	for _, a := range s.Arrivals() {
		if strings.Contains(text, a.Whole) || strings.Contains(text, a.Destination) {
			t.Errorf("the %s tell the text or the number of %d", what, a.Sequence)
		}
	}
	if what != "metrics" {
		return
	}
	var labels []string
	for _, m := range regexp.MustCompile(`(?m)^duly_[a-z_]+\{([^}]*)\}`).FindAllStringSubmatch(text, -1) {
		for _, l := range regexp.MustCompile(`([a-z_]+)="`).FindAllStringSubmatch(m[1], -1) {
			labels = append(labels, l[1])
		}
	}
	slices.Sort(labels)
	known := []string{"carrier", "le", "meaning", "outcome", "portfolio", "receipt", "rule", "what"}
	for _, l := range slices.Compact(labels) {
		if !slices.Contains(known, l) {
			t.Errorf("label %s is not one of those that were looked at: %v", l, known)
		}
	}
}

func asked(t *testing.T, url, header, value string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(header, value)
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(b)
}
