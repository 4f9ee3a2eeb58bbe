package signin

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/dulyhq/duly/store"
)

// Passkeys are the keys that devices hold for the console's address, by WebAuthn. Nil: there are none.
type Passkeys struct{ web *webauthn.WebAuthn }

// ErrAddress says that browsers keep no passkey for an address.
var ErrAddress = errors.New("signin: browsers keep passkeys for a name that is reached by https, or for localhost, and for no bare number")

// NewPasskeys returns those of the console's address, such as https://duly.bank.internal: a browser signs for that host and tells the
// address that it was shown, so that another site's signature is worth nothing here.
func NewPasskeys(address string) (*Passkeys, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, ErrAddress
	}
	host := u.Hostname()
	if net.ParseIP(host) != nil || u.Scheme != "https" && (u.Scheme != "http" || host != "localhost" && !strings.HasSuffix(host, ".localhost")) {
		return nil, ErrAddress
	}
	web, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: Issuer, RPOrigins: []string{u.Scheme + "://" + u.Host}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	return &Passkeys{web}, nil
}

// Address is where browsers use them; empty: nowhere.
func (p *Passkeys) Address() string {
	if p == nil {
		return ""
	}
	return p.web.Config.RPOrigins[0]
}

// What a challenge is for: one for another purpose is worth nothing.
const (
	toAdd    = "passkey/add"    // a new one
	toFollow = "passkey/second" // the second factor, after the password
	toEnter  = "passkey/alone"  // both factors: the device has asked who holds it
	toProve  = "passkey/prove"  // that it is still they who are in
)

// An owner is somebody as WebAuthn's library wants to see them.
type owner struct {
	handle []byte
	login  string
	keys   []webauthn.Credential
}

