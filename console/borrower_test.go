package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
)

func (h *house) page(borrower string) string {
	return fmt.Sprintf("/console/borrowers/%d", h.of[borrower].ID)
}

// TestFind: by a name, a number in any usual spelling, the lender's keys, a person; whole, masked, and of one's own portfolios only. What
// was asked for stands in no address.
func TestFind(t *testing.T) {
	h := newHouse(t)
	everywhere := h.as(access.Supervisor)
	cards := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	for _, c := range []struct {
		q, ref string
	}{
		{"欧阳测", "B1"},
		{"欧阳 测", "B1"},
		{"testa exampleton", "B2"},
		{"+8617405310001", "B1"},
		{"174 0531 0001", "B1"},
		{"17405310002", "B2"},
		{"C0001-778", "B1"},
		{"B3", "B3"},
		{"p" + fmt.Sprint(h.of["B1"].Person), "B1"},
		{"欧阳", ""},
		{"0001", "B1"},
		{"0101", ""},
		{"001", ""},
		{"1740531", ""},
		{"nobody", ""},
		{"%", ""},
	} {
		for i, b := range []*browser{everywhere, cards} {
			g := b.post("/console/borrowers", "q", c.q)
			if found := strings.Contains(g.text, ">"+c.ref+"</a>"); c.ref != "" && !found || c.ref == "" && strings.Contains(g.text, "data-row") {
				t.Errorf("%q (%d): %s", c.q, i, plain(g.text))
			}
			for _, clear := range []string{"欧阳测", "Testa Exampleton", "17405310001", "17405310002"} {
				if strings.Contains(g.text, clear) {
					t.Errorf("%q shows %s", c.q, clear)
				}
			}
			if g.path != "/console/borrowers" {
				t.Errorf("%q is kept in an address: %s", c.q, g.path)
			}
		}
	}
	if n := len(h.deeds("looked_by_tail")); n != 4 {
		t.Errorf("who looked by the end of a phone is in the audit %d times, and not 4", n)
	}
	for q := range map[string]bool{"X1": true, "司徒试": true, "+8617405310009": true, "0009": true} {
		if g := cards.post("/console/borrowers", "q", q); strings.Contains(g.text, "data-row") {
			t.Errorf("%s of another portfolio is found", q)
		}
		if g := everywhere.post("/console/borrowers", "q", q); !strings.Contains(g.text, ">X1</a>") {
			t.Errorf("%s is not found", q)
		}
	}
}

// TestBorrower: the page holds the loans with their working, the next step with the rules that were asked, and no name; a borrower of
// another portfolio is not there.
func TestBorrower(t *testing.T) {
	h := newHouse(t)
	b := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	for lang, want := range map[string][]string{
		"zh": {"C0001-778", "C0002-991", "计算过程", "下一步", "核对过的规则", "欧**", "*********0001"},
		"en": {"C0001-778", "The working", "What comes next", "Rules that were asked"},
	} {
		g := b.get(h.page("B1") + "?lang=" + lang)
		for _, w := range want {
			if g.code != http.StatusOK || !strings.Contains(g.text, w) {
				t.Errorf("%s: %d without %q: %s", lang, g.code, w, plain(g.text))
			}
		}
		if strings.Contains(g.text, "欧阳") || strings.Contains(g.text, "17405310001") {
			t.Errorf("%s: unmasked", lang)
		}
	}
	for _, path := range []string{h.page("X1"), "/console/borrowers/0", "/console/borrowers/999", "/console/borrowers/x"} {
		if g := b.get(path); g.code != http.StatusNotFound {
			t.Errorf("%s: %d", path, g.code)
		}
	}
}

// TestUnmask: with a reason, this once, by who may there, and in the audit before it is shown.
func TestUnmask(t *testing.T) {
	h := newHouse(t)
	b := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	for _, reason := range []string{"", " ", "x"} {
		if g := b.post(h.page("B1")+"/unmask", "reason", reason); g.code != http.StatusUnprocessableEntity || strings.Contains(g.text, "欧阳测") {
			t.Errorf("%q: %d", reason, g.code)
		}
	}
	if g := b.post(h.page("X1")+"/unmask", "reason", "本人来电核实"); g.code != http.StatusNotFound || strings.Contains(g.text, "司徒") {
		t.Errorf("of another portfolio: %d", g.code)
	}
	if n := len(h.deeds("unmasked")); n != 0 {
		t.Errorf("%d in the audit, and nobody was unmasked", n)
	}
	g := b.post(h.page("B1")+"/unmask", "reason", "本人来电核实")
	if g.code != http.StatusOK || !strings.Contains(g.text, "欧阳测") || !strings.Contains(g.text, "+8617405310001") {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	d := h.deeds("unmasked")
	if len(d) != 1 || d[0].Reason != "本人来电核实" || d[0].Subject != fmt.Sprintf("borrower %d", h.of["B1"].ID) || !strings.HasPrefix(d[0].Who, "staff:") || d[0].Portfolio != h.rows["cards"].ID {
		t.Errorf("%+v", d)
	}
	if g := b.get(h.page("B1")); strings.Contains(g.text, "欧阳测") {
		t.Error("it is shown again without a reason")
	}
	for _, r := range []access.Role{access.Strategist, access.Auditor, access.Approver} {
		x := h.as(r)
		if g := x.get(h.page("B1")); g.code != http.StatusOK || strings.Contains(g.text, "/unmask") {
			t.Errorf("%s: %d, or is offered to unmask", r, g.code)
		}
		if g := x.post(h.page("B1")+"/unmask", "reason", "本人来电核实"); g.code != http.StatusForbidden {
			t.Errorf("%s unmasked: %d", r, g.code)
		}
	}
}
