package console_test

import (
	"encoding/base32"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/test/authenticator"
)

var offered = regexp.MustCompile(`(?s)<code>([A-Z2-7 ]+)</code>.*name="offer" value="([^"]+)"`)

// offerOf reads the secret of a new app from its page, and what has to come back with a code of it.
func offerOf(t *testing.T, page string) (secret []byte, offer string) {
	t.Helper()
	m := offered.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no app is offered: %s", plain(page))
	}
	secret, err := readSecret(m[1])
	must(t, err)
	return secret, html.UnescapeString(m[2])
}

func readSecret(text string) ([]byte, error) {
	return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(text, " ", ""))
}

// later lets real time pass.
func (h *house) later(by time.Duration) { h.wire.Add(int64(by / time.Second)) }

// TestOwnDoor: whatever their role, somebody changes nothing of how they sign in from a screen that was left open, and everything after
// they have shown that it is they: a new app, which ends the old one, new recovery codes, a passkey's name, and its end. They are told of
// it at their next sign-in.
func TestOwnDoor(t *testing.T) {
	h := newHouse(t).named()
	for _, role := range access.Roles() {
		b := h.as(role)
		u := h.users[string(role)]
		ref := "as " + string(role)
		must(t, h.gate.Store.SeeStaffNotes(t.Context(), idOf(h, u.login), h.gate.Wire()))
		k := &authenticator.Device{Origin: h.URL, RP: "localhost", Verifies: true}
		ask := b.post("/console/passkeys/ask")
		b.post("/console/passkeys", "name", "alt", "credential", k.Make([]byte(ask.text)))
		list, err := h.store.Passkeys(t.Context(), idOf(h, u.login))
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %d passkeys, %v", ref, len(list), err)
		}
		at := "/console/passkeys/" + strconv.FormatInt(list[0].ID, 10)
		h.later(store.ProofWithin)
		for _, path := range []string{"/console/me/codes", "/console/me/app", "/console/me/app/remove", at + "/rename", at + "/remove", "/console/passkeys/ask"} {
			if g := b.post(path, "name", "neu", "code", "000000"); g.code != http.StatusUnprocessableEntity {
				t.Errorf("%s: an open screen: %s %d", ref, path, g.code)
			}
		}
		if g := b.get("/console/me/app"); g.path != "/console/me" || !strings.Contains(g.text, `action="/console/me/prove"`) || strings.Contains(g.text, `action="/console/me/codes"`) {
			t.Errorf("%s: %s", ref, g.path)
		}
		b.post("/console/me/prove", "password", password)
		secret, offer := offerOf(t, b.get("/console/me/app").text)
		g := b.post("/console/me/app", "offer", offer, "code", "000000")
		if again, _ := offerOf(t, g.text); g.code != http.StatusUnprocessableEntity || string(again) != string(secret) {
			t.Errorf("%s: after a wrong code: %d", ref, g.code)
		}
		if g := b.post("/console/me/app", "offer", offer, "code", access.Code(secret, h.gate.Wire())); g.code != http.StatusOK || g.path != "/console/me" {
			t.Errorf("%s: the right one: %d %s", ref, g.code, plain(g.text))
		}
		if g := b.post("/console/me/app", "offer", offer, "code", "000000"); g.path != "/console/me/app" || g.code != http.StatusUnprocessableEntity {
			t.Errorf("%s: an offer that was taken: %d %s", ref, g.code, g.path)
		}
		g = b.post("/console/me/codes")
		codes := regexp.MustCompile(`<code>([a-z2-7-]{14})</code>`).FindAllStringSubmatch(g.text, -1)
		if len(codes) != 10 {
			t.Fatalf("%s: %d recovery codes", ref, len(codes))
		}
		if g := b.post(at+"/rename", "name", "neue Karte"); g.path != "/console/me" || !strings.Contains(plain(g.text), "neue Karte") {
			t.Errorf("%s: %d %s", ref, g.code, plain(g.text))
		}
		if g := b.post(at+"/rename", "name", " "); g.code != http.StatusUnprocessableEntity {
			t.Errorf("%s: no name: %d", ref, g.code)
		}
		if g := b.get("/console/me"); strings.Contains(g.text, "/console/me/seen") {
			t.Errorf("%s: the session that changed it is asked whether they know", ref)
		}
		if g := b.post(at + "/remove"); g.code != http.StatusOK || strings.Contains(g.text, at) {
			t.Errorf("%s: %d", ref, g.code)
		}
		if g := b.post("/console/me/app/remove"); g.code != http.StatusUnprocessableEntity || !strings.Contains(g.text, "唯一可用") || strings.Contains(g.text, `action="/console/me/app/remove"`) {
			t.Errorf("%s: the last second factor is removed: %d", ref, g.code)
		}
		h.later(time.Minute)
		next := h.browser()
		next.post("/console/sign-in", "login", u.login, "password", password)
		if g := next.post("/console/second", "code", u.codes[0]); g.code != http.StatusUnprocessableEntity {
			t.Errorf("%s: an old recovery code: %d", ref, g.code)
		}
		if g := next.post("/console/second", "code", access.Code(secret, h.gate.Wire())); !strings.Contains(g.text, "/console/me#changes") {
			t.Errorf("%s: they are not told: %s", ref, plain(g.text))
		}
		if g := next.post("/console/me/seen"); strings.Contains(g.text, "/console/me#changes") || g.path != "/console/me" {
			t.Errorf("%s: they are told again", ref)
		}
	}
}

