package console_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
)

// drafted lets a strategist begin a draft, and returns its page's path.
func (b *browser) drafted(portfolio string) string {
	b.h.t.Helper()
	g := b.post("/console/strategies", "portfolio", portfolio)
	if g.code != http.StatusOK || !strings.HasPrefix(g.path, "/console/strategies/") {
		b.h.t.Fatalf("a draft is not begun: %d %s\n%s", g.code, g.path, plain(g.text))
	}
	return g.path
}

// area is what stands in the page's text area.
func (g got) area() string {
	m := regexp.MustCompile(`(?s)<textarea[^>]*>(.*?)</textarea>`).FindStringSubmatch(g.text)
	if m == nil {
		return ""
	}
	return m[1]
}

// TestStrategyByTwo: one writes a strategy, is told every mistake by its line, sees what it would change by meaning, line and borrower,
// and asks; another puts it in force; the process runs by it at once, and another goes back.
func TestStrategyByTwo(t *testing.T) {
	slow(t)
	h := newHouse(t)
	writer, second := h.as(access.Strategist), h.as(access.Approver)
	writer.lang, second.lang = "en", "en"
	path := writer.drafted("cards")
	text := writer.get(path).area()
	if !strings.Contains(text, "id: cn-default") {
		t.Fatalf("the draft does not say what is in force:\n%s", text)
	}
	// Two mistakes, each with its line.
	wrong := strings.Replace(strings.Replace(text, "hours: 10:00-11:30", "hours: 10:00-25:30", 1), "spacing: 3\n", "spacing: none\n", 1)
	g := writer.post(path+"/save", "body", wrong)
	for _, want := range []string{"2 mistakes", "line 13", "line 19"} {
		if !strings.Contains(plain(g.text), want) {
			t.Errorf("without %q: %s", want, plain(g.text)[:600])
		}
	}
	g = writer.post(path+"/save", "body", strings.Replace(text, "spacing: 3\n", "spacing: none\n", 1))
	if said := plain(g.text); !strings.Contains(said, "1 mistake ") {
		t.Errorf("one mistake: %s", said[:600])
	}
	if g = writer.post(path+"/ask", "reason", "later hours"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("what is wrong is asked for: %d", g.code)
	}
	// Hours that the law forbids.
	g = writer.post(path+"/save", "body", strings.Replace(text, "hours: 10:00-11:30", "hours: 21:00-23:30", 1))
	if !strings.Contains(plain(g.text), "prefer.hours end after rule") {
		t.Errorf("hours that are not lawful pass: %s", plain(g.text)[:600])
	}
	good := strings.Replace(text, "hours: 10:00-11:30", "hours: 15:00-16:30", 1)
	if g = writer.post(path+"/save", "body", good); !strings.Contains(g.text, "Nothing is wrong with it") {
		t.Fatalf("a right draft: %s", plain(g.text)[:600])
	}
	g = writer.get(path + "/compare")
	for _, want := range []string{"preferred hours", "10:00–11:30", "15:00–16:30", "hours: 15:00-16:30"} {
		if !strings.Contains(plain(g.text), want) {
			t.Errorf("the comparison lacks %q", want)
		}
	}
	if g = writer.get(path + "/try"); !strings.Contains(plain(g.text), "would get something else next") || !strings.Contains(g.text, "15:") || strings.Contains(g.text, "欧阳测") {
		t.Errorf("tried on borrowers: %s", plain(g.text))
	}
	if g = writer.post(path + "/ask"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("asked for without a reason: %d", g.code)
	}
	if g = writer.post(path+"/ask", "reason", "people answer in the afternoon"); g.code != http.StatusOK || !strings.Contains(g.text, "somebody else puts it in force") {
		t.Fatalf("asking: %d %s", g.code, plain(g.text)[:400])
	}
	// Nobody puts in force what they wrote, whatever they may do beside.
	both := h.inside(h.hire("both", access.Grant{Role: access.Strategist}, access.Grant{Role: access.Approver}))
	own := both.drafted("cards")
	both.post(own+"/save", "body", strings.Replace(text, "hours: 10:00-11:30", "hours: 14:00-15:30", 1))
	both.post(own+"/ask", "reason", "mine")
	if g = both.post(own + "/activate"); g.code != http.StatusConflict {
		t.Errorf("one's own is put in force: %d %s", g.code, plain(g.text)[:300])
	}
	other := h.inside(h.hire("cars-only", access.Grant{Role: access.Approver, Portfolio: "cars"}))
	if g = other.post(path + "/activate"); g.code == http.StatusOK {
		t.Errorf("an approver of another portfolio: %d %s", g.code, g.path)
	}
	before := h.engine.Books()[0].Strategy.Prefer.Open
	if g = second.post(path + "/activate"); g.code != http.StatusOK || !strings.Contains(g.text, "It is in force") {
		t.Fatalf("activating: %d %s", g.code, plain(g.text)[:400])
	}
	if now := h.engine.Books()[0].Strategy.Prefer.Open; now != 15*60 || now == before {
		t.Errorf("the engine prefers from minute %d on", now)
	}
	if cars := h.engine.Books()[1].Strategy.Prefer.Open; cars != before {
		t.Error("the other portfolio's strategy has changed as well")
	}
	if g = second.post(own + "/activate"); g.code != http.StatusConflict || !strings.Contains(plain(g.text), "Begin a new draft") {
		t.Errorf("one that was overtaken: %d %s", g.code, plain(g.text)[:300])
	}
	if g = second.post(path + "/back"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("going back without a reason: %d", g.code)
	}
	if g = second.post(path+"/back", "reason", "complaints"); g.code != http.StatusOK || h.engine.Books()[0].Strategy.Prefer.Open != before {
		t.Errorf("going back: %d %s", g.code, plain(g.text)[:300])
	}
	for what, n := range map[string]int{"strategy_drafted": 2, "strategy_asked": 2, "strategy_activated": 1, "strategy_rolled_back": 1} {
		if got := len(h.deeds(what)); got != n {
			t.Errorf("the audit has %d of %s", got, what)
		}
	}
}
