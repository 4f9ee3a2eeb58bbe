package signin

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
)

// A staffID is somebody at the lender's own sign-in, with what its token says beside what it has to.
type staffID struct {
	*mockoidc.MockUser
	more map[string]any
}

// Claims are those of the token. Nil takes one out.
func (u staffID) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	b, err := json.Marshal(base)
	if err != nil {
		return nil, err
	}
	m := jwt.MapClaims{}
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, err
	}
	m["preferred_username"] = u.PreferredUsername
	for k, v := range u.more {
		m[k] = v
	}
	return m, nil
}

// housed is a door with a sign-in of the lender's own, which lin.wei17 may come in by as lin17.
func housed(t *testing.T) (*door, *mockoidc.MockOIDC) {
	t.Helper()
	d := keyed(t)
	idp, err := mockoidc.Run()
	must(t, err)
	t.Cleanup(func() { _ = idp.Shutdown() })
	mockoidc.NowFunc = d.Wire
	d.SSO = NewSSO(SSOConfig{
		Issuer: idp.Issuer(), ClientID: idp.ClientID, Secret: idp.ClientSecret, Back: console + SSOBack, Claim: "preferred_username", ACR: []string{"gold"}, AMR: []string{"mfa"}, Plain: true,
	})
	return d, idp
}

func (d *door) allows(login, claim string, alone bool) int64 {
	d.t.Helper()
	p, err := d.Store.StaffByLogin(d.t.Context(), login)
	must(d.t, err)
	must(d.t, d.Store.AllowSSO(d.t.Context(), p.ID, d.SSO.Issuer, claim, alone, "administrator:1", d.Wire()))
	return p.ID
}

// goes lets somebody sign in there, and returns with what they are sent back.
func (d *door) goes(idp *mockoidc.MockOIDC, subject, name string, more map[string]any) (knock string, back url.Values) {
	d.t.Helper()
	idp.QueueUser(staffID{&mockoidc.MockUser{Subject: subject, PreferredUsername: name}, more})
	to, knock, err := d.AskSSO(d.t.Context())
	must(d.t, err)
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, to, nil)
	must(d.t, err)
	resp, err := (&http.Transport{}).RoundTrip(r)
	must(d.t, err)
	_ = resp.Body.Close()
	at, err := resp.Location()
	must(d.t, err)
	if !strings.HasPrefix(at.String(), console+SSOBack+"?") {
		d.t.Fatalf("sent to %s", at)
	}
	return knock, at.Query()
}

func (d *door) comes(idp *mockoidc.MockOIDC, subject, name string, more map[string]any) (string, error) {
	d.t.Helper()
	knock, back := d.goes(idp, subject, name, more)
	return d.EnterBySSO(d.t.Context(), knock, back, "192.0.2.1")
}

// TestSSO: whom an administrator allowed comes in by what they are called the first time and by their number from then on; our second
// factor follows unless the token says that there were two. Whoever came so is asked for no password.
func TestSSO(t *testing.T) {
	d, idp := housed(t)
	d.hired("wu21")
	_, _, err := d.Add(t.Context(), "lin17", access.Grants{{Role: access.Viewer}}, "administrator:1")
	must(t, err)
	if _, err := d.comes(idp, "n1", "Lin.Wei17", nil); !errors.Is(err, ErrNoAccount) || !errors.Is(err, ErrWrong) {
		t.Errorf("nobody allowed them: %v", err)
	}
	id := d.allows("lin17", "lin.wei17", false)
	in, err := d.comes(idp, "n1", " Lin.Wei17", map[string]any{"amr": []string{"pwd", "mfa"}})
	must(t, err)
	if s := d.session(in); !s.Inside || s.Login != "lin17" || s.Given || !s.Bound {
		t.Errorf("%+v", s)
	}
	if in, err = d.comes(idp, "n1", "renamed", map[string]any{"acr": "gold"}); err != nil || !d.session(in).Inside {
		t.Errorf("by the number, under another name: %v", err)
	}
	half, err := d.comes(idp, "n1", "renamed", map[string]any{"amr": []string{"pwd"}, "acr": "silver"})
	must(t, err)
	s := d.session(half)
	if s.Inside || s.Given {
		t.Fatalf("one factor is two: %+v", s)
	}
	_, err = d.Offer(t.Context(), s)
	must(t, err)
	next, codes, err := d.Enrol(t.Context(), d.session(half), half, d.code(d.session(half)), "192.0.2.1")
	must(t, err)
	if !d.session(next).Inside || len(codes) != 10 || d.session(next).Given {
		t.Error("our second factor does not follow")
	}
	if _, err := d.comes(idp, "n2", "lin.wei17", nil); !errors.Is(err, ErrNoAccount) {
		t.Errorf("another who is now called so: %v", err)
	}
	must(t, d.Store.LockStaff(t.Context(), id, "administrator:1", d.Wire()))
	if _, err := d.comes(idp, "n1", "lin.wei17", nil); !errors.Is(err, ErrNoAccount) {
		t.Errorf("somebody who is locked: %v", err)
	}
	for what, n := range map[string]int{"sso_allowed": 1, "sso_bound": 1} {
		if got := d.deeds(what); got != n {
			t.Errorf("%s is in the audit %d times", what, got)
		}
	}
}

