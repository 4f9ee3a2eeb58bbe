package signin

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
)

// toApp is what the challenge is for that a new app's secret follows from.
const toApp = "app/set"

// AppWithin is how long a secret that was shown waits for a code.
const AppWithin = 15 * time.Minute

// ProveByPassword keeps that somebody who is in has just shown that it is they, by their password. ErrWrong says that it is not right, or
// that they come in by the lender's own sign-in alone and have none.
func (g *Gate) ProveByPassword(ctx context.Context, s *store.StaffSession, cookie, password, source string) error {
	if !s.Inside || s.Given || s.SSOAlone {
		return ErrWrong
	}
	if err := g.knows(ctx, s, password, source); err != nil {
		return err
	}
	return g.Store.Prove(ctx, s.ID, cookie, g.Wire())
}

// AskProof returns what a browser is asked to sign with a passkey of somebody who is in, as JSON: the device has to ask who holds it.
func (g *Gate) AskProof(ctx context.Context, s *store.StaffSession, cookie string) ([]byte, error) {
	if !s.Inside {
		return nil, ErrWrong
	}
	return g.askOne(ctx, s, cookie, toProve, protocol.VerificationRequired)
}

// ProveByPasskey looks at what a passkey has signed, and keeps that it is they.
func (g *Gate) ProveByPasskey(ctx context.Context, s *store.StaffSession, cookie, answer, source string) error {
	if g.Passkeys == nil || s.Given || !s.Inside {
		return ErrWrong
	}
	try, err := g.Store.MayTry(ctx, s.Login, source, store.KnockFactor, g.Wire())
	if err != nil {
		return err
	}
	p, k, err := g.signed(ctx, toProve, cookie, answer, protocol.VerificationRequired)
	if err != nil {
		return err
	}
	if p.ID != s.ID {
		return ErrWrong
	}
	err = g.Store.ProveByPasskey(ctx, &k.Passkey, k.counter, k.backed, cookie, g.Wire())
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrPasskeyStopped) {
		return errors.Join(ErrWrong, err)
	}
	if err != nil {
		return err
	}
	return g.Store.Passed(ctx, try)
}

// OfferApp returns the secret of a new authenticator app for somebody who is in, and what has to come back with the first code. Nothing is
// kept: the secret follows from what comes back and a key of ours. The app that they have, if any, goes on until then. store.ErrProof says
// that they have to show first that it is they.
func (g *Gate) OfferApp(s *store.StaffSession, cookie string) (secret []byte, offer string, err error) {
	if s.Given || !s.Inside || !s.HasFactor() {
		return nil, "", ErrWrong
	}
	if !s.Proven(g.Wire()) {
		return nil, "", store.ErrProof
	}
	c := g.Store.Challenge(toApp, cookie, g.Wire())
	return g.appSecret(c), base64.RawURLEncoding.EncodeToString(c), nil
}

// OfferedApp returns the secret of an offer once more, for who typed a wrong code. ErrWrong says that it is none of ours for them, or too
// old.
func (g *Gate) OfferedApp(s *store.StaffSession, cookie, offer string) (secret []byte, err error) {
	c, err := base64.RawURLEncoding.DecodeString(offer)
	if err != nil || !s.Inside || !g.Store.Challenged(toApp, cookie, c, AppWithin, g.Wire()) {
		return nil, ErrWrong
	}
	return g.appSecret(c), nil
}

// appSecret has 160 bits, as RFC 4226 wishes (4, R6).
func (g *Gate) appSecret(challenge []byte) []byte { return g.Store.Derived(toApp, challenge)[:20] }

// SetApp looks at the first code of a new app, which takes the place of the one that there was. ErrWrong says that the code is not
// right, or the offer; store.ErrProof that they have to show first that it is they.
func (g *Gate) SetApp(ctx context.Context, s *store.StaffSession, cookie, offer, code, source string) error {
	at := g.Wire()
	if !s.Proven(at) {
		return store.ErrProof
	}
	secret, err := g.OfferedApp(s, cookie, offer)
	if err != nil {
		return err
	}
	try, err := g.Store.MayTry(ctx, s.Login, source, store.KnockFactor, at)
	if err != nil {
		return err
	}
	step, ok := access.CheckCode(secret, plain(code), at, 0)
	if !ok {
		return ErrWrong
	}
	if _, err := g.took(ctx, toApp, cookie, offer, AppWithin); err != nil {
		return err
	}
	if err := g.Store.SetApp(ctx, s.ID, secret, step, cookie, at); err != nil {
		return err
	}
	return g.Store.Passed(ctx, try)
}

// RemoveApp takes the authenticator app of somebody who is in away, where a passkey remains that can be used here. store.ErrLastFactor
// says that none does, store.ErrNotFound that they have no app; store.ErrProof as of SetApp.
func (g *Gate) RemoveApp(ctx context.Context, s *store.StaffSession, cookie string) error {
	if s.Given || !s.Inside {
		return ErrWrong
	}
	if g.Passkeys == nil {
		return store.ErrLastFactor
	}
	return g.Store.RemoveApp(ctx, s.ID, cookie, g.Wire())
}

// NewCodes gives somebody other recovery codes, which are told this once, and ends those that they had. store.ErrProof as of SetApp.
func (g *Gate) NewCodes(ctx context.Context, s *store.StaffSession, cookie string) (shown []string, err error) {
	if s.Given || !s.Inside {
		return nil, ErrWrong
	}
	codes, shown := recoverySet()
	if err := g.Store.SetCodes(ctx, s.ID, codes, cookie, g.Wire()); err != nil {
		return nil, err
	}
	return shown, nil
}
