package console_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
)

// TestExportByTwoHere: personal data goes out when one person asks with a reason and another lets it happen; then once, to who asked, within
// a day; and what goes out says what the borrower's own copy says. Those of other portfolios are not there.
func TestExportByTwoHere(t *testing.T) {
	h := newHouse(t)
	h.take("cards", "borrower_id,name,title,phone,country,region,timezone,language,identity,birth_date\nB9,=HYPERLINK(1),,+8617405310007,CN,CN-ZJ,Asia/Shanghai,zh,,\n")
	cards := strconv.FormatInt(h.rows["cards"].ID, 10)
	asker, second := h.inside(h.hire("sup1", access.Grant{Role: access.Supervisor, Portfolio: "cards"})), h.inside(h.hire("app1", access.Grant{Role: access.Approver, Portfolio: "cards"}))
	both := h.inside(h.hire("com1", access.Grant{Role: access.Compliance, Portfolio: "cards"}))
	other := h.inside(h.hire("com2", access.Grant{Role: access.Compliance, Portfolio: "cars"}))
	for _, c := range []struct{ portfolio, borrower, reason, want string }{
		{cards, "B1", "x", "请写明导出原因"}, {cards, "X1", "法院调取", "没有该借款人"}, {"", "B1", "法院调取", "请选择资产组合"},
	} {
		if g := asker.post("/console/exports", "portfolio", c.portfolio, "borrower", c.borrower, "reason", c.reason); g.code != http.StatusUnprocessableEntity || !strings.Contains(g.text, c.want) {
			t.Errorf("%+v: %d %s", c, g.code, plain(g.text))
		}
	}
	if g := other.post("/console/exports", "portfolio", cards, "borrower", "B1", "reason", "法院调取"); g.code != http.StatusNotFound {
		t.Errorf("of another portfolio: %d", g.code)
	}
	if g := asker.get("/console/exports?borrower=" + strconv.FormatInt(h.of["B1"].ID, 10)); !strings.Contains(g.text, `value="B1"`) {
		t.Error("who it is about is not filled in")
	}
	if g := asker.post("/console/exports", "portfolio", cards, "borrower", "B1", "reason", "法院调取证据", "format", "json"); !strings.Contains(g.text, "待他人同意") {
		t.Fatal(plain(g.text))
	}
	if g := asker.post("/console/exports/1/fetch"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("fetched before it was let happen: %d", g.code)
	}
	if g := asker.post("/console/exports/1/allow"); g.code != http.StatusForbidden {
		t.Errorf("without leave: %d", g.code)
	}
	if g := other.post("/console/exports/1/allow"); g.code != http.StatusNotFound {
		t.Errorf("of another portfolio: %d", g.code)
	}
	if g := second.get("/console/exports/second"); !strings.Contains(g.text, "法院调取证据") || strings.Contains(g.text, "欧阳") {
		t.Error(plain(g.text))
	}
	if g := second.post("/console/exports/1/allow"); !strings.Contains(g.text, "已同意") {
		t.Error(plain(g.text))
	}
	if g := both.post("/console/exports/1/fetch"); g.code != http.StatusForbidden {
		t.Errorf("fetched by somebody else: %d", g.code)
	}
	g := asker.post("/console/exports/1/fetch")
	var file struct {
		Borrower struct{ Name, Phone string }
		Loans    []struct {
			ID string `json:"loan_id"`
		}
		Rows map[string][]map[string]any
	}
	if err := json.Unmarshal([]byte(g.text), &file); err != nil || file.Borrower.Name != "欧阳测" || len(file.Loans) != 2 || len(file.Rows["export_ask"]) != 1 ||
		!strings.Contains(g.head.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v %+v", err, file)
	}
	if g := asker.post("/console/exports/1/fetch"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("fetched twice: %d", g.code)
	}

	// Compliance may both ask and be the second, and never of the same.
	if g := both.post("/console/exports", "portfolio", cards, "whom", "all", "format", "csv", "reason", "年度审计"); g.code != http.StatusOK {
		t.Fatal(plain(g.text))
	}
	if g := both.get("/console/exports/second"); !strings.Contains(g.text, "须由他人同意") || strings.Contains(g.text, "/allow") {
		t.Error("one's own is offered to let happen")
	}
	if g := both.post("/console/exports/2/allow"); g.code != http.StatusForbidden {
		t.Errorf("one's own: %d", g.code)
	}
	second.post("/console/exports/2/allow")
	lines, err := csv.NewReader(strings.NewReader(both.post("/console/exports/2/fetch").text)).ReadAll()
	if err != nil || len(lines) != 6 { // a head, two loans of the first, one each of two, and one without
		t.Fatal(lines, err)
	}
	if last := lines[5]; last[0] != "B9" || last[1] != "'=HYPERLINK(1)" || last[3] != "'+8617405310007" {
		t.Errorf("%q", last)
	}
	asker.post("/console/exports", "portfolio", cards, "borrower", "B2", "reason", "法院调取证据")
	second.post("/console/exports/3/refuse")
	if g := asker.get("/console/exports"); !strings.Contains(g.text, "未同意") || strings.Contains(g.text, "/3/fetch") {
		t.Error(plain(g.text))
	}
	asker.post("/console/exports", "portfolio", cards, "borrower", "B2", "reason", "法院调取证据")
	second.post("/console/exports/4/allow")
	h.at(thursday.Add(25 * time.Hour))
	if g := asker.post("/console/exports/4/fetch"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("fetched too late: %d", g.code)
	}
	for what, n := range map[string]int{"export_asked": 4, "export_allowed": 3, "export_refused": 1, "export_fetched": 2} {
		deeds := h.deeds(what)
		if len(deeds) != n {
			t.Errorf("the audit has %d of %s", len(deeds), what)
		}
	}
}

// TestExportInABrowser: the page in both languages at both widths, by pages that run no script; axe finds nothing serious.
func TestExportInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t)
	p := openScreen(t, h)
	p.wide(1280)
	p.scripts(false)
	for _, c := range []struct{ lang, reason, waits, allowed, fetch string }{
		{"zh", "法院调取证据", "待他人同意", "已同意", "下载（仅一次）"}, {"en", "the court asks for it", "waits for a second person", "may be fetched once", "Fetch it, once"},
	} {
		asker, second := h.hire("asker-"+c.lang, access.Grant{Role: access.Compliance, Portfolio: "cards"}), h.hire("second-"+c.lang, access.Grant{Role: access.Approver})
		p.comeIn(asker, c.lang)
		p.open("/console/borrowers/" + strconv.FormatInt(h.of["B1"].ID, 10))
		p.press(`a[href^="/console/exports"].button`)
		p.put("#reason", c.reason)
		p.press(`form[action="/console/exports"] button`)
		p.want("/console/exports", c.waits)
		p.leave()
		p.comeIn(second, c.lang)
		p.press(`header a[href="/console/exports/second"]`)
		p.want("/console/exports/second", c.reason)
		p.look(c.lang + "-exports-second")
		p.press(`form[action$="/allow"] button`)
		p.want("/console/exports/second", c.allowed)
		p.leave()
		p.comeIn(asker, c.lang)
		p.press(`header a[href="/console/exports"]`)
		p.want("/console/exports", c.fetch)
		p.look(c.lang + "-exports")
		p.leave()
	}
}