// TestSSOForged: a token for another, of another, of another time or another browser lets nobody in, nor does what is sent twice.
func TestSSOForged(t *testing.T) {
	d, idp := housed(t)
	d.hired("lin17")
	d.allows("lin17", "lin.wei17", false)
	for why, more := range map[string]map[string]any{
		"another nonce": {"nonce": "of another time"}, "no nonce": {"nonce": ""}, "another audience": {"aud": "somebody else"}, "expired": {"exp": d.Wire().Add(-time.Second).Unix()},
		"another issuer": {"iss": "https://login.bank.example"}, "nobody": {"sub": ""}, "for another of two": {"aud": []string{idp.ClientID, "x"}},
		"through another": {"azp": "x"}, "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
	} {
		if _, err := d.comes(idp, "n1", "lin.wei17", more); !errors.Is(err, ErrWrong) {
			t.Errorf("%s: %v", why, err)
		}
	}
	enter := func(knock string, back url.Values) error {
		_, err := d.EnterBySSO(t.Context(), knock, back, "198.51.100.1")
		return err
	}
	refused := func(why string, err error) {
		t.Helper()
		if !errors.Is(err, ErrWrong) || errors.Is(err, ErrNoAccount) {
			t.Errorf("%s: %v", why, err)
		}
	}
	knock, back := d.goes(idp, "n1", "lin.wei17", nil)
	refused("without the cookie", enter("", back))
	refused("in another browser", enter("another", back))
	must(t, enter(knock, back))
	refused("a second time", enter(knock, back))
	knock, back = d.goes(idp, "n1", "lin.wei17", nil)
	back.Set("iss", "https://login.bank.example")
	refused("sent back by another issuer", enter(knock, back))
	knock, back = d.goes(idp, "n1", "lin.wei17", nil)
	_, other := d.goes(idp, "n1", "lin.wei17", nil)
	back.Set("code", other.Get("code"))
	refused("with the code of another time", enter(knock, back))
	knock, back = d.goes(idp, "n1", "lin.wei17", nil)
	back.Set("code", "guessed")
	refused("with a code that was guessed", enter(knock, back))
	knock, back = d.goes(idp, "n1", "lin.wei17", nil)
	d.later(SSOWithin)
	refused("too late", enter(knock, back))
	ask, knock, err := d.AskPasskey()
	must(t, err)
	var o struct{ PublicKey struct{ Challenge string } }
	must(t, json.Unmarshal(ask, &o))
	refused("with a passkey's challenge", enter(knock, url.Values{"state": {o.PublicKey.Challenge}, "code": {"x"}}))
	knock, back = d.goes(idp, "n1", "lin.wei17", nil)
	d.SSO.client.Transport = forger{d.SSO.client.Transport}
	refused("with a signature that is not the issuer's", enter(knock, back))
}

// A forger writes another name into the token on its way.
type forger struct{ http.RoundTripper }

// RoundTrip lets everything else be.
func (f forger) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := f.RoundTripper.RoundTrip(r)
	if err != nil || r.Method != http.MethodPost {
		return resp, err
	}
	var token map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&token); err != nil {
		return nil, err
	}
	parts := strings.Split(token["id_token"].(string), ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	parts[1] = base64.RawURLEncoding.EncodeToString(bytes.Replace(claims, []byte("lin.wei17"), []byte("ann"), 1))
	token["id_token"] = strings.Join(parts, ".")
	b, err := json.Marshal(token)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	return resp, err
}

