package console_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/store"
)

// lose plans a portfolio's day, hands everything over and never hears of it.
func (h *house) lose(ref string) (ids []outbox.MessageID) {
	h.t.Helper()
	ctx, row := h.t.Context(), h.rows[ref]
	for _, p := range h.engine.Portfolios {
		if p.Ref == ref {
			_, err := h.engine.Plan(ctx, p, engine.PlanOptions{Now: *h.civil.Load()})
			must(h.t, err)
		}
	}
	now, wire := *h.civil.Load(), h.gate.Wire()
	worker, err := h.store.Hire(ctx, wire, wire.Add(time.Hour))
	must(h.t, err)
	claim, err := h.store.Due(ctx, row.ID, now.Add(time.Hour), 100, 0)
	must(h.t, err)
	set, err := h.store.CapSet(ctx, ledger.SMS, []store.CapRow{{Per: store.PerPerson, N: 1, Days: 1}})
	must(h.t, err)
	st := &store.Step{Worker: worker, LeaseUntil: wire.Add(time.Hour), At: now, WireAt: wire, Claim: &claim}
	back := &store.Step{Worker: worker, LeaseUntil: wire.Add(time.Hour), At: now, WireAt: wire}
	for _, m := range claim.Messages {
		past, err := h.store.Past(ctx, row, m.Person, now)
		must(h.t, err)
		st.Tries = append(st.Tries, store.Try{
			Message: m, Turn: past.Turn, LeaveBy: wire.Add(10 * time.Second), NotAfter: now.Add(time.Hour), Day: ledger.Day(now), Channel: ledger.SMS, Minor: 100, Currency: "CNY",
			Parts: 1, Ground: "{}", Text: []byte("text"), CapSet: set.ID, Epoch: set.Epoch, Slots: []store.Slot{{Of: int64(m.Person), Seq: 1}}, Address: past.Borrowers[0].Address,
		})
		back.Outcomes = append(back.Outcomes, store.Outcome{Fence: m.ID.Fence(m.Try), Event: outbox.EvLost, Code: "smpp: session lost"})
		ids = append(ids, m.ID)
	}
	_, err = h.store.Commit(ctx, st)
	must(h.t, err)
	_, err = h.store.Commit(ctx, back)
	must(h.t, err)
	if len(ids) == 0 {
		h.t.Fatal("nothing was lost")
	}
	return ids
}

// sendStatement posts a carrier's statement.
func (b *browser) sendStatement(carrier, text string, fields ...string) got {
	b.h.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	must(b.h.t, w.WriteField("carrier", carrier))
	for i := 0; i < len(fields); i += 2 {
		must(b.h.t, w.WriteField(fields[i], fields[i+1]))
	}
	f, err := w.CreateFormFile("file", "theirs.csv")
	must(b.h.t, err)
	_, err = f.Write([]byte(text))
	must(b.h.t, err)
	must(b.h.t, w.Close())
	return b.upload("/console/carriers/statement", w.FormDataContentType(), &body)
}

