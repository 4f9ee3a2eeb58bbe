package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
)

// TestAgree: within the creditor's table a plan holds at once; beyond it a second person decides, and never the one who asked, under
// whichever role; what the table does not have is refused with its reason.
func TestAgree(t *testing.T) {
	h := newHouse(t)
	lin := h.inside(h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"}))
	sup := h.inside(h.hire("sup3", access.Grant{Role: access.Supervisor, Portfolio: "cards"}))
	other := h.inside(h.hire("app9", access.Grant{Role: access.Approver, Portfolio: "cars"}))
	second := h.inside(h.hire("app4", access.Grant{Role: access.Approver, Portfolio: "cards"}))
	for _, bad := range [][]string{{"kind", "gift"}, {"kind", "plan", "on", "soon"}, {"kind", "plan", "instalments", "1"}, {"kind", "promise", "amount", "much"}, {"kind", "plan", "instalments", "40"}} {
		if g := lin.post(h.page("B3")+"/agree", bad...); g.code != http.StatusUnprocessableEntity || !strings.Contains(g.text, `id="wrong"`) {
			t.Errorf("%v: %d %s", bad, g.code, plain(g.text))
		}
	}
	if g := lin.post(h.page("B3")+"/agree", "kind", "plan", "instalments", "40"); !strings.Contains(plain(g.text), "不能这样约定：") || !strings.Contains(plain(g.text), "权限，最多") {
		t.Errorf("the reason is not said in Chinese: %s", plain(g.text))
	}
	if g := lin.post(h.page("B3")+"/agree", "kind", "plan", "instalments", "3"); !strings.Contains(g.text, "立即生效") || !strings.Contains(g.text, "生效中") {
		t.Fatalf("%d %s", g.code, plain(g.text))
	}
	if g := sup.post(h.page("B2")+"/agree", "kind", "plan", "instalments", "10"); !strings.Contains(g.text, "待他人审批") {
		t.Fatalf("%d %s", g.code, plain(g.text))
	}
	if g := sup.get("/console/approvals"); !strings.Contains(g.text, "须由他人审批") || strings.Contains(g.text, "/approve") {
		t.Errorf("who asked is offered to approve: %s", plain(g.text))
	}
	if g := sup.post("/console/approvals/2/approve"); g.code != http.StatusForbidden {
		t.Errorf("who asked has approved: %d", g.code)
	}
	for _, act := range []string{"approve", "refuse"} {
		if g := other.post("/console/approvals/2/" + act); g.code != http.StatusNotFound {
			t.Errorf("%s by an approver of another portfolio: %d", act, g.code)
		}
		if g := lin.post("/console/approvals/2/" + act); g.code != http.StatusForbidden {
			t.Errorf("%s by a collector: %d", act, g.code)
		}
	}
	if g := second.get("/console/approvals"); strings.Count(g.text, "201.6") != 10 {
		t.Errorf("%s", plain(g.text))
	}
	if g := second.post("/console/approvals/2/approve"); !strings.Contains(g.text, "已批准") || len(h.deeds("arrangement_approved")) != 1 {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	if g := second.post("/console/approvals/2/refuse"); g.code != http.StatusNotFound {
		t.Errorf("refused after it was approved: %d", g.code)
	}
	if g := lin.post(h.page("X1")+"/agree", "kind", "plan"); g.code != http.StatusNotFound {
		t.Errorf("with a borrower of another portfolio: %d", g.code)
	}
}
