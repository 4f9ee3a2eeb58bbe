package portal_test

import (
	"net/url"
	"testing"

	"github.com/dulyhq/duly/store"
)

// TestRunOnLink: handsets take the Chinese letters and stops behind a link for a part of it (Android's Patterns.WEB_URL does).
func TestRunOnLink(t *testing.T) {
	h := newHouse(t)
	for _, behind := range []string{"", "。", "，一起想办法。", "商定分期。", "说说情况，计划可商定。"} {
		if g := h.browser().get("/l/" + h.key("B1", store.PortalLink) + url.PathEscape(behind)); g.path != "/who" {
			t.Errorf("a link with %q behind it came to %s, %d", behind, g.path, g.code)
		}
	}
}