// TestUnknown: of messages of which nobody knows whether they arrived a person says what the carrier found out, of an hour, one by one, or by its
// statement; what was said can be taken back, and only of one's own portfolios. Nothing shows whom they were for.
func TestUnknown(t *testing.T) {
	h := newHouse(t)
	cards := h.lose("cards")
	b := h.as(access.Administrator)
	b.lang = "en"
	some := h.inside(h.hire("carl2", access.Grant{Role: access.Administrator, Portfolio: "cars"}))
	g := b.get("/console/carriers/unknown")
	if g.code != http.StatusOK || !strings.Contains(plain(g.text), fmt.Sprintf("main cards messages %d", len(cards))) {
		t.Fatalf("%d %s", g.code, plain(g.text))
	}
	if g := some.get("/console/carriers/unknown"); strings.Contains(g.text, "cards") || !strings.Contains(g.text, "There are none") && !strings.Contains(g.text, "没有。") {
		t.Errorf("%s", plain(g.text))
	}
	state := func(id outbox.MessageID) (out string) {
		t.Helper()
		must(t, h.store.MessagesFrom(t.Context(), id, func(m store.MessageAt) error {
			if m.ID == id {
				out = m.State
			}
			return nil
		}))
		return out
	}
	hour := fmt.Sprint(thursday.Truncate(time.Hour).Unix())
	row := fmt.Sprint(h.rows["cards"].ID)
	// Without a reason, or of another's portfolio, nothing is said.
	if g := b.post("/console/carriers/unknown", "say", "arrived", "all", "1", "carrier", "main", "portfolio", row, "hour", hour); g.code != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", g.code)
	}
	if g := some.post("/console/carriers/unknown", "say", "arrived", "all", "1", "carrier", "main", "portfolio", row, "hour", hour, "reason", "x"); g.code != http.StatusForbidden {
		t.Errorf("of another portfolio: %d", g.code)
	}
	some.post("/console/carriers/unknown", "say", "arrived", "message", cards[0].String(), "reason", "x")
	if s := state(cards[0]); s != "unknown" {
		t.Errorf("somebody else's message is %s", s)
	}
	if g := b.get("/console/carriers/unknown?carrier=main&portfolio=" + row + "&hour=" + hour); !strings.Contains(g.text, cards[0].String()) || !strings.Contains(g.text, "The line broke before the carrier answered.") {
		t.Errorf("%s", plain(g.text))
	}
	if g := b.post("/console/carriers/unknown", "say", "arrived", "message", cards[0].String(), "reason", "their answer"); g.code != http.StatusOK || !strings.Contains(g.text, "It is kept") || state(cards[0]) != "delivered" {
		t.Errorf("%d %s: %s", g.code, state(cards[0]), plain(g.text))
	}
	b.post("/console/carriers/unknown", "say", "open", "message", cards[0].String(), "reason", "of another")
	if s := state(cards[0]); s != "unknown" {
		t.Errorf("taken back it is %s", s)
	}
	text := "message,state\n" + cards[0].String() + ",UNDELIV\n" + cards[1].String() + ",DELIVRD\nnonsense,DELIVRD\n"
	if g := b.sendStatement("main", text, "try", "1"); g.code != http.StatusOK || !strings.Contains(g.text, "arrived 1, did not 1") || !strings.Contains(g.text, ":4:1: ") || state(cards[1]) != "unknown" {
		t.Errorf("tried: %d %s", g.code, plain(g.text))
	}
	for name, g := range map[string]got{
		"no reason":      b.sendStatement("main", text),
		"no columns":     b.sendStatement("main", "a,b\n1,2\n", "reason", "x"),
		"nothing in it":  b.sendStatement("main", "", "reason", "x"),
		"not a document": b.post("/console/carriers/statement", "reason", "x"),
	} {
		if g.code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, g.code)
		}
	}
	if g := some.sendStatement("other", text, "reason", "x"); g.code != http.StatusForbidden {
		t.Errorf("another carrier: %d", g.code)
	}
	some.sendStatement("main", text, "reason", "x") // theirs are not among these
	if g := b.sendStatement("main", text, "reason", "their statement", "again", "1"); g.code != http.StatusOK || state(cards[0]) != "undelivered" || state(cards[1]) != "delivered" {
		t.Errorf("%d %s %s: %s", g.code, state(cards[0]), state(cards[1]), plain(g.text))
	}
	g = b.get("/console/carriers/unknown")
	if !strings.Contains(g.text, "may be planned anew") || len(h.deeds("reconciled")) != 3 {
		t.Errorf("%v %s", h.deeds("reconciled"), plain(g.text))
	}
	for _, clear := range []string{"欧阳", "17405310001", "C0001"} {
		if strings.Contains(g.text, clear) {
			t.Errorf("it shows %s", clear)
		}
	}
}
