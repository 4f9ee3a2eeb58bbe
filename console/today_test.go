package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
)

// TestTodayTellsHowOldPaymentsAre: what holds everybody is said where people look, and not only as a rule's number: no payments at all, or
// payments that are older than the lender lets reminders rest on.
func TestTodayTellsHowOldPaymentsAre(t *testing.T) {
	h := newHouse(t)
	zh, en := h.as(access.Supervisor), h.as(access.Viewer)
	en.lang = "en"
	of := func(b *browser, ref string) string {
		_, part, _ := strings.Cut(b.get("/console/today").text, `aria-label="`+ref+`"`)
		part, _, _ = strings.Cut(part, "</section>")
		return plain(part)
	}
	if got := of(zh, "cards"); !strings.Contains(got, "还款数据截至 2026年9月24日") || strings.Contains(got, "时限") {
		t.Errorf("fresh: %s", got)
	}
	if got := of(en, "cars"); !strings.Contains(got, "No payments were imported yet") {
		t.Errorf("none: %s", got)
	}
	h.at(thursday.Add(48*time.Hour + time.Minute))
	if got := of(zh, "cards"); !strings.Contains(got, "已超过允许的时限") {
		t.Errorf("old: %s", got)
	}
	if got := of(en, "cards"); !strings.Contains(got, "known up to 24 Sep 2026, ") || !strings.Contains(got, "reminders wait") {
		t.Errorf("old: %s", got)
	}
}
