package console_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/store"
)

// TestExtract: a supervisor's extract counts what was handed over by stage, channel and hour, what people said and how it was handled, names the rules, and holds
// nothing of anybody; its signature is checked with the public key alone, as somebody without Duly would.
func TestExtract(t *testing.T) {
	h := newHouse(t)
	h.lose("cards")
	h.said("B1", receive.Stop, "别再发了")
	h.said("B2", receive.Dispute, "this is not my loan")
	must(t, h.engine.Roll(t.Context(), *h.civil.Load()))
	b := h.as(access.Auditor)
	b.lang = "en"
	const days = "?from=2026-09-01&to=2026-09-30"
	g := b.get("/console/reports/sheet/regulator" + days)
	text := plain(g.text)
	for _, want := range []string{
		"sms 2 100.0%", "10:00 2 100.0%", "Messages outside of them", "CN-HOUSE-TIME-01", "Reminders after a stop while it held answers CN-HOUSE-STOP-01",
		"What borrowers said counted from", "stop answers CN-HOUSE-STOP-01 CN-HOUSE-STOP-02 1", "dispute answers CN-HOUSE-STOP-04 1", "counted from the rows for these days dispute 1", "can be written to all 0", "audited all 2",
		"Complaints per 10,000 contacts answers CN-HOUSE-STOP-08", "Rulebook Mainland China (cn ", "CN-TIME-01 GB/T 45251-2025, clause 5.3", "(advisory: reported, and does not bind)",
		"CN-HOUSE-CAP-01 House rule; the law gives no number for texts (CN-FREQ-03) 0 2",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q: %s", want, text)
		}
	}
	if g := b.get("/console/reports/sheet/regulator"); !strings.Contains(g.text, "counted where the days are named") || strings.Contains(g.text, "Reminders after a stop") {
		t.Errorf("without days: %s", plain(g.text))
	}
	if _, err := h.store.SealAudit(t.Context(), thursday, "", false); err != nil {
		t.Fatal(err)
	}
	file := fmt.Sprintf("/console/reports/%d/regulator.signed", h.rows["cards"].ID) + days
	g = b.get(file)
	if g.code != http.StatusOK || !strings.HasPrefix(g.text, "duly extract for a supervisor\nportfolio cards\nfrom 2026-09-01\nto 2026-09-30\n") || strings.Contains(g.text, "audit 0 ") {
		t.Fatalf("%d %s", g.code, g.text)
	}
	for _, clear := range []string{"欧阳", "17405310001", "C0001", "B1"} {
		if strings.Contains(g.text, clear) {
			t.Errorf("it holds %s", clear)
		}
	}
	key, err := os.ReadFile(filepath.Join(h.dir, "keys", store.AuditPubFile))
	must(t, err)
	if !signedBy(t, b.raw(file), string(key)) {
		t.Error("the signature is not the key's")
	}
	if signedBy(t, strings.Replace(b.raw(file), "sms", "app", 1), string(key)) {
		t.Error("a changed text passes")
	}
	if g := b.get(strings.Replace(file, "regulator", "nth", 1)); g.code != http.StatusNotFound {
		t.Errorf("another report, signed: %d", g.code)
	}
}

// signedBy checks a signed note with nothing but Ed25519 (c2sp.org/signed-note).
func signedBy(t *testing.T, text, key string) bool {
	t.Helper()
	at := strings.LastIndex(text, "\n\n— ")
	if at < 0 {
		t.Fatalf("it is not signed: %s", text)
	}
	words := strings.Fields(text[at:])
	sig, err := base64.StdEncoding.DecodeString(words[len(words)-1])
	must(t, err)
	pub, err := base64.StdEncoding.DecodeString(strings.SplitN(strings.TrimSpace(key), "+", 3)[2])
	must(t, err)
	return ed25519.Verify(pub[1:], []byte(text[:at+1]), sig[4:])
}
