package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/dulyhq/duly/store"
)

// An SSOConfig is the lender's own sign-in, by OpenID Connect.
type SSOConfig struct {
	Issuer   string // its address, as its tokens write it
	ClientID string
	Secret   string
	Back     string   // where it sends people back to: the console's address and SSOBack
	Claim    string   // "preferred_username" or "email": what it calls people, which an administrator writes down
	ACR, AMR []string // what a token has to say, one of these, to count as two factors; empty both: none does
	Plain    bool     // it may be reached without https: on this machine itself
}

// SSOBack is the path that the lender's own sign-in sends people back to.
const SSOBack = "/console/sso/back"

// An SSO is the lender's own sign-in. Nil: there is none.
type SSO struct {
	SSOConfig
	client   *http.Client
	mu       sync.Mutex
	provider *oidc.Provider // nil until it has answered for the first time
}

// ErrSSODown says that the lender's own sign-in does not answer, or not as it should.
var ErrSSODown = errors.New("signin: the lender's own sign-in does not answer")

const (
	ssoAnswers = 10 * time.Second // how long it has to answer
	ssoMost    = 1 << 20          // and with how many bytes
)

// SSOWithin is how long somebody may be at the lender's own sign-in.
const SSOWithin = 15 * time.Minute

// NewSSO returns it. It is asked for nothing until somebody comes in by it.
func NewSSO(c SSOConfig) *SSO {
	return &SSO{SSOConfig: c, client: &http.Client{
		Timeout: ssoAnswers, Transport: shortAnswers{http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// shortAnswers bounds what is read of an answer.
type shortAnswers struct{ http.RoundTripper }

// RoundTrip asks, and lets no more than ssoMost bytes be read.
func (s shortAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, ssoMost), resp.Body}
	}
	return resp, err
}

// discover asks it for its addresses and keys, until it has answered once.
func (s *SSO) discover(ctx context.Context) (*oidc.Provider, error) {
	s.mu.Lock()
	p := s.provider
	s.mu.Unlock() // nobody waits for somebody else's question
	if p != nil {
		return p, nil
	}
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, s.client), s.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSSODown, err)
	}
	for _, at := range []string{p.Endpoint().AuthURL, p.Endpoint().TokenURL} {
		if !s.Plain && !strings.HasPrefix(at, "https://") {
			return nil, fmt.Errorf("%w: %q is not https", ErrSSODown, at)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.provider = p
	return p, nil
}

// oauth says how it is asked. The secret goes in the form where that is offered, else in the header, as the standard has it where nothing
// is said: to try one after the other might spend the code.
func (s *SSO) oauth(p *oidc.Provider) *oauth2.Config {
	at := p.Endpoint()
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	at.AuthStyle = oauth2.AuthStyleInHeader
	if err := p.Claims(&says); err == nil && slices.Contains(says.Methods, "client_secret_post") {
		at.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{ClientID: s.ClientID, ClientSecret: s.Secret, Endpoint: at, RedirectURL: s.Back, Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}
}

// toSSO is what its challenge is for.
const toSSO = "sso"

// derived is a nonce or a verifier of a state: whoever sees the state in an address cannot work it out.
func (g *Gate) derived(what string, state []byte) string {
	return base64.RawURLEncoding.EncodeToString(g.Store.Derived(what, state))
}

// AskSSO returns where the lender's own sign-in is, for this one time, and the cookie that has to come back. ErrSSODown says that it does
// not answer.
func (g *Gate) AskSSO(ctx context.Context) (to, knock string, err error) {
	if g.SSO == nil {
		return "", "", ErrWrong
	}
	p, err := g.SSO.discover(ctx)
	if err != nil {
		return "", "", err
	}
	knock = rand.Text()
	state := g.Store.Challenge(toSSO, knock, g.Wire())
	more := []oauth2.AuthCodeOption{oidc.Nonce(g.derived("nonce", state)), oauth2.S256ChallengeOption(g.derived("verifier", state))}
	if len(g.SSO.ACR) > 0 {
		more = append(more, oauth2.SetAuthURLParam("acr_values", strings.Join(g.SSO.ACR, " ")))
	}
	return g.SSO.oauth(p).AuthCodeURL(base64.RawURLEncoding.EncodeToString(state), more...), knock, nil
}

// EnterBySSO looks at what the lender's own sign-in has sent somebody back with, and returns the cookie of a session: a whole one where the token
// says that two factors were seen, else one that wants ours. ErrWrong says that it proves nobody who may come in.
func (g *Gate) EnterBySSO(ctx context.Context, knock string, sent url.Values, source string) (cookie string, err error) {
	if g.SSO == nil {
		return "", ErrWrong
	}
	try, err := g.Store.MayTry(ctx, "", source, store.KnockStranger, g.Wire())
	if err != nil {
		return "", err
	}
	state, err := g.took(ctx, toSSO, knock, sent.Get("state"), SSOWithin)
	if err != nil {
		return "", err
	}
	if iss := sent.Get("iss"); iss != "" && iss != g.SSO.Issuer || sent.Get("code") == "" {
		return "", ErrWrong // of another issuer (RFC 9207), or it was refused there
	}
	who, err := g.redeem(ctx, sent.Get("code"), state)
	if err != nil {
		return "", err
	}
	cookie = rand.Text()
	err = g.Store.EnterBySSO(ctx, g.SSO.Issuer, who.subject, who.claim, who.both, cookie, g.Wire())
	if errors.Is(err, store.ErrNotFound) {
		return "", errors.Join(ErrWrong, ErrNoAccount)
	}
	if err != nil {
		return "", err
	}
	return cookie, g.Store.Passed(ctx, try)
}

// ErrNoAccount says that the lender's own sign-in knows them, and that no administrator has allowed them here, or not in time.
var ErrNoAccount = errors.New("signin: nobody has allowed them here")

// proved is who a token is of.
type proved struct {
	subject, claim string
	both           bool // it says that two factors were seen
}

// redeem fetches the token that a code stands for, and looks at it: signed by the issuer, of it, for us, not expired, and of this one
// time. Why a token is refused is for nobody outside to know.
func (g *Gate) redeem(ctx context.Context, code string, state []byte) (*proved, error) {
	p, err := g.SSO.discover(ctx)
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, g.SSO.client)
	token, err := g.SSO.oauth(p).Exchange(ctx, code, oauth2.VerifierOption(g.derived("verifier", state)))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode < 500 {
		return nil, ErrWrong
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSSODown, err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.VerifierContext(ctx, &oidc.Config{ClientID: g.SSO.ClientID, Now: g.Wire}).Verify(ctx, raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(g.derived("nonce", state))) != 1 || id.Subject == "" {
		return nil, ErrWrong
	}
	if id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil {
		return nil, ErrWrong
	}
	var c struct {
		Name     string `json:"preferred_username"`
		Email    string `json:"email"`
		Verified any    `json:"email_verified"`
		AZP      string `json:"azp"`
		ACR      string `json:"acr"`
		AMR      any    `json:"amr"`
	}
	if err := id.Claims(&c); err != nil || c.AZP != "" && c.AZP != g.SSO.ClientID || c.AZP == "" && len(id.Audience) > 1 {
		return nil, ErrWrong
	}
	who := &proved{subject: id.Subject, claim: c.Name, both: c.ACR != "" && slices.Contains(g.SSO.ACR, c.ACR) || anyOf(c.AMR, g.SSO.AMR)}
	if g.SSO.Claim == "email" {
		who.claim = ""
		if c.Verified == true || c.Verified == "true" {
			who.claim = c.Email
		}
	}
	who.claim = Called(who.claim)
	return who, nil
}

// Called is what the lender's own sign-in calls somebody, in the form in which it is compared.
func Called(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// anyOf says whether one of the words that a token lists is wanted.
func anyOf(said any, wanted []string) bool {
	list, _ := said.([]any)
	return slices.ContainsFunc(list, func(v any) bool {
		word, ok := v.(string)
		return ok && slices.Contains(wanted, word)
	})
}