// TestOwnDoorInABrowser: who began with a passkey shows by it that it is they, adds an app, changes it, takes new recovery codes and gives
// the passkey another name, in both languages and at both widths.
func TestOwnDoorInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	h := newHouse(t).named()
	p := openScreen(t, h)
	p.wide(1280)
	for _, c := range []struct{ lang, login, proved, app, renamed, changes, unapped string }{
		{"zh", "lin51", "已确认是您本人", "身份验证器已启用", "通行密钥已改名", "更换身份验证器", "身份验证器已移除"},
		{"en", "lin52", "It is you", "is in use", "has its new name", "Changed the authenticator app", "The app is removed"},
	} {
		look := func(s string) { t.Helper(); p.look(c.lang + "-own-" + s); p.scripts(true) }
		id := p.device()
		_, given, err := h.gate.Add(t.Context(), c.login, access.Grants{{Role: access.Viewer}}, "administrator:1")
		must(t, err)
		p.open("/console/sign-in?lang=" + c.lang)
		p.write("#login", c.login)
		p.write("#password", given)
		p.press("main button")
		p.write("#password", password)
		p.write("#again", password)
		p.press("main button")
		p.write("#name", "laptop")
		p.press("form[data-passkey] button")
		p.press("main a.button")
		h.later(store.ProofWithin)
		p.press("header .user a")
		look("unproven")
		p.press(`form[data-passkey="/console/me/prove/ask"] button`)
		p.want("/console/me", c.proved)
		look("proven")
		for range 2 {
			p.press(`a[href="/console/me/app"]`)
			look("app")
			secret, err := readSecret(eval[string](p, `document.querySelector("main code").textContent`))
			must(t, err)
			p.write("#code", access.Code(secret, h.gate.Wire()))
			p.press("main form button")
			p.want("/console/me", c.app)
		}
		p.press(`form[action="/console/me/codes"] button`)
		look("codes")
		p.press("main a.button")
		p.write(`form[action$="/rename"] input`, "laptop 2")
		p.press(`form[action$="/rename"] button`)
		p.want("/console/me", c.renamed)
		p.want("/console/me", c.changes)
		p.press(`form[action="/console/me/app/remove"] button`)
		p.want("/console/me", c.unapped)
		h.later(time.Minute)
		p.press("header .quiet")
		p.press("form[data-passkey] button")
		p.open("/console/me")
		look("told")
		p.press(`form[action="/console/me/seen"] button`)
		p.press("header .quiet")
		told(p, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: id})
	}
}

// TestKeysFollowThePerson: whoever turns keys of one letter off has them off wherever they sign in, and nobody else has.
func TestKeysFollowThePerson(t *testing.T) {
	h := newHouse(t)
	lin, other := h.hire("lin17", access.Grant{Role: access.Collector}), h.as(access.Viewer)
	here := h.inside(lin)
	const off = `data-keys="off"`
	if g := here.get("/console/me"); strings.Contains(g.text, off) {
		t.Error("they are off from the beginning")
	}
	if g := here.post("/console/me/keys", "keys", "off"); g.code != http.StatusOK || !strings.Contains(g.text, off) || !strings.Contains(g.text, "单键快捷键已关闭") {
		t.Errorf("turning them off: %d %s", g.code, plain(g.text))
	}
	there := h.inside(lin)
	if g := there.get("/console/inbox"); !strings.Contains(g.text, off) {
		t.Error("at another device they are on")
	}
	if g := other.get("/console/me"); strings.Contains(g.text, off) {
		t.Error("somebody else has them off")
	}
	there.post("/console/me/keys", "keys", "on")
	if g := here.get("/console/inbox"); strings.Contains(g.text, off) {
		t.Error("they were turned on elsewhere, and are off here")
	}
}