// TestSSOAlone: whoever may come in by it alone comes in by no password and no passkey, and the last administrator who needs no other
// system stays one. What was allowed and not used in a week is over, and one name is one account's.
func TestSSOAlone(t *testing.T) {
	d, idp := housed(t)
	cookie, _ := d.hired("lin17")
	k := device()
	d.adds(cookie, k)
	d.allows("lin17", "lin.wei17", true)
	if _, err := d.Store.StaffSession(t.Context(), cookie, d.Wire()); !errors.Is(err, store.ErrNotFound) {
		t.Error("a session of before goes on")
	}
	if _, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1"); !errors.Is(err, ErrWrong) {
		t.Errorf("by the password: %v", err)
	}
	if _, err := d.alone(k); !errors.Is(err, ErrWrong) {
		t.Errorf("by a passkey: %v", err)
	}
	half, err := d.comes(idp, "n1", "lin.wei17", nil)
	must(t, err)
	ask, err := d.AskSecond(t.Context(), d.session(half), half)
	must(t, err)
	if _, err := d.SecondByPasskey(t.Context(), d.session(half), half, k.Sign(ask), "192.0.2.1"); err != nil {
		t.Errorf("a passkey as the second factor: %v", err)
	}
	ann, _, err := d.Add(t.Context(), "ann", access.Grants{{Role: access.Administrator}}, "test:1")
	must(t, err)
	if err := d.Store.AllowSSO(t.Context(), ann, d.SSO.Issuer, "ann", true, "test:1", d.Wire()); !errors.Is(err, store.ErrLastAdministrator) {
		t.Errorf("nobody comes in any more when the other system is down: %v", err)
	}
	if err := d.Store.AllowSSO(t.Context(), ann, d.SSO.Issuer, "lin.wei17", false, "test:1", d.Wire()); !errors.Is(err, store.ErrSubjectTaken) {
		t.Errorf("one name, two accounts: %v", err)
	}
	d.allows("ann", "ann", false)
	d.later(store.SSOWithin)
	if _, err := d.comes(idp, "n9", "ann", nil); !errors.Is(err, ErrNoAccount) {
		t.Errorf("a week later: %v", err)
	}
	must(t, d.Store.ForbidSSO(t.Context(), d.session(must2(d.comes(idp, "n1", "x", nil))(t)).ID, "test:1", d.Wire()))
	if _, err := d.comes(idp, "n1", "lin.wei17", nil); !errors.Is(err, ErrNoAccount) {
		t.Errorf("taken away: %v", err)
	}
	if _, err := d.Enter(t.Context(), "lin17", chosen, "192.0.2.1"); err != nil {
		t.Errorf("and the password is one again: %v", err)
	}
	if err := d.Store.ForbidSSO(t.Context(), ann+100, "test:1", d.Wire()); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

func must2[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// TestSSOByEmail: an address counts where the issuer says that it is theirs.
func TestSSOByEmail(t *testing.T) {
	d, idp := housed(t)
	d.SSO.Claim = "email"
	d.hired("lin17")
	d.allows("lin17", "lin17@bank.example", false)
	for _, verified := range []any{false, nil, "no"} {
		if _, err := d.comes(idp, "n1", "x", map[string]any{"email": "lin17@bank.example", "email_verified": verified}); !errors.Is(err, ErrNoAccount) {
			t.Errorf("verified %v: %v", verified, err)
		}
	}
	if _, err := d.comes(idp, "n1", "x", map[string]any{"email": "LIN17@bank.example", "email_verified": true}); err != nil {
		t.Error(err)
	}
	d.hired("wu21")
	if _, err := d.comes(idp, "n2", "", map[string]any{"email_verified": true}); !errors.Is(err, ErrNoAccount) {
		t.Errorf("without any name: %v", err)
	}
}

// TestSSODown: nobody waits for ever, and it is asked again when it is back.
func TestSSODown(t *testing.T) {
	d, idp := housed(t)
	d.hired("lin17")
	d.allows("lin17", "lin.wei17", false)
	there := d.SSO.Issuer
	d.SSO.Issuer = "http://127.0.0.1:1"
	if _, _, err := d.AskSSO(t.Context()); !errors.Is(err, ErrSSODown) {
		t.Errorf("%v", err)
	}
	d.SSO.Issuer = there
	d.SSO.Plain = false
	if _, _, err := d.AskSSO(t.Context()); !errors.Is(err, ErrSSODown) {
		t.Errorf("without https: %v", err)
	}
	d.SSO.Plain = true
	knock, back := d.goes(idp, "n1", "lin.wei17", nil)
	idp.QueueError(&mockoidc.ServerError{Code: http.StatusServiceUnavailable})
	if _, err := d.EnterBySSO(t.Context(), knock, back, "192.0.2.1"); !errors.Is(err, ErrSSODown) {
		t.Errorf("%v", err)
	}
	if _, err := d.comes(idp, "n1", "lin.wei17", nil); err != nil {
		t.Error(err)
	}
}
