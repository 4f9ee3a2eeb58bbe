package watch

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/outbox"
)

// Traces follow messages on their way: a span from each fence to its outcome, and below it one from the outcome to each
// part's receipt. A message is one trace whatever process has a hand in it, for the numbers of traces and spans are worked out of the
// message's own. It is an engine.Watcher.
type Traces struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	salt     [8]byte
	least    uint64 // a trace whose number is below is kept
}

// TracesTo sends a share of the traces (0 to 1) to a collector that takes OTLP over HTTP, such as
// http://127.0.0.1:4318/v1/traces. Each book draws others: salt is one of its own, such as the creditor's id.
func TracesTo(ctx context.Context, url string, share float64, salt, version string) (*Traces, error) {
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(url))
	if err != nil {
		return nil, err
	}
	return newTraces(exporter, share, salt, version), nil
}

func newTraces(exporter sdk.SpanExporter, share float64, salt, version string) *Traces {
	t := &Traces{least: uint64(min(max(share, 0), 1) * (1 << 53))}
	sum := sha256.Sum256([]byte("duly trace " + salt))
	copy(t.salt[:], sum[:])
	t.provider = sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithIDGenerator(given{}), sdk.WithSampler(sdk.AlwaysSample()),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "duly"), attribute.String("service.version", version))))
	t.tracer = t.provider.Tracer("github.com/dulyhq/duly")
	return t
}

// End sends what waits and ends.
func (t *Traces) End(ctx context.Context) error { return t.provider.Shutdown(ctx) }

// Seen makes spans of what has ended.
func (t *Traces) Seen(list []engine.Seen) {
	for i := range list {
		s := &list[i]
		if s.Fence == 0 || s.From.IsZero() || s.Event == outbox.EvFence {
			continue
		}
		id := t.trace(s.Fence)
		if binary.BigEndian.Uint64(id[8:])>>11 >= t.least {
			continue
		}
		at := place{trace: id, span: t.span(s.Fence, s.Part)}
		name, parent := "hand over", trace.SpanID{}
		if s.Part > 0 {
			name, parent = "receipt", t.span(s.Fence, 0)
		} else if first := s.Fence.Message().Fence(1); first != s.Fence {
			parent = t.span(first, 0) // a further try is told below the first
		}
		t.tell(s, name, at, parent)
	}
}

func (t *Traces) tell(s *engine.Seen, name string, at place, parent trace.SpanID) {
	ctx := context.WithValue(context.Background(), placeKey{}, at)
	if parent.IsValid() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{
			TraceID: at.trace, SpanID: parent, TraceFlags: trace.FlagsSampled, Remote: true,
		}))
	}
	attributes := []attribute.KeyValue{
		attribute.String("duly.message", s.Fence.Message().String()), attribute.String("duly.carrier", s.Carrier), attribute.String("duly.outcome", words[s.Event]),
	}
	if s.Part > 0 {
		attributes = append(attributes, attribute.Int("duly.part", s.Part))
	} else {
		attributes = append(attributes, attribute.Int("duly.try", s.Fence.Try()))
	}
	_, span := t.tracer.Start(ctx, name, trace.WithTimestamp(s.From), trace.WithAttributes(attributes...))
	span.End(trace.WithTimestamp(s.At))
}

// trace works a trace's number out of a message's.
func (t *Traces) trace(f outbox.FenceID) (id trace.TraceID) {
	sum := t.sum(uint64(f.Message()), 0)
	copy(id[:], sum[:])
	return id
}

func (t *Traces) span(f outbox.FenceID, part int) (id trace.SpanID) {
	sum := t.sum(uint64(f), uint64(part)+1)
	copy(id[:], sum[:])
	return id
}

func (t *Traces) sum(a, b uint64) [sha256.Size]byte {
	var buf [24]byte
	copy(buf[:], t.salt[:])
	binary.BigEndian.PutUint64(buf[8:], a)
	binary.BigEndian.PutUint64(buf[16:], b)
	return sha256.Sum256(buf[:])
}

// A place is where a span stands. It travels in the context because the generator of numbers is given nothing else.
type place struct {
	trace trace.TraceID
	span  trace.SpanID
}

type placeKey struct{}

// given gives spans the numbers that were worked out for them.
type given struct{}

// NewIDs is part of sdk.IDGenerator.
func (given) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	p, _ := ctx.Value(placeKey{}).(place)
	return p.trace, p.span
}

// NewSpanID is part of sdk.IDGenerator.
func (given) NewSpanID(ctx context.Context, _ trace.TraceID) trace.SpanID {
	p, _ := ctx.Value(placeKey{}).(place)
	return p.span
}
