package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/signin"
)

// A staffID is somebody at the lender's own sign-in, whose token says that two factors were seen, or not.
type staffID struct {
	*mockoidc.MockUser
	both bool
}

// Claims are those of the token.
func (u staffID) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	b, err := json.Marshal(base)
	m := jwt.MapClaims{}
	if err := errors.Join(err, json.Unmarshal(b, &m)); err != nil {
		return nil, err
	}
	m["preferred_username"] = u.PreferredUsername
	if u.both {
		m["amr"] = []string{"mfa"}
	}
	return m, nil
}

// housed gives the house a sign-in of its own. It is on 127.0.0.1, and the console on localhost: two sites, as in a bank.
func (h *house) housed() *mockoidc.MockOIDC {
	h.t.Helper()
	h.named()
	idp, err := mockoidc.Run()
	must(h.t, err)
	h.t.Cleanup(func() { _ = idp.Shutdown() })
	mockoidc.NowFunc = h.gate.Wire
	h.gate.SSO = signin.NewSSO(signin.SSOConfig{
		Issuer: idp.Issuer(), ClientID: idp.ClientID, Secret: idp.ClientSecret, Back: h.URL + signin.SSOBack, Claim: "preferred_username", AMR: []string{"mfa"}, Plain: true,
	})
	return idp
}

// TestSSOForms: an administrator allows it on somebody's page, by a name that is one account's, and takes it away; the last administrator
// who needs no other system stays one.
func TestSSOForms(t *testing.T) {
	h := newHouse(t)
	b := h.as(access.Administrator)
	h.hire("lin17", access.Grant{Role: access.Viewer})
	page := "/console/users/" + strconv.FormatInt(idOf(h, "lin17"), 10)
	if g := b.get(page); strings.Contains(g.text, "/sso") {
		t.Error("it is offered where the lender has none")
	}
	if g := b.post(page+"/sso", "called", "lin.wei17"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("and done: %d", g.code)
	}
	h.gate.SSO = signin.NewSSO(signin.SSOConfig{Issuer: "http://127.0.0.1:1", Plain: true})
	for _, bad := range []string{"", "   "} {
		if g := b.post(page+"/sso", "called", bad); g.code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", bad, g.code)
		}
	}
	if g := b.post(page+"/sso", "called", "Lin.Wei17"); g.code != http.StatusOK || g.path != page || len(h.deeds("sso_allowed")) != 1 {
		t.Fatalf("%d %s %s", g.code, g.path, plain(g.text))
	}
	h.hire("wu21", access.Grant{Role: access.Viewer})
	other := "/console/users/" + strconv.FormatInt(idOf(h, "wu21"), 10)
	if g := b.post(other+"/sso", "called", "lin.wei17 "); g.code != http.StatusUnprocessableEntity {
		t.Errorf("one name for two: %d", g.code)
	}
	if g := b.post(other+"/sso", "called", "wu", "alone", "1"); g.code != http.StatusOK || len(h.deeds("sso_alone")) != 1 {
		t.Errorf("%d", g.code)
	}
	if g := h.browser().post("/console/sign-in", "login", "wu21", "password", password); g.path != "/console/sign-in" {
		t.Errorf("by the password: %s", g.path)
	}
	if g := b.post(page + "/sso-end"); g.code != http.StatusOK || len(h.deeds("sso_forbidden")) != 1 {
		t.Errorf("%d", g.code)
	}
	if g := h.browser().get("/console/sso"); g.code != http.StatusServiceUnavailable || !strings.Contains(g.text, `name="password"`) {
		t.Errorf("it does not answer, and nobody is told what to do: %d", g.code)
	}
	if g := h.browser().get("/console/sso/back?state=x&code=y"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("sent back from nowhere: %d", g.code)
	}
}

// TestSSOInABrowser: somebody goes to the lender's own sign-in and comes back, in both languages: straight in where two factors were seen there, else by
// way of ours. The administrator's page of it, and what is said to who has no account, are looked at.
func TestSSOInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t)
	idp := h.housed()
	p := openScreen(t, h)
	p.wide(1280)
	p.scripts(false)
	chief := h.hire("chief", access.Grant{Role: access.Administrator})
	for _, c := range []struct{ lang, login, called, allowed, none, down string }{
		{"zh", "lin41", "lin.ceshi41", "首次登录", "没有可用的账户", "暂时无法连接"},
		{"en", "lin42", "testa.42", "within seven days", "no account here", "cannot be reached"},
	} {
		name := func(s string) string { return c.lang + "-sso-" + s }
		come := func(both bool) {
			t.Helper()
			idp.QueueUser(staffID{&mockoidc.MockUser{Subject: "number of " + c.called, PreferredUsername: c.called}, both})
			p.open("/console/sign-in")
			p.press(`a[href="/console/sso"]`)
		}
		p.open("/console/sign-in?lang=" + c.lang)
		p.look(name("sign-in"))
		come(true)
		p.want("/console/sso/back", c.none)
		p.look(name("none"))
		h.hire(c.login, access.Grant{Role: access.Supervisor})
		p.enter(chief)
		page := "/console/users/" + strconv.FormatInt(idOf(h, c.login), 10)
		p.open(page)
		p.look(name("user"))
		p.write("#called", c.called)
		p.press(`form[action$="/sso"] button`)
		p.want(page, c.allowed)
		p.look(name("allowed"))
		p.press("header .quiet")
		come(true)
		p.goesOn("/console/today")
		p.want("/console/today", "cards")
		p.press("header .quiet")
		come(false)
		p.goesOn("/console/second")
		p.write("#code", h.users[c.login].codes[0])
		p.press("main button")
		p.want("/console/today", "cards")
		p.press("header .quiet")
		there := h.gate.SSO
		h.gate.SSO = signin.NewSSO(signin.SSOConfig{Issuer: "http://127.0.0.1:1", Plain: true})
		p.press(`a[href="/console/sso"]`)
		p.want("/console/sso", c.down)
		p.look(name("down"))
		h.gate.SSO = there
	}
}

// goesOn waits for a page that opens by itself.
func (p *screen) goesOn(path string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	at, err := "", error(nil)
	for at != path {
		if ctx.Err() != nil {
			p.t.Fatalf("it stays at %q: %v", at, err)
		}
		at, err = chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname")) // which fails where one page goes and the next is not there yet
	}
}
