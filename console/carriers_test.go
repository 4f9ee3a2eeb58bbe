package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
)

// TestCarriers: whether somebody is connected and how fast, what waits and since when, of one's own portfolios; and nothing of whom it is for.
func TestCarriers(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	if g := b.get("/console/carriers"); g.code != http.StatusOK || !strings.Contains(plain(g.text), "main cards、cars") || !strings.Contains(g.text, "未连接") {
		t.Fatalf("%d %s", g.code, plain(g.text))
	}
	now := h.gate.Wire()
	_, err := h.store.KeepBind(t.Context(), store.BindAsk{Carrier: "main", Process: 1, Rate: 2500, Now: now, Until: now.Add(10 * time.Second)})
	must(t, err)
	g := h.as(access.Administrator).get("/console/carriers")
	if !strings.Contains(plain(g.text), "1 · 每秒2.5段") {
		t.Errorf("%s", plain(g.text))
	}
	for _, clear := range []string{"欧阳测", "17405310001", "B1", "C0001"} {
		if strings.Contains(g.text, clear) {
			t.Errorf("it shows %s", clear)
		}
	}
	some := h.inside(h.hire("carl", access.Grant{Role: access.Administrator, Portfolio: "cars"}))
	if g := some.get("/console/carriers"); g.code != http.StatusOK || strings.Contains(g.text, "cards") {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
}
