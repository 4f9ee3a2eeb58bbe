// Package watch tells operators how a running Duly does: Prometheus metrics and OpenTelemetry traces. Nothing in either
// names a person: labels are carriers, portfolios, rules and words of fixed lists, and a trace names a message by the number that
// Duly gave it.
package watch

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/outbox"
)

// Metrics are what a process counts. It is an engine.Watcher.
type Metrics struct {
	registry *prometheus.Registry
	fences   *prometheus.CounterVec
	outcomes *prometheus.CounterVec
	receipts *prometheus.CounterVec
	replies  *prometheus.CounterVec
	handOver *prometheus.HistogramVec
	receipt  *prometheus.HistogramVec
	failures *prometheus.CounterVec
}

// Buckets of latencies in seconds: a hand-over takes milliseconds to half a minute, a receipt up to a day.
var (
	handOverBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	receiptBuckets  = []float64{.1, .5, 1, 5, 15, 60, 300, 1800, 7200, 21600, 86400}
)

// NewMetrics returns metrics with those of the Go runtime and the process.
func NewMetrics() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, []string{"carrier"})
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		fences:   counter("duly_fences_total", "Tries that this process permitted to leave.", "carrier"),
		outcomes: counter("duly_outcomes_total", "What became of tries, as this process stored it: accepted, refused, throttled, not_written, cancelled, unknown.", "carrier", "outcome"),
		receipts: counter("duly_receipts_total", "Receipts of parts that this process stored: delivered, undelivered.", "carrier", "receipt"),
		replies:  counter("duly_replies_total", "Replies that this process stored, by meaning.", "carrier", "meaning"),
		handOver: histogram("duly_hand_over_seconds", "From the commit of a fence to the commit of its outcome.", handOverBuckets),
		receipt:  histogram("duly_receipt_seconds", "From the commit of an outcome to that of a part's receipt.", receiptBuckets),
		failures: counter("duly_failures_total", "What was interrupted and is tried again: hand_over, job.", "what"),
	}
	m.registry.MustRegister(m.fences, m.outcomes, m.receipts, m.replies, m.handOver, m.receipt, m.failures,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// words are the label values of events. An event that is not here has none.
var words = map[outbox.Event]string{
	outbox.EvAccept: "accepted", outbox.EvRefuse: "refused", outbox.EvThrottle: "throttled", outbox.EvNotWritten: "not_written",
	outbox.EvCancel: "cancelled", outbox.EvLost: "unknown", outbox.EvDelivered: "delivered", outbox.EvUndelivered: "undelivered",
}

// Seen counts.
func (m *Metrics) Seen(list []engine.Seen) {
	for i := range list {
		s := &list[i]
		switch s.Event {
		case outbox.EvFence:
			m.fences.WithLabelValues(s.Carrier).Inc()
		case outbox.EvAccept, outbox.EvRefuse, outbox.EvThrottle, outbox.EvNotWritten, outbox.EvCancel, outbox.EvLost:
			m.outcomes.WithLabelValues(s.Carrier, words[s.Event]).Inc()
			observe(m.handOver, s)
		case outbox.EvDelivered, outbox.EvUndelivered:
			m.receipts.WithLabelValues(s.Carrier, words[s.Event]).Inc()
			observe(m.receipt, s)
		case outbox.EvExpire:
		default:
			m.replies.WithLabelValues(s.Carrier, s.Meaning).Inc()
		}
	}
}

func observe(h *prometheus.HistogramVec, s *engine.Seen) {
	if !s.From.IsZero() {
		h.WithLabelValues(s.Carrier).Observe(max(0, s.At.Sub(s.From).Seconds()))
	}
}

// Failed counts what was interrupted: "hand_over" or "job".
func (m *Metrics) Failed(what string) { m.failures.WithLabelValues(what).Inc() }

// Handler answers GET /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 20 * time.Second})
}
