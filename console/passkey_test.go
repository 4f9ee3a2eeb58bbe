package console_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/signin"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/authenticator"
)

// named gives the house's console a name that browsers keep passkeys for.
func (h *house) named() *house {
	h.t.Helper()
	h.URL = strings.Replace(h.URL, "127.0.0.1", "localhost", 1)
	var err error
	h.gate.Passkeys, err = signin.NewPasskeys(h.URL)
	must(h.t, err)
	return h
}

// TestPasskeyForms: a passkey is added on one's own page by who has shown that it is they, signs in without it, and is removed; a refusal is said in
// words. Where the console has no name there is no form for any.
func TestPasskeyForms(t *testing.T) {
	h := newHouse(t)
	u := h.hire("lin17", access.Grant{Role: access.Viewer})
	if g := h.inside(u).get("/console/me"); strings.Contains(g.text, "data-passkey") || !strings.Contains(g.text, "console.address") {
		t.Error("a passkey may be added where browsers keep none, or nobody is told why not")
	}
	if g := h.browser().post("/console/passkey/ask"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("asked where there are none: %d", g.code)
	}
	h.named()
	b := h.inside(u)
	k := &authenticator.Device{Origin: h.URL, RP: "localhost", Verifies: true}
	h.later(store.ProofWithin)
	if g := b.post("/console/passkeys/ask"); g.code != http.StatusUnprocessableEntity || !json.Valid([]byte(g.text)) {
		t.Errorf("an open screen: %d %s", g.code, g.text)
	}
	if g := b.post("/console/me/prove", "password", "not the password"); g.code != http.StatusUnprocessableEntity {
		t.Errorf("%d", g.code)
	}
	b.post("/console/me/prove", "password", password)
	ask := b.post("/console/passkeys/ask")
	if g := b.post("/console/passkeys", "name", "<b>Schlüssel", "credential", k.Make([]byte(ask.text))); g.path != "/console/me" || !strings.Contains(plain(g.text), "Schlüssel") {
		t.Fatalf("%d %s %s", g.code, g.path, plain(g.text))
	}
	out := h.browser()
	ask = out.post("/console/passkey/ask")
	answer := k.Sign([]byte(ask.text))
	if g := out.post("/console/passkey", "credential", answer); g.path != "/console/today" {
		t.Fatalf("%d %s %s", g.code, g.path, plain(g.text))
	}
	if g := h.browser().post("/console/passkey", "credential", answer); g.code != http.StatusUnprocessableEntity || g.path != "/console/passkey" {
		t.Errorf("the same answer from another browser: %d %s", g.code, g.path)
	}
	if g := b.post("/console/passkeys/1/remove"); g.path != "/console/me" || g.code != http.StatusOK || strings.Contains(g.text, "Schlüssel") {
		t.Errorf("%d %s", g.code, g.path)
	}
	if g := b.post("/console/passkeys/1/remove"); g.code != http.StatusNotFound {
		t.Errorf("one that is not there: %d", g.code)
	}
}

// device puts a device into the browser that holds passkeys and knows who holds it.
func (p *screen) device() webauthn.AuthenticatorID {
	p.t.Helper()
	id, err := chromedp.Run(p.ctx, func(ctx context.Context, tab *chromedp.Target) (webauthn.AuthenticatorID, error) {
		if _, err := cdp.Call(ctx, tab, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return "", err
		}
		made, err := cdp.Call(ctx, tab, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
			IsUserVerified: true, AutomaticPresenceSimulation: true, DefaultBackupEligibility: true, DefaultBackupState: true,
		}})
		return made.AuthenticatorID, err
	})
	must(p.t, err)
	return id
}

// told tells the device something.
func told[T any](p *screen, c cdp.Command[T, cdp.Empty], what T) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, c, what)
		return err
	}))
}

// TestPasskeyInABrowser: somebody new takes a passkey for their second factor, comes in by it alone and after the password, in both
// languages; a device that does not know who holds it, and one that signs wrongly, let nobody in.
func TestPasskeyInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t).named()
	p := openScreen(t, h)
	p.wide(1280)
	for _, c := range []struct{ lang, login, key, wrong, last, unfinished string }{
		{"zh", "lin31", "办公室电脑", "不能登录", "唯一可用的二次验证", "没有完成"},
		{"en", "lin32", "Office laptop", "did not let you in", "the only second factor", "not finished"},
	} {
		name := func(s string) string { return c.lang + "-passkey-" + s }
		look := func(s string) { t.Helper(); p.look(name(s)); p.scripts(true) }
		id := p.device()
		_, given, err := h.gate.Add(t.Context(), c.login, access.Grants{{Role: access.Supervisor}}, "administrator:1")
		must(t, err)
		p.open("/console/sign-in?lang=" + c.lang)
		look("sign-in")
		p.write("#login", c.login)
		p.write("#password", given)
		p.press("main button")
		p.write("#password", password)
		p.write("#again", password)
		p.press("main button")
		look("factor")
		p.write("#name", c.key)
		p.press("form[data-passkey] button")
		look("recovery")
		p.press("main a.button")
		p.press("header .user a")
		p.want("/console/me", c.key)
		look("me")
		p.press(`form[action$="/remove"] button`)
		p.want(eval[string](p, "location.pathname"), c.last)
		p.press("header .quiet")
		p.press("form[data-passkey] button")
		p.want("/console/today", "cards")
		p.press("header .quiet")
		p.write("#login", c.login)
		p.write("#password", password)
		p.press("main button")
		look("second")
		p.press("form[data-passkey] button")
		p.want("/console/today", "cards")
		p.press("header .quiet")
		bad := true
		told(p, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: id, IsBogusSignature: &bad})
		p.press("form[data-passkey] button")
		p.want("/console/passkey", c.wrong)
		look("wrong")
		told(p, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: id})
		told(p, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: id})
		p.do(chromedp.Click("form[data-passkey] button"), chromedp.WaitVisible("form[data-passkey] .wrong"))
		p.want("/console/passkey", c.unfinished)
		told(p, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: id})
	}
}
