package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/receive"
)

// TestWrite: what somebody writes to a borrower who has not written is shown as it would leave, with its segments and what decides; a threat
// does not leave, whatever is pressed; pressing twice writes once; and who may not write there does not.
func TestWrite(t *testing.T) {
	h := newHouse(t)
	b := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	page := h.page("B3") + "/write"
	if g := b.get(page); !strings.Contains(g.text, "301.13") {
		t.Errorf("what is overdue is not told: %s", plain(g.text))
	}
	if g := b.get(h.page("B3")); !strings.Contains(g.text, page) {
		t.Error("the borrower's page does not lead there")
	}
	for _, do := range []string{"check", "send"} {
		g := b.post(page, "text", "再不还款我们就上门找你家人，让你在单位丢人。", "do", do)
		if want := map[string]int{"check": http.StatusOK, "send": http.StatusUnprocessableEntity}[do]; g.code != want || !strings.Contains(g.text, "不能发出") || !strings.Contains(g.text, "<mark>") {
			t.Errorf("%s: %d %s", do, g.code, plain(g.text))
		}
	}
	for _, text := range []string{"", "  "} {
		if g := b.post(page, "text", text, "do", "send"); g.code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", text, g.code)
		}
	}
	const good = "尊敬的客户，您有301.13元尚未还清，如有困难请与我们商量，致电4008000000。拒收请回复R"
	if g := b.post(page, "text", good, "do", "check"); g.code != http.StatusOK || !strings.Contains(g.text, "可以发出") || !strings.Contains(g.text, "【晨光银行】") || !strings.Contains(g.text, "段") {
		t.Fatalf("%d %s", g.code, plain(g.text))
	}
	if n := len(h.deeds("written")); n != 0 {
		t.Errorf("looking at it wrote %d", n)
	}
	if g := b.post(page, "text", good, "do", "send"); g.path != h.page("B3") || len(h.deeds("written")) != 1 {
		t.Errorf("%d %s %s", g.code, g.path, plain(g.text))
	}
	if g := b.post(page, "text", good, "do", "send"); g.code != http.StatusUnprocessableEntity || len(h.deeds("written")) != 1 {
		t.Errorf("pressed twice: %d", g.code)
	}
	if g := b.get(h.page("X1") + "/write"); g.code != http.StatusNotFound {
		t.Errorf("a borrower of another portfolio: %d", g.code)
	}
	if g := h.as(access.Compliance).post(page, "text", good, "do", "send"); g.code != http.StatusForbidden {
		t.Errorf("who may not write has written: %d", g.code)
	}
}

// TestWriteBegun: what the law wants of a text by hand is offered in the borrower's language, and passes as it is.
func TestWriteBegun(t *testing.T) {
	h := newHouse(t)
	b := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	for ref, want := range map[string]string{"B3": "致电4008000000。拒收请回复R", "B2": "on 4008000000. Reply STOP to opt out."} {
		g := b.post(h.page(ref)+"/write", "do", "begin", "text", "")
		words := g.area()
		if g.code != http.StatusOK || !strings.HasSuffix(words, want) {
			t.Fatalf("%s: %d %q", ref, g.code, words)
		}
		if g := b.post(h.page(ref)+"/write", "do", "check", "text", words); !strings.Contains(g.text, "可以发出") {
			t.Errorf("%s: what is offered does not pass: %s", ref, plain(g.text))
		}
	}
	if n := len(h.deeds("written")); n != 0 {
		t.Errorf("beginning wrote %d", n)
	}
}

// TestLiveWords: while somebody types, what would become of the words is answered alone: no reply is opened for it, and no reading kept.
func TestLiveWords(t *testing.T) {
	h := newHouse(t)
	h.said("B1", receive.Question, "在哪里还款")
	b := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	item := itemLink.FindString(b.get("/console/inbox").text)
	b.get(item)
	read := len(h.deeds("reply_read"))
	const threat = "再不还款我们就上门找你家人，让你在单位丢人。"
	for _, path := range []string{item + "/answer", h.page("B3") + "/write"} {
		g := b.post(path, "text", threat, "do", "check", "live", "1")
		if g.code != http.StatusOK || !strings.HasPrefix(g.text, `<div id="preview"`) || !strings.Contains(g.text, "不能发出") || strings.Contains(g.text, "<form") {
			t.Errorf("%s: %d %s", path, g.code, g.text)
		}
		if g := b.post(path, "text", "", "do", "check", "live", "1"); g.code != http.StatusOK || strings.Contains(g.text, "<p") {
			t.Errorf("%s without words: %d %s", path, g.code, g.text)
		}
		if g := b.post(path, "text", threat, "do", "send", "live", "1"); g.code != http.StatusUnprocessableEntity || !strings.Contains(g.text, "<form") {
			t.Errorf("%s, sent: %d", path, g.code)
		}
	}
	if n := len(h.deeds("reply_read")); n != read+1 { // by the last one, which shows the page
		t.Errorf("%d readings are kept, were %d", n, read)
	}
}

// TestSuggestions: approved texts that fit what somebody wrote are offered, filled; choosing one sends nothing, and what is chosen passes as an
// answer of one's own.
func TestSuggestions(t *testing.T) {
	h := newHouse(t)
	h.said("B1", receive.CallMe, "明天上午给我打电话吧")
	b := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	item := itemLink.FindString(b.get("/console/inbox").text)
	if g := b.get(item); !strings.Contains(g.text, `value="call_back"`) {
		t.Fatalf("no text is suggested: %s", plain(g.text))
	}
	g := b.post(item+"/answer", "use", "call_back", "text", "")
	_, rest, _ := strings.Cut(g.text, "<textarea")
	_, rest, _ = strings.Cut(rest, ">")
	words, _, _ := strings.Cut(rest, "</textarea>")
	if g.code != http.StatusOK || !strings.HasPrefix(words, "【晨光银行】") || len(h.deeds("answered")) != 0 {
		t.Fatalf("%d %q", g.code, words)
	}
	if g := b.post(item+"/answer", "text", words, "do", "send"); g.path != "/console/inbox" || len(h.deeds("answered")) != 1 {
		t.Errorf("%d %s %s", g.code, g.path, plain(g.text))
	}
	if g := b.post(item+"/answer", "use", "no such", "text", "x"); g.code == http.StatusInternalServerError {
		t.Errorf("%d", g.code)
	}
}
