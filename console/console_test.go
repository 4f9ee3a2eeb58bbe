package console_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/console"
)

// TestEveryRouteAsks: every route names a permission that stands in the table; whoever has not signed in, or has given a password
// only, comes no further than to where one signs in; and whoever lacks the permission is refused, whatever they send.
func TestEveryRouteAsks(t *testing.T) {
	h := newHouse(t)
	known := access.Rules()
	roles := map[access.Role]*browser{}
	for _, r := range access.Roles() {
		roles[r] = h.as(r)
	}
	outside := h.browser()
	half := h.browser()
	h.hire("half", access.Grant{Role: access.Administrator}, access.Grant{Role: access.Compliance}, access.Grant{Role: access.Supervisor})
	half.post("/console/sign-in", "login", "half", "password", password)
	open := []string{"GET /console/", "GET /console/sign-in", "POST /console/sign-in", "POST /console/passkey/ask", "POST /console/passkey", "GET /console/sso", "GET /console/sso/back"}
	for _, r := range console.Routes() {
		if !slices.ContainsFunc(known, func(x access.Rule) bool { return x.Permission == r.Need }) {
			t.Errorf("%s asks for %q, which stands nowhere in the table", r.Pattern, r.Need)
		}
		if r.Stage == "open" {
			if !slices.Contains(open, r.Pattern) {
				t.Errorf("%s is open to everybody", r.Pattern)
			}
			continue
		}
		method, path, _ := strings.Cut(strings.NewReplacer("{$}", "", "{id}", "1", "{do}", "lock").Replace(r.Pattern), " ")
		send := func(b *browser) got {
			if method == "POST" {
				return b.post(path, "reason", "x")
			}
			return b.get(path)
		}
		if g := send(outside); g.path != "/console/sign-in" {
			t.Errorf("%s lets in who has not signed in: %d %s", r.Pattern, g.code, g.path)
		}
		if r.Stage == "doorstep" {
			continue // one's own password and second factor
		}
		if g := send(half); g.path != "/console/second" {
			t.Errorf("%s lets in who has given a password only: %d %s", r.Pattern, g.code, g.path)
		}
		for role, b := range roles {
			g := send(b)
			if may := role.May(r.Need); (g.code == http.StatusForbidden) == may {
				t.Errorf("%s as %s: %d", r.Pattern, role, g.code)
			}
			if g.code >= 500 {
				t.Errorf("%s as %s: %d %s", r.Pattern, role, g.code, plain(g.text))
			}
		}
	}
}

// TestHeaders: nothing from elsewhere runs or is shown, nothing is kept, and a form of another site does nothing.
func TestHeaders(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Supervisor)
	g := b.get("/console/today")
	for k, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
	} {
		if !strings.HasPrefix(g.head.Get(k), want) {
			t.Errorf("%s: %q", k, g.head.Get(k))
		}
	}
	if strings.Contains(g.head.Get("Content-Security-Policy"), "unsafe") || strings.Contains(g.text, "style=") || strings.Contains(g.text, "onclick") {
		t.Error("something on the page needs what the policy forbids")
	}
	b.site = "cross-site"
	if g := b.post("/console/sign-out"); g.code != http.StatusForbidden {
		t.Errorf("a form of another site: %d", g.code)
	}
	if g := b.get("/console/me"); g.path != "/console/me" {
		t.Error("another site signed somebody out")
	}
}

// TestCookies: strict, for this host, not for scripts; after the second factor another one; and gone from the database when
// somebody signs out.
func TestCookies(t *testing.T) {
	h := newHouse(t)
	u := h.hire("lin17", access.Grant{Role: access.Collector, Portfolio: "cards"})
	b := h.browser()
	b.c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	set := func(g got) string {
		c := g.head.Get("Set-Cookie")
		for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
			if !strings.Contains(c, want) {
				t.Errorf("%q without %s", c, want)
			}
		}
		return strings.Split(c, ";")[0]
	}
	first := set(b.post("/console/sign-in", "login", "lin17", "password", password))
	second := set(b.post("/console/second", "code", u.codes[0]))
	if first == second || second == "" {
		t.Error("the cookie of before the second factor stays")
	}
	if g := b.get("/console/me"); g.code != http.StatusOK {
		t.Fatalf("%d", g.code)
	}
	b.post("/console/sign-out")
	_, value, _ := strings.Cut(second, "=")
	if _, err := h.store.StaffSession(t.Context(), value, h.gate.Wire()); err == nil {
		t.Error("the session goes on after somebody signed out")
	}
}

