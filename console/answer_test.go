package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/receive"
)

// TestAnswer: what somebody writes is shown as it would leave, with what the lint finds in it; a threat does not leave, whatever is
// pressed; and what may leave is planned and closes the item.
func TestAnswer(t *testing.T) {
	h := newHouse(t)
	h.said("B1", receive.Question, "请问在哪里还款？")
	b := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	item := itemLink.FindString(b.get("/console/inbox").text)
	const threat = "再不还款我们就上门找你家人，让你在单位丢人。"
	for _, do := range []string{"check", "send"} {
		g := b.post(item+"/answer", "text", threat, "do", do)
		if want := map[string]int{"check": http.StatusOK, "send": http.StatusUnprocessableEntity}[do]; g.code != want || !strings.Contains(g.text, "不能发出") || !strings.Contains(g.text, "<mark>") {
			t.Errorf("%s: %d %s", do, g.code, plain(g.text))
		}
	}
	const good = "您好，可在手机银行“还款”页面办理，如需帮助请致电4008000000。"
	g := b.post(item+"/answer", "text", good, "do", "check")
	if g.code != http.StatusOK || !strings.Contains(g.text, "可以发出") || !strings.Contains(g.text, "【晨光银行】") || !strings.Contains(g.text, "段") {
		t.Fatalf("%d %s", g.code, plain(g.text))
	}
	if g := b.get("/console/inbox"); !strings.Contains(g.text, item) {
		t.Error("looking at it has closed it")
	}
	for _, text := range []string{"", "  "} {
		if g := b.post(item+"/answer", "text", text, "do", "send"); g.code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", text, g.code)
		}
	}
	if g := b.post(item+"/answer", "text", good, "do", "send"); g.path != "/console/inbox" || strings.Contains(g.text, item) {
		t.Errorf("%d %s %s", g.code, g.path, plain(g.text))
	}
	if len(h.deeds("reply_read")) == 0 {
		t.Error("nobody has read what was written, says the audit")
	}
	if g := h.as(access.Compliance).post(item+"/answer", "text", good, "do", "send"); g.code != http.StatusForbidden {
		t.Errorf("who may not write has written: %d", g.code)
	}
}
