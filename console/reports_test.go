package console_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/receive"
)

// TestReports: the numbers are those of the report, of one's own portfolios, of the days that were asked for, and the file has them too.
func TestReports(t *testing.T) {
	h := newHouse(t)
	planned := int64(0)
	for _, p := range h.engine.Portfolios {
		done, err := h.engine.Plan(context.Background(), p, engine.PlanOptions{Now: *h.civil.Load()})
		must(t, err)
		if p.Ref == "cards" {
			planned = done.Messages
		}
	}
	if planned == 0 {
		t.Fatal("nothing was planned")
	}
	h.said("B1", receive.Hardship, "失业了，暂时还不上")
	must(t, h.engine.Roll(context.Background(), *h.civil.Load()))
	cards := h.inside(h.hire("vic2", access.Grant{Role: access.Viewer, Portfolio: "cards"}))
	g := cards.get("/console/reports")
	for _, want := range []string{"从计划到还款", fmt.Sprintf(`<th scope="row">计划</th><td class="num">%d</td><td class="num">100%%</td>`, planned), "经济困难", "未答复的回复"} {
		if !strings.Contains(g.text, want) {
			t.Errorf("no %q: %s", want, plain(g.text))
		}
	}
	if strings.Contains(g.text, "cars") {
		t.Error("another portfolio's numbers are shown")
	}
	own, other := fmt.Sprintf("/console/reports/%d", h.engine.Portfolios[0].Row()), fmt.Sprintf("/console/reports/%d", h.engine.Portfolios[1].Row())
	file := cards.get(own)
	rows, err := csv.NewReader(strings.NewReader(file.text)).ReadAll()
	if err != nil || len(rows) < 2 || rows[0][0] != "portfolio" || rows[1][0] != "cards" || !strings.HasPrefix(file.head.Get("Content-Type"), "text/csv") {
		t.Errorf("%v %v", rows, err)
	}
	if g := cards.get(other); g.code != http.StatusForbidden {
		t.Errorf("another portfolio's file: %d", g.code)
	}
	for _, path := range []string{"/console/reports/x", "/console/reports/999"} {
		if g := cards.get(path); g.code != http.StatusNotFound {
			t.Errorf("%s: %d", path, g.code)
		}
	}
	for days, want := range map[string]string{
		"from=2026-12-01":                         "这段时间没有计划任何信息",
		"to=2020-01-01":                           "这段时间没有计划任何信息",
		"from=2020-01-01&to=2030-01-01":           "reports/" + fmt.Sprint(h.engine.Portfolios[0].Row()) + "?from=2020-01-01&to=2030-01-01",
		"from=yesterday":                          "日期的格式",
		"from=2026-12-01&to=2026-01-01":           "起始日期晚于结束日期",
		"from=%22%3E%3Cscript%3E&to=2026-13-45":   "日期的格式",
		"from=2026-09-01&to=2026-09-30&lang=nono": "从计划到还款",
	} {
		g := cards.get("/console/reports?" + days)
		if !strings.Contains(g.text, want) || strings.Contains(g.text, "<script>") {
			t.Errorf("%s: no %q: %d %s", days, want, g.code, plain(g.text))
		}
	}
}