// TestFirstDay: a password that was given is changed before anything else, then the second factor is set up, and only then is there
// a way in.
func TestFirstDay(t *testing.T) {
	h := newHouse(t)
	_, given, err := h.gate.Add(t.Context(), "lin17", access.Grants{{Role: access.Collector}}, "administrator:1")
	must(t, err)
	b := h.browser()
	if g := b.post("/console/sign-in", "login", "lin17", "password", given); g.path != "/console/password" {
		t.Fatalf("%d %s", g.code, g.path)
	}
	for _, path := range []string{"/console/today", "/console/factor", "/console/me", "/console/"} {
		if g := b.get(path); g.path != "/console/password" {
			t.Errorf("%s leads to %s", path, g.path)
		}
	}
	for _, bad := range []string{"short", "password1234", given} {
		if g := b.post("/console/password", "password", bad, "again", bad); g.code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", bad, g.code)
		}
	}
	if g := b.post("/console/password", "password", password, "again", password); g.path != "/console/factor" {
		t.Fatalf("%d %s %s", g.code, g.path, plain(g.text))
	}
	if g := b.get("/console/factor.png"); g.head.Get("Content-Type") != "image/png" {
		t.Errorf("the QR code is %s", g.head.Get("Content-Type"))
	}
	if g := b.post("/console/factor", "code", "000000"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code: %d", g.code)
	}
	p, err := h.store.StaffByLogin(t.Context(), "lin17")
	must(t, err)
	g := b.post("/console/factor", "code", access.Code(p.Factor, h.gate.Wire()))
	if g.code != http.StatusOK || strings.Count(g.text, "<li><code>") != 10 {
		t.Fatalf("%d %s", g.code, plain(g.text))
	}
	if g := b.get("/console/"); g.path != "/console/today" {
		t.Errorf("then to %s", g.path)
	}
	if g := b.get("/console/factor.png"); g.code != http.StatusNotFound {
		t.Errorf("the secret is shown again: %d", g.code)
	}
	h.wire.Add(int64(31 * time.Minute / time.Second))
	if g := b.get("/console/today"); g.path != "/console/sign-in" {
		t.Errorf("after half an hour: %s", g.path)
	}
}

// TestStopTheWorld: who may stops a portfolio with a reason, which is seen at once and audited; who may not in that portfolio does
// not, and nor does a reason's lack.
func TestStopTheWorld(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Supervisor)
	if g := b.post("/console/hold", "what", "portfolio cards", "reason", " "); g.code != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", g.code)
	}
	other := h.inside(h.hire("carl", access.Grant{Role: access.Supervisor, Portfolio: "cars"}))
	for _, what := range []string{"portfolio cards", "channel sms", "carrier main", "nothing"} {
		if g := other.post("/console/hold", "what", what, "reason", "why not"); g.code != http.StatusForbidden {
			t.Errorf("%s: %d", what, g.code)
		}
	}
	if g := b.post("/console/hold", "what", "portfolio cards", "reason", "投诉318"); !strings.Contains(plain(g.text), "资产组合 cards") || !strings.Contains(g.text, "投诉318") {
		t.Fatalf("%d %s", g.code, plain(g.text))
	}
	paused, err := h.store.Pauses(t.Context())
	must(t, err)
	if len(paused) != 1 || paused[0].Portfolio != "cards" || len(h.deeds("paused")) != 1 || h.deeds("paused")[0].Reason != "投诉318" {
		t.Fatalf("%+v", paused)
	}
	if g := other.post("/console/release", "id", "1"); g.code != http.StatusForbidden {
		t.Errorf("another portfolio's supervisor let it go on: %d", g.code)
	}
	if g := b.post("/console/release", "id", "1"); g.code != http.StatusOK || strings.Contains(g.text, "投诉318") {
		t.Errorf("%d %s", g.code, plain(g.text))
	}
	if g := b.post("/console/release", "id", "1"); g.code != http.StatusNotFound {
		t.Errorf("a second time: %d", g.code)
	}
}
