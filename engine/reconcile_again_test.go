package engine

import (
	"context"
	"testing"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// TestAgainUnlessItWasTaken: a step that may be taken once more is not taken where, before it leaves, it turns out that it was: whoever says so.
func TestAgainUnlessItWasTaken(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		want int
		then func(h *house, id outbox.MessageID)
	}{
		"nothing more": {1, func(*house, outbox.MessageID) {}},
		"a person says that it arrived": {0, func(h *house, id outbox.MessageID) {
			n, err := h.Store.Reconcile(ctx, nil, []store.Word{{ID: id, Said: store.SaidArrived}}, "x", store.Act{Who: "op:1", At: h.now(), Real: time.Now(), Reason: "r"})
			if n != 1 || err != nil {
				h.t.Fatal(n, err)
			}
		}},
		"a person takes it back": {0, func(h *house, id outbox.MessageID) {
			n, err := h.Store.Reconcile(ctx, nil, []store.Word{{ID: id, Said: store.SaidOpen}}, "x", store.Act{Who: "op:1", At: h.now(), Real: time.Now(), Reason: "r"})
			if n != 1 || err != nil {
				h.t.Fatal(n, err)
			}
		}},
		"the carrier says that it arrived": {0, func(h *house, id outbox.MessageID) {
			w, err := h.Store.Hire(ctx, time.Now(), time.Now().Add(time.Minute))
			if err != nil {
				h.t.Fatal(err)
			}
			parts := int(h.count(`SELECT parts FROM fence`))
			st := &store.Step{Worker: w, LeaseUntil: time.Now().Add(time.Minute), At: h.now(), WireAt: time.Now()}
			ids := "a"
			for p := 1; p <= parts; p++ {
				st.Receipts = append(st.Receipts, store.Receipt{Fence: id.Fence(1), Part: p, ID: "a", From: "main", Event: outbox.EvDelivered, Code: "DELIVRD"})
				if p > 1 {
					ids += " b"
				}
			}
			st.Outcomes = []store.Outcome{{Fence: id.Fence(1), Event: outbox.EvAccept, Carrier: "main", IDs: ids}}
			if _, err := h.Store.Commit(ctx, st); err != nil {
				h.t.Fatal(err)
			}
			if got := h.list(`SELECT state FROM message_state ORDER BY id LIMIT 1`)[0]; got != "delivered" {
				h.t.Fatal(got)
			}
			if err := h.Store.Dismiss(ctx, w, 0); err != nil {
				h.t.Fatal(err)
			}
		}},
		"paid": {0, func(h *house, _ outbox.MessageID) { h.pay(1, 124000, ledger.Day(h.now())) }},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, smsc.Config{})
			h.at(time.Date(2026, 10, 12, 10, 0, 0, 0, shanghai))
			h.take(debt{n: 1, dueOn: day(h.now(), 9), minor: 124000})
			if done := h.plan(); done.Messages != 1 {
				t.Fatalf("%+v", done)
			}
			s := h.sender(t)
			r, err := s.prepare(ctx, 1, nil)
			if err != nil || len(r.st.Tries) != 1 {
				t.Fatal(r, err)
			}
			id := r.st.Tries[0].Message.ID
			r.st.Worker, r.st.LeaseUntil = s.worker, r.st.WireAt.Add(s.e.lease())
			if res, err := h.Store.Commit(ctx, r.st); err != nil || !res.Permitted[0] {
				t.Fatal(res, err)
			}
			if _, err := h.Store.Settle(ctx, h.now(), time.Now().Add(10*time.Minute)); err != nil { // the worker is dead
				t.Fatal(err)
			}
			n, err := h.Store.Reconcile(ctx, nil, []store.Word{{ID: id, Said: store.SaidNotArrived, Again: true}}, "x", store.Act{Who: "op:1", At: h.now(), Real: time.Now(), Reason: "r"})
			if n != 1 || err != nil {
				t.Fatal(n, err)
			}
			h.at(h.now().AddDate(0, 0, 1))
			if done := h.plan(); done.Messages != 1 {
				t.Fatalf("%+v", done)
			}
			c.then(h, id)
			h.run()
			if texts := h.texts(1); len(texts) != c.want {
				t.Errorf("left %q; want %d", texts, c.want)
			}
		})
	}
}
