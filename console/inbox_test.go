package console_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
)

// said lets a borrower say something.
func (h *house) said(borrower string, m receive.Meaning, text string) {
	h.t.Helper()
	f := h.of[borrower]
	g := store.Guest{Borrower: ledger.BorrowerID(f.ID), Portfolio: f.Portfolio, Person: f.Person}
	_, err := h.engine.Desk().Say(context.Background(), &g, engine.Said{Meaning: m, Text: text}, "zh", *h.civil.Load())
	must(h.t, err)
}

var itemLink = regexp.MustCompile(`/console/inbox/[0-9]+`)

// TestInbox: one sees what waits in one's portfolios, takes it, hands it on to somebody who may, and closes it with what came of it.
func TestInbox(t *testing.T) {
	h := newHouse(t)
	h.said("B1", receive.Hardship, "失业了，暂时还不上")
	h.said("X1", receive.Dispute, "car payment is wrong")
	lin := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	sup := h.inside(h.hire("sup3", access.Grant{Role: access.Supervisor, Portfolio: "cards"}))
	h.hire("carl", access.Grant{Role: access.Collector, Portfolio: "cars"})
	g := lin.get("/console/inbox")
	links := itemLink.FindAllString(g.text, -1)
	if len(links) != 1 || !strings.Contains(g.text, "B1") || strings.Contains(g.text, "X1") {
		t.Fatalf("%v %s", links, plain(g.text))
	}
	item := links[0]
	if g := lin.get(item); !strings.Contains(g.text, "失业了，暂时还不上") || !strings.Contains(g.text, "经济困难") || strings.Contains(g.text, "carl") {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	if g := lin.post(item + "/take"); !strings.Contains(g.text, "已由您处理") {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	if g := lin.get("/console/inbox?of=mine"); !strings.Contains(g.text, item) {
		t.Error("what was taken is nobody's")
	}
	if g := lin.get("/console/inbox?of=nobody"); strings.Contains(g.text, item) {
		t.Error("what was taken is nobody's still")
	}
	for _, to := range []string{"carl", "nobody", ""} {
		if g := lin.post(item+"/hand-on", "to", to); g.code != http.StatusUnprocessableEntity {
			t.Errorf("to %q: %d", to, g.code)
		}
	}
	if g := lin.post(item+"/hand-on", "to", "sup3"); !strings.Contains(g.text, "已转交") {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	if g := lin.post(item+"/close", "outcome", ""); g.code != http.StatusUnprocessableEntity {
		t.Errorf("closed without an outcome: %d", g.code)
	}
	if g := lin.post(item+"/close", "outcome", "已解释"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("a collector lifted a hardship: %d %s", g.code, plain(g.text))
	}
	if g := sup.post(item+"/close", "outcome", "已解释"); g.path != "/console/inbox" || !strings.Contains(g.text, "没有待处理") {
		t.Errorf("%d %s %s", g.code, g.path, plain(g.text))
	}
	for what, n := range map[string]int{"took": 1, "handed_on": 1, "closed": 1} {
		if got := len(h.deeds(what)); got != n {
			t.Errorf("%s is %d times in the audit", what, got)
		}
	}
	if g := lin.get("/console/inbox/999"); g.code != http.StatusNotFound {
		t.Errorf("%d", g.code)
	}
	other := h.as(access.Compliance)
	for _, l := range itemLink.FindAllString(other.get("/console/inbox").text, -1) {
		for _, act := range []string{"", "/take", "/close", "/correct", "/hand-on"} {
			var g got
			if act == "" {
				g = lin.get(l)
			} else {
				g = lin.post(l+act, "outcome", "x", "meaning", "ack", "to", "sup3")
			}
			if g.code != http.StatusNotFound {
				t.Errorf("%s%s of another portfolio: %d", l, act, g.code)
			}
		}
	}
}

// TestCorrect: a misread reply is put right, and the correction is kept and audited.
func TestCorrect(t *testing.T) {
	h := newHouse(t)
	h.said("B1", receive.Question, "你们几点上班")
	b := h.as(access.Supervisor)
	item := itemLink.FindString(b.get("/console/inbox").text)
	if g := b.post(item+"/correct", "meaning", "nonsense"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("%d", g.code)
	}
	if g := b.post(item+"/correct", "meaning", "complaint"); g.path != "/console/inbox" || !strings.Contains(g.text, "投诉") {
		t.Errorf("%d %s %s", g.code, g.path, plain(g.text))
	}
	list, err := h.store.Corrections(t.Context())
	must(t, err)
	if len(list) != 1 || list[0].Meaning != "complaint" || len(h.deeds("corrected")) != 1 {
		t.Errorf("%+v", list)
	}
}

// TestAuditPage shows who did what to who may read it, and a portfolio's deeds to that portfolio's auditor only.
func TestAuditPage(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Supervisor)
	b.post(h.page("B1")+"/unmask", "reason", "本人来电核实")
	if g := h.as(access.Auditor).get("/console/audit"); !strings.Contains(g.text, "本人来电核实") || !strings.Contains(g.text, "查看姓名和号码") || strings.Contains(g.text, "欧阳") {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	cars := h.inside(h.hire("aud2", access.Grant{Role: access.Auditor, Portfolio: "cars"}))
	if g := cars.get("/console/audit"); strings.Contains(g.text, "本人来电核实") {
		t.Error("another portfolio's deeds are shown")
	}
}

// TestHostileWords: what a borrower writes is words, whatever it looks like; and what is typed into a form cannot turn the letters
// around it.
func TestHostileWords(t *testing.T) {
	h := newHouse(t)
	const evil = `<script>alert(1)</script><img src=x onerror=alert(2)>"><a href="javascript:alert(3)">'{{.}}`
	h.said("B1", receive.Question, evil)
	b := h.as(access.Supervisor)
	item := itemLink.FindString(b.get("/console/inbox").text)
	for _, path := range []string{item, h.page("B1")} {
		raw := b.raw(path)
		for _, bad := range []string{"<script>alert", "<img src=x", `href="javascript:`} {
			if strings.Contains(raw, bad) {
				t.Errorf("%s holds %s", path, bad)
			}
		}
		if !strings.Contains(raw, "&lt;script&gt;alert(1)") {
			t.Errorf("%s does not show what was written", path)
		}
	}
	b.post("/console/hold", "what", "portfolio cards", "reason", "<b>318</b>\u202e\u2066 turned\x00")
	if raw := b.raw("/console/today"); strings.Contains(raw, "<b>318") || strings.ContainsAny(raw, "\u202e\u2066\x00") || !strings.Contains(raw, "&lt;b&gt;318") {
		t.Error("a reason runs, or turns the letters around it")
	}
	if g := b.post("/console/borrowers", "q", `"><script>alert(1)</script>`); strings.Contains(g.text, "<script>alert") {
		t.Error("what was searched for runs")
	}
}
