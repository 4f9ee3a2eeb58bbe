// Package signin lets people who work here in at the console: a password, then a second factor; a passkey, which is both; or the lender's
// own sign-in. It keeps nothing itself; how often something may be tried is counted in the store, for all machines together.
package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/store"
)

// A Gate is where people come in. Wire is real time: sessions and second factors know no other.
type Gate struct {
	Store    *store.Store
	Wire     func() time.Time
	Passkeys *Passkeys // nil: nobody comes in by one
	SSO      *SSO      // nil: the lender has no sign-in of its own that we know

	// Cheap lets hashes of passwords cost next to nothing: for tests alone, and no other code may set it.
	Cheap bool
}

// Issuer is what an authenticator app calls us.
const Issuer = "Duly"

// ErrWrong says that a login, a password or a code is not right, and not which of them.
var ErrWrong = errors.New("signin: this is not right")

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,31}$`)

// ErrLogin says what a login has to look like.
var ErrLogin = errors.New("signin: a login has 2 to 32 small letters, digits, dots, hyphens and underscores; a number of staff serves better than a name")

// Add adds somebody and returns the password that they come in with for the first time.
func (g *Gate) Add(ctx context.Context, login string, grants access.Grants, by string) (id int64, password string, err error) {
	if !loginForm.MatchString(login) {
		return 0, "", ErrLogin
	}
	password = firstPassword()
	hash, err := g.cost().hashPassword(ctx, password)
	if err != nil {
		return 0, "", err
	}
	id, err = g.Store.AddStaff(ctx, store.Staffer{Login: login, Password: hash, Given: true, Grants: grants}, by, g.Wire())
	return id, password, err
}

// Reset gives somebody a new first password; the second factor is to be set up anew.
func (g *Gate) Reset(ctx context.Context, id int64, by string) (password string, err error) {
	password = firstPassword()
	hash, err := g.cost().hashPassword(ctx, password)
	if err != nil {
		return "", err
	}
	return password, g.Store.ResetStaff(ctx, id, hash, by, g.Wire())
}

// firstPassword is random: 80 bits in four groups, to be read out or typed.
func firstPassword() string {
	t := strings.ToLower(rand.Text())
	return t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:16]
}

// Enter looks at a login and a password from a place, and returns the cookie of a session that still wants the second factor. ErrWrong
// says that one of them is not right; a *store.TooManyError that nothing is looked at for now.
func (g *Gate) Enter(ctx context.Context, login, password, source string) (cookie string, err error) {
	login = strings.ToLower(strings.TrimSpace(login))
	at := g.Wire()
	try, err := g.Store.MayTry(ctx, login, source, store.KnockPassword, at)
	if err != nil {
		return "", err
	}
	p, err := g.Store.StaffByLogin(ctx, login)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	hash := p.Password
	if err != nil || !p.Comes() || p.SSOAlone {
		hash = g.cost().nobodys() // so that it takes as long as for somebody
	}
	right, err := rightPassword(ctx, hash, password)
	if err != nil {
		return "", err
	}
	if !right || !p.Comes() || p.SSOAlone {
		return "", ErrWrong
	}
	if err := g.Store.Passed(ctx, try); err != nil {
		return "", err
	}
	cookie = rand.Text()
	return cookie, g.Store.StartStaffSession(ctx, p.ID, cookie, at)
}

// Second looks at a code of the second factor, or at a recovery code, and lets in: under the cookie that it returns.
func (g *Gate) Second(ctx context.Context, s *store.StaffSession, cookie, code, source string) (next string, err error) {
	if !s.HasFactor() || s.Given {
		return "", ErrWrong
	}
	at := g.Wire()
	try, err := g.Store.MayTry(ctx, s.Login, source, store.KnockFactor, at)
	if err != nil {
		return "", err
	}
	code = plain(code)
	var p store.Proof2
	if len(code) == recoveryLength {
		p.Recovery = code
	} else if step, ok := access.CheckCode(s.Factor, code, at, s.FactorStep); ok && s.FactorOn {
		p.Step = step
	} else {
		return "", ErrWrong
	}
	next = rand.Text()
	err = g.Store.EnterStaff(ctx, s.ID, p, cookie, next, at)
	if errors.Is(err, store.ErrNotFound) {
		return "", ErrWrong
	}
	if err != nil {
		return "", err
	}
	return next, g.Store.Passed(ctx, try)
}

// plain reads a code as people type it: with spaces and hyphens, in any case, in full-width digits.
func plain(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xff01 && r <= 0xff5e {
			r -= 0xfee0
		}
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, code)
}

// Choose keeps the password that somebody chose for themselves. old is looked at but where the one that they have was given to them
// and they have just come in with it.
func (g *Gate) Choose(ctx context.Context, s *store.StaffSession, cookie, old, password, source string) error {
	if !s.Given {
		if err := g.knows(ctx, s, old, source); err != nil {
			return err
		}
	}
	if err := goodPassword(password, s.Login); err != nil {
		return err
	}
	if same, err := rightPassword(ctx, s.Password, password); err != nil || same {
		return errors.Join(err, ErrSame)
	}
	hash, err := g.cost().hashPassword(ctx, password)
	if err != nil {
		return err
	}
	return g.Store.SetPassword(ctx, s.ID, hash, cookie, g.Wire())
}

// knows looks at the password of somebody who is in.
func (g *Gate) knows(ctx context.Context, s *store.StaffSession, password, source string) error {
	try, err := g.Store.MayTry(ctx, s.Login, source, store.KnockPassword, g.Wire())
	if err != nil {
		return err
	}
	right, err := rightPassword(ctx, s.Password, password)
	if err != nil {
		return err
	}
	if !right {
		return ErrWrong
	}
	return g.Store.Passed(ctx, try)
}

// Offer returns the secret of a second factor that is to be shown to work; it is the same until then.
func (g *Gate) Offer(ctx context.Context, s *store.StaffSession) (secret []byte, err error) {
	if s.HasFactor() {
		return nil, ErrWrong
	}
	if len(s.Factor) > 0 {
		return s.Factor, nil
	}
	secret = make([]byte, 20)
	_, _ = rand.Read(secret) // it never fails
	return secret, g.Store.OfferFactor(ctx, s.ID, secret)
}

// Enrol looks at the first code of a second factor, and lets in with it. The recovery codes are told this once.
func (g *Gate) Enrol(ctx context.Context, s *store.StaffSession, cookie, code, source string) (next string, recovery []string, err error) {
	if s.HasFactor() || len(s.Factor) == 0 || s.Given {
		return "", nil, ErrWrong
	}
	at := g.Wire()
	try, err := g.Store.MayTry(ctx, s.Login, source, store.KnockFactor, at)
	if err != nil {
		return "", nil, err
	}
	step, ok := access.CheckCode(s.Factor, plain(code), at, 0)
	if !ok {
		return "", nil, ErrWrong
	}
	if err := g.Store.Passed(ctx, try); err != nil {
		return "", nil, err
	}
	recovery, err = g.take(ctx, s.ID, step)
	if err != nil {
		return "", nil, err
	}
	next = rand.Text()
	return next, recovery, g.Store.EnrolledStaff(ctx, s.ID, cookie, next, at)
}

// recoveryCodes and recoveryLength are how many recovery codes there are, and of how many characters: 60 bits each.
const (
	recoveryCodes  = 10
	recoveryLength = 12
)

// recoverySet makes recovery codes, as they are kept and as they are told.
func recoverySet() (codes, shown []string) {
	for range recoveryCodes {
		c := strings.ToLower(rand.Text()[:recoveryLength])
		codes = append(codes, c)
		shown = append(shown, c[:4]+"-"+c[4:8]+"-"+c[8:])
	}
	return codes, shown
}

func (g *Gate) take(ctx context.Context, id, step int64) (shown []string, err error) {
	codes, shown := recoverySet()
	return shown, g.Store.TakeFactor(ctx, id, step, codes, g.Wire())
}

// Ready sets somebody up whole, with a password and a second factor that are told: for the demo, where nobody real is looked at.
func (g *Gate) Ready(ctx context.Context, login, password string, grants access.Grants) (secret []byte, recovery []string, err error) {
	id, _, err := g.Add(ctx, login, grants, "demo")
	if err != nil {
		return nil, nil, err
	}
	hash, err := g.cost().hashPassword(ctx, password)
	if err != nil {
		return nil, nil, err
	}
	if err := g.Store.SetPassword(ctx, id, hash, "", g.Wire()); err != nil {
		return nil, nil, err
	}
	if secret, err = g.Offer(ctx, &store.StaffSession{Staffer: store.Staffer{ID: id}}); err != nil {
		return nil, nil, err
	}
	if recovery, err = g.take(ctx, id, 0); err != nil {
		return nil, nil, err
	}
	return secret, recovery, g.Store.SeeStaffNotes(ctx, id, g.Wire().Add(time.Millisecond))
}
