package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
)

// TestBills: what a carrier asks for is kept as duly bill keeps it, by who may see the carriers of all portfolios, and held against what was handed over.
func TestBills(t *testing.T) {
	h := newHouse(t)
	h.lose("cards")
	must(t, h.engine.Roll(t.Context(), *h.civil.Load()))
	b := h.as(access.Administrator)
	b.lang = "en"
	const page = "/console/carriers/bills"
	if g := b.get(page); g.code != http.StatusOK || !strings.Contains(plain(g.text), "2026-09 main 2 2 – –") {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	for _, wrong := range [][]string{
		{"carrier", "other", "month", "2026-09", "parts", "3", "total", "0.30", "currency", "CNY"},
		{"carrier", "main", "month", "09/2026", "parts", "3", "total", "0.30", "currency", "CNY"},
		{"carrier", "main", "month", "2026-09", "parts", "three", "total", "0.30", "currency", "CNY"},
		{"carrier", "main", "month", "2026-09", "parts", "3", "total", "0.305", "currency", "CNY"},
		{"carrier", "main", "month", "2026-09", "parts", "3", "total", "0.30"},
	} {
		if g := b.post(page, wrong...); g.code != http.StatusUnprocessableEntity || !strings.Contains(g.text, `value="`+wrong[3]+`"`) {
			t.Errorf("%v: %d", wrong, g.code)
		}
	}
	right := []string{"carrier", "main", "month", "2026-09", "parts", "3", "total", "0.30", "currency", "cny"}
	if g := b.post(page, right...); g.code != http.StatusOK || !strings.Contains(plain(g.text), "2026-09 main 2 2 3 1") || len(h.deeds("bill_kept")) != 1 {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	some := h.inside(h.hire("carl3", access.Grant{Role: access.Administrator, Portfolio: "cars"}))
	if g := some.post(page, right...); g.code != http.StatusForbidden {
		t.Errorf("of one portfolio: %d", g.code)
	}
	if g := some.get(page); g.code != http.StatusForbidden {
		t.Errorf("of one portfolio: %d", g.code)
	}
}
