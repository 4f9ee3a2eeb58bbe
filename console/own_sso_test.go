package console_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/dulyhq/duly/access"
)

// TestOwnDoorOfTheHouse: who comes in by the lender's own sign-in and has no second factor here is offered no change of what they have not:
// each of them ended on a page that says that something went wrong.
func TestOwnDoorOfTheHouse(t *testing.T) {
	h := newHouse(t).named()
	_, given, err := h.gate.Add(t.Context(), "lin61", access.Grants{{Role: access.Viewer}}, "administrator:1")
	must(t, err)
	id, at := idOf(h, "lin61"), h.gate.Wire()
	must(t, h.store.AllowSSO(t.Context(), id, "https://idp.example", "lin.61", false, "administrator:1", at))
	home, err := url.Parse(h.URL)
	must(t, err)
	jar, err := cookiejar.New(nil)
	must(t, err)
	jar.SetCookies(home, []*http.Cookie{{Name: "duly-console", Value: "a-cookie-of-the-house"}})
	must(t, h.store.EnterBySSO(t.Context(), "https://idp.example", "s61", "lin.61", true, "a-cookie-of-the-house", at))
	b := h.browser()
	b.c.Jar = jar
	if g := b.get("/console/me"); g.path != "/console/me" || strings.Contains(g.text, `action="/console/me/prove"`) {
		t.Errorf("%d %s: they are asked to show who they are, for nothing: %s", g.code, g.path, plain(g.text))
	}
	b.post("/console/me/prove", "password", given)
	g := b.get("/console/me")
	for _, path := range []string{"/console/me/app", "/console/me/codes", "/console/passkeys/ask"} {
		if strings.Contains(g.text, `"`+path+`"`) {
			t.Errorf("%s is offered", path)
		}
	}
	if g := b.get("/console/me/app"); g.code >= http.StatusInternalServerError {
		t.Errorf("an app: %d %s", g.code, plain(g.text))
	}
}
