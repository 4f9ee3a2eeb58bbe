package engine

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/smsc"
	"github.com/dulyhq/duly/store"
)

// TestStatementFindsMessages: by our number, by the carrier's id, or by phone and time where that fits one message alone; one part that did not arrive
// is enough for the message, and every part has to have arrived. What fits two, or says too little, stays unknown.
func TestStatementFindsMessages(t *testing.T) {
	at := time.Date(2026, 9, 24, 2, 0, 0, 0, time.UTC)
	first := outbox.FirstOf(at)
	hash := func(s string) []byte { return []byte("#" + s) }
	one := func(n int, parts int, ids, phone string, minutes int) store.Unsure {
		return store.Unsure{ID: first + outbox.MessageID(n), Parts: parts, IDs: ids, Address: hash(phone), At: at.Add(time.Duration(minutes) * time.Minute)}
	}
	open := []store.Unsure{
		one(1, 1, "", "+8617405310001", 0),
		one(2, 2, "a b", "+8617405310002", 0),
		one(3, 2, "c", "+8617405310003", 0),
		one(4, 1, "", "+8617405310004", 0),
		one(5, 1, "", "+8617405310004", 5),
		one(6, 1, "", "+8617405310006", 0),
		one(7, 1, "", "+8617405310007", 0),
		one(8, 2, "", "+8617405310008", 0),
	}
	text := "message,id,phone,at,state,err\n" +
		first.String() + ",,,,DELIVRD,\n" + // the wrong number: there is no message 0
		(first + 1).String() + ",,,,DELIVRD,\n" +
		",a,,,DELIVRD,\n,b,,,UNDELIV,27\n" + // one of two parts
		",c,,,DELIVRD,\n" + // of the other part nothing is known
		",,17405310004,2026-09-24 10:03:00,DELIVRD,\n" + // it fits two
		",,17405310006,2026-09-24 10:09:00,DELIVRD,\n" +
		",,17405310006,2026-09-24 11:09:00,DELIVRD,\n" + // too late to be it
		",,17405310007,2026-09-24 10:01:00,DELIVRD,\n,,17405310007,2026-09-24 10:02:00,UNDELIV,\n" + // one part, two lines
		",,17405310008,2026-09-24 10:01:00,DELIVRD,\n,,17405310008,2026-09-24 10:01:00,ENROUTE,\n" +
		",,,,DELIVRD,\n" // of nothing
	s, err := ReadStatement(strings.NewReader(text), "s.csv", intake.Options{Country: "CN", Zone: time.FixedZone("", 8*3600)}, open, hash)
	if err != nil {
		t.Fatal(err)
	}
	want := []store.Word{{ID: first + 1, Said: "arrived"}, {ID: first + 2, Said: "not_arrived", Cause: "absent"}, {ID: first + 6, Said: "arrived"}}
	if d := cmp.Diff(want, s.Words); d != "" {
		t.Error(d)
	}
	s.Words = nil
	if d := cmp.Diff(&Statement{Digest: s.Digest, Rows: 12, Bad: 1, Arrived: 2, Not: 1, Open: 2, Ambiguous: 2, Elsewhere: 2}, s); d != "" || len(s.Digest) != 64 {
		t.Error(d)
	}
}

// TestStatementOfAnother: two people have one number. The carrier's list of what failed names, by its own id, the message of the one, of
// which Duly knows that id. It says nothing of the other's, which may have arrived.
func TestStatementOfAnother(t *testing.T) {
	ctx := context.Background()
	h := newHouse(t, smsc.Config{})
	h.at(time.Date(2026, 10, 12, 10, 0, 0, 0, shanghai))
	h.tell("borrower_id,name,phone,country,region,timezone,language,identity\nB00001,测试甲,+8617405000001,CN,CN-ZJ,Asia/Shanghai,zh,P1\nB00002,测试乙,+8617405000001,CN,CN-ZJ,Asia/Shanghai,zh,P2\n")
	h.takeFiles([]debt{{n: 1, dueOn: day(h.now(), 9), minor: 124000}, {n: 2, dueOn: day(h.now(), 9), minor: 555500}}, intake.Loans, intake.Instalments, intake.Payments)
	if done := h.plan(); done.Messages != 2 {
		t.Fatalf("%+v", done)
	}
	s := h.sender(t)
	r, err := s.prepare(ctx, 2, nil)
	if err != nil || len(r.st.Tries) != 2 {
		t.Fatal(len(r.st.Tries), err)
	}
	r.st.Worker, r.st.LeaseUntil = s.worker, r.st.WireAt.Add(s.e.lease())
	if res, err := h.Store.Commit(ctx, r.st); err != nil || !res.Permitted[0] || !res.Permitted[1] {
		t.Fatal(res, err)
	}
	back := &store.Step{Worker: s.worker, LeaseUntil: r.st.LeaseUntil, At: h.now(), WireAt: r.st.WireAt, Outcomes: []store.Outcome{
		{Fence: r.st.Tries[0].Fence(), Event: outbox.EvAccept, Carrier: "main", IDs: "x1"},
		{Fence: r.st.Tries[1].Fence(), Event: outbox.EvLost, Carrier: "main", Code: "smpp: session lost"},
	}}
	if _, err := h.Store.Commit(ctx, back); err != nil {
		t.Fatal(err)
	}
	open, err := h.Store.Unsure(ctx, store.UnsureAsk{Carrier: "main"})
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	got, err := ReadStatement(strings.NewReader("id,phone,at,state\nx1,17405000001,2026-10-12 10:00:01,UNDELIV\n"), "s.csv", intake.Options{Country: "CN", Zone: shanghai}, open, h.Store.PhoneHash)
	if err != nil || len(got.Words) != 0 {
		t.Errorf("what the carrier says of x1 is taken for its word on another's message: %+v %v", got, err)
	}
}