func (o *owner) WebAuthnID() []byte                         { return o.handle }
func (o *owner) WebAuthnName() string                       { return o.login }
func (o *owner) WebAuthnDisplayName() string                { return o.login }
func (o *owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

// owner is somebody with the passkeys that let them in.
func (g *Gate) owner(p *store.Staffer, keys []store.Passkey) *owner {
	o := &owner{handle: g.Store.StaffHandle(p.ID), login: p.Login}
	for i := range keys {
		if k := &keys[i]; k.StoppedAt.IsZero() {
			c := webauthn.Credential{ID: k.Credential, PublicKey: k.Public, Flags: webauthn.CredentialFlags{BackupEligible: k.Eligible, BackupState: k.Backed}}
			c.Authenticator.SignCount = k.Counter
			for _, t := range k.Transports {
				c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
			}
			o.keys = append(o.keys, c)
		}
	}
	return o
}

// OfferPasskey returns what a browser is asked to make a passkey of, as JSON. Who is inside already has to have shown that it is they,
// else store.ErrProof: an open screen is no leave to put one's own key to it.
func (g *Gate) OfferPasskey(ctx context.Context, s *store.StaffSession, cookie string) ([]byte, error) {
	if g.Passkeys == nil || s.Given || !s.Inside && s.HasFactor() {
		return nil, ErrWrong
	}
	if s.Inside && !s.Proven(g.Wire()) {
		return nil, store.ErrProof
	}
	keys, err := g.Store.Passkeys(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	o := g.owner(&s.Staffer, keys)
	c, _, err := g.Passkeys.web.BeginRegistration(o, func(r *protocol.PublicKeyCredentialCreationOptions) error {
		r.Challenge = g.Store.Challenge(toAdd, cookie, g.Wire())
		r.CredentialExcludeList = webauthn.Credentials(o.keys).CredentialDescriptors()
		r.Timeout = int(store.ChallengeWithin.Milliseconds())
		return nil
	})
	return asJSON(c, err)
}

func asJSON(v any, err error) ([]byte, error) {
	if err != nil {
		return nil, fmt.Errorf("signin: passkey: %w", err)
	}
	return json.Marshal(v)
}

// AddPasskey keeps the passkey that a browser has made, under a name. Where it is somebody's first second factor it lets them in, under
// the cookie next, and recovery codes are told this once; else both are empty.
func (g *Gate) AddPasskey(ctx context.Context, s *store.StaffSession, cookie, answer, name string) (next string, recovery []string, err error) {
	if g.Passkeys == nil || s.Given || !s.Inside && s.HasFactor() {
		return "", nil, ErrWrong
	}
	p, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return "", nil, ErrWrong
	}
	challenge := p.Response.CollectedClientData.Challenge
	if _, err := g.took(ctx, toAdd, cookie, challenge, store.ChallengeWithin); err != nil {
		return "", nil, err
	}
	o := g.owner(&s.Staffer, nil)
	made, err := g.Passkeys.web.CreateCredential(o, webauthn.SessionData{
		Challenge: challenge, UserID: o.handle, UserVerification: protocol.VerificationPreferred, CredParams: webauthn.CredentialParametersDefault(),
	}, p)
	if err != nil {
		return "", nil, ErrWrong
	}
	k := store.Passkey{
		Staff: s.ID, Name: name, Credential: made.ID, Public: made.PublicKey, Eligible: made.Flags.BackupEligible, Backed: made.Flags.BackupState, Counter: made.Authenticator.SignCount,
	}
	for _, t := range made.Transport {
		k.Transports = append(k.Transports, string(t))
	}
	first := !s.Inside
	var codes []string
	if first {
		codes, recovery = recoverySet()
	}
	if err := g.Store.AddPasskey(ctx, &k, first, codes, cookie, g.Wire()); err != nil || !first {
		return "", nil, err
	}
	next = rand.Text()
	return next, recovery, g.Store.EnrolledStaff(ctx, s.ID, cookie, next, g.Wire())
}

// took takes back a challenge no older than within, and returns it. It is spent whatever comes of the answer.
func (g *Gate) took(ctx context.Context, purpose, cookie, challenge string, within time.Duration) ([]byte, error) {
	raw, err := base64.RawURLEncoding.DecodeString(challenge)
	if err != nil {
		return nil, ErrWrong
	}
	if err = g.Store.TakeChallenge(ctx, purpose, cookie, raw, within, g.Wire()); errors.Is(err, store.ErrNotFound) {
		err = ErrWrong
	}
	return raw, err
}

// AskSecond returns what a browser is asked to sign with a passkey after the password, as JSON.
func (g *Gate) AskSecond(ctx context.Context, s *store.StaffSession, cookie string) ([]byte, error) {
	if s.Inside {
		return nil, ErrWrong
	}
	return g.askOne(ctx, s, cookie, toFollow, protocol.VerificationDiscouraged)
}

// askOne asks for a signature of one of somebody's passkeys.
func (g *Gate) askOne(ctx context.Context, s *store.StaffSession, cookie, purpose string, uv protocol.UserVerificationRequirement) ([]byte, error) {
	if g.Passkeys == nil || s.Given {
		return nil, ErrWrong
	}
	keys, err := g.Store.Passkeys(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	o := g.owner(&s.Staffer, keys)
	if len(o.keys) == 0 {
		return nil, ErrWrong
	}
	c, _, err := g.Passkeys.web.BeginLogin(o, g.asking(purpose, cookie, uv))
	return asJSON(c, err)
}

func (g *Gate) asking(purpose, cookie string, uv protocol.UserVerificationRequirement) webauthn.LoginOption {
	return func(r *protocol.PublicKeyCredentialRequestOptions) error {
		r.Challenge = g.Store.Challenge(purpose, cookie, g.Wire())
		r.UserVerification = uv
		r.Timeout = int(store.ChallengeWithin.Milliseconds())
		return nil
	}
}

// SecondByPasskey looks at what a passkey has signed after the password, and lets in: under the cookie that it returns.
func (g *Gate) SecondByPasskey(ctx context.Context, s *store.StaffSession, cookie, answer, source string) (next string, err error) {
	if g.Passkeys == nil || s.Given || s.Inside {
		return "", ErrWrong
	}
	try, err := g.Store.MayTry(ctx, s.Login, source, store.KnockFactor, g.Wire())
	if err != nil {
		return "", err
	}
	p, k, err := g.signed(ctx, toFollow, cookie, answer, protocol.VerificationDiscouraged)
	if err != nil {
		return "", err
	}
	if p.ID != s.ID {
		return "", ErrWrong
	}
	return g.enterBy(ctx, k, cookie, try)
}

// AskPasskey returns what a browser is asked to sign with a passkey alone, as JSON, and the cookie that has to come back with it.
func (g *Gate) AskPasskey() (ask []byte, knock string, err error) {
	if g.Passkeys == nil {
		return nil, "", ErrWrong
	}
	knock = rand.Text()
	c, _, err := g.Passkeys.web.BeginDiscoverableLogin(g.asking(toEnter, knock, protocol.VerificationRequired))
	ask, err = asJSON(c, err)
	return ask, knock, err
}

// EnterByPasskey looks at what a passkey has signed, and lets in who it belongs to: the device has asked who holds it, so that it is two
// factors. knock is the cookie of AskPasskey.
func (g *Gate) EnterByPasskey(ctx context.Context, knock, answer, source string) (cookie string, err error) {
	if g.Passkeys == nil {
		return "", ErrWrong
	}
	try, err := g.Store.MayTry(ctx, "", source, store.KnockStranger, g.Wire())
	if err != nil {
		return "", err
	}
	p, k, err := g.signed(ctx, toEnter, knock, answer, protocol.VerificationRequired)
	if err != nil {
		return "", err
	}
	if p.Given || p.SSOAlone {
		return "", ErrWrong
	}
	return g.enterBy(ctx, k, "", try)
}

// enterBy lets in by a passkey whose signature was found right.
func (g *Gate) enterBy(ctx context.Context, k *signed, cookie string, try int64) (next string, err error) {
	next = rand.Text()
	err = g.Store.EnterByPasskey(ctx, &k.Passkey, k.counter, k.backed, cookie, next, g.Wire())
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrPasskeyStopped) {
		return "", errors.Join(ErrWrong, err)
	}
	if err != nil {
		return "", err
	}
	return next, g.Store.Passed(ctx, try)
}

// signed is a passkey with what its device has just said of it.
type signed struct {
	store.Passkey
	counter uint32
	backed  bool
}

// signed looks at an answer: of a challenge of ours that was held by this cookie and is spent with this, by a passkey that we know, for
// our host, from our address, and with its owner's presence.
func (g *Gate) signed(ctx context.Context, purpose, cookie, answer string, uv protocol.UserVerificationRequirement) (*store.Staffer, *signed, error) {
	a, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, nil, ErrWrong
	}
	challenge := a.Response.CollectedClientData.Challenge
	if _, err := g.took(ctx, purpose, cookie, challenge, store.ChallengeWithin); err != nil {
		return nil, nil, err
	}
	k, err := g.Store.PasskeyOf(ctx, a.RawID)
	if err == nil && !k.StoppedAt.IsZero() {
		err = store.ErrPasskeyStopped
	}
	var p store.Staffer
	if err == nil {
		p, err = g.Store.StaffByID(ctx, k.Staff)
	}
	if err == nil && !p.Comes() {
		err = store.ErrNotFound
	}
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrPasskeyStopped) {
		return nil, nil, errors.Join(ErrWrong, err)
	}
	if err != nil {
		return nil, nil, err
	}
	o := g.owner(&p, []store.Passkey{k})
	in := webauthn.SessionData{Challenge: challenge, UserVerification: uv}
	if purpose == toEnter {
		_, _, err = g.Passkeys.web.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return o, nil }, in, a)
	} else {
		in.UserID, in.AllowedCredentialIDs = o.handle, [][]byte{k.Credential}
		_, err = g.Passkeys.web.ValidateLogin(o, in, a)
	}
	if err != nil {
		return nil, nil, ErrWrong
	}
	data := &a.Response.AuthenticatorData
	return &p, &signed{k, data.Counter, data.Flags.HasBackupState()}, nil
}
