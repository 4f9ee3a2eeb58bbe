package forecast

import (
	"fmt"
	"strings"

	"github.com/dulyhq/duly/dispatch"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/wire/sms"
)

// A quiet carrier takes every message and reaches nobody. It accounts for each part at once, and lets the model answer.
type quiet struct {
	b    *book
	sink dispatch.Sink
}

var _ engine.Carrier = (*quiet)(nil)

// width is how many messages are on their way at most.
const width = 10_000

// Room implements engine.Carrier.
func (q *quiet) Room() int { return width }

// Width implements engine.Carrier.
func (q *quiet) Width() int { return width }

// Submit implements engine.Carrier.
func (q *quiet) Submit(msgs []dispatch.Message) {
	out := make([]dispatch.Outcome, len(msgs))
	for i := range msgs {
		m := &msgs[i]
		_, _, parts := sms.Measure(m.Text)
		ids := make([]string, parts)
		for p := range ids {
			ids[p] = fmt.Sprintf("%x.%d", int64(m.Fence), p)
		}
		out[i] = dispatch.Outcome{Fence: m.Fence, Event: outbox.EvAccept, IDs: strings.Join(ids, " ")}
		q.b.sent(int64(parts))
		if text := q.b.answer(m); text != "" {
			q.b.replies = append(q.b.replies, dispatch.Reply{From: string(m.To), Text: text, Ack: func(bool) {}})
		}
	}
	q.sink.Outcomes(out)
	for i := range out {
		for _, id := range strings.Fields(out[i].IDs) {
			q.sink.Receipt(dispatch.Receipt{ID: id, Event: outbox.EvDelivered, Code: "DELIVRD 000", Ack: func(bool) {}})
		}
	}
}

// stopWord is understood in every language.
const stopWord = "STOP"

// answer decides what is written back to a message; empty for nothing.
func (b *book) answer(m *dispatch.Message) string {
	switch u := draw(b.run.cfg.Seed, "answer", m.To, b.today()); {
	case u < b.Model.Stop:
		return stopWord
	case u < b.Model.Stop+b.Model.Reply:
		return "OK"
	}
	return ""
}
